//! L6: seats sold = tickets of paid orders; paid bills = paid orders; refunds = refunded orders.
//! Must not compare sums only: every bill and refund is laid beside its order.

use std::collections::HashMap;

use crate::domain::{
    audit::{LedgerFacts, findings::Findings},
    ids::OrderNumber,
    money::Cents,
    order::{Order, OrderStatus},
};

/// Claims, bills and refunds against the orders they are for.
pub(super) fn check(ledger: &LedgerFacts, findings: &mut Findings) {
    let orders: HashMap<OrderNumber, &Order> = ledger.orders.iter().map(|order| (order.number, order)).collect();
    check_sold(ledger, &orders, findings);
    check_bills(ledger, &orders, findings);
    check_refunds(ledger, &orders, findings);
}

fn check_sold(ledger: &LedgerFacts, orders: &HashMap<OrderNumber, &Order>, findings: &mut Findings) {
    let mut sold: HashMap<OrderNumber, usize> = HashMap::new();
    for (_, order) in &ledger.claims {
        *sold.entry(*order).or_default() += 1;
    }
    for order in orders.values().filter(|order| order.status == OrderStatus::Paid) {
        let (seats, tickets) = (sold.get(&order.number).copied().unwrap_or_default(), order.tickets.len());
        if seats != tickets {
            findings.blame(order.number, || format!("it has paid {tickets} tickets and owns {seats} seats"));
        }
    }
}

fn check_bills(ledger: &LedgerFacts, orders: &HashMap<OrderNumber, &Order>, findings: &mut Findings) {
    let mut billed: HashMap<OrderNumber, u32> = HashMap::new();
    for &(number, status, amount) in &ledger.bills {
        *billed.entry(number).or_default() += 1;
        let Some(order) = orders.get(&number) else {
            findings.blame(number, || format!("there is a bill over {amount} and no order"));
            continue;
        };
        if status != order.status.number() {
            let stands = order.status.number();
            findings.blame(number, || format!("its bill is in status {status}, the order itself in {stands}"));
        }
        check_amount(order, amount, "bill", findings);
    }
    for order in orders.values() {
        let (bills, took) = (billed.get(&order.number).copied().unwrap_or_default(), took_money(order));
        if bills > 1 || (took && bills == 0) {
            findings.blame(order.number, || format!("it has {bills} bills"));
        }
    }
}

fn check_refunds(ledger: &LedgerFacts, orders: &HashMap<OrderNumber, &Order>, findings: &mut Findings) {
    let mut refunded: HashMap<OrderNumber, u32> = HashMap::new();
    for &(number, amount) in &ledger.refunds {
        *refunded.entry(number).or_default() += 1;
        match orders.get(&number) {
            Some(order) => check_amount(order, amount, "refund", findings),
            None => findings.blame(number, || format!("there is a refund of {amount} and no order")),
        }
    }
    for order in orders.values() {
        let refunds = refunded.get(&order.number).copied().unwrap_or_default();
        let wanted = u32::from(order.status == OrderStatus::Refunded);
        if refunds != wanted {
            findings.blame(order.number, || format!("it has {refunds} refunds and should have {wanted}"));
        }
    }
}

fn check_amount(order: &Order, amount: Cents, what: &str, findings: &mut Findings) {
    let price = order.price();
    if amount != price {
        findings.blame(order.number, || format!("its {what} is over {amount}, its tickets cost {price}"));
    }
}

/// Was there ever money for it? Tells whether it must have a bill.
fn took_money(order: &Order) -> bool {
    matches!(order.status, OrderStatus::Paid | OrderStatus::Refunded)
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        audit::{
            Law,
            good_sale::{CANCELLED, GoodSale, PAID, REFUNDED, UNPAID, number},
        },
        ids::SeatIx,
        money::Cents,
        order::OrderStatus,
    };

    #[test]
    fn an_order_paid_without_a_bill_is_noticed() {
        let mut sale = GoodSale::new();
        sale.order_mut(UNPAID).status = OrderStatus::Paid;
        assert_eq!(sale.blamed_by(Law::L6), [Some(UNPAID)]);
    }

    #[test]
    fn a_paid_bill_of_an_unpaid_order_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.bills.push((UNPAID, 3, Cents(20_000)));
        assert_eq!(sale.blamed_by(Law::L6), [Some(UNPAID)]);
    }

    #[test]
    fn a_bill_over_another_amount_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.bills[0].2 = Cents(1);
        assert_eq!(sale.blamed_by(Law::L6), [Some(PAID)]);
    }

    #[test]
    fn bills_and_refunds_without_an_order_are_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.bills.push((number(900), 3, Cents(1)));
        sale.ledger.refunds.push((number(901), Cents(1)));
        assert_eq!(sale.blamed_by(Law::L6), [Some(number(900)), Some(number(901))]);
    }

    #[test]
    fn late_money_that_never_went_back_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.refunds.clear();
        assert_eq!(sale.blamed_by(Law::L6), [Some(REFUNDED)]);
    }

    #[test]
    fn money_that_went_back_twice_or_for_no_reason_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.refunds.push((REFUNDED, Cents(10_000)));
        assert_eq!(sale.blamed_by(Law::L6), [Some(REFUNDED)]);
        let mut sale = GoodSale::new();
        sale.ledger.refunds.push((CANCELLED, Cents(10_000)));
        assert_eq!(sale.blamed_by(Law::L6), [Some(CANCELLED)]);
    }

    #[test]
    fn a_refund_of_another_amount_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.refunds[0].1 = Cents(9_999);
        assert_eq!(sale.blamed_by(Law::L6), [Some(REFUNDED)]);
    }

    #[test]
    fn a_paid_ticket_without_its_seat_is_noticed() {
        let mut sale = GoodSale::new();
        sale.ledger.claims.retain(|(seat, _)| *seat != SeatIx(8));
        assert_eq!(sale.blamed_by(Law::L6), [Some(PAID)]);
    }
}

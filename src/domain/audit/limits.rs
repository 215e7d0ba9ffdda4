//! L7: no account, order or real-name ticket user is above its limit.
//! Must not count an order that gave its seats back.

use std::collections::BTreeMap;

use crate::domain::{
    audit::{Facts, LedgerFacts, findings::Findings, live},
    hold::Census,
    ids::{OrderNumber, TicketUserId, UserId},
};

/// The ledger against the program's limits.
pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let (program, ledger) = (facts.program, facts.ledger);
    for order in &ledger.orders {
        let (tickets, limit) = (order.tickets.len(), program.per_order_limit);
        if tickets > limit as usize {
            findings.blame(order.number, || format!("it has {tickets} tickets, the limit of an order is {limit}"));
        }
    }
    for (user, tickets) in accounts(ledger) {
        let limit = program.per_account_limit;
        if tickets > limit {
            findings.broken(|| format!("account {user} has {tickets} live tickets, the limit is {limit}"));
        }
    }
    names(ledger, |name, first, second| {
        findings.blame(second, || format!("ticket user {name} holds live tickets of order {first} and order {second}"));
    });
}

/// The counts that the inventory decides by, against the ledger's.
pub(super) fn check_inventory(facts: &Facts<'_>, census: &Census, findings: &mut Findings) {
    let mut told: BTreeMap<UserId, u32> = census.accounts.iter().copied().collect();
    for (user, tickets) in accounts(facts.ledger) {
        let counted = told.remove(&user).unwrap_or_default();
        if counted != tickets {
            findings
                .broken(|| format!("account {user}: {tickets} live tickets in the ledger, {counted} in the inventory"));
        }
    }
    for (user, counted) in told.into_iter().filter(|(_, counted)| *counted > 0) {
        findings.broken(|| format!("account {user}: no live ticket in the ledger, {counted} in the inventory"));
    }
    let mut held: BTreeMap<TicketUserId, OrderNumber> = census.names.iter().copied().collect();
    for (name, order) in names(facts.ledger, |_, _, _| {}) {
        if held.remove(&name) != Some(order) {
            findings.blame(order, || format!("the inventory does not keep ticket user {name} for order {order}"));
        }
    }
    for (name, order) in held {
        findings
            .blame(order, || format!("the inventory keeps ticket user {name} for order {order}, the ledger does not"));
    }
}

fn accounts(ledger: &LedgerFacts) -> BTreeMap<UserId, u32> {
    let mut tickets = BTreeMap::new();
    for order in live(ledger) {
        *tickets.entry(order.user).or_default() += u32::try_from(order.tickets.len()).unwrap_or(u32::MAX);
    }
    tickets
}

/// Live names of real-name orders; `twice` hears of each that is there already.
fn names(
    ledger: &LedgerFacts,
    mut twice: impl FnMut(TicketUserId, OrderNumber, OrderNumber),
) -> BTreeMap<TicketUserId, OrderNumber> {
    let mut names = BTreeMap::new();
    for order in live(ledger).filter(|order| order.real_name) {
        for ticket in &order.tickets {
            if let Some(first) = names.insert(ticket.ticket_user, order.number) {
                twice(ticket.ticket_user, first, order.number);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        audit::{
            Law,
            good_sale::{GoodSale, PAID, REFUNDED, UNPAID},
        },
        ids::{TicketUserId, UserId},
    };

    #[test]
    fn an_order_above_its_limit_is_noticed() {
        let mut sale = GoodSale::new();
        sale.program.per_order_limit = 1;
        assert_eq!(sale.blamed_by(Law::L7), [Some(UNPAID), Some(PAID)]);
    }

    #[test]
    fn an_account_above_its_limit_is_noticed_and_closed_orders_do_not_count() {
        let mut sale = GoodSale::new();
        sale.program.per_account_limit = 2;
        assert_eq!(sale.check().findings, []);
        sale.program.per_account_limit = 1;
        assert_eq!(sale.blamed_by(Law::L7), [None, None]);
    }

    #[test]
    fn a_name_on_two_live_tickets_is_noticed_in_a_real_name_sale_only() {
        let mut sale = GoodSale::new();
        let name = sale.order_mut(UNPAID).tickets[0].ticket_user;
        sale.order_mut(PAID).tickets[0].ticket_user = name;
        assert!(sale.blamed_by(Law::L7).contains(&Some(PAID)));
        for order in &mut sale.ledger.orders {
            order.real_name = false;
        }
        sale.census.names.clear();
        assert_eq!(sale.check().findings, []);
    }

    #[test]
    fn counts_that_the_inventory_lost_or_made_up_are_noticed() {
        let mut sale = GoodSale::new();
        sale.census.accounts[0].1 = 1;
        sale.census.accounts.push((UserId::new(77).unwrap(), 3));
        assert_eq!(sale.blamed_by(Law::L7), [None, None]);
    }

    #[test]
    fn names_that_the_inventory_lost_or_kept_too_long_are_noticed() {
        let mut sale = GoodSale::new();
        sale.census.names.remove(0);
        sale.census.names.push((TicketUserId::new(5).unwrap(), REFUNDED));
        assert_eq!(sale.blamed_by(Law::L7), [Some(UNPAID), Some(REFUNDED)]);
    }
}

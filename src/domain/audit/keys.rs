//! L9: the same idempotency key made at most one order.
//! Must not mix accounts: a key belongs to its user.

use std::collections::HashMap;

use crate::domain::{
    audit::{LedgerFacts, findings::Findings},
    ids::{OrderNumber, UserId},
};

/// Each user's keys, over orders in any status.
pub(super) fn check(ledger: &LedgerFacts, findings: &mut Findings) {
    let mut made: HashMap<(UserId, &str), OrderNumber> = HashMap::new();
    for order in &ledger.orders {
        let Some(request) = &order.request else { continue };
        if let Some(first) = made.insert((order.user, &request.key), order.number) {
            findings.blame(order.number, || {
                format!("key {:?} of account {} made order {first} and this one", request.key, order.user)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::audit::{
        Law,
        good_sale::{CANCELLED, GoodSale, PAID, UNPAID},
    };

    #[test]
    fn a_key_that_made_two_orders_is_noticed() {
        let mut sale = GoodSale::new();
        let key = sale.order_mut(UNPAID).request.clone();
        sale.order_mut(CANCELLED).request = key;
        assert_eq!(sale.blamed_by(Law::L9), [Some(CANCELLED)]);
    }

    #[test]
    fn two_accounts_may_use_the_same_key() {
        let mut sale = GoodSale::new();
        let key = sale.order_mut(UNPAID).request.clone();
        sale.order_mut(PAID).request = key;
        assert_eq!(sale.check().findings, []);
    }
}

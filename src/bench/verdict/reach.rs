//! Which laws this side can check, by what the server shows; and why not the others.
//! Must not call a law checked of which only a part was seen.

use std::collections::BTreeMap;

use super::{Case, books::is_live};
use crate::{bench::witness::View, domain::audit::Law};

/// Laws that are not checked, and why.
pub(super) fn unchecked(case: &Case<'_>) -> BTreeMap<Law, String> {
    let reasons: Vec<(Law, &str)> = match case.ground.view {
        View::Operator => {
            let own = "only the server's own audit can see this";
            vec![(Law::L1, own), (Law::L3, own), (Law::L4, own)]
        }
        View::Public => public(case),
        View::Answers => {
            let foreign = "a system of another kind: only its answers to buyers were seen";
            Law::ALL.into_iter().map(|law| (law, foreign)).collect()
        }
    };
    reasons.into_iter().map(|(law, why)| (law, why.to_owned())).collect()
}

fn public(case: &Case<'_>) -> Vec<(Law, &'static str)> {
    let (hall, seen) = (&case.ground.hall, case.seen);
    let mut reasons = vec![
        (Law::L3, "needs admin routes: orders of accounts that are not ours are not seen"),
        (Law::L4, "needs admin routes: whose hold a seat is, is not shown"),
        (Law::L6, "needs admin routes: bills and refunds are not shown; what buyers were told of payment was checked"),
    ];
    if seen.seats.is_empty() {
        reasons.push((Law::L1, "the server shows no seat map of this program"));
    }
    if seen.seats_hidden {
        reasons.push((Law::L2, "orders do not say which seats they hold; only their number was checked"));
    }
    if hall.per_order_limit == u32::MAX || hall.per_account_limit == u32::MAX {
        reasons.push((Law::L7, "the server does not tell its limits"));
    } else if hall.real_name && seen.people_hidden {
        reasons.push((Law::L7, "orders do not say for whom their tickets are; limits were checked"));
    }
    if seen.people_hidden && seen.seats_hidden {
        reasons.push((Law::L8, "orders do not say their seats and ticket users; prices and numbers were checked"));
    }
    if seen.seats.is_empty() {
        reasons.push((Law::L10, "the server shows no seat map: what was left at the end is not known"));
    } else if others_have_seats(case) {
        reasons.push((Law::L10, "seats are taken by accounts that are not ours: theirs may have come back meanwhile"));
    }
    reasons
}

/// Are more, or fewer, seats taken than our live orders hold?
fn others_have_seats(case: &Case<'_>) -> bool {
    let ours: usize = case.seen.orders.iter().filter(|order| is_live(order)).map(|order| order.tickets.len()).sum();
    case.program.held + case.program.sold != ours as u64
}

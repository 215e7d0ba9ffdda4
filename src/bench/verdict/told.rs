//! The join: every answer that a buyer was given against the server's orders.
//! Must not judge an answer that never came: 0 or 1 order is right then.

use std::collections::{HashMap, HashSet};

use super::{Case, Findings, books::is_live};
use crate::{
    bench::journal::{Answer, Later, Reason, Told},
    domain::{
        audit::Law,
        ids::{OrderNumber, UserId},
        order::OrderStatus,
        rejection::Rejection,
    },
    wire::{admin::OrderLine, api::OrderState},
};

/// How far the server's wall clock and ours may be apart, and a give-back may be on its way, in ms.
const CLOCK_SLACK_MS: i64 = 1_000;

fn shown<'a>(case: &Case<'a>) -> HashMap<OrderNumber, &'a OrderLine> {
    case.seen.orders.iter().map(|order| (order.order_number, order)).collect()
}

/// What all attempts of one request share: its arrival, and of one that comes with many accounts the account.
const fn request(told: &Told) -> (u32, u32) {
    (told.arrival, told.account)
}

/// Every word that named an order: number, account, and whether it said that the order exists.
fn words_about_orders<'a>(case: &Case<'a>) -> impl Iterator<Item = (OrderNumber, u32)> + 'a {
    let told = case.journal.told.iter().filter_map(|t| t.answer.order().map(|order| (order, t.account)));
    told.chain(case.journal.sequels.iter().map(|sequel| (sequel.order, sequel.account)))
}

/// L5: an order number belongs to the one buyer who was told it.
pub(super) fn orders_belong_to_who_was_told(case: &Case<'_>, findings: &mut Findings) {
    let shown = shown(case);
    let mut told_to: HashMap<OrderNumber, u32> = HashMap::new();
    let mut named = HashSet::new();
    for (order, account) in words_about_orders(case) {
        let user = case.ground.user(account);
        let first = *told_to.entry(order).or_insert(account);
        if first != account && named.insert(order) {
            findings.add(Law::L5, Some(order), || {
                format!("order {order} was told to account {} and to account {user}", case.ground.user(first))
            });
        }
        if let Some(line) = shown.get(&order)
            && line.user_id != user
            && named.insert(order)
        {
            findings.add(Law::L5, Some(order), || {
                format!("order {order} was told to account {user} and belongs to account {}", line.user_id)
            });
        }
    }
}

/// L5: an order that was told is there, or was rejected in words.
pub(super) fn orders_are_there(case: &Case<'_>, findings: &mut Findings) {
    let shown = shown(case);
    let confirmed: HashSet<OrderNumber> = confirmed(case);
    let rejected: HashSet<OrderNumber> = sequels(case, |what| matches!(what, Later::Rejected(_)));
    let mut named = HashSet::new();
    for told in &case.journal.told {
        let Some(order) = told.answer.order() else { continue };
        let user = case.ground.user(told.account);
        if let Some(line) = shown.get(&order) {
            if rejected.contains(&order) && is_live(line) && named.insert(order) {
                findings.add(Law::L5, Some(order), || {
                    format!("account {user} was told that order {order} was rejected, and it is live")
                });
            }
            continue;
        }
        let excused = !confirmed.contains(&order)
            && (rejected.contains(&order) || case.missing.get(&order) == Some(&Some(OrderState::Rejected)));
        if !excused && named.insert(order) {
            let word = if confirmed.contains(&order) { "created" } else { "accepted" };
            findings.add(Law::L5, Some(order), || {
                format!("account {user} was told that order {order} is {word}, and the server does not have it")
            });
        }
    }
}

/// L8: an order holds as many tickets, and of the category, as its buyer asked for.
pub(super) fn orders_are_what_was_wanted(case: &Case<'_>, findings: &mut Findings) {
    let shown = shown(case);
    let mut looked_at = HashSet::new();
    for told in &case.journal.told {
        let Some(line) = told.answer.order().filter(|o| looked_at.insert(*o)).and_then(|order| shown.get(&order))
        else {
            continue;
        };
        let wanted = case.ground.hall.categories[usize::from(told.category)].id;
        let right = line.tickets.len() == usize::from(told.tickets)
            && line.tickets.iter().all(|ticket| ticket.category_id == wanted);
        // A picker at the end of a short row asks for fewer; its seats were checked when they were taken.
        if !right && !told.picked {
            findings.add(Law::L8, Some(line.order_number), || {
                format!(
                    "{} tickets of category {wanted} were asked for, {} are in it",
                    told.tickets,
                    line.tickets.len()
                )
            });
        }
    }
}

/// L9: all answers to one keyed request name the same order.
pub(super) fn repeats_named_one_order(case: &Case<'_>, findings: &mut Findings) {
    let mut first: HashMap<(u32, u32), OrderNumber> = HashMap::new();
    for told in case.journal.told.iter().filter(|t| t.keyed) {
        let Some(order) = told.answer.order() else { continue };
        let earlier = *first.entry(request(told)).or_insert(order);
        if earlier != order {
            findings.add(Law::L9, Some(order), || {
                let user = case.ground.user(told.account);
                format!("one request of account {user} was answered with order {earlier} and with order {order}")
            });
        }
    }
}

/// L5: an account has no order that it was not told of, beyond one for each answer that never came.
pub(super) fn nothing_was_made_behind_a_buyers_back(case: &Case<'_>, findings: &mut Findings) {
    let told_of: HashSet<(OrderNumber, UserId)> =
        words_about_orders(case).map(|(order, account)| (order, case.ground.user(account))).collect();
    let allowed = unanswered(case);
    let ours = |line: &&OrderLine| {
        case.ground.accounts.holds(line.user_id) && !case.ground.earlier.contains(&line.order_number)
    };
    let mut untold: HashMap<UserId, u64> = HashMap::new();
    for line in case.seen.orders.iter().filter(ours) {
        if told_of.contains(&(line.order_number, line.user_id)) {
            continue;
        }
        let count = untold.entry(line.user_id).or_default();
        *count += 1;
        if *count > allowed.get(&line.user_id).copied().unwrap_or(0) {
            findings.add(Law::L5, Some(line.order_number), || {
                format!("account {} was never told of order {}", line.user_id, line.order_number)
            });
        }
    }
}

/// Orders that may exist although nobody was told: one for each submit without an answer; one in all for a keyed
/// request, and none when another of its answers named its order.
fn unanswered(case: &Case<'_>) -> HashMap<UserId, u64> {
    let named: HashSet<(u32, u32)> =
        case.journal.told.iter().filter(|t| t.answer.order().is_some()).map(request).collect();
    let mut keyed = HashSet::new();
    let mut allowed: HashMap<UserId, u64> = HashMap::new();
    for told in case.journal.told.iter().filter(|t| t.answer == Answer::Indeterminate) {
        if !told.keyed || (!named.contains(&request(told)) && keyed.insert(request(told))) {
            *allowed.entry(case.ground.user(told.account)).or_default() += 1;
        }
    }
    allowed
}

/// L6: what was told to be paid or cancelled is.
pub(super) fn later_words_hold(case: &Case<'_>, findings: &mut Findings) {
    let shown = shown(case);
    for sequel in &case.journal.sequels {
        let Some(line) = shown.get(&sequel.order) else { continue };
        let status = OrderStatus::from_number(line.status);
        let (word, holds) = match sequel.what {
            Later::Paid => ("paid", matches!(status, Some(OrderStatus::Paid | OrderStatus::Refunded))),
            Later::Cancelled => ("cancelled", matches!(status, Some(OrderStatus::Cancelled | OrderStatus::Refunded))),
            Later::Created | Later::Rejected(_) | Later::Pending => continue,
        };
        if !holds {
            findings.add(Law::L6, Some(sequel.order), || {
                let user = case.ground.user(sequel.account);
                format!("account {user} was told that it is {word}, and its status is {}", line.status)
            });
        }
    }
}

/// L10: whoever was told "sold out" while as many are left at the end, and nothing of the category came back since.
pub(super) fn nobody_was_sent_away_early(case: &Case<'_>, findings: &mut Findings) {
    let returned = last_returns_ms(case);
    for told in &case.journal.told {
        if told.answer != Answer::Rejected(Reason::Sale(Rejection::SoldOut)) || told.picked {
            continue;
        }
        let category = &case.ground.hall.categories[usize::from(told.category)];
        let left = case.program.categories.iter().find(|c| c.id == category.id).map_or(0, |c| c.available);
        let sent_ms = case.journal.wall_ms(told.sent_us);
        let came_back = returned.get(&told.category).is_some_and(|&last| last >= sent_ms - CLOCK_SLACK_MS);
        if left >= u32::from(told.tickets) && !came_back {
            findings.add(Law::L10, None, || {
                let user = case.ground.user(told.account);
                format!(
                    "account {user} asked for {} of {:?} after {:.3} s and was told sold out; {left} are left and none \
                     had come back",
                    told.tickets,
                    category.name,
                    told.sent_us as f64 / 1e6
                )
            });
        }
    }
}

/// When seats of each category last came back, in ms since 1970: closed orders, orders rejected after they were
/// accepted, and submits without an answer, which may have held seats for a while.
fn last_returns_ms(case: &Case<'_>) -> HashMap<u16, i64> {
    let mut last: HashMap<u16, i64> = HashMap::new();
    let mut came_back = |category: u16, at_ms: i64| {
        let known = last.entry(category).or_insert(at_ms);
        *known = (*known).max(at_ms);
    };
    for line in case.seen.orders.iter().filter(|line| !is_live(line)) {
        for ticket in &line.tickets {
            let at = case.ground.hall.categories.iter().position(|c| c.id == ticket.category_id);
            if let Some(at) = at {
                came_back(at as u16, line.closed_at_ms.unwrap_or(i64::MAX));
            }
        }
    }
    let wanted: HashMap<OrderNumber, &Told> =
        case.journal.told.iter().filter_map(|t| t.answer.order().map(|order| (order, t))).collect();
    for sequel in case.journal.sequels.iter().filter(|s| matches!(s.what, Later::Rejected(_))) {
        if let Some(told) = wanted.get(&sequel.order) {
            came_back(told.category, case.journal.wall_ms(sequel.at_us));
        }
    }
    for order in case.missing.keys() {
        if let Some(told) = wanted.get(order) {
            // It was rejected at a time that nobody was told.
            came_back(told.category, i64::MAX);
        }
    }
    for told in case.journal.told.iter().filter(|t| t.answer == Answer::Indeterminate) {
        came_back(told.category, case.journal.wall_ms(told.answered_us));
    }
    last
}

/// Orders that somebody was told are in the books.
fn confirmed(case: &Case<'_>) -> HashSet<OrderNumber> {
    let mut orders = sequels(case, |what| matches!(what, Later::Created | Later::Paid | Later::Cancelled));
    orders.extend(case.journal.told.iter().filter_map(|told| match told.answer {
        Answer::Created(order) => Some(order),
        _ => None,
    }));
    orders
}

fn sequels(case: &Case<'_>, test: impl Fn(&Later) -> bool) -> HashSet<OrderNumber> {
    case.journal.sequels.iter().filter(|sequel| test(&sequel.what)).map(|sequel| sequel.order).collect()
}

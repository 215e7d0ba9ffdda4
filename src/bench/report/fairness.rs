//! Who got seats, and in which order: first come, first served, or by lot?
//! Must not ask a server: the journal holds what every buyer wanted and was told.

mod order;
mod share;

use std::collections::{BTreeMap, HashMap};

use super::{ClassLine, Fairness};
use crate::{
    bench::{
        journal::{Journal, Later, Reason, Told},
        scenario::BuyerClass,
    },
    domain::{ids::OrderNumber, rejection::Rejection},
};

/// What a buyer wanted. First come, first served can only be asked of buyers who wanted the same: when two seats are
/// left, a later buyer of one rightly gets what an earlier buyer of three could not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wish {
    category: u16,
    tickets: u8,
    splits: bool,
}

/// How a visit came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was told of its order at this microsecond.
    Won(u64),
    /// It left without, because others had the seats or the sale had no time for it.
    Lost,
    /// It was refused for a reason of its own, or never heard.
    Neither,
}

/// A visit that submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visit {
    /// When its first submit was meant to be sent: a late generator changes nobody's place in the queue.
    arrived_us: u64,
    wish: Wish,
    class: u16,
    fate: Fate,
}

/// Who got seats, and in which order. `classes` are those of the scenario.
#[must_use]
pub fn fairness(journal: &Journal, classes: &[BuyerClass]) -> Fairness {
    let visits = visits(journal, classes);
    Fairness { fcfs: order::score(&visits), overtakes: order::overtakes(&visits), classes: lines(&visits, classes) }
}

/// Each visit once.
fn visits(journal: &Journal, classes: &[BuyerClass]) -> Vec<Visit> {
    let refused: HashMap<OrderNumber, Reason> = journal
        .sequels
        .iter()
        .filter_map(|sequel| match sequel.what {
            Later::Rejected(reason) => Some((sequel.order, reason)),
            _ => None,
        })
        .collect();
    let mut told: Vec<&Told> = journal.told.iter().collect();
    told.sort_unstable_by_key(|t| (t.arrival, t.answered_us));
    told.chunk_by(|a, b| a.arrival == b.arrival).map(|visit| one(visit, &refused, classes)).collect()
}

/// What became of one visit; its submits come in the order of their answers.
fn one(told: &[&Told], refused: &HashMap<OrderNumber, Reason>, classes: &[BuyerClass]) -> Visit {
    let first = told.iter().min_by_key(|t| (t.attempt, t.intended_us)).expect("a chunk is never empty");
    let splits = classes.get(usize::from(first.class)).is_some_and(|class| class.allow_split);
    let won = told.iter().find(|t| t.answer.order().is_some_and(|order| !refused.contains_key(&order)));
    let last = told.last().expect("a chunk is never empty");
    let fate = match won {
        Some(told) => Fate::Won(told.answered_us),
        None if last_reason(last, refused).is_some_and(is_lost) => Fate::Lost,
        None => Fate::Neither,
    };
    let wish = Wish { category: first.category, tickets: first.tickets, splits };
    Visit { arrived_us: first.intended_us, wish, class: first.class, fate }
}

fn last_reason(last: &Told, refused: &HashMap<OrderNumber, Reason>) -> Option<Reason> {
    match last.answer {
        crate::bench::journal::Answer::Rejected(reason) => Some(reason),
        answer => refused.get(&answer.order()?).copied(),
    }
}

/// Does this "no" mean that somebody else was served instead? A limit of the buyer's own account, or a picked seat that
/// is gone while others are free, does not.
const fn is_lost(reason: Reason) -> bool {
    match reason {
        Reason::Overload => true,
        Reason::Code(_) => false,
        Reason::Sale(rejection) => matches!(
            rejection,
            Rejection::SoldOut | Rejection::SeatsOccupied | Rejection::Busy | Rejection::QueueTimeout | Rejection::Lost
        ),
    }
}

/// How each class fared.
fn lines(visits: &[Visit], classes: &[BuyerClass]) -> Vec<ClassLine> {
    let mut counts: BTreeMap<u16, (u64, u64)> = BTreeMap::new();
    for visit in visits {
        let (buyers, won) = counts.entry(visit.class).or_default();
        *buyers += 1;
        *won += u64::from(matches!(visit.fate, Fate::Won(_)));
    }
    let line = |(at, class): (usize, &BuyerClass)| {
        let (buyers, won) = u16::try_from(at).ok().and_then(|at| counts.get(&at)).copied().unwrap_or_default();
        let (low, high) = share::wilson(won, buyers);
        let win_pct = if buyers == 0 { 0.0 } else { won as f64 * 100.0 / buyers as f64 };
        ClassLine { name: class.name.clone(), buyers, won, win_pct, low_pct: low * 100.0, high_pct: high * 100.0 }
    };
    classes.iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests;

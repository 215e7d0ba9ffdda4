//! The part of a query that a server can filter by: whatever fits the query also fits this part.
//! Must not leave out an order that fits the query.

use super::{
    Compare, Digits, Field, Mistake, Query, Term, What,
    facts::{contains, is_category, is_program},
    mistake::Wrong,
};
use crate::{
    client::OrderQuery,
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId},
        order::OrderStatus,
    },
    tui::dash::sale::Sale,
    wire::feed::Happening,
};

/// Most orders of an answer.
pub const PAGE_ORDERS_MAX: u32 = 500;

impl Query {
    /// What a server is asked at this moment of its clock: its newest orders of those that may fit.
    #[must_use]
    pub fn asked_of_server(&self, sale: &Sale, server_ms: i64) -> OrderQuery {
        let mut asked = OrderQuery { newest: true, limit: PAGE_ORDERS_MAX, ..OrderQuery::default() };
        for term in &self.terms {
            term.narrow(&mut asked, sale, server_ms);
        }
        asked
    }

    /// A name that nobody in this sale has is a slip of the keys. Nothing is said of what is not known.
    ///
    /// # Errors
    /// The first such name, with its place in the text that the query was read from.
    pub fn check_names(&self, text: &str, sale: &Sale) -> Result<(), Mistake> {
        for term in &self.terms {
            let (field, values, names): (_, _, Vec<String>) = match &term.what {
                What::Program(values) => {
                    (Field::Program, values, sale.programs.values().map(|program| program.title.clone()).collect())
                }
                What::Category(values) => {
                    let categories = sale.hall.iter().flat_map(|hall| &hall.categories);
                    (Field::Category, values, categories.map(|category| category.name.clone()).collect())
                }
                _ => continue,
            };
            let known = |value: &&String| is_id(value) || names.iter().any(|name| contains(name, value));
            if let Some(value) = values.iter().find(|value| !names.is_empty() && !known(value)) {
                let before = text.find(value.as_str()).and_then(|at| text.get(..at)).unwrap_or_default();
                let at = before.chars().count();
                return Err(Mistake { word: value.clone(), at, wrong: Wrong::NobodyCalled(field, names) });
            }
        }
        Ok(())
    }
}

fn is_id(value: &str) -> bool {
    value.parse::<u64>().is_ok()
}

impl Term {
    /// A part that is asked for twice stays as it was first asked for: the predicate sees to the rest.
    fn narrow(&self, asked: &mut OrderQuery, sale: &Sale, server_ms: i64) {
        match (&self.what, self.negated) {
            (What::Age(compare, ms), false) => narrow_age(asked, *compare, server_ms - ms),
            (What::Age(compare, ms), true) => narrow_age(asked, compare.turned_round(), server_ms - ms),
            (_, true) => {}
            (What::Status(standings), false) => {
                asked.status = asked.status.or_else(|| only(standings.iter().map(|standing| status(*standing)))?);
            }
            (What::Ends(..), false) => asked.status = asked.status.or(Some(OrderStatus::Unpaid)),
            (What::Version(versions), false) => {
                asked.version = asked.version.or_else(|| only(versions.iter().copied()));
            }
            (What::User(users), false) => asked.user = asked.user.or_else(|| only(users.iter().copied())),
            (What::Program(names), false) => asked.program = asked.program.or_else(|| program(names, sale)),
            (What::Category(names), false) => narrow_category(asked, names, sale),
            (What::Order(numbers), false) => {
                if let [Digits::Whole(number)] = numbers.as_slice() {
                    asked.after = asked.after.or_else(|| OrderNumber::new(number.get() - 1));
                    asked.before = asked.before.or_else(|| OrderNumber::new(number.get() + 1));
                }
            }
            (What::Seat(_) | What::Price(_) | What::Seats(_) | What::Text(_), false) => {}
        }
    }
}

/// An order is older than a span if it was made before a moment.
fn narrow_age(asked: &mut OrderQuery, compare: Compare, made_ms: i64) {
    let at_least = |at: i64| Some(asked.made_after_ms.map_or(at, |before| before.max(at)));
    let below = |at: i64| Some(asked.made_before_ms.map_or(at, |before| before.min(at)));
    match compare {
        Compare::Less => asked.made_after_ms = at_least(made_ms + 1),
        Compare::AtMost => asked.made_after_ms = at_least(made_ms),
        Compare::More => asked.made_before_ms = below(made_ms),
        Compare::AtLeast => asked.made_before_ms = below(made_ms + 1),
    }
}

/// A category's id means something together with its program only, unless the id itself was asked for.
fn narrow_category(asked: &mut OrderQuery, names: &[String], sale: &Sale) {
    let ids = names.iter().filter_map(|name| name.parse::<CategoryId>().ok());
    let halls = sale.hall.iter().flat_map(|hall| &hall.categories);
    let called = halls.filter(|category| names.iter().any(|name| is_category(name, category.id, Some(&category.name))));
    let called: Vec<CategoryId> = called.map(|category| category.id).collect();
    asked.category = asked.category.or_else(|| only(ids.chain(called.iter().copied())));
    if !called.is_empty() && names.iter().all(|name| name.parse::<CategoryId>().is_err()) {
        asked.program = asked.program.or_else(|| sale.hall.as_ref().map(|hall| hall.id));
    }
}

fn program(names: &[String], sale: &Sale) -> Option<ProgramId> {
    let ids = names.iter().filter_map(|name| name.parse::<ProgramId>().ok());
    let called = sale.programs.keys().copied().filter(|id| names.iter().any(|name| is_program(name, *id, sale)));
    only(ids.chain(called))
}

/// How the ledger calls it. What it never holds is asked for like what comes next to it: nothing of it fits.
const fn status(standing: Happening) -> Option<OrderStatus> {
    match standing {
        Happening::Queued | Happening::Created => Some(OrderStatus::Unpaid),
        Happening::Paid => Some(OrderStatus::Paid),
        Happening::Cancelled | Happening::Expired => Some(OrderStatus::Cancelled),
        Happening::Refunded => Some(OrderStatus::Refunded),
        Happening::Rejected => None,
    }
}

/// The value that all of them are; none when there are several or none at all.
fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

//! Does an order fit a query? Here without a server, for orders that the feed tells of.
//! Must not ask for anything.

use super::{Digits, Query, Term, What, field::standing_word};
use crate::{
    domain::ids::{CategoryId, ProgramId},
    tui::{dash::sale::Sale, lang::Lang},
    wire::{admin::OrderLine, feed::Happening},
};

/// All that is known of an order at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The order.
    pub line: &'a OrderLine,
    /// What happened to it last: where it stands.
    pub standing: Happening,
    /// Word of the rejection.
    pub reason: Option<&'a str>,
    /// Who is called what.
    pub sale: &'a Sale,
    /// The server's clock.
    pub server_ms: i64,
}

impl Query {
    /// Every term holds.
    #[must_use]
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        self.terms.iter().all(|term| term.holds(facts))
    }
}

impl Term {
    fn holds(&self, facts: &Facts<'_>) -> bool {
        self.what.holds(facts) != self.negated
    }
}

impl What {
    fn holds(&self, facts: &Facts<'_>) -> bool {
        let line = facts.line;
        match self {
            Self::Status(standings) => standings.contains(&facts.standing),
            Self::Version(versions) => versions.iter().any(|version| version.number() == line.version),
            Self::User(users) => users.contains(&line.user_id),
            Self::Program(names) => names.iter().any(|name| is_program(name, line.program_id, facts.sale)),
            Self::Category(names) => {
                let fits =
                    |category, name: &String| is_category(name, category, category_name(facts.sale, line, category));
                line.tickets.iter().any(|ticket| names.iter().any(|name| fits(ticket.category_id, name)))
            }
            Self::Seat(seats) => line.tickets.iter().any(|ticket| seats.contains(&(ticket.row, ticket.col))),
            Self::Order(numbers) => numbers.iter().any(|digits| digits.fits(line)),
            Self::Price(measure) => measure.holds(line.price.0),
            Self::Seats(measure) => measure.holds(line.tickets.len() as i64),
            Self::Age(compare, ms) => compare.holds(facts.server_ms - line.created_at_ms, *ms),
            Self::Ends(compare, ms) => {
                let held = matches!(facts.standing, Happening::Queued | Happening::Created);
                held && line.hold_ends_at_ms > 0 && compare.holds(line.hold_ends_at_ms - facts.server_ms, *ms)
            }
            Self::Text(text) => facts.shows(&text.to_lowercase()),
        }
    }
}

impl Digits {
    fn fits(&self, line: &OrderLine) -> bool {
        match self {
            Self::Whole(number) => *number == line.order_number,
            Self::Start(start) => line.order_number.to_string().starts_with(start),
            Self::End(end) => line.order_number.to_string().ends_with(end),
        }
    }
}

impl Facts<'_> {
    /// A text in lower case stands somewhere in what is shown of the order.
    fn shows(&self, text: &str) -> bool {
        let line = self.line;
        let has = |shown: &str| shown.to_lowercase().contains(text);
        let ticket = |ticket: &crate::wire::admin::TicketLine| {
            has(&format!("{}-{}", ticket.row, ticket.col))
                || category_name(self.sale, line, ticket.category_id).is_some_and(has)
        };
        has(&line.order_number.to_string())
            || has(&line.user_id.to_string())
            || has(&format!("v{}", line.version))
            || Lang::ALL.iter().any(|&lang| has(standing_word(self.standing, lang)))
            || self.reason.is_some_and(has)
            || line.closing.as_deref().is_some_and(has)
            || line.request_id.as_deref().is_some_and(has)
            || self.sale.programs.get(&line.program_id).is_some_and(|program| has(&program.title))
            || line.tickets.iter().any(ticket)
    }
}

/// The name of a category of an order, as far as its program is followed: category ids are unique within a program only.
pub fn category_name<'a>(sale: &'a Sale, line: &OrderLine, category: CategoryId) -> Option<&'a str> {
    let hall = sale.hall.as_ref().filter(|hall| hall.id == line.program_id)?;
    hall.category(category).map(|(_, category)| category.name.as_str())
}

/// The value names this program: by its id, or by a part of its title. A number is an id: titles are full of years.
pub(super) fn is_program(value: &str, id: ProgramId, sale: &Sale) -> bool {
    match value.parse::<ProgramId>() {
        Ok(named) => named == id,
        Err(_) => sale.programs.get(&id).is_some_and(|program| contains(&program.title, value)),
    }
}

/// The value names this category: by its id, or by a part of its name, which is often a price.
pub(super) fn is_category(value: &str, id: CategoryId, name: Option<&str>) -> bool {
    id.to_string() == value || name.is_some_and(|name| contains(name, value))
}

/// Whatever the case.
pub(super) fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

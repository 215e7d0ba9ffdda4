//! The query of the orders screen: terms typed after `/`, such as `status:unpaid version:4 -user:42 age>5m`, that all must hold.
//! Must not ask a server, nor know a screen.
//!
//! A term is a field with values (`status:paid,refunded`), a field with a comparison (`price>=380`), or a text that is looked
//! for in everything an order shows. `-` before a term turns it round; quotes keep blanks together. What a server can filter
//! becomes an [`crate::client::OrderQuery`]; all of it is a predicate for orders that came otherwise.

mod facts;
mod field;
mod mistake;
mod parse;
mod print;
mod server_part;
#[cfg(test)]
mod tests;
mod word;

pub use facts::{Facts, category_name};
pub use field::standing_word;
pub use mistake::Mistake;

use field::Field;

use crate::{
    domain::{
        ids::{OrderNumber, UserId},
        order::OrderVersion,
    },
    wire::feed::Happening,
};

/// Terms that all must hold; none of them: every order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

/// A term, perhaps turned round.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negated: bool,
    what: What,
}

/// What a term looks for. Lists are never empty: one of them must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Status(Vec<Happening>),
    Version(Vec<OrderVersion>),
    User(Vec<UserId>),
    /// Ids, or parts of titles.
    Program(Vec<String>),
    /// Ids, or parts of names.
    Category(Vec<String>),
    /// Row and seat.
    Seat(Vec<(u32, u32)>),
    Order(Vec<Digits>),
    /// In cents.
    Price(Measure),
    /// How many.
    Seats(Measure),
    /// Time since the order was made, in ms.
    Age(Compare, i64),
    /// Time until its hold ends, in ms.
    Ends(Compare, i64),
    /// Anywhere; never empty.
    Text(String),
}

/// A number that must be one of several, or lie on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Measure {
    OneOf(Vec<i64>),
    Beyond(Compare, i64),
}

/// On which side of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// An order number, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Digits {
    Whole(OrderNumber),
    Start(String),
    End(String),
}

impl Query {
    /// Every order fits.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.terms.is_empty()
    }

    /// Time alone changes which orders fit.
    #[must_use]
    pub fn ages(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.what, What::Age(..) | What::Ends(..)))
    }
}

impl Compare {
    fn holds(self, value: i64, limit: i64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::More => value > limit,
            Self::AtLeast => value >= limit,
        }
    }

    /// What holds when this does not.
    const fn turned_round(self) -> Self {
        match self {
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::More,
            Self::More => Self::AtMost,
            Self::AtLeast => Self::Less,
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl Measure {
    fn holds(&self, value: i64) -> bool {
        match self {
            Self::OneOf(values) => values.contains(&value),
            Self::Beyond(compare, limit) => compare.holds(value, *limit),
        }
    }
}

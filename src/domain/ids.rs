//! Names of things: 63-bit ids, each a type of its own.
//! Must not be passed through a JSON or Lua number: text on the wire, integers inside.

use std::{fmt, num::ParseIntError, str::FromStr, time::Duration};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a whole decimal number.
    #[error("not a whole number: {0}")]
    NotANumber(#[from] ParseIntError),
    /// Outside 1 ..= 2^63 - 1.
    #[error("an id lies between 1 and 9223372036854775807")]
    OutOfRange,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a value between 1 and 2^63 - 1; `None` outside.
            #[must_use]
            pub const fn new(value: u64) -> Option<Self> {
                if value == 0 || value > i64::MAX as u64 { None } else { Some(Self(value)) }
            }

            /// The bare value, always between 1 and 2^63 - 1.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The value as SQLite stores it.
            #[must_use]
            pub const fn as_i64(self) -> i64 {
                self.0.cast_signed()
            }

            /// From a stored integer; `None` when it is not an id.
            #[must_use]
            pub fn from_i64(value: i64) -> Option<Self> {
                u64::try_from(value).ok().and_then(Self::new)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text.parse()?).ok_or(IdError::OutOfRange)
            }
        }
    };
}

id!(
    /// One dated performance on sale. Stays below 2^53, since web clients send it as a JSON number.
    ProgramId
);
id!(
    /// A ticket category. Unique within its program only: the original's own data repeats ids across programs.
    CategoryId
);
id!(
    /// A numbered place, unique over all programs: the program's `seat_base` plus the seat's [`SeatIx`].
    SeatId
);
id!(
    /// The account.
    UserId
);
id!(
    /// The person named on a ticket.
    TicketUserId
);
id!(
    /// An order, and the owner token of its seats. See [`crate::domain::number`] for its bits.
    OrderNumber
);

/// A seat's position in its program's hall, counted from 0 over all categories in hall order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeatIx(pub u32);

/// Milliseconds since 1970-01-01 UTC, as handed in by whoever owns a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Millis(pub i64);

impl Millis {
    /// This moment plus a span in milliseconds.
    #[must_use]
    pub const fn plus_ms(self, span_ms: i64) -> Self {
        Self(self.0.saturating_add(span_ms))
    }

    /// The time from this moment to a later one; zero when it is over.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nineteen_digit_id_survives_text() {
        let id: SeatId = "9223372036854775807".parse().expect("largest id");
        assert_eq!(id.to_string(), "9223372036854775807");
    }

    #[test]
    fn zero_negative_and_too_large_are_refused() {
        for text in ["0", "-1", "9223372036854775808", "1.0", "", "1e3", " 1"] {
            assert!(text.parse::<OrderNumber>().is_err(), "{text:?} was taken for an id");
        }
    }
}

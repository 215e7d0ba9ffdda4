//! An order, its tickets, its life, and the version that made it.
//! Must not know where orders are kept.

use std::{fmt, str::FromStr};

use crate::domain::{
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    money::Cents,
};

/// Which generation of the order API placed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderVersion {
    /// One lock a program.
    V1,
    /// One lock a category, local then shared.
    V2,
    /// One atomic step, written before the answer.
    V3,
    /// One atomic step that also queues; written after the answer, in batches.
    V4,
}

impl OrderVersion {
    /// All four, oldest first.
    pub const ALL: [Self; 4] = [Self::V1, Self::V2, Self::V3, Self::V4];

    /// 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }

    /// From 1 to 4.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::V1),
            2 => Some(Self::V2),
            3 => Some(Self::V3),
            4 => Some(Self::V4),
            _ => None,
        }
    }
}

impl fmt::Display for OrderVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.number())
    }
}

/// The text is not one of 1, 2, 3, 4, v1, v2, v3, v4.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an order version is 1, 2, 3 or 4, not {0:?}")]
pub struct VersionError(pub String);

impl FromStr for OrderVersion {
    type Err = VersionError;
    fn from_str(text: &str) -> Result<Self, VersionError> {
        text.strip_prefix('v')
            .unwrap_or(text)
            .parse()
            .ok()
            .and_then(Self::from_number)
            .ok_or_else(|| VersionError(text.to_owned()))
    }
}

/// Where an order stands. The numbers are the wire's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderStatus {
    /// 1: its seats are held.
    Unpaid,
    /// 2: given up by the buyer, an operator or time; its seats went back.
    Cancelled,
    /// 3: its seats are sold.
    Paid,
    /// 4: its money went back.
    Refunded,
}

impl OrderStatus {
    /// 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Unpaid => 1,
            Self::Cancelled => 2,
            Self::Paid => 3,
            Self::Refunded => 4,
        }
    }

    /// From 1 to 4.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Unpaid),
            2 => Some(Self::Cancelled),
            3 => Some(Self::Paid),
            4 => Some(Self::Refunded),
            _ => None,
        }
    }

    /// Does it own seats? (unpaid or paid)
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Unpaid | Self::Paid)
    }

    /// May an order go from here to there? 1→2, 1→3, 2→4, 3→4.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Unpaid, Self::Cancelled | Self::Paid) | (Self::Cancelled | Self::Paid, Self::Refunded)
        )
    }
}

/// One seat of an order and the person it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Position in the program's hall.
    pub seat: SeatIx,
    /// The seat's category.
    pub category: CategoryId,
    /// Whose name is on it.
    pub ticket_user: TicketUserId,
    /// The server's price at the time of the order.
    pub price: Cents,
}

/// An order as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number, and the owner token of its seats.
    pub number: OrderNumber,
    /// What it is for.
    pub program: ProgramId,
    /// Who bought.
    pub user: UserId,
    /// Which API version placed it.
    pub version: OrderVersion,
    /// Where it stands.
    pub status: OrderStatus,
    /// Its tickets, in the order of the request's ticket users.
    pub tickets: Vec<Ticket>,
    /// The caller's idempotency key, where one was given.
    pub request: Option<RequestKey>,
    /// The program was a real-name one, so that each ticket user may have one live ticket.
    pub real_name: bool,
    /// When it was accepted.
    pub created_at: Millis,
    /// When its hold ends unless it is paid.
    pub hold_ends_at: Millis,
    /// When it was paid.
    pub paid_at: Option<Millis>,
    /// When it was cancelled, expired or refunded.
    pub closed_at: Option<Millis>,
    /// Why it was closed.
    pub closing: Option<Closing>,
}

impl Order {
    /// Sum of its tickets' prices.
    #[must_use]
    pub fn price(&self) -> Cents {
        self.tickets.iter().map(|t| t.price).sum()
    }

    /// Its seats.
    #[must_use]
    pub fn seats(&self) -> Vec<SeatIx> {
        self.tickets.iter().map(|t| t.seat).collect()
    }
}

/// Why an order's seats went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Closing {
    /// The buyer cancelled.
    Buyer,
    /// An operator cancelled.
    Operator,
    /// Its hold ended.
    Expired,
}

impl Closing {
    /// As stored and shown: `buyer`, `operator`, `expired`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Operator => "operator",
            Self::Expired => "expired",
        }
    }

    /// From its word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Buyer, Self::Operator, Self::Expired].into_iter().find(|c| c.word() == word)
    }
}

/// The caller's name for a request, so that sending it again is harmless. Scoped to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// 1 ..= [`REQUEST_KEY_BYTES_MAX`] visible ASCII characters.
    pub key: Box<str>,
    /// Digest of what was asked for: another body under the same key is refused.
    pub fingerprint: u64,
}

/// Longest idempotency key, in bytes: enough for a UUID or a hash in text.
pub const REQUEST_KEY_BYTES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use OrderStatus::{Cancelled, Paid, Refunded, Unpaid};

    #[test]
    fn only_four_transitions_exist() {
        let all = [Unpaid, Cancelled, Paid, Refunded];
        let legal: Vec<_> =
            all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b))).filter(|(a, b)| a.may_become(*b)).collect();
        assert_eq!(legal, [(Unpaid, Cancelled), (Unpaid, Paid), (Cancelled, Refunded), (Paid, Refunded)]);
    }

    #[test]
    fn a_version_is_read_with_or_without_its_letter() {
        assert_eq!("v3".parse(), Ok(OrderVersion::V3));
        assert_eq!("4".parse(), Ok(OrderVersion::V4));
        assert!("5".parse::<OrderVersion>().is_err());
    }
}

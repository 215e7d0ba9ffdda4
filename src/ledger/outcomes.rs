//! What the ledger answers, and what it is told about money.
//! Must not decide anything: these are the words, the verbs stand beside them.

use crate::domain::{
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    money::Cents,
    order::{Order, OrderStatus, OrderVersion},
    rejection::Rejection,
};

/// The ledger could not do it: the world broke.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerFailure {
    /// SQLite said so; nothing of the caller's work was kept.
    #[error("the ledger failed: {0}")]
    Sqlite(String),
    /// The writer's queue is full: try again later.
    #[error("the ledger's writer is busy")]
    Busy,
    /// The writer has stopped (shutdown).
    #[error("the ledger is closed")]
    Closed,
    /// The file is not one of ours, or from a later version; or what is to be written contradicts what is kept.
    #[error("{0}")]
    Unusable(String),
}

impl From<rusqlite::Error> for LedgerFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error.to_string())
    }
}

/// What became of an order that was to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Committed now.
    Created,
    /// It was committed before: a repeat.
    Already,
    /// Not written: a seat of it is in another live order.
    SeatClaimed(SeatIx),
    /// Not written: this ticket user holds a live ticket of this real-name program.
    NameTaken(TicketUserId),
    /// Not written: the user's idempotency key belongs to this other order.
    KeyTaken(OrderNumber),
    /// Not written: it was rejected on record before.
    WasRejected(Rejection),
}

/// What became of closing an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It was unpaid and is cancelled now.
    Now(Box<Order>),
    /// It was not unpaid; nothing changed.
    Not(OrderStatus),
    /// There is no such order.
    Missing,
}

/// What became of refunding an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refunded {
    /// It was paid and is refunded now: order, bill and refund say so, and its claims are gone.
    Now(Box<Order>),
    /// It was not paid; nothing changed.
    Not(OrderStatus),
    /// There is no such order.
    Missing,
}

/// A verified notice that money came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// For which order.
    pub order: OrderNumber,
    /// How much.
    pub amount: Cents,
    /// The channel's own number for it.
    pub trade_number: String,
}

/// What became of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paid {
    /// The order was unpaid and is paid now.
    Now(Box<Order>),
    /// It was paid, or refunded after a late payment, before: a repeat. Nothing changed.
    Already(OrderStatus),
    /// The order was no longer alive: bill, refund and order now say refunded.
    LateRefunded(Box<Order>),
    /// The amount is not the order's. Nothing changed.
    WrongAmount,
    /// No payment was started for it. Nothing changed.
    NoBill,
    /// There is no such order.
    Missing,
}

/// What became of starting a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillOpened {
    /// A bill is open (new, or the same one again).
    Open,
    /// The order is not unpaid.
    NotUnpaid(OrderStatus),
    /// The amount is not the order's.
    WrongAmount,
    /// There is no such order.
    Missing,
}

/// A bill as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Channel.
    pub channel: String,
    /// Amount.
    pub amount: Cents,
    /// 1 unpaid, 2 cancelled with its order, 3 paid, 4 refunded.
    pub status: u8,
    /// The channel's number, once paid.
    pub trade_number: Option<String>,
    /// When it was opened.
    pub opened_at: Millis,
    /// When its money came.
    pub paid_at: Option<Millis>,
}

/// A refund as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refund {
    /// Amount.
    pub amount: Cents,
    /// When it was put on record: with the payment when that came too late, else after it.
    pub refunded_at: Millis,
}

/// An accepted order that was rejected later, as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateRejection {
    /// What it was for.
    pub program: ProgramId,
    /// Whose it was.
    pub user: UserId,
    /// Why.
    pub reason: Rejection,
    /// When it was put on record.
    pub rejected_at: Millis,
}

/// All that is kept under an order number, as of one instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dossier {
    /// The order.
    pub order: Option<Order>,
    /// Its bill.
    pub bill: Option<Bill>,
    /// Its refund.
    pub refund: Option<Refund>,
    /// Why there is no order.
    pub rejection: Option<LateRejection>,
}

/// Filter for listing orders (admin). All that are given must hold.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Of this program.
    pub program: Option<ProgramId>,
    /// Of this account.
    pub user: Option<UserId>,
    /// In this status.
    pub status: Option<OrderStatus>,
    /// Placed by this version.
    pub version: Option<OrderVersion>,
    /// With a seat of this category.
    pub category: Option<CategoryId>,
    /// Made at this moment or later.
    pub made_since: Option<Millis>,
    /// Made before this moment.
    pub made_before: Option<Millis>,
    /// With a number above this one (paging up).
    pub after: Option<OrderNumber>,
    /// With a number below this one (paging down).
    pub before: Option<OrderNumber>,
    /// Which end of the list comes first.
    pub sequence: Sequence,
    /// At most this many.
    pub limit: u32,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sequence {
    /// The lowest number.
    #[default]
    OldestFirst,
    /// The highest number.
    NewestFirst,
}

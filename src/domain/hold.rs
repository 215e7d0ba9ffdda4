//! What it takes to hold seats, and what comes of it.
//! Must not know which engine does it.

use crate::domain::{
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    order::{OrderVersion, RequestKey},
};

/// Everything that the atomic step decides on, for one buyer. An engine answers it whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    /// What to hold seats of.
    pub program: ProgramId,
    /// The owner token of the seats.
    pub order: OrderNumber,
    /// Whose account limit applies.
    pub user: UserId,
    /// Which API version asks; carried through the queue to the ledger.
    pub version: OrderVersion,
    /// What is wanted.
    pub choice: Choice,
    /// One a seat, in request order.
    pub ticket_users: Vec<TicketUserId>,
    /// Most live tickets of the account.
    pub per_account_limit: u32,
    /// One live ticket per ticket user.
    pub real_name: bool,
    /// The caller's name for this request.
    pub request: Option<RequestKey>,
    /// When it was accepted.
    pub created_at: Millis,
    /// When the hold ends by itself.
    pub hold_ends_at: Millis,
}

/// Which seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The engine chooses: side by side in one row, lowest row, lowest column.
    Best {
        /// From this category.
        category: CategoryId,
        /// This many.
        count: u32,
        /// What to do when no row has that many side by side.
        fallback: Fallback,
    },
    /// The buyer, or v1 and v2 after reading, named the seats. Distinct; may span categories.
    Picked(Vec<SeatIx>),
}

/// When no row has enough seats side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// Refuse.
    Refuse,
    /// Take the fewest groups, the largest first, each as far to the front as possible.
    Split,
}

/// What the atomic step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The seats are now held by this order, in seat order for `Best`, in request order for `Picked`.
    Seats(Vec<SeatIx>),
    /// The same key with the same fingerprint was held before: this is its order. Nothing changed.
    Repeat(OrderNumber),
}

/// An order that is held and waits to be written (v4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedOrder {
    /// What was asked.
    pub request: HoldRequest,
    /// The seats that were held, matching `request.ticket_users` one to one.
    pub seats: Vec<SeatIx>,
}

/// Seats to give back: only those that this order owns are touched, so a repeat or a late call is harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Program.
    pub program: ProgramId,
    /// Owner of the seats.
    pub order: OrderNumber,
    /// Account whose count goes down by the seats really given back.
    pub user: UserId,
    /// Seats to give back.
    pub seats: Vec<SeatIx>,
    /// Names to free, where this order holds them.
    pub ticket_users: Vec<TicketUserId>,
}

/// Counts of one category. `total = available + held + sold`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Free seats.
    pub available: u32,
    /// Held seats.
    pub held: u32,
    /// Sold seats.
    pub sold: u32,
}

impl Counts {
    /// All seats.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.available + self.held + self.sold
    }
}

/// State of one seat. The numbers are the wire's `sellStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeatState {
    /// 1.
    Available,
    /// 2.
    Held,
    /// 3.
    Sold,
}

impl SeatState {
    /// 1 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Available => 1,
            Self::Held => 2,
            Self::Sold => 3,
        }
    }
}

/// Everything an engine knows of a program at one instant, for the audit and for the engines' comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Census {
    /// As the engine counts them, in hall order. Kept apart from `seats`, so that the audit can compare them.
    pub counts: Vec<(CategoryId, Counts)>,
    /// One a seat, in hall order: its state, and its owner unless available.
    pub seats: Vec<(SeatState, Option<OrderNumber>)>,
    /// Live tickets by account, sorted by account, zero counts left out.
    pub accounts: Vec<(UserId, u32)>,
    /// Live names (real-name programs only), sorted.
    pub names: Vec<(TicketUserId, OrderNumber)>,
    /// Holds that are not confirmed yet: owner and end, sorted by owner.
    pub holds: Vec<(OrderNumber, Millis)>,
    /// Orders queued and not acknowledged, in queue order.
    pub queue: Vec<OrderNumber>,
}

/// What the ledger says of a program: enough to rebuild an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Books {
    /// Unpaid and paid orders.
    pub live: Vec<LiveOrder>,
    /// Idempotency keys of all its orders, live or not.
    pub requests: Vec<(UserId, RequestKey, OrderNumber)>,
}

/// An order that owns seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveOrder {
    /// Owner token.
    pub number: OrderNumber,
    /// Account.
    pub user: UserId,
    /// Paid: its seats are sold, else held.
    pub paid: bool,
    /// End of the hold.
    pub hold_ends_at: Millis,
    /// Its seats.
    pub seats: Vec<SeatIx>,
    /// Its ticket users, one a seat.
    pub ticket_users: Vec<TicketUserId>,
    /// The names count (real-name program).
    pub real_name: bool,
}

//! Operators' routes, `/api/v1/admin/…`, all under `Authorization: Bearer <admin token>`.
//! Must not be reachable with a buyer's token.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatId, TicketUserId, UserId},
        money::Cents,
    },
    wire::text,
};

/// `POST /api/v1/admin/programs/import?format=auto|tpp|damai|pretix&…` with the file's bytes as the body.
/// All or nothing; 422 with a [`crate::wire::api::Problem`] that names place and reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// Format that was read.
    pub format: String,
    /// Programs added.
    pub programs: Vec<ProgramLine>,
}

/// `GET /api/v1/admin/programs`: one line a program. `GET /api/v1/admin/programs/{id}`: one with its categories.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgramLine {
    /// Program.
    #[serde(with = "text")]
    pub id: ProgramId,
    /// Title.
    pub title: String,
    /// Place.
    pub place: String,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub show_time: String,
    /// On sale now.
    pub on_sale: bool,
    /// Seats may be picked.
    pub permit_choose_seat: bool,
    /// One live ticket per ticket user.
    pub real_name: bool,
    /// Most tickets in an order.
    pub per_order_limit: u32,
    /// Most live tickets of an account.
    pub per_account_limit: u32,
    /// All seats.
    pub total: u64,
    /// Free seats.
    pub available: u64,
    /// Held seats.
    pub held: u64,
    /// Sold seats.
    pub sold: u64,
    /// First seat's id: seat ids are this plus the position in hall order.
    #[serde(with = "text")]
    pub seat_base: u64,
    /// Its categories.
    pub categories: Vec<CategoryLine>,
}

/// A category of a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryLine {
    /// Category.
    #[serde(with = "text")]
    pub id: CategoryId,
    /// Name.
    pub name: String,
    /// Price in main units.
    #[serde(with = "text")]
    pub price: Cents,
    /// Position of the first seat in hall order.
    pub first_seat: u32,
    /// Seats.
    pub total: u32,
    /// Free seats.
    pub available: u32,
    /// Held seats.
    pub held: u32,
    /// Sold seats.
    pub sold: u32,
}

/// `PUT /api/v1/admin/programs/{id}/sale`. Times in ms since 1970; null is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaleChange {
    /// Off sale whatever the times say.
    pub closed: bool,
    /// First moment on sale.
    #[serde(default)]
    pub opens_at_ms: Option<i64>,
    /// First moment no longer on sale.
    #[serde(default)]
    pub closes_at_ms: Option<i64>,
}

/// `POST /api/v1/admin/accounts`: test accounts in bulk, with their tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MakeAccounts {
    /// 1 to 1,000,000.
    pub count: u32,
    /// Ticket users of each, 1 to 16.
    pub ticket_users_each: u32,
    /// Password of all of them; none: no sign-in by password.
    #[serde(default)]
    pub password: Option<String>,
}

/// Answer of `POST /api/v1/admin/accounts`. Account `i` is `firstUserId + i`, its ticket users are
/// `firstTicketUserId + i × ticketUsersEach ..`, its token is `tokens[i]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountsMade {
    /// First account.
    #[serde(with = "text")]
    pub first_user_id: UserId,
    /// First ticket user.
    #[serde(with = "text")]
    pub first_ticket_user_id: TicketUserId,
    /// Ticket users of each.
    pub ticket_users_each: u32,
    /// One a account.
    pub tokens: Vec<String>,
}

/// One line of `GET /api/v1/admin/orders?program=&user=&status=&version=&category=&made_after_ms=&made_before_ms=&after=
/// &before=&newest=&limit=` (JSON array, by number, or the newest first; `limit` ≤ 10,000).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Account.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// 1 to 4: API version.
    pub version: u8,
    /// 1 unpaid, 2 cancelled, 3 paid, 4 refunded.
    pub status: u8,
    /// Price in main units.
    #[serde(with = "text")]
    pub price: Cents,
    /// Seats, in the order of the request's ticket users.
    pub tickets: Vec<TicketLine>,
    /// Idempotency key.
    #[serde(default)]
    pub request_id: Option<String>,
    /// ms since 1970.
    pub created_at_ms: i64,
    /// ms since 1970: when the hold ends.
    pub hold_ends_at_ms: i64,
    /// ms since 1970.
    #[serde(default)]
    pub paid_at_ms: Option<i64>,
    /// ms since 1970: cancelled, expired or refunded.
    #[serde(default)]
    pub closed_at_ms: Option<i64>,
    /// `buyer`, `operator`, `expired`.
    #[serde(default)]
    pub closing: Option<String>,
}

/// A ticket of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketLine {
    /// Seat.
    #[serde(with = "text")]
    pub seat_id: SeatId,
    /// Category.
    #[serde(with = "text")]
    pub category_id: CategoryId,
    /// Row.
    pub row: u32,
    /// Column.
    pub col: u32,
    /// Price in main units.
    #[serde(with = "text")]
    pub price: Cents,
    /// Person.
    #[serde(with = "text")]
    pub ticket_user_id: TicketUserId,
}

/// `GET /api/v1/admin/queue`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueAnswer {
    /// Orders held and waiting to be written.
    pub depth: u64,
}

/// `GET /api/v1/admin/environment`: what this server runs on, for reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// Program version.
    pub tpp: String,
    /// `embedded` or `redis`.
    pub engine: String,
    /// `full` or `normal`.
    pub durability: String,
    /// CPU seconds of the server so far, user + system.
    pub cpu_s: f64,
    /// Resident memory in bytes.
    pub rss_bytes: u64,
    /// SQLite pragmas and versions, Redis version and persistence: name to value.
    pub details: std::collections::BTreeMap<String, String>,
}

/// `GET /api/v1/admin/orders/{orderNumber}/life`: what became of an order, step by step. Also of one that is queued, or that
/// was rejected after it had been accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderLife {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// As the ledger has it; none while it is queued, and when it was rejected.
    pub order: Option<OrderLine>,
    /// The account.
    pub buyer: Option<MaskedBuyer>,
    /// Title of the program.
    pub program_title: String,
    /// Place in the queue, from 1, while it is queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Oldest first.
    pub steps: Vec<LifeStep>,
}

/// An account, with what must not be shown hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaskedBuyer {
    /// Account.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// `*三`.
    pub name: String,
    /// `138****5678`.
    pub mobile: String,
}

/// A step of an order's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifeStep {
    /// When, in ms since 1970; none where nobody wrote it down.
    pub at_ms: Option<i64>,
    /// `queued`, `created`, `rejected`, `bill`, `paid`, `cancelled`, `expired`, `refunded`, or `ends`: what will happen next.
    /// In a replay of a journal also `submitted`, `answered` and `pending`.
    pub what: String,
    /// More about it: who, how much, why.
    pub detail: String,
}

/// `GET /api/v1/admin/seats/{seatId}`: a seat and who has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatDetail {
    /// Seat.
    #[serde(with = "text")]
    pub seat_id: SeatId,
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Category.
    #[serde(with = "text")]
    pub category_id: CategoryId,
    /// Row.
    pub row: u32,
    /// Column.
    pub col: u32,
    /// Price in main units.
    #[serde(with = "text")]
    pub price: Cents,
    /// 1 free, 2 held, 3 sold, as the inventory says.
    pub state: u8,
    /// The live order that has claimed it in the ledger.
    pub order: Option<OrderLine>,
    /// Its account.
    pub buyer: Option<MaskedBuyer>,
}

//! Our own routes for buyers and operators: order status, audit, problem details.
//! Must not use the original's envelope.

use serde::{Deserialize, Serialize};

use crate::{
    domain::ids::{OrderNumber, ProgramId},
    wire::text,
};

/// RFC 9457 problem details, `application/problem+json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank` or `/problems/<word>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short and fixed for the kind.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What to do.
    pub detail: String,
}

/// `GET /api/v1/orders/{orderNumber}/status` (header `token`; owner only, else 404).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderProgress {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// Where it is.
    pub state: OrderState,
    /// Place in the queue, from 1, while pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Code, word and words of the rejection, once rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// 1 to 4, once created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_status: Option<u8>,
}

/// Progress of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderState {
    /// Held and queued.
    Pending,
    /// Committed in the ledger.
    Created,
    /// Will never be; its seats are free.
    Rejected,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The wire code.
    pub code: i32,
    /// The word used in metrics and reports.
    pub word: String,
    /// Words for a person.
    pub message: String,
}

/// `GET /api/v1/audit[?program=ID]` (admin token).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditAnswer {
    /// No finding.
    pub clean: bool,
    /// Programs looked at.
    pub programs: u64,
    /// Orders looked at.
    pub orders: u64,
    /// Seats looked at.
    pub seats: u64,
    /// One a law, L1 to L10.
    pub laws: Vec<LawAnswer>,
    /// What breaks a law.
    pub findings: Vec<FindingAnswer>,
}

/// One law in an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawAnswer {
    /// `L1`.
    pub law: String,
    /// What it says.
    pub words: String,
    /// `kept`, `broken` or `unchecked`.
    pub verdict: String,
    /// Why it could not be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What breaks a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingAnswer {
    /// `L2`.
    pub law: String,
    /// In which program.
    #[serde(default, with = "text::option")]
    pub program_id: Option<ProgramId>,
    /// Which order.
    #[serde(default, with = "text::option")]
    pub order_number: Option<OrderNumber>,
    /// One sentence.
    pub detail: String,
}

//! The four versions: one table, one match. Each version is a function of the same shape; what differs is who waits
//! for whom.
//! Must not parse HTTP or word an answer.
//!
//! An order's way: [`place`] → [`check`] → `v1` … `v4` → inventory → ledger ([`record`]), down once and up once. For v4
//! the ledger step is the queue, and `workers/write_orders` carries on.

pub mod check;
#[cfg(test)]
mod endings;
pub mod expiry;
#[cfg(test)]
mod faults;
pub mod flight;
#[cfg(test)]
mod interleavings;
pub mod numbers;
pub mod outcome;
pub mod progress;
pub mod record;
pub mod settle;
mod v1;
mod v2;
mod v3;
mod v4;

use std::sync::Arc;

use crate::{
    domain::{
        hold::{Choice, HoldRequest},
        ids::{Millis, OrderNumber, TicketUserId, UserId},
        order::{OrderVersion, RequestKey},
        program::Program,
    },
    server::{error::Refusal, finish::to_the_end, state::State},
    wire::order::CreateOrder,
};
pub use progress::{cache_poll, progress};

/// What a buyer sent, with who sent it.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Which of the four.
    pub version: OrderVersion,
    /// The body.
    pub body: CreateOrder,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The token's user.
    pub user: UserId,
}

/// A purchase that passed the checks: everything a version needs.
#[derive(Debug, Clone)]
pub struct Sale {
    /// What is bought.
    pub program: Arc<Program>,
    /// Which version.
    pub version: OrderVersion,
    /// Who buys.
    pub user: UserId,
    /// Which seats.
    pub choice: Choice,
    /// One a seat.
    pub ticket_users: Vec<TicketUserId>,
    /// The caller's name for it.
    pub request: Option<RequestKey>,
}

/// A sale with its number and its times.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// The sale.
    pub sale: Sale,
    /// Its number.
    pub number: OrderNumber,
    /// When it was accepted.
    pub created_at: Millis,
    /// When its hold ends.
    pub hold_ends_at: Millis,
}

impl Numbered {
    /// The atomic step's request, for this choice.
    #[must_use]
    pub fn hold_request(&self, choice: Choice) -> HoldRequest {
        let Sale { program, version, user, ticket_users, request, .. } = &self.sale;
        HoldRequest {
            program: program.id,
            order: self.number,
            user: *user,
            version: *version,
            choice,
            ticket_users: ticket_users.clone(),
            per_account_limit: program.per_account_limit,
            real_name: program.real_name,
            request: request.clone(),
            created_at: self.created_at,
            hold_ends_at: self.hold_ends_at,
        }
    }
}

/// Places an order: checks, then the version's steps. v1 to v3 answer when the order is committed, v4 when it is held
/// and queued.
///
/// # Errors
/// A rejection, or a failure; nothing is held then, or will be given back.
pub async fn place(state: &Arc<State>, purchase: Purchase) -> Result<OrderNumber, Refusal> {
    let version = purchase.version;
    let placed = match check::check(state, purchase).await {
        Ok(sale) => {
            let shared = Arc::clone(state);
            // A buyer who hangs up must not cut an order between hold and ledger.
            to_the_end(async move { inside_gate(&shared, sale).await }).await
        }
        Err(refusal) => Err(refusal),
    };
    match &placed {
        Ok(_) => state.metrics.placed(version),
        Err(Refusal::Rejected(rejection)) => state.metrics.rejected(version, *rejection),
        Err(Refusal::Failed(_)) => state.metrics.failed(version),
    }
    placed
}

async fn inside_gate(state: &Arc<State>, sale: Sale) -> Result<OrderNumber, Refusal> {
    let _pass = state.sale_gates.enter(sale.program.id).await?;
    let created_at = state.now();
    let number = state.numbers.issue(&state.ledger, created_at, sale.user).await?;
    let hold_ms = i64::try_from(state.config.hold.as_millis()).unwrap_or(i64::MAX);
    let numbered = Numbered { sale, number, created_at, hold_ends_at: created_at.plus_ms(hold_ms) };
    let flight = numbered.sale.request.is_some().then(|| state.flights.begin(number));
    let placed = match numbered.sale.version {
        OrderVersion::V1 => v1::place(state, &numbered).await,
        OrderVersion::V2 => v2::place(state, &numbered).await,
        OrderVersion::V3 => v3::place(state, &numbered).await,
        OrderVersion::V4 => v4::place(state, &numbered).await,
    };
    drop(flight);
    placed
}

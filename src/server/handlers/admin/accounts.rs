//! Test accounts in bulk, with their tokens.
//! Must not be used for real people: the accounts are numbered, not named.

use std::sync::Arc;

use axum::{body::Bytes, http::header, response::IntoResponse};

use crate::{
    domain::{
        ids::{Millis, UserId},
        program::ORDER_TICKETS_MAX,
    },
    ledger::{BulkAccounts, BulkMade},
    server::{
        account::password::PASSWORD_BYTES_MAX,
        error::{Failure, Refusal, Trouble},
        finish::to_the_end,
        handlers::request::Ask,
        state::State,
    },
    wire::admin::{AccountsMade, MakeAccounts},
};

/// Most accounts made at once.
const ACCOUNTS_MAX: u32 = 1_000_000;

/// `POST /api/v1/admin/accounts`.
pub async fn make(ask: Ask) -> Result<impl IntoResponse, Trouble> {
    let wanted: MakeAccounts = ask.body()?;
    if !(1..=ACCOUNTS_MAX).contains(&wanted.count) {
        return Err(Trouble::unacceptable(format!("count is not between 1 and {ACCOUNTS_MAX}")));
    }
    if !(1..=ORDER_TICKETS_MAX).contains(&wanted.ticket_users_each) {
        return Err(Trouble::unacceptable(format!("ticketUsersEach is not between 1 and {ORDER_TICKETS_MAX}")));
    }
    let password = wanted.password.filter(|password| !password.is_empty());
    if password.as_ref().is_some_and(|password| password.len() > PASSWORD_BYTES_MAX) {
        return Err(Trouble::unacceptable(format!("the password is longer than {PASSWORD_BYTES_MAX} bytes")));
    }
    let state = Arc::clone(&ask.state);
    let (count, ticket_users_each) = (wanted.count, wanted.ticket_users_each);
    let made = to_the_end(async move {
        let password_hash = match password {
            Some(password) => Some(state.accounts.passwords.hash(password).await?),
            None => None,
        };
        let made = state.ledger.add_accounts(BulkAccounts { count, ticket_users_each, password_hash }).await?;
        state.accounts.remember_bulk(made);
        Ok::<_, Refusal>(made)
    });
    let (made, state) = (made.await?, ask.state);
    let body = tokio::task::spawn_blocking(move || with_tokens(&state, made, state.now())).await;
    let body = body.map_err(|panicked| Failure::Broken(panicked.to_string()))??;
    Ok(([(header::CONTENT_TYPE, "application/json")], body))
}

/// A million tokens take about a second and 100 MB, so not on a thread that serves orders.
fn with_tokens(state: &State, made: BulkMade, now: Millis) -> Result<Bytes, Failure> {
    let user = |at: u32| UserId::new(made.first_user.get() + u64::from(at));
    let tokens = (0..made.count).filter_map(user).map(|user| state.gate.issue(user, now)).collect();
    let answer = AccountsMade {
        first_user_id: made.first_user,
        first_ticket_user_id: made.first_ticket_user,
        ticket_users_each: made.each,
        tokens,
    };
    serde_json::to_vec(&answer).map(Bytes::from).map_err(|error| Failure::Broken(error.to_string()))
}

//! Signing in, and the persons of an account, on the original's routes.
//! Must not tell whether a mobile number is registered.

use crate::{
    domain::rejection::Rejection,
    server::{
        account::password::Credentials,
        error::Refusal,
        handlers::{request::Call, shown},
    },
    wire::{
        account::{Login, SignedIn, TicketUserView},
        order::UserRef,
    },
};

/// `POST /user/login`: with mobile number and password. A web client sends `""` for what it does not know.
pub async fn login(call: Call<Login>) -> Result<SignedIn, Refusal> {
    let Call { state, body, .. } = call;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (Some(mobile), None) = (given(body.mobile), given(body.email)) else {
        return Err(Rejection::WrongPassword.into());
    };
    let credentials = Credentials { mobile, password: body.password };
    let user_id = state.accounts.passwords.sign_in(&state.ledger, credentials, state.now()).await?;
    Ok(SignedIn { user_id, token: state.gate.issue(user_id, state.now()) })
}

/// `POST /ticket/user/list`.
pub async fn ticket_users(call: Call<UserRef>) -> Result<Vec<TicketUserView>, Refusal> {
    let user = call.user_named(call.body.user_id)?;
    Ok(call.state.ledger.ticket_users(user).await?.iter().map(shown::ticket_user).collect())
}

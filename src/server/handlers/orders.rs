//! Orders on the original's routes: create, poll, read, list, cancel, count.
//! Must not know what the four versions do differently.

use std::sync::Arc;

use crate::{
    domain::{
        order::{Closing, OrderVersion},
        rejection::Rejection,
    },
    server::{
        error::Refusal,
        handlers::{
            request::Call,
            shown::{self, Number},
        },
        order::{self, Purchase, settle},
    },
    wire::order::{AccountCount, AccountCountAnswer, CreateOrder, OrderDetail, OrderRef, OrderSummary, UserRef},
};

/// Most orders in an account's list: the original does not page it.
const LISTED_MAX: u32 = 200;

/// `POST /program/order/create/v1` … `/v4`.
pub async fn create(version: OrderVersion, call: Call<CreateOrder>) -> Result<Number, Refusal> {
    let user = call.user_named(call.body.user_id)?;
    let idempotency_key = match call.headers.get("idempotency-key").map(|value| value.to_str()) {
        Some(Ok(key)) => Some(key.to_owned()),
        Some(Err(_)) => return Err(Rejection::Malformed.into()),
        None => None,
    };
    let Call { state, body, .. } = call;
    let purchase = Purchase { version, body, idempotency_key, user };
    order::place(&state, purchase).await.map(Number)
}

/// `POST /order/get/cache`: the number once the order can be read, null until then.
pub async fn cache(call: Call<OrderRef>) -> Result<Option<Number>, Refusal> {
    let user = call.user()?;
    Ok(order::cache_poll(&call.state, user, call.body.order_number).await?.map(Number))
}

/// `POST /order/get`.
pub async fn get(call: Call<OrderRef>) -> Result<OrderDetail, Refusal> {
    let order = call.own_order(call.body.order_number).await?;
    let ledger = &call.state.ledger;
    let (user, people) = (ledger.user(order.user).await?, ledger.ticket_users(order.user).await?);
    let program = shown::program_of(&call.state, order.program)?;
    shown::order_detail(&order, &program, user.as_ref(), &people)
}

/// `POST /order/select/list`: newest first.
pub async fn list(call: Call<UserRef>) -> Result<Vec<OrderSummary>, Refusal> {
    let user = call.user_named(call.body.user_id)?;
    let orders = call.state.ledger.orders_of(user, LISTED_MAX).await?;
    orders
        .iter()
        .map(|order| Ok(shown::order_summary(order, &*shown::program_of(&call.state, order.program)?)))
        .collect()
}

/// `POST /order/cancel`.
pub async fn cancel(call: Call<OrderRef>) -> Result<bool, Refusal> {
    let (user, number, state) = (call.user()?, call.body.order_number, Arc::clone(&call.state));
    settle::cancel(&state, number, Some(user), Closing::Buyer).await?;
    Ok(true)
}

/// `POST /order/account/order/count`.
pub async fn count(call: Call<AccountCount>) -> Result<AccountCountAnswer, Refusal> {
    let user = call.user_named(call.body.user_id)?;
    let count = call.state.ledger.live_tickets(user, call.body.program_id).await?;
    Ok(AccountCountAnswer { count })
}

//! Orders for operators: list, show, cancel, refund.
//! Must not change an order but through `order::settle`.

use std::{str::FromStr, sync::Arc};

use axum::{Json, http::StatusCode};
use serde::Deserialize;

use crate::{
    domain::{
        ids::Millis,
        number,
        order::{Closing, OrderStatus},
        rejection::Rejection,
    },
    ledger::{OrderFilter, Sequence},
    server::{
        error::{Refusal, Trouble},
        handlers::{request::Ask, shown},
        order::settle,
    },
    wire::admin::OrderLine,
};

/// Most orders on one page.
const PAGE_MAX: u32 = 10_000;
/// Orders on a page that does not say how many.
const PAGE_DEFAULT: u32 = 100;

/// What stands in the query, as text: each value is read with words for what it should have been.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OrdersQuery {
    program: String,
    user: String,
    status: String,
    version: String,
    category: String,
    made_after_ms: String,
    made_before_ms: String,
    after: String,
    before: String,
    newest: String,
    limit: String,
}

/// `GET /api/v1/admin/orders`.
pub async fn list(ask: Ask) -> Result<Json<Vec<OrderLine>>, Trouble> {
    let filter = filter(&ask.query()?)?;
    let orders = ask.state.ledger.list_orders(filter).await?;
    let lines: Result<Vec<_>, Refusal> =
        orders.iter().map(|order| shown::order_line(order, &*shown::program_of(&ask.state, order.program)?)).collect();
    Ok(Json(lines?))
}

fn filter(query: &OrdersQuery) -> Result<OrderFilter, Trouble> {
    let newest = read("newest", &query.newest, "true or false", parsed::<bool>)?.unwrap_or(false);
    let after = read("after", &query.after, ORDER_NUMBER, parsed)?;
    let made_since = read("made_after_ms", &query.made_after_ms, MOMENT, parsed)?.map(Millis);
    Ok(OrderFilter {
        program: read("program", &query.program, "the id of a program", parsed)?,
        user: read("user", &query.user, "the id of an account", parsed)?,
        status: read("status", &query.status, "1 unpaid, 2 cancelled, 3 paid or 4 refunded", status)?,
        version: read("version", &query.version, "1, 2, 3 or 4", parsed)?,
        category: read("category", &query.category, "the id of a ticket category", parsed)?,
        made_since,
        made_before: read("made_before_ms", &query.made_before_ms, MOMENT, parsed)?.map(Millis),
        // By numbers alone the ledger finds where to begin, or to end, without looking at every order.
        after: after.max(made_since.and_then(number::last_before)),
        before: read("before", &query.before, ORDER_NUMBER, parsed)?,
        sequence: if newest { Sequence::NewestFirst } else { Sequence::OldestFirst },
        limit: read("limit", &query.limit, &format!("a number from 1 to {PAGE_MAX}"), limit)?.unwrap_or(PAGE_DEFAULT),
    })
}

const ORDER_NUMBER: &str = "an order number";
const MOMENT: &str = "a moment in milliseconds since 1970";

/// A value of the query; an empty one is none.
fn read<T>(name: &str, text: &str, what: &str, by: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Trouble> {
    if text.is_empty() {
        return Ok(None);
    }
    let value = by(text).ok_or_else(|| Trouble::bad_request(format!("{name} is {what}, not {text:?}")))?;
    Ok(Some(value))
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn status(text: &str) -> Option<OrderStatus> {
    parsed(text).and_then(OrderStatus::from_number)
}

fn limit(text: &str) -> Option<u32> {
    parsed(text).filter(|limit| (1..=PAGE_MAX).contains(limit))
}

/// `GET /api/v1/admin/orders/{orderNumber}`.
pub async fn show(ask: Ask) -> Result<Json<OrderLine>, Trouble> {
    let order = ask.state.ledger.order(ask.id()?).await?.ok_or(Rejection::OrderMissing)?;
    let program = shown::program_of(&ask.state, order.program)?;
    Ok(Json(shown::order_line(&order, &program)?))
}

/// `POST /api/v1/admin/orders/{orderNumber}/cancel`.
pub async fn cancel(ask: Ask) -> Result<StatusCode, Trouble> {
    let (number, state) = (ask.id()?, Arc::clone(&ask.state));
    settle::cancel(&state, number, None, Closing::Operator).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/admin/orders/{orderNumber}/refund`.
pub async fn refund(ask: Ask) -> Result<StatusCode, Trouble> {
    let (number, state) = (ask.id()?, Arc::clone(&ask.state));
    settle::refund(&state, number).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Orders for operators: list, show, cancel.
//! Must not change an order but through `order::settle`.

use std::sync::Arc;

use axum::{Json, http::StatusCode};
use serde::Deserialize;

use crate::{
    domain::{
        ids::{OrderNumber, ProgramId, UserId},
        order::{Closing, OrderStatus},
        rejection::Rejection,
    },
    ledger::OrderFilter,
    server::{
        error::{Refusal, Trouble},
        handlers::{request::Ask, shown},
        order::settle,
    },
    wire::{admin::OrderLine, text},
};

/// Most orders on one page.
const PAGE_MAX: u32 = 10_000;
/// Orders on a page that does not say how many.
const PAGE_DEFAULT: u32 = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrdersQuery {
    #[serde(default, with = "text::option")]
    program: Option<ProgramId>,
    #[serde(default, with = "text::option")]
    user: Option<UserId>,
    #[serde(default, with = "text::option")]
    status: Option<u8>,
    #[serde(default, with = "text::option")]
    after: Option<OrderNumber>,
    #[serde(default, with = "text::option")]
    limit: Option<u32>,
}

/// `GET /api/v1/admin/orders`.
pub async fn list(ask: Ask) -> Result<Json<Vec<OrderLine>>, Trouble> {
    let query: OrdersQuery = ask.query()?;
    let status = match query.status {
        None => None,
        Some(number) => Some(
            OrderStatus::from_number(number)
                .ok_or_else(|| Trouble::bad_request("status is 1 unpaid, 2 cancelled, 3 paid or 4 refunded"))?,
        ),
    };
    let limit = query.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Trouble::bad_request(format!("limit is not between 1 and {PAGE_MAX}")));
    }
    let filter = OrderFilter { program: query.program, user: query.user, status, after: query.after, limit };
    let orders = ask.state.ledger.list_orders(filter).await?;
    let lines: Result<Vec<_>, Refusal> =
        orders.iter().map(|order| shown::order_line(order, &*shown::program_of(&ask.state, order.program)?)).collect();
    Ok(Json(lines?))
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

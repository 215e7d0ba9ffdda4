//! Where an accepted order is, on our own route for buyers.
//! Must not tell anybody but the owner that an order exists.

use axum::Json;

use crate::{
    server::{error::Trouble, handlers::request::Ask, order},
    wire::api::OrderProgress,
};

/// `GET /api/v1/orders/{orderNumber}/status`.
pub async fn status(ask: Ask) -> Result<Json<OrderProgress>, Trouble> {
    let user = ask.user()?;
    Ok(Json(order::progress(&ask.state, user, ask.id()?).await?))
}

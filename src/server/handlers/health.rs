//! Whether the server lives, is ready, and how it is.
//! Must not need a token, and must answer also when the server is overloaded.

use std::{sync::Arc, time::Duration};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::server::{
    error::OVERLOAD_RETRY_S,
    feed::{holds::Holds, numbers::Looker},
    state::State,
};

/// Longest that ledger or inventory may take to say that it is there.
const READY_WAIT: Duration = Duration::from_secs(2);

/// `GET /livez`.
pub async fn live() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: ledger and inventory answer.
pub async fn ready(state: Arc<State>) -> Response {
    let asked = async {
        state.ledger.setting("ready").await.map_err(|failure| failure.to_string())?;
        state.inventory.queue_depth(None).await.map_err(|unavailable| unavailable.to_string())
    };
    let reason = match tokio::time::timeout(READY_WAIT, asked).await {
        Ok(Ok(_)) => return "ready\n".into_response(),
        Ok(Err(reason)) => reason,
        Err(_) => format!("ledger or inventory did not answer within {} s", READY_WAIT.as_secs()),
    };
    tracing::warn!(reason, "not ready");
    let later = [(header::RETRY_AFTER, OVERLOAD_RETRY_S.to_string())];
    (StatusCode::SERVICE_UNAVAILABLE, later, "not ready\n").into_response()
}

/// `GET /metrics`: Prometheus text. The holds are read from the ledger, which takes some 20 ms for 100,000 orders.
pub async fn metrics(state: Arc<State>) -> Response {
    let mut numbers = Looker::default().look(&state).await;
    let unpaid = tokio::time::timeout(READY_WAIT, state.ledger.unpaid()).await;
    if let Ok(Ok(unpaid)) = unpaid {
        numbers.holds = Holds::of_ledger(unpaid).numbers(None, state.now());
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, state.metrics.render(&numbers, state.feed.samplers())).into_response()
}

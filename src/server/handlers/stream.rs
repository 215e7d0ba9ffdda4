//! The live feed as a route. It has a way in of its own: a feed stays open for hours, so that it takes no place among the requests
//! in flight and has no time limit.
//! Must not be reachable without the operator's token.

use std::{sync::Arc, time::Instant};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::header,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use serde::Deserialize;

use crate::{
    domain::ids::ProgramId,
    server::{
        error::{Reader, Trouble},
        feed,
        handlers::{door::outcome_of_trouble, request::Ask, shown},
        metrics::Outcome,
        state::State,
    },
    wire::text,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StreamQuery {
    #[serde(default, with = "text::option")]
    program: Option<ProgramId>,
}

/// `GET /api/v1/stream`. Counted as a request when it has been opened.
pub fn route(state: &Arc<State>, path: &'static str) -> MethodRouter {
    let (state, counts) = (Arc::clone(state), state.metrics.route(path));
    get(move |request: Request| async move {
        let began = Instant::now();
        let (parts, _) = request.into_parts();
        let ask = Ask { state, headers: parts.headers, uri: parts.uri, named: None, bytes: Bytes::new() };
        let (outcome, answer) = match open(ask).await {
            Ok(answer) => (Outcome::Ok, answer),
            Err(trouble) => (outcome_of_trouble(&trouble), trouble.answer(Reader::Operator)),
        };
        counts.ended(outcome, began.elapsed());
        answer
    })
}

async fn open(ask: Ask) -> Result<Response, Trouble> {
    ask.operator()?;
    let query: StreamQuery = ask.query()?;
    if let Some(id) = query.program {
        shown::program(&ask.state, id)?;
    }
    let last = ask.headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let watch = feed::watch(&ask.state, query.program, last).await?;
    // A proxy that gathers an answer before it passes it on would make a live feed a late one.
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/event-stream"),
        (header::CACHE_CONTROL.as_str(), "no-store"),
        ("x-accel-buffering", "no"),
    ];
    Ok((headers, Body::new(watch)).into_response())
}

//! The server itself for operators: the laws, the queue, and what it runs on.
//! Must not show a secret.

use std::collections::BTreeMap;

use axum::Json;
use serde::Deserialize;

use crate::{
    domain::ids::ProgramId,
    server::{
        audit,
        error::Trouble,
        handlers::{request::Ask, shown},
        machine,
    },
    wire::{
        admin::{Environment, QueueAnswer},
        api::AuditAnswer,
        text,
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    #[serde(default, with = "text::option")]
    program: Option<ProgramId>,
}

/// `GET /api/v1/audit`.
pub async fn audit(ask: Ask) -> Result<Json<AuditAnswer>, Trouble> {
    let query: AuditQuery = ask.query()?;
    if let Some(id) = query.program {
        shown::program(&ask.state, id)?;
    }
    Ok(Json(audit::audit(&ask.state, query.program).await?))
}

/// `GET /api/v1/admin/queue`.
pub async fn queue(ask: Ask) -> Result<Json<QueueAnswer>, Trouble> {
    let depth = ask.state.inventory.queue_depth(None).await?;
    Ok(Json(QueueAnswer { depth }))
}

/// `GET /api/v1/admin/environment`.
pub async fn environment(ask: Ask) -> Result<Json<Environment>, Trouble> {
    let mut details: BTreeMap<_, _> = ask.state.ledger.environment().await?.into_iter().collect();
    details.extend(ask.state.inventory.environment().await);
    Ok(Json(Environment {
        tpp: env!("CARGO_PKG_VERSION").to_owned(),
        engine: ask.state.inventory.engine().to_owned(),
        durability: ask.state.config.durability.word().to_owned(),
        cpu_s: machine::cpu_s(),
        rss_bytes: machine::rss_bytes(),
        details,
    }))
}

//! The server itself for operators: the laws, the queue, and what it runs on.
//! Must not show a secret.

use std::{collections::BTreeMap, fs};

use axum::Json;
use serde::Deserialize;

use crate::{
    domain::ids::ProgramId,
    ledger::Durability,
    server::{
        audit,
        error::Trouble,
        handlers::{request::Ask, shown},
    },
    wire::{
        admin::{Environment, QueueAnswer},
        api::AuditAnswer,
        text,
    },
};

/// Ticks a second in `/proc/self/stat`: 100 on every Linux, whatever the kernel's own clock.
const TICKS_PER_S: f64 = 100.0;

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
    let durability = match ask.state.config.durability {
        Durability::Full => "full",
        Durability::Normal => "normal",
    };
    let mut details: BTreeMap<_, _> = ask.state.ledger.environment().await?.into_iter().collect();
    details.extend(ask.state.inventory.environment().await);
    Ok(Json(Environment {
        tpp: env!("CARGO_PKG_VERSION").to_owned(),
        engine: ask.state.inventory.engine().to_owned(),
        durability: durability.to_owned(),
        cpu_s: fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_s(&stat)).unwrap_or_default(),
        rss_bytes: fs::read_to_string("/proc/self/status")
            .ok()
            .and_then(|status| rss_bytes(&status))
            .unwrap_or_default(),
        details,
    }))
}

/// User and system time: the 14th and 15th field, counted after the name, which may hold blanks.
fn cpu_s(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) as f64 / TICKS_PER_S)
}

fn rss_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_memory_are_read_from_the_kernels_text() {
        let stat = "4242 (a) b) S 1 4242 4242 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 4 0 100 1 2";
        assert_eq!(cpu_s(stat), Some(2.0));
        assert_eq!(rss_bytes("VmPeak:\t  99 kB\nVmRSS:\t   2048 kB\n"), Some(2_097_152));
        assert_eq!((cpu_s("nothing"), rss_bytes("nothing")), (None, None));
    }
}

//! The audit of a stopped server: what its ledger alone can prove.
//! Must not open a folder that a server uses, nor call a law kept that it could not check.

use std::{
    fs::File,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use tpp::{
    domain::{
        audit::{self, Facts},
        ids::{Millis, ProgramId},
    },
    ledger::{Durability, Ledger},
    server::audit::Total,
    wire::api::AuditAnswer,
};

use crate::exit::ConfigError;

/// Audits the ledger in a data folder, one program of it or all.
pub async fn audit(folder: &Path, program: Option<ProgramId>) -> anyhow::Result<AuditAnswer> {
    let _alone = lock(folder)?;
    let file = folder.join("ledger.sqlite");
    if !file.is_file() {
        return Err(ConfigError(format!("failed to audit {}: it holds no ledger", folder.display())).into());
    }
    let ledger = Ledger::open(&file, Durability::Full).context("failed to open the ledger")?;
    let answer = of_ledger(&ledger, program).await;
    ledger.close().await;
    answer
}

/// The lock that a running server holds.
fn lock(folder: &Path) -> anyhow::Result<File> {
    let shown = folder.display();
    let file = File::open(folder.join("lock"))
        .map_err(|e| ConfigError(format!("failed to audit {shown}: no server has used this folder yet ({e})")))?;
    file.try_lock().map_err(|_| {
        ConfigError(format!("failed to audit {shown}: a server is running on it; audit that one with --url"))
    })?;
    Ok(file)
}

async fn of_ledger(ledger: &Ledger, only: Option<ProgramId>) -> anyhow::Result<AuditAnswer> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("failed to read the clock")?;
    let now = Millis(i64::try_from(since.as_millis())?);
    let mut total = Total::default();
    let mut found = only.is_none();
    for program in ledger.programs().await?.into_iter().filter(|p| only.is_none_or(|id| id == p.id)) {
        found = true;
        let facts = ledger.facts(program.id).await?;
        let report = audit::check(&Facts { program: &program, ledger: &facts, inventory: None, now });
        total.add(report, facts.orders.len(), program.hall.seats());
    }
    anyhow::ensure!(found, "failed to audit: the ledger has no program {}", only.map_or(0, ProgramId::get));
    Ok(total.answer())
}

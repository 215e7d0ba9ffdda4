//! The audit of a running server: each program at a quiet instant, its facts handed to the laws.
//! Must not judge: the laws do.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    domain::{
        audit::{self, Facts, Finding, Law, LedgerFacts, Report},
        hold::Census,
        ids::ProgramId,
        program::Program,
        rejection::Rejection,
    },
    server::{
        error::{Failure, Refusal},
        gate::{Closure, sale::Alone},
        order::settle,
        recovery::RETRY_AFTER_S,
        state::State,
    },
    wire::api::{AuditAnswer, FindingAnswer, LawAnswer},
};

/// How long an audit waits for a program's rebuild and for its queue to be empty; buyers of it wait meanwhile.
const QUEUE_WAIT: Duration = Duration::from_secs(30);
const QUEUE_LOOK_EVERY: Duration = Duration::from_millis(5);

/// Audits one program, or all.
///
/// # Errors
/// [`Rejection::ProgramMissing`], or a failure.
pub async fn audit(state: &Arc<State>, program: Option<ProgramId>) -> Result<AuditAnswer, Refusal> {
    let programs = match program {
        Some(id) => vec![state.catalog.get(id).ok_or(Rejection::ProgramMissing)?],
        None => state.catalog.all(),
    };
    let mut total = Total::default();
    for program in programs {
        let (facts, census) = quiet_facts(state, &program).await?;
        let now = state.now();
        let judged = tokio::task::spawn_blocking(move || {
            let report = audit::check(&Facts { program: &program, ledger: &facts, inventory: Some(&census), now });
            (report, facts.orders.len(), program.hall.seats())
        });
        let (report, orders, seats) = judged.await.map_err(|panic| Failure::Broken(panic.to_string()))?;
        total.add(report, orders, seats);
    }
    Ok(total.answer())
}

/// What ledger and inventory say of a program while nobody buys, pays or cancels, the queue is empty, and the inventory
/// has followed the ledger.
async fn quiet_facts(state: &Arc<State>, program: &Program) -> Result<(LedgerFacts, Census), Refusal> {
    let limit = Instant::now() + QUEUE_WAIT;
    let _alone = alone_after_rebuild(state, program.id, limit).await?;
    while Instant::now() < limit {
        let queued = state.inventory.queue_depth(Some(program.id)).await?;
        let settled = !settle::try_again(state).await;
        if queued == 0 && settled {
            break;
        }
        tokio::time::sleep(QUEUE_LOOK_EVERY).await;
    }
    let facts = state.ledger.facts(program.id).await?;
    let census = state.inventory.census(program.id).await?;
    Ok((facts, census))
}

/// Alone inside the gate, once the program is not to be rebuilt any more.
async fn alone_after_rebuild(state: &Arc<State>, program: ProgramId, limit: Instant) -> Result<Alone, Failure> {
    loop {
        let alone = state.sale_gates.alone(program, Closure::Audit).await;
        if !state.sale_gates.is_rebuilding(program) {
            return Ok(alone);
        }
        drop(alone);
        if Instant::now() >= limit {
            return Err(Failure::Rebuilding { retry_after_s: RETRY_AFTER_S });
        }
        tokio::time::sleep(QUEUE_LOOK_EVERY).await;
    }
}

/// Reports of several programs, added up into one answer.
#[derive(Debug, Default)]
pub struct Total {
    programs: u64,
    orders: u64,
    seats: u64,
    report: Report,
}

impl Total {
    /// Adds a program's report.
    pub fn add(&mut self, report: Report, orders: usize, seats: u32) {
        self.programs += 1;
        self.orders += orders as u64;
        self.seats += u64::from(seats);
        self.report.findings.extend(report.findings);
        self.report.unchecked.extend(report.unchecked);
    }

    /// The whole in wire form: a verdict on each law, then the findings.
    #[must_use]
    pub fn answer(self) -> AuditAnswer {
        let Report { findings, unchecked } = self.report;
        let law = |law: Law| {
            let reason = unchecked.iter().find(|(l, _)| *l == law).map(|(_, reason)| reason.clone());
            let broken = findings.iter().any(|f| f.law == law);
            let verdict = match (broken, &reason) {
                (true, _) => "broken",
                (false, Some(_)) => "unchecked",
                (false, None) => "kept",
            };
            LawAnswer { law: law.to_string(), words: law.words().to_owned(), verdict: verdict.to_owned(), reason }
        };
        AuditAnswer {
            clean: findings.is_empty(),
            programs: self.programs,
            orders: self.orders,
            seats: self.seats,
            laws: Law::ALL.into_iter().map(law).collect(),
            findings: findings.iter().map(in_wire_form).collect(),
        }
    }
}

fn in_wire_form(finding: &Finding) -> FindingAnswer {
    FindingAnswer {
        law: finding.law.to_string(),
        program_id: finding.program,
        order_number: finding.order,
        detail: finding.detail.clone(),
    }
}

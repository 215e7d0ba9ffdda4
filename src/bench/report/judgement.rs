//! Compares figures with marks, puts both audits together, and says how a run came out.
//! Must not compute a figure.

use std::collections::{BTreeMap, BTreeSet};

use super::{Audit, AuditFinding, LawStanding, Mark, Report, Verdict, figures};
use crate::{
    bench::{scenario::Scenario, tally::Tally, verdict::CHECKED},
    domain::audit::{Finding, Law},
    wire::api::AuditAnswer,
};

/// Thresholds against figures. A figure that the run does not have misses its mark.
#[must_use]
pub fn thresholds(report: &Report, scenario: &Scenario, tally: &Tally) -> Vec<Mark> {
    let marks = scenario.thresholds.iter().map(|threshold| {
        let found = figures::named(report, tally, &threshold.metric);
        Mark { text: threshold.text.clone(), found, met: found.is_some_and(|figure| threshold.is_met_by(figure)) }
    });
    marks.collect()
}

/// Expectations against what came out.
#[must_use]
pub fn expectations(report: &Report, scenario: &Scenario) -> Vec<Mark> {
    let (expect, sale) = (&scenario.expect, &report.sale);
    let least = |text: &str, found: u64, wanted: Option<u64>| {
        wanted.map(|wanted| Mark {
            text: format!("{text} >= {wanted}"),
            found: Some(found as f64),
            met: found >= wanted,
        })
    };
    let mut marks = Vec::new();
    marks.extend(expect.sold_out.map(|sold_out| Mark {
        text: format!("sold_out = {sold_out}"),
        found: Some(sale.available as f64),
        met: (sale.available == 0) == sold_out,
    }));
    marks.extend(expect.sold.map(|sold| Mark {
        text: format!("sold = {sold}"),
        found: Some(sale.sold as f64),
        met: sale.sold == sold,
    }));
    marks.extend(least("created", sale.created, expect.created_min));
    marks.extend(least("sold", sale.sold, expect.sold_min));
    marks.extend(least("resold", sale.resold, expect.resold_min));
    marks.extend(least("duplicates_absorbed", sale.duplicates_absorbed, expect.duplicates_absorbed_min));
    for (word, wanted) in &expect.rejected_min {
        let found = report.rejections.get(word).copied().unwrap_or(0);
        marks.extend(least(&format!("rejected.{word}"), found, Some(*wanted)));
    }
    marks
}

/// The server's own audit and the join of the journal, side by side.
#[must_use]
pub fn audit(server: &AuditAnswer, joined: Vec<Finding>, orders: u64, answers: u64) -> Audit {
    let mut findings: Vec<AuditFinding> = joined
        .into_iter()
        .map(|f| AuditFinding {
            law: f.law.to_string(),
            order: f.order.map(|o| o.to_string()),
            detail: f.detail,
            by: "journal",
        })
        .collect();
    findings.extend(server.findings.iter().map(|f| AuditFinding {
        law: f.law.clone(),
        order: f.order_number.map(|o| o.to_string()),
        detail: f.detail.clone(),
        by: "server",
    }));
    // A server that calls itself broken without a finding is not clean.
    if findings.is_empty() && !server.clean {
        let detail = "the server's audit is not clean and names no finding".to_owned();
        findings.push(AuditFinding { law: "L3".to_owned(), order: None, detail, by: "server" });
    }
    let broken: BTreeSet<&str> = findings.iter().map(|f| f.law.as_str()).collect();
    let laws: BTreeMap<String, LawStanding> = Law::ALL
        .into_iter()
        .map(|law| {
            let name = law.to_string();
            let theirs = server.laws.iter().find(|answer| answer.law == name).map_or("unchecked", |a| &a.verdict);
            let mut by = Vec::new();
            by.extend((theirs != "unchecked").then_some("server"));
            by.extend(CHECKED.contains(&law).then_some("journal"));
            let verdict = match () {
                () if broken.contains(name.as_str()) || theirs == "broken" => "broken",
                () if by.is_empty() => "unchecked",
                () => "kept",
            };
            (name, LawStanding { verdict: verdict.to_owned(), by })
        })
        .collect();
    let clean = findings.is_empty() && laws.values().all(|law| law.verdict != "broken");
    Audit { clean, orders, answers, laws, findings }
}

/// What is known beside the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The run was broken off.
    pub interrupted: bool,
    /// A generator that did not keep up spoils the run even when no threshold is set.
    pub strict: bool,
}

/// How the run came out, and why. Correctness outranks the interrupt, that outranks validity, that outranks marks: the
/// figures of a run that is not valid are not held against the server.
#[must_use]
pub fn verdict(report: &Report, circumstances: Circumstances) -> (Verdict, Vec<String>) {
    let mut reasons = Vec::new();
    let mut verdict = Verdict::Passed;
    let missed = report.thresholds.iter().chain(&report.expectations).filter(|mark| !mark.met);
    for mark in missed {
        verdict = Verdict::MarkMissed;
        let found = mark.found.map_or_else(|| "there is no such figure".to_owned(), |f| format!("it is {}", round(f)));
        reasons.push(format!("{}: {found}", mark.text));
    }
    if !report.generator.kept_up {
        reasons.push(format!(
            "the generator was the limit: it let 1 % of buyers go more than {} ms late",
            round(report.generator.dispatch_p99_ms)
        ));
        if circumstances.strict || !report.thresholds.is_empty() {
            verdict = Verdict::NotValid;
        }
    }
    if circumstances.interrupted {
        verdict = Verdict::Interrupted;
        reasons.push("broken off before the end".to_owned());
    }
    if let Some(audit) = report.audit.as_ref().filter(|audit| !audit.clean) {
        verdict = Verdict::AuditFailed;
        reasons.insert(0, format!("{} findings of the audit", audit.findings.len()));
    }
    (verdict, reasons)
}

fn round(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

//! Compares figures with marks, puts both audits together, and says how a run came out.
//! Must not compute a figure.

use std::collections::{BTreeMap, BTreeSet};

use super::{Audit, AuditFinding, LawStanding, Mark, Report, Verdict};
use crate::{
    bench::{metric, scenario::Scenario, verdict::Judged},
    domain::audit::Law,
    wire::api::AuditAnswer,
};

/// Thresholds against figures. A figure that the run does not have misses its mark.
#[must_use]
pub fn thresholds(report: &Report, scenario: &Scenario) -> Vec<Mark> {
    let marks = scenario.thresholds.iter().map(|threshold| {
        let found = report.figures.get(&threshold.metric).copied();
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
        text: if sold_out { "seats free = 0".to_owned() } else { "seats free >= 1".to_owned() },
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

/// The server's own audit, where it makes one, and the join of the journal, side by side.
#[must_use]
pub fn audit(server: Option<&AuditAnswer>, joined: Judged, orders: u64, answers: u64) -> Audit {
    let Judged { findings: joined, unchecked } = joined;
    let mut findings: Vec<AuditFinding> = joined
        .into_iter()
        .map(|f| AuditFinding {
            law: f.law.to_string(),
            order: f.order.map(|o| o.to_string()),
            detail: f.detail,
            by: "journal",
        })
        .collect();
    findings.extend(server.iter().flat_map(|server| &server.findings).map(|f| AuditFinding {
        law: f.law.clone(),
        order: f.order_number.map(|o| o.to_string()),
        detail: f.detail.clone(),
        by: "server",
    }));
    // A server that calls itself broken without a finding is not clean.
    if findings.is_empty() && server.is_some_and(|server| !server.clean) {
        let detail = "the server's audit is not clean and names no finding".to_owned();
        findings.push(AuditFinding { law: "L3".to_owned(), order: None, detail, by: "server" });
    }
    let broken: BTreeSet<&str> = findings.iter().map(|f| f.law.as_str()).collect();
    let laws: BTreeMap<String, LawStanding> = Law::ALL
        .into_iter()
        .map(|law| {
            let name = law.to_string();
            let theirs = server.and_then(|server| server.laws.iter().find(|answer| answer.law == name));
            let theirs = theirs.map_or("unchecked", |answer| &answer.verdict);
            let mut by = Vec::new();
            by.extend((theirs != "unchecked").then_some("server"));
            by.extend((!unchecked.contains_key(&law)).then_some("journal"));
            let verdict = match () {
                () if broken.contains(name.as_str()) || theirs == "broken" => "broken",
                () if by.is_empty() => "unchecked",
                () => "kept",
            };
            let reason = unchecked.get(&law).filter(|_| verdict == "unchecked").cloned();
            (name, LawStanding { verdict: verdict.to_owned(), by, reason })
        })
        .collect();
    let clean = findings.is_empty() && laws.values().all(|law| law.verdict != "broken");
    Audit { clean, orders, answers, laws, findings }
}

/// What is known beside the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The run was broken off by hand.
    pub interrupted: bool,
    /// A run that is not valid is spoiled even when no mark is set.
    pub strict: bool,
}

/// How the run came out, and why. Correctness outranks the interrupt, that outranks validity, that outranks marks: the
/// figures of a run that is not valid are not held against the server. A run that `abort_on_fail` ended has missed that
/// mark, unless its figures are not to be trusted.
#[must_use]
pub fn verdict(report: &Report, circumstances: Circumstances) -> (Verdict, Vec<String>) {
    let mut verdict = Verdict::Passed;
    let missed = report.thresholds.iter().chain(&report.expectations).filter(|mark| !mark.met);
    let mut reasons: Vec<String> = missed.map(missing).collect();
    if !reasons.is_empty() {
        verdict = Verdict::MarkMissed;
    }
    if !report.validity.trusted && (circumstances.strict || !report.thresholds.is_empty()) {
        verdict = Verdict::NotValid;
        reasons.splice(..0, report.validity.reasons.clone());
    } else {
        reasons.extend(report.validity.reasons.clone());
    }
    if circumstances.interrupted {
        verdict = Verdict::Interrupted;
    }
    if let Some(audit) = report.audit.as_ref().filter(|audit| !audit.clean) {
        verdict = Verdict::AuditFailed;
        reasons.insert(0, format!("{} findings of the audit", audit.findings.len()));
    }
    (verdict, reasons)
}

fn missing(mark: &Mark) -> String {
    let metric = mark.text.split_whitespace().next().unwrap_or_default();
    let found = match mark.found {
        Some(found) => format!("it is {}", (found * 1000.0).round() / 1000.0),
        None if metric::is_percentile(metric) => "there is no such figure: fewer than 10 samples lie beyond".to_owned(),
        None => "there is no such figure".to_owned(),
    };
    format!("{}: {found}", mark.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::{Standing, sample::sample};

    fn mark(text: &str, found: Option<f64>, met: bool) -> Mark {
        Mark { text: text.to_owned(), found, met }
    }

    /// A sound run without marks.
    fn sound() -> Report {
        Report { audit: None, thresholds: Vec::new(), expectations: Vec::new(), ..sample() }
    }

    /// A run whose figures describe the generator.
    fn limited() -> Report {
        let mut report = sound();
        report.validity.standing = Standing::GeneratorLimited;
        report.validity.trusted = false;
        report.validity.reasons = vec!["the generator was the limit".to_owned()];
        report
    }

    fn of(report: &Report) -> (Verdict, Vec<String>) {
        verdict(report, Circumstances::default())
    }

    #[test]
    fn a_missed_threshold_says_what_came_out_or_why_nothing_did() {
        let mut report = sound();
        report.thresholds = vec![
            mark("created > 5", Some(4.0), false),
            mark("confirm_p99_ms < 5", None, false),
            mark("drain_s < 5", None, false),
            mark("sold > 1", Some(2.0), true),
        ];
        let (verdict, reasons) = of(&report);
        assert_eq!(verdict, Verdict::MarkMissed);
        assert_eq!(
            reasons,
            [
                "created > 5: it is 4",
                "confirm_p99_ms < 5: there is no such figure: fewer than 10 samples lie beyond",
                "drain_s < 5: there is no such figure",
            ]
        );
    }

    #[test]
    fn nothing_is_gated_on_a_run_that_is_not_valid() {
        let mut report = limited();
        assert_eq!(of(&report).0, Verdict::Passed, "there is nothing to gate");
        assert_eq!(of(&report).1, ["the generator was the limit"], "but it is told");
        let strict = Circumstances { strict: true, ..Circumstances::default() };
        assert_eq!(verdict(&report, strict).0, Verdict::NotValid);
        for met in [true, false] {
            report.thresholds = vec![mark("created > 5", Some(4.0), met)];
            let (verdict, reasons) = of(&report);
            assert_eq!((verdict, reasons[0].as_str()), (Verdict::NotValid, "the generator was the limit"));
        }
    }

    #[test]
    fn expectations_stand_whether_the_run_is_valid_or_not() {
        let report = Report { expectations: vec![mark("sold = 5", Some(4.0), false)], ..limited() };
        assert_eq!(of(&report).0, Verdict::MarkMissed);
    }

    #[test]
    fn a_run_that_a_rule_ended_has_missed_that_mark() {
        let mut report = sound();
        report.thresholds = vec![mark("abort_on_fail errors_pct > 5", Some(60.0), false)];
        report.validity.standing = Standing::Aborted;
        report.validity.reasons = vec!["broken off after 2.9 s".to_owned()];
        let (verdict, reasons) = of(&report);
        assert_eq!(verdict, Verdict::MarkMissed);
        assert_eq!(reasons, ["abort_on_fail errors_pct > 5: it is 60", "broken off after 2.9 s"]);
        report.validity.trusted = false;
        assert_eq!(of(&report).0, Verdict::NotValid);
    }

    #[test]
    fn correctness_outranks_the_interrupt_and_that_outranks_validity() {
        let mut report = Report { thresholds: vec![mark("created > 5", None, false)], ..limited() };
        let interrupted = Circumstances { interrupted: true, strict: true };
        assert_eq!(verdict(&report, interrupted).0, Verdict::Interrupted);
        report.audit = sample().audit;
        assert_eq!(verdict(&report, interrupted).0, Verdict::AuditFailed);
    }
}

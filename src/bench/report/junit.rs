//! Runs as JUnit XML: a suite a run, a case for the run itself, its validity, each mark and each law.
//! Must not hold a figure that the report lacks.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::{Audit, Exhibit, Mark, Report, Standing, Verdict, wording};
use crate::domain::audit::Law;

/// Findings named in a case; the JSON has all.
const FINDINGS_SHOWN: usize = 20;

/// The file.
#[must_use]
pub fn text(runs: &[Exhibit]) -> String {
    let mut report = quick_junit::Report::new("tpp bench");
    report.set_time(runs.iter().map(|run| length(&run.report)).sum());
    report.add_test_suites(runs.iter().map(suite));
    let text = report.to_string().expect("memory takes every write");
    // Surefire's schema, which Jenkins insists on, knows `skipped` where this crate writes `disabled`.
    text.lines().map(with_skipped).collect()
}

/// In a text `<` stands as `&lt;`, so that a line which begins like this is a tag.
fn with_skipped(line: &str) -> String {
    let line = match line.trim_start().starts_with("<testsuite ") {
        true => line.replacen("\" disabled=\"", "\" skipped=\"", 1),
        false => line.to_owned(),
    };
    line + "\n"
}

fn suite(run: &Exhibit) -> TestSuite {
    let report = &run.report;
    let played = &report.scenario;
    let mut suite = TestSuite::new(format!("{} {} {}", played.name, run.label(), wording::engine(report)));
    suite.set_time(length(report));
    let property = |name: &str, value: String| Property::new(name, value);
    suite.add_properties([
        property("run", run.name.clone()),
        property("verdict", wording::verdict(report.verdict).to_owned()),
        property("seed", played.seed.to_string()),
        property("scale", played.scale.to_string()),
        property("scenario.digest", played.digest.clone()),
        property("tpp", report.machine.tpp.to_owned()),
    ]);
    suite.add_properties(report.figures.iter().map(|(name, figure)| property(name, figure.to_string())));
    let place = format!("tpp.{}.{}", in_a_path(&played.name), in_a_path(&run.name));
    let cases = cases(report).into_iter().enumerate().map(|(at, mut case)| {
        case.set_classname(place.clone());
        // The run as a whole took the time; looking at a figure takes none.
        case.set_time(if at == 0 { length(report) } else { Duration::ZERO });
        case
    });
    suite.add_test_cases(cases);
    // `add_test_cases` counts; `disabled` holds what was skipped.
    suite
}

/// Readers of JUnit files divide the name of a class at its points.
fn in_a_path(name: &str) -> String {
    name.replace(['.', '/', ' '], "_")
}

fn length(report: &Report) -> Duration {
    Duration::try_from_secs_f64(report.speed.run_s).unwrap_or_default()
}

fn cases(report: &Report) -> Vec<TestCase> {
    let mut cases = vec![played(report), validity(report)];
    cases.extend(report.thresholds.iter().map(|mark| marked("threshold", mark)));
    cases.extend(report.expectations.iter().map(|mark| marked("expectation", mark)));
    cases.extend(Law::ALL.into_iter().map(|law| kept(law, report.audit.as_ref())));
    cases
}

fn played(report: &Report) -> TestCase {
    let status = match report.verdict {
        Verdict::Interrupted => failed(NonSuccessKind::Error, "broken off before the end", &report.reasons.join("\n")),
        _ => TestCaseStatus::success(),
    };
    TestCase::new("the sale was played to its end", status)
}

/// A run that is not valid fails as an error: it says nothing about the server.
fn validity(report: &Report) -> TestCase {
    let standing = match report.validity.standing {
        Standing::Valid => None,
        Standing::GeneratorLimited => Some("the generator was the limit"),
        Standing::Noisy => Some("something else used the machine"),
        Standing::Aborted => Some("the run was broken off"),
    };
    let status = match standing {
        None => TestCaseStatus::success(),
        Some(_) if report.verdict == Verdict::Passed => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("nothing depends on it: {}", report.validity.reasons.join("; ")));
            status
        }
        Some(words) => failed(NonSuccessKind::Error, words, &report.validity.reasons.join("\n")),
    };
    TestCase::new("the figures can be trusted", status)
}

fn marked(kind: &str, mark: &Mark) -> TestCase {
    let found = mark.found.map_or_else(|| "there is no such figure".to_owned(), |found| format!("it is {found}"));
    let status = match mark.met {
        true => TestCaseStatus::success(),
        false => failed(NonSuccessKind::Failure, &format!("{}: {found}", mark.text), &found),
    };
    TestCase::new(format!("{kind}: {}", mark.text), status)
}

fn kept(law: Law, audit: Option<&Audit>) -> TestCase {
    let name = law.to_string();
    let standing = audit.and_then(|audit| audit.laws.get(&name)).map(|law| law.verdict.as_str());
    let status = match (audit, standing) {
        (Some(audit), Some("broken")) => broken(&name, audit),
        (_, Some("kept")) => TestCaseStatus::success(),
        (audit, _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(if audit.is_some() { "not checked" } else { "the audit was switched off" });
            status
        }
    };
    TestCase::new(format!("{name}: {}", law.words()), status)
}

fn broken(name: &str, audit: &Audit) -> TestCaseStatus {
    let findings: Vec<_> = audit.findings.iter().filter(|finding| finding.law == name).collect();
    let line = |finding: &&super::AuditFinding| {
        let order = finding.order.as_ref().map_or_else(String::new, |order| format!("order {order}: "));
        format!("{order}{} [{}]", finding.detail, finding.by)
    };
    let mut lines: Vec<_> = findings.iter().take(FINDINGS_SHOWN).map(line).collect();
    if findings.len() > FINDINGS_SHOWN {
        lines.push(format!("and {} more in report.json", findings.len() - FINDINGS_SHOWN));
    }
    failed(NonSuccessKind::Failure, &format!("{name} is broken: {} findings", findings.len()), &lines.join("\n"))
}

fn failed(kind: NonSuccessKind, message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message).set_type(match kind {
        NonSuccessKind::Failure => "missed",
        NonSuccessKind::Error => "not valid",
    });
    status.set_description(description);
    status
}

#[cfg(test)]
mod tests;

//! Several runs beside each other, a line each: what the README's table holds.
//! Must not compare runs on different scenarios without showing that they are.

use std::fmt::Write as _;

use super::{Report, StepLatency, Verdict};

/// A table in Markdown, which reads well on a terminal, too.
#[must_use]
pub fn text(reports: &[Report]) -> String {
    let mut rows = vec![
        ["run", "verdict", "created/s", "accepted/s", "of ceiling", "confirm p50/p99 ms", "sold out p50/p99 ms"]
            .map(str::to_owned),
    ];
    rows.extend(reports.iter().map(row));
    let widths: [usize; 7] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default());
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(text, "| {} |", cells.join(" | ")).expect("memory takes every write");
        if at == 0 {
            let lines: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(text, "|-{}-|", lines.join("-|-")).expect("memory takes every write");
        }
    }
    text
}

fn row(report: &Report) -> [String; 7] {
    let verdict = match report.verdict {
        Verdict::Passed => "passed",
        Verdict::MarkMissed => "mark missed",
        Verdict::NotValid => "not valid",
        Verdict::AuditFailed => "AUDIT FAILED",
        Verdict::Interrupted => "interrupted",
    };
    let share = report.speed.accepted_of_ceiling_pct;
    [
        format!("{} {}, {}", report.scenario.name, report.scenario.version, engine(report)),
        verdict.to_owned(),
        format!("{:.0}", report.speed.created_per_s),
        format!("{:.0}", report.speed.accepted_per_s),
        share.map_or_else(|| "-".to_owned(), |share| format!("{share:.0} %")),
        spread(report, "confirm", "done"),
        spread(report, "create", "sold_out"),
    ]
}

/// What holds the inventory, as far as the server tells.
fn engine(report: &Report) -> &str {
    report.server.as_ref().map_or("unknown engine", |server| &server.engine)
}

fn spread(report: &Report, step: &str, outcome: &str) -> String {
    let found = report.latency.iter().find(|l| l.step == step && l.outcome == outcome);
    found.map_or_else(|| "-".to_owned(), shown)
}

/// Response, which counts from the intended moment.
fn shown(latency: &StepLatency) -> String {
    let response = &latency.response;
    match response.p99_ms {
        Some(p99) => format!("{:.1} / {p99:.1}", response.p50_ms),
        None => format!("{:.1} / max {:.1}", response.p50_ms, response.max_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample::sample;

    #[test]
    fn every_run_has_a_line_and_all_lines_are_equally_wide() {
        let mut slow = sample();
        slow.latency.clear();
        slow.speed.accepted_of_ceiling_pct = None;
        let text = text(&[sample(), slow]);
        let widths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths.len(), 4, "{text}");
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        assert!(text.contains("| flash_sale mixed, embedded | AUDIT FAILED | 90 "), "{text}");
        assert!(text.contains("| 1.0 / 3.0 ") && text.contains("| -  "), "{text}");
    }
}

//! Runs as Markdown for a pull request or a job summary: the verdict first, the rest folded away.
//! Must not let a name act as Markdown or HTML.

use std::fmt::Write as _;

use super::{Exhibit, Report, Verdict, wording};

/// Findings shown a run; the JSON has all.
const FINDINGS_SHOWN: usize = 10;

/// The text.
#[must_use]
pub fn text(runs: &[Exhibit]) -> String {
    let mut out = Page::default();
    headline(runs, &mut out);
    table(runs, &mut out);
    runs.iter().for_each(|run| misses(run, &mut out));
    runs.iter().for_each(|run| findings(run, &mut out));
    runs.iter().for_each(|run| details(run, &mut out));
    out.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        writeln!(self.0, "{text}").expect("memory takes every write");
    }

    /// A folded part. GitHub wants an empty line after the summary to see Markdown in it.
    fn folded(&mut self, summary: &str, inner: impl FnOnce(&mut Self)) {
        self.line(&format!("<details><summary>{summary}</summary>\n"));
        inner(self);
        self.line("\n</details>\n");
    }
}

fn headline(runs: &[Exhibit], out: &mut Page) {
    let worst = wording::worst(runs.iter().map(|run| &run.report));
    let sign = match worst {
        Verdict::Passed => "✅",
        Verdict::MarkMissed | Verdict::NotValid | Verdict::Interrupted => "⚠️",
        Verdict::AuditFailed => "❌",
    };
    let Some(first) = runs.first() else {
        return out.line("### ⚠️ no run was finished");
    };
    let name = plain(&first.report.scenario.name);
    let laws = runs.iter().find(|run| run.report.verdict == worst).map_or("", |run| wording::laws(&run.report));
    let several = if runs.len() > 1 { format!(", {} runs", runs.len()) } else { String::new() };
    out.line(&format!("### {sign} {name}{several}: {}, {laws}\n", wording::verdict(worst)));
}

fn table(runs: &[Exhibit], out: &mut Page) {
    out.line("| run | verdict | seats sold | sold out after | created/s | accepted/s | confirmed p50 / p99 ms | sold out p50 / p99 ms | errors |");
    out.line("|---|---|--:|--:|--:|--:|--:|--:|--:|");
    for run in runs {
        let (report, sale, speed) = (&run.report, &run.report.sale, &run.report.speed);
        let sold_out = sale.sell_out_s.map_or_else(|| "–".to_owned(), |s| format!("{s:.2} s"));
        out.line(&format!(
            "| {} | {} | {} of {} | {sold_out} | {} | {} | {} | {} | {} % |",
            plain(&run.name),
            wording::verdict(report.verdict),
            wording::count(sale.sold),
            wording::count(sale.capacity),
            wording::number(speed.created_per_s),
            wording::number(speed.accepted_per_s),
            wording::half_and_tail(wording::latency(report, "confirm", "done")),
            wording::half_and_tail(wording::latency(report, "create", "sold_out")),
            wording::number(speed.errors_pct),
        ));
    }
    out.line("");
}

/// What kept a run from passing.
fn misses(run: &Exhibit, out: &mut Page) {
    let report = &run.report;
    let marks = report.thresholds.iter().chain(&report.expectations).filter(|mark| !mark.met);
    for mark in marks {
        let found = mark
            .found
            .map_or_else(|| "there is no such figure".to_owned(), |f| format!("it is {}", wording::number(f)));
        out.line(&format!("- **{}** misses {}: {found}", plain(&run.name), code(&mark.text)));
    }
    for reason in &report.validity.reasons {
        out.line(&format!("- **{}**, validity: {}", plain(&run.name), plain(reason)));
    }
}

fn findings(run: &Exhibit, out: &mut Page) {
    let Some(audit) = run.report.audit.as_ref().filter(|audit| !audit.clean) else { return };
    for finding in audit.findings.iter().take(FINDINGS_SHOWN) {
        let order = finding.order.as_ref().map_or_else(String::new, |order| format!(", order {}", code(order)));
        out.line(&format!("- **{}** breaks {}{order}: {}", plain(&run.name), finding.law, plain(&finding.detail)));
    }
    if audit.findings.len() > FINDINGS_SHOWN {
        out.line(&format!("- and {} more findings in `report.json`", audit.findings.len() - FINDINGS_SHOWN));
    }
}

fn details(run: &Exhibit, out: &mut Page) {
    out.line("");
    let summary = format!("{}: latency, marks, audit, environment", html(&run.name));
    out.folded(&summary, |out| {
        latencies(&run.report, out);
        marks(&run.report, out);
        audit(&run.report, out);
        environment(&run.report, out);
    });
}

fn latencies(report: &Report, out: &mut Page) {
    out.line(
        "| step | outcome | count | response p50 / p99 ms | service p99 ms | lag p99 ms |\n|---|---|--:|--:|--:|--:|",
    );
    for latency in &report.latency {
        out.line(&format!(
            "| {} | {} | {} | {} | {} | {} |",
            latency.step,
            latency.outcome,
            wording::count(latency.count),
            wording::half_and_tail(Some(latency)),
            wording::tail(&latency.service),
            wording::tail(&latency.lag),
        ));
    }
    out.line("");
}

fn marks(report: &Report, out: &mut Page) {
    for mark in report.thresholds.iter().chain(&report.expectations) {
        let found = mark.found.map_or_else(|| "–".to_owned(), wording::number);
        out.line(&format!("- {} {}: {found}", if mark.met { "✅" } else { "❌" }, code(&mark.text)));
    }
    out.line("");
}

fn audit(report: &Report, out: &mut Page) {
    let Some(audit) = &report.audit else { return out.line("The audit was switched off.\n") };
    let laws: Vec<_> = audit.laws.iter().map(|(name, law)| format!("{name} {}", law.verdict)).collect();
    out.line(&format!(
        "{} orders and {} answers were joined: {}.\n",
        wording::count(audit.orders),
        wording::count(audit.answers),
        laws.join(", ")
    ));
}

fn environment(report: &Report, out: &mut Page) {
    let machine = &report.machine;
    out.line(&format!(
        "{} × {}, {}; tpp {} ({}); inventory: {}.\n",
        machine.cpus,
        plain(&machine.cpu),
        plain(&machine.kernel),
        machine.tpp,
        machine.build,
        plain(wording::engine(report))
    ));
    out.line(&format!("```sh\n{}\n```", wording::command(report).replace("```", "")));
}

/// Text in which nothing acts: no emphasis, no link, no cell, no tag, no mention.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            '@' => out.push_str("@\u{2060}"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Text inside a tag, where Markdown does not act.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A code span.
fn code(text: &str) -> String {
    format!("`{}`", text.replace(['`', '\n', '\r'], " ").replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::{
        sample::sample,
        sample_run::{empty_run, sample_run},
    };

    #[test]
    fn the_verdict_comes_first_and_what_failed_before_the_details() {
        let mut broken = sample_run("v4-embedded-1", 1);
        broken.report = Report { latency: broken.report.latency, ..sample() };
        let text = text(&[sample_run("v1-embedded-1", 1), broken]);
        assert!(text.starts_with("### ❌ flash\\_sale, 2 runs: audit failed, laws of the sale are broken\n"), "{text}");
        let at = |needle: &str| text.find(needle).unwrap_or_else(|| panic!("{needle} is missing in\n{text}"));
        let order = [
            at("| v4-embedded-1 | audit failed | 5 of 10 |"),
            at("- **v4-embedded-1** misses `t`: there is no such figure"),
            at("- **v4-embedded-1** breaks L2, order `0`: seat 7 is in two orders"),
            at("- and 190 more findings"),
            at("<details><summary>v1-embedded-1:"),
        ];
        assert!(order.is_sorted(), "{text}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        assert!(text.contains("tpp bench flash_sale --version mixed --seed"), "{text}");
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_head() {
        let mut run = sample_run("a|b\nc", 1);
        run.report.scenario.name = "<script>alert(1)</script> | @all [x](y)".to_owned();
        let text = text(&[run, empty_run("v2-redis-1")]);
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).map(cells).collect();
        assert!(rows.iter().all(|cells| *cells == 10 || *cells == 7), "{rows:?}\n{text}");
        let outside_code = text.split("```").step_by(2).collect::<String>();
        assert!(!outside_code.contains("<script") && !outside_code.contains("[x](y)"), "{text}");
        assert!(!outside_code.contains("@all"), "nobody is called");
    }

    #[test]
    fn no_run_is_no_success() {
        assert!(!text(&[]).contains('✅'));
    }
}

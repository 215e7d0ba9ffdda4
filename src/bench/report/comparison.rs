//! Several runs beside each other, a column for each version and engine.
//! Must not mix runs of different cells, nor count one that is not valid.

use std::fmt::Write as _;

use super::{Report, Standing, Verdict};
use crate::bench::compare::median;

/// Columns beside each other: with the names of the rows they fill a terminal of 80 columns.
const COLUMNS: usize = 4;

/// Runs of one version on one engine.
#[derive(Debug)]
pub struct Column<'a> {
    /// What it is called.
    pub name: String,
    /// One or several runs.
    pub runs: Vec<&'a Report>,
}

/// A row: its name, digits after the point, and the figure of a run.
type Row = (&'static str, usize, fn(&Report) -> Option<f64>);

const ROWS: [Row; 11] = [
    ("created/s", 0, |run| Some(run.speed.created_per_s)),
    ("accepted/s", 0, |run| Some(run.speed.accepted_per_s)),
    ("of ceiling %", 0, |run| run.speed.accepted_of_ceiling_pct),
    ("sold out after s", 2, |run| run.sale.sell_out_s),
    ("confirm p50 ms", 1, |run| latency(run, "confirm", "done").0),
    ("confirm p99 ms", 1, |run| latency(run, "confirm", "done").1),
    ("sold out p50 ms", 1, |run| latency(run, "create", "sold_out").0),
    ("sold out p99 ms", 1, |run| latency(run, "create", "sold_out").1),
    ("rejections", 0, |run| Some(run.rejections.values().sum::<u64>() as f64)),
    ("polls per order", 2, |run| run.speed.polls_per_order),
    ("errors %", 2, |run| Some(run.speed.errors_pct)),
];

/// A table in Markdown, which reads well on a terminal, too. Of several runs of a cell it shows the median, and the smallest
/// and largest beneath; runs that are not valid are left out as long as there are others.
#[must_use]
pub fn text(columns: &[Column<'_>]) -> String {
    let blocks: Vec<_> = columns.chunks(COLUMNS).map(block).collect();
    blocks.join("\n")
}

/// Lines of cells, equally wide, as a Markdown table.
#[must_use]
pub fn table<R: AsRef<[String]>>(rows: &[R]) -> String {
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    let width = |at: usize| rows.iter().map(|row| row.as_ref()[at].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<_> = row.as_ref().iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(text, "| {} |", cells.join(" | ")).expect("memory takes every write");
        if at == 0 {
            let lines: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(text, "|-{}-|", lines.join("-|-")).expect("memory takes every write");
        }
    }
    text
}

fn block(columns: &[Column<'_>]) -> String {
    let line = |name: &str, cell: &dyn Fn(&Column<'_>) -> String| {
        std::iter::once(name.to_owned()).chain(columns.iter().map(cell)).collect::<Vec<_>>()
    };
    let mut rows = vec![line("", &|column| column.name.clone())];
    rows.push(line("verdict", &|column| told(column, |run| verdict(run).to_owned())));
    rows.push(line("audit", &|column| told(column, audit)));
    rows.push(line("validity", &validity));
    for (name, digits, figure) in ROWS {
        let spreads: Vec<_> = columns.iter().map(|column| Spread::of(column, figure)).collect();
        if spreads.iter().all(Option::is_none) {
            continue;
        }
        rows.push(line_of(name, &spreads, |spread| format!("{:.digits$}", spread.median)));
        if spreads.iter().flatten().any(|spread| spread.min < spread.max) {
            rows.push(line_of("", &spreads, |spread| format!("{:.digits$} – {:.digits$}", spread.min, spread.max)));
        }
    }
    table(&rows)
}

fn line_of(name: &str, spreads: &[Option<Spread>], shown: impl Fn(&Spread) -> String) -> Vec<String> {
    let cell = |spread: &Option<Spread>| spread.as_ref().map_or_else(|| "-".to_owned(), &shown);
    std::iter::once(name.to_owned()).chain(spreads.iter().map(cell)).collect()
}

struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    fn of(column: &Column<'_>, figure: fn(&Report) -> Option<f64>) -> Option<Self> {
        let valid: Vec<&Report> = column.runs.iter().copied().filter(|run| is_valid(run)).collect();
        let shown = if valid.is_empty() { &column.runs } else { &valid };
        let mut figures: Vec<f64> = shown.iter().filter_map(|run| figure(run)).collect();
        figures.sort_unstable_by(f64::total_cmp);
        Some(Self { median: median(&figures)?, min: *figures.first()?, max: *figures.last()? })
    }
}

fn is_valid(run: &Report) -> bool {
    run.validity.standing == Standing::Valid && !matches!(run.verdict, Verdict::NotValid | Verdict::Interrupted)
}

/// A word that all runs of a column share, or each word with its number.
fn told(column: &Column<'_>, word: impl Fn(&Report) -> String) -> String {
    let mut words: Vec<(String, usize)> = Vec::new();
    for run in &column.runs {
        let word = word(run);
        match words.iter_mut().find(|(known, _)| *known == word) {
            Some((_, times)) => *times += 1,
            None => words.push((word, 1)),
        }
    }
    match words.as_slice() {
        [(word, _)] => word.clone(),
        _ => words.iter().map(|(word, times)| format!("{times} {word}")).collect::<Vec<_>>().join(", "),
    }
}

const fn verdict(run: &Report) -> &'static str {
    match run.verdict {
        Verdict::Passed => "passed",
        Verdict::MarkMissed => "mark missed",
        Verdict::NotValid => "not valid",
        Verdict::AuditFailed => "AUDIT FAILED",
        Verdict::Interrupted => "interrupted",
    }
}

fn audit(run: &Report) -> String {
    match &run.audit {
        Some(audit) if audit.clean => "clean".to_owned(),
        Some(audit) => format!("{} findings", audit.findings.len()),
        None => "not audited".to_owned(),
    }
}

fn validity(column: &Column<'_>) -> String {
    let standing = |run: &Report| {
        let word = match run.validity.standing {
            Standing::Valid if is_valid(run) => "valid",
            Standing::Valid => "not valid",
            Standing::GeneratorLimited => "generator-limited",
            Standing::Noisy => "noisy",
            Standing::Aborted => "aborted",
        };
        word.to_owned()
    };
    told(column, standing)
}

/// Median and 99 % of the response, which counts from the intended moment.
fn latency(run: &Report, step: &str, outcome: &str) -> (Option<f64>, Option<f64>) {
    let found = run.latency.iter().find(|l| l.step == step && l.outcome == outcome);
    (found.and_then(|l| l.response.p50_ms), found.and_then(|l| l.response.p99_ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample::sample;

    fn run(created_per_s: f64, standing: Standing) -> Report {
        let mut run = sample();
        (run.verdict, run.speed.created_per_s, run.validity.standing) = (Verdict::Passed, created_per_s, standing);
        run
    }

    #[test]
    fn every_cell_has_a_column_and_all_lines_are_equally_wide() {
        let (one, mut other) = (sample(), sample());
        other.latency.clear();
        other.speed.polls_per_order = None;
        let columns = [("v3, in process", &one), ("v4, in process", &other)]
            .map(|(name, run)| Column { name: name.to_owned(), runs: vec![run] });
        let text = text(&columns);
        let widths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        for line in [
            "|                  | v3, in process | v4, in process |",
            "| verdict          | AUDIT FAILED   | AUDIT FAILED   |",
            "| audit            | 200 findings   | 200 findings   |",
            "| created/s        | 90             | 90             |",
            "| confirm p99 ms   | 3.0            | -              |",
            "| polls per order  | 1.20           | -              |",
            "| rejections       | 190            | 190            |",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn of_several_runs_the_median_of_the_valid_ones_is_shown_with_their_spread() {
        let runs =
            [(10.0, Standing::Valid), (30.0, Standing::Valid), (20.0, Standing::Valid), (999.0, Standing::Noisy)]
                .map(|(created, standing)| run(created, standing));
        let text = text(&[Column { name: "v4".to_owned(), runs: runs.iter().collect() }]);
        assert!(text.contains("| 3 valid, 1 noisy |"), "{text}");
        assert!(text.contains("| created/s        | 20 ") && text.contains("| 10 – 30 "), "{text}");
        assert!(!text.contains("999"), "{text}");
    }

    #[test]
    fn more_cells_than_fit_go_into_a_table_of_their_own() {
        let run = sample();
        let columns: Vec<_> = (1..=6).map(|at| Column { name: format!("v{at}"), runs: vec![&run] }).collect();
        let text = text(&columns);
        assert_eq!(text.lines().filter(|line| line.contains("verdict")).count(), 2, "{text}");
    }
}

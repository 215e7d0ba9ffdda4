//! A comparison as text: the verdict first, then a table for each version and engine.
//! Must not hold a figure that the comparison lacks.

use std::fmt::Write as _;

use super::{Change, Compared, ComparedCell, ComparedFigure, Counted, Middle};
use crate::bench::report::comparison::table;

/// The comparison. Figures that do not decide are left to the JSON.
#[must_use]
pub fn text(compared: &Compared) -> String {
    let mut out = format!("{}: {}", word(compared.verdict).to_uppercase(), compared.scenario);
    let lines: Vec<_> = compared.cells.iter().flat_map(|cell| deciding(cell, compared.verdict)).collect();
    if !lines.is_empty() {
        write!(out, ", {}", lines.join(", ")).expect("memory takes every write");
    }
    out.push('\n');
    if compared.laws_broken {
        out.push_str("  a run broke a law: speed does not matter before that is mended\n");
    }
    for note in &compared.notes {
        writeln!(out, "  note: {note}").expect("memory takes every write");
    }
    for cell in &compared.cells {
        cell_text(cell, &mut out);
    }
    out
}

/// What became of a figure, in a word.
#[must_use]
pub const fn word(change: Change) -> &'static str {
    match change {
        Change::Improved => "improved",
        Change::Regressed => "regressed",
        Change::Unchanged => "unchanged",
        Change::Inconclusive => "inconclusive",
    }
}

fn deciding(cell: &ComparedCell, verdict: Change) -> Vec<String> {
    let deciding = cell.figures.iter().filter(|f| f.judged && f.verdict == verdict && verdict != Change::Unchanged);
    let named = |figure: &ComparedFigure| match figure.change_pct {
        Some(change) => format!("{} {}", figure.name, percent(change)),
        None => figure.name.clone(),
    };
    deciding.map(|figure| format!("{} {}: {}", cell.version, cell.engine, named(figure))).collect()
}

fn cell_text(cell: &ComparedCell, out: &mut String) {
    let (version, engine) = (&cell.version, &cell.engine);
    writeln!(out, "\n{version} {engine}: {} before, {} now", runs(&cell.before), runs(&cell.after))
        .expect("memory takes every write");
    for why in cell.before.not_counted.iter().chain(&cell.after.not_counted) {
        writeln!(out, "  not counted: {why}").expect("memory takes every write");
    }
    let mut rows = vec![["figure", "before", "now", "change", "95 % interval", "noise", "verdict"].map(str::to_owned)];
    rows.extend(cell.figures.iter().filter(|f| f.judged).map(row));
    out.push_str(&table(&rows));
    for figure in cell.figures.iter().filter(|f| f.judged) {
        if let Some(reason) = &figure.reason {
            writeln!(out, "  {}: inconclusive: {reason}", figure.name).expect("memory takes every write");
        }
    }
}

fn runs(counted: &Counted) -> String {
    if counted.runs == counted.valid {
        format!("{} runs", counted.runs)
    } else {
        format!("{} of {} runs valid", counted.valid, counted.runs)
    }
}

fn row(figure: &ComparedFigure) -> [String; 7] {
    let interval = match (figure.low_pct, figure.high_pct) {
        (Some(low), Some(high)) => format!("{} to {}", percent(low), percent(high)),
        _ => "-".to_owned(),
    };
    [
        figure.name.clone(),
        middle(&figure.before),
        middle(&figure.after),
        figure.change_pct.map_or_else(|| "-".to_owned(), percent),
        interval,
        figure.noise_pct.map_or_else(|| "-".to_owned(), |noise| format!("{noise:.1} %")),
        word(figure.verdict).to_owned(),
    ]
}

fn middle(middle: &Middle) -> String {
    middle.median.map_or_else(|| "-".to_owned(), shown)
}

/// A figure with three or four digits that matter.
fn shown(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

fn percent(change: f64) -> String {
    format!("{change:+.1} %")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::compare::{Terms, compare, saved::tests::run};

    #[test]
    fn the_verdict_comes_first_and_the_reason_after_the_table() {
        let group = |figures: [f64; 5]| figures.map(|figure| run(&[("created_per_s", figure)]));
        let slow = compare(&group([100.0, 101.0, 99.0, 100.0, 102.0]), &group([80.0; 5]), &Terms::default()).unwrap();
        let told = text(&slow);
        assert!(told.starts_with("REGRESSED: flash_sale, mixed embedded: created_per_s -20."), "{told}");
        assert!(told.contains("| created_per_s | 100    | 80.0 |"), "{told}");
        let few = compare(&group([100.0; 5])[..3], &group([80.0; 5]), &Terms::default()).unwrap();
        let told = text(&few);
        assert!(told.contains("inconclusive: 3 runs, at least 5 are needed"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    }
}

//! Runs as one HTML file that needs nothing beside itself: no script, no font, no picture from elsewhere.
//! Must not let a name act as markup: the template escapes, and charts escape their own words.

mod axis;
mod bars;
mod columns;
mod course;
mod figure;
mod heat_map;
mod latencies;
mod line;
mod part;
mod svg;
mod versions;

use askama::Template;

use self::{figure::Figure, part::Part};
use super::{Exhibit, Verdict, wording};

/// Runs that stand open; with more, each is folded.
const OPEN_MAX: usize = 1;

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    class: &'static str,
    sign: &'static str,
    verdict: &'static str,
    laws: &'static str,
    about: &'a str,
    program: &'a str,
    compared: Vec<Line>,
    figures: Vec<Figure>,
    parts: Vec<Part<'a>>,
    open: bool,
}

/// A run in the table of all.
struct Line {
    class: &'static str,
    cells: Vec<String>,
}

/// The file.
///
/// # Panics
/// Never: everything that the template shows can be shown.
#[must_use]
pub fn text(runs: &[Exhibit]) -> String {
    let worst = runs.iter().find(|run| run.report.verdict == wording::worst(runs.iter().map(|run| &run.report)));
    let several = runs.len() > 1;
    let page = Page {
        title: runs.first().map_or_else(|| "no run".to_owned(), |run| run.report.scenario.name.clone()),
        class: worst.map_or("bad", |run| class(run.report.verdict)),
        sign: worst.map_or("!", |run| sign(run.report.verdict)),
        verdict: worst.map_or("no run was finished", |run| wording::verdict(run.report.verdict)),
        laws: worst.map_or("", |run| wording::laws(&run.report)),
        about: runs.first().map_or("", |run| &run.report.scenario.about),
        program: runs.first().map_or("", |run| &run.report.scenario.program),
        compared: if several { runs.iter().map(compared).collect() } else { Vec::new() },
        figures: if several { versions::figures(runs) } else { Vec::new() },
        parts: runs.iter().map(Part::of).collect(),
        open: runs.len() <= OPEN_MAX,
    };
    page.render().expect("a page of text and numbers can be shown")
}

const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "good",
        Verdict::MarkMissed | Verdict::NotValid | Verdict::Interrupted => "fair",
        Verdict::AuditFailed => "bad",
    }
}

/// Not by colour alone.
const fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✓",
        Verdict::MarkMissed | Verdict::NotValid | Verdict::Interrupted => "!",
        Verdict::AuditFailed => "✗",
    }
}

fn compared(run: &Exhibit) -> Line {
    let (report, sale, speed) = (&run.report, &run.report.sale, &run.report.speed);
    let or_none = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), wording::number);
    let cells = vec![
        wording::number(speed.created_per_s),
        wording::number(speed.accepted_per_s),
        or_none(speed.accepted_of_ceiling_pct),
        format!("{} / {}", wording::count(sale.sold), wording::count(sale.capacity)),
        or_none(sale.sell_out_s),
        wording::half_and_tail(wording::latency(report, "confirm", "done")),
        wording::half_and_tail(wording::latency(report, "create", "sold_out")),
        or_none(speed.polls_per_order),
        wording::number(speed.errors_pct),
    ];
    let mut all = vec![run.name.clone(), wording::verdict(report.verdict).to_owned()];
    all.extend(cells);
    Line { class: class(report.verdict), cells: all }
}

#[cfg(test)]
mod tests;

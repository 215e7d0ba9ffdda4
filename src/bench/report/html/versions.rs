//! Several runs in the same charts: how fast, how soon the seats were gone, how long it took.
//! Must not say which is better: that takes more than a picture.

use std::collections::BTreeSet;

use super::{
    axis::Axis,
    bars::{Row, bars},
    course,
    figure::{Entry, Figure},
    latencies::{Curve, curves},
    line::line,
    svg::chart,
};
use crate::bench::{
    report::{Exhibit, Report, wording},
    tally::{Outcome, Step},
};

/// Lines that can be told apart in one chart.
const LINES_MAX: usize = 6;

/// All charts that compare.
pub fn figures(runs: &[Exhibit]) -> Vec<Figure> {
    let shown = first_of_each(runs);
    let mut figures = vec![speed(runs), stock(&shown), confirmed(&shown)];
    figures.extend(sold_out(&shown));
    let all = runs.iter().map(Exhibit::label).collect::<BTreeSet<_>>().len();
    if all > shown.len() {
        for figure in &mut figures[1..] {
            figure.note = format!("Only the first {} of {all} are drawn. {}", shown.len(), figure.note);
        }
    }
    figures
}

/// The first run of each label: repeats would hide each other.
fn first_of_each(runs: &[Exhibit]) -> Vec<&Exhibit> {
    let mut seen = BTreeSet::new();
    runs.iter().filter(|run| seen.insert(run.label())).take(LINES_MAX).collect()
}

fn look(nth: usize) -> String {
    format!("s{nth}")
}

fn speed(runs: &[Exhibit]) -> Figure {
    let rate = |report: &Report| report.speed.created_per_s;
    let rows: Vec<Row> = runs
        .iter()
        .map(|run| Row {
            name: run.name.clone(),
            value: rate(&run.report),
            words: format!("{}/s", wording::number(rate(&run.report))),
            look: "f0".to_owned(),
        })
        .collect();
    let title = match runs.iter().max_by(|a, b| rate(&a.report).total_cmp(&rate(&b.report))) {
        Some(fastest) => {
            format!("{} wrote the most orders a second: {}", fastest.name, wording::number(rate(&fastest.report)))
        }
        None => "Orders a second".to_owned(),
    };
    let note = "Orders in the books per second, until the last one of the rush was written.".to_owned();
    Figure { svg: bars(&title, &rows), title, legend: Vec::new(), note }
}

fn stock(runs: &[&Exhibit]) -> Figure {
    let title = "How soon the seats went";
    let lines: Vec<_> = runs.iter().map(|run| course::seats(&run.series, |seats| seats.available)).collect();
    let most = lines.iter().flatten().map(|point| point.1).fold(0.0, f64::max);
    if most <= 0.0 {
        return Figure::nothing(title, "The servers were not seen often enough to draw the seats over time.");
    }
    let end = runs.iter().map(|run| course::end_s(&run.series)).fold(0.0, f64::max);
    let (x, y) = (Axis::until("seconds since the start", end), Axis::linear("free seats", most));
    let drawn: String = lines.iter().enumerate().map(|(nth, points)| line(&x, &y, &look(nth), points)).collect();
    Figure { title: title.to_owned(), legend: legend(runs), svg: chart(&x, &y, title, &drawn), note: String::new() }
}

fn legend(runs: &[&Exhibit]) -> Vec<Entry> {
    runs.iter().enumerate().map(|(nth, run)| Entry::line(&look(nth), run.name.clone())).collect()
}

fn confirmed(runs: &[&Exhibit]) -> Figure {
    overlaid("How long it took until an order was confirmed", runs, Step::Confirm, Outcome::Done)
}

fn sold_out(runs: &[&Exhibit]) -> Option<Figure> {
    let figure = overlaid("How long it took to be told that it is sold out", runs, Step::Create, Outcome::SoldOut);
    (!figure.svg.is_empty()).then_some(figure)
}

fn overlaid(title: &str, runs: &[&Exhibit], step: Step, outcome: Outcome) -> Figure {
    let curve = |(nth, run): (usize, &&'_ Exhibit)| {
        run.tally.latency(step, outcome).map(|latency| (look(nth), run.name.clone(), latency.response.clone()))
    };
    let found: Vec<_> = runs.iter().enumerate().filter_map(curve).collect();
    let shown: Vec<_> =
        found.iter().map(|(look, words, spans)| Curve { spans, look: look.clone(), words: words.clone() }).collect();
    curves(title.to_owned(), &shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample_run::{empty_run, sample_run};

    #[test]
    fn repeats_do_not_hide_each_other() {
        let names = ["v1-embedded-1", "v4-embedded-1", "v1-embedded-2"];
        let runs = names.map(|name| sample_run(name, 1));
        let figures = figures(&runs);
        let stock = figures.iter().find(|figure| figure.title == "How soon the seats went").unwrap();
        let words: Vec<_> = stock.legend.iter().map(|entry| &entry.words[..]).collect();
        assert_eq!(words, ["v1-embedded-1", "v4-embedded-1"]);
        assert_eq!(figures[0].svg.matches("class=\"bar").count(), 3, "bars have room for all");
        assert_eq!(figures.len(), 4);
    }

    #[test]
    fn what_has_no_line_of_its_own_is_told() {
        let names = (1..=8).map(|at| format!("v{at}-embedded-1")).collect::<Vec<_>>();
        let runs: Vec<_> = names.iter().map(|name| sample_run(name, 1)).collect();
        let figures = figures(&runs);
        assert!(
            figures[1..].iter().all(|figure| figure.note.starts_with("Only the first 6 of 8 are drawn.")),
            "{figures:?}"
        );
        assert!(!super::figures(&runs[..6])[1].note.contains("Only"));
    }

    #[test]
    fn runs_of_which_nothing_was_seen_leave_no_broken_chart() {
        let figures = figures(&[empty_run("v1-redis-1"), empty_run("v2-redis-1")]);
        assert!(figures.iter().all(|figure| !figure.svg.contains("NaN")), "{figures:?}");
        assert_eq!(figures.len(), 3, "nobody was told sold out");
    }
}

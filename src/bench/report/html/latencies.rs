//! Percentile curves, reasons of refusals, and how classes of buyers fared.
//! Must not show a percentile with few samples beyond it as if it were sure.

use hdrhistogram::Histogram;

use super::{
    axis::Axis,
    bars::{Row, Whisker, bars, whiskers},
    figure::{Entry, Figure},
    line::{Points, line},
    svg::chart,
};
use crate::bench::{
    report::{Exhibit, Report, wording},
    tally::{Outcome, Step},
};

/// Points of a curve for each halving of what lies beyond.
const POINTS_PER_HALVING: u32 = 8;
/// Reasons shown.
const REASONS_SHOWN: usize = 8;

/// A curve: its histogram, its look, its words.
pub struct Curve<'a> {
    /// Microseconds.
    pub spans: &'a Histogram<u64>,
    /// As in [`line()`].
    pub look: String,
    /// For the legend.
    pub words: String,
}

/// Several curves over the same percentiles.
pub fn curves(title: String, curves: &[Curve<'_>]) -> Figure {
    let curves: Vec<_> = curves.iter().filter(|curve| !curve.spans.is_empty()).collect();
    if curves.is_empty() {
        return Figure::nothing(&title, "Nothing was answered.");
    }
    let samples = curves.iter().map(|curve| curve.spans.len()).max().unwrap_or(1);
    let least = curves.iter().map(|curve| curve.spans.min()).min().unwrap_or(1) as f64 / 1000.0;
    let most = curves.iter().map(|curve| curve.spans.max()).max().unwrap_or(1) as f64 / 1000.0;
    let (x, y) = (Axis::nines("percentile", samples), Axis::logarithmic("ms", least, most));
    let mut drawn = String::new();
    for curve in &curves {
        let (sure, unsure) = points(curve.spans);
        drawn.push_str(&line(&x, &y, &format!("{} unsure", curve.look), &unsure));
        drawn.push_str(&line(&x, &y, &curve.look, &sure));
    }
    let legend = curves.iter().map(|curve| Entry::line(&curve.look, curve.words.clone())).collect();
    let note = "The faint end of a line has fewer than ten answers beyond it.".to_owned();
    Figure { svg: chart(&x, &y, &title, &drawn), title, legend, note }
}

/// Points with at least ten samples beyond them, and those after.
fn points(spans: &Histogram<u64>) -> (Points, Points) {
    let (mut sure, mut unsure): (Points, Points) = (Vec::new(), Vec::new());
    for step in spans.iter_quantiles(POINTS_PER_HALVING) {
        let beyond = 1.0 - step.quantile_iterated_to();
        if beyond * (spans.len() as f64) < 1.0 {
            break;
        }
        let point = (1.0 / beyond, step.value_iterated_to() as f64 / 1000.0);
        if beyond * spans.len() as f64 >= wording::BEYOND_MIN { &mut sure } else { &mut unsure }.push(point);
    }
    unsure.push((spans.len() as f64, spans.max() as f64 / 1000.0));
    // Both parts are one line: the second begins where the first ends.
    unsure.splice(0..0, sure.last().copied());
    (sure, unsure)
}

/// Submits: sent to answered, and intended to answered; orders until confirmed.
pub fn percentiles(run: &Exhibit) -> Figure {
    let submits = run.tally.any_outcome(Step::Create);
    let confirmed = run.tally.latency(Step::Confirm, Outcome::Done);
    let mut shown = Vec::new();
    if let Some(submits) = &submits {
        shown.push(Curve {
            spans: &submits.service,
            look: "s0".to_owned(),
            words: "submit, sent to answered (service)".to_owned(),
        });
        let words = "submit, intended to answered (response)".to_owned();
        shown.push(Curve { spans: &submits.response, look: "s1".to_owned(), words });
    }
    if let Some(confirmed) = confirmed {
        let words = "intended submit to confirmed order".to_owned();
        shown.push(Curve { spans: &confirmed.response, look: "s2".to_owned(), words });
    }
    curves(percentiles_title(&run.report), &shown)
}

fn percentiles_title(report: &Report) -> String {
    let Some(latency) = wording::latency(report, "confirm", "done") else {
        return "How long submits took, from the fastest to the slowest".to_owned();
    };
    let response = &latency.response;
    let all = wording::span_ms(response.max_ms);
    let Some(half) = response.p50_ms.map(wording::span_ms) else {
        return format!("All orders were confirmed within {all}");
    };
    match response.p99_ms {
        Some(p99) => format!("Half of the orders were confirmed within {half}, 99 % within {}", wording::span_ms(p99)),
        None => format!("Half of the orders were confirmed within {half}, all within {all}"),
    }
}

/// Why submits were refused.
pub fn refusals(report: &Report) -> Figure {
    let mut reasons: Vec<_> = report.rejections.iter().filter(|(_, count)| **count > 0).collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let sum: u64 = report.rejections.values().sum();
    let Some((most, _)) = reasons.first() else {
        return Figure::nothing("No submit was refused", "Everybody who asked got an order, or no answer.");
    };
    let title = format!("{} submits were refused, most of them as {most}", wording::count(sum));
    let row = |(word, count): &(&String, &u64)| Row {
        name: (*word).clone(),
        value: **count as f64,
        words: format!("{} ({} %)", wording::count(**count), wording::number(**count as f64 * 100.0 / sum as f64)),
        look: "f1".to_owned(),
    };
    let rows: Vec<Row> = reasons.iter().take(REASONS_SHOWN).map(row).collect();
    let left = reasons.len().saturating_sub(REASONS_SHOWN);
    let note = if left > 0 { format!("{left} rarer reasons are in report.json.") } else { String::new() };
    Figure { svg: bars(&title, &rows), title, legend: Vec::new(), note }
}

/// Who got an order, by class, with the interval.
pub fn classes(report: &Report) -> Option<Figure> {
    let classes = &report.fairness.classes;
    if classes.is_empty() {
        return None;
    }
    let rows: Vec<Whisker> = classes
        .iter()
        .map(|class| Whisker {
            row: Row {
                name: class.name.clone(),
                value: class.win_pct,
                words: format!("{} % of {}", wording::number(class.win_pct), wording::count(class.buyers)),
                look: "s0".to_owned(),
            },
            low: class.low_pct,
            high: class.high_pct,
        })
        .collect();
    let title = match classes.iter().max_by(|a, b| a.win_pct.total_cmp(&b.win_pct)) {
        Some(best) if classes.len() > 1 => {
            format!("Buyers of the class {} got an order most often: {} %", best.name, wording::number(best.win_pct))
        }
        _ => "How many buyers got an order".to_owned(),
    };
    let svg = whiskers(&title, &Axis::linear("% of buyers who got an order", 100.0), &rows);
    Some(Figure { title, legend: Vec::new(), svg, note: "Whiskers are 95 % intervals.".to_owned() })
}

/// First come, first served?
pub fn first_come(report: &Report) -> Option<Figure> {
    let score = report.fairness.fcfs?;
    let row = Row {
        name: "winner came first".to_owned(),
        value: score.score,
        words: format!("{:.2} ({:.2}–{:.2})", score.score, score.low, score.high),
        look: "s0".to_owned(),
    };
    let title =
        format!("With probability {:.3}, a buyer who got an order had come before one who did not", score.score);
    let axis = Axis::linear("1 = first come, first served; 0.5 = a lottery", 1.0);
    let svg = whiskers(&title, &axis, &[Whisker { row, low: score.low, high: score.high }]);
    let overtaken = report.fairness.overtakes.map_or_else(String::new, |o| {
        let most = wording::count(o.max);
        match o.p50 {
            Some(p50) => {
                let half = wording::count(p50);
                format!(" Half of the winners were overtaken at most {half} times, the unluckiest {most} times.")
            }
            None => format!(" The unluckiest winner was overtaken {most} times."),
        }
    });
    let note = format!(
        "{} winners against {} losers of the same category; whiskers are the 95 % interval.{overtaken}",
        wording::count(score.winners),
        wording::count(score.losers)
    );
    Some(Figure { title, legend: Vec::new(), svg, note })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample_run::{empty_run, sample_run};

    #[test]
    fn the_sure_part_of_a_curve_ends_ten_samples_before_its_end() {
        let mut spans = Histogram::new(3).unwrap();
        (1..=1_000).for_each(|us| spans.record(us * 100).unwrap());
        let (sure, unsure) = points(&spans);
        let last = sure.last().unwrap();
        assert!(last.0 <= 100.01 && last.0 > 80.0, "99 % has ten samples beyond it: {last:?}");
        assert_eq!(unsure[0], *last, "both parts are one line");
        assert!((unsure.last().unwrap().0 - 1_000.0).abs() < 1e-9);
    }

    #[test]
    fn what_there_is_is_drawn() {
        let run = sample_run("v4-embedded-1", 1);
        let report = &run.report;
        for figure in [percentiles(&run), refusals(report), classes(report).unwrap(), first_come(report).unwrap()] {
            assert!(figure.svg.starts_with("<svg") && !figure.svg.contains("NaN"), "{figure:?}");
        }
        assert_eq!(refusals(report).title, "4,570 submits were refused, most of them as sold_out");
    }

    #[test]
    fn where_there_is_nothing_it_is_said_or_left_out() {
        let run = empty_run("v1-redis-1");
        assert!(percentiles(&run).svg.is_empty() && refusals(&run.report).svg.is_empty());
        assert_eq!((classes(&run.report), first_come(&run.report)), (None, None));
    }
}

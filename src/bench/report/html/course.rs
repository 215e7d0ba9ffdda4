//! Charts of one run over time: seats going, arrivals against the plan, latency, the queue.
//! Must not judge what they show.

use super::{
    axis::Axis,
    columns::{Stretch, columns},
    figure::{Entry, Figure},
    heat_map::{self, SHADES},
    line::{Points, area, line, thinned},
    svg::chart,
};
use crate::bench::{
    report::{Exhibit, wording},
    series::{Sample, Seats, Series},
};

/// Points of a line of samples.
const POINTS_MAX: usize = 300;
const SECONDS: &str = "seconds since the start";

/// Length of the run in seconds, as far as it was seen.
pub fn end_s(series: &Series) -> f64 {
    let windows = series.windows.len().max(series.planned.len()) as f64 * series.width_us as f64;
    let samples = series.samples.last().map_or(0, |sample| sample.at_us);
    windows.max(samples as f64) / 1e6
}

/// A count of seats over time, over all categories.
pub fn seats(series: &Series, of: fn(&Seats) -> u64) -> Points {
    let seen: Vec<&Sample> = series.samples.iter().filter(|sample| !sample.seats.is_empty()).collect();
    let point = |sample: &&Sample| (sample.at_us as f64 / 1e6, sample.seats.iter().map(of).sum::<u64>() as f64);
    thinned(&seen, POINTS_MAX).iter().map(point).collect()
}

/// Free, held and sold seats, on top of each other.
pub fn stock(run: &Exhibit) -> Figure {
    let sale = &run.report.sale;
    let title = match sale.sell_out_s {
        Some(s) => format!(
            "All {} seats were taken {} s after the first submit",
            wording::count(sale.capacity),
            wording::number(s)
        ),
        None => format!(
            "{} of {} seats were not free at the end",
            wording::count(sale.sold + sale.held),
            wording::count(sale.capacity)
        ),
    };
    let sold = seats(&run.series, |seats| seats.sold);
    if sold.is_empty() {
        return Figure::nothing(&title, "The server was not seen often enough to draw the seats over time.");
    }
    let taken = seats(&run.series, |seats| seats.sold + seats.held);
    let all = seats(&run.series, |seats| seats.sold + seats.held + seats.available);
    let most = all.iter().map(|point| point.1).fold(0.0, f64::max);
    let (x, y) = (Axis::until(SECONDS, end_s(&run.series)), Axis::linear("seats", most));
    let floor: Points = sold.iter().map(|point| (point.0, 0.0)).collect();
    let drawn = [
        area(&x, &y, "f0", &floor, &sold),
        area(&x, &y, "f1", &sold, &taken),
        area(&x, &y, "f2", &taken, &all),
        line(&x, &y, "s0", &sold),
        line(&x, &y, "s1", &taken),
    ];
    let legend = vec![Entry::patch("f2", "free"), Entry::patch("f1", "held"), Entry::patch("f0", "sold")];
    let svg = chart(&x, &y, &title, &drawn.concat());
    Figure { title, legend, svg, note: String::new() }
}

/// Buyers planned, let go, and orders accepted, a second.
pub fn arrivals(run: &Exhibit) -> Figure {
    let columns = columns(&run.series);
    let title = "When buyers came, and when orders were accepted";
    if columns.is_empty() {
        return Figure::nothing(title, "Nothing is known of the run over time.");
    }
    let rate = |of: fn(&Stretch) -> u64| -> Points { columns.iter().map(|c| (c.middle_s(), c.rate(of(c)))).collect() };
    let (planned, released) = (rate(|c| c.planned), rate(|c| c.window.released));
    let (placed, refused) = (rate(|c| c.window.placed), rate(|c| c.window.sold_out + c.window.rejected));
    let peak = |points: &Points| points.iter().map(|point| point.1).fold(0.0, f64::max);
    let most = [&planned, &released, &placed, &refused].map(peak).into_iter().fold(0.0, f64::max);
    let title = format!(
        "Up to {} buyers a second were planned; up to {} orders a second were accepted",
        wording::number(peak(&planned)),
        wording::number(peak(&placed))
    );
    let (x, y) = (Axis::until(SECONDS, end_s(&run.series)), Axis::linear("per second", most));
    let drawn =
        [("s4", &planned), ("s0", &released), ("s2", &placed), ("s1", &refused)].map(|(look, p)| line(&x, &y, look, p));
    let legend = vec![
        Entry::line("s4", "planned"),
        Entry::line("s0", "let go"),
        Entry::line("s2", "accepted"),
        Entry::line("s1", "refused"),
    ];
    Figure { svg: chart(&x, &y, &title, &drawn.concat()), title, legend, note: String::new() }
}

/// How long submits took, moment by moment.
pub fn heat(run: &Exhibit) -> Figure {
    let columns = columns(&run.series);
    let measured: Vec<_> = columns.iter().filter(|column| !column.window.create.is_empty()).collect();
    let title = "How long submits took, moment by moment";
    if measured.is_empty() {
        return Figure::nothing(title, "No submit was answered.");
    }
    let least = measured.iter().map(|c| c.window.create.min()).min().unwrap_or(1) as f64 / 1000.0;
    let most = measured.iter().map(|c| c.window.create.max()).max().unwrap_or(1) as f64 / 1000.0;
    let (x, y) = (Axis::until(SECONDS, end_s(&run.series)), Axis::logarithmic("ms, intended to answered", least, most));
    let cells: Vec<_> =
        measured.iter().map(|c| heat_map::Column { from_s: c.from_s, to_s: c.to_s, spans: &c.window.create }).collect();
    let fullest = heat_map::fullest(&cells);
    let mut legend: Vec<Entry> = Vec::new();
    for shade in 1..=SHADES {
        let (from, next) = (heat_map::least_of(shade, fullest), heat_map::least_of(shade + 1, fullest));
        let to = if shade == SHADES { fullest } else { next - 1 };
        if from <= to {
            let words = if from == to {
                wording::count(from)
            } else {
                format!("{}–{}", wording::count(from), wording::count(to))
            };
            legend.push(Entry::patch(&format!("h{shade}"), words));
        }
    }
    let svg = chart(&x, &y, title, &heat_map::cells(&x, &y, &cells));
    Figure { title: title.to_owned(), legend, svg, note: "Each cell's colour is its number of answers.".to_owned() }
}

/// Orders waiting to be written, and CPU.
pub fn queue(run: &Exhibit) -> Option<Figure> {
    let waiting: Points =
        run.series.samples.iter().filter_map(|s| Some((s.at_us as f64 / 1e6, s.queue? as f64))).collect();
    let most = waiting.iter().map(|point| point.1).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let title = format!("Up to {} orders waited in the queue to be written", wording::count(most as u64));
    let (x, y) = (Axis::until(SECONDS, end_s(&run.series)), Axis::linear("orders", most));
    let drawn = line(&x, &y, "s0", &thinned(&waiting, POINTS_MAX));
    Some(Figure { svg: chart(&x, &y, &title, &drawn), title, legend: Vec::new(), note: String::new() })
}

/// CPU of generator and server.
pub fn cpu(run: &Exhibit) -> Option<Figure> {
    let of = |of: fn(&Sample) -> Option<f64>| -> Points {
        let points: Vec<_> = run.series.samples.iter().filter_map(|s| Some((s.at_us as f64 / 1e6, of(s)?))).collect();
        thinned(&points, POINTS_MAX)
    };
    let (generator, server) = (of(|s| s.generator_cpu_pct), of(|s| s.server_cpu_pct));
    let most = generator.iter().chain(&server).map(|point| point.1).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let title = format!("Generator and server used up to {} % of one CPU", wording::number(most));
    let (x, y) = (Axis::until(SECONDS, end_s(&run.series)), Axis::linear("% of one CPU", most));
    let drawn = line(&x, &y, "s1", &generator) + &line(&x, &y, "s0", &server);
    let legend = vec![Entry::line("s0", "server"), Entry::line("s1", "generator")];
    Some(Figure { svg: chart(&x, &y, &title, &drawn), title, legend, note: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample_run::{empty_run, sample_run};

    #[test]
    fn a_run_with_a_course_is_drawn_and_no_number_is_broken() {
        let run = sample_run("v4-embedded-1", 1);
        let figures = [stock(&run), arrivals(&run), heat(&run), queue(&run).unwrap(), cpu(&run).unwrap()];
        for figure in figures {
            assert!(figure.svg.starts_with("<svg"), "{figure:?}");
            assert!(!figure.svg.contains("NaN") && !figure.svg.contains("inf"), "{figure:?}");
        }
        assert!(stock(&run).title.starts_with("All 2,000 seats were taken 1.5 s"), "{}", stock(&run).title);
    }

    #[test]
    fn a_run_of_which_nothing_was_seen_says_so() {
        let run = empty_run("v1-redis-1");
        for figure in [stock(&run), arrivals(&run), heat(&run)] {
            assert!(figure.svg.is_empty() && !figure.note.is_empty(), "{figure:?}");
        }
        assert_eq!((queue(&run), cpu(&run)), (None, None));
    }
}

//! What each panel is to show, out of the run so far.
//! Must not draw.

use super::{
    BenchState,
    course::{Course, Moment},
};
use crate::{
    bench::{
        rehearsal::Act,
        series::{Sample, Seats, WINDOWS_MAX},
    },
    tui::{
        chart::Track,
        panel::{
            arrivals::Arrivals,
            generator::Generator,
            heading::Heading,
            headline::Headline,
            latency::{Percentiles, Row},
            orders::Orders,
            queue::Queue,
            rejections::Rejections,
            stock::Stock,
        },
        text,
    },
};

/// The pace of seats is that of this last time.
const OUTLOOK_OVER_US: u64 = 2_000_000;
/// A forecast beyond this says nothing about a flash sale.
const OUTLOOK_MAX_S: f64 = 3_600.0;

/// The first line.
pub fn heading(state: &BenchState) -> Heading {
    let course = state.shown();
    let act = match course.act {
        Act::Staging => "setting the stage",
        Act::Playing(_) if state.stopping => "stopping",
        Act::Playing(_) if course.elapsed.is_zero() => "opening connections",
        Act::Playing(_) => "playing",
        Act::Settling => "settling",
        Act::Auditing => "auditing",
    };
    let (run, runs) = state.subject.run;
    let run = if runs > 1 { format!("run {run} of {runs}  ") } else { String::new() };
    // A generated program is called as its scenario.
    let title = course.place.as_ref().map(|place| &place.title).filter(|title| !state.subject.name.contains(&**title));
    let title = title.map(|title| format!("{title}  ")).unwrap_or_default();
    Heading {
        name: state.subject.name.clone(),
        about: format!("{title}{}", state.subject.about),
        standing: format!("{run}{act}  {}", text::clock(course.elapsed.as_secs_f64())),
        frozen: state.frozen.is_some(),
    }
}

/// Seats left where they are known, else orders.
pub fn headline(course: &Course) -> Headline {
    let counts = course.counts;
    let alarm = match counts.failed {
        0 => String::new(),
        failed => format!("{} without an answer", text::count(failed)),
    };
    let totals = vec![
        ("orders", counts.placed, course.pace(|counts| counts.placed)),
        ("paid", counts.paid, course.pace(|counts| counts.paid)),
        ("sold out", counts.sold_out, course.pace(|counts| counts.sold_out)),
    ];
    match course.samples.iter().rev().find(|sample| !sample.seats.is_empty()) {
        Some(sample) => {
            let all: u64 = sample.seats.iter().map(|seats| seats.available + seats.held + seats.sold).sum();
            Headline {
                number: left(&sample.seats),
                caption: format!("seats left of {}", text::count(all)),
                outlook: outlook(course),
                alarm,
                totals,
            }
        }
        None => {
            let of = course.buyers.map(|buyers| format!("of {} buyers", text::count(buyers)));
            Headline {
                number: counts.placed,
                caption: "orders placed".to_owned(),
                outlook: of.map(|of| format!("{} came {of}", text::count(counts.released))).unwrap_or_default(),
                alarm,
                totals,
            }
        }
    }
}

fn left(seats: &[Seats]) -> u64 {
    seats.iter().map(|seats| seats.available).sum()
}

/// When the last seat went, or may go at the pace of the last seconds.
fn outlook(course: &Course) -> String {
    let seen = || course.samples.iter().filter(|sample| !sample.seats.is_empty()).rev();
    let Some(last) = seen().next() else { return String::new() };
    if left(&last.seats) == 0 {
        let since = seen().take_while(|sample| left(&sample.seats) == 0).last().unwrap_or(last);
        return format!("sold out at {}", text::clock(since.at_us as f64 / 1e6));
    }
    let from = last.at_us.saturating_sub(OUTLOOK_OVER_US);
    let first = seen().take_while(|sample| sample.at_us >= from).last().unwrap_or(last);
    let gone = left(&first.seats).saturating_sub(left(&last.seats)) as f64;
    let seconds = last.at_us.saturating_sub(first.at_us) as f64 / 1e6;
    let to_go = left(&last.seats) as f64 * seconds / gone;
    if gone > 0.0 && to_go < OUTLOOK_MAX_S { format!("about {} to go", text::clock(to_go)) } else { String::new() }
}

/// Seats by category, and their sum over time.
pub fn stock(course: &Course) -> Stock {
    let Some(last) = course.samples.iter().rev().find(|sample| !sample.seats.is_empty()) else {
        return Stock::default();
    };
    let names = course.place.iter().flat_map(|place| place.categories.iter().map(|(name, _)| name.clone()));
    let names = names.chain((1..).map(|number| format!("category {number}")));
    Stock {
        categories: names.zip(last.seats.iter().copied()).collect(),
        left: sampled(course, |sample| (!sample.seats.is_empty()).then(|| left(&sample.seats) as f64)),
    }
}

/// Samples laid onto the stretches of the run: the last of each, and where there was none the one before.
fn sampled(course: &Course, value: impl Fn(&Sample) -> Option<f64>) -> Track {
    let mut values: Vec<f64> = Vec::new();
    for sample in &course.samples {
        let Some(value) = value(sample) else { continue };
        let at = usize::try_from(sample.at_us / course.width_us.max(1)).unwrap_or(usize::MAX);
        if at >= slots(course).max(1) {
            continue;
        }
        let before = values.last().copied().unwrap_or(value);
        values.resize(values.len().max(at + 1), before);
        values[at] = value;
    }
    Track { values, slots: slots(course) }
}

/// Stretches of the whole run as far as it is known; all charts have the same axis.
fn slots(course: &Course) -> usize {
    let slot = course.slot().min(WINDOWS_MAX as usize);
    let playing = if matches!(course.act, Act::Playing(_)) { slot + 1 } else { 0 };
    course.planned.len().max(course.moments.len()).max(playing)
}

/// Stretches that have ended; the one that is on would look like a drop.
fn whole(course: &Course) -> impl Iterator<Item = &Moment> {
    let playing = matches!(course.act, Act::Playing(_));
    let ended = if playing { course.slot() } else { usize::MAX };
    course.moments.iter().take(ended)
}

fn per_s(course: &Course, counts: impl Iterator<Item = u64>) -> Track {
    let width_s = course.width_us as f64 / 1e6;
    Track { values: counts.map(|count| count as f64 / width_s).collect(), slots: slots(course) }
}

/// Buyers against the plan.
pub fn arrivals(course: &Course) -> Arrivals {
    Arrivals {
        planned: per_s(course, course.planned.iter().copied()),
        came: per_s(course, whole(course).map(|moment| moment.released)),
        per_s: course.pace(|counts| counts.released),
    }
}

/// Orders over time.
pub fn orders(course: &Course) -> Orders {
    Orders {
        placed: per_s(course, whole(course).map(|moment| moment.placed)),
        per_s: course.pace(|counts| counts.placed),
    }
}

/// Latencies of the two steps that buyers feel.
pub fn latency(course: &Course) -> Vec<Row> {
    let row = |name, now, of: fn(&Moment) -> Option<Percentiles>| {
        let values =
            course.moments.iter().map(|moment| of(moment).map_or(0.0, |p| p.p99_us as f64)).collect::<Vec<_>>();
        let known = values.iter().any(|value| *value > 0.0);
        let track = Track { values: if known { values } else { Vec::new() }, slots: slots(course) };
        Row { name, now, p99_us: track }
    };
    vec![row("create", course.now.0, |moment| moment.create), row("confirm", course.now.1, |moment| moment.confirm)]
}

/// The queue over time.
pub fn queue(course: &Course) -> Queue {
    Queue {
        depth: course.samples.iter().rev().find_map(|sample| sample.queue),
        depths: sampled(course, |sample| sample.queue.map(|depth| depth as f64)),
        oldest_us: None,
    }
}

/// Reasons so far.
pub fn rejections(course: &Course) -> Rejections {
    Rejections { reasons: course.reasons(), unanswered: course.counts.failed }
}

/// How the generator fares.
pub fn generator(course: &Course) -> Generator {
    let counts = course.counts;
    let playing = matches!(course.act, Act::Playing(_));
    let planned = course.planned.get(course.slot()).copied().unwrap_or(0);
    Generator {
        in_flight: counts.released.saturating_sub(counts.left),
        behind: course.due().filter(|_| playing).map(|due| due.saturating_sub(counts.released)),
        planned_per_s: planned as f64 / (course.width_us.max(1) as f64 / 1e6),
        cpu_pct: course.samples.iter().rev().find_map(|sample| sample.generator_cpu_pct),
        server_cpu_pct: course.samples.iter().rev().find_map(|sample| sample.server_cpu_pct),
    }
}

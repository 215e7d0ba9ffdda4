//! `abort_on_fail`: what is so bad that a run need not go on, looked for while it is played.
//! Must not end a run: it says that one should end.

use hdrhistogram::Histogram;
use serde::Deserialize;

use crate::bench::{
    percentile,
    quantity::{Span, Threshold},
    report::Mark,
    series::{Series, Window},
};

/// Figures that can be told of a stretch while a run is played.
pub const LIVE: [&str; 9] = [
    "errors_pct",
    "rejected_pct",
    "placed_per_s",
    "create_p50_ms",
    "create_p90_ms",
    "create_p99_ms",
    "confirm_p50_ms",
    "confirm_p90_ms",
    "confirm_p99_ms",
];

/// A share of fewer than this is not told: one failure of two is no half.
const SHARE_OF_MIN: u64 = 10;
/// How long after its end a stretch may still be filled: workers hand their counts over now and then.
const SETTLED_AFTER_US: u64 = 300_000;

/// Ends the run when a figure is bad over a while: `{ when = "errors_pct > 5", window = "2s", after = "1s" }`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbortOnFail {
    /// What is bad.
    pub when: Condition,
    /// Over how long.
    #[serde(default)]
    pub window: Stretch,
    /// What happens before this moment does not count.
    #[serde(default)]
    pub after: Span,
}

/// What is bad: one of [`LIVE`], compared with a number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Condition(pub Threshold);

impl TryFrom<String> for Condition {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let threshold = Threshold::try_from(text)?;
        if LIVE.contains(&threshold.metric.as_str()) {
            return Ok(Self(threshold));
        }
        Err(format!("{:?} is not known while a run is played; {} are", threshold.metric, LIVE.join(", ")))
    }
}

/// How long a figure is looked at, 100 ms or more; two seconds unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Span")]
pub struct Stretch(pub Span);

impl Default for Stretch {
    fn default() -> Self {
        Self(Span(std::time::Duration::from_secs(2)))
    }
}

impl TryFrom<Span> for Stretch {
    type Error = String;
    fn try_from(span: Span) -> Result<Self, String> {
        if span.us() < 100_000 { Err("a window has 100ms or more".to_owned()) } else { Ok(Self(span)) }
    }
}

/// Looks again and again until something is bad.
#[derive(Debug)]
pub struct Referee {
    rules: Vec<AbortOnFail>,
    /// The figure of each rule when it was last looked at.
    found: Vec<Option<f64>>,
    broken: Option<Broken>,
}

/// A rule was broken.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Broken {
    rule: usize,
    at_us: u64,
}

impl Referee {
    /// Nothing is bad yet.
    #[must_use]
    pub fn new(rules: &[AbortOnFail]) -> Self {
        Self { rules: rules.to_vec(), found: vec![None; rules.len()], broken: None }
    }

    /// Looks at the run at this microsecond: must it end?
    pub fn look(&mut self, series: &Series, now_us: u64) -> bool {
        for (at, rule) in self.rules.iter().enumerate() {
            if let Some(figure) = figure(series, rule, now_us) {
                self.found[at] = Some(figure);
                if rule.when.0.is_met_by(figure) {
                    self.broken = Some(Broken { rule: at, at_us: now_us });
                    return true;
                }
            }
        }
        false
    }

    /// Why the run was ended, if it was.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let Broken { rule, at_us } = self.broken?;
        let (when, window) = (&self.rules[rule].when.0.text, self.rules[rule].window.0.0);
        let found = self.found[rule].unwrap_or_default();
        Some(format!(
            "broken off after {:.1} s by abort_on_fail: {when} ({found:.1} over {:.1} s)",
            at_us as f64 / 1e6,
            window.as_secs_f64()
        ))
    }

    /// Each rule as a mark, with the figure of the last look.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let mark = |(at, rule): (usize, &AbortOnFail)| Mark {
            text: format!("abort_on_fail {}", rule.when.0.text),
            found: self.found[at],
            met: self.broken.is_none_or(|broken| broken.rule != at),
        };
        self.rules.iter().enumerate().map(mark).collect()
    }
}

/// A rule's figure over the last whole stretches that fill its window; `None` before there are so many, or when they
/// hold too little.
fn figure(series: &Series, rule: &AbortOnFail, now_us: u64) -> Option<f64> {
    let width = series.width_us;
    let until = now_us.saturating_sub(SETTLED_AFTER_US).checked_div(width)?;
    let count = rule.window.0.us().div_ceil(width);
    let from = until.checked_sub(count)?;
    if from * width < rule.after.us() {
        return None;
    }
    let windows = &series.windows;
    let range = |end: u64| usize::try_from(end).map_or(windows.len(), |end| end.min(windows.len()));
    let stretch = &windows[range(from)..range(until)];
    named(&rule.when.0.metric, stretch, (count * width) as f64 / 1e6)
}

fn named(metric: &str, stretch: &[Window], span_s: f64) -> Option<f64> {
    let sum = |of: fn(&Window) -> u64| stretch.iter().map(of).sum::<u64>();
    let share = |part: u64, all: u64| (all >= SHARE_OF_MIN).then(|| part as f64 * 100.0 / all as f64);
    match metric {
        "errors_pct" => share(sum(|w| w.failed), sum(|w| w.requests) + sum(|w| w.failed)),
        "rejected_pct" => share(sum(|w| w.rejected), sum(|w| w.submits)),
        // Once seats are sold out, nobody can place an order.
        "placed_per_s" => (sum(|w| w.sold_out) == 0).then(|| sum(|w| w.placed) as f64 / span_s),
        _ => latency(metric, stretch),
    }
}

/// `create_p99_ms` or `confirm_p99_ms`, when enough samples lie beyond.
fn latency(metric: &str, stretch: &[Window]) -> Option<f64> {
    let (of, word) = metric.strip_suffix("_ms")?.rsplit_once('_')?;
    let (_, share) = percentile::NAMED.into_iter().find(|(known, _)| *known == word)?;
    let mut all = Histogram::<u64>::new(2).expect("two digits are allowed");
    for window in stretch {
        let one = if of == "create" { &window.create } else { &window.confirm };
        all.add(one).expect("histograms that grow take each other");
    }
    percentile::of_histogram(&all, share).map(|us| us as f64 / 1000.0)
}

#[cfg(test)]
mod tests;

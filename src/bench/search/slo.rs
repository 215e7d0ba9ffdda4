//! Promises to buyers, as written after `--slo`: `confirm_p99<200ms, errors<0.1%`.
//! Must not know how they are searched for.

use crate::bench::{
    metric, percentile,
    quantity::{Comparison, Threshold},
};

/// Promises; all must be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Slo(pub Vec<Threshold>);

/// Standard normal quantile that a one-sided 95 % bound takes.
const Z: f64 = 1.645;

impl std::str::FromStr for Slo {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| promise(part.trim())).collect::<Result<_, _>>().map(Self)
    }
}

impl Slo {
    /// Why these figures break the promises, one sentence each; empty when all are kept. Errors are a share of a sample:
    /// the upper end of their one-sided 95 % interval must keep the promise.
    #[must_use]
    pub fn broken_by(&self, figure: impl Fn(&str) -> Option<f64>, requests: u64) -> Vec<String> {
        let broken = self.0.iter().filter_map(|promise| {
            let Some(found) = figure(&promise.metric) else {
                let why = if metric::is_percentile(&promise.metric) { ": too few samples lie beyond" } else { "" };
                return Some(format!("{}: there is no such figure{why}", promise.text));
            };
            if !promise.is_met_by(found) {
                return Some(format!("{}: it is {}", promise.text, shown(found)));
            }
            let bound = is_share(promise).then(|| upper_bound_pct(found, requests))?;
            let words = || format!("{}: up to {} % fit {requests} requests", promise.text, shown(bound));
            (!promise.is_met_by(bound)).then(words)
        });
        broken.collect()
    }

    /// Fewest requests without an error that could show the promises to be kept, if each counted for all of them.
    #[must_use]
    pub fn requests_needed(&self) -> u64 {
        let of_share = |promise: &Threshold| {
            let share = promise.value / 100.0;
            if share > 0.0 { (Z * Z * (1.0 - share) / share).ceil() as u64 + 1 } else { 0 }
        };
        let needed = |promise: &Threshold| match percentile::samples_needed(&promise.metric) {
            Some(samples) => samples,
            None if is_share(promise) => of_share(promise),
            None => 0,
        };
        self.0.iter().map(needed).max().unwrap_or(0)
    }
}

/// A share of requests that must stay small. "None at all" is no share: nothing can show it.
fn is_share(promise: &Threshold) -> bool {
    let is_small = matches!(promise.comparison, Comparison::Below | Comparison::AtMost) && promise.value > 0.0;
    promise.metric == "errors_pct" && is_small
}

/// Upper end of Wilson's interval for a share in percent.
fn upper_bound_pct(found_pct: f64, requests: u64) -> f64 {
    let (share, n) = (found_pct / 100.0, requests.max(1) as f64);
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    (middle + spread) / (1.0 + Z * Z / n) * 100.0
}

fn promise(text: &str) -> Result<Threshold, String> {
    let refuse = || format!("not a promise: {text:?} (write for example confirm_p99<200ms or errors<0.1%)");
    let at = text.find(['<', '>']).ok_or_else(refuse)?;
    let sign = if text[at + 1..].starts_with('=') { &text[at..at + 2] } else { &text[at..=at] };
    let (name, value) = (text[..at].trim(), text[at + sign.len()..].trim());
    let unit_at = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = (&value[..unit_at], value[unit_at..].trim());
    let number: f64 = number.parse().map_err(|_| refuse())?;
    let (metric, factor) = figure(name, unit).ok_or_else(|| match metric::check(name) {
        Err(unknown) => unknown,
        Ok(()) => format!("{name:?} is not counted in {unit:?}"),
    })?;
    // Twelve digits, so that 0.2 s do not become 200.00000000000003 ms.
    let value = format!("{:.9}", number * factor);
    Threshold::try_from(format!("{metric} {sign} {}", value.trim_end_matches('0').trim_end_matches('.')))
}

/// The figure that a short or a full name means in this unit, and what its own unit is of that one.
fn figure(name: &str, unit: &str) -> Option<(String, f64)> {
    let suffixes: [(&str, &str, f64); 6] = [
        ("ms", "_ms", 1.0),
        ("s", "_ms", 1000.0),
        ("s", "_s", 1.0),
        ("ms", "_s", 0.001),
        ("%", "_pct", 1.0),
        ("/s", "_per_s", 1.0),
    ];
    if unit.is_empty() {
        return metric::check(name).is_ok().then(|| (name.to_owned(), 1.0));
    }
    suffixes.iter().filter(|(known, ..)| *known == unit).find_map(|(_, suffix, factor)| {
        let full = if name.ends_with(suffix) { name.to_owned() } else { format!("{name}{suffix}") };
        metric::check(&full).is_ok().then_some((full, *factor))
    })
}

fn shown(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(slo: &str) -> Vec<String> {
        slo.parse::<Slo>().unwrap_or_else(|e| panic!("{e}")).0.into_iter().map(|promise| promise.text).collect()
    }

    #[test]
    fn short_names_take_a_unit_and_full_names_stand_alone() {
        assert_eq!(texts("confirm_p99<200ms, errors<0.1%"), ["confirm_p99_ms < 200", "errors_pct < 0.1"]);
        assert_eq!(texts("confirm_p99 <= 0.2s"), ["confirm_p99_ms <= 200"]);
        assert_eq!(texts("sell_out<3s,sell_out_s<2500ms"), ["sell_out_s < 3", "sell_out_s < 2.5"]);
        assert_eq!(texts("created>=1000/s"), ["created_per_s >= 1000"]);
        assert_eq!(texts("created_per_s > 1000, sold>5"), ["created_per_s > 1000", "sold > 5"]);
        assert_eq!(texts("confirm_p99_ms<200ms"), ["confirm_p99_ms < 200"]);
        for wrong in ["", "confirm_p99", "confirm_p99<200", "confirm_p99<200%", "x<1ms", "errors<%", "errors=1%"] {
            assert!(wrong.parse::<Slo>().is_err(), "{wrong:?} was taken for a promise");
        }
    }

    #[test]
    fn a_share_must_be_shown_by_enough_requests() {
        let slo: Slo = "errors<0.1%".parse().unwrap();
        let needed = slo.requests_needed();
        assert!((2_600..2_800).contains(&needed), "{needed}");
        assert!(slo.broken_by(|_| Some(0.0), needed).is_empty());
        assert!(slo.broken_by(|_| Some(0.0), needed / 2)[0].contains("fit 1352 requests"));
        assert!(!slo.broken_by(|_| Some(0.2), 1_000_000).is_empty());
        assert!(slo.broken_by(|_| Some(0.09), 10_000_000).is_empty());
        assert_eq!("errors<=0%".parse::<Slo>().unwrap().requests_needed(), 0);
    }

    #[test]
    fn a_promise_about_a_figure_that_the_run_lacks_is_broken() {
        let slo: Slo = "sell_out<3s".parse().unwrap();
        assert_eq!(slo.broken_by(|_| None, 1), ["sell_out_s < 3: there is no such figure"]);
        assert!(slo.broken_by(|_| Some(2.9), 1).is_empty());
    }
}

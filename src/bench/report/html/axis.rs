//! An axis: where a value stands between its ends, and the round numbers that are written at it.
//! Must not know how many pixels there are.

use super::super::wording;

/// Numbers written at a linear axis, about.
const TICKS: f64 = 5.0;

/// A mark with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where.
    pub value: f64,
    /// Words.
    pub label: String,
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What is measured, and in which unit.
    pub title: String,
    /// Marks, upwards.
    pub ticks: Vec<Tick>,
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Axis {
    /// From 0 to a round number at or above this one.
    #[must_use]
    pub fn linear(title: &str, most: f64) -> Self {
        let step = round_step(most.max(f64::MIN_POSITIVE), TICKS);
        let steps = (most / step - 1e-9).ceil().max(1.0);
        Self::even(title, step, steps as u32, step * steps)
    }

    /// From 0 to exactly this number, marked at round ones: for time, which does not go on beyond the run.
    #[must_use]
    pub fn until(title: &str, end: f64) -> Self {
        let end = if end > 0.0 { end } else { 1.0 };
        let step = round_step(end, TICKS + 2.0);
        Self::even(title, step, (end / step + 1e-9).floor() as u32, end)
    }

    fn even(title: &str, step: f64, steps: u32, to: f64) -> Self {
        let tick = |at: u32| {
            let value = f64::from(at) * step;
            Tick { value, label: label(value, step) }
        };
        Self { title: title.to_owned(), ticks: (0..=steps).map(tick).collect(), from: 0.0, to, logarithmic: false }
    }

    /// Each tenfold as wide as the next; both ends are brought to round numbers.
    #[must_use]
    pub fn logarithmic(title: &str, least: f64, most: f64) -> Self {
        let least = least.max(1e-3);
        let marks = one_two_five(least, most.max(least));
        let (from, to) = (marks[0], marks[marks.len() - 1]);
        // Over more than three tenfolds, only the powers of ten have room for their words.
        let wide = (to / from).log10() > 3.0;
        let written = |value: &f64| !wide || (value.log10() - value.log10().round()).abs() < 1e-9;
        let tick = |value: f64| Tick { value, label: label(value, value) };
        let ticks = marks.iter().copied().filter(written).map(tick).collect();
        Self { title: title.to_owned(), ticks, from, to, logarithmic: true }
    }

    /// Percentiles up to 1 - 1/`samples`, each further nine as wide as the one before. Values are 1 / (1 - p).
    #[must_use]
    pub fn nines(title: &str, samples: u64) -> Self {
        let most = (samples as f64).max(10.0);
        let labels = ["90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"];
        let nines = labels
            .iter()
            .enumerate()
            .map(|(at, label)| Tick { value: 10_f64.powi(at as i32 + 1), label: (*label).to_owned() });
        let half = Tick { value: 2.0, label: "50 %".to_owned() };
        let ticks = std::iter::once(half).chain(nines).filter(|tick| tick.value <= most * 1.001).collect();
        Self { title: title.to_owned(), ticks, from: 1.0, to: most, logarithmic: true }
    }

    /// 0 at the lower end, 1 at the upper; values beyond stand at the end.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(self.from) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// 1, 2 or 5 times a power of ten, so that about this many steps cover the span.
fn round_step(span: f64, steps: f64) -> f64 {
    let rough = span / steps;
    let tenfold = 10_f64.powf(rough.log10().floor());
    let found = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * tenfold >= rough * (1.0 - 1e-9));
    found.unwrap_or(10.0) * tenfold
}

/// 1, 2 and 5 times powers of ten, from the last at or below `least` to the first at or above `most`; at least two.
fn one_two_five(least: f64, most: f64) -> Vec<f64> {
    let lowest = least.log10().floor() as i32;
    let all = (lowest..lowest + 20).flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * 10_f64.powi(power)));
    let all: Vec<f64> = all.collect();
    let first = all.iter().rposition(|value| *value <= least * (1.0 + 1e-9)).unwrap_or(0);
    let last = all.iter().position(|value| *value >= most * (1.0 - 1e-9)).unwrap_or(all.len() - 1);
    all[first..=last.max(first + 1)].to_vec()
}

/// As many decimals as the step between marks needs.
fn label(value: f64, step: f64) -> String {
    if value >= 1e6 {
        return format!("{} M", wording::number(value / 1e6));
    }
    if step >= 1.0 - 1e-9 {
        return wording::count(value.round() as u64);
    }
    let decimals = (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    fn ends(axis: &Axis) -> (f64, f64) {
        (axis.from, axis.to)
    }

    #[test]
    fn marks_are_round_numbers_and_cover_the_most() {
        assert_eq!(labels(&Axis::linear("n", 873.0)), ["0", "200", "400", "600", "800", "1,000"]);
        assert_eq!(labels(&Axis::linear("n", 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::linear("n", 2_400_000.0)), ["0", "500,000", "1 M", "1.5 M", "2 M", "2.5 M"]);
        assert_eq!(ends(&Axis::linear("n", 873.0)), (0.0, 1000.0));
    }

    #[test]
    fn time_ends_where_the_run_does() {
        let axis = Axis::until("s", 7.9);
        assert_eq!((labels(&axis), ends(&axis)), (vec!["0", "2", "4", "6"], (0.0, 7.9)));
        assert!((axis.share(7.9) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_logarithmic_axis_gives_each_tenfold_the_same_room() {
        let axis = Axis::logarithmic("ms", 1.0, 100.0);
        assert_eq!(labels(&axis), ["1", "2", "5", "10", "20", "50", "100"]);
        assert!((axis.share(10.0) - 0.5).abs() < 1e-9);
        assert_eq!(labels(&Axis::logarithmic("ms", 0.07, 8_300.0)), ["0.1", "1", "10", "100", "1,000", "10,000"]);
    }

    #[test]
    fn nothing_to_show_still_makes_an_axis() {
        for axis in
            [Axis::linear("n", 0.0), Axis::until("s", 0.0), Axis::logarithmic("ms", 0.0, 0.0), Axis::nines("p", 0)]
        {
            assert!(axis.share(0.0).is_finite() && axis.share(f64::NAN) == 0.0, "{axis:?}");
            assert!(!axis.ticks.is_empty(), "{axis:?}");
        }
    }

    #[test]
    fn further_nines_are_marked_only_where_samples_are() {
        assert_eq!(labels(&Axis::nines("p", 500)), ["50 %", "90 %", "99 %"]);
    }
}

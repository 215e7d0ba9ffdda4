//! Latency over time as a field of cells: the darker, the more answers took that long at that moment.
//! Must not hold more cells than can be told apart.

use std::{collections::BTreeMap, fmt::Write as _};

use hdrhistogram::Histogram;

use super::{
    axis::Axis,
    svg::{across, at, up},
};

/// Shades; each stands for about as many tenfolds as the others.
pub const SHADES: u32 = 5;
/// Cells of a column for each tenfold of latency.
const CELLS_PER_TENFOLD: f64 = 10.0;

/// Answers of a stretch of time: from, to in seconds, and how long they took in microseconds.
#[derive(Debug)]
pub struct Column<'a> {
    /// Start in seconds.
    pub from_s: f64,
    /// End in seconds.
    pub to_s: f64,
    /// How long answers took.
    pub spans: &'a Histogram<u64>,
}

/// The most answers of a cell; 0 when there are none.
#[must_use]
pub fn fullest(columns: &[Column<'_>]) -> u64 {
    columns.iter().flat_map(|column| counts(column.spans).into_values()).max().unwrap_or(0)
}

/// Fewest answers of a cell with this shade, from 1.
#[must_use]
pub fn least_of(shade: u32, fullest: u64) -> u64 {
    ((fullest as f64).powf(f64::from(shade - 1) / f64::from(SHADES)) * (1.0 - 1e-9)).ceil().max(1.0) as u64
}

/// The cells. The vertical axis is in milliseconds.
#[must_use]
pub fn cells(x: &Axis, y: &Axis, columns: &[Column<'_>]) -> String {
    let fullest = fullest(columns);
    let mut out = String::new();
    for column in columns {
        let (left, right) = (across(x, column.from_s), across(x, column.to_s));
        for (cell, count) in counts(column.spans) {
            let (low, high) = (up(y, start_ms(cell)), up(y, start_ms(cell + 1)));
            let shade = (1..=SHADES).rev().find(|shade| count >= least_of(*shade, fullest)).unwrap_or(1);
            write!(
                out,
                "<rect class=\"h{shade}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                at(left),
                at(high),
                at(right - left + 0.3),
                at((low - high).max(1.0) + 0.3)
            )
            .expect("memory takes every write");
        }
    }
    out
}

/// Answers by cell.
fn counts(spans: &Histogram<u64>) -> BTreeMap<i32, u64> {
    let mut counts = BTreeMap::new();
    for step in spans.iter_recorded() {
        let ms = (step.value_iterated_to() as f64 / 1000.0).max(1e-3);
        let cell = (ms.log10() * CELLS_PER_TENFOLD).floor() as i32;
        *counts.entry(cell).or_default() += step.count_at_value();
    }
    counts
}

fn start_ms(cell: i32) -> f64 {
    10_f64.powf(f64::from(cell) / CELLS_PER_TENFOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(spans: &[(u64, u64)]) -> Histogram<u64> {
        let mut histogram = Histogram::new(2).unwrap();
        spans.iter().for_each(|(us, count)| histogram.record_n(*us, *count).unwrap());
        histogram
    }

    #[test]
    fn the_fullest_cell_is_darkest_and_a_single_answer_is_seen() {
        let spans = of(&[(1_050, 1_000), (50_000, 1)]);
        let columns = [Column { from_s: 0.0, to_s: 1.0, spans: &spans }];
        assert_eq!(fullest(&columns), 1_000);
        let svg = cells(&Axis::until("s", 2.0), &Axis::logarithmic("ms", 1.0, 100.0), &columns);
        assert_eq!((svg.matches("class=\"h5\"").count(), svg.matches("class=\"h1\"").count()), (1, 1), "{svg}");
    }

    #[test]
    fn shades_begin_at_one_and_grow() {
        let least: Vec<_> = (1..=SHADES).map(|shade| least_of(shade, 100_000)).collect();
        assert_eq!(least, [1, 10, 100, 1_000, 10_000]);
        assert_eq!(least_of(SHADES, 1), 1, "one answer everywhere has one shade");
    }

    #[test]
    fn a_stretch_without_answers_has_no_cell() {
        let nothing = of(&[]);
        let columns = [Column { from_s: 0.0, to_s: 1.0, spans: &nothing }];
        assert!(cells(&Axis::until("s", 1.0), &Axis::logarithmic("ms", 1.0, 2.0), &columns).is_empty());
    }
}

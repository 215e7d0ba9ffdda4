//! The stretches of a run, put together so that each is wide enough to be seen.
//! Must not leave one out.

use crate::bench::series::{Series, Window};

/// Columns that a chart has room for.
const COLUMNS_MAX: usize = 100;

/// Several stretches as one.
#[derive(Debug)]
pub struct Stretch {
    /// Start in seconds.
    pub from_s: f64,
    /// End in seconds.
    pub to_s: f64,
    /// Arrivals planned.
    pub planned: u64,
    /// What happened; words of rejections are left out.
    pub window: Window,
}

impl Stretch {
    /// A count as a rate per second.
    #[must_use]
    pub fn rate(&self, count: u64) -> f64 {
        count as f64 / (self.to_s - self.from_s)
    }

    /// Its middle, in seconds.
    #[must_use]
    pub const fn middle_s(&self) -> f64 {
        f64::midpoint(self.from_s, self.to_s)
    }
}

/// The run in at most [`COLUMNS_MAX`] parts.
#[must_use]
pub fn columns(series: &Series) -> Vec<Stretch> {
    let count = series.windows.len().max(series.planned.len());
    if series.width_us == 0 || count == 0 {
        return Vec::new();
    }
    let (each, width_s) = (count.div_ceil(COLUMNS_MAX), series.width_us as f64 / 1e6);
    let column = |from: usize| {
        let to = (from + each).min(count);
        let mut window = Window::default();
        series.windows.iter().take(to).skip(from).for_each(|more| window.add(more));
        let planned = series.planned.iter().take(to).skip(from).sum();
        Stretch { from_s: from as f64 * width_s, to_s: to as f64 * width_s, planned, window }
    };
    (0..count).step_by(each).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample_run::sample_run;

    #[test]
    fn nothing_is_lost_when_stretches_are_put_together() {
        let mut series = sample_run("r", 1).series;
        let again: Vec<_> = series.windows.iter().cycle().take(1_150).cloned().collect();
        series.windows = again;
        let columns = columns(&series);
        assert!(columns.len() <= COLUMNS_MAX);
        let sum = |of: fn(&Window) -> u64| {
            let put: u64 = columns.iter().map(|column| of(&column.window)).sum();
            assert_eq!(put, series.windows.iter().map(of).sum::<u64>());
        };
        sum(|w| w.submits);
        sum(|w| w.sold_out);
        sum(|w| w.create.len());
        assert_eq!(columns.iter().map(|c| c.planned).sum::<u64>(), series.planned.iter().sum::<u64>());
        assert!((columns.last().unwrap().to_s - 115.0).abs() < 1e-9);
    }

    #[test]
    fn a_run_without_a_course_has_no_columns() {
        assert!(columns(&Series::default()).is_empty());
    }
}

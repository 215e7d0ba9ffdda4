//! What a running bench shows at one moment.
//! Must not hold the run's lock for longer than it takes to copy the last stretches.

use std::{sync::atomic::Ordering, time::Duration};

use crate::bench::{
    floor::Pulse,
    rehearsal::Act,
    series::{Sample, Window},
};

/// What a view has already, by number from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Stretches that no longer change.
    pub windows: usize,
    /// Samples.
    pub samples: usize,
    /// Arrivals planned, by stretch.
    pub planned: usize,
}

/// Counts from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Buyers let go.
    pub released: u64,
    /// Orders created or accepted.
    pub placed: u64,
    /// Orders paid.
    pub paid: u64,
    /// "Sold out" told.
    pub sold_out: u64,
    /// Other rejections told.
    pub rejected: u64,
    /// Calls without an answer.
    pub failed: u64,
    /// Visits that ended.
    pub left: u64,
}

/// What is played on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Title of the program.
    pub title: String,
    /// Categories in the order of the hall, with their seats.
    pub categories: Vec<(String, u64)>,
}

/// What a view learns at one moment.
#[derive(Debug)]
pub struct Reading {
    /// What is going on.
    pub act: Act,
    /// Since the first buyer could come, or before that since the stage is being set.
    pub elapsed: Duration,
    /// Counts.
    pub counts: Counts,
    /// The program, once it is known.
    pub place: Option<Place>,
    /// Length of a stretch in microseconds; 0 while the run has no series.
    pub width_us: u64,
    /// Arrivals planned, when their number differs from what was seen.
    pub planned: Option<Vec<u64>>,
    /// Stretches from the first that may still change.
    pub windows: Vec<Window>,
    /// New samples.
    pub samples: Vec<Sample>,
}

impl Reading {
    /// Reads the pulse.
    ///
    /// # Panics
    /// When somebody did while holding the series.
    #[must_use]
    pub fn take(pulse: &Pulse, seen: Seen, (act, elapsed): (Act, Duration)) -> Self {
        let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        let counts = Counts {
            released: count(&pulse.released),
            placed: count(&pulse.placed),
            paid: count(&pulse.paid),
            sold_out: count(&pulse.sold_out),
            rejected: count(&pulse.rejected),
            failed: count(&pulse.failed),
            left: count(&pulse.left),
        };
        let place = pulse.hall.get().map(|hall| Place {
            title: hall.title.clone(),
            categories: hall.categories.iter().map(|c| (c.name.clone(), u64::from(c.seats))).collect(),
        });
        let series = pulse.series.lock().expect("nobody panics while it is held");
        Self {
            act,
            elapsed,
            counts,
            place,
            width_us: series.width_us,
            planned: (series.planned.len() != seen.planned).then(|| series.planned.clone()),
            windows: series.windows.get(seen.windows..).unwrap_or_default().to_vec(),
            samples: series.samples.get(seen.samples..).unwrap_or_default().to_vec(),
        }
    }
}

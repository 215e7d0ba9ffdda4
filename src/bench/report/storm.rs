//! What repeats did: how much they added, and whether the server came back once the storm was over.
//! Must not look at single buyers but through their counts.

use std::collections::HashSet;

use super::{Repeats, Storm};
use crate::bench::{
    journal::Journal,
    series::{Series, Window},
};

/// Repeats and failures are a storm when they are at least this many in a stretch …
const STORM_MIN: u64 = 20;
/// … and at least this share of its submits: a tenth more load than was planned.
const STORM_SHARE: f64 = 0.1;

/// What repeats did.
#[must_use]
pub fn repeats(journal: &Journal, series: &Series) -> Repeats {
    let visits = journal.told.iter().map(|told| told.arrival).collect::<HashSet<_>>().len() as u64;
    let submits = journal.told.len() as u64;
    Repeats {
        submits,
        visits,
        amplification: (visits > 0).then(|| submits as f64 / visits as f64),
        absorbed: journal.duplicates_absorbed(),
        storm: storm(series),
    }
}

/// The worst stretch, and how long after it repeats and failures had fallen for good to no more than there were before
/// the storm began. A storm that lasts to the last stretch has not ended. (After Bronson and others, "Metastable
/// failures in distributed systems", HotOS 2021: what counts is whether load made by failures goes away with its cause.)
fn storm(series: &Series) -> Option<Storm> {
    let windows = &series.windows;
    let is_storm = |window: &Window| {
        trouble(window) >= STORM_MIN && trouble(window) as f64 >= STORM_SHARE * window.submits.max(1) as f64
    };
    let (at, worst) = windows.iter().enumerate().filter(|(_, w)| is_storm(w)).max_by_key(|(_, w)| trouble(w))?;
    let began = windows[..at].iter().rposition(|w| !is_storm(w)).map_or(0, |calm| calm + 1);
    let before = windows[..began].iter().map(trouble).max().unwrap_or(0);
    let last = windows.iter().rposition(|w| trouble(w) > before).unwrap_or(at).max(at);
    let seconds = |stretches: usize| stretches as f64 * series.width_us as f64 / 1e6;
    Some(Storm {
        peak_s: seconds(at),
        peak: trouble(worst),
        recovered_after_s: (last + 1 < windows.len()).then(|| seconds(last - at)),
    })
}

const fn trouble(window: &Window) -> u64 {
    window.repeats + window.failed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stretches of half a second with 100 first submits each and this many repeats.
    fn series(repeats: &[u64]) -> Series {
        let window = |&repeats: &u64| Window { submits: 100 + repeats, repeats, ..Window::default() };
        Series { width_us: 500_000, windows: repeats.iter().map(window).collect(), ..Series::default() }
    }

    #[test]
    fn a_run_without_repeats_or_without_stretches_has_no_storm() {
        assert_eq!((storm(&series(&[0, 0, 0])), storm(&Series::default())), (None, None));
        assert_eq!(storm(&series(&[5, 8, 6])), None, "a few double clicks are no storm");
    }

    #[test]
    fn recovery_counts_from_the_peak_until_repeats_are_back_at_what_they_were() {
        let found = storm(&series(&[4, 4, 60, 90, 40, 12, 4, 2, 0])).unwrap();
        assert_eq!(found, Storm { peak_s: 1.5, peak: 90, recovered_after_s: Some(1.0) });
        let at_once = storm(&series(&[0, 70, 0])).unwrap();
        assert_eq!((at_once.peak_s, at_once.recovered_after_s), (0.5, Some(0.0)));
    }

    #[test]
    fn a_storm_that_flares_up_again_had_not_ended() {
        let found = storm(&series(&[0, 90, 0, 0, 30, 0])).unwrap();
        assert_eq!(found.recovered_after_s, Some(1.5));
    }

    #[test]
    fn a_storm_that_lasts_to_the_end_never_ended() {
        let found = storm(&series(&[0, 90, 80, 85, 80])).unwrap();
        assert_eq!((found.peak, found.recovered_after_s), (90, None));
    }

    #[test]
    fn failures_are_trouble_as_repeats_are() {
        let mut broken = series(&[0, 0, 0]);
        broken.windows[1].failed = 40;
        assert_eq!(storm(&broken).map(|s| (s.peak, s.recovered_after_s)), Some((40, Some(0.0))));
    }
}

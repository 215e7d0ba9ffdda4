//! How much two groups of runs differ, and how sure that is.
//! Must not know what the numbers mean: it sees logarithms of figures, one a run.
//!
//! The unit is the run. Requests of one run depend on each other, so that their number says nothing about how sure a
//! difference is. The difference of the mean logarithms is the logarithm of the ratio of the geometric means. Medians of
//! five runs take too few values to be drawn again and again, and give intervals that are wrong; means of the figures
//! themselves follow the one slow run. The logarithm makes a ratio of 2 and one of 1/2 equally far from 1.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// Times that the runs are drawn again, with repetition.
pub const RESAMPLES: usize = 10_000;
/// Halvings that give the noise of a group.
const HALVINGS: usize = 1_000;
/// Share of the halvings that the noise is not below.
const NOISE_QUANTILE: f64 = 0.95;

/// The difference of two groups.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Mean logarithm of the second group less that of the first.
    pub change: f64,
    /// What drawing the runs again adds to it, sorted.
    deviations: Vec<f64>,
    /// Degrees of freedom.
    freedom: f64,
}

/// Draws random numbers that are the same for the same seed.
#[must_use]
pub fn dice(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

impl Difference {
    /// Of two groups of at least two values each.
    ///
    /// # Panics
    /// When a group has fewer than two values.
    #[must_use]
    pub fn of(before: &[f64], after: &[f64], resamples: usize, dice: &mut ChaCha8Rng) -> Self {
        assert!(before.len() >= 2 && after.len() >= 2, "one run shows no spread");
        let (before, after) = (Group::of(before), Group::of(after));
        let mut deviations: Vec<f64> =
            (0..resamples).map(|_| after.drawn_again(dice) - before.drawn_again(dice)).collect();
        deviations.sort_unstable_by(f64::total_cmp);
        Self { change: after.mean - before.mean, deviations, freedom: freedom(&before, &after) }
    }

    /// The interval that holds the true change except with this probability.
    ///
    /// The plain percentile interval of a small group is too narrow: it takes the spread that was seen for the true one.
    /// Residuals are therefore stretched to the unbiased spread (Davison and Hinkley, Bootstrap Methods, 1997, 3.2), and
    /// the quantiles by the ratio of Student's to the normal distribution (Hesterberg, The American Statistician 69,
    /// 2015: the expanded percentile interval), with the degrees of freedom of Welch (Biometrika 34, 1947).
    #[must_use]
    pub fn interval(&self, error: f64) -> (f64, f64) {
        let normal = normal_quantile(error / 2.0);
        let stretch = student_quantile(normal, self.freedom) / normal;
        let at = |share: f64| self.deviations[((self.deviations.len() - 1) as f64 * share).round() as usize];
        (self.change + stretch * at(error / 2.0), self.change + stretch * at(1.0 - error / 2.0))
    }
}

/// How far two halves of a group lie apart when nothing but chance tells them apart: 95 % of random halvings are nearer.
#[must_use]
pub fn noise(values: &[f64], dice: &mut ChaCha8Rng) -> f64 {
    let half = values.len() / 2;
    if half == 0 {
        return 0.0;
    }
    let mut values = values.to_vec();
    let mut apart: Vec<f64> = (0..HALVINGS)
        .map(|_| {
            for at in (1..values.len()).rev() {
                values.swap(at, below(dice, at + 1));
            }
            (mean(&values[..half]) - mean(&values[half..])).abs()
        })
        .collect();
    apart.sort_unstable_by(f64::total_cmp);
    apart[((HALVINGS - 1) as f64 * NOISE_QUANTILE).round() as usize]
}

struct Group {
    mean: f64,
    /// What each value differs from the mean, stretched so that the spread is not underestimated.
    residuals: Vec<f64>,
}

impl Group {
    fn of(values: &[f64]) -> Self {
        let (mean, count) = (mean(values), values.len() as f64);
        let stretch = (count / (count - 1.0)).sqrt();
        Self { mean, residuals: values.iter().map(|value| (value - mean) * stretch).collect() }
    }

    /// The mean of as many residuals, drawn with repetition.
    fn drawn_again(&self, dice: &mut ChaCha8Rng) -> f64 {
        let count = self.residuals.len();
        (0..count).map(|_| self.residuals[below(dice, count)]).sum::<f64>() / count as f64
    }

    /// Variance of the mean.
    fn variance(&self) -> f64 {
        let count = self.residuals.len() as f64;
        self.residuals.iter().map(|residual| residual * residual).sum::<f64>() / count / count
    }
}

fn freedom(before: &Group, after: &Group) -> f64 {
    let share = |group: &Group| group.variance() * group.variance() / (group.residuals.len() as f64 - 1.0);
    let both = (before.variance() + after.variance()) * (before.variance() + after.variance());
    let most = (before.residuals.len() + after.residuals.len()) as f64 - 2.0;
    if both > 0.0 { both / (share(before) + share(after)) } else { most }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A number below `limit`; groups are so small that the remainder's bias is below 1 in 10⁷.
fn below(dice: &mut ChaCha8Rng, limit: usize) -> usize {
    ((u64::from(dice.next_u32()) * limit as u64) >> 32) as usize
}

/// Upper quantile of the normal distribution (Abramowitz and Stegun 26.2.23; off by at most 0.00045).
fn normal_quantile(beyond: f64) -> f64 {
    let t = (-2.0 * beyond.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    t - above / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)))
}

/// Student's quantile from the normal one (Abramowitz and Stegun 26.7.5, three terms).
fn student_quantile(z: f64, freedom: f64) -> f64 {
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * (z2 * (5.0 * z2 + 16.0) + 3.0) / 96.0;
    let third = z * (z2 * (z2 * (3.0 * z2 + 19.0) + 17.0) - 15.0) / 384.0;
    z + first / freedom + second / freedom.powi(2) + third / freedom.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (beyond, z) in [(0.025, 1.960), (0.005, 2.576), (0.0005, 3.291)] {
            assert!((normal_quantile(beyond) - z).abs() < 0.001, "{beyond}");
        }
        for (freedom, t) in [(4.0, 2.776), (8.0, 2.306), (30.0, 2.042)] {
            assert!((student_quantile(1.960, freedom) - t).abs() < 0.02, "{freedom}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let (before, after) = ([1.0, 1.1, 0.9, 1.05, 0.95], [1.2, 1.3, 1.1, 1.25, 1.15]);
        let interval = |seed| Difference::of(&before, &after, 1000, &mut dice(seed)).interval(0.05);
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
        let (low, high) = interval(1);
        assert!(low < 0.2 && 0.2 < high && low > 0.0, "{low} {high}");
    }

    #[test]
    fn runs_that_are_all_alike_leave_no_doubt_and_no_noise() {
        let difference = Difference::of(&[1.0; 5], &[2.0; 5], 100, &mut dice(1));
        assert_eq!(difference.interval(0.05), (1.0, 1.0));
        assert_eq!(noise(&[1.0; 5], &mut dice(1)), 0.0);
    }

    #[test]
    fn the_interval_misses_the_truth_in_about_one_of_twenty() {
        let mut dice = dice(7);
        let uniform = |dice: &mut ChaCha8Rng| f64::from(dice.next_u32()) / f64::from(u32::MAX);
        let mut normal = || (0..12).map(|_| uniform(&mut dice)).sum::<f64>() - 6.0;
        let groups: Vec<[Vec<f64>; 2]> =
            (0..1000).map(|_| std::array::from_fn(|_| (0..5).map(|_| normal()).collect())).collect();
        let mut draws = super::dice(8);
        let missed = groups.iter().filter(|[before, after]| {
            let (low, high) = Difference::of(before, after, 500, &mut draws).interval(0.05);
            low > 0.0 || high < 0.0
        });
        let missed = missed.count();
        assert!((10..=80).contains(&missed), "{missed} of 1000 intervals miss the truth");
    }
}

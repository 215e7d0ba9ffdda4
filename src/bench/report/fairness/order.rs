//! Was the order of coming the order of being served? The FCFS score with its interval, and overtakes.
//! Must not compare buyers who wanted different things.

use std::collections::BTreeMap;

use super::{Fate, Visit, Wish, share::Z};
use crate::bench::{
    percentile,
    report::{Overtakes, Score},
};

/// Arrivals of those who wanted the same.
#[derive(Debug, Default)]
struct Stratum {
    winners: Vec<u64>,
    losers: Vec<u64>,
}

/// Probability that a random winner arrived before a random loser who wanted the same: the Mann-Whitney statistic over
/// intended arrivals, a tie counting half, summed over wishes and divided by all pairs.
pub(super) fn score(visits: &[Visit]) -> Option<Score> {
    let mut strata: BTreeMap<Wish, Stratum> = BTreeMap::new();
    for visit in visits {
        let stratum = strata.entry(visit.wish).or_default();
        match visit.fate {
            Fate::Won(_) => stratum.winners.push(visit.arrived_us),
            Fate::Lost => stratum.losers.push(visit.arrived_us),
            Fate::Neither => {}
        }
    }
    let mut strata: Vec<Stratum> =
        strata.into_values().filter(|s| !s.winners.is_empty() && !s.losers.is_empty()).collect();
    let halves: u128 = strata.iter_mut().map(Stratum::halves).sum();
    let sizes: Vec<Sizes> = strata.iter().map(Stratum::sizes).collect();
    let pairs: f64 = sizes.iter().map(Sizes::pairs).sum();
    if pairs == 0.0 {
        return None;
    }
    let score = halves as f64 / 2.0 / pairs;
    let (low, high) = interval(score, &sizes);
    let count = |of: fn(&Stratum) -> &Vec<u64>| strata.iter().map(|s| of(s).len() as u64).sum();
    Some(Score { score, low, high, winners: count(|s| &s.winners), losers: count(|s| &s.losers) })
}

impl Stratum {
    /// Twice the number of pairs in which the winner came first, a tie counting one.
    fn halves(&mut self) -> u128 {
        self.losers.sort_unstable();
        let beaten = |winner: &u64| {
            let (earlier, not_later) =
                (self.losers.partition_point(|l| l < winner), self.losers.partition_point(|l| l <= winner));
            (2 * (self.losers.len() - not_later) + (not_later - earlier)) as u128
        };
        self.winners.iter().map(beaten).sum()
    }

    const fn sizes(&self) -> Sizes {
        Sizes { winners: self.winners.len() as f64, losers: self.losers.len() as f64 }
    }
}

/// How many are compared in one stratum.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    winners: f64,
    losers: f64,
}

impl Sizes {
    const fn pairs(&self) -> f64 {
        self.winners * self.losers
    }

    /// Variance of the Mann-Whitney statistic where its true value is `theta`: Hanley and McNeil's (Radiology 143, 1982,
    /// 29-36) in the form that treats both sides alike (Newcombe, Statistics in Medicine 25, 2006, 559-573, method 5).
    fn variance(&self, theta: f64) -> f64 {
        let size = f64::midpoint(self.winners, self.losers) - 1.0;
        let shape = 1.0 + size * ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta));
        theta * (1.0 - theta) * shape / self.pairs()
    }
}

/// 95 % interval: all true values from which the score found is at most 1.96 standard errors away, each standard error
/// being that of the true value (Newcombe's method 5, as Wilson's for shares). So it stays within 0 and 1, and a score of
/// exactly 1 from few buyers is not taken for certain. Strata weigh as many pairs as they have.
fn interval(score: f64, strata: &[Sizes]) -> (f64, f64) {
    let pairs: f64 = strata.iter().map(Sizes::pairs).sum();
    let error = |theta: f64| {
        let variance: f64 = strata.iter().map(|s| (s.pairs() / pairs).powi(2) * s.variance(theta)).sum();
        Z * variance.sqrt()
    };
    let far = |theta: f64| (score - theta).abs() > error(theta);
    (bisect(score, 0.0, far), bisect(score, 1.0, far))
}

/// Where, from `inside` to `outside`, values begin to be too far away.
fn bisect(mut inside: f64, mut outside: f64, far: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(inside, outside);
        *(if far(middle) { &mut outside } else { &mut inside }) = middle;
    }
    outside
}

/// For each winner: how many who came later for the same category were told of their order earlier.
pub(super) fn overtakes(visits: &[Visit]) -> Option<Overtakes> {
    let mut categories: BTreeMap<u16, Vec<(u64, u64)>> = BTreeMap::new();
    for visit in visits {
        if let Fate::Won(told_us) = visit.fate {
            categories.entry(visit.wish.category).or_default().push((told_us, visit.arrived_us));
        }
    }
    let mut counts: Vec<u64> = categories.into_values().flat_map(overtaken).collect();
    counts.sort_unstable();
    let told = |share| percentile::of_sorted(&counts, share);
    counts.last().map(|&max| Overtakes { p50: told(0.5), p99: told(0.99), max })
}

/// Winners as (told, arrived): for each, those who arrived later and were told earlier. They are taken in the order of
/// being told, and a tree over ranks of arrival counts those already taken: n log n, for halls of any size.
fn overtaken(mut winners: Vec<(u64, u64)>) -> Vec<u64> {
    winners.sort_unstable();
    let mut arrivals: Vec<u64> = winners.iter().map(|w| w.1).collect();
    arrivals.sort_unstable();
    let mut taken = RunningCounts::new(arrivals.len());
    let mut counts = Vec::with_capacity(winners.len());
    for together in winners.chunk_by(|a, b| a.0 == b.0) {
        for &(_, arrived_us) in together {
            let not_later = arrivals.partition_point(|&a| a <= arrived_us);
            counts.push(taken.total - taken.up_to(not_later));
        }
        together.iter().for_each(|&(_, arrived_us)| taken.add(arrivals.partition_point(|&a| a < arrived_us)));
    }
    counts
}

/// Counts at positions, with sums over the first so many in logarithmic time (Fenwick, Software: Practice and Experience
/// 24, 1994, 327-336).
struct RunningCounts {
    tree: Vec<u64>,
    total: u64,
}

impl RunningCounts {
    fn new(positions: usize) -> Self {
        Self { tree: vec![0; positions + 1], total: 0 }
    }

    fn add(&mut self, position: usize) {
        self.total += 1;
        let mut at = position + 1;
        while at < self.tree.len() {
            self.tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    /// Sum over the first `count` positions.
    fn up_to(&self, count: usize) -> u64 {
        let (mut at, mut sum) = (count, 0);
        while at > 0 {
            sum += self.tree[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}

//! Everything that will happen, drawn beforehand from a seed: who arrives when, wants what, and does what with it.
//! Must not look at a clock or a server; the same scenario, hall and seed give the same schedule byte for byte.

mod dice;

use std::sync::Arc;

pub use dice::Dice;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::{
    bench::{
        hall::Hall,
        quantity::{SpanRange, VersionChoice},
        scenario::{BuyerClass, Choice, Phase, Scenario, Spacing},
    },
    domain::order::OrderVersion,
};

/// What a buyer does with a confirmed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Pays.
    Pays,
    /// Cancels.
    Cancels,
    /// Walks away; the hold must end by itself.
    Abandons,
}

/// One buyer's visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When, in microseconds since the start.
    pub at_us: u64,
    /// When its first submit is due: once it has looked around.
    pub submit_us: u64,
    /// Its first account, from 0; the others follow.
    pub account: u32,
    /// Index of the class in the scenario.
    pub class: u16,
    /// Index of the category in the hall.
    pub category: u16,
    /// Which API.
    pub version: OrderVersion,
    /// Tickets.
    pub tickets: u8,
    /// What comes after the order.
    pub behaviour: Behaviour,
    /// Clicks twice at once.
    pub doubles: bool,
    /// Before paying or cancelling.
    pub think_us: u64,
    /// Picked row (index in the category) and seat in it; unused by those who take the best available.
    pub pick: (u32, u32),
    /// For pauses between looks and waits before repeats.
    pub dice: Dice,
}

/// All arrivals, by time. They are drawn as they are asked for, so that a long sale costs no memory; every asking gives
/// the same ones.
#[derive(Debug, Clone)]
pub struct Schedule {
    plan: Arc<Plan>,
}

/// What a schedule is drawn from.
#[derive(Debug)]
struct Plan {
    scenario: Scenario,
    hall: Hall,
    seed: u64,
    wishes: Vec<Wishes>,
    classes: Weights,
}

impl Schedule {
    /// Draws the schedule. A class that names a category which the hall lacks goes without that wish.
    ///
    /// # Panics
    /// When the hall has no seats.
    #[must_use]
    pub fn draw(scenario: &Scenario, hall: &Hall, seed: u64) -> Self {
        assert!(!hall.categories.is_empty(), "a sale needs seats");
        let wishes = scenario.buyers.iter().map(|class| Wishes::of(class, hall)).collect();
        let classes = Weights::new(scenario.buyers.iter().map(|b| u64::from(b.weight)));
        let plan = Plan { scenario: scenario.clone(), hall: hall.clone(), seed, wishes, classes };
        Self { plan: Arc::new(plan) }
    }

    /// How many arrive.
    #[must_use]
    pub fn buyers(&self) -> u64 {
        self.plan.scenario.buyers_planned()
    }

    /// When the last phase ends, in microseconds since the start.
    #[must_use]
    pub fn ends_us(&self) -> u64 {
        self.plan.scenario.ends_us()
    }

    /// Arrivals with their ordinals, by time.
    #[must_use]
    pub fn arrivals(&self) -> Arrivals {
        // Moments and wishes come from streams of their own, so that neither shifts the other.
        let (mut moments, mut wishes) =
            (ChaCha8Rng::seed_from_u64(self.plan.seed), ChaCha8Rng::seed_from_u64(self.plan.seed));
        moments.set_stream(1);
        wishes.set_stream(2);
        Arrivals {
            plan: self.plan.clone(),
            moments,
            wishes,
            ordinal: 0,
            accounts: 0,
            phase: 0,
            at: 0,
            start_us: 0,
            rest_ln: 0.0,
        }
    }

    /// A stable encoding: 56 bytes an arrival, little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.ends_us().to_le_bytes());
        for (_, a) in self.arrivals() {
            bytes.extend(a.at_us.to_le_bytes());
            bytes.extend(a.submit_us.to_le_bytes());
            bytes.extend(a.think_us.to_le_bytes());
            bytes.extend(a.dice.0.to_le_bytes());
            bytes.extend(a.account.to_le_bytes());
            bytes.extend(a.pick.0.to_le_bytes());
            bytes.extend(a.pick.1.to_le_bytes());
            bytes.extend(a.class.to_le_bytes());
            bytes.extend(a.category.to_le_bytes());
            bytes.extend([a.version.number(), a.tickets, a.behaviour as u8, u8::from(a.doubles)]);
            bytes.extend([0; 4]);
        }
        bytes
    }
}

/// Arrivals with their ordinals, by time.
#[derive(Debug)]
pub struct Arrivals {
    plan: Arc<Plan>,
    moments: ChaCha8Rng,
    wishes: ChaCha8Rng,
    ordinal: u32,
    /// Accounts given out so far.
    accounts: u64,
    /// Index of the phase under way.
    phase: usize,
    /// Arrivals of this phase so far.
    at: u64,
    /// When this phase began.
    start_us: u64,
    /// Natural logarithm of the share of this phase's arrivals that is still to come.
    rest_ln: f64,
}

impl Iterator for Arrivals {
    type Item = (u32, Arrival);

    fn next(&mut self) -> Option<Self::Item> {
        let plan = self.plan.clone();
        let phase = loop {
            let phase = plan.scenario.phases.get(self.phase)?;
            if self.at < phase.buyers() {
                break phase;
            }
            self.start_us += phase.duration_us();
            (self.phase, self.at, self.rest_ln) = (self.phase + 1, 0, 0.0);
        };
        let at_us = self.start_us + self.offset_us(phase);
        let ordinal = self.ordinal;
        (self.ordinal, self.at) = (self.ordinal + 1, self.at + 1);
        let class = plan.classes.draw(&mut self.wishes);
        let account = (self.accounts % u64::from(plan.scenario.dataset.accounts)) as u32;
        self.accounts += u64::from(plan.scenario.buyers[class].submits);
        let visit = Visit { at_us, account, class };
        Some((ordinal, draw_arrival(visit, &plan.scenario, &plan.hall, &plan.wishes[class], &mut self.wishes)))
    }
}

impl Arrivals {
    /// When the next arrival of its phase comes, in microseconds since the phase began.
    fn offset_us(&mut self, phase: &Phase) -> u64 {
        match phase {
            Phase::Trace { moments, .. } => moments.as_ref().map_or(0, |moments| moments.all()[self.at as usize]),
            _ => (position(phase, self.share(phase)) * phase.duration_us() as f64) as u64,
        }
    }

    /// Where in the order of its phase the next arrival stands, 0 to 1. `n` independent draws from a density are, in
    /// order, a Poisson process that is known to have had `n` arrivals. They are drawn in order: of `k` draws in what is
    /// left, the first leaves the share `u^(1/k)` behind it.
    fn share(&mut self, phase: &Phase) -> f64 {
        let count = phase.buyers();
        match phase.spacing() {
            Spacing::Poisson => {
                self.rest_ln += (1.0 - unit(&mut self.moments)).ln() / (count - self.at) as f64;
                -self.rest_ln.exp_m1()
            }
            Spacing::Even => (self.at as f64 + 0.5) / count as f64,
        }
    }
}

/// Where in a phase, 0 to 1, this share of its arrivals has come: the inverse of the integral of its rate.
fn position(phase: &Phase, share: f64) -> f64 {
    match *phase {
        Phase::Constant { .. } | Phase::Trace { .. } => share,
        Phase::Ramp { from, to, .. } => {
            let (a, b) = (from.0, to.0);
            if (a - b).abs() < 1e-9 { share } else { ((a * a + share * (b * b - a * a)).sqrt() - a) / (b - a) }
        }
        Phase::Spike { .. } => 1.0 - (1.0 - share).sqrt(),
    }
}

struct Visit {
    at_us: u64,
    account: u32,
    class: usize,
}

/// Every field is drawn for every arrival, needed or not, so that one field's use never shifts the others.
fn draw_arrival(visit: Visit, scenario: &Scenario, hall: &Hall, wishes: &Wishes, rng: &mut ChaCha8Rng) -> Arrival {
    let class = &scenario.buyers[visit.class];
    let category = wishes.categories.draw(rng);
    let tickets = wishes.tickets[wishes.quantity.draw(rng)];
    let drawn_version = OrderVersion::ALL[below(rng, 4) as usize];
    let decision = unit(rng);
    let (think, doubles) = (unit(rng), unit(rng));
    let (row, col) = (rng.next_u64(), rng.next_u64());
    let dice = Dice(rng.next_u64());
    let looked_us: u64 = (0..class.looks.len()).map(|nth| between_us(class.look_pause, dice.pause(nth))).sum();
    Arrival {
        at_us: visit.at_us,
        submit_us: visit.at_us + looked_us,
        account: visit.account,
        class: visit.class as u16,
        category: category as u16,
        version: match scenario.version {
            VersionChoice::One(version) => version,
            VersionChoice::Mixed => drawn_version,
        },
        tickets,
        behaviour: if decision < class.pays.0 {
            Behaviour::Pays
        } else if decision < class.pays.0 + class.cancels.0 {
            Behaviour::Cancels
        } else {
            Behaviour::Abandons
        },
        doubles: doubles < class.double_submits.0,
        think_us: between_us(class.think, think),
        pick: pick(class, hall, category, tickets, (row, col)),
        dice,
    }
}

/// Where in a range a chance from 0 to 1 falls.
#[must_use]
pub fn between_us(range: SpanRange, chance: f64) -> u64 {
    let (from, to) = (range.from.us(), range.to.us());
    from + (chance * (to - from) as f64) as u64
}

fn pick(class: &BuyerClass, hall: &Hall, category: usize, tickets: u8, (row, col): (u64, u64)) -> (u32, u32) {
    let rows = &hall.categories[category].rows;
    if class.choice == Choice::Best || rows.is_empty() {
        return (0, 0);
    }
    let front = match class.front_rows {
        0 => rows.len() as u64,
        front => u64::from(front).min(rows.len() as u64),
    };
    let row = row % front;
    let starts = u64::from(rows[row as usize].len.saturating_sub(u32::from(tickets))) + 1;
    (row as u32, (col % starts) as u32)
}

/// What a class wants, ready to be drawn.
#[derive(Debug)]
struct Wishes {
    categories: Weights,
    quantity: Weights,
    tickets: Vec<u8>,
}

impl Wishes {
    fn of(class: &BuyerClass, hall: &Hall) -> Self {
        let named = hall.categories.iter().map(|c| u64::from(class.categories.get(&c.name).copied().unwrap_or(0)));
        let by_name = Weights::new(named);
        let by_seats = || Weights::new(hall.categories.iter().map(|c| u64::from(c.seats)));
        Self {
            categories: if by_name.total() > 0 { by_name } else { by_seats() },
            quantity: Weights::new(class.quantity.values().map(|&weight| u64::from(weight))),
            tickets: class.quantity.keys().map(|tickets| tickets.0).collect(),
        }
    }
}

/// Running sums of weights.
#[derive(Debug)]
struct Weights(Vec<u64>);

impl Weights {
    fn new(weights: impl Iterator<Item = u64>) -> Self {
        Self(
            weights
                .scan(0, |sum, weight| {
                    *sum += weight;
                    Some(*sum)
                })
                .collect(),
        )
    }

    fn total(&self) -> u64 {
        self.0.last().copied().unwrap_or(0)
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> usize {
        let at = below(rng, self.total().max(1));
        self.0.partition_point(|&sum| sum <= at).min(self.0.len() - 1)
    }
}

/// 0 to 1, 1 excluded, in steps of 2^-53.
fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// 0 to `end`, `end` excluded; the bias is below 2^-32 for every `end` used here.
fn below(rng: &mut ChaCha8Rng, end: u64) -> u64 {
    ((u128::from(rng.next_u64()) * u128::from(end)) >> 64) as u64
}

#[cfg(test)]
mod tests;

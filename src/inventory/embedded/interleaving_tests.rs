//! Read, decide, write by many buyers at once, in every order that a seed can think of.
//! Must not rest on luck: a seed gives the same run each time.

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::{
    Embedded, EmbeddedConfig,
    model::{best, program},
};
use crate::{
    domain::{
        hold::{Books, Choice, Fallback, Held, SeatState},
        ids::{CategoryId, OrderNumber, ProgramId, SeatIx, UserId},
        rejection::Rejection,
    },
    inventory::{LockName, NotDone},
};

const SEEDS: u64 = 500;
const BUYERS: u64 = 12;
const SEATS: usize = 18;

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, good enough to shuffle with.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ z >> 31) % n as u64).expect("below a usize")
    }
}

/// One who buys two seats at a time by choosing first and holding the choice later, until there are none.
struct Buyer {
    user: UserId,
    orders: u64,
    choice: Option<Vec<SeatIx>>,
    receipts: Vec<(OrderNumber, Vec<SeatIx>)>,
    conflicts: u64,
    done: bool,
}

/// What a buyer does with a choice.
#[derive(Clone, Copy)]
enum Writing {
    /// Holds it if it is still free.
    Conditional,
    /// Takes it for granted: the fault that the condition is for.
    Blind,
}

impl Buyer {
    fn new(id: u64) -> Self {
        let user = UserId::new(id).expect("above zero");
        Self { user, orders: 0, choice: None, receipts: Vec::new(), conflicts: 0, done: false }
    }

    /// Either reads or writes: others may come in between.
    async fn step(&mut self, engine: &Embedded, writing: Writing) {
        match self.choice.take() {
            None => self.read(engine).await,
            Some(seats) => self.write(engine, seats, writing).await,
        }
    }

    async fn read(&mut self, engine: &Embedded) {
        match engine.choose(id(), category(), 2, Fallback::Split).await {
            Ok(seats) => self.choice = Some(seats),
            Err(refusal) => {
                assert_eq!(refusal, NotDone::from(Rejection::SoldOut));
                self.done = true;
            }
        }
    }

    async fn write(&mut self, engine: &Embedded, seats: Vec<SeatIx>, writing: Writing) {
        self.orders += 1;
        let order = OrderNumber::new(self.user.get() * 1_000 + self.orders).expect("above zero");
        let mut request = best(order, self.user, category(), 2);
        request.choice = Choice::Picked(seats.clone());
        match (engine.hold(request).await, writing) {
            (Ok(Held::Seats(held)), _) => {
                assert_eq!(held, seats);
                self.receipts.push((order, seats));
            }
            (Err(refusal), Writing::Conditional) => {
                assert_eq!(refusal, NotDone::from(Rejection::SeatHeld));
                self.conflicts += 1;
            }
            (Err(_), Writing::Blind) => self.receipts.push((order, seats)),
            (Ok(Held::Repeat(order)), _) => panic!("order {order} was repeated without a key"),
        }
    }
}

fn id() -> ProgramId {
    ProgramId::new(1).expect("above zero")
}

fn category() -> CategoryId {
    CategoryId::new(1).expect("above zero")
}

async fn engine() -> Embedded {
    let engine = Embedded::new(EmbeddedConfig { queue_max: 0 });
    engine.rebuild(&program(1, &[&[5, 4, 6, 3]]), &Books::default()).await.expect("the engine is here");
    engine
}

fn seats_sold_twice(buyers: &[Buyer]) -> usize {
    let mut seen = HashSet::new();
    buyers.iter().flat_map(|b| &b.receipts).flat_map(|(_, seats)| seats).filter(|seat| !seen.insert(**seat)).count()
}

/// The engine's books hold exactly what the buyers were told.
async fn assert_receipts_match(engine: &Embedded, buyers: &[Buyer]) {
    let census = engine.census(id()).await.expect("the engine is here");
    let mut told = vec![(SeatState::Available, None); SEATS];
    for (order, seats) in buyers.iter().flat_map(|b| &b.receipts) {
        seats.iter().for_each(|seat| told[seat.0 as usize] = (SeatState::Held, Some(*order)));
    }
    assert_eq!(census.seats, told);
    assert_eq!(census.counts[0].1.total() as usize, SEATS);
    assert_eq!(census.counts[0].1.available, 0, "two by two, nothing is left");
}

/// Runs the buyers, one step of one buyer at a time. Returns them when all are done.
async fn interleave(engine: &Embedded, seed: u64, writing: Writing) -> Vec<Buyer> {
    let mut dice = Dice(seed);
    let mut buyers: Vec<Buyer> = (1..=BUYERS).map(Buyer::new).collect();
    while let waiting = buyers.iter_mut().filter(|b| !b.done).collect::<Vec<_>>()
        && !waiting.is_empty()
    {
        let next = dice.below(waiting.len());
        let buyer = waiting.into_iter().nth(next).expect("below the length");
        buyer.step(engine, writing).await;
    }
    buyers
}

#[tokio::test]
async fn choosing_then_holding_sells_no_seat_twice_and_notices_conflicts() {
    let mut conflicts = 0;
    for seed in 0..SEEDS {
        let engine = engine().await;
        let buyers = interleave(&engine, seed, Writing::Conditional).await;
        assert_eq!(seats_sold_twice(&buyers), 0, "seed {seed}");
        assert_receipts_match(&engine, &buyers).await;
        conflicts += buyers.iter().map(|b| b.conflicts).sum::<u64>();
    }
    assert!(conflicts > SEEDS, "only {conflicts} conflicts: these seeds try nothing");
}

#[tokio::test]
async fn the_same_seeds_catch_buyers_who_take_their_reading_for_granted() {
    for seed in 0..SEEDS {
        let engine = engine().await;
        let buyers = interleave(&engine, seed, Writing::Blind).await;
        assert!(seats_sold_twice(&buyers) > 0, "seed {seed} would not notice");
    }
}

/// Buys until sold out, on whatever threads there are; with a lock around reading and writing, or without.
async fn buy_in_parallel(lock: Option<LockName>) -> (Arc<Embedded>, Vec<Buyer>) {
    let engine = Arc::new(engine().await);
    let names: Vec<LockName> = lock.into_iter().collect();
    let tasks: Vec<_> = (1..=BUYERS)
        .map(|buyer| {
            let (engine, names) = (Arc::clone(&engine), names.clone());
            tokio::spawn(async move {
                let mut buyer = Buyer::new(buyer);
                while !buyer.done {
                    let _guards = engine.lock(&names, Duration::from_secs(10)).await.expect("everyone gives it back");
                    buyer.step(&engine, Writing::Conditional).await;
                    tokio::task::yield_now().await;
                    buyer.step(&engine, Writing::Conditional).await;
                }
                buyer
            })
        })
        .collect();
    let mut buyers = Vec::new();
    for task in tasks {
        buyers.push(task.await.expect("no buyer panics"));
    }
    (engine, buyers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn buyers_on_several_threads_sell_no_seat_twice_without_a_lock() {
    for _ in 0..50 {
        let (engine, buyers) = buy_in_parallel(None).await;
        assert_eq!(seats_sold_twice(&buyers), 0);
        assert_receipts_match(&engine, &buyers).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn buyers_who_take_turns_at_a_lock_never_conflict() {
    for lock in [LockName::Program(id()), LockName::Category(id(), category())] {
        let (engine, buyers) = buy_in_parallel(Some(lock)).await;
        assert_receipts_match(&engine, &buyers).await;
        assert_eq!(buyers.iter().map(|b| b.conflicts).sum::<u64>(), 0);
    }
}

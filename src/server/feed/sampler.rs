//! Looks at the server ten times a second, as long as somebody watches.
//! Must not wait long for anybody: an inventory that does not answer is told as that.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Canvas, Feed, KEPT_FOR,
    holds::Holds,
    numbers::{ANSWER_WAIT, Looker},
    picture::{SeatSight, Sight},
    tape::Taken,
};
use crate::{
    domain::{
        hold::Counts,
        ids::{Millis, ProgramId},
        program::Program,
    },
    server::state::State,
    wire::feed::{HoldNumbers, Numbers, ProgramStock},
};

/// Time between two looks.
const TICK: Duration = Duration::from_millis(100);
/// Programs that nobody follows, holds and seats of a server that seems to stand still are looked at so often.
const SLOW_TICK: Duration = Duration::from_secs(1);
/// Longest look at all programs; the rest of them has its turn a second later.
const STOCK_WAIT: Duration = Duration::from_millis(200);
/// Longest wait for the ledger when a feed begins.
const LEDGER_WAIT: Duration = Duration::from_secs(5);

/// Starts looking. Ends by itself when nobody watches any more; what it kept is forgotten a minute later.
pub fn start(state: &Arc<State>) {
    let state = Arc::clone(state);
    tokio::spawn(async move {
        let sampling = tokio::spawn(sample(Arc::clone(&state)));
        if let Err(panicked) = sampling.await {
            tracing::error!(%panicked, "the feed's sampler failed");
            state.feed.fell();
        }
        let feed = Arc::downgrade(&state);
        drop(state);
        tokio::time::sleep(KEPT_FOR).await;
        if let Some(state) = feed.upgrade() {
            state.feed.forget_old();
        }
    });
}

/// A sampler at work: counted as long as this lives.
struct Counted<'a>(&'a Feed);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.samplers.fetch_sub(1, Relaxed);
    }
}

async fn sample(state: Arc<State>) {
    state.feed.samplers.fetch_add(1, Relaxed);
    let _counted = Counted(&state.feed);
    state.tape.start();
    let mut sampler = Sampler::default();
    loop {
        let began = Instant::now();
        let live = state.feed.live();
        if live.is_empty() {
            state.tape.stop();
            return;
        }
        sampler.tick(&state, &live, began).await;
        tokio::select! {
            () = tokio::time::sleep_until(began + TICK) => {}
            () = state.feed.wake.notified() => {}
        }
    }
}

/// What is remembered from look to look.
#[derive(Debug, Default)]
struct Sampler {
    looker: Looker,
    holds: Option<Holds>,
    stock: BTreeMap<ProgramId, ProgramStock>,
    /// The program whose turn it is.
    stock_turn: Option<ProgramId>,
    slow: Option<Instant>,
    moves: u64,
    held: HoldsSeen,
}

/// Holds as they were counted last.
#[derive(Debug, Default)]
struct HoldsSeen {
    by_program: BTreeMap<Option<ProgramId>, HoldNumbers>,
}

/// What is the same for all pictures of one look.
struct Look {
    now: Millis,
    numbers: Numbers,
    taken: Taken,
    seats_may_have_moved: bool,
}

impl Sampler {
    async fn tick(&mut self, state: &Arc<State>, live: &[Arc<Canvas>], began: Instant) {
        let is_slow = self.slow.is_none_or(|last| began - last >= SLOW_TICK);
        if is_slow {
            self.slow = Some(began);
            state.feed.forget_old();
        }
        let moves = state.metrics.moves();
        let seats_may_have_moved = is_slow || std::mem::replace(&mut self.moves, moves) != moves;
        let numbers = self.looker.look(state).await;
        if is_slow {
            self.look_at_stock(state, numbers.inventory.up).await;
        }
        let taken = self.follow_holds(state, is_slow, live).await;
        let look = Look { now: state.now(), numbers, taken, seats_may_have_moved };
        for canvas in live {
            self.show(state, canvas, &look).await;
        }
    }

    /// One look into one picture.
    async fn show(&mut self, state: &Arc<State>, canvas: &Canvas, look: &Look) {
        let wanted = canvas.is_wanted();
        let mut states = None;
        let mut seats = SeatSight::Same;
        if let Some(id) = canvas.program {
            if !canvas.picture().follows() {
                follow(state, canvas, id).await;
            }
            if !look.numbers.inventory.up {
                seats = SeatSight::Unknown;
            } else if look.seats_may_have_moved || wanted {
                let asked = tokio::time::timeout(ANSWER_WAIT, state.inventory.seats(id)).await;
                states = asked.ok().and_then(Result::ok);
                seats = states.as_deref().map_or(SeatSight::Unknown, SeatSight::Seats);
            }
        }
        let holds = self.held.by_program.get(&canvas.program).copied().unwrap_or_default();
        let log_seen = canvas.picture().log_total();
        let sight = Sight {
            now: look.now,
            numbers: Numbers { holds, ..look.numbers.clone() },
            stock: &self.stock,
            news: &look.taken.news,
            news_left_out: look.taken.left_out,
            log: state.log.after(log_seen),
            seats,
            wanted,
        };
        let mut picture = canvas.picture();
        let sequence = picture.see(&sight).then(|| picture.sequence());
        drop(picture);
        drop(states);
        if let Some(sequence) = sequence {
            canvas.tell(sequence);
        }
    }

    /// Counts of all programs, as far as there is time; the next look goes on behind the last.
    async fn look_at_stock(&mut self, state: &State, inventory_is_up: bool) {
        let until = Instant::now() + STOCK_WAIT;
        let mut programs = state.catalog.all();
        let turn = self.stock_turn.take().map_or(0, |id| programs.partition_point(|program| program.id < id));
        programs.rotate_left(turn);
        for program in &programs {
            let mut counts = None;
            if inventory_is_up {
                let asked = tokio::time::timeout_at(until, state.inventory.counts(program.id)).await;
                let Ok(answered) = asked else {
                    self.stock_turn = Some(program.id);
                    break;
                };
                counts = answered.ok().map(|counts| counts.into_iter().map(|(_, counts)| counts).collect::<Vec<_>>());
            }
            let before = self.stock.get(&program.id);
            let line = stock_line(program, counts.as_deref(), before, state.now());
            self.stock.insert(program.id, line);
        }
    }

    /// Takes the tape out, and counts the holds once a second.
    async fn follow_holds(&mut self, state: &State, is_slow: bool, live: &[Arc<Canvas>]) -> Taken {
        if self.holds.is_none() && is_slow {
            let unpaid = tokio::time::timeout(LEDGER_WAIT, state.ledger.unpaid()).await;
            self.holds = unpaid.ok().and_then(Result::ok).map(Holds::of_ledger);
        }
        let taken = state.tape.take();
        if taken.holds_lost {
            self.holds = None;
        }
        let now = state.now();
        if let Some(holds) = &mut self.holds {
            holds.follow(&taken.holds);
            if is_slow || live.iter().any(|canvas| canvas.is_wanted()) {
                holds.forget_old(now);
                let counted = live.iter().map(|canvas| (canvas.program, holds.numbers(canvas.program, now)));
                self.held.by_program = counted.collect();
            }
        }
        taken
    }
}

/// The picture's program, with the moments since when its seats are held.
async fn follow(state: &State, canvas: &Canvas, id: ProgramId) {
    let Some(program) = state.catalog.get(id) else { return };
    let held = tokio::time::timeout(LEDGER_WAIT, state.ledger.held_since(id)).await;
    // Without an answer they are held from now on, as far as anybody knows.
    let held = held.ok().and_then(Result::ok).unwrap_or_default();
    canvas.picture().follow(program, &held);
}

/// A program and what is left of it: as it was before where the inventory does not say.
fn stock_line(
    program: &Program,
    counts: Option<&[Counts]>,
    before: Option<&ProgramStock>,
    now: Millis,
) -> ProgramStock {
    let sum = |of: fn(&Counts) -> u32, kept: fn(&ProgramStock) -> u64| match (counts, before) {
        (Some(counts), _) => counts.iter().map(|counts| u64::from(of(counts))).sum(),
        (None, Some(before)) => kept(before),
        (None, None) => 0,
    };
    ProgramStock {
        id: program.id,
        title: program.title.clone(),
        actor: program.actor.clone(),
        place: program.place.clone(),
        area: program.area.clone(),
        category: program.category.clone(),
        show_time: program.show_time.clone(),
        on_sale: program.sale.is_open(now),
        closed: program.sale.closed,
        opens_at_ms: program.sale.opens_at.map(|moment| moment.0),
        closes_at_ms: program.sale.closes_at.map(|moment| moment.0),
        real_name: program.real_name,
        permit_choose_seat: program.permit_choose_seat,
        per_order_limit: program.per_order_limit,
        per_account_limit: program.per_account_limit,
        total: program.hall.seats().into(),
        available: sum(|counts| counts.available, |before| before.available),
        held: sum(|counts| counts.held, |before| before.held),
        sold: sum(|counts| counts.sold, |before| before.sold),
    }
}

//! Lets buyers go at their time: worker threads, each with its own runtime, connections, journal and tally.
//! Must not skip anybody: who is late is sent late, and counted.
#![expect(
    clippy::disallowed_types,
    reason = "a worker's visits live and end on its thread; counting them needs no atomics"
)]

use std::{
    cell::{Cell, RefCell},
    io,
    iter::{Skip, StepBy},
    rc::Rc,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::{
    runtime::LocalRuntime,
    sync::{Notify, watch},
};

use crate::bench::{
    buyer,
    floor::{Floor, Ground, Pulse, Seen},
    journal::Journal,
    schedule::{Arrival, Arrivals, Schedule},
    series::Series,
    tally::Tally,
};

/// How long visits under way may go on after an interrupt.
const BREAK_OFF_AFTER: Duration = Duration::from_secs(2);
/// Buyers let go in a row before their requests are given a turn.
const BURST: u32 = 32;

/// How a schedule is played.
#[derive(Debug, Clone)]
pub struct Play {
    /// Worker threads.
    pub workers: usize,
    /// Open connections over all workers.
    pub connections: usize,
    /// For whoever watches.
    pub pulse: Arc<Pulse>,
    /// Turns true when the run is to be broken off.
    pub stop: watch::Receiver<bool>,
}

/// What came of it.
#[derive(Debug)]
pub struct Played {
    /// What was told.
    pub journal: Journal,
    /// How fast.
    pub tally: Tally,
    /// Buyers let go; fewer than planned when broken off.
    pub released: u64,
    /// Until the last visit ended, in microseconds.
    pub length_us: u64,
}

/// Plays the whole schedule and returns when the last visit has ended. Blocks.
///
/// # Errors
/// When the server cannot be reached before the start.
///
/// # Panics
/// When a worker does.
pub fn play(ground: &Arc<Ground>, play: &Play) -> io::Result<Played> {
    plan(&ground.schedule, &play.pulse);
    let workers = play.workers.clamp(1, play.connections.max(1));
    let (ready, readiness) = mpsc::sync_channel(workers);
    let mut threads = Vec::with_capacity(workers);
    for worker in 0..workers {
        let (go, start) = mpsc::sync_channel(1);
        let share = Share { worker, workers, connections: play.connections.div_ceil(workers) };
        let (ground, play, ready) = (ground.clone(), play.clone(), ready.clone());
        let work = move || work(ground, &play, share, &ready, &start);
        threads.push((go, thread::Builder::new().name(format!("buyers-{worker}")).spawn(work)?));
    }
    drop(ready);
    let mut opened = Ok(());
    for _ in 0..workers {
        let told = readiness.recv().unwrap_or_else(|_| Err(io::Error::other("a worker ended before the start")));
        opened = opened.and(told);
    }
    let (start, wall) = (Instant::now(), SystemTime::now());
    if opened.is_ok() {
        threads.iter().for_each(|(go, _)| go.send(start).unwrap_or(()));
    }
    let start_wall_ms = wall.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
    let journal = Journal { start_wall_ms, ..Journal::default() };
    let mut played = Played { journal, tally: Tally::default(), released: 0, length_us: 0 };
    for (go, thread) in threads {
        drop(go);
        if let Some((journal, tally, released)) = thread.join().expect("a worker does not panic") {
            played.journal.merge(journal);
            played.tally.merge(&tally);
            played.released += released;
        }
    }
    played.length_us = start.elapsed().as_micros() as u64;
    opened.map(|()| played)
}

/// Tells whoever watches how many are to come, and when.
fn plan(schedule: &Schedule, pulse: &Pulse) {
    let series = Series::plan(schedule.ends_us(), schedule.arrivals().map(|(_, arrival)| arrival.at_us));
    *pulse.series.lock().expect("nobody panics while it is held") = series;
}

#[derive(Debug, Clone, Copy)]
struct Share {
    worker: usize,
    workers: usize,
    connections: usize,
}

fn work(
    ground: Arc<Ground>,
    play: &Play,
    share: Share,
    ready: &mpsc::SyncSender<io::Result<()>>,
    start: &mpsc::Receiver<Instant>,
) -> Option<(Journal, Tally, u64)> {
    let runtime = match LocalRuntime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            ready.send(Err(error)).unwrap_or(());
            return None;
        }
    };
    let opened = runtime.block_on(Floor::open(ground, share.connections, play.pulse.clone()));
    let mut floor = match opened {
        Ok(floor) => floor,
        Err(error) => {
            ready.send(Err(error)).unwrap_or(());
            return None;
        }
    };
    ready.send(Ok(())).unwrap_or(());
    floor.start = start.recv().ok()?;
    let hours = Hours::new(floor, share, play.stop.clone());
    runtime.block_on(hours.keep(share.connections));
    drop(runtime);
    let released = hours.released.get();
    let floor = Rc::try_unwrap(hours.floor).expect("all visits have ended with their runtime");
    floor.hand_over();
    Some((floor.journal.into_inner(), floor.tally.into_inner(), released))
}

/// The arrivals of one worker.
type Queue = StepBy<Skip<Arrivals>>;

/// One worker's opening hours.
struct Hours {
    floor: Rc<Floor>,
    stop: watch::Receiver<bool>,
    next: Rc<RefCell<Queue>>,
    released: Rc<Cell<u64>>,
    inside: Rc<(Cell<u64>, Notify)>,
}

impl Hours {
    fn new(floor: Floor, share: Share, stop: watch::Receiver<bool>) -> Self {
        let mine = floor.ground.schedule.arrivals().skip(share.worker).step_by(share.workers);
        Self {
            floor: Rc::new(floor),
            stop,
            next: Rc::new(RefCell::new(mine)),
            released: Rc::default(),
            inside: Rc::default(),
        }
    }

    async fn keep(&self, lanes: usize) {
        let floor = self.floor.clone();
        tokio::task::spawn_local(async move { floor.keep_handing_over().await });
        if self.floor.ground.scenario.saturate { self.in_lanes(lanes).await } else { self.by_the_clock().await }
    }

    /// Open model: everybody starts at their time, however many are inside.
    async fn by_the_clock(&self) {
        let mut stop = self.stop.clone();
        let mut burst = 0;
        while let Some((ordinal, arrival)) = take_next(&self.next) {
            let at_us = arrival.at_us;
            if self.floor.now_us() < at_us {
                burst = 0;
                tokio::select! {
                    () = self.floor.until(at_us) => {}
                    _ = stop.wait_for(|&stop| stop) => break,
                }
            } else if burst == BURST {
                burst = 0;
                tokio::task::yield_now().await;
                if *stop.borrow() {
                    break;
                }
            }
            burst += 1;
            release(&self.floor, &self.released, at_us);
            let (floor, inside) = (self.floor.clone(), self.inside.clone());
            inside.0.set(inside.0.get() + 1);
            tokio::task::spawn_local(async move {
                buyer::visit(&floor, ordinal, arrival).await;
                leave(&inside);
            });
        }
        self.wait_until_empty().await;
    }

    /// Saturation: as many visits at once as there are connections, each lane taking the next buyer.
    async fn in_lanes(&self, lanes: usize) {
        for _ in 0..lanes {
            let (floor, next, released) = (self.floor.clone(), self.next.clone(), self.released.clone());
            let (inside, stop) = (self.inside.clone(), self.stop.clone());
            inside.0.set(inside.0.get() + 1);
            tokio::task::spawn_local(async move {
                while !*stop.borrow()
                    && let Some((ordinal, arrival)) = take_next(&next)
                {
                    floor.until(arrival.at_us).await;
                    release(&floor, &released, arrival.at_us);
                    buyer::visit(&floor, ordinal, arrival).await;
                }
                leave(&inside);
            });
        }
        self.wait_until_empty().await;
    }

    async fn wait_until_empty(&self) {
        let mut stop = self.stop.clone();
        let broken_off = async {
            // A sender that is gone can no longer stop the run.
            if stop.wait_for(|&stop| stop).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(BREAK_OFF_AFTER).await;
        };
        let empty = async {
            while self.inside.0.get() > 0 {
                self.inside.1.notified().await;
            }
        };
        tokio::select! {
            () = empty => {}
            () = broken_off => {}
        }
    }
}

fn take_next(queue: &RefCell<Queue>) -> Option<(u32, Arrival)> {
    queue.borrow_mut().next()
}

fn release(floor: &Floor, released: &Cell<u64>, at_us: u64) {
    floor.saw(Seen::Released(at_us));
    released.set(released.get() + 1);
}

fn leave(inside: &(Cell<u64>, Notify)) {
    inside.0.set(inside.0.get() - 1);
    if inside.0.get() == 0 {
        inside.1.notify_one();
    }
}

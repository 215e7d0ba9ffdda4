//! One worker's opening hours: its arrivals go in one after another, each to a visit of its own.
//! Must not skip an arrival, unless the run is broken off.

use std::{
    cell::{Cell, RefCell},
    iter::{Skip, StepBy},
    rc::Rc,
    time::Duration,
};

use tokio::sync::{Notify, watch};

use super::Share;
use crate::bench::{
    buyer,
    floor::{Floor, Seen},
    schedule::{Arrival, Arrivals},
};

/// How long visits under way may go on after an interrupt.
const BREAK_OFF_AFTER: Duration = Duration::from_secs(2);
/// Buyers let go in a row before their requests are given a turn.
const BURST: u32 = 32;

/// The two reasons to break off: somebody asked for it, or the journal cannot be written.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    asked: watch::Receiver<bool>,
    broken: watch::Receiver<bool>,
}

impl Stop {
    pub(super) const fn new(asked: watch::Receiver<bool>, broken: watch::Receiver<bool>) -> Self {
        Self { asked, broken }
    }

    /// Returns when the run is to be broken off; never, when nobody is left who could say so.
    async fn heard(&mut self) {
        tokio::select! {
            () = turned(&mut self.asked) => {}
            () = turned(&mut self.broken) => {}
        }
    }
}

async fn turned(flag: &mut watch::Receiver<bool>) {
    if flag.wait_for(|&stop| stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The arrivals of one worker.
type Queue = StepBy<Skip<Arrivals>>;

pub(super) struct Hours {
    pub(super) floor: Rc<Floor>,
    pub(super) released: Rc<Cell<u64>>,
    stop: Stop,
    /// What `stop` said, for those who have no time to ask.
    stopped: Rc<Cell<bool>>,
    next: Rc<RefCell<Queue>>,
    inside: Rc<(Cell<u64>, Notify)>,
}

impl Hours {
    pub(super) fn new(floor: Floor, share: Share, stop: Stop) -> Self {
        let mine = floor.ground.schedule.arrivals().skip(share.worker).step_by(share.workers);
        Self {
            floor: Rc::new(floor),
            released: Rc::default(),
            stop,
            stopped: Rc::default(),
            next: Rc::new(RefCell::new(mine)),
            inside: Rc::default(),
        }
    }

    /// Until the last visit has ended, or the run is broken off.
    pub(super) async fn keep(self, lanes: usize) {
        let floor = self.floor.clone();
        tokio::task::spawn_local(async move { floor.keep_watch().await });
        let (mut stop, stopped) = (self.stop.clone(), self.stopped.clone());
        tokio::task::spawn_local(async move {
            stop.heard().await;
            stopped.set(true);
        });
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
                    () = stop.heard() => break,
                }
            } else if burst == BURST {
                burst = 0;
                tokio::task::yield_now().await;
                if self.stopped.get() {
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
            let (inside, stopped) = (self.inside.clone(), self.stopped.clone());
            inside.0.set(inside.0.get() + 1);
            tokio::task::spawn_local(async move {
                while !stopped.get()
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
            stop.heard().await;
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

//! Lets buyers go at their time: worker threads, each with its own runtime, connections, pen and tally.
//! Must not skip anybody: who is late is sent late, and counted.
#![expect(
    clippy::disallowed_types,
    reason = "a worker's visits live and end on its thread; counting them needs no atomics"
)]

mod hours;

use std::{
    io,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, mpsc},
    thread,
    time::Instant,
};

use tokio::{runtime::LocalRuntime, sync::watch};

use self::hours::{Hours, Stop};
use crate::bench::{
    floor::{Floor, Ground, Pulse},
    journal::{Journal, Pen, Scene, SceneCategory, Spool},
    schedule::Schedule,
    series::Series,
    tally::Tally,
    watcher::wall_ms,
};

/// How a schedule is played.
#[derive(Debug, Clone)]
pub struct Play {
    /// Worker threads.
    pub workers: usize,
    /// Open connections over all workers.
    pub connections: usize,
    /// The file that the journal is written to; one that is there already is replaced.
    pub journal: PathBuf,
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

/// What came of it, with the journal left in its file.
#[derive(Debug, Default)]
pub struct Performed {
    /// How fast.
    pub tally: Tally,
    /// Buyers let go.
    pub released: u64,
    /// Until the last visit ended, in microseconds.
    pub length_us: u64,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The server could not be reached before the start.
    #[error("cannot open the connections: {0}")]
    Unreachable(io::Error),
    /// What buyers were told could not be kept, and without it nothing can be proved. The run was broken off.
    #[error("cannot keep the journal {0}: {1}; the run was aborted")]
    Journal(PathBuf, io::Error),
}

/// Plays the whole schedule and returns when the last visit has ended, with the journal read back. Blocks.
///
/// # Errors
/// When the server cannot be reached before the start, or the journal cannot be kept.
///
/// # Panics
/// When a worker does.
pub fn play(ground: &Arc<Ground>, play: &Play) -> Result<Played, PlayError> {
    let Performed { tally, released, length_us } = perform(ground, play)?;
    let opened = Journal::open(&play.journal).map_err(|e| PlayError::Journal(play.journal.clone(), e))?;
    Ok(Played { journal: opened.journal, tally, released, length_us })
}

/// Plays the whole schedule and returns when the last visit has ended; the journal stays in its file. Blocks.
///
/// # Errors
/// When the server cannot be reached before the start, or the journal cannot be kept.
///
/// # Panics
/// When a worker does.
pub fn perform(ground: &Arc<Ground>, play: &Play) -> Result<Performed, PlayError> {
    let of_journal = |e| PlayError::Journal(play.journal.clone(), e);
    plan(&ground.schedule, &play.pulse);
    let spool = Spool::create(&play.journal).map_err(of_journal)?;
    let crew = Crew::hire(ground, play, &spool).map_err(PlayError::Unreachable)?;
    spool.begin(&scene(ground), wall_ms());
    let performed = crew.perform(&play.pulse);
    spool.close().map_err(of_journal)?;
    Ok(performed)
}

/// Tells whoever watches how many are to come, and when.
fn plan(schedule: &Schedule, pulse: &Pulse) {
    let series = Series::plan(schedule.ends_us(), schedule.arrivals().map(|(_, arrival)| arrival.at_us));
    *pulse.series.lock().expect("nobody panics while it is held") = series;
}

fn scene(ground: &Ground) -> Scene {
    let categories = ground.hall.categories.iter().map(|category| SceneCategory {
        name: category.name.clone(),
        price_cents: category.price.0,
        seats: category.seats,
    });
    Scene {
        scenario: ground.scenario.name.clone(),
        categories: categories.collect(),
        classes: ground.scenario.buyers.iter().map(|class| class.name.clone()).collect(),
    }
}

/// Worker threads with open connections, waiting for the start.
struct Crew(Vec<(mpsc::SyncSender<Instant>, thread::JoinHandle<Option<Worked>>)>);

/// What came of one worker.
struct Worked {
    tally: Tally,
    released: u64,
}

impl Crew {
    /// All stand ready, or none is left.
    fn hire(ground: &Arc<Ground>, play: &Play, spool: &Spool) -> io::Result<Self> {
        let workers = play.workers.clamp(1, play.connections.max(1));
        let (ready, readiness) = mpsc::sync_channel(workers);
        let mut crew = Self(Vec::with_capacity(workers));
        for worker in 0..workers {
            let (go, start) = mpsc::sync_channel(1);
            let share = Share { worker, workers, connections: play.connections.div_ceil(workers) };
            let stop = Stop::new(play.stop.clone(), spool.broken());
            let (ground, pulse, pen, ready) = (ground.clone(), play.pulse.clone(), spool.pen(), ready.clone());
            let work = move || {
                let mut ready = Some(ready);
                let worked = work(Place { ground, pulse, pen, stop, share }, &start, |ok| tell(&mut ready, ok));
                worked.map_err(|error| tell(&mut ready, Err(error))).ok()
            };
            crew.0.push((go, thread::Builder::new().name(format!("buyers-{worker}")).spawn(work)?));
        }
        drop(ready);
        let mut opened = Ok(());
        for _ in 0..workers {
            let told = readiness.recv().unwrap_or_else(|_| Err(io::Error::other("a worker ended before the start")));
            opened = opened.and(told);
        }
        match opened {
            Ok(()) => Ok(crew),
            Err(error) => {
                crew.dismiss();
                Err(error)
            }
        }
    }

    fn perform(self, pulse: &Pulse) -> Performed {
        let start = Instant::now();
        pulse.started.get_or_init(|| start);
        self.0.iter().for_each(|(go, _)| go.send(start).unwrap_or(()));
        let mut performed = Performed::default();
        for worked in self.dismiss() {
            performed.tally.merge(&worked.tally);
            performed.released += worked.released;
        }
        performed.length_us = start.elapsed().as_micros() as u64;
        performed
    }

    /// Waits for all; those who were not told to start go home.
    fn dismiss(self) -> Vec<Worked> {
        let threads: Vec<_> = self.0.into_iter().map(|(_, thread)| thread).collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("a worker does not panic")).collect()
    }
}

/// Tells once that this worker is ready, or why it never will be.
fn tell(ready: &mut Option<mpsc::SyncSender<io::Result<()>>>, outcome: io::Result<()>) {
    if let Some(ready) = ready.take() {
        ready.send(outcome).unwrap_or(());
    }
}

/// Which part of the arrivals and connections is a worker's.
#[derive(Debug, Clone, Copy)]
struct Share {
    worker: usize,
    workers: usize,
    connections: usize,
}

/// What a worker works with.
struct Place {
    ground: Arc<Ground>,
    pulse: Arc<Pulse>,
    pen: Pen,
    stop: Stop,
    share: Share,
}

fn work(place: Place, start: &mpsc::Receiver<Instant>, ready: impl FnOnce(io::Result<()>)) -> io::Result<Worked> {
    let Place { ground, pulse, pen, stop, share } = place;
    let runtime = LocalRuntime::new()?;
    let mut floor = runtime.block_on(Floor::open(ground, share.connections, pulse, pen))?;
    ready(Ok(()));
    let Ok(start) = start.recv() else { return Err(io::Error::other("the others cannot start")) };
    floor.start = start;
    let hours = Hours::new(floor, share, stop);
    let (floor, released) = (hours.floor.clone(), hours.released.clone());
    runtime.block_on(hours.keep(share.connections));
    // Ends all visits under way, and with them all other hands on the floor.
    drop(runtime);
    let floor = Rc::try_unwrap(floor).expect("all visits have ended with their runtime");
    Ok(Worked { tally: floor.close(), released: released.get() })
}

#[cfg(test)]
mod tests;

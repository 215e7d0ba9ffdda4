//! Looks at a run from outside while it is played: queue, seats and CPU; and ends it when `abort_on_fail` says so.
//! Must not cost the server anything that shows: it asks for counts, at most every 25 ms.

use std::{
    convert::Infallible,
    future::Future,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

use crate::{
    bench::{
        abort::Referee,
        floor::{Ground, Pulse},
        machine,
        report::figures::QueueSeen,
        series::{Sample, Seats},
    },
    client::Client,
};

/// How often the queue is looked at.
const QUEUE_LOOK: Duration = Duration::from_millis(25);
/// How often seats are counted, or once a stretch of the series when that is longer.
const SEATS_LOOK: Duration = Duration::from_millis(250);
/// How often the server is asked for its CPU time.
const SERVER_LOOK: Duration = Duration::from_secs(1);
/// How often the rules of `abort_on_fail` are looked at, and whether buyers have begun to come.
const RULES_LOOK: Duration = Duration::from_millis(50);

/// Whom to look at.
#[derive(Debug)]
pub struct Watcher<'a> {
    /// The server, where an operator may ask it; seats, queue and its CPU are not seen otherwise.
    pub operator: Option<&'a Client>,
    /// What is played.
    pub ground: &'a Ground,
    /// How it is going.
    pub pulse: &'a Pulse,
}

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    /// The queue.
    pub queue: Vec<QueueSeen>,
    /// CPU of the worker threads between the first and the last sample, in percent of as many CPUs.
    pub workers_pct: Option<f64>,
    /// What the rules say.
    pub referee: Referee,
}

impl Watcher<'_> {
    /// Looks until `playing` is over; turns `stop` on when a rule is broken.
    pub async fn until<T>(&self, playing: impl Future<Output = T>, stop: &watch::Sender<bool>) -> (T, Seen) {
        let mut queue = Vec::new();
        let mut referee = Referee::new(&self.ground.scenario.abort_on_fail);
        let mut workers = Workers::default();
        let played = tokio::select! {
            played = playing => played,
            never = self.look_at_queue(&mut queue) => match never {},
            never = self.sample(&mut workers) => match never {},
            never = self.look_at_rules(&mut referee, stop) => match never {},
        };
        (played, Seen { queue, workers_pct: workers.pct(), referee })
    }

    async fn look_at_queue(&self, seen: &mut Vec<QueueSeen>) -> Infallible {
        loop {
            tokio::time::sleep(QUEUE_LOOK).await;
            // A server that is too busy to say so now will be asked again.
            if let Some(depth) = self.queue().await {
                seen.push((wall_ms(), depth));
            }
        }
    }

    async fn queue(&self) -> Option<u64> {
        Some(self.operator?.queue().await.ok()?.depth)
    }

    async fn look_at_rules(&self, referee: &mut Referee, stop: &watch::Sender<bool>) -> Infallible {
        let start = self.start().await;
        while !referee.look(&self.pulse.series.lock().expect("nobody panics while it is held"), us_since(start)) {
            tokio::time::sleep(RULES_LOOK).await;
        }
        stop.send_replace(true);
        std::future::pending().await
    }

    /// Puts a sample into the series now and then.
    async fn sample(&self, workers: &mut Workers) -> Infallible {
        let start = self.start().await;
        let mut server = ServerTime::default();
        loop {
            let at_us = us_since(start);
            let queue = self.queue().await;
            let seats = self.seats().await.unwrap_or_default();
            let generator_cpu_pct = workers.look();
            let server_cpu_pct = server.look(self.operator).await;
            let sample = Sample { at_us, seats, queue, generator_cpu_pct, server_cpu_pct };
            let width_us = {
                let mut series = self.pulse.series.lock().expect("nobody panics while it is held");
                series.samples.push(sample);
                series.width_us
            };
            tokio::time::sleep(SEATS_LOOK.max(Duration::from_micros(width_us))).await;
        }
    }

    /// When the run began, once it has.
    async fn start(&self) -> Instant {
        loop {
            if let Some(start) = self.pulse.started.get() {
                return *start;
            }
            tokio::time::sleep(RULES_LOOK).await;
        }
    }

    /// Seats of each category of the hall; `None` when the server does not tell.
    async fn seats(&self) -> Option<Vec<Seats>> {
        let hall = &self.ground.hall;
        let program = self.operator?.program(hall.program).await.ok()?;
        let counts = hall.categories.iter().map(|category| {
            let line = program.categories.iter().find(|line| line.id == category.id)?;
            Some(Seats { available: line.available.into(), held: line.held.into(), sold: line.sold.into() })
        });
        counts.collect()
    }
}

/// CPU of the worker threads; they take it with them when they end, so that it is read while they live.
#[derive(Debug, Default)]
struct Workers {
    first: Option<Reading>,
    last: Option<Reading>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    cpu_s: f64,
    threads: usize,
}

impl Workers {
    /// Since the look before, in percent of one CPU.
    fn look(&mut self) -> Option<f64> {
        let (threads, cpu_s) = machine::threads_cpu_s("buyers-").filter(|(threads, _)| *threads > 0)?;
        let now = Reading { at: Instant::now(), cpu_s, threads };
        // One that has ended no longer counts, and would make the rest look idle.
        if self.first.is_some_and(|first| first.threads != threads) {
            return None;
        }
        self.first.get_or_insert(now);
        let before = self.last.replace(now)?;
        before.pct(now)
    }

    /// Over all looks, in percent of as many CPUs as there were threads.
    fn pct(&self) -> Option<f64> {
        let (first, last) = self.first.zip(self.last)?;
        Some(first.pct(last)? / first.threads as f64)
    }
}

impl Reading {
    fn pct(self, later: Self) -> Option<f64> {
        let span_s = later.at.duration_since(self.at).as_secs_f64();
        (span_s > 0.0).then(|| (later.cpu_s - self.cpu_s) * 100.0 / span_s)
    }
}

/// CPU time of the server, at most once a second.
#[derive(Debug, Default)]
struct ServerTime(Option<Reading>);

impl ServerTime {
    async fn look(&mut self, operator: Option<&Client>) -> Option<f64> {
        if self.0.is_some_and(|last| last.at.elapsed() < SERVER_LOOK) {
            return None;
        }
        let cpu_s = operator?.environment().await.ok()?.cpu_s;
        let now = Reading { at: Instant::now(), cpu_s, threads: 1 };
        self.0.replace(now)?.pct(now)
    }
}

fn us_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Wall clock in ms since 1970.
pub(in crate::bench) fn wall_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

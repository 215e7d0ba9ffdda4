//! The one thread that writes: it takes what is waiting, does all of it in one transaction, commits, then answers all.
//! Must not know what the work is; a caller is never answered before the commit that holds its work.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OptionalExtension};
use tokio::sync::{mpsc, oneshot};

use crate::{domain::ids::ProgramId, ledger::LedgerFailure};

/// Most callers in one transaction: keeps the wait for a commit short.
const JOBS_PER_COMMIT_MAX: usize = 1_024;
/// Most orders in one transaction, over all its callers (the last one may go above).
const ORDERS_PER_COMMIT_MAX: usize = 4_096;
/// Most callers waiting before others are told to wait.
pub(super) const JOBS_QUEUED_MAX: usize = 8_192;
/// How long a caller waits for a place in a full queue before it is told [`LedgerFailure::Busy`].
const QUEUE_WAIT: Duration = Duration::from_secs(1);

/// Why a caller's work stopped.
#[derive(Debug)]
pub(super) enum Halt {
    /// Only this caller fails. It has written nothing.
    Caller(LedgerFailure),
    /// The transaction cannot go on: all callers in it fail.
    Batch(rusqlite::Error),
}

impl From<rusqlite::Error> for Halt {
    fn from(error: rusqlite::Error) -> Self {
        Self::Batch(error)
    }
}

impl Halt {
    /// This caller asked for what cannot be.
    pub(super) const fn unusable(text: String) -> Self {
        Self::Caller(LedgerFailure::Unusable(text))
    }
}

/// Where a program's seats lie among all seat ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeatSpan {
    /// Id of the seat at position 0.
    pub(super) base: i64,
    /// How many.
    pub(super) seats: u32,
}

/// The transaction that callers share.
#[derive(Debug)]
pub(super) struct Batch<'c> {
    /// Inside `BEGIN IMMEDIATE`.
    pub(super) conn: &'c Connection,
    spans: &'c mut HashMap<ProgramId, SeatSpan>,
}

impl Batch<'_> {
    /// The seat ids of a program, `None` when the ledger does not have it.
    pub(super) fn span(&mut self, program: ProgramId) -> rusqlite::Result<Option<SeatSpan>> {
        if let Some(span) = self.spans.get(&program) {
            return Ok(Some(*span));
        }
        let mut select = self.conn.prepare_cached("SELECT seat_base, seats FROM program WHERE program_id = ?1")?;
        let span = select
            .query_row([program.as_i64()], |row| Ok(SeatSpan { base: row.get(0)?, seats: row.get(1)? }))
            .optional()?;
        if let Some(span) = span {
            self.spans.insert(program, span);
        }
        Ok(span)
    }
}

/// Hears of every commit: the pieces of work in it, and how long it took.
pub(super) type Ear = Box<dyn Fn(usize, Duration) + Send + Sync>;

/// The way to the thread.
pub(super) struct Writer {
    inbox: mpsc::Sender<Message>,
    ear: Arc<OnceLock<Ear>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(conn: Connection, queued_max: usize) -> Result<Self, LedgerFailure> {
        let (sender, inbox) = mpsc::channel(queued_max);
        let ear = Arc::new(OnceLock::new());
        let heard_by = Arc::clone(&ear);
        thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || serve(conn, inbox, &heard_by))
            .map_err(|error| LedgerFailure::Unusable(format!("the ledger's thread could not start: {error}")))?;
        Ok(Self { inbox: sender, ear })
    }

    /// Tells this ear of every commit from now on, unless another came first.
    pub(super) fn on_commit(&self, ear: Ear) {
        // The first one stays: a second server on one ledger would count the same commits.
        let _ = self.ear.set(ear);
    }

    /// Callers in the queue.
    pub(super) fn waiting(&self) -> usize {
        self.inbox.max_capacity() - self.inbox.capacity()
    }

    /// Does the work in the next transaction and waits for its commit. `orders` is about how many it writes.
    pub(super) async fn run<T, F>(&self, orders: usize, work: F) -> Result<T, LedgerFailure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Batch<'_>) -> Result<T, Halt> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Caller { orders, work: Some(work), outcome: None, reply };
        self.post(Message::Work(Box::new(job))).await?;
        answer.await.unwrap_or(Err(LedgerFailure::Closed))
    }

    /// Finishes what is queued, checkpoints and stops. Harmless when repeated.
    pub(super) async fn close(&self) {
        let (reply, stopped) = oneshot::channel();
        // A failed send or a dropped reply both mean that the thread has stopped.
        if self.inbox.send(Message::Close(reply)).await.is_ok() {
            stopped.await.unwrap_or_default();
        }
    }

    async fn post(&self, message: Message) -> Result<(), LedgerFailure> {
        use mpsc::error::{SendTimeoutError, TrySendError};
        let message = match self.inbox.try_send(message) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(LedgerFailure::Closed),
            Err(TrySendError::Full(message)) => message,
        };
        self.inbox.send_timeout(message, QUEUE_WAIT).await.map_err(|error| match error {
            SendTimeoutError::Timeout(_) => LedgerFailure::Busy,
            SendTimeoutError::Closed(_) => LedgerFailure::Closed,
        })
    }
}

enum Message {
    Work(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// Work of any result type; the one implementation is [`Caller`].
trait Job: Send {
    fn orders(&self) -> usize;
    fn run(&mut self, batch: &mut Batch<'_>) -> rusqlite::Result<()>;
    fn answer(self: Box<Self>, committed: Result<(), LedgerFailure>);
}

struct Caller<T, F> {
    orders: usize,
    work: Option<F>,
    outcome: Option<Result<T, LedgerFailure>>,
    reply: oneshot::Sender<Result<T, LedgerFailure>>,
}

impl<T, F> Job for Caller<T, F>
where
    T: Send,
    F: FnOnce(&mut Batch<'_>) -> Result<T, Halt> + Send,
{
    fn orders(&self) -> usize {
        self.orders
    }

    fn run(&mut self, batch: &mut Batch<'_>) -> rusqlite::Result<()> {
        let Some(work) = self.work.take() else { return Ok(()) };
        self.outcome = Some(match work(batch) {
            Ok(value) => Ok(value),
            Err(Halt::Caller(failure)) => Err(failure),
            Err(Halt::Batch(error)) => return Err(error),
        });
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), LedgerFailure>) {
        let outcome = match committed {
            Ok(()) => self.outcome.unwrap_or(Err(LedgerFailure::Closed)),
            Err(failure) => Err(failure),
        };
        // A caller that has gone away is not waiting for an answer.
        let _ = self.reply.send(outcome);
    }
}

fn serve(conn: Connection, mut inbox: mpsc::Receiver<Message>, ear: &OnceLock<Ear>) {
    let mut spans = HashMap::new();
    let mut closers = Vec::new();
    while let Some(first) = inbox.blocking_recv() {
        let mut jobs = Vec::new();
        let mut orders = 0;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Close(reply) => {
                    closers.push(reply);
                    inbox.close();
                }
                Message::Work(job) => {
                    orders += job.orders();
                    jobs.push(job);
                }
            }
            let room = jobs.len() < JOBS_PER_COMMIT_MAX && orders < ORDERS_PER_COMMIT_MAX;
            next = if room { inbox.try_recv().ok() } else { None };
        }
        if !jobs.is_empty() {
            settle(&conn, &mut spans, jobs, ear);
        }
    }
    // Best effort: what could not be checkpointed now stays in the log and is read at the next start.
    let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    drop(conn);
    for reply in closers {
        let _ = reply.send(());
    }
}

fn settle(
    conn: &Connection,
    spans: &mut HashMap<ProgramId, SeatSpan>,
    mut jobs: Vec<Box<dyn Job>>,
    ear: &OnceLock<Ear>,
) {
    let began = Instant::now();
    let committed = commit(conn, spans, &mut jobs).map_err(LedgerFailure::from);
    if committed.is_err() {
        // Programs added by this transaction are gone again.
        spans.clear();
        if !conn.is_autocommit() {
            // A rollback that fails leaves the transaction open; the next `BEGIN` then fails and comes here again.
            let _ = conn.execute_batch("ROLLBACK");
        }
    }
    if let (Ok(()), Some(ear)) = (&committed, ear.get()) {
        ear(jobs.len(), began.elapsed());
    }
    for job in jobs {
        job.answer(committed.clone());
    }
}

fn commit(
    conn: &Connection,
    spans: &mut HashMap<ProgramId, SeatSpan>,
    jobs: &mut [Box<dyn Job>],
) -> rusqlite::Result<()> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for job in jobs {
        job.run(&mut Batch { conn, spans })?;
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_says_busy_after_a_bounded_wait_and_recovers() {
        let writer = std::sync::Arc::new(Writer::start(Connection::open_in_memory().unwrap(), 1).unwrap());
        let (go, wait) = std::sync::mpsc::sync_channel::<()>(1);
        let (running, is_running) = oneshot::channel();
        let slow = std::sync::Arc::clone(&writer);
        let first = tokio::spawn(async move {
            let work = move |_: &mut Batch<'_>| {
                running.send(()).unwrap();
                wait.recv().unwrap();
                Ok(1)
            };
            slow.run(1, work).await
        });
        is_running.await.unwrap();
        let queued = std::sync::Arc::clone(&writer);
        let second = tokio::spawn(async move { queued.run(1, |_| Ok(2)).await });
        while writer.inbox.capacity() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(writer.run(1, |_| Ok(3)).await, Err(LedgerFailure::Busy)));
        go.send(()).unwrap();
        assert_eq!(first.await.unwrap().unwrap(), 1);
        assert_eq!(second.await.unwrap().unwrap(), 2);
        assert_eq!(writer.run(1, |_| Ok(4)).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn an_ear_hears_of_every_commit_and_of_nothing_else() {
        let writer = Writer::start(Connection::open_in_memory().unwrap(), 8).unwrap();
        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let ear = Arc::clone(&heard);
        writer.on_commit(Box::new(move |jobs, _| ear.lock().unwrap().push(jobs)));
        writer.run(1, |_| Ok(())).await.unwrap();
        let broken = writer.run::<(), _>(1, |batch| Ok(batch.conn.execute_batch("NONSENSE")?));
        assert!(broken.await.is_err());
        writer.run(1, |_| Ok(())).await.unwrap();
        assert_eq!((heard.lock().unwrap().clone(), writer.waiting()), (vec![1, 1], 0));
    }

    #[tokio::test]
    async fn a_caller_that_asks_for_nonsense_does_not_fail_its_neighbours() {
        let writer = Writer::start(Connection::open_in_memory().unwrap(), 8).unwrap();
        let good = writer.run(1, |batch| Ok(batch.conn.execute_batch("CREATE TABLE t (x)")?));
        let bad = writer.run::<(), _>(1, |_| Err(Halt::unusable("nonsense".to_owned())));
        let (good, bad) = tokio::join!(good, bad);
        assert!(good.is_ok() && matches!(bad, Err(LedgerFailure::Unusable(_))));
    }
}

//! Buyers of one program who wait at the same moment share one script call, as in a group commit.
//! Must not decide: each buyer's answer is the script's word for that buyer alone.
//!
//! While a call is in flight the next buyers gather; when it is answered they go together, at most [`BATCH_MAX`] of
//! them. A crowd of [`CROWD`] does not wait for the answer: it goes in a second call, which Redis begins as soon as it
//! has ended the first, while the server still answers that one's buyers. Fewer do not, since a call costs Redis as much
//! as eight buyers do. A buyer who goes away meanwhile is decided all the same: the calls are made by tasks of their own.

use std::sync::Arc;

use redis::Value;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{
    domain::{hold::Held, ids::ProgramId},
    inventory::{
        NotDone, Unavailable,
        redis::{buyer, keys::Keys, link::Link, scripts::Verb},
    },
};

/// Most buyers in one call: beyond this a call only gets longer for those behind it, not cheaper.
pub const BATCH_MAX: usize = 64;
/// Most buyers waiting for a call; beyond this `hold` itself waits.
const WAITING_MAX: usize = 4_096;

/// Buyers who need not wait for the answer to the call before theirs.
const CROWD: usize = 8;

type Line = tokio::sync::Mutex<mpsc::Receiver<Waiting>>;

/// A buyer who waits for an answer.
#[derive(Debug)]
struct Waiting {
    packed: Vec<u8>,
    queues: bool,
    answer: oneshot::Sender<Result<Held, NotDone>>,
}

/// Where the buyers of one program line up. The tasks behind it end when this is dropped.
#[derive(Debug)]
pub struct Batcher {
    entrance: mpsc::Sender<Waiting>,
    /// Dropped after the entrance, so that who is woken finds it closed.
    crowd: Bell,
}

/// Wakes whoever waits for a crowd, also when it is dropped.
#[derive(Debug, Default)]
struct Bell(Arc<Notify>);

impl Drop for Bell {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Batcher {
    /// Starts the program's batcher.
    #[must_use]
    pub fn start(link: Arc<Link>, program: ProgramId, keys: Keys) -> Self {
        let (entrance, line) = mpsc::channel(WAITING_MAX);
        let caller = Caller { link, program, keys, line: Arc::new(Line::new(line)) };
        let crowd = Bell::default();
        tokio::spawn(caller.clone().serve());
        tokio::spawn(caller.serve_crowds(Arc::clone(&crowd.0)));
        Self { entrance, crowd }
    }

    /// Lines up and waits for the answer.
    ///
    /// # Errors
    /// What the script says of this buyer, or what befell the call.
    pub async fn decide(&self, packed: Vec<u8>, queues: bool) -> Result<Held, NotDone> {
        let (answer, answered) = oneshot::channel();
        if self.entrance.send(Waiting { packed, queues, answer }).await.is_err() {
            return Err(Unavailable::Stale.into());
        }
        if self.entrance.max_capacity() - self.entrance.capacity() >= CROWD {
            self.crowd.0.notify_one();
        }
        answered.await.unwrap_or_else(|_| Err(Unavailable::Unreachable("the batch was dropped".to_owned()).into()))
    }
}

/// What it takes to make calls.
#[derive(Debug, Clone)]
struct Caller {
    link: Arc<Link>,
    program: ProgramId,
    keys: Keys,
    line: Arc<Line>,
}

impl Caller {
    /// One call after another, until nobody can line up any more.
    async fn serve(self) {
        loop {
            let mut batch = Vec::with_capacity(BATCH_MAX);
            if self.line.lock().await.recv_many(&mut batch, BATCH_MAX).await == 0 {
                return;
            }
            call(&self.link, self.program, &self.keys, batch).await;
        }
    }

    /// A call for each crowd that [`Self::serve`] has no time for.
    async fn serve_crowds(self, crowd: Arc<Notify>) {
        loop {
            crowd.notified().await;
            // Whoever has the line in hand takes all who stand in it.
            let Ok(mut line) = self.line.try_lock() else { continue };
            if line.is_closed() {
                return;
            }
            if line.len() < CROWD {
                continue;
            }
            let mut batch = Vec::with_capacity(BATCH_MAX);
            line.recv_many(&mut batch, BATCH_MAX).await;
            drop(line);
            call(&self.link, self.program, &self.keys, batch).await;
        }
    }
}

async fn call(link: &Link, program: ProgramId, keys: &Keys, batch: Vec<Waiting>) {
    let queueing = size(batch.iter().filter(|waiting| waiting.queues).count());
    let room = link.take_queue_room(queueing);
    let reply = link
        .call(Verb::Hold, program, keys, |cmd| {
            cmd.arg(room).arg(batch.iter().map(|waiting| &waiting.packed).collect::<Vec<_>>())
        })
        .await;
    let unavailable = match reply {
        Ok(Value::Array(replies)) if replies.len() == batch.len() => {
            return answer_each(link, batch, &replies, queueing);
        }
        Ok(other) => Unavailable::Unreachable(format!("the script answered {other:?} to a batch of buyers")),
        Err(unavailable) => unavailable,
    };
    link.queue_moved(-queueing);
    for waiting in batch {
        let _ = waiting.answer.send(Err(unavailable.clone().into()));
    }
}

fn answer_each(link: &Link, batch: Vec<Waiting>, replies: &[Value], queueing: i64) {
    let outcomes: Vec<_> = replies.iter().map(buyer::outcome).collect();
    let queued = |(waiting, outcome): &(&Waiting, &_)| waiting.queues && matches!(outcome, Ok(Held::Seats(_)));
    // Before anybody is answered: who asks next, perhaps for another program, must not find room that is taken.
    link.queue_moved(size(batch.iter().zip(&outcomes).filter(queued).count()) - queueing);
    for (waiting, outcome) in batch.into_iter().zip(outcomes) {
        // A buyer who has gone does not listen; the hold ends by its time, or is undone by whoever asked for it.
        let _ = waiting.answer.send(outcome);
    }
}

fn size(n: usize) -> i64 {
    i64::try_from(n).expect("at most a batch")
}

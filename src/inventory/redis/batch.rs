//! Buyers of one program who wait at the same moment share one script call, as in a group commit.
//! Must not decide: each buyer's answer is the script's word for that buyer alone.
//!
//! While [`CALLS_MAX`] calls are in flight the next buyers gather; when one is answered they go together, at most
//! [`BATCH_MAX`] of them. Nobody waits for company. A buyer who goes away meanwhile is decided all the same: the calls
//! are made by tasks of their own.

use std::sync::Arc;

use redis::Value;
use tokio::sync::{mpsc, oneshot};

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

/// Calls in flight. While Redis decides about one batch, the server answers the buyers of another.
const CALLS_MAX: usize = 2;

type Line = tokio::sync::Mutex<mpsc::Receiver<Waiting>>;

/// A buyer who waits for an answer.
#[derive(Debug)]
struct Waiting {
    packed: Vec<u8>,
    queues: bool,
    answer: oneshot::Sender<Result<Held, NotDone>>,
}

/// Where the buyers of one program line up. The task behind it ends when this is dropped.
#[derive(Debug)]
pub struct Batcher(mpsc::Sender<Waiting>);

impl Batcher {
    /// Starts the program's batcher.
    #[must_use]
    pub fn start(link: Arc<Link>, program: ProgramId, keys: Keys) -> Self {
        let (entrance, line) = mpsc::channel(WAITING_MAX);
        let line = Arc::new(tokio::sync::Mutex::new(line));
        for _ in 0..CALLS_MAX {
            tokio::spawn(serve(Arc::clone(&link), program, keys.clone(), Arc::clone(&line)));
        }
        Self(entrance)
    }

    /// Lines up and waits for the answer.
    ///
    /// # Errors
    /// What the script says of this buyer, or what befell the call.
    pub async fn decide(&self, packed: Vec<u8>, queues: bool) -> Result<Held, NotDone> {
        let (answer, answered) = oneshot::channel();
        if self.0.send(Waiting { packed, queues, answer }).await.is_err() {
            return Err(Unavailable::Stale.into());
        }
        answered.await.unwrap_or_else(|_| Err(Unavailable::Unreachable("the batch was dropped".to_owned()).into()))
    }
}

/// One call after another, until nobody can line up any more.
async fn serve(link: Arc<Link>, program: ProgramId, keys: Keys, line: Arc<Line>) {
    loop {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        if line.lock().await.recv_many(&mut batch, BATCH_MAX).await == 0 {
            return;
        }
        call(&link, program, &keys, batch).await;
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

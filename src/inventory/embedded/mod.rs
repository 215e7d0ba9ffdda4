//! The inventory in this process: the default engine, and the model that Redis is judged by.
//! Must not know HTTP, SQL or Redis.
//!
//! Each program has one mutex, held for the few hundred nanoseconds of a verb and never across an await; the queue has
//! one, taken inside a program's, never the other way round. A program whose mutex was poisoned by a panic answers
//! [`Unavailable::Stale`] until it is rebuilt.

mod hall;
#[cfg(test)]
mod interleaving_tests;
pub mod lock;
#[cfg(test)]
mod model;
#[cfg(test)]
mod model_tests;
mod queue;
mod rebuild;
mod section;
mod slot;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use tokio::sync::Notify;

use crate::{
    domain::{
        hold::{Books, Census, Counts, Fallback, Held, HoldRequest, QueuedOrder, Release, SeatState},
        ids::{CategoryId, OrderNumber, ProgramId, SeatIx},
        program::Program,
    },
    inventory::{LockGuard, LockName, NotDone, QueueFront, Repairs, Unavailable},
};
use hall::{Decision, Hall};
use lock::Locks;
use queue::Queue;

/// Settings of the embedded engine.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedConfig {
    /// Most orders queued and not acknowledged.
    pub queue_max: usize,
}

/// The engine. The verbs are those of [`crate::inventory::Inventory`], which also says what they promise.
#[derive(Debug)]
pub struct Embedded {
    halls: RwLock<HashMap<ProgramId, Arc<HallCell>>>,
    queue: Mutex<Queue>,
    queued: Notify,
    locks: Locks,
}

/// `None` before the first rebuild, and for those who still have it in hand after the program was forgotten.
type HallCell = Mutex<Option<Hall>>;

impl Embedded {
    /// An engine with no program yet.
    #[must_use]
    pub fn new(config: EmbeddedConfig) -> Self {
        Self {
            halls: RwLock::default(),
            queue: Mutex::new(Queue::new(config.queue_max)),
            queued: Notify::new(),
            locks: Locks::default(),
        }
    }

    /// Makes the program what the books say; its queue entries go, too.
    pub async fn rebuild(&self, program: &Program, books: &Books) -> Result<Repairs, Unavailable> {
        let rebuilt = Hall::from_books(program, books);
        let cell = {
            let mut halls = self.halls.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(halls.entry(program.id).or_default())
        };
        let mut hall = cell.lock().unwrap_or_else(PoisonError::into_inner);
        cell.clear_poison();
        let repairs = rebuilt.repairs_since(hall.as_ref());
        let before = hall.replace(rebuilt);
        self.queue().remove_program(program.id);
        drop(hall);
        drop(before);
        Ok(repairs)
    }

    /// Checks, then holds.
    pub async fn hold(&self, request: HoldRequest) -> Result<Held, NotDone> {
        self.with(request.program, |hall| match hall.decide(&request)? {
            Decision::Repeat(order) => Ok(Held::Repeat(order)),
            Decision::Take(seats) => {
                hall.take(&request, &seats);
                Ok(Held::Seats(seats))
            }
        })?
    }

    /// Checks, then holds and queues. A repeat and a rejection need no room in the queue.
    pub async fn hold_and_queue(&self, request: HoldRequest) -> Result<Held, NotDone> {
        let held = self.with(request.program, |hall| match hall.decide(&request)? {
            Decision::Repeat(order) => Ok(Held::Repeat(order)),
            Decision::Take(seats) => {
                let mut queue = self.queue();
                if queue.is_full() {
                    return Err(NotDone::from(Unavailable::QueueFull));
                }
                hall.take(&request, &seats);
                queue.push(QueuedOrder { request, seats: seats.clone() });
                Ok(Held::Seats(seats))
            }
        })??;
        self.queued.notify_one();
        Ok(held)
    }

    /// Chooses without taking.
    pub async fn choose(
        &self,
        program: ProgramId,
        category: CategoryId,
        count: u32,
        fallback: Fallback,
    ) -> Result<Vec<SeatIx>, NotDone> {
        Ok(self.with(program, |hall| hall.choose(category, count, fallback))??)
    }

    /// Held seats of the order are sold.
    pub async fn confirm(&self, program: ProgramId, order: OrderNumber, seats: &[SeatIx]) -> Result<u32, Unavailable> {
        self.with(program, |hall| hall.confirm(order, seats))
    }

    /// Gives seats of the order back.
    pub async fn release(&self, release: &Release) -> Result<u32, Unavailable> {
        self.with(release.program, |hall| hall.release(release))
    }

    /// The order never came to be.
    pub async fn undo(&self, program: ProgramId, order: OrderNumber) -> Result<u32, Unavailable> {
        self.with(program, |hall| hall.undo(order))
    }

    /// Counts of every category.
    pub async fn counts(&self, program: ProgramId) -> Result<Vec<(CategoryId, Counts)>, Unavailable> {
        self.with(program, |hall| hall.counts())
    }

    /// State of every seat.
    pub async fn seats(&self, program: ProgramId) -> Result<Vec<SeatState>, Unavailable> {
        self.with(program, |hall| hall.slots.iter().map(|slot| slot.state()).collect())
    }

    /// Everything about a program.
    pub async fn census(&self, program: ProgramId) -> Result<Census, Unavailable> {
        self.with(program, |hall| Census {
            counts: hall.counts(),
            seats: hall.slots.iter().map(|slot| (slot.state(), slot.owner())).collect(),
            accounts: hall.accounts.iter().map(|(user, live)| (*user, *live)).collect(),
            names: hall.names.iter().map(|(name, order)| (*name, *order)).collect(),
            holds: hall.holds.iter().map(|(order, hold)| (*order, hold.ends_at)).collect(),
            queue: self.queue().orders_of(program),
        })
    }

    /// Takes the locks named.
    pub async fn lock(&self, names: &[LockName], wait: Duration) -> Result<Vec<LockGuard>, Unavailable> {
        let guards = self.locks.take(names, wait).await?;
        Ok(guards.into_iter().map(LockGuard::Embedded).collect())
    }

    /// The oldest queued orders; waits for the first one.
    pub async fn next_batch(&self, max: usize, wait: Duration) -> Result<Vec<QueuedOrder>, Unavailable> {
        let batch = || async {
            loop {
                let queued = self.queued.notified();
                let batch = self.queue().oldest(max);
                if !batch.is_empty() || max == 0 {
                    return batch;
                }
                queued.await;
            }
        };
        let batch = tokio::time::timeout(wait, batch()).await.unwrap_or_default();
        Ok(batch.iter().map(|order| QueuedOrder::clone(order)).collect())
    }

    /// Takes these orders off the queue.
    pub async fn acknowledge(&self, orders: &[QueuedOrder]) -> Result<(), Unavailable> {
        let mut removed = Vec::with_capacity(orders.len());
        let mut queue = self.queue();
        removed.extend(orders.iter().filter_map(|order| queue.remove(order.request.program, order.request.order)));
        drop(queue);
        drop(removed);
        Ok(())
    }

    /// Place in the queue, from 1.
    pub async fn position(&self, program: ProgramId, order: OrderNumber) -> Result<Option<u64>, Unavailable> {
        self.hall(program)?;
        Ok(self.queue().position(program, order))
    }

    /// Orders queued, of one program or of all.
    pub async fn queue_depth(&self, program: Option<ProgramId>) -> Result<u64, Unavailable> {
        let Some(program) = program else { return Ok(self.queue().depth()) };
        self.hall(program)?;
        Ok(self.queue().depth_of(program))
    }

    /// Depth and front of the queue.
    pub async fn queue_front(&self) -> Result<QueueFront, Unavailable> {
        let queue = self.queue();
        Ok(QueueFront { depth: queue.depth(), oldest: queue.front().map(|order| order.request.created_at) })
    }

    /// Leaves a program out, with its queue entries. Harmless for an unknown one.
    pub async fn forget(&self, program: ProgramId) -> Result<(), Unavailable> {
        let forgotten = self.halls.write().unwrap_or_else(PoisonError::into_inner).remove(&program);
        if let Some(cell) = forgotten {
            let mut hall = cell.lock().unwrap_or_else(PoisonError::into_inner);
            let before = hall.take();
            self.queue().remove_program(program);
            drop(hall);
            drop(before);
        }
        Ok(())
    }

    fn hall(&self, program: ProgramId) -> Result<Arc<HallCell>, Unavailable> {
        let halls = self.halls.read().unwrap_or_else(PoisonError::into_inner);
        halls.get(&program).map(Arc::clone).ok_or(Unavailable::Stale)
    }

    /// One verb of one program: nobody else sees or changes the program meanwhile.
    fn with<T>(&self, program: ProgramId, verb: impl FnOnce(&mut Hall) -> T) -> Result<T, Unavailable> {
        let cell = self.hall(program)?;
        let mut hall = cell.lock().map_err(|_poisoned| Unavailable::Stale)?;
        hall.as_mut().map(verb).ok_or(Unavailable::Stale)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("no verb panics with the queue in hand")
    }
}

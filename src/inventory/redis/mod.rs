//! The inventory in a Redis server: for several nodes, and for those who run Redis.
//! Must not know HTTP or SQL; only here is the redis crate named.

mod batch;
mod buyer;
mod ceiling;
mod census;
pub mod keys;
mod layout;
mod link;
pub mod lock;
pub mod managed;
mod pack;
mod queue;
mod rebuild;
pub mod scripts;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use redis::{Cmd, Value};

use crate::{
    domain::{
        hold::{Books, Census, Counts, Fallback, Held, HoldRequest, QueuedOrder, Release, SeatState},
        ids::{CategoryId, OrderNumber, ProgramId, SeatIx},
        program::Program,
        rejection::Rejection,
    },
    inventory::{LockGuard, LockName, NotDone, QueueFront, Repairs, Unavailable, check_choice, check_count},
};
use batch::Batcher;
use keys::Keys;
use layout::{Layout, MISSING};
use link::Link;
use pack::Packer;
use scripts::Verb;

/// Settings of the Redis engine.
#[derive(Debug, Clone)]
pub struct RedisConfig {
    /// `redis://host:port/db` or `redis+unix:///path`.
    pub url: String,
    /// Most orders queued and not acknowledged, over all programs.
    pub queue_max: usize,
}

/// The engine.
#[derive(Debug)]
pub struct RedisInventory {
    link: Arc<Link>,
    programs: RwLock<HashMap<ProgramId, Arc<Known>>>,
    reader: tokio::sync::Mutex<queue::Reader>,
    locks: lock::Locks,
}

/// A program that this process has rebuilt at least once.
#[derive(Debug)]
struct Known {
    keys: Keys,
    layout: Layout,
    batcher: Batcher,
}

impl RedisInventory {
    /// Connects, checks the server (version 6.2 or later, not a cluster yet), loads the scripts.
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`], with what to do.
    pub async fn connect(config: RedisConfig) -> Result<Self, Unavailable> {
        let link = Arc::new(Link::open(&config).await?);
        let locks = lock::Locks::new(link.shared());
        let engine = Self { link, programs: RwLock::default(), reader: tokio::sync::Mutex::default(), locks };
        engine.queue_depth(None).await?;
        Ok(engine)
    }

    /// Does it answer?
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`].
    pub async fn ping(&self) -> Result<(), Unavailable> {
        redis::cmd("PING").exec_async(&mut self.link.shared()).await.map_err(link::unreachable)
    }

    /// What a report must say of this Redis: version, and when its writes reach the disk. What it does not tell is
    /// left out.
    pub async fn environment(&self) -> Vec<(String, String)> {
        let mut shared = self.link.shared();
        let server: String = redis::cmd("INFO").arg("server").query_async(&mut shared).await.unwrap_or_default();
        let version = link::told_value(&server, "redis_version").map(|v| ("redis_version".to_owned(), v.to_owned()));
        let mut environment: Vec<_> = version.into_iter().collect();
        for name in ["appendonly", "appendfsync", "save"] {
            let value = redis::cmd("CONFIG").arg("GET").arg(name).query_async::<(String, String)>(&mut shared).await;
            environment.extend(value);
        }
        environment
    }

    /// See [`crate::inventory::Inventory::health`]. What it does not tell is left out.
    pub async fn health(&self) -> Vec<(String, String)> {
        let mut health = self.environment().await;
        for (section, name) in [("memory", "used_memory_human"), ("clients", "connected_clients")] {
            let told = redis::cmd("INFO").arg(section).query_async::<String>(&mut self.link.shared()).await;
            let told = told.unwrap_or_default();
            health.extend(link::told_value(&told, name).map(|value| (name.to_owned(), value.to_owned())));
        }
        health
    }

    /// See [`crate::inventory::Inventory::rebuild`].
    pub async fn rebuild(&self, program: &Program, books: &Books) -> Result<Repairs, Unavailable> {
        let (id, keys, layout) = (program.id, Keys::of(program.id), Layout::of(&program.hall));
        self.link.distrust_any(id);
        let mut own = self.link.own(rebuild::ANSWER_WAIT).await?;
        let era = self.link.prepare(&mut own).await?;
        let generation = link::token();
        let repairs = rebuild::rebuild(&mut own, &keys, &layout, books, &generation).await?;
        // Nobody buys meanwhile: whoever still holds a lock has died with it.
        let locks =
            std::iter::once(LockName::Program(id)).chain(layout.categories().map(|c| LockName::Category(id, c)));
        let mut unlock = redis::cmd("UNLINK");
        unlock.arg(locks.map(|name| keys::lock(&name)).collect::<Vec<_>>());
        unlock.exec_async(&mut own).await.map_err(link::unreachable)?;
        let mut register = redis::cmd("SADD");
        register.arg(keys::REGISTRY).arg(id.get()).exec_async(&mut own).await.map_err(link::unreachable)?;
        let batcher = Batcher::start(Arc::clone(&self.link), id, keys.clone());
        self.write_programs().insert(id, Arc::new(Known { keys, layout, batcher }));
        if !self.link.trust_again(id, &generation, era) {
            return Err(Unavailable::Unreachable("redis restarted during the rebuild".to_owned()));
        }
        self.queue_depth(None).await?;
        Ok(repairs)
    }

    /// See [`crate::inventory::Inventory::hold`].
    pub async fn hold(&self, request: HoldRequest) -> Result<Held, NotDone> {
        self.decide(&request, false).await
    }

    /// See [`crate::inventory::Inventory::hold_and_queue`].
    pub async fn hold_and_queue(&self, request: HoldRequest) -> Result<Held, NotDone> {
        self.decide(&request, true).await
    }

    async fn decide(&self, request: &HoldRequest, queues: bool) -> Result<Held, NotDone> {
        let known = self.known(request.program)?;
        check_choice(&request.choice)?;
        known.batcher.decide(buyer::pack(request, &known.layout, queues), queues).await
    }

    /// See [`crate::inventory::Inventory::choose`].
    pub async fn choose(
        &self,
        program: ProgramId,
        category: CategoryId,
        count: u32,
        fallback: Fallback,
    ) -> Result<Vec<SeatIx>, NotDone> {
        let known = self.known(program)?;
        check_count(count as usize)?;
        let category = known.layout.category(category);
        if category == MISSING {
            return Err(Rejection::CategoryMissing.into());
        }
        let split = u32::from(fallback == Fallback::Split);
        let reply = self.call(&known, Verb::Choose, program, |cmd| cmd.arg(category).arg(count).arg(split)).await?;
        match buyer::outcome(&reply)? {
            Held::Seats(seats) => Ok(seats),
            Held::Repeat(_) => Err(strange(&reply).into()),
        }
    }

    /// See [`crate::inventory::Inventory::confirm`].
    pub async fn confirm(&self, program: ProgramId, order: OrderNumber, seats: &[SeatIx]) -> Result<u32, Unavailable> {
        let known = self.known(program)?;
        let (rows, seats) = placed(&known.layout, seats);
        let packed = Packer::default().list(3).id(order).numbers(&rows).numbers(&seats).finish();
        changed(&self.call(&known, Verb::Confirm, program, |cmd| cmd.arg(packed)).await?)
    }

    /// See [`crate::inventory::Inventory::release`].
    pub async fn release(&self, release: &Release) -> Result<u32, Unavailable> {
        let known = self.known(release.program)?;
        let (rows, seats) = placed(&known.layout, &release.seats);
        let mut packer = Packer::default();
        packer.list(5).id(release.order).id(release.user).numbers(&rows).numbers(&seats).ids(&release.ticket_users);
        let packed = packer.finish();
        changed(&self.call(&known, Verb::Release, release.program, |cmd| cmd.arg(packed)).await?)
    }

    /// See [`crate::inventory::Inventory::undo`].
    pub async fn undo(&self, program: ProgramId, order: OrderNumber) -> Result<u32, Unavailable> {
        let known = self.known(program)?;
        changed(&self.call(&known, Verb::Undo, program, |cmd| cmd.arg(order.get())).await?)
    }

    /// See [`crate::inventory::Inventory::counts`].
    pub async fn counts(&self, program: ProgramId) -> Result<Vec<(CategoryId, Counts)>, Unavailable> {
        let known = self.known(program)?;
        let reply = self.call(&known, Verb::Counts, program, |cmd| cmd).await?;
        Ok(census::in_hall_order(&known.layout, &census::numbers_by_field(&reply)))
    }

    /// See [`crate::inventory::Inventory::seats`].
    pub async fn seats(&self, program: ProgramId) -> Result<Vec<SeatState>, Unavailable> {
        let known = self.known(program)?;
        let reply = self.call(&known, Verb::Seats, program, |cmd| cmd).await?;
        match &reply {
            Value::Array(seats) if let [Value::BulkString(states)] = seats.as_slice() => census::seat_states(states),
            other => Err(strange(other)),
        }
    }

    /// See [`crate::inventory::Inventory::census`].
    pub async fn census(&self, program: ProgramId) -> Result<Census, Unavailable> {
        let known = self.known(program)?;
        self.call(&known, Verb::Check, program, |cmd| cmd).await?;
        let mut own = self.link.own(census::ANSWER_WAIT).await?;
        let census = census::census(&mut own, program, &known.keys, &known.layout).await?;
        self.call(&known, Verb::Check, program, |cmd| cmd).await?;
        Ok(census)
    }

    /// See [`crate::inventory::Inventory::lock`].
    pub async fn lock(&self, names: &[LockName], wait: Duration) -> Result<Vec<LockGuard>, Unavailable> {
        Ok(self.locks.take(names, wait).await?.into_iter().map(LockGuard::Redis).collect())
    }

    /// See [`crate::inventory::Inventory::next_batch`].
    pub async fn next_batch(&self, max: usize, wait: Duration) -> Result<Vec<QueuedOrder>, Unavailable> {
        let mut reader = self.reader.lock().await;
        reader.next_batch(&self.link, self.known_programs(), max, wait).await
    }

    /// See [`crate::inventory::Inventory::acknowledge`].
    pub async fn acknowledge(&self, orders: &[QueuedOrder]) -> Result<(), Unavailable> {
        self.reader.lock().await.acknowledge(&self.link, orders).await
    }

    /// See [`crate::inventory::Inventory::position`].
    pub async fn position(&self, program: ProgramId, order: OrderNumber) -> Result<Option<u64>, Unavailable> {
        let known = self.known(program)?;
        let reply = self.call(&known, Verb::Position, program, |cmd| cmd.arg(order.get())).await?;
        match &reply {
            Value::Array(numbers) => match numbers.as_slice() {
                [] => Ok(None),
                [Value::Int(place), Value::Int(done)] => Ok(u64::try_from((place - done).max(1)).ok()),
                _ => Err(strange(&reply)),
            },
            other => Err(strange(other)),
        }
    }

    /// See [`crate::inventory::Inventory::queue_depth`]. Counts also what a program that must be rebuilt has queued.
    pub async fn queue_depth(&self, program: Option<ProgramId>) -> Result<u64, Unavailable> {
        let mut shared = self.link.shared();
        if let Some(program) = program {
            self.known(program)?;
            return queue::depth(&mut shared, [program]).await;
        }
        let mut programs = queue::registered(&mut shared).await?;
        programs.extend(self.known_programs());
        let depth = queue::depth(&mut shared, programs).await?;
        self.link.queue_counted(depth);
        Ok(depth)
    }

    /// See [`crate::inventory::Inventory::queue_front`]. Leaves the room that is left in the queue as it is known.
    pub async fn queue_front(&self) -> Result<QueueFront, Unavailable> {
        let mut shared = self.link.shared();
        let mut programs = queue::registered(&mut shared).await?;
        programs.extend(self.known_programs());
        queue::front(&mut shared, &programs).await
    }

    /// See [`crate::inventory::Inventory::forget`].
    pub async fn forget(&self, program: ProgramId) -> Result<(), Unavailable> {
        self.link.distrust_any(program);
        self.write_programs().remove(&program);
        let mut forget = redis::pipe();
        forget.cmd("UNLINK").arg(Keys::of(program).all().collect::<Vec<_>>());
        forget.cmd("SREM").arg(keys::REGISTRY).arg(program.get());
        forget.exec_async(&mut self.link.shared()).await.map_err(link::unreachable)?;
        self.queue_depth(None).await.map(drop)
    }

    async fn call(
        &self,
        known: &Known,
        verb: Verb,
        program: ProgramId,
        arguments: impl FnOnce(&mut Cmd) -> &mut Cmd,
    ) -> Result<Value, Unavailable> {
        self.link.call(verb, program, &known.keys, arguments).await
    }

    fn known(&self, program: ProgramId) -> Result<Arc<Known>, Unavailable> {
        let programs = self.programs.read().unwrap_or_else(PoisonError::into_inner);
        programs.get(&program).cloned().ok_or(Unavailable::Stale)
    }

    fn known_programs(&self) -> BTreeSet<ProgramId> {
        self.programs.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    fn write_programs(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<ProgramId, Arc<Known>>> {
        self.programs.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows and positions of the seats that are in the hall; nobody can own the others.
fn placed(layout: &Layout, seats: &[SeatIx]) -> (Vec<u32>, Vec<u32>) {
    seats.iter().map(|seat| (layout.row(*seat), seat.0)).filter(|(row, _)| *row != MISSING).unzip()
}

fn changed(reply: &Value) -> Result<u32, Unavailable> {
    match reply {
        Value::Int(n) => u32::try_from(*n).map_err(|_| strange(reply)),
        other => Err(strange(other)),
    }
}

fn strange(reply: &Value) -> Unavailable {
    Unavailable::Unreachable(format!("a script answered {reply:?}, which is not an answer"))
}

//! Locks in Redis: owner token, expiry, renewal, compare-and-delete.
//! Must not be needed for correctness: a lock buys order and fewer retries.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use redis::{Script, aio::ConnectionManager};
use tokio::{
    sync::OwnedMutexGuard,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use crate::inventory::{LockName, Unavailable, redis::keys, redis::link};

/// Life of a lock whose owner has died. Its living owner renews it at a third of that.
const LIFE: Duration = Duration::from_secs(10);
/// Pause before asking for a lock again: between these two, growing, with jitter.
const PAUSE_MS_MIN: u64 = 1;
const PAUSE_MS_MAX: u64 = 20;

/// A lock that is renewed until released.
#[derive(Debug)]
pub struct Guard(Option<Lease>);

#[derive(Debug)]
struct Lease {
    redis: ConnectionManager,
    key: String,
    token: String,
    renewal: Option<JoinHandle<()>>,
    /// Keeps this process's other buyers from asking Redis; given up after the lock itself.
    local: OwnedMutexGuard<()>,
}

impl Guard {
    /// Gives the lock back if it is still ours.
    pub async fn release(mut self) {
        if let Some(lease) = self.0.take() {
            lease.end().await;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(lease) = self.0.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(lease.end());
        } else {
            lease.stop_renewal();
        }
    }
}

impl Lease {
    fn stop_renewal(&self) {
        if let Some(renewal) = &self.renewal {
            renewal.abort();
        }
    }

    async fn end(mut self) {
        self.stop_renewal();
        let unlock = Script::new(include_str!("lua/unlock.lua"));
        let gone: redis::RedisResult<u32> = unlock.key(&self.key).arg(&self.token).invoke_async(&mut self.redis).await;
        if let Err(error) = gone {
            tracing::warn!(key = self.key, %error, "a lock could not be given back; it ends by itself");
        }
        drop(self.local);
    }

    /// `SET NX PX`: true when the lock is ours.
    async fn ask(&mut self, life: Duration) -> redis::RedisResult<bool> {
        let mut set = redis::cmd("SET");
        set.arg(&self.key).arg(&self.token).arg("NX").arg("PX").arg(ms(life));
        let reply: Option<String> = set.query_async(&mut self.redis).await?;
        Ok(reply.is_some())
    }

    fn renew(&mut self, life: Duration) {
        let (mut redis, key, token) = (self.redis.clone(), self.key.clone(), self.token.clone());
        self.renewal = Some(tokio::spawn(async move {
            let script = Script::new(include_str!("lua/renew.lua"));
            loop {
                tokio::time::sleep(life / 3).await;
                let ours: redis::RedisResult<u32> =
                    script.key(&key).arg(&token).arg(ms(life)).invoke_async(&mut redis).await;
                match ours {
                    Ok(0) => return tracing::warn!(key, "a lock was lost before it was given back"),
                    Ok(_) => {}
                    Err(error) => tracing::warn!(key, %error, "a lock could not be renewed"),
                }
            }
        }));
    }
}

/// The locks of this process: whoever wants one in Redis first takes the one here.
#[derive(Debug)]
pub struct Locks {
    redis: ConnectionManager,
    here: Mutex<HashMap<LockName, Arc<tokio::sync::Mutex<()>>>>,
    life: Duration,
}

impl Locks {
    /// Locks over this connection.
    #[must_use]
    pub fn new(redis: ConnectionManager) -> Self {
        Self { redis, here: Mutex::default(), life: LIFE }
    }

    #[cfg(test)]
    fn with_life(redis: ConnectionManager, life: Duration) -> Self {
        Self { life, ..Self::new(redis) }
    }

    /// Takes all of them, sorted, within `wait`; or none.
    ///
    /// # Errors
    /// [`Unavailable::LockTimeout`], [`Unavailable::Unreachable`]; nothing is held then.
    pub async fn take(&self, names: &[LockName], wait: Duration) -> Result<Vec<Guard>, Unavailable> {
        let until = Instant::now() + wait;
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut guards = Vec::with_capacity(sorted.len());
        for name in &sorted {
            match self.take_one(name, until).await {
                Ok(Some(guard)) => guards.push(guard),
                Ok(None) => {
                    give_back(guards).await;
                    return Err(Unavailable::LockTimeout(wait));
                }
                Err(error) => {
                    give_back(guards).await;
                    return Err(link::unreachable(error));
                }
            }
        }
        Ok(guards)
    }

    async fn take_one(&self, name: &LockName, until: Instant) -> redis::RedisResult<Option<Guard>> {
        let Ok(local) = timeout_at(until, self.local(name).lock_owned()).await else { return Ok(None) };
        let lease =
            Lease { redis: self.redis.clone(), key: keys::lock(name), token: link::token(), renewal: None, local };
        // A guard from the first attempt on: whatever interrupts this gives back what may have been taken.
        let mut guard = Guard(Some(lease));
        let lease = guard.0.as_mut().expect("made with a lease");
        let mut pause_ms = PAUSE_MS_MIN;
        while !lease.ask(self.life).await? {
            let pause = Duration::from_millis(PAUSE_MS_MIN + link::draw() % pause_ms);
            if Instant::now() + pause >= until {
                return Ok(None);
            }
            tokio::time::sleep(pause).await;
            pause_ms = (pause_ms * 2).min(PAUSE_MS_MAX);
        }
        lease.renew(self.life);
        Ok(Some(guard))
    }

    fn local(&self, name: &LockName) -> Arc<tokio::sync::Mutex<()>> {
        let mut here = self.here.lock().expect("nothing panics while it looks up a lock");
        Arc::clone(here.entry(name.clone()).or_default())
    }
}

async fn give_back(guards: Vec<Guard>) {
    for guard in guards {
        guard.release().await;
    }
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

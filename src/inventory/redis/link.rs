//! The connection to Redis, and which generation of each program this process may trust.
//! Must not know what a verb means.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, Cmd, RedisError, ServerErrorKind, Value,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
};

use crate::{
    domain::ids::ProgramId,
    inventory::{
        Unavailable,
        redis::{
            RedisConfig, buyer,
            keys::Keys,
            scripts::{Scripts, Verb},
        },
    },
};

/// Longest wait for the answer to a verb: a busy Redis answers in milliseconds, a stopped one must not hold buyers.
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// Longest wait for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(1);
/// Longest pause between attempts to connect again, and how many before the waiting callers hear of it.
const RECONNECT_PAUSE_MAX: Duration = Duration::from_millis(100);
const RECONNECT_ATTEMPTS: usize = 2;

/// What the verbs share.
pub struct Link {
    /// For connections of one's own.
    client: Client,
    connection: ConnectionManager,
    /// The scripts, salted for this process.
    pub scripts: Scripts,
    trust: Mutex<Trust>,
    /// One rebuild at a time looks whether the scripts are still there.
    preparing: tokio::sync::Mutex<()>,
    queued: AtomicI64,
    queue_max: i64,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("address", self.client.get_connection_info().addr()).finish_non_exhaustive()
    }
}

/// Programs that this process has rebuilt since Redis was last seen to restart.
#[derive(Debug, Default)]
struct Trust {
    /// How often Redis was seen to restart.
    restarts: u64,
    generations: HashMap<ProgramId, Arc<str>>,
}

/// Restarts seen when something began; what it finds out is void when there were more since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Era(u64);

impl Link {
    /// Connects, checks the server, loads the scripts.
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`], with what to do.
    pub async fn open(config: &RedisConfig) -> Result<Self, Unavailable> {
        let client = Client::open(config.url.as_str())
            .map_err(|e| refuse(format!("{e}; give redis://host:port/db or redis+unix:///path")))?;
        let settings = ConnectionManagerConfig::new()
            .set_response_timeout(Some(ANSWER_WAIT))
            .set_connection_timeout(Some(CONNECT_WAIT))
            .set_max_delay(RECONNECT_PAUSE_MAX)
            .set_number_of_retries(RECONNECT_ATTEMPTS);
        let mut connection = ConnectionManager::new_with_config(client.clone(), settings)
            .await
            .map_err(|e| refuse(format!("{e}; is redis-server running at {}?", client.get_connection_info().addr())))?;
        let server: String = redis::cmd("INFO").query_async(&mut connection).await.map_err(unreachable)?;
        check_server(&server).map_err(refuse)?;
        let scripts = Scripts::salted(&token());
        scripts.load(&mut connection).await.map_err(unreachable)?;
        Ok(Self {
            client,
            connection,
            scripts,
            trust: Mutex::default(),
            preparing: tokio::sync::Mutex::default(),
            queued: AtomicI64::new(0),
            queue_max: i64::try_from(config.queue_max).unwrap_or(i64::MAX),
        })
    }

    /// The shared connection, which connects again by itself. Not for blocking commands.
    #[must_use]
    pub fn shared(&self) -> ConnectionManager {
        self.connection.clone()
    }

    /// A connection of one's own, which never outlives a restart of Redis.
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`].
    pub async fn own(&self, answer_wait: Duration) -> Result<MultiplexedConnection, Unavailable> {
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WAIT))
            .set_response_timeout(Some(answer_wait));
        self.client.get_multiplexed_async_connection_with_config(&settings).await.map_err(unreachable)
    }

    /// Calls a verb on a program that must be of the generation that this process built.
    ///
    /// # Errors
    /// [`Unavailable::Stale`] (nothing was done) or [`Unavailable::Unreachable`].
    pub async fn call(
        &self,
        verb: Verb,
        program: ProgramId,
        keys: &Keys,
        arguments: impl FnOnce(&mut Cmd) -> &mut Cmd,
    ) -> Result<Value, Unavailable> {
        let (generation, era) = {
            let trust = self.trust();
            let generation = trust.generations.get(&program).cloned().ok_or(Unavailable::Stale)?;
            (generation, Era(trust.restarts))
        };
        let mut cmd = self.scripts.call(verb, keys, &generation);
        arguments(&mut cmd);
        match cmd.query_async::<Value>(&mut self.shared()).await {
            Ok(reply) if buyer::text(&reply) == Some("stale") => {
                self.distrust(program, &generation);
                Err(Unavailable::Stale)
            }
            Ok(reply) => Ok(reply),
            Err(e) if e.kind() == ServerErrorKind::NoScript.into() => {
                self.restarted(era);
                Err(Unavailable::Stale)
            }
            Err(e) => Err(unreachable(e)),
        }
    }

    /// Makes sure that the scripts are there, before a rebuild. That they are not shows a restart that nobody had
    /// noticed: then no program is trusted any more.
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`].
    pub async fn prepare(&self, own: &mut MultiplexedConnection) -> Result<Era, Unavailable> {
        let _alone = self.preparing.lock().await;
        let era = Era(self.trust().restarts);
        if !self.scripts.are_loaded(own).await.map_err(unreachable)? {
            self.restarted(era);
            self.scripts.load(own).await.map_err(unreachable)?;
        }
        Ok(Era(self.trust().restarts))
    }

    /// A program was rebuilt: from now on it is to be of this generation. False when Redis restarted meanwhile.
    #[must_use]
    pub fn trust_again(&self, program: ProgramId, generation: &str, era: Era) -> bool {
        let mut trust = self.trust();
        if trust.restarts != era.0 {
            return false;
        }
        trust.generations.insert(program, generation.into());
        true
    }

    /// A program is about to be rebuilt, or left out.
    pub fn distrust_any(&self, program: ProgramId) {
        self.trust().generations.remove(&program);
    }

    fn distrust(&self, program: ProgramId, generation: &str) {
        let mut trust = self.trust();
        if trust.generations.get(&program).is_some_and(|trusted| **trusted == *generation) {
            trust.generations.remove(&program);
        }
    }

    /// Redis lost its scripts after this era began: no program is what it was.
    fn restarted(&self, era: Era) {
        let mut trust = self.trust();
        if trust.restarts == era.0 {
            trust.restarts += 1;
            trust.generations.clear();
            tracing::warn!("redis has restarted: its programs must be rebuilt from the ledger");
        }
    }

    fn trust(&self) -> MutexGuard<'_, Trust> {
        self.trust.lock().expect("nothing panics while it looks at the generations")
    }

    /// How many more orders may be queued, as far as this process knows. So many of them may be queued now that the
    /// next call must not count on their room; [`Self::queue_moved`] gives back what was not needed.
    #[must_use]
    pub fn take_queue_room(&self, queueing: i64) -> i64 {
        (self.queue_max - self.queued.fetch_add(queueing, Ordering::Relaxed)).max(0)
    }

    /// Orders were queued (more than 0) or taken off (fewer).
    pub fn queue_moved(&self, by: i64) {
        self.queued.fetch_add(by, Ordering::Relaxed);
    }

    /// The queue was counted.
    pub fn queue_counted(&self, depth: u64) {
        self.queued.store(i64::try_from(depth).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

/// 128 random bits in hexadecimal, for owner tokens, generations and the scripts' salt.
#[must_use]
pub fn token() -> String {
    format!("{:016x}{:016x}", draw(), draw())
}

/// 64 random bits.
#[must_use]
pub fn draw() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// What a failed call means: it may have been carried out or not.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
pub fn unreachable(error: RedisError) -> Unavailable {
    Unavailable::Unreachable(error.to_string())
}

fn refuse(why: String) -> Unavailable {
    Unavailable::Unreachable(format!("redis: {why}"))
}

/// Oldest Redis that we know to do all we ask.
const OLDEST: (u32, u32) = (6, 2);

/// Is this a server that we can work on? `server` is its INFO.
fn check_server(server: &str) -> Result<(), String> {
    let value = |name: &str| told_value(server, name).unwrap_or_default();
    let version = value("redis_version");
    let mut numbers = version.split('.').map(|n| n.parse().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < OLDEST {
        return Err(format!("version {version:?} is too old; use {}.{} or later", OLDEST.0, OLDEST.1));
    }
    if value("cluster_enabled") == "1" {
        return Err("this server is part of a cluster; use a single server".to_owned());
    }
    if value("role") == "slave" {
        return Err("this server is a replica; give the address of its master".to_owned());
    }
    let policy = value("maxmemory_policy");
    if value("maxmemory") != "0" && !matches!(policy, "noeviction" | "") {
        return Err(format!("it may throw away our keys; set maxmemory-policy noeviction instead of {policy}"));
    }
    Ok(())
}

/// A value of INFO.
#[must_use]
pub fn told_value<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_cannot_do_it_are_refused_with_what_to_do() {
        let server =
            |version: &str, more: &str| format!("redis_version:{version}\r\nrole:master\r\nmaxmemory:0\r\n{more}");
        assert_eq!(check_server(&server("6.2.0", "")), Ok(()));
        assert_eq!(check_server(&server("7.0.15", "cluster_enabled:0\r\n")), Ok(()));
        for (version, more, word) in
            [("6.0.16", "", "6.2 or later"), ("7.0.15", "cluster_enabled:1\r\n", "single server"), ("x", "", "too old")]
        {
            let refused = check_server(&server(version, more)).unwrap_err();
            assert!(refused.contains(word), "{refused}");
        }
        let evicting = "redis_version:7.0.15\r\nmaxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n";
        assert!(check_server(evicting).unwrap_err().contains("noeviction"));
        assert!(check_server("redis_version:7.0.15\r\nrole:slave\r\n").unwrap_err().contains("master"));
    }

    #[test]
    fn tokens_differ() {
        let tokens: std::collections::HashSet<_> = (0..1_000).map(|_| token()).collect();
        assert_eq!(tokens.len(), 1_000);
    }
}

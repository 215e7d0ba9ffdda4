//! Locks in this process.
//! Must not be needed for correctness: a lock buys order and fewer retries.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as Turnstile, OwnedMutexGuard};

use crate::inventory::{LockName, Unavailable};

/// A lock that is held until dropped. The fields are dropped in this order: let the next one in, then stop counting.
#[derive(Debug)]
pub struct Guard {
    _turn: OwnedMutexGuard<()>,
    _place: Place,
}

/// All locks that somebody holds or waits for; the others do not exist.
#[derive(Debug, Default)]
pub struct Locks {
    table: Arc<Table>,
}

type Table = Mutex<HashMap<LockName, Entry>>;

/// Serves those who wait first come, first served.
#[derive(Debug, Default)]
struct Entry {
    turnstile: Arc<Turnstile<()>>,
    /// Those who hold it or wait for it.
    users: usize,
}

/// Somebody's place in the count of an entry's users.
#[derive(Debug)]
struct Place {
    table: Arc<Table>,
    name: LockName,
}

impl Locks {
    /// Takes all locks named, each once, in sorted order, waiting at most `wait` for all of them together.
    ///
    /// # Errors
    /// [`Unavailable::LockTimeout`]; nothing is held then.
    pub async fn take(&self, names: &[LockName], wait: Duration) -> Result<Vec<Guard>, Unavailable> {
        let sorted: BTreeSet<&LockName> = names.iter().collect();
        let all = async {
            let mut guards = Vec::with_capacity(sorted.len());
            for name in sorted {
                guards.push(self.take_one(name).await);
            }
            guards
        };
        tokio::time::timeout(wait, all).await.map_err(|_elapsed| Unavailable::LockTimeout(wait))
    }

    async fn take_one(&self, name: &LockName) -> Guard {
        let (place, turnstile) = self.queue_up(name);
        Guard { _turn: turnstile.lock_owned().await, _place: place }
    }

    fn queue_up(&self, name: &LockName) -> (Place, Arc<Turnstile<()>>) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = table.entry(name.clone()).or_default();
        entry.users += 1;
        (Place { table: Arc::clone(&self.table), name: name.clone() }, Arc::clone(&entry.turnstile))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = table.get_mut(&self.name) {
            entry.users -= 1;
            if entry.users == 0 {
                table.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CategoryId, ProgramId};

    const LONG: Duration = Duration::from_secs(10);

    fn program(id: u64) -> LockName {
        LockName::Program(ProgramId::new(id).expect("above zero"))
    }

    fn category(id: u64) -> LockName {
        LockName::Category(ProgramId::new(1).expect("above zero"), CategoryId::new(id).expect("above zero"))
    }

    fn names_in_use(locks: &Locks) -> usize {
        locks.table.lock().expect("no test panics with the table").len()
    }

    #[tokio::test]
    async fn a_held_lock_makes_others_wait_until_their_limit() {
        let locks = Locks::default();
        let held = locks.take(&[category(2)], LONG).await.expect("free");
        let wait = Duration::from_millis(1);
        let refused = locks.take(&[category(1), category(2), category(3)], wait).await;
        assert_eq!(refused.err(), Some(Unavailable::LockTimeout(wait)));
        locks.take(&[category(1), category(3)], Duration::ZERO).await.expect("the refused caller holds nothing");
        drop(held);
        locks.take(&[category(2)], Duration::ZERO).await.expect("given back");
    }

    #[tokio::test]
    async fn a_lock_named_twice_is_taken_once() {
        let locks = Locks::default();
        let guards = locks.take(&[category(1), category(1)], LONG).await.expect("free");
        assert_eq!(guards.len(), 1);
    }

    #[tokio::test]
    async fn those_who_wait_are_served_first_come_first_served() {
        let locks = Arc::new(Locks::default());
        let served = Arc::new(Mutex::new(Vec::new()));
        let held = locks.take(&[program(1)], LONG).await.expect("free");
        let waiting: Vec<_> = (0..20)
            .map(|buyer| {
                let (locks, served) = (Arc::clone(&locks), Arc::clone(&served));
                tokio::spawn(async move {
                    let _guard = locks.take(&[program(1)], LONG).await.expect("within ten seconds");
                    served.lock().expect("nobody panics").push(buyer);
                })
            })
            .collect();
        while locks.table.lock().expect("nobody panics")[&program(1)].users < 21 {
            tokio::task::yield_now().await;
        }
        drop(held);
        for task in waiting {
            task.await.expect("no panic");
        }
        assert_eq!(*served.lock().expect("nobody panics"), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn opposite_orders_of_names_do_not_lock_each_other_up() {
        let locks = Arc::new(Locks::default());
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let locks = Arc::clone(&locks);
                let names = if task % 2 == 0 { [category(1), category(2)] } else { [category(2), category(1)] };
                tokio::spawn(async move {
                    for _ in 0..200 {
                        let _guards = locks.take(&names, LONG).await.expect("no deadlock");
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        assert_eq!(names_in_use(&locks), 0);
    }

    #[tokio::test]
    async fn a_lock_that_nobody_uses_takes_no_memory() {
        let locks = Locks::default();
        for id in 1..1_000 {
            let guards = locks.take(&[category(id), program(id)], LONG).await.expect("free");
            assert_eq!(names_in_use(&locks), 2);
            let _refused = locks.take(&[program(id)], Duration::ZERO).await.expect_err("held");
            drop(guards);
        }
        assert_eq!(names_in_use(&locks), 0);
    }
}

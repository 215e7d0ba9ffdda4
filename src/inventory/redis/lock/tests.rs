//! Locks against a real server.
//! Must not need luck: whoever must wait is seen to wait.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use redis::aio::ConnectionManager;

use super::{Locks, give_back};
use crate::{
    domain::ids::{CategoryId, ProgramId},
    inventory::{LockName, Unavailable, redis::keys, redis::tests::stage::Stage},
};

const SOON: Duration = Duration::from_secs(10);
const AT_ONCE: Duration = Duration::from_millis(30);

async fn link(stage: &Stage) -> ConnectionManager {
    redis::Client::open(stage.managed.url()).unwrap().get_connection_manager().await.unwrap()
}

fn category(n: u64) -> LockName {
    LockName::Category(ProgramId::new(1).unwrap(), CategoryId::new(n).unwrap())
}

fn whole_program() -> LockName {
    LockName::Program(ProgramId::new(1).unwrap())
}

async fn owner(stage: &Stage, name: &LockName) -> Option<String> {
    stage.command(redis::cmd("GET").arg(keys::lock(name)).take()).await.unwrap()
}

/// Waits until somebody else's change shows.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let look = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, look).await.unwrap_or_else(|_| panic!("never: {what}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_inside_together_also_from_two_processes() {
    let stage = Stage::new().await;
    let processes = [Arc::new(Locks::new(link(&stage).await)), Arc::new(Locks::new(link(&stage).await))];
    let (inside, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut crowd = tokio::task::JoinSet::new();
    for n in 0..40 {
        let (locks, inside, most) = (Arc::clone(&processes[n % 2]), Arc::clone(&inside), Arc::clone(&most));
        crowd.spawn(async move {
            let guards = locks.take(&[whole_program()], SOON).await.unwrap();
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            inside.fetch_sub(1, Ordering::SeqCst);
            give_back(guards).await;
        });
    }
    crowd.join_all().await;
    assert_eq!(most.load(Ordering::SeqCst), 1);
    assert_eq!(owner(&stage, &whole_program()).await, None);
}

#[tokio::test]
async fn several_are_taken_once_each_and_all_given_back_when_one_is_not_to_be_had() {
    let stage = Stage::new().await;
    let (ours, theirs) = (Locks::new(link(&stage).await), Locks::new(link(&stage).await));
    let held = theirs.take(&[category(2)], SOON).await.unwrap();
    // Crossed and repeated: sorted and deduplicated, they cannot block one another.
    let taken = ours.take(&[category(2), category(1), category(1)], AT_ONCE).await;
    assert_eq!(taken.unwrap_err(), Unavailable::LockTimeout(AT_ONCE));
    assert_eq!(owner(&stage, &category(1)).await, None);
    assert!(owner(&stage, &category(2)).await.is_some(), "theirs was taken away");
    give_back(held).await;
    let taken = ours.take(&[category(2), category(1), category(1)], SOON).await.unwrap();
    assert_eq!(taken.len(), 2);
    // The same process waits too, at its local lock.
    assert_eq!(ours.take(&[category(1)], AT_ONCE).await.unwrap_err(), Unavailable::LockTimeout(AT_ONCE));
}

#[tokio::test]
async fn a_lock_is_renewed_while_it_is_held_and_ends_when_its_owner_is_gone() {
    let stage = Stage::new().await;
    let life = Duration::from_millis(150);
    let ours = Locks::with_life(link(&stage).await, life);
    let guards = ours.take(&[whole_program()], SOON).await.unwrap();
    let token = owner(&stage, &whole_program()).await;
    let theirs = Locks::new(link(&stage).await);
    let waited = theirs.take(&[whole_program()], life * 4).await;
    assert_eq!(waited.unwrap_err(), Unavailable::LockTimeout(life * 4), "it was not renewed");
    assert_eq!(owner(&stage, &whole_program()).await, token);
    // The owner dies: its renewal stops and nobody gives the lock back.
    for mut guard in guards {
        guard.0.take().unwrap().stop_renewal();
    }
    assert!(theirs.take(&[whole_program()], SOON).await.is_ok(), "it did not expire");
}

#[tokio::test]
async fn a_lock_that_was_lost_and_taken_by_another_is_not_given_back_by_its_old_owner() {
    let stage = Stage::new().await;
    let (ours, theirs) = (Locks::new(link(&stage).await), Locks::new(link(&stage).await));
    let lost = ours.take(&[whole_program()], SOON).await.unwrap();
    stage.command::<()>(redis::cmd("FLUSHALL")).await.unwrap();
    let taken = theirs.take(&[whole_program()], SOON).await.unwrap();
    let token = owner(&stage, &whole_program()).await;
    give_back(lost).await;
    assert_eq!(owner(&stage, &whole_program()).await, token);
    give_back(taken).await;
    assert_eq!(owner(&stage, &whole_program()).await, None);
}

#[tokio::test]
async fn dropping_a_guard_or_the_wait_for_it_gives_the_lock_back() {
    let stage = Stage::new().await;
    let locks = Locks::new(link(&stage).await);
    drop(locks.take(&[whole_program()], SOON).await.unwrap());
    until("the dropped lock is free", async || owner(&stage, &whole_program()).await.is_none()).await;
    {
        let names = [whole_program()];
        let wait = locks.take(&names, SOON);
        tokio::pin!(wait);
        // Polled until the question is on its way, then forgotten.
        std::future::poll_fn(|cx| {
            assert!(wait.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    let again = tokio::time::timeout(SOON, locks.take(&[whole_program()], SOON)).await.unwrap();
    assert!(again.is_ok());
}

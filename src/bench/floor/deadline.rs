//! Gives work up after its time, with one timer a connection that is hardly ever set.
//! Must not be early; it is late by a millisecond at most, as timers are.
//!
//! A timer that is set and taken back for each request is work, and nearly all requests are answered long before
//! their time. So the timer stays where an earlier request has put it, and is moved on when it goes off too early.

use std::{future::poll_fn, pin::Pin, pin::pin, task::Poll, time::Instant};

use tokio::time::{Sleep, sleep_until};

/// A timer that goes off no later than the work that was last given to it must end.
#[derive(Debug)]
pub(super) struct Deadline {
    timer: Pin<Box<Sleep>>,
}

impl Deadline {
    pub(super) fn new() -> Self {
        Self { timer: Box::pin(sleep_until(tokio::time::Instant::now())) }
    }

    /// What the work gives; `None` when it has given nothing by then.
    pub(super) async fn limit<T>(&mut self, until: Instant, work: impl Future<Output = T>) -> Option<T> {
        let until = until.into();
        if until < self.timer.deadline() {
            self.timer.as_mut().reset(until);
        }
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            while self.timer.as_mut().poll(context).is_ready() {
                if self.timer.deadline() >= until {
                    return Poll::Ready(None);
                }
                self.timer.as_mut().reset(until);
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_is_given_up_after_its_own_limit_whatever_the_one_before_had() {
        let mut deadline = Deadline::new();
        for limit_ms in [60, 5, 40, 1] {
            let (started, limit) = (Instant::now(), Duration::from_millis(limit_ms));
            assert_eq!(deadline.limit(started + limit, std::future::pending::<()>()).await, None);
            assert!(started.elapsed() >= limit, "given up too early");
        }
        let started = Instant::now();
        deadline.limit(started + Duration::from_secs(3600), async {}).await.unwrap();
        assert_eq!(deadline.limit(started + Duration::from_millis(3), std::future::pending::<()>()).await, None);
        assert!(started.elapsed() < Duration::from_secs(600), "the long limit before was kept");
    }

    #[tokio::test]
    async fn work_that_outlasts_the_limit_of_the_work_before_is_not_given_up() {
        let mut deadline = Deadline::new();
        let started = Instant::now();
        assert_eq!(deadline.limit(started + Duration::from_millis(5), async { 1 }).await, Some(1));
        let slow = async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            2
        };
        assert_eq!(deadline.limit(started + Duration::from_secs(3600), slow).await, Some(2));
    }
}

//! Work that is finished even when nobody waits for it any more.
//! Must not be used for work that may be left half-done: that needs no help.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Work on its way. A client that hangs up, or a request that takes too long, drops its handler in the middle; an order
/// must not stay half-placed for that. Dropped unfinished, the work goes on as a task of its own; as long as somebody
/// waits it runs in place, which costs one allocation and no switch of tasks.
struct ToTheEnd<T: Send + 'static>(Option<Pin<Box<dyn Future<Output = T> + Send>>>);

/// Runs this work to its end, whoever waits.
pub async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    ToTheEnd(Some(Box::pin(work))).await
}

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Taken out while it is polled: work that panics is not carried on.
        let mut work = self.0.take().expect("a future is not polled after it is done");
        match work.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => {
                self.0 = Some(work);
                Poll::Pending
            }
        }
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Arc, time::Duration};
    use tokio::sync::{Notify, oneshot};

    #[tokio::test]
    async fn work_that_is_waited_for_gives_its_result() {
        assert_eq!(to_the_end(async { 7 }).await, 7);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_finished() {
        let (go_on, (done, is_done)) = (Arc::new(Notify::new()), oneshot::channel());
        let may_go_on = Arc::clone(&go_on);
        let mut work = Box::pin(to_the_end(async move {
            may_go_on.notified().await;
            done.send(()).ok();
        }));
        let pending = std::future::poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx).is_pending())).await;
        assert!(pending);
        drop(work);
        go_on.notify_one();
        tokio::time::timeout(Duration::from_secs(10), is_done).await.unwrap().unwrap();
    }
}

//! A reader of the feed, as the body of an answer.
//! Must not make a frame before the socket has room for it: what a slow reader has missed is told in one.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::watch::Receiver;

use super::Looking;
use crate::server::listen::Line;

/// A reader who takes nothing for so long is cut off: the picture changes every second, so it is gone or stuck, and it may
/// come back with its last id.
const STUCK_AFTER: Duration = Duration::from_secs(60);
/// How long a feed that is closed waits for its reader to take the last frames.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

/// The next frame, with the reader who takes it; none when the feed is closed.
type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Reader)>> + Send>>;

/// A feed that is open.
pub struct Watch {
    next: Option<Next>,
    /// Frames so far.
    taken: Arc<AtomicU64>,
}

/// Who reads it, and how far.
struct Reader {
    looking: Looking,
    told: Receiver<Option<u64>>,
    seen: u64,
}

impl Watch {
    pub(super) fn new(looking: Looking, told: Receiver<Option<u64>>, first: Bytes, seen: u64) -> Self {
        let taken = Arc::default();
        if let Some(line) = Line::of_this_request() {
            tokio::spawn(cut_when_stuck(line, told.clone(), Arc::downgrade(&taken)));
        }
        let reader = Reader { looking, told, seen };
        Self { next: Some(Box::pin(std::future::ready(Some((first, reader))))), taken }
    }
}

impl Reader {
    /// Waits until there is something that this reader has not seen.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let seen = self.seen;
        let now = *self.told.wait_for(|now| now.is_none_or(|now| now > seen)).await.ok()?;
        now?;
        let mut picture = self.looking.canvas.picture();
        let event = picture.after(seen);
        self.seen = picture.sequence();
        drop(picture);
        Some((event, self))
    }
}

/// Watches over a reader until it has gone by itself.
async fn cut_when_stuck(line: Line, mut told: Receiver<Option<u64>>, taken: Weak<AtomicU64>) {
    while let Some(before) = taken.upgrade().map(|taken| taken.load(Relaxed)) {
        let closed = tokio::time::timeout(STUCK_AFTER, told.wait_for(Option::is_none)).await;
        if closed.is_ok_and(|closed| closed.is_ok()) {
            tokio::time::sleep(CLOSE_WAIT).await;
            return line.cut();
        }
        if taken.upgrade().is_some_and(|taken| taken.load(Relaxed) == before) {
            return line.cut();
        }
    }
}

impl Body for Watch {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        match next.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => {
                self.next = None;
                Poll::Ready(None)
            }
            Poll::Ready(Some((event, reader))) => {
                self.taken.fetch_add(1, Relaxed);
                self.next = Some(Box::pin(reader.next()));
                Poll::Ready(Some(Ok(Frame::data(event))))
            }
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{
        config::Config,
        feed,
        run::{Office, open},
    };
    use crate::{domain::order::OrderVersion, wire::feed::Frame as Told};

    /// The next frame, if there is one at this moment.
    fn poll(watch: &mut Watch) -> Option<Told> {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match Pin::new(watch).poll_frame(&mut cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let event = frame.into_data().expect("a feed has no trailers");
                let text = String::from_utf8(event.to_vec()).expect("text");
                let data = text.split_once("data: ").expect("an event has data").1.trim_end();
                Some(serde_json::from_str(data).expect("a frame"))
            }
            Poll::Ready(None | Some(Err(_))) | Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn a_reader_who_was_away_gets_one_frame_and_a_closed_feed_ends() {
        let folder = tempfile::tempdir().unwrap();
        let Office { state, .. } = open(Config::new(folder.path().to_owned()), &mut |_| {}).await.unwrap();
        let mut slow = feed::watch(&state, None, None).await.unwrap();
        let mut quick = feed::watch(&state, None, None).await.unwrap();
        let first = poll(&mut slow).unwrap();
        assert!(first.whole && first.log.iter().any(|line| line.words.starts_with("ready")), "{first:?}");
        let mut frames = Vec::new();
        while frames.len() < 6 {
            state.metrics.placed(OrderVersion::V3);
            frames.extend(poll(&mut quick));
            tokio::task::yield_now().await;
        }
        let caught_up = poll(&mut slow).unwrap();
        assert!(!caught_up.whole && caught_up.sequence >= frames.last().unwrap().sequence);
        assert!(caught_up.sequence >= first.sequence + 4, "several steps in one");
        assert_eq!((poll(&mut slow), state.feed.watchers(), state.feed.samplers()), (None, 2, 1));
        state.feed.close();
        assert_eq!((poll(&mut slow), poll(&mut quick).is_some_and(|frame| frame.whole)), (None, false));
        assert!(slow.next.is_none(), "the answer is over");
        assert!(feed::watch(&state, None, None).await.is_err(), "a server that stops opens no feed");
        drop((slow, quick));
        while state.feed.samplers() > 0 {
            tokio::task::yield_now().await;
        }
    }
}

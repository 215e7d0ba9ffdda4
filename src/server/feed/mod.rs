//! The live feed: what a server looks like, kept up while somebody watches and told to all who do.
//! Must not cost a sale that nobody watches anything, nor hold more for a slow reader than for a quick one.
//!
//! One `Picture` a followed program, and one for those who follow none. The sampler looks at the server ten times a second
//! and takes what it sees into the pictures. A reader takes its next frame when its socket has room for it: the way from the
//! last picture that it has seen to the one that there is.

pub mod holds;
pub mod log;
pub mod numbers;
mod picture;
mod sampler;
mod seats;
#[cfg(test)]
mod stage;
pub mod tape;
mod watch;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use crate::{
    domain::ids::ProgramId,
    server::{
        error::{Failure, OVERLOAD_RETRY_S, Refusal},
        state::{State, wall_clock},
    },
};
use picture::Picture;
pub use watch::Watch;

/// Most readers at once.
pub const WATCHERS_MAX: u64 = 64;
/// A picture that nobody watches is kept for so long, so that a reader who comes back goes on where it was.
pub const KEPT_FOR: Duration = Duration::from_secs(60);
/// Longest wait for the first picture.
const FIRST_WAIT: Duration = Duration::from_secs(10);

/// The feed of a server.
#[derive(Debug, Default)]
pub struct Feed {
    watchers: AtomicU64,
    samplers: AtomicU64,
    shown: Mutex<Shown>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Shown {
    pictures: BTreeMap<Option<ProgramId>, Arc<Canvas>>,
    sampling: bool,
    closed: bool,
    last_epoch: u64,
}

/// A picture, and who looks at it.
#[derive(Debug)]
struct Canvas {
    program: Option<ProgramId>,
    picture: Mutex<Picture>,
    /// The last sequence; none once the feed is closed.
    told: tokio::sync::watch::Sender<Option<u64>>,
    state: Mutex<Looked>,
}

#[derive(Debug)]
struct Looked {
    watchers: u64,
    /// Somebody waits for a fresh one.
    wanted: bool,
    /// Since when nobody has looked at it.
    left: Instant,
}

impl Feed {
    /// Readers at this moment.
    #[must_use]
    pub fn watchers(&self) -> u64 {
        self.watchers.load(Relaxed)
    }

    /// Samplers at this moment: none while nobody watches.
    #[must_use]
    pub fn samplers(&self) -> u64 {
        self.samplers.load(Relaxed)
    }

    /// Ends all feeds, and opens none any more: the server stops.
    pub fn close(&self) {
        let mut shown = self.shown();
        shown.closed = true;
        for canvas in shown.pictures.values() {
            canvas.told.send_replace(None);
        }
        drop(shown);
        self.wake.notify_one();
    }

    /// The picture of this program, with one more who looks at it. The last to come starts what keeps it up, if nobody does.
    fn enter(&self, state: &Arc<State>, program: Option<ProgramId>) -> Result<(Arc<Canvas>, bool), Refusal> {
        let mut shown = self.shown();
        if shown.closed {
            return Err(overloaded());
        }
        let epoch = (shown.last_epoch + 1).max(wall_clock().0.unsigned_abs());
        let Shown { pictures, last_epoch, .. } = &mut *shown;
        let canvas = pictures.entry(program).or_insert_with(|| {
            *last_epoch = epoch;
            Arc::new(Canvas::new(program, epoch))
        });
        let canvas = Arc::clone(canvas);
        let is_old = canvas.enter();
        if is_old {
            self.wake.notify_one();
        }
        if !std::mem::replace(&mut shown.sampling, true) {
            sampler::start(state);
        }
        Ok((canvas, is_old))
    }

    /// Pictures that somebody looks at; none, and then nobody samples any more, when nobody looks at any.
    fn live(&self) -> Vec<Arc<Canvas>> {
        let mut shown = self.shown();
        let live: Vec<_> = shown.pictures.values().filter(|canvas| canvas.is_watched()).cloned().collect();
        if live.is_empty() || shown.closed {
            shown.sampling = false;
            return Vec::new();
        }
        live
    }

    /// Forgets pictures that nobody has looked at for long.
    fn forget_old(&self) {
        self.shown().pictures.retain(|_, canvas| !canvas.is_old());
    }

    /// The sampler has come to an unforeseen end: who watches must come again.
    fn fell(&self) {
        let mut shown = self.shown();
        shown.sampling = false;
        for canvas in std::mem::take(&mut shown.pictures).into_values() {
            canvas.told.send_replace(None);
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Canvas {
    fn new(program: Option<ProgramId>, epoch: u64) -> Self {
        let state = Looked { watchers: 0, wanted: false, left: Instant::now() };
        let (told, _) = tokio::sync::watch::channel(Some(0));
        Self { program, picture: Mutex::new(Picture::new(epoch)), told, state: Mutex::new(state) }
    }

    /// One more who looks at it. Returns whether it has to be brought up to date first.
    fn enter(&self) -> bool {
        let mut looked = self.looked();
        looked.watchers += 1;
        looked.wanted |= looked.watchers == 1;
        looked.wanted
    }

    /// One fewer.
    fn leave(&self) {
        let mut looked = self.looked();
        looked.watchers -= 1;
        looked.left = Instant::now();
    }

    fn is_watched(&self) -> bool {
        self.looked().watchers > 0
    }

    fn is_old(&self) -> bool {
        let looked = self.looked();
        looked.watchers == 0 && looked.left.elapsed() >= KEPT_FOR
    }

    /// Does somebody wait for it?
    fn is_wanted(&self) -> bool {
        self.looked().wanted
    }

    /// Tells all who look at it that there is something new.
    fn tell(&self, sequence: u64) {
        self.looked().wanted = false;
        self.told.send_if_modified(|told| {
            // A feed that is closed stays so.
            let is_open = told.is_some();
            if is_open {
                *told = Some(sequence);
            }
            is_open
        });
    }

    fn picture(&self) -> MutexGuard<'_, Picture> {
        self.picture.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn looked(&self) -> MutexGuard<'_, Looked> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody begins to watch: a program, or the server alone, going on after the event that is named if that is known here.
///
/// # Errors
/// [`Failure::Overloaded`] when there are [`WATCHERS_MAX`] already, and when the server stops.
pub async fn watch(state: &Arc<State>, program: Option<ProgramId>, last: Option<&str>) -> Result<Watch, Refusal> {
    let place = Place::take(state).ok_or_else(overloaded)?;
    let (canvas, is_old) = state.feed.enter(state, program)?;
    let mut told = canvas.told.subscribe();
    let looking = Looking { canvas, _place: place };
    if is_old {
        let seen = looking.canvas.picture().sequence();
        let fresh = told.wait_for(|now| now.is_none_or(|now| now > seen));
        tokio::time::timeout(FIRST_WAIT, fresh).await.ok().and_then(Result::ok).ok_or_else(overloaded)?;
    }
    let known = last.and_then(|id| looking.canvas.picture().named(id));
    let first = tokio::task::spawn_blocking(move || {
        let mut picture = looking.canvas.picture();
        let first = match known {
            Some(seen) => picture.after(seen),
            None => picture.whole(),
        };
        let sequence = picture.sequence();
        drop(picture);
        (first, sequence, looking)
    });
    let (first, sequence, looking) = first.await.map_err(|panicked| Failure::Broken(panicked.to_string()))?;
    Ok(Watch::new(looking, told, first, sequence))
}

/// Somebody looks at a picture, as long as this lives.
#[derive(Debug)]
struct Looking {
    canvas: Arc<Canvas>,
    _place: Place,
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.canvas.leave();
    }
}

/// A place among the readers, as long as this lives.
#[derive(Debug)]
struct Place(Weak<State>);

impl Place {
    fn take(state: &Arc<State>) -> Option<Self> {
        let taken = Self(Arc::downgrade(state));
        (state.feed.watchers.fetch_add(1, Relaxed) < WATCHERS_MAX).then_some(taken)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(state) = self.0.upgrade() {
            state.feed.watchers.fetch_sub(1, Relaxed);
        }
    }
}

fn overloaded() -> Refusal {
    Failure::Overloaded { retry_after_s: OVERLOAD_RETRY_S }.into()
}

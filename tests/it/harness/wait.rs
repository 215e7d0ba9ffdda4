//! Waiting for a condition, with a limit.
//! Must not be used to let time pass: only to see something happen.

use std::time::{Duration, Instant};

/// Longest wait of a test for anything: far above what a busy machine needs, far below a hanging build.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Returns once `holds` says so; panics with `what` when it has not within [`LIMIT`].
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    wait_for(what, || holds().then_some(()));
}

/// The first value that `look` sees; panics with `what` when there is none within [`LIMIT`].
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < LIMIT, "waited {LIMIT:?} for {what}");
        pause();
    }
}

/// Between two looks.
#[expect(clippy::disallowed_methods, reason = "the pause between two looks at a condition, and nothing else")]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(3));
}

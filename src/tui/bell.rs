//! A bell that wakes a screen which waits for keys: something came for it from elsewhere.
//! Must not carry what came.

use std::{
    io::{self, PipeReader, PipeWriter, Read as _, Write as _, pipe},
    os::fd::{AsFd, BorrowedFd},
    sync::atomic::{AtomicBool, Ordering},
};

/// A bell. It rings until it is silenced, however often it is rung.
#[derive(Debug)]
pub struct Bell {
    reader: PipeReader,
    writer: PipeWriter,
    /// A byte is in the pipe: there is never a second, so that ringing never waits.
    rings: AtomicBool,
}

impl Bell {
    /// A silent bell.
    ///
    /// # Errors
    /// When the system has no file left to open.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = pipe()?;
        Ok(Self { reader, writer, rings: AtomicBool::new(false) })
    }

    /// Rings. What the screen is to find must be there before.
    pub fn ring(&self) {
        if !self.rings.swap(true, Ordering::SeqCst) {
            // A pipe with room for the byte whose other end is ours: nothing can fail.
            let _ = (&self.writer).write(&[0]);
        }
    }

    /// Silences a bell that rings. What it rang for is to be looked at afterwards, not before.
    pub fn silence(&self) {
        let _ = (&self.reader).read(&mut [0]);
        self.rings.store(false, Ordering::SeqCst);
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn rings(bell: &Bell) -> bool {
        poll(&mut [PollFd::new(bell, PollFlags::IN)], Some(&Timespec::default())).unwrap() == 1
    }

    #[test]
    fn a_bell_rings_once_however_often_it_is_rung_and_again_after_it_was_silenced() {
        let bell = Bell::new().unwrap();
        assert!(!rings(&bell));
        for _ in 0..3 {
            // More often than the pipe has bytes: it must not wait.
            (0..100_000).for_each(|_| bell.ring());
            assert!(rings(&bell));
            bell.silence();
            assert!(!rings(&bell));
        }
    }
}

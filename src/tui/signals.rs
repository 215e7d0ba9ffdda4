//! Signals that a screen must hear, and those that it sends to its own process.
//! Must not end the process, nor signal any other.
//!
//! In raw mode Ctrl-C and Ctrl-Z are keys. A screen sends what they would have sent, so that whoever listens for
//! interrupts hears them the same way.

use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender},
    time::Duration,
};

use rustix::process::{Signal, getpid, kill_process};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};

use super::terminal::Screen;

/// Between two looks at whether the process goes on.
const LOOK: Duration = Duration::from_millis(100);

/// What a screen is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Give the terminal back and stop.
    Suspend,
    /// The process goes on: the terminal may hold anything.
    Resume,
    /// The process was asked to end; whoever runs it has heard, too.
    Stopping,
    /// Nothing more will come: close the screen.
    Close,
}

/// Listens until the task is aborted. A screen that does not listen loses hints rather than hold anybody up.
///
/// # Errors
/// When the system refuses.
pub fn listen(hints: SyncSender<Hint>) -> io::Result<JoinHandle<()>> {
    let on = |of: Signal| signal(SignalKind::from_raw(of.as_raw()));
    let (mut suspend, mut resume) = (on(Signal::TSTP)?, on(Signal::CONT)?);
    let (mut interrupt, mut terminate, mut hang_up) = (on(Signal::INT)?, on(Signal::TERM)?, on(Signal::HUP)?);
    Ok(tokio::spawn(async move {
        loop {
            let hint = tokio::select! {
                _ = suspend.recv() => Some(Hint::Suspend),
                _ = resume.recv() => Some(Hint::Resume),
                _ = interrupt.recv() => Some(Hint::Stopping),
                _ = terminate.recv() => Some(Hint::Stopping),
                _ = hang_up.recv() => None,
            };
            match hint {
                Some(hint) => drop(hints.try_send(hint)),
                // A terminal that is gone interrupts, as Ctrl-C on it would have.
                None => interrupt_ourselves(),
            }
        }
    }))
}

/// Gives the terminal back, stops the process, and takes the terminal again when it goes on. True when meanwhile a hint came
/// that ends the screen; the terminal stays given back then.
///
/// # Errors
/// When the terminal is gone.
pub fn suspend(screen: &mut Screen, hints: &Receiver<Hint>, ends: impl Fn(Hint) -> bool) -> io::Result<bool> {
    screen.leave();
    stop_ourselves();
    loop {
        match hints.recv_timeout(LOOK) {
            Ok(hint) if ends(hint) => return Ok(true),
            Ok(Hint::Resume) => break,
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(true),
        }
    }
    screen.enter_again()?;
    Ok(false)
}

/// What Ctrl-C sends.
pub fn interrupt_ourselves() {
    send(Signal::INT);
}

/// Stops the process until somebody continues it. The terminal must have been given back.
fn stop_ourselves() {
    // SIGTSTP is heard by `listen` and no longer stops by itself.
    send(Signal::STOP);
}

fn send(signal: Signal) {
    // Our own process is there and may be signalled: nothing can fail that could be mended.
    let _ = kill_process(getpid(), signal);
}

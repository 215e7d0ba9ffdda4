//! The loop of the live view: reads the run ten times a second, draws what changed, answers keys at once.
//! Must not hold anybody up who plays: it runs on a thread of its own, and only reads.

use std::{
    io,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, TryRecvError},
    },
    time::{Duration, Instant},
};

use super::{BenchState, Command, KEYS, Reading};
use crate::{
    bench::{floor::Pulse, rehearsal::Act},
    tui::{
        signals::{self, Hint},
        terminal::{Input, Screen},
    },
};

/// Between two readings.
const TICK: Duration = Duration::from_millis(100);

/// A run and what is going on in it. Shared between whoever plays and whoever watches.
#[derive(Debug)]
pub struct Stage {
    act: Mutex<Act>,
    pulse: Arc<Pulse>,
    since: Instant,
}

impl Stage {
    /// Before the stage is set.
    #[must_use]
    pub fn new(pulse: Arc<Pulse>) -> Self {
        Self { act: Mutex::new(Act::Staging), pulse, since: Instant::now() }
    }

    /// The run goes on to its next act.
    ///
    /// # Panics
    /// When somebody did while holding it.
    pub fn go_on(&self, act: Act) {
        *self.act.lock().expect("nobody panics while it is held") = act;
    }

    /// The act that is on.
    ///
    /// # Panics
    /// When somebody did while holding it.
    #[must_use]
    pub fn act(&self) -> Act {
        *self.act.lock().expect("nobody panics while it is held")
    }

    /// The counts of the run.
    #[must_use]
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// While the stage is set its own time counts, then that of the run.
    fn read(&self, state: &BenchState) -> Reading {
        let act = self.act();
        let since = if act == Act::Staging { Some(&self.since) } else { self.pulse.started.get() };
        let elapsed = since.map_or(Duration::ZERO, Instant::elapsed);
        Reading::take(&self.pulse, state.seen(), (act, elapsed))
    }
}

/// Takes the terminal and shows the run until told to close. Blocks.
///
/// # Errors
/// When the terminal is not there, or goes away.
pub fn show(mut state: BenchState, stage: &Stage, hints: &Receiver<Hint>) -> io::Result<()> {
    let mut screen = Screen::enter()?;
    loop {
        loop {
            match hints.try_recv() {
                Ok(Hint::Close) | Err(TryRecvError::Disconnected) => return Ok(()),
                Ok(Hint::Suspend) => {
                    if signals::suspend(&mut screen, hints, ends)? {
                        return Ok(());
                    }
                    state.touch();
                }
                Ok(Hint::Resume) => {
                    screen.enter_again()?;
                    state.touch();
                }
                Ok(Hint::Stopping) => state.obey(Command::Stop),
                Err(TryRecvError::Empty) => break,
            }
        }
        state.hear(stage.read(&state));
        draw(&mut screen, &mut state)?;
        let next = Instant::now() + TICK;
        while let Some(input) = screen.input_before(next)? {
            let command = match input {
                Input::Key(key) => KEYS.command(key),
                Input::Mouse(_) | Input::Paste(_) | Input::Redraw => None,
            };
            match command {
                Some(Command::Suspend) => {
                    if signals::suspend(&mut screen, hints, ends)? {
                        return Ok(());
                    }
                    state.touch();
                }
                Some(command) => {
                    state.obey(command);
                    if command == Command::Stop {
                        signals::interrupt_ourselves();
                    }
                }
                None => state.touch(),
            }
            draw(&mut screen, &mut state)?;
        }
    }
}

fn draw(screen: &mut Screen, state: &mut BenchState) -> io::Result<()> {
    if state.take_change() { screen.draw(|buf| state.draw(buf)) } else { Ok(()) }
}

/// Only whoever runs the bench closes its view: one that was stopped still has its run to show.
fn ends(hint: Hint) -> bool {
    hint == Hint::Close
}

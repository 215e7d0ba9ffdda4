//! Says on stderr how a run is going: one line that changes on a terminal, a line every few seconds elsewhere.
//! Must not reach stdout: that is the result's.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tpp::{
    bench::{floor::Pulse, rehearsal::Act},
    tui::bench_view::Stage,
};

/// Between two lines on a terminal.
const EVERY_ON_TERMINAL: Duration = Duration::from_millis(200);
/// Between two lines in a file.
const EVERY_IN_FILE: Duration = Duration::from_secs(5);

/// Tells until it is dropped.
#[derive(Debug)]
pub struct Lines(tokio::task::JoinHandle<()>);

impl Lines {
    /// Starts to tell.
    pub fn start(stage: Arc<Stage>) -> Self {
        let on_terminal = io::stderr().is_terminal();
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(if on_terminal { EVERY_ON_TERMINAL } else { EVERY_IN_FILE }).await;
                tell(&line(stage.act(), stage.pulse()), on_terminal);
            }
        }))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.0.abort();
        if io::stderr().is_terminal() {
            tell("", true);
        }
    }
}

fn line(act: Act, pulse: &Pulse) -> String {
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    match act {
        Act::Staging => "setting the stage: program and accounts".to_owned(),
        Act::Settling => "waiting until the queue is empty and short holds have ended".to_owned(),
        Act::Auditing => "looking at the laws".to_owned(),
        Act::Playing(buyers) => format!(
            "{} of {buyers} buyers came, {} left; {} orders, {} paid, {} told sold out, {} refused, {} without an answer",
            count(&pulse.released),
            count(&pulse.left),
            count(&pulse.placed),
            count(&pulse.paid),
            count(&pulse.sold_out),
            count(&pulse.rejected),
            count(&pulse.failed),
        ),
    }
}

fn tell(line: &str, on_terminal: bool) {
    let mut out = io::stderr().lock();
    // A closed stderr is nobody's problem.
    let _ =
        if on_terminal { write!(out, "\r\x1b[2K{line}").and_then(|()| out.flush()) } else { writeln!(out, "{line}") };
}

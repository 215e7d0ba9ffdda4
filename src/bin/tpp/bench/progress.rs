//! Says on stderr how a run is going: one line that changes on a terminal, a line every few seconds elsewhere.
//! Must not reach stdout: that is the result's.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tpp::bench::{floor::Pulse, rehearsal::Act};

/// Between two lines on a terminal.
const EVERY_ON_TERMINAL: Duration = Duration::from_millis(200);
/// Between two lines in a file.
const EVERY_IN_FILE: Duration = Duration::from_secs(5);

/// Watches a run until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    act: Arc<Mutex<Act>>,
    task: tokio::task::JoinHandle<()>,
}

impl Watcher {
    /// Starts to watch.
    pub fn start(pulse: Arc<Pulse>) -> Self {
        let act = Arc::new(Mutex::new(Act::Staging));
        let watched = act.clone();
        let on_terminal = io::stderr().is_terminal();
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(if on_terminal { EVERY_ON_TERMINAL } else { EVERY_IN_FILE }).await;
                let act = *watched.lock().expect("nobody panics while it is held");
                tell(&line(act, &pulse), on_terminal);
            }
        });
        Self { act, task }
    }

    /// The run goes on to its next act.
    pub fn act(&self, act: Act) {
        *self.act.lock().expect("nobody panics while it is held") = act;
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
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

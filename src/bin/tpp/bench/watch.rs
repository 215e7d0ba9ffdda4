//! Who watches a run: a live view where there is a terminal for it, lines on stderr elsewhere.
//! Must not reach stdout: that is the result's.

use std::{
    io::{self, IsTerminal as _},
    sync::{
        Arc,
        mpsc::{self, SyncSender},
    },
    thread,
    time::Duration,
};

use clap::Args;
use tpp::{
    bench::{floor::Pulse, rehearsal::Act},
    tui::{
        bench_view::{self, BenchState, Stage, Subject},
        signals::{self, Hint},
        theme::Theme,
    },
};

use super::progress::Lines;
use crate::output;

/// How long the view may take to give the terminal back: it looks ten times a second, and a report is worth more.
const CLOSED_WITHIN: Duration = Duration::from_secs(5);
/// Signals that may wait for the view; it looks ten times a second.
const HINTS_MAX: usize = 16;

/// Flags.
#[derive(Debug, Args)]
#[command(next_help_heading = "While it plays")]
pub struct WatchArgs {
    /// Say how the run is going in plain lines, even on a terminal
    #[arg(long, env = "TPP_NO_TUI", value_parser = clap::builder::FalseyValueParser::new())]
    no_tui: bool,
    /// Colours of the live view: normal, safe (for every eye) or mono; mono when NO_COLOR is set
    #[arg(long, env = "TPP_THEME", value_name = "THEME", value_parser = theme)]
    theme: Option<Theme>,
    /// Read from the environment as every program does.
    #[arg(long = "env-no-color", env = "NO_COLOR", hide = true)]
    no_color: Option<String>,
    /// Read from the environment as every program does.
    #[arg(long = "env-term", env = "TERM", hide = true)]
    term: Option<String>,
    /// Read from the environment as every program does.
    #[arg(long = "env-ci", env = "CI", hide = true)]
    ci: Option<String>,
}

impl WatchArgs {
    /// How a run of this subject is watched. A live view needs a terminal at all three ends, and a result for people.
    pub fn watched(&self, subject: Subject, for_people: bool) -> Watched {
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal();
        let no_color = self.no_color.as_deref().is_some_and(|value| !value.is_empty());
        let theme = self.theme.unwrap_or(if no_color { Theme::Mono } else { Theme::Normal });
        Watched { live: terminal && for_people && self.allows_a_view(), theme, subject }
    }

    fn allows_a_view(&self) -> bool {
        let in_ci = self.ci.as_deref().is_some_and(|value| !["", "0", "false"].contains(&value));
        let dumb = self.term.as_deref().is_none_or(|term| ["", "dumb"].contains(&term));
        !self.no_tui && !in_ci && !dumb
    }
}

fn theme(word: &str) -> Result<Theme, String> {
    let found = Theme::ALL.into_iter().find(|theme| theme.word() == word);
    found.ok_or_else(|| format!("a theme is {}", Theme::ALL.map(Theme::word).join(", ")))
}

/// How a run is going to be watched.
#[derive(Debug, Clone)]
pub struct Watched {
    live: bool,
    theme: Theme,
    subject: Subject,
}

/// Watches a run until it is dropped; then the terminal is as it was.
#[derive(Debug)]
pub struct Watcher {
    stage: Arc<Stage>,
    /// Drop order does not matter: each ends by itself.
    _watching: Watching,
}

#[derive(Debug)]
enum Watching {
    Lines { _lines: Lines },
    Live { _view: View },
}

impl Watcher {
    /// Starts to watch. Where the live view cannot be had, there are lines.
    pub fn start(pulse: Arc<Pulse>, watched: Watched) -> Self {
        let stage = Arc::new(Stage::new(pulse));
        let view = if watched.live { View::open(&stage, watched).ok() } else { None };
        let watching = match view {
            Some(view) => Watching::Live { _view: view },
            None => Watching::Lines { _lines: Lines::start(stage.clone()) },
        };
        Self { stage, _watching: watching }
    }

    /// The run goes on to its next act.
    pub fn act(&self, act: Act) {
        self.stage.go_on(act);
    }
}

/// The live view on its thread.
#[derive(Debug)]
struct View {
    hints: SyncSender<Hint>,
    listening: tokio::task::JoinHandle<()>,
    /// What came of it, when it has ended.
    ended: mpsc::Receiver<io::Result<()>>,
}

impl View {
    fn open(stage: &Arc<Stage>, watched: Watched) -> io::Result<Self> {
        let (hints, heard) = mpsc::sync_channel(HINTS_MAX);
        let listening = signals::listen(hints.clone())?;
        let state = BenchState::new(watched.subject, watched.theme);
        let stage = stage.clone();
        let (over, ended) = mpsc::sync_channel(1);
        let show = move || over.send(bench_view::show(state, &stage, &heard)).unwrap_or(());
        thread::Builder::new().name("view".to_owned()).spawn(show).inspect_err(|_| listening.abort())?;
        Ok(Self { hints, listening, ended })
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.listening.abort();
        // A view that has ended does not hear this, and need not.
        let _ = self.hints.send(Hint::Close);
        // A view that panicked has given the terminal back and said so; the run goes on without it.
        if let Ok(Err(error)) = self.ended.recv_timeout(CLOSED_WITHIN) {
            output::note(&format!("tpp: the live view ended early: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(no_tui: bool, term: Option<&str>, ci: Option<&str>) -> WatchArgs {
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        WatchArgs { no_tui, theme: None, no_color: None, term: owned(term), ci: owned(ci) }
    }

    #[test]
    fn a_view_needs_a_terminal_that_can_and_nobody_who_says_no() {
        assert!(args(false, Some("xterm"), None).allows_a_view());
        assert!(args(false, Some("xterm"), Some("false")).allows_a_view());
        for no in [
            args(true, Some("xterm"), None),
            args(false, Some("dumb"), None),
            args(false, None, None),
            args(false, Some("xterm"), Some("true")),
        ] {
            assert!(!no.allows_a_view(), "{no:?}");
        }
    }

    #[test]
    fn no_color_asks_for_mono_and_a_flag_outranks_it() {
        let no_color = WatchArgs { no_color: Some("1".to_owned()), ..args(false, None, None) };
        assert_eq!(no_color.watched(Subject::default(), true).theme, Theme::Mono);
        let both = WatchArgs { theme: Some(Theme::Safe), ..no_color };
        assert_eq!(both.watched(Subject::default(), true).theme, Theme::Safe);
    }
}

//! The live view in a real terminal: it comes, it answers keys, and the terminal is as it was afterwards.
//! Must not reach any tmux but one of its own, nor signal anything but the program it started.

use std::{fs, ops::Deref, path::Path};

use crate::harness::{Terminal, wait_until};

/// A minute of a few buyers: long enough to be stopped, whatever the machine is busy with.
const SCENARIO: &str = r#"
name = "watched"
about = "a few buyers for a minute"
connections = 4

[dataset]
accounts = 600
categories = [{ name = "内场", price = "100", rows = 20, seats_per_row = 50 }]

[[phases]]
arrival = "constant"
rate = 10
duration = "60s"

[[buyers]]
name = "buyer"
quantity = { 1 = 100 }
pays = 0.5
"#;

/// A terminal in which a bench is watched.
struct Watching(Terminal);

impl Deref for Watching {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.0
    }
}

impl Watching {
    fn open() -> Self {
        let terminal = Terminal::open();
        fs::write(terminal.path("watched.toml"), SCENARIO).unwrap();
        Self(terminal)
    }

    /// Plays the scenario in the foreground, with its process id in a file.
    fn plays(&self) {
        let tpp = Path::new(env!("CARGO_BIN_EXE_tpp")).display();
        let bench = format!("{tpp} bench ./watched.toml --version 3 --no-ceiling");
        self.runs(&bench);
        self.shows(" playing ");
        assert!(self.is_taken());
    }

    /// The run ended as an interrupted one, told what was played, and left no trace.
    #[track_caller]
    fn ended_with_a_report(&self) {
        self.shows("code=130");
        let screen = self.screen();
        assert!(screen.contains("INTERRUPTED: watched v3") && screen.contains("audit"), "no report in\n{screen}");
        self.is_as_it_was();
    }
}

#[test]
fn keys_are_answered_and_q_ends_with_a_report() {
    let terminal = Watching::open();
    terminal.plays();
    for words in ["watched v3", "Seats", "Arrivals", "Latency now", "q stop"] {
        terminal.shows(words);
    }
    terminal.presses("?");
    terminal.shows("back to the shell; fg returns");
    terminal.presses("Escape");
    wait_until("the help to go", || !terminal.screen().contains("back to the shell"));
    terminal.presses("p");
    terminal.shows("FROZEN");
    terminal.presses("p");
    wait_until("the picture to move", || !terminal.screen().contains("FROZEN"));
    terminal.presses("q");
    terminal.ended_with_a_report();
}

#[test]
fn ctrl_c_ends_with_a_report() {
    let terminal = Watching::open();
    terminal.plays();
    terminal.presses("C-c");
    terminal.ended_with_a_report();
}

#[test]
fn signals_end_with_a_report_and_give_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let terminal = Watching::open();
        terminal.plays();
        terminal.signals(signal);
        terminal.ended_with_a_report();
    }
}

#[test]
fn a_terminal_that_goes_away_ends_the_run() {
    let terminal = Watching::open();
    terminal.plays();
    let pid = fs::read_to_string(terminal.path("pid")).unwrap();
    let there = Path::new("/proc").join(pid.trim());
    assert!(there.exists());
    terminal.tmux(&["kill-server"]);
    wait_until("the bench to end", || !there.exists());
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let terminal = Watching::open();
    terminal.plays();
    for suspend in ["key", "signal"] {
        if suspend == "key" {
            terminal.presses("C-z")
        } else {
            terminal.signals("TSTP")
        }
        terminal.shows("Stopped");
        terminal.is_as_it_was();
        terminal.types("fg");
        wait_until("the view to come back", || terminal.is_taken());
        terminal.shows("Latency now");
    }
    terminal.presses("q");
    wait_until("the screen to be given back", || !terminal.is_taken());
    terminal.shows("audit");
    terminal.is_as_it_was();
}

#[test]
fn without_a_view_there_are_lines() {
    let terminal = Watching::open();
    let tpp = Path::new(env!("CARGO_BIN_EXE_tpp")).display();
    for plain in ["--no-tui", "--output json", "--env-term dumb"] {
        terminal.types(&format!("{tpp} bench ./watched.toml --version 3 --no-ceiling {plain}; echo code=$?"));
        terminal.shows("buyers came");
        assert!(!terminal.is_taken());
        terminal.presses("C-c");
        terminal.shows("code=130");
        terminal.is_as_it_was();
        wait_until("an empty screen", || !terminal.tmux(&["capture-pane", "-p"]).contains("code=130"));
        terminal.tmux(&["clear-history"]);
    }
}

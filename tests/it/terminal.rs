//! The live view in a real terminal: it comes, it answers keys, and the terminal is as it was afterwards.
//! Must not reach any tmux but one of its own, nor signal anything but the program it started.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::harness::wait::{wait_for, wait_until};

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

/// A shell in a tmux of its own.
struct Terminal {
    folder: tempfile::TempDir,
}

impl Terminal {
    /// Starts a shell of 80 by 24 and remembers how its terminal is set.
    fn open() -> Self {
        let terminal = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(terminal.path("watched.toml"), SCENARIO).unwrap();
        terminal.tmux(&["new-session", "-d", "-x", "80", "-y", "24", "env PS1='$ ' bash --norc --noprofile"]);
        terminal.types(&format!("cd {}", terminal.folder.path().display()));
        terminal.types("stty -a > before; echo ready=$?");
        terminal.shows("ready=0");
        terminal
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tmux(&self, words: &[&str]) -> String {
        let mut command = Command::new("tmux");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("TPP_") || ["CI", "NO_COLOR", "TMUX"].contains(&&*name) {
                command.env_remove(&*name);
            }
        }
        command.arg("-S").arg(self.path("s")).args(["-f", "/dev/null"]).args(words);
        let Output { status, stdout, stderr } =
            command.output().expect("tmux is not on PATH and this test needs a real terminal: run scripts/test");
        assert!(status.success(), "tmux {words:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8_lossy(&stdout).trim_end().to_owned()
    }

    /// A line, and Enter.
    fn types(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.presses("Enter");
    }

    fn presses(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// Plays the scenario in the foreground, with its process id in a file.
    fn plays(&self) {
        let tpp = Path::new(env!("CARGO_BIN_EXE_tpp")).display();
        let bench = format!("{tpp} bench ./watched.toml --version 3 --no-ceiling");
        self.types(&format!("sh -c 'echo $$ > pid; exec {bench}'; echo code=$?"));
        self.shows(" playing ");
        assert!(self.is_taken());
    }

    #[track_caller]
    fn shows(&self, words: &str) {
        wait_until(&format!("{words:?} on the screen"), || self.screen().contains(words));
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-S", "-200"])
    }

    fn is_taken(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on}"]) == "1"
    }

    /// The shell's own screen, a visible cursor, and every setting as before.
    #[track_caller]
    fn is_as_it_was(&self) {
        assert!(!self.is_taken(), "the other screen is still on");
        assert_eq!(self.tmux(&["display-message", "-p", "#{cursor_flag}"]), "1", "the cursor is hidden");
        self.types("stty -a > after; echo looked=$?");
        self.shows("looked=0");
        let read = |name| fs::read_to_string(self.path(name)).unwrap();
        assert_eq!(read("after"), read("before"));
        self.types("clear");
    }

    fn signals(&self, signal: &str) {
        let pid = wait_for("the process id", || {
            let text = fs::read_to_string(self.path("pid")).ok()?;
            text.trim().parse::<u32>().ok()
        });
        let status = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status().unwrap();
        assert!(status.success());
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

impl Drop for Terminal {
    fn drop(&mut self) {
        // Its shell and the program in it hear that their terminal is gone.
        let _ = Command::new("tmux").arg("-S").arg(self.path("s")).arg("kill-server").status();
    }
}

#[test]
fn keys_are_answered_and_q_ends_with_a_report() {
    let terminal = Terminal::open();
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
    let terminal = Terminal::open();
    terminal.plays();
    terminal.presses("C-c");
    terminal.ended_with_a_report();
}

#[test]
fn signals_end_with_a_report_and_give_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let terminal = Terminal::open();
        terminal.plays();
        terminal.signals(signal);
        terminal.ended_with_a_report();
    }
}

#[test]
fn a_terminal_that_goes_away_ends_the_run() {
    let terminal = Terminal::open();
    terminal.plays();
    let pid = fs::read_to_string(terminal.path("pid")).unwrap();
    let there = Path::new("/proc").join(pid.trim());
    assert!(there.exists());
    terminal.tmux(&["kill-server"]);
    wait_until("the bench to end", || !there.exists());
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let terminal = Terminal::open();
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
    let terminal = Terminal::open();
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

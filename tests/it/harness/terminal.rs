//! A shell in a real terminal: a tmux of the test's own.
//! Must not reach any other tmux, nor signal anything but the program it started.

use std::{
    cell::RefCell,
    fs,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    process::{Command, Output},
};

use super::wait::{wait_for, wait_until};

/// A shell in a tmux of its own.
#[derive(Debug)]
pub struct Terminal {
    folder: tempfile::TempDir,
}

impl Terminal {
    /// Starts a shell of 80 by 24 and remembers how its terminal is set.
    pub fn open() -> Self {
        Self::of(80, 24)
    }

    /// The same of another size.
    pub fn of(columns: u16, rows: u16) -> Self {
        let terminal = Self { folder: tempfile::tempdir().unwrap() };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let shell = "env PS1='$ ' LANG=C.UTF-8 bash --norc --noprofile";
        terminal.tmux(&["new-session", "-d", "-x", &columns, "-y", &rows, shell]);
        terminal.types(&format!("cd {}", terminal.folder.path().display()));
        terminal.types("stty -a > before; echo ready=$?");
        terminal.shows("ready=0");
        terminal
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn tmux(&self, words: &[&str]) -> String {
        let mut command = Command::new("tmux");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("TPP_") || ["CI", "NO_COLOR", "TMUX", "LC_ALL", "LC_MESSAGES"].contains(&&*name) {
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
    pub fn types(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.presses("Enter");
    }

    pub fn presses(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    #[track_caller]
    pub fn shows(&self, words: &str) {
        let last = RefCell::new(String::new());
        let waited = panic::catch_unwind(AssertUnwindSafe(|| {
            wait_until(&format!("{words:?} on the screen"), || {
                *last.borrow_mut() = self.screen();
                last.borrow().contains(words)
            });
        }));
        assert!(waited.is_ok(), "{words:?} is not on the screen:\n{}", last.borrow());
    }

    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-S", "-200"])
    }

    pub fn is_taken(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on}"]) == "1"
    }

    /// The shell's own screen, a visible cursor, and every setting as before.
    #[track_caller]
    pub fn is_as_it_was(&self) {
        assert!(!self.is_taken(), "the other screen is still on");
        assert_eq!(self.tmux(&["display-message", "-p", "#{cursor_flag}"]), "1", "the cursor is hidden");
        self.types("stty -a > after; echo looked=$?");
        self.shows("looked=0");
        let read = |name| fs::read_to_string(self.path(name)).unwrap();
        assert_eq!(read("after"), read("before"));
        self.types("clear");
    }

    /// Runs a command in the foreground, with its process id in a file, and says with which code it ended.
    pub fn runs(&self, command: &str) {
        self.types(&format!("sh -c 'echo $$ > pid; exec {command}'; echo code=$?"));
    }

    /// The pane's rows as they are seen now.
    pub fn pane(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// The process that [`Self::runs`] started.
    pub fn pid(&self) -> u32 {
        wait_for("the process id", || {
            let text = fs::read_to_string(self.path("pid")).ok()?;
            text.trim().parse::<u32>().ok()
        })
    }

    pub fn signals(&self, signal: &str) {
        let pid = self.pid();
        let status = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Its shell and the program in it hear that their terminal is gone.
        let _ = Command::new("tmux").arg("-S").arg(self.path("s")).arg("kill-server").status();
    }
}

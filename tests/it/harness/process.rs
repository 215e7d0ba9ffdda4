//! A child process of a test: its first line, its stderr, its signals.
//! Must not signal any process but its own child.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use super::wait::wait_for;

/// How long a server may take until it is ready: recovery of a large ledger included.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// A child that ends with the test at the latest: its stdin ends when the test does, and it is killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stderr: Arc<Mutex<String>>,
}

impl Process {
    /// Starts a command whose settings come from its arguments only, not from variables of whoever runs the tests.
    pub fn start(command: &mut Command) -> Self {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TPP_") {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
        let stderr = Arc::default();
        drain(child.stderr.take().expect("stderr is piped"), Arc::clone(&stderr));
        Self { child, stderr }
    }

    /// The first line of stdout; whatever follows is read and dropped, so that the child never waits for us.
    #[track_caller]
    pub fn first_line(&mut self) -> String {
        let mut stdout = BufReader::new(self.child.stdout.take().expect("the first line is read once"));
        let (says, hears) = mpsc::sync_channel(1);
        thread::spawn(move || {
            let mut line = String::new();
            let _ = stdout.read_line(&mut line);
            let _ = says.send(line.trim_end().to_owned());
            let _ = io::copy(&mut stdout, &mut io::sink());
        });
        let line = hears.recv_timeout(READY_LIMIT).unwrap_or_default();
        assert!(!line.is_empty(), "the child said nothing on stdout; on stderr:\n{}", self.stderr());
        line
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said on stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// `kill -SIGNAL` of this child.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill").arg(format!("-{signal}")).arg(self.pid().to_string()).status();
        assert!(status.expect("kill is on every machine").success(), "cannot send {signal} to our own child");
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        wait_for("the child to end", || self.child.try_wait().expect("the child is ours"))
    }

    /// Ends its stdin, as the end of whoever started it would.
    pub fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Has it ended?
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn drain(mut from: impl Read + Send + 'static, into: Arc<Mutex<String>>) {
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut chunk) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..read]));
        }
    });
}

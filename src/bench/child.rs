//! A server of our own for the length of a run: a child process, in a private folder that goes away with it.
//! Must not outlive whoever started it: the child ends when its standard input closes.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a child may take to say where it listens: loading a large hall is the slowest.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a child may take to end once it was asked to.
const END_TIMEOUT: Duration = Duration::from_secs(15);
/// Lines of the child that may wait for us: the first one matters, the last word is that there are no more.
const LINES_WAITING: usize = 1;
/// Lines of the child's log that are shown when it fails.
const LOG_LINES: usize = 15;

/// A folder that is removed with its content when dropped, unless kept.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    kept: bool,
}

impl PrivateFolder {
    /// Makes one among the temporary files, for this user only.
    ///
    /// # Errors
    /// The file system's.
    pub fn make() -> io::Result<Self> {
        let stamp = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let path = std::env::temp_dir().join(format!("tpp-bench-{}-{stamp:x}", std::process::id()));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self { path, kept: false })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it in place.
    pub const fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if !self.kept {
            // Nobody is left to tell; the folder lies among the temporary files.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A running child.
#[derive(Debug)]
pub struct ServerChild {
    process: Child,
    input: Option<ChildStdin>,
    /// Says nothing after the first line, and is disconnected when the child's output ends.
    said: mpsc::Receiver<String>,
    url: String,
}

/// What to start.
#[derive(Debug)]
pub struct Start<'a> {
    /// The program.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Added to its environment.
    pub environment: Vec<(&'a str, String)>,
    /// Where its log goes.
    pub log: PathBuf,
}

impl ServerChild {
    /// Starts a program that says `… listening on http://HOST:PORT` in its first line and ends when its input closes.
    ///
    /// # Errors
    /// When it ends or says something else; with the end of its log.
    pub fn start(start: Start<'_>) -> io::Result<Self> {
        let mut command = Command::new(start.program);
        command.args(&start.arguments).envs(start.environment).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(File::create(&start.log)?);
        // Its own group, so that Ctrl-C reaches us alone and the run can still be read to its end.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn()?;
        let output = process.stdout.take().expect("its output is piped");
        let input = process.stdin.take();
        let said = first_line_of(output);
        let first = said.recv_timeout(START_TIMEOUT).ok();
        let mut child = Self { process, input, said, url: String::new() };
        match first.as_deref().and_then(address_in) {
            Some(url) => {
                child.url = url.to_owned();
                Ok(child)
            }
            None => {
                let status = child.end();
                let log = tail(&start.log);
                Err(io::Error::other(format!("the server did not start ({status:?}); the end of its log:\n{log}")))
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Is it running still?
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Asks it to end, waits, and ends it by force when it does not.
    ///
    /// # Errors
    /// The operating system's.
    pub fn end(&mut self) -> io::Result<ExitStatus> {
        drop(self.input.take());
        // Its output ends with it, at the latest.
        if self.said.recv_timeout(END_TIMEOUT) == Err(mpsc::RecvTimeoutError::Timeout) {
            self.process.kill()?;
        }
        self.process.wait()
    }
}

impl Drop for ServerChild {
    fn drop(&mut self) {
        // A child that cannot be ended has ended already.
        let _ = self.end();
    }
}

/// The first line; the rest is read and dropped so that the child never waits for us.
fn first_line_of(output: impl io::Read + Send + 'static) -> mpsc::Receiver<String> {
    let (says, said) = mpsc::sync_channel(LINES_WAITING);
    thread::spawn(move || {
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        if let Some(first) = lines.next() {
            // Nobody listens any more when the start took too long.
            let _ = says.send(first);
        }
        lines.for_each(drop);
        drop(says);
    });
    said
}

fn address_in(line: &str) -> Option<&str> {
    let at = line.find("http://")?;
    line[at..].split_whitespace().next()
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, folder: &PrivateFolder) -> io::Result<ServerChild> {
        ServerChild::start(Start {
            program: Path::new("/bin/sh"),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("GREETING", "tpp serve listening on http://127.0.0.1:1234".to_owned())],
            log: folder.path().join("log"),
        })
    }

    #[test]
    fn a_child_says_where_it_listens_and_ends_with_its_input() {
        let folder = PrivateFolder::make().unwrap();
        let mut child = shell("echo $GREETING; cat; exit 3", &folder).unwrap();
        assert_eq!(child.url(), "http://127.0.0.1:1234");
        assert!(child.is_running());
        assert_eq!(child.end().unwrap().code(), Some(3));
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_child_that_does_not_start_shows_its_log() {
        let folder = PrivateFolder::make().unwrap();
        let error = shell("echo the disk is full >&2; exit 1", &folder).unwrap_err();
        assert!(error.to_string().contains("the disk is full"), "{error}");
    }
}

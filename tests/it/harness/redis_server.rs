//! A `redis-server` of a test's own, on a unix socket, with an append-only file.
//! Must not reach any Redis that the test did not start.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{process::Process, wait::wait_until};

/// A running Redis; it ends with the test.
#[derive(Debug)]
pub struct RedisServer {
    folder: PathBuf,
    process: Process,
}

impl RedisServer {
    /// Starts one with its files in `folder`, or starts it again on the files that are there.
    pub fn start(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let socket = folder.join("s");
        let _ = std::fs::remove_file(&socket);
        assert!(is_installed(), "redis-server is not on PATH and this test needs a real one: run scripts/test");
        let mut command = Command::new("redis-server");
        command.arg("--dir").arg(folder).arg("--unixsocket").arg(&socket);
        command.args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]);
        let server = Self { folder: folder.to_owned(), process: Process::start(&mut command) };
        wait_until("redis-server to answer", || server.try_command(&["PING"]).is_ok_and(|reply| reply == "+PONG"));
        server
    }

    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.join("s").display())
    }

    /// Where its files are.
    pub fn folder(&self) -> PathBuf {
        self.folder.clone()
    }

    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Sends one command; the first line of the reply, or for a bulk string its text.
    #[track_caller]
    pub fn command(&self, words: &[&str]) -> String {
        self.try_command(words).unwrap_or_else(|e| panic!("{words:?}: {e}"))
    }

    /// # Errors
    /// When Redis is not there.
    pub fn try_command(&self, words: &[&str]) -> std::io::Result<String> {
        let mut stream = UnixStream::connect(self.folder.join("s"))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        stream.write_all(request.as_bytes())?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_owned();
        let Some(length) = line.strip_prefix('$').and_then(|n| n.parse::<usize>().ok()) else { return Ok(line) };
        let mut bulk = vec![0; length];
        reader.read_exact(&mut bulk)?;
        Ok(String::from_utf8_lossy(&bulk).into_owned())
    }

    /// `kill -9`, then the same files again on the same socket.
    pub fn kill_and_start_again(&mut self) {
        self.process.kill();
        self.start_again();
    }

    /// After its end: the files that are there, on the same socket.
    pub fn start_again(&mut self) {
        *self = Self::start(&self.folder.clone());
    }
}

/// Asked once a process: `redis-server --version` works.
fn is_installed() -> bool {
    Command::new("redis-server").arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_redis_of_a_test_keeps_its_files_over_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut redis = RedisServer::start(folder.path());
    assert_eq!(redis.command(&["CONFIG", "SET", "appendfsync", "always"]), "+OK");
    assert_eq!(redis.command(&["SET", "seat", "42"]), "+OK");
    redis.kill_and_start_again();
    assert_eq!(redis.command(&["GET", "seat"]), "42");
    assert_eq!(redis.command(&["FLUSHALL"]), "+OK");
    assert_eq!(redis.command(&["DBSIZE"]), ":0");
}

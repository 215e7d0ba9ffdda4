//! A private `redis-server` in the data folder: append-only file, unix socket, no port.
//! Must not touch a Redis that serves another folder.

use std::{
    fs::File,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

use crate::inventory::Unavailable;

/// Longest path of a unix socket: 108 bytes with the closing zero, on Linux.
const SOCKET_PATH_BYTES_MAX: usize = 107;
/// Longest wait until it answers: it reads its append-only file first.
const START_WAIT: Duration = Duration::from_secs(60);
/// Longest wait until it has written what it must and is gone.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);
/// Longest wait for one answer.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// A running private server; killed when dropped, stopped in good order by [`Managed::stop`].
#[derive(Debug)]
pub struct Managed {
    child: Child,
    pid: u32,
    folder: PathBuf,
    socket: PathBuf,
}

impl Managed {
    /// Starts `redis-server` from PATH with its files in `folder` and waits until it answers. A server of the same
    /// folder that outlived its owner is stopped first; so nobody else may be using the folder.
    ///
    /// # Errors
    /// When there is no `redis-server` (says how to install it), or it does not come up.
    pub async fn start(folder: &Path) -> Result<Self, Unavailable> {
        let folder = prepared(folder)?;
        let socket = socket_of(&folder)?;
        stop_orphan(&folder, &socket).await?;
        let child = spawn(&folder, &socket)?;
        let pid = child.id().unwrap_or_default();
        let mut managed = Self { child, pid, folder, socket };
        managed.wait_until_up().await?;
        Ok(managed)
    }

    /// `redis+unix://…` of its socket.
    #[must_use]
    pub fn url(&self) -> String {
        url_of(&self.socket)
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Is the process still there?
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Starts it again after it died, in the same folder and on the same socket. Does nothing while it runs.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn revive(&mut self) -> Result<(), Unavailable> {
        if !self.is_running() {
            *self = Self::start(&self.folder).await?;
        }
        Ok(())
    }

    /// Asks it to save and stop, and waits.
    pub async fn stop(mut self) {
        if let Ok(mut connection) = connect(&self.socket).await {
            // It answers by closing the connection.
            let _ = redis::cmd("SHUTDOWN").exec_async(&mut connection).await;
        }
        if timeout(STOP_WAIT, self.child.wait()).await.is_err() {
            tracing::warn!(pid = self.pid, "redis-server did not stop when asked; killing it");
            let _ = self.child.kill().await;
        }
    }

    async fn wait_until_up(&mut self) -> Result<(), Unavailable> {
        let until = Instant::now() + START_WAIT;
        while Instant::now() < until {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(refuse(format!("redis-server ended with {status}{}", last_words(&self.folder))));
            }
            if let Ok(mut connection) = connect(&self.socket).await
                && redis::cmd("PING").exec_async(&mut connection).await.is_ok()
            {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
        Err(refuse(format!("redis-server did not answer within {START_WAIT:?}{}", last_words(&self.folder))))
    }
}

fn prepared(folder: &Path) -> Result<PathBuf, Unavailable> {
    std::fs::create_dir_all(folder)
        .and_then(|()| folder.canonicalize())
        .map_err(|e| refuse(format!("cannot use the folder {}: {e}", folder.display())))
}

/// In the folder; or, when that path is too long for a socket, in the temporary folder under a name made from it.
fn socket_of(folder: &Path) -> Result<PathBuf, Unavailable> {
    let name = BuildHasherDefault::<DefaultHasher>::default().hash_one(folder);
    let choices = [folder.join("redis.sock"), std::env::temp_dir().join(format!("tpp-{name:016x}.sock"))];
    choices.into_iter().find(|path| path.as_os_str().len() <= SOCKET_PATH_BYTES_MAX).ok_or_else(|| {
        refuse(format!(
            "the path {} is too long for a unix socket (at most {SOCKET_PATH_BYTES_MAX} bytes), and so is the \
             temporary folder; choose a shorter data folder",
            folder.display()
        ))
    })
}

fn spawn(folder: &Path, socket: &Path) -> Result<Child, Unavailable> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(log_of(folder))
        .map_err(|e| refuse(format!("cannot write to the folder {}: {e}", folder.display())))?;
    let errors = log.try_clone().map_err(|e| refuse(format!("cannot share the log file: {e}")))?;
    Command::new("redis-server")
        .args(["--port", "0", "--unixsocketperm", "700", "--appendonly", "yes", "--appendfsync", "everysec"])
        .args(["--save", "", "--daemonize", "no"])
        .arg("--unixsocket")
        .arg(socket)
        .arg("--dir")
        .arg(folder)
        .arg("--pidfile")
        .arg(folder.join("redis.pid"))
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| refuse(not_started(&e)))
}

fn not_started(error: &std::io::Error) -> String {
    if error.kind() == ErrorKind::NotFound {
        "there is no redis-server on PATH; install it (apt-get install redis-server, or brew install redis), give the \
         URL of a running Redis, or use the inventory in process"
            .to_owned()
    } else {
        format!("redis-server could not be started: {error}")
    }
}

/// A server whose owner was killed still holds the append-only file.
async fn stop_orphan(folder: &Path, socket: &Path) -> Result<(), Unavailable> {
    let Ok(mut orphan) = connect(socket).await else { return Ok(()) };
    let (_, served): (String, String) =
        redis::cmd("CONFIG").arg("GET").arg("dir").query_async(&mut orphan).await.map_err(|e| {
            refuse(format!("something answers at {} and does not say what it is: {e}", socket.display()))
        })?;
    if Path::new(&served) != folder {
        return Err(refuse(format!("the Redis at {} serves {served} and is not ours", socket.display())));
    }
    tracing::warn!(folder = served, "stopping a redis-server that outlived its owner");
    let _ = redis::cmd("SHUTDOWN").exec_async(&mut orphan).await;
    let until = Instant::now() + STOP_WAIT;
    while connect(socket).await.is_ok() {
        if Instant::now() >= until {
            return Err(refuse(format!("an old redis-server of {} does not stop; stop it first", folder.display())));
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

async fn connect(socket: &Path) -> redis::RedisResult<MultiplexedConnection> {
    let settings =
        AsyncConnectionConfig::new().set_connection_timeout(Some(ANSWER_WAIT)).set_response_timeout(Some(STOP_WAIT));
    Client::open(url_of(socket))?.get_multiplexed_async_connection_with_config(&settings).await
}

fn url_of(socket: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(byte);
    let path = socket.as_os_str().as_encoded_bytes().iter();
    let path: String =
        path.map(|byte| if plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect();
    format!("redis+unix://{path}")
}

fn log_of(folder: &Path) -> PathBuf {
    folder.join("redis.log")
}

/// The end of its log, for the message of a failed start.
fn last_words(folder: &Path) -> String {
    let log = std::fs::read_to_string(log_of(folder)).unwrap_or_default();
    log.lines().last().map_or_else(String::new, |line| format!("; its log ends with: {line}"))
}

fn refuse(why: String) -> Unavailable {
    Unavailable::Unreachable(why)
}

#[cfg(test)]
mod tests;

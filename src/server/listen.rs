//! The way in from the network: connections, with a limit on how many there are and on how slow and how idle each may be.
//! Must not know what is asked.

use std::{io, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore},
};

/// Most connections at once: twice the requests in flight, at some 20 KB each. Others wait to be accepted.
const CONNECTIONS_MAX: usize = 16_384;
/// Longest wait for the whole head of a request, counted from the answer before it: ends slow and idle connections.
/// Longer than a buyer thinks, since web clients and proxies do not like to find a connection closed.
const HEAD_WAIT: Duration = Duration::from_secs(60);
/// Pause after the machine ran out of something, descriptors mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// How many connections, and how slow.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most at once.
    pub connections: usize,
    /// Longest wait for the head of a request.
    pub head_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: CONNECTIONS_MAX, head_wait: HEAD_WAIT }
    }
}

tokio::task_local! {
    /// The connection on which a request came.
    static LINE: Line;
}

/// A connection, for whoever has to cut it.
#[derive(Debug, Clone, Default)]
pub struct Line(Arc<Notify>);

impl Line {
    /// The connection of the request that is being served.
    #[must_use]
    pub fn of_this_request() -> Option<Self> {
        LINE.try_with(Self::clone).ok()
    }

    /// Ends the connection, whatever is on its way.
    pub fn cut(&self) {
        self.0.notify_one();
    }
}

/// Accepts and serves until `shutdown`, then finishes what is in flight.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, shutdown: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head_wait);
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, stream) = tokio::select! {
            next = next => next,
            () = &mut shutdown => break,
        };
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection);
        let line = Line::default();
        tokio::spawn(LINE.scope(line.clone(), async move {
            tokio::select! {
                biased;
                // What ends a connection is the client's affair.
                _ = connection => {}
                () = line.0.notified() => {}
            }
            drop(place);
        }));
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without it an answer waits for the buyer's acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::oneshot,
        task::JoinHandle,
    };

    use super::*;
    use crate::server::{
        config::Config,
        router,
        run::{Office, open},
    };

    const ASK: &[u8] = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";
    const LONG: Duration = Duration::from_secs(30);

    struct Served {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        serving: JoinHandle<()>,
    }

    async fn served(router: Router, limits: Limits) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, (stop, stopped)) = (listener.local_addr().unwrap(), oneshot::channel());
        let serving = tokio::spawn(serve(listener, router, limits, async { stopped.await.unwrap_or(()) }));
        Served { address, stop, serving }
    }

    async fn sends(served: &Served, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    async fn reads_to_the_end(mut stream: TcpStream) -> String {
        let mut bytes = Vec::new();
        // A connection that is cut off ends, too.
        let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the connection ends");
        String::from_utf8(bytes).unwrap()
    }

    async fn reads_an_answer(stream: &mut TcpStream) -> String {
        let mut bytes = vec![0; 4_096];
        let read = tokio::time::timeout(LONG, stream.read(&mut bytes)).await.expect("an answer").unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    }

    fn hello() -> Router {
        Router::new().route("/livez", get(|| async { "alive" }))
    }

    #[tokio::test]
    async fn slow_and_idle_connections_are_ended() {
        let limits = Limits { head_wait: Duration::from_millis(200), ..Limits::default() };
        let served = served(hello(), limits).await;
        let nothing = sends(&served, b"").await;
        let half = sends(&served, &ASK[..20]).await;
        let idle = sends(&served, ASK).await;
        assert!(!reads_to_the_end(nothing).await.contains("alive"));
        assert!(!reads_to_the_end(half).await.contains("alive"));
        assert!(reads_to_the_end(idle).await.ends_with("alive"), "the answer before it got idle");
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_for_a_place() {
        let served = served(hello(), Limits { connections: 1, ..Limits::default() }).await;
        let mut first = sends(&served, ASK).await;
        assert!(reads_an_answer(&mut first).await.contains("alive"));
        let mut second = sends(&served, ASK).await;
        first.write_all(ASK).await.unwrap();
        assert!(reads_an_answer(&mut first).await.contains("alive"));
        let mut byte = [0; 1];
        assert!(second.try_read(&mut byte).is_err(), "the second was served while the first had the only place");
        drop(first);
        assert!(reads_an_answer(&mut second).await.contains("alive"));
    }

    #[tokio::test]
    async fn a_stop_finishes_what_is_in_flight() {
        let (go_on, may_go_on) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
        let (working, waits) = (Arc::clone(&may_go_on), Arc::clone(&go_on));
        let slow = Router::new().route(
            "/livez",
            get(move || async move {
                working.notify_one();
                waits.notified().await;
                "alive"
            }),
        );
        let served = served(slow, Limits::default()).await;
        let stream = sends(&served, ASK).await;
        may_go_on.notified().await;
        served.stop.send(()).unwrap();
        go_on.notify_one();
        assert!(reads_to_the_end(stream).await.ends_with("alive"));
        tokio::time::timeout(LONG, served.serving).await.expect("the server ends").unwrap();
    }

    #[tokio::test]
    async fn bodies_that_come_slowly_take_nobodys_place() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { in_flight_max: 1, ..Config::new(folder.path().to_owned()) };
        let Office { state, .. } = open(config, &mut |_| {}).await.unwrap();
        let served = served(router::router(state), Limits::default()).await;
        let head = "POST /program/detail HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 8\r\n\r\n";
        let mut slow = sends(&served, head.as_bytes()).await;
        // The server asks for the body: so it is reading it.
        assert!(reads_an_answer(&mut slow).await.contains("100 Continue"));
        let mut quick =
            sends(&served, b"POST /program/detail HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n{\"id\":1}").await;
        let answer = reads_an_answer(&mut quick).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("40000"), "{answer}");
        slow.write_all(b"{\"id\":1}").await.unwrap();
        assert!(reads_an_answer(&mut slow).await.contains("40000"));
    }
}

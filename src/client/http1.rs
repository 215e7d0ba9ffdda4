//! A lean keep-alive HTTP/1.1 connection for the load generator: requests as prepared bytes, answers parsed in place.
//! Must not retry, redirect or decode more than HTTP.
//!
//! One request is one write; its answer is read into a buffer that lives as long as the connection, so that a request
//! costs no allocation once the buffers have grown to the size of the largest answer.

use std::{
    io::{self, Write},
    net::{SocketAddr, ToSocketAddrs},
};

use serde::Serialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{line::Line, way::Way};

/// Largest answer read, in bytes: above a hall's whole seat map, below a memory problem.
pub const ANSWER_BYTES_MAX: usize = 64 << 20;
/// First size of the read buffer: an order's answer fits many times over.
const READ_BYTES: usize = 8 << 10;
/// Most header lines of an answer.
const HEADERS_MAX: usize = 64;

/// Why a URL cannot be spoken to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not `http://host[:port][/prefix]`.
    #[error("not an address of the form http://host:port: {0:?} (the load generator speaks plain HTTP)")]
    NotHttp(String),
    /// The name has no address.
    #[error("cannot find the address of {0:?}")]
    NoAddress(String),
    /// A source address of this machine alone, and a target that is another.
    #[error("buyers cannot come from {0}: the target is not on this machine's loopback ({1:?})")]
    NotLoopback(std::net::IpAddr, String),
}

/// Where requests go.
#[derive(Debug, Clone)]
pub struct Target {
    addresses: Vec<SocketAddr>,
    host: String,
    prefix: String,
    line: Line,
    way: Way,
}

impl Target {
    /// The same target over this line.
    ///
    /// # Errors
    /// [`TargetError::NotLoopback`] when the line has a source address and the target is another machine.
    pub fn over(mut self, line: Line) -> Result<Self, TargetError> {
        if let Some(from) = line.from {
            self.addresses.retain(|to| to.ip().is_loopback() && to.is_ipv4() == from.is_ipv4());
            if self.addresses.is_empty() {
                return Err(TargetError::NotLoopback(from, self.host));
            }
        }
        self.line = line;
        Ok(self)
    }

    /// Reads `http://host[:port][/prefix]` and looks the host up once.
    ///
    /// # Errors
    /// When it is not plain HTTP, or the host has no address.
    pub fn resolve(url: &str) -> Result<Self, TargetError> {
        let not_http = || TargetError::NotHttp(url.to_owned());
        let rest = url.strip_prefix("http://").ok_or_else(not_http)?;
        let (host, prefix) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if host.is_empty() || host.contains('@') || prefix.contains(['?', '#']) {
            return Err(not_http());
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let with_port = if has_port { host.to_owned() } else { format!("{host}:80") };
        let addresses: Vec<SocketAddr> =
            with_port.to_socket_addrs().map_err(|_| TargetError::NoAddress(host.to_owned()))?.collect();
        if addresses.is_empty() {
            return Err(TargetError::NoAddress(host.to_owned()));
        }
        Ok(Self {
            addresses,
            host: host.to_owned(),
            prefix: prefix.trim_end_matches('/').to_owned(),
            line: Line::default(),
            way: Way::default(),
        })
    }

    /// The same server, reached this way.
    #[must_use]
    pub fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// The way that requests go.
    #[must_use]
    pub const fn way(&self) -> &Way {
        &self.way
    }

    /// A JSON post to this path, all but the token and the body.
    #[must_use]
    pub fn post_json(&self, path: &str) -> Route {
        self.request("POST", path, &[("Content-Type", "application/json"), ("no_verify", "true")])
    }

    /// A form post to this path.
    #[must_use]
    pub fn post_form(&self, path: &str) -> Route {
        self.request("POST", path, &[("Content-Type", "application/x-www-form-urlencoded")])
    }

    /// A get of this path.
    #[must_use]
    pub fn get(&self, path: &str) -> Route {
        self.request("GET", path, &[])
    }

    /// A request with these headers; those of the way to the server come on top, and instead of these.
    #[must_use]
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Route {
        let mut head = format!("{method} {}{} HTTP/1.1\r\nHost: {}\r\n", self.prefix, self.way.path(path), self.host);
        let own = headers.iter().copied().filter(|(name, _)| !self.way.carries(name));
        for (name, value) in own.chain(self.way.headers().iter().map(|(name, value)| (name.as_str(), value.as_str()))) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        Route { head: head.into_bytes() }
    }
}

/// The part of a request that never changes.
#[derive(Debug, Clone)]
pub struct Route {
    head: Vec<u8>,
}

/// An answer, until the next request on its connection.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` in seconds, where one was sent.
    pub retry_after_s: Option<u32>,
    /// Its body, chunks joined.
    pub body: &'a [u8],
}

/// One open connection, with one request in flight at most.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    line: Line,
    request: Vec<u8>,
    body: Vec<u8>,
    answer: Vec<u8>,
    filled: usize,
    chunks: Vec<u8>,
    /// False while an exchange is under way, so that one given up in the middle leaves the connection marked.
    reusable: bool,
}

impl Connection {
    /// Opens one, without delay of small packets.
    ///
    /// # Errors
    /// The socket's.
    pub async fn open(target: &Target) -> io::Result<Self> {
        Ok(Self {
            stream: target.line.connect(&target.addresses).await?,
            line: target.line,
            request: Vec::with_capacity(1 << 10),
            body: Vec::with_capacity(1 << 9),
            answer: vec![0; READ_BYTES],
            filled: 0,
            chunks: Vec::new(),
            reusable: true,
        })
    }

    /// May another request be sent? No after a broken or given-up exchange, or when the server has closed it.
    #[must_use]
    pub fn is_reusable(&self) -> bool {
        let mut byte = [0];
        self.reusable && matches!(self.stream.try_read(&mut byte), Err(e) if e.kind() == io::ErrorKind::WouldBlock)
    }

    /// Composes a JSON post.
    ///
    /// # Panics
    /// Never: bodies are plain data.
    pub fn compose_json<T: Serialize>(&mut self, route: &Route, token: Option<&str>, body: &T) {
        self.body.clear();
        serde_json::to_writer(&mut self.body, body).expect("plain data becomes JSON in memory");
        self.compose(route, token);
    }

    /// Composes a form post, or with an empty body a get. `form` is encoded already.
    pub fn compose_form(&mut self, route: &Route, token: Option<&str>, form: &str) {
        self.body.clear();
        self.body.extend_from_slice(form.as_bytes());
        self.compose(route, token);
    }

    fn compose(&mut self, route: &Route, token: Option<&str>) {
        self.request.clear();
        self.request.extend_from_slice(&route.head);
        if let Some(token) = token {
            self.request.extend_from_slice(b"token: ");
            self.request.extend_from_slice(token.as_bytes());
            self.request.extend_from_slice(b"\r\n");
        }
        write!(self.request, "Content-Length: {}\r\n\r\n", self.body.len()).expect("memory takes every write");
        self.request.extend_from_slice(&self.body);
    }

    /// Sends what was composed and reads the whole answer.
    ///
    /// # Errors
    /// The socket's, or `InvalidData` when the answer is not HTTP/1.1. The connection is then not reusable.
    pub async fn exchange(&mut self) -> io::Result<Answer<'_>> {
        self.reusable = false;
        self.stream.write_all(&self.request).await?;
        self.filled = 0;
        let head = loop {
            self.read_more().await?;
            if let Some(head) = Head::parse(&self.answer[..self.filled])? {
                break head;
            }
        };
        match head.length {
            Length::Bytes(length) => {
                let end = head.bytes + length;
                if end > ANSWER_BYTES_MAX {
                    return Err(invalid("the answer is too large"));
                }
                while self.filled < end {
                    self.read_more().await?;
                }
                self.reusable = head.keeps_alive && self.filled == end;
                Ok(head.answer(&self.answer[head.bytes..end]))
            }
            Length::Chunked => {
                let end = loop {
                    if let Some(end) = join_chunks(&self.answer[..self.filled], head.bytes, &mut self.chunks)? {
                        break end;
                    }
                    self.read_more().await?;
                };
                self.reusable = head.keeps_alive && self.filled == end;
                Ok(head.answer(&self.chunks))
            }
            Length::UntilClosed => {
                while self.read_some().await? > 0 {}
                Ok(head.answer(&self.answer[head.bytes..self.filled]))
            }
        }
    }

    async fn read_more(&mut self) -> io::Result<()> {
        if self.read_some().await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        Ok(())
    }

    async fn read_some(&mut self) -> io::Result<usize> {
        if self.filled == self.answer.len() {
            if self.filled >= ANSWER_BYTES_MAX {
                return Err(invalid("the answer is too large"));
            }
            self.answer.resize(self.filled * 2, 0);
        }
        let end = self.filled + self.line.sip(self.answer.len() - self.filled);
        let read = self.stream.read(&mut self.answer[self.filled..end]).await?;
        self.line.swallow(read).await;
        self.filled += read;
        Ok(read)
    }
}

#[derive(Debug, Clone, Copy)]
enum Length {
    Bytes(usize),
    Chunked,
    UntilClosed,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    bytes: usize,
    status: u16,
    length: Length,
    keeps_alive: bool,
    retry_after_s: Option<u32>,
}

impl Head {
    fn parse(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(len) = response.parse(bytes).map_err(|e| invalid(&e.to_string()))? else {
            return Ok(None);
        };
        let status = response.code.unwrap_or(0);
        let mut head = Self {
            bytes: len,
            status,
            length: if matches!(status, 204 | 304) { Length::Bytes(0) } else { Length::UntilClosed },
            keeps_alive: response.version == Some(1),
            retry_after_s: None,
        };
        for header in response.headers.iter() {
            let value = || std::str::from_utf8(header.value).unwrap_or("").trim();
            if header.name.eq_ignore_ascii_case("content-length") {
                let length = value().parse().map_err(|_| invalid("Content-Length is not a number"))?;
                head.length = Length::Bytes(length);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                head.length = Length::Chunked;
            } else if header.name.eq_ignore_ascii_case("connection") {
                head.keeps_alive = !value().eq_ignore_ascii_case("close");
            } else if header.name.eq_ignore_ascii_case("retry-after") {
                head.retry_after_s = value().parse().ok();
            }
        }
        Ok(Some(head))
    }

    const fn answer(self, body: &[u8]) -> Answer<'_> {
        Answer { status: self.status, retry_after_s: self.retry_after_s, body }
    }
}

/// Joins all chunks from `at` into `into`; returns where the answer ends, or `None` when bytes are missing.
fn join_chunks(bytes: &[u8], mut at: usize, into: &mut Vec<u8>) -> io::Result<Option<usize>> {
    into.clear();
    loop {
        let size = httparse::parse_chunk_size(&bytes[at..]).map_err(|_| invalid("a chunk has no size"))?;
        let httparse::Status::Complete((line, size)) = size else { return Ok(None) };
        let size = usize::try_from(size).ok().filter(|&s| s <= ANSWER_BYTES_MAX);
        let size = size.ok_or_else(|| invalid("a chunk is too large"))?;
        at += line;
        if size == 0 {
            let mut trailers = [httparse::EMPTY_HEADER; HEADERS_MAX];
            let end = httparse::parse_headers(&bytes[at..], &mut trailers).map_err(|e| invalid(&e.to_string()))?;
            return Ok(if let httparse::Status::Complete((len, _)) = end { Some(at + len) } else { None });
        }
        let Some(chunk) = bytes.get(at..at + size) else { return Ok(None) };
        let Some(after) = bytes.get(at + size..at + size + 2) else { return Ok(None) };
        if after != b"\r\n" {
            return Err(invalid("a chunk does not end where it said"));
        }
        into.extend_from_slice(chunk);
        at += size + 2;
    }
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
#[path = "http1_tests.rs"]
mod tests;

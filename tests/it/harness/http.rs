//! The wire as a test needs it: any bytes out, status and JSON back, one connection a request.
//! Must not use the client under test.

use std::{
    fmt::Write as _,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{Arc, RwLock},
    time::Duration,
};

use serde_json::Value;
use tpp::domain::rejection::Rejection;

/// Where the server listens just now: a restart changes it for everyone who holds a copy.
#[derive(Debug, Clone)]
pub struct Door(Arc<RwLock<SocketAddr>>);

/// Headers of a request.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

impl Door {
    pub fn new(address: SocketAddr) -> Self {
        Self(Arc::new(RwLock::new(address)))
    }

    pub fn moved_to(&self, address: SocketAddr) {
        *self.0.write().unwrap() = address;
    }

    pub fn address(&self) -> SocketAddr {
        *self.0.read().unwrap()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Sends and waits for the answer.
    ///
    /// # Errors
    /// When the server is gone, or goes before it has answered.
    pub fn try_send(&self, method: &str, path: &str, headers: Headers<'_>, body: &[u8]) -> io::Result<Answer> {
        let address = self.address();
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", body.len());
        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        let mut bytes = Vec::new();
        // A server that refuses a large body answers and closes before it has read all of it.
        match stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(_) if !bytes.is_empty() => {}
            Err(e) => return Err(sent.err().unwrap_or(e)),
        }
        if bytes.is_empty() {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "no answer"));
        }
        Answer::parse(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "half an answer"))
    }

    /// The same, where the server must be there.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: Headers<'_>, body: &[u8]) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// JSON to one of the original's routes, with a buyer's token where there is one.
    #[track_caller]
    pub fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(token.map(|token| ("token", token)));
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// A form, as browsers and payment channels send it.
    #[track_caller]
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, pairs.join("&").as_bytes())
    }
}

fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut body = bytes[end + 4..].to_vec();
        let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value);
        if let Some(length) = length {
            let length: usize = length.parse().ok()?;
            if body.len() < length {
                return None;
            }
            body.truncate(length);
        } else if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
            body = unchunked(&body)?;
        }
        Some(Self { status, headers, body })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {} {:?}", self.status, self.text()))
    }

    /// The data of an envelope with code 0.
    #[track_caller]
    pub fn data(&self) -> Value {
        self.outcome().unwrap_or_else(|rejection| panic!("refused: {rejection:?} in {}", self.text()))
    }

    /// What an envelope says: its data, or the rejection behind its code.
    #[track_caller]
    pub fn outcome(&self) -> Result<Value, Rejection> {
        assert_eq!(self.status, 200, "the sale answers 200 also when it says no: {}", self.text());
        let envelope = self.json();
        let code = envelope["code"].as_str().unwrap_or_else(|| panic!("the code is not a string in {envelope}"));
        if code == "0" {
            return Ok(envelope["data"].clone());
        }
        let code = code.parse().unwrap_or_else(|_| panic!("the code is not a number in {envelope}"));
        let rejection = Rejection::from_code(code).unwrap_or_else(|| panic!("unknown code in {envelope}"));
        let message = envelope["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "{rejection:?} came without a word: {envelope}");
        Err(rejection)
    }
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|w| w == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 2 + size + 2..)?;
    }
}

//! The live feed of a server, frame by frame.
//! Must not connect again by itself: whoever reads decides when.

use std::time::Duration;

use reqwest::{Method, Response, header};

use super::{CONNECT_TIMEOUT, Client, ClientError, reasons};
use crate::{domain::ids::ProgramId, wire::feed::Frame};

/// A server says something every second; one that is silent for longer is gone.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// Longest event: the snapshot of a hall of two million seats that are all held apart.
const EVENT_BYTES_MAX: usize = 128 << 20;
const ROUTE: &str = "/api/v1/stream";

/// A feed that is open.
#[derive(Debug)]
pub struct Feed {
    answer: Response,
    url: String,
    unread: Vec<u8>,
    last_id: Option<String>,
}

impl Client {
    /// Opens the feed, following a program if one is named, and going on after the event `last_id` if one is given.
    ///
    /// # Errors
    /// As every call.
    pub async fn feed(&self, program: Option<ProgramId>, last_id: Option<&str>) -> Result<Feed, ClientError> {
        let patient = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(SILENCE_MAX).no_proxy();
        let patient = patient.build().map_err(|e| self.unreachable(&e))?;
        let query: Vec<_> = program.map(|id| ("program", id.to_string())).into_iter().collect();
        let mut request = Self { http: patient, ..self.clone() }.call(Method::GET, ROUTE).query(&query);
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let answer = self.accepted(request.header(header::ACCEPT, "text/event-stream")).await?;
        Ok(Feed { answer, url: self.url.clone(), unread: Vec::new(), last_id: None })
    }
}

impl Feed {
    /// The next frame; `None` when the server has ended the feed.
    ///
    /// # Errors
    /// When the connection broke, the server is silent for too long, or an event is not a frame.
    pub async fn next(&mut self) -> Result<Option<Frame>, ClientError> {
        loop {
            if let Some(event) = take_event(&mut self.unread) {
                match self.frame(&event)? {
                    Some(frame) => return Ok(Some(frame)),
                    None => continue,
                }
            }
            if self.unread.len() > EVENT_BYTES_MAX {
                return Err(not_understood("an event is larger than any frame"));
            }
            let piece = self.answer.chunk().await;
            match piece.map_err(|e| ClientError::Unreachable { url: self.url.clone(), cause: reasons(&e) })? {
                Some(bytes) => self.unread.extend_from_slice(&bytes),
                None => return Ok(None),
            }
        }
    }

    /// Id of the last event, to go on after it.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// An event without data says only that the server is there.
    fn frame(&mut self, event: &[u8]) -> Result<Option<Frame>, ClientError> {
        let text = std::str::from_utf8(event).map_err(|e| not_understood(&e.to_string()))?;
        let mut data = String::new();
        for line in text.lines() {
            if let Some(id) = line.strip_prefix("id:") {
                self.last_id = Some(id.trim().to_owned());
            } else if let Some(piece) = line.strip_prefix("data:") {
                data.push_str(piece.trim_start());
            }
        }
        if data.is_empty() {
            return Ok(None);
        }
        serde_json::from_str(&data).map(Some).map_err(|e| not_understood(&e.to_string()))
    }
}

/// Takes the first whole event: everything up to an empty line.
fn take_event(unread: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = unread.windows(2).position(|pair| pair == b"\n\n")?;
    let rest = unread.split_off(end + 2);
    Some(std::mem::replace(unread, rest))
}

fn not_understood(cause: &str) -> ClientError {
    ClientError::NotUnderstood { route: ROUTE.to_owned(), cause: cause.to_owned() }
}

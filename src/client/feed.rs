//! The live feed of a server, frame by frame.
//! Must not connect again by itself: whoever reads decides when.

mod events;

use std::time::Duration;

use reqwest::{Method, Response, header};

use super::{CONNECT_TIMEOUT, Client, ClientError, reasons};
use crate::{domain::ids::ProgramId, wire::feed::Frame};
use events::Events;

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
    events: Events,
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
        Ok(Feed { answer, url: self.url.clone(), events: Events::default(), last_id: last_id.map(str::to_owned) })
    }
}

impl Feed {
    /// The next frame; `None` when the server has ended the feed.
    ///
    /// # Errors
    /// When the connection broke, the server is silent for too long, or an event is not a frame.
    pub async fn next(&mut self) -> Result<Option<Frame>, ClientError> {
        loop {
            if let Some(event) = self.events.next() {
                let frame = serde_json::from_slice(&event.data).map_err(|e| not_understood(&e.to_string()))?;
                self.last_id = event.id.filter(|id| !id.is_empty());
                return Ok(Some(frame));
            }
            if self.events.waiting() > EVENT_BYTES_MAX {
                return Err(not_understood("an event is larger than any frame"));
            }
            let piece = self.answer.chunk().await;
            match piece.map_err(|e| ClientError::Unreachable { url: self.url.clone(), cause: reasons(&e) })? {
                Some(bytes) => self.events.add(&bytes),
                None => return Ok(None),
            }
        }
    }

    /// Id of the last event, to go on after it; the one that the feed was opened with until there is one.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }
}

fn not_understood(cause: &str) -> ClientError {
    ClientError::NotUnderstood { route: ROUTE.to_owned(), cause: cause.to_owned() }
}

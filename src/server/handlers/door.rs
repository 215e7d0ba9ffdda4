//! The way in and out of every route: room, time, body, handler, answer, count. The same for all, in one place.
//! Must not know what a route does.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on, post},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    server::{
        error::{self, Failure, OVERLOAD_RETRY_S, Reader, Refusal, Tongue, Trouble},
        handlers::request::{Ask, Call, parsed},
        metrics::{Outcome, RouteCounts},
        state::State,
    },
    wire::envelope::ArgumentError,
};

/// Longest time for a body to arrive: 64 KiB that take longer than this are not on their way.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// Longest time for a request, from the end of its body to its answer.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// The same for an operator's request: an import or an audit of everything takes longer.
pub const OPERATOR_TIME_MAX: Duration = Duration::from_secs(600);

/// A route of the original's: JSON in, envelope out.
pub fn original<B, T, F, Fut>(state: &Arc<State>, path: &'static str, handler: F) -> MethodRouter
where
    B: DeserializeOwned + Send + 'static,
    T: Serialize + Send,
    F: Fn(Call<B>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, Refusal>> + Send,
{
    let door = Door::new(state, path);
    post(move |mut request: Request| async move {
        let tongue = Tongue::of(request.headers());
        let refused = move |refusal: &Refusal| error::enveloped_refusal(refusal, tongue);
        let state = Arc::clone(&door.state);
        // Moved out, not cloned: reading a body needs no headers.
        let headers = std::mem::take(request.headers_mut());
        let read = async { body_of(request, BODY_TIME_MAX).await.map_err(|unread| unread.enveloped(tongue)) };
        let work = async move |bytes: Bytes| {
            let body = match parsed(&bytes) {
                Ok(body) => body,
                Err(mistake) => return (Outcome::Refused, error::enveloped_malformed(mistake, tongue)),
            };
            match handler(Call { state, body, headers }).await {
                Ok(data) => (Outcome::Ok, error::enveloped(data)),
                Err(refusal) => (outcome_of(&refusal), refused(&refusal)),
            }
        };
        door.serve(REQUEST_TIME_MAX, refused, read, work).await
    })
}

/// A route that reads its body as it likes, and writes its answer itself.
pub fn raw<F, Fut>(state: &Arc<State>, path: &'static str, handler: F) -> MethodRouter
where
    F: Fn(Arc<State>, Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send,
{
    let door = Door::new(state, path);
    post(move |request: Request| async move {
        let tongue = Tongue::of(request.headers());
        let (parts, body) = request.into_parts();
        let head = Request::from_parts(parts.clone(), body);
        let read = async { body_of(head, BODY_TIME_MAX).await.map_err(|unread| unread.enveloped(tongue)) };
        let work = async |bytes: Bytes| {
            let request = Request::from_parts(parts, bytes.into());
            (Outcome::Ok, handler(Arc::clone(&door.state), request).await)
        };
        door.serve(REQUEST_TIME_MAX, |refusal| error::enveloped_refusal(refusal, tongue), read, work).await
    })
}

/// One of our own routes for buyers.
pub fn own<T, F, Fut>(state: &Arc<State>, method: MethodFilter, path: &'static str, handler: F) -> MethodRouter
where
    T: IntoResponse + Send,
    F: Fn(Ask) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, Trouble>> + Send,
{
    ours(Door::new(state, path), method, Reader::Buyer, handler)
}

/// One of our own routes for operators: nobody else reaches the handler.
pub fn operators<T, F, Fut>(state: &Arc<State>, method: MethodFilter, path: &'static str, handler: F) -> MethodRouter
where
    T: IntoResponse + Send,
    F: Fn(Ask) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, Trouble>> + Send,
{
    ours(Door::new(state, path), method, Reader::Operator, handler)
}

fn ours<T, F, Fut>(door: Door, method: MethodFilter, reader: Reader, handler: F) -> MethodRouter
where
    T: IntoResponse + Send,
    F: Fn(Ask) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, Trouble>> + Send,
{
    let time = if reader == Reader::Operator { OPERATOR_TIME_MAX } else { REQUEST_TIME_MAX };
    on(method, move |request: Request| async move {
        let state = Arc::clone(&door.state);
        let read = async { ask(state, reader, request).await.map_err(|trouble| trouble.answer(reader)) };
        let work = async |ask: Ask| match handler(ask).await {
            Ok(response) => (Outcome::Ok, response.into_response()),
            Err(trouble) => (outcome_of_trouble(&trouble), trouble.answer(reader)),
        };
        door.serve(time, move |refusal| Trouble::from(refusal.clone()).answer(reader), read, work).await
    })
}

async fn ask(state: Arc<State>, reader: Reader, request: Request) -> Result<Ask, Trouble> {
    let (mut parts, body) = request.into_parts();
    let named = Path::<String>::from_request_parts(&mut parts, &()).await.ok().map(|Path(named)| named);
    let (headers, uri) = (std::mem::take(&mut parts.headers), parts.uri.clone());
    let ask = Ask { state, headers, uri, named, bytes: Bytes::new() };
    let limit = match reader {
        Reader::Buyer => BODY_TIME_MAX,
        Reader::Operator => {
            // Before the body: nobody else makes us read 64 MiB.
            ask.operator()?;
            OPERATOR_TIME_MAX
        }
    };
    match body_of(Request::from_parts(parts, body), limit).await {
        Ok(bytes) => Ok(Ask { bytes, ..ask }),
        Err(unread) => Err(unread.trouble()),
    }
}

/// Why a body was not read.
enum Unread {
    TooLarge,
    TooSlow,
    /// It ended before it was whole.
    Broken(String),
}

impl Unread {
    fn enveloped(self, tongue: Tongue) -> Response {
        match self {
            Self::TooLarge => error::enveloped_too_large(tongue),
            Self::TooSlow => error::enveloped_too_slow(tongue),
            Self::Broken(message) => {
                error::enveloped_malformed(ArgumentError { argument_name: String::new(), message }, tongue)
            }
        }
    }

    fn trouble(self) -> Trouble {
        match self {
            Self::TooLarge => Trouble::too_large(),
            Self::TooSlow => Trouble::too_slow(),
            Self::Broken(message) => Trouble::bad_request(message),
        }
    }
}

async fn body_of(request: Request, limit: Duration) -> Result<Bytes, Unread> {
    match tokio::time::timeout(limit, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Unread::TooLarge),
        Ok(Err(error)) => Err(Unread::Broken(error.body_text())),
        Err(_elapsed) => Err(Unread::TooSlow),
    }
}

/// What every request of a route passes.
#[derive(Debug, Clone)]
struct Door {
    state: Arc<State>,
    counts: Arc<RouteCounts>,
}

impl Door {
    fn new(state: &Arc<State>, path: &'static str) -> Self {
        Self { state: Arc::clone(state), counts: state.metrics.route(path) }
    }

    /// A request takes its place among those in flight when it has been read: who sends slowly holds up nobody else.
    async fn serve<T>(
        &self,
        time: Duration,
        refused: impl FnOnce(&Refusal) -> Response,
        read: impl Future<Output = Result<T, Response>>,
        work: impl AsyncFnOnce(T) -> (Outcome, Response),
    ) -> Response {
        let began = Instant::now();
        let read = match read.await {
            Ok(read) => read,
            Err(response) => {
                self.counts.ended(Outcome::Refused, began.elapsed());
                return response;
            }
        };
        let Some(_in_flight) = self.state.metrics.admit(self.state.config.in_flight_max) else {
            self.counts.ended(Outcome::Overloaded, began.elapsed());
            return refused(&Failure::Overloaded { retry_after_s: OVERLOAD_RETRY_S }.into());
        };
        let (outcome, response) = match tokio::time::timeout(time, work(read)).await {
            Ok(answered) => answered,
            Err(_) => {
                let late = Failure::Broken(format!("the request took longer than {} s", time.as_secs()));
                (Outcome::Failed, refused(&late.into()))
            }
        };
        self.counts.ended(outcome, began.elapsed());
        response
    }
}

const fn outcome_of(refusal: &Refusal) -> Outcome {
    match refusal {
        Refusal::Rejected(_) => Outcome::Rejected,
        Refusal::Failed(Failure::Overloaded { .. } | Failure::Rebuilding { .. }) => Outcome::Overloaded,
        Refusal::Failed(Failure::Broken(_)) => Outcome::Failed,
    }
}

/// How a request ended that was not served.
#[must_use]
pub const fn outcome_of_trouble(trouble: &Trouble) -> Outcome {
    match trouble {
        Trouble::Refused(refusal) => outcome_of(refusal),
        Trouble::Request(..) => Outcome::Refused,
    }
}

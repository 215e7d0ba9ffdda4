//! From "no" and "broken" to HTTP: status, headers and body, for both families of routes. Nowhere else.
//! Must not decide anything; it only says what was decided.

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    domain::rejection::Rejection,
    inventory::{NotDone, RejectedHold, Unavailable},
    ledger::LedgerFailure,
    wire::{
        api::Problem,
        envelope::{ArgumentError, Envelope},
    },
};

/// Why a request was not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The sale said no.
    Rejected(Rejection),
    /// The world broke.
    Failed(Failure),
}

/// What broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// More than this server takes at once. Nothing was done.
    Overloaded {
        /// When to try again, in seconds.
        retry_after_s: u32,
    },
    /// The program's inventory is being rebuilt from the ledger. Nothing was done.
    Rebuilding {
        /// When to try again, in seconds.
        retry_after_s: u32,
    },
    /// Anything else, with its cause. It may have been done or not.
    Broken(String),
}

/// The wire code of a failure, as the original has it.
pub const FAILURE_CODE: i32 = -100;
/// Seconds after which an overloaded server may be asked again.
pub const OVERLOAD_RETRY_S: u32 = 1;
/// Seconds after which a program that is being rebuilt may be asked again.
pub const REBUILD_RETRY_S: u32 = 1;

impl Refusal {
    /// What it is, in a few words for operators.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Rejected(rejection) => rejection.to_string(),
            Self::Failed(Failure::Broken(cause)) => cause.clone(),
            Self::Failed(Failure::Overloaded { .. }) => "overloaded".to_owned(),
            Self::Failed(Failure::Rebuilding { .. }) => "the inventory is being rebuilt".to_owned(),
        }
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<LedgerFailure> for Refusal {
    fn from(failure: LedgerFailure) -> Self {
        Self::Failed(match failure {
            LedgerFailure::Busy | LedgerFailure::Closed => Failure::Overloaded { retry_after_s: OVERLOAD_RETRY_S },
            LedgerFailure::Sqlite(_) | LedgerFailure::Unusable(_) => Failure::Broken(failure.to_string()),
        })
    }
}

impl From<Unavailable> for Refusal {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::Stale => Failure::Rebuilding { retry_after_s: REBUILD_RETRY_S }.into(),
            Unavailable::QueueFull => Failure::Overloaded { retry_after_s: OVERLOAD_RETRY_S }.into(),
            Unavailable::LockTimeout(_) => Rejection::Busy.into(),
            Unavailable::Unreachable(_) => Failure::Broken(unavailable.to_string()).into(),
        }
    }
}

impl From<NotDone> for Refusal {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Rejected(RejectedHold(rejection)) => rejection.into(),
            NotDone::Unavailable(unavailable) => unavailable.into(),
        }
    }
}

/// The language of messages on the original's routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// The default.
    Chinese,
    /// When `Accept-Language` starts with `en`.
    English,
}

impl Tongue {
    /// What the client prefers.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).map(HeaderValue::as_bytes).unwrap_or_default();
        match wanted {
            [b'e' | b'E', b'n' | b'N', ..] => Self::English,
            _ => Self::Chinese,
        }
    }

    const fn pick(self, chinese: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

/// A yes on the original's routes.
pub fn enveloped<T: Serialize>(data: T) -> Response {
    json(StatusCode::OK, &Envelope::ok(data))
}

/// A no, or a failure, on the original's routes.
#[must_use]
pub fn enveloped_refusal(refusal: &Refusal, tongue: Tongue) -> Response {
    match refusal {
        Refusal::Rejected(rejection) => {
            let message = tongue.pick(rejection.chinese(), rejection.english());
            envelope(StatusCode::OK, rejection.code(), message)
        }
        Refusal::Failed(failure) => {
            let (status, chinese, english) = match failure {
                Failure::Overloaded { .. } => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "系统繁忙，请稍后重试",
                    "the server is overloaded: try again later",
                ),
                Failure::Rebuilding { .. } => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "库存恢复中，请稍后重试",
                    "the inventory is being rebuilt: try again soon",
                ),
                Failure::Broken(cause) => {
                    tracing::error!(cause, "a request failed");
                    (
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "系统错误，请稍后重试",
                        "the server failed: its log has the cause",
                    )
                }
            };
            retry_later(envelope(status, FAILURE_CODE, tongue.pick(chinese, english)), failure)
        }
    }
}

/// A body that was not well-formed, on the original's routes: 200, code 10054, and which field it was.
#[must_use]
pub fn enveloped_malformed(error: ArgumentError, tongue: Tongue) -> Response {
    let no = Rejection::Malformed;
    let message = tongue.pick(no.chinese(), no.english()).to_owned();
    json(StatusCode::OK, &Envelope { code: no.code(), message: Some(message), data: Some([error]) })
}

/// A body over the limit, on the original's routes.
#[must_use]
pub fn enveloped_too_large(tongue: Tongue) -> Response {
    let message = tongue.pick("请求体过大", "the body is larger than this route allows");
    envelope(StatusCode::PAYLOAD_TOO_LARGE, Rejection::Malformed.code(), message)
}

/// A body that took too long to arrive, on the original's routes.
#[must_use]
pub fn enveloped_too_slow(tongue: Tongue) -> Response {
    let message = tongue.pick("请求体接收超时", "the body took too long to arrive");
    envelope(StatusCode::REQUEST_TIMEOUT, Rejection::Malformed.code(), message)
}

/// A handler panicked, on the original's routes.
#[must_use]
pub fn enveloped_panic() -> Response {
    enveloped_refusal(&Failure::Broken("a handler panicked: this is a bug".to_owned()).into(), Tongue::Chinese)
}

/// Who reads a problem on our own routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Sees that the server failed.
    Buyer,
    /// Sees the cause, too.
    Operator,
}

/// Why a request on our own routes was not served.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// The sale said no, or the world broke.
    Refused(Refusal),
    /// Something about the request itself: status, title, detail.
    Request(StatusCode, &'static str, String),
}

impl<T: Into<Refusal>> From<T> for Trouble {
    fn from(refusal: T) -> Self {
        Self::Refused(refusal.into())
    }
}

impl Trouble {
    /// 400: path or query was not understood.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::Request(StatusCode::BAD_REQUEST, "the request was not understood", detail.into())
    }

    /// 422: understood, and not acceptable.
    #[must_use]
    pub fn unacceptable(detail: impl Into<String>) -> Self {
        Self::Request(StatusCode::UNPROCESSABLE_ENTITY, "the request is not acceptable", detail.into())
    }

    /// 401: no operator's token.
    #[must_use]
    pub fn not_an_operator() -> Self {
        let detail = "send the operator's token as Authorization: Bearer TOKEN; it stands in the data folder";
        Self::Request(StatusCode::UNAUTHORIZED, "operators only", detail.to_owned())
    }

    /// 404 for a thing that is not there.
    #[must_use]
    pub fn nothing_there(detail: impl Into<String>) -> Self {
        Self::Request(StatusCode::NOT_FOUND, "not found", detail.into())
    }

    /// 404 for a path that no route has.
    #[must_use]
    pub fn no_such_route() -> Self {
        let detail = "no such route: /openapi.json lists them all";
        Self::Request(StatusCode::NOT_FOUND, "not found", detail.to_owned())
    }

    /// 405.
    #[must_use]
    pub fn wrong_method() -> Self {
        let detail = "this route has another method: /openapi.json lists them all";
        Self::Request(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", detail.to_owned())
    }

    /// 413.
    #[must_use]
    pub fn too_large() -> Self {
        let detail = "the body is larger than this route allows";
        Self::Request(StatusCode::PAYLOAD_TOO_LARGE, "too large", detail.to_owned())
    }

    /// 408.
    #[must_use]
    pub fn too_slow() -> Self {
        let detail = "the body took too long to arrive";
        Self::Request(StatusCode::REQUEST_TIMEOUT, "too slow", detail.to_owned())
    }

    /// As problem details, RFC 9457.
    #[must_use]
    pub fn answer(self, reader: Reader) -> Response {
        match self {
            Self::Request(status, title, detail) => {
                let mut response = problem(status, "about:blank", title, detail);
                if status == StatusCode::UNAUTHORIZED {
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                }
                response
            }
            Self::Refused(Refusal::Rejected(no)) => {
                let kind = format!("/problems/{}", no.word());
                problem(status_of(no), &kind, no.word(), no.english().to_owned())
            }
            Self::Refused(Refusal::Failed(failure)) => failed(&failure, reader),
        }
    }
}

fn failed(failure: &Failure, reader: Reader) -> Response {
    let response = match failure {
        Failure::Overloaded { .. } => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "/problems/overloaded",
            "overloaded",
            "more requests than this server takes at once: try again later".to_owned(),
        ),
        Failure::Rebuilding { .. } => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "/problems/rebuilding",
            "rebuilding",
            "the inventory is being rebuilt from the ledger: try again soon".to_owned(),
        ),
        Failure::Broken(cause) => {
            tracing::error!(cause, "a request failed");
            let detail = match reader {
                Reader::Operator => cause.clone(),
                Reader::Buyer => "the server's log has the cause".to_owned(),
            };
            problem(StatusCode::INTERNAL_SERVER_ERROR, "/problems/broken", "the server failed", detail)
        }
    };
    retry_later(response, failure)
}

/// The HTTP status of a rejection on our own routes.
const fn status_of(no: Rejection) -> StatusCode {
    match no {
        Rejection::Malformed => StatusCode::UNPROCESSABLE_ENTITY,
        Rejection::NotSignedIn | Rejection::TokenExpired | Rejection::WrongPassword => StatusCode::UNAUTHORIZED,
        Rejection::OrderMissing | Rejection::ProgramMissing | Rejection::UserMissing | Rejection::BillMissing => {
            StatusCode::NOT_FOUND
        }
        Rejection::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    }
}

fn problem(status: StatusCode, kind: &str, title: &str, detail: String) -> Response {
    let problem = Problem { kind: kind.to_owned(), title: title.to_owned(), status: status.as_u16(), detail };
    let mut response = (status, Json(problem)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

fn retry_later(mut response: Response, failure: &Failure) -> Response {
    if let Failure::Overloaded { retry_after_s } | Failure::Rebuilding { retry_after_s } = failure {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_s));
    }
    response
}

fn envelope(status: StatusCode, code: i32, message: &str) -> Response {
    json(status, &Envelope::<()> { code, message: Some(message.to_owned()), data: None })
}

fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let bytes = serde_json::to_vec(body).map_or_else(|_| Bytes::from_static(b"{\"code\":\"-100\"}"), Bytes::from);
    let kind = HeaderValue::from_static("application/json;charset=UTF-8");
    (status, [(header::CONTENT_TYPE, kind)], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_200_on_the_originals_routes_and_speaks_the_clients_tongue() {
        let mut headers = HeaderMap::new();
        assert_eq!(Tongue::of(&headers), Tongue::Chinese);
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en-GB,en;q=0.9"));
        assert_eq!(Tongue::of(&headers), Tongue::English);
        let response = enveloped_refusal(&Rejection::SoldOut.into(), Tongue::of(&headers));
        assert_eq!(response.status(), StatusCode::OK);
    }

    #[test]
    fn what_may_be_tried_again_says_when() {
        let failure = Failure::Rebuilding { retry_after_s: 3 };
        for response in
            [enveloped_refusal(&failure.clone().into(), Tongue::Chinese), Trouble::from(failure).answer(Reader::Buyer)]
        {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()[header::RETRY_AFTER], "3");
        }
    }

    #[test]
    fn an_unreachable_inventory_is_not_called_a_no() {
        let refusal = Refusal::from(Unavailable::Unreachable("connection reset".to_owned()));
        assert!(matches!(refusal, Refusal::Failed(Failure::Broken(_))));
        assert_eq!(enveloped_refusal(&refusal, Tongue::English).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}

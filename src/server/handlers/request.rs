//! What a handler gets: a call on the original's routes, or an ask on our own.
//! Must not serve anything.

use std::{str::FromStr, sync::Arc};

use axum::{
    body::Bytes,
    extract::Query,
    http::{HeaderMap, Uri, header},
};
use serde::de::DeserializeOwned;

use crate::{
    domain::{
        ids::{OrderNumber, UserId},
        order::Order,
        rejection::Rejection,
    },
    server::{
        error::{Refusal, Trouble},
        state::State,
    },
    wire::envelope::ArgumentError,
};

/// A call on the original's routes, its body parsed.
#[derive(Debug)]
pub struct Call<B> {
    /// The server.
    pub state: Arc<State>,
    /// The body.
    pub body: B,
    /// All headers.
    pub headers: HeaderMap,
}

impl<B> Call<B> {
    /// Whose token the header `token` holds. The header `no_verify` of the original changes nothing here.
    ///
    /// # Errors
    /// [`Rejection::NotSignedIn`], [`Rejection::TokenExpired`].
    pub fn user(&self) -> Result<UserId, Refusal> {
        buyer(&self.state, &self.headers)
    }

    /// The token's user, who must be the one that the body names.
    ///
    /// # Errors
    /// [`Rejection::NotSignedIn`], [`Rejection::TokenExpired`].
    pub fn user_named(&self, named: UserId) -> Result<UserId, Refusal> {
        let user = self.user()?;
        if user == named { Ok(user) } else { Err(Rejection::NotSignedIn.into()) }
    }

    /// The token's user and an order of theirs, as the ledger has it.
    ///
    /// # Errors
    /// [`Rejection::OrderMissing`] also for another's order, so that nobody learns which numbers exist.
    pub async fn own_order(&self, number: OrderNumber) -> Result<Order, Refusal> {
        let user = self.user()?;
        let order = self.state.ledger.order(number).await?;
        order.filter(|order| order.user == user).ok_or_else(|| Rejection::OrderMissing.into())
    }

    /// A header, where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A request on our own routes.
#[derive(Debug)]
pub struct Ask {
    /// The server.
    pub state: Arc<State>,
    /// All headers.
    pub headers: HeaderMap,
    /// Path and query.
    pub uri: Uri,
    /// What stands in the path for `{id}` or `{orderNumber}`.
    pub named: Option<String>,
    /// The body, raw.
    pub bytes: Bytes,
}

impl Ask {
    /// The id in the path.
    ///
    /// # Errors
    /// 400 when it is not one.
    pub fn id<T: FromStr<Err: std::fmt::Display>>(&self) -> Result<T, Trouble> {
        let named = self.named.as_deref().unwrap_or_default();
        named.parse().map_err(|error| Trouble::bad_request(format!("the id in the path: {error}")))
    }

    /// The query.
    ///
    /// # Errors
    /// 400 when it is not understood.
    pub fn query<Q: DeserializeOwned>(&self) -> Result<Q, Trouble> {
        match Query::try_from_uri(&self.uri) {
            Ok(Query(query)) => Ok(query),
            Err(error) => Err(Trouble::bad_request(error.body_text())),
        }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// 422 when it is not understood.
    pub fn body<B: DeserializeOwned>(&self) -> Result<B, Trouble> {
        serde_json::from_slice(&self.bytes).map_err(|error| Trouble::unacceptable(format!("the body: {error}")))
    }

    /// Whose token the header `token` holds.
    ///
    /// # Errors
    /// [`Rejection::NotSignedIn`], [`Rejection::TokenExpired`].
    pub fn user(&self) -> Result<UserId, Refusal> {
        buyer(&self.state, &self.headers)
    }

    /// Does it come from the operator?
    ///
    /// # Errors
    /// 401.
    pub fn operator(&self) -> Result<(), Trouble> {
        let sent = self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match sent.split_once(' ') {
            Some((scheme, token))
                if scheme.eq_ignore_ascii_case("bearer") && self.state.gate.is_operator(token.trim()) =>
            {
                Ok(())
            }
            _ => Err(Trouble::not_an_operator()),
        }
    }
}

fn buyer(state: &State, headers: &HeaderMap) -> Result<UserId, Refusal> {
    let token = headers.get("token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(state.gate.verify(token, state.now())?)
}

/// A JSON body. None at all is `null`, as web clients of the original send it; the content type does not matter.
///
/// # Errors
/// Which field is wrong, and how.
pub fn parsed<B: DeserializeOwned>(bytes: &[u8]) -> Result<B, ArgumentError> {
    let bytes = if bytes.is_empty() { b"null" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| {
        let message = error.to_string();
        let argument_name = match message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
            Some((missing, _)) => missing.to_owned(),
            None => field_before(bytes, error.line(), error.column()),
        };
        ArgumentError { argument_name, message }
    })
}

/// The last key that stands before a place in a JSON text; empty where there is none.
fn field_before(bytes: &[u8], line: usize, column: usize) -> String {
    let line_start =
        bytes.split_inclusive(|&b| b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    let before = &bytes[..(line_start + column).min(bytes.len())];
    let mut field = String::new();
    let (mut at, mut last) = (0, None);
    while at < before.len() {
        match before[at] {
            b'"' => {
                let start = at + 1;
                let mut end = start;
                while end < before.len() && before[end] != b'"' {
                    end += if before[end] == b'\\' { 2 } else { 1 };
                }
                last = before.get(start..end);
                at = end;
            }
            b':' => {
                if let Some(key) = last.take() {
                    field = String::from_utf8_lossy(key).chars().take(64).collect();
                }
            }
            _ => {}
        }
        at += 1;
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::order::{CreateOrder, OrderRef};

    fn mistake(body: &str) -> ArgumentError {
        parsed::<CreateOrder>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_mistake_is_named_with_its_field() {
        for (body, field) in [
            (r#"{"userId":"1"}"#, "programId"),
            (r#"{"programId":"x","userId":"1"}"#, "programId"),
            ("{\n \"programId\": 2,\n \"userId\": \"9223372036854775808\"}", "userId"),
            (r#"{"programId":2,"userId":1,"ticketUserIdList":[1,true]}"#, "ticketUserIdList"),
            (r#"{"programId":2,"userId":1,"seatDtoList":[{"id":"a\"b:c"}]}"#, "id"),
            (r#"{"programId":2,"userId":1,"#, "userId"),
            ("", ""),
            ("[]", ""),
            ("\"", ""),
        ] {
            let mistake = mistake(body);
            assert_eq!(mistake.argument_name, field, "{body}: {}", mistake.message);
            assert!(!mistake.message.is_empty());
        }
    }

    #[test]
    fn a_call_without_a_body_is_a_call_with_null() {
        assert_eq!(parsed::<Option<u8>>(b"").unwrap(), None);
        assert!(parsed::<OrderRef>(b"").is_err());
    }
}

//! Reads the two answers that a load generator reads all day, and nothing more of them than it needs.
//! Must not judge what it read.

use serde::{Deserialize, de::IgnoredAny};

use crate::{domain::ids::OrderNumber, wire::text};

/// The envelope of create and poll. `data` is an order number as text or number; null and `""` are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct NumberAnswer {
    /// 0 for yes.
    #[serde(with = "text")]
    pub code: i32,
    /// The order number, where there is one.
    #[serde(default, with = "text::option")]
    pub data: Option<OrderNumber>,
}

/// The envelope of a route whose data does not matter.
#[derive(Debug, Deserialize)]
pub struct CodeAnswer {
    /// 0 for yes.
    #[serde(with = "text")]
    pub code: i32,
    /// Passed over.
    #[serde(default)]
    pub data: IgnoredAny,
}

/// Reads the envelope of create or poll; `None` when it is none.
#[must_use]
pub fn number(body: &[u8]) -> Option<NumberAnswer> {
    serde_json::from_slice(body).ok()
}

/// Reads the code of an envelope; `None` when it is none.
#[must_use]
pub fn code(body: &[u8]) -> Option<i32> {
    serde_json::from_slice::<CodeAnswer>(body).ok().map(|answer| answer.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_text_and_as_numbers_and_none_is_none() {
        let read = |body: &str| number(body.as_bytes()).map(|a| (a.code, a.data.map(OrderNumber::get)));
        let largest = i64::MAX as u64;
        assert_eq!(read(r#"{"code":"0","message":null,"data":"9223372036854775807"}"#), Some((0, Some(largest))));
        assert_eq!(read(r#"{"code":0,"data":9223372036854775807}"#), Some((0, Some(largest))));
        assert_eq!(read(r#"{"code":"0","data":""}"#), Some((0, None)));
        assert_eq!(read(r#"{"code":"40011","message":"余票不足","data":null}"#), Some((40011, None)));
        assert_eq!(read(r#"{"data":"1"}"#), None);
        assert_eq!(read("<html>"), None);
    }

    #[test]
    fn data_of_any_shape_is_passed_over() {
        for data in ["null", "\"<form>\"", "{\"a\":[1]}", "true"] {
            assert_eq!(code(format!(r#"{{"code":"7","data":{data}}}"#).as_bytes()), Some(7));
        }
        assert_eq!(code(br#"{"code":"0"}"#), Some(0));
    }
}

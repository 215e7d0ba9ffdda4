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

/// Reads the envelope of create or poll; `None` when it is none. A "no" may have data of any shape: a request that is not
/// well-formed is refused with a list of its faults.
#[must_use]
pub fn number(body: &[u8]) -> Option<NumberAnswer> {
    let refused = || code(body).filter(|&code| code != 0).map(|code| NumberAnswer { code, data: None });
    serde_json::from_slice(body).ok().or_else(refused)
}

/// The envelope of `/order/pay/check`: the code, and with 0 the status of the order.
#[must_use]
pub fn order_status(body: &[u8]) -> Option<Result<u8, i32>> {
    #[derive(Deserialize)]
    struct Paid {
        data: Status,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Status {
        #[serde(with = "text")]
        order_status: u8,
    }
    match code(body)? {
        0 => serde_json::from_slice::<Paid>(body).ok().map(|paid| Ok(paid.data.order_status)),
        code => Some(Err(code)),
    }
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
    fn a_no_is_one_whatever_its_data_is() {
        let faults =
            r#"{"code":"10054","message":"参数错误","data":[{"argumentName":"userId","message":"must not be null"}]}"#;
        assert_eq!(number(faults.as_bytes()).map(|a| (a.code, a.data)), Some((10054, None)));
        assert_eq!(order_status(faults.as_bytes()), Some(Err(10054)));
        assert_eq!(number(br#"{"code":0,"data":{"orderNumber":"1"}}"#), None);
        assert_eq!(number(br#"{"code":-100,"message":"system error"}"#).map(|a| a.code), Some(-100));
    }

    #[test]
    fn the_status_of_an_order_is_read_from_text_and_from_a_number() {
        for status in ["3", "\"3\""] {
            let body = format!(r#"{{"code":0,"data":{{"id":"1","orderStatus":{status},"payOrderTime":""}}}}"#);
            assert_eq!(order_status(body.as_bytes()), Some(Ok(3)));
        }
        assert_eq!(order_status(br#"{"code":"0","data":null}"#), None);
        assert_eq!(order_status(b"<html>"), None);
    }

    #[test]
    fn data_of_any_shape_is_passed_over() {
        for data in ["null", "\"<form>\"", "{\"a\":[1]}", "true"] {
            assert_eq!(code(format!(r#"{{"code":"7","data":{data}}}"#).as_bytes()), Some(7));
        }
        assert_eq!(code(br#"{"code":"0"}"#), Some(0));
    }
}

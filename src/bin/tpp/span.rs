//! Spans of time on the command line: `500ms`, `90s`, `15m`, `2h`.
//! Must not guess a unit.

use std::time::Duration;

/// Longest span accepted: a week, far beyond any hold or wait and far from overflow.
const SPAN_S_MAX: u64 = 7 * 24 * 60 * 60;

/// Reads a span; the message fits behind "invalid value".
pub fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60 * 1_000,
        "h" => 60 * 60 * 1_000,
        _ => return Err("write a whole number with its unit: 500ms, 90s, 15m or 2h".to_owned()),
    };
    let span_ms = number.parse::<u64>().ok().and_then(|n| n.checked_mul(unit_ms));
    match span_ms {
        Some(0) => Err("a span must be longer than nothing".to_owned()),
        Some(ms) if ms <= SPAN_S_MAX * 1_000 => Ok(Duration::from_millis(ms)),
        _ => Err("a span is at most 168h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_with_its_unit() {
        for (text, span_ms) in [("500ms", 500), ("90s", 90_000), ("15m", 900_000), ("2h", 7_200_000)] {
            assert_eq!(parse(text), Ok(Duration::from_millis(span_ms)));
        }
    }

    #[test]
    fn what_is_not_a_span_is_refused() {
        for text in ["", "15", "m", "1.5h", "-1s", "0s", "169h", "1d", "99999999999999999999s", "15 m"] {
            assert!(parse(text).is_err(), "{text:?} was taken for a span");
        }
    }
}

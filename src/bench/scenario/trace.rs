//! A trace of arrivals: a text file with one offset in milliseconds a line, replayed as it is.
//! Must not know what its arrivals want.

use std::{path::Path, sync::Arc};

use crate::bench::{quantity::SPAN_MAX, scenario::BUYERS_MAX};

/// Offsets in microseconds from the start of their phase, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moments(Arc<[u64]>);

impl Moments {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[u64] {
        &self.0
    }

    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| format!("failed to read the trace {name}: {e}"))?;
        Self::parse(&text).map_err(|(line, reason)| format!("{name}, line {line}: {reason}"))
    }

    /// Offsets of a text, or the number of the line that is wrong and why.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut moments = Vec::new();
        let mut lines = 0;
        for (number, line) in (1..).zip(text.lines()) {
            lines = number;
            let offset = line.split('#').next().unwrap_or_default().trim();
            if offset.is_empty() {
                continue;
            }
            moments.push(offset_us(offset).map_err(|reason| (number, reason))?);
            if moments.len() as u64 > BUYERS_MAX {
                return Err((number, format!("more than {BUYERS_MAX} arrivals: split the trace")));
            }
        }
        if moments.is_empty() {
            return Err((lines.max(1), "no arrival stands in it: write one offset in ms a line".to_owned()));
        }
        moments.sort_unstable();
        Ok(Self(moments.into()))
    }

    /// Each arrival as many times as the factor says, at its own moment; of a factor below 1 the first of every so many.
    pub(super) fn scaled(&self, factor: f64) -> Self {
        let upto = |count: usize| (count as f64 * factor).ceil() as usize;
        let repeated = self.0.iter().enumerate().flat_map(|(at, &moment)| {
            let times = upto(at + 1) - upto(at);
            std::iter::repeat_n(moment, times)
        });
        Self(repeated.collect())
    }
}

/// `1250` or `1250.5`, in ms.
fn offset_us(text: &str) -> Result<u64, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let ms: f64 = text.parse().ok().filter(|_| plain).ok_or_else(|| {
        format!("not an offset: {text:?} (write milliseconds since the start, as 1250 or 1250.5; # begins a comment)")
    })?;
    if ms > SPAN_MAX.as_millis() as f64 {
        return Err(format!("{text} ms is more than a day after the start"));
    }
    Ok((ms * 1000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(text: &str) -> Vec<u64> {
        Moments::parse(text).unwrap().all().to_vec()
    }

    #[test]
    fn offsets_are_read_in_any_order_and_comments_passed_over() {
        assert_eq!(moments("# doors\n20\n\n 0.5 # early\n20\r\n3\n"), [500, 3_000, 20_000, 20_000]);
    }

    #[test]
    fn a_wrong_line_is_named_with_its_number_and_reason() {
        for (text, line, reason) in [
            ("1\n\nx\n", 3, "not an offset: \"x\" (write milliseconds"),
            ("1\n-5\n", 2, "not an offset"),
            ("1e3", 1, "not an offset"),
            ("NaN", 1, "not an offset"),
            ("1 2", 1, "not an offset"),
            ("90000000", 1, "more than a day"),
            ("# nothing\n#\n", 2, "no arrival stands in it"),
            ("", 1, "no arrival stands in it"),
        ] {
            let (at, said) = Moments::parse(text).unwrap_err();
            assert!(at == line && said.contains(reason), "{text:?}: line {at}: {said}");
        }
    }

    #[test]
    fn a_scaled_trace_keeps_moments_and_leaves_out_or_repeats_evenly() {
        let trace = Moments::parse("0\n1\n2\n3\n4\n").unwrap();
        assert_eq!(trace.scaled(1.0), trace);
        assert_eq!(trace.scaled(0.5).all(), [0, 2_000, 4_000]);
        assert_eq!(trace.scaled(2.0).all(), [0, 0, 1_000, 1_000, 2_000, 2_000, 3_000, 3_000, 4_000, 4_000]);
        assert_eq!(trace.scaled(0.001).all(), [0], "a sale has a buyer at any scale");
    }
}

//! Values of a scenario file that are more than a number: spans of time, shares, versions, thresholds.
//! Must not hold a default; each is refused where it stands in the file when it makes no sense.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{bench::metric, domain::order::OrderVersion};

/// Longest span a scenario may name: a rehearsal, not a season.
pub const SPAN_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// A time span written as `200ms`, `1.5s`, `15m` or `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Duration);

impl Span {
    /// Whole microseconds.
    #[must_use]
    pub fn us(self) -> u64 {
        u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX)
    }
}

impl FromStr for Span {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("not a time span: {text:?} (write 200ms, 1.5s, 15m or 2h)");
        let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(refuse)?;
        let (number, unit) = text.split_at(unit_at);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(refuse()),
        };
        let number: f64 = number.parse().map_err(|_| refuse())?;
        let span = Duration::try_from_secs_f64(number * seconds).map_err(|_| refuse())?;
        if span > SPAN_MAX { Err(format!("{text:?} is longer than a day")) } else { Ok(Self(span)) }
    }
}

impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A span drawn evenly between two ends, written as `100ms..2s`, or as one span that is always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct SpanRange {
    /// Shortest.
    pub from: Span,
    /// Longest.
    pub to: Span,
}

impl TryFrom<String> for SpanRange {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((&text, &text));
        let range = Self { from: from.parse()?, to: to.parse()? };
        if range.from > range.to { Err(format!("{text:?} ends before it begins")) } else { Ok(range) }
    }
}

/// A probability, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(pub f64);

impl TryFrom<f64> for Share {
    type Error = String;
    fn try_from(share: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err(format!("{share} is not between 0 and 1")) }
    }
}

/// A rate in buyers per second, above 0 and finite.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "f64")]
pub struct Rate(pub f64);

impl TryFrom<f64> for Rate {
    type Error = String;
    fn try_from(rate: f64) -> Result<Self, String> {
        if (0.0..=1_000_000.0).contains(&rate) {
            Ok(Self(rate))
        } else {
            Err(format!("{rate} is not a rate between 0 and 1000000 buyers per second"))
        }
    }
}

/// A number of tickets as the key of a table: `{ 1 = 30, 2 = 70 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Tickets(pub u8);

impl TryFrom<String> for Tickets {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let most = crate::domain::program::ORDER_TICKETS_MAX;
        match text.parse::<u8>() {
            Ok(tickets) if tickets >= 1 && u32::from(tickets) <= most => Ok(Self(tickets)),
            _ => Err(format!("{text:?} is not a number of tickets from 1 to {most}")),
        }
    }
}

/// Which version buyers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "NumberOrText")]
pub enum VersionChoice {
    /// All the same.
    One(OrderVersion),
    /// Each buyer draws one of the four.
    Mixed,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(u64),
    Text(String),
}

impl TryFrom<NumberOrText> for VersionChoice {
    type Error = String;
    fn try_from(given: NumberOrText) -> Result<Self, String> {
        match given {
            NumberOrText::Number(number) => number.to_string().parse(),
            NumberOrText::Text(text) => text.parse(),
        }
    }
}

impl FromStr for VersionChoice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "mixed" {
            return Ok(Self::Mixed);
        }
        text.parse().map(Self::One).map_err(|_| format!("a version is 1, 2, 3, 4 or \"mixed\", not {text:?}"))
    }
}

impl fmt::Display for VersionChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(version) => write!(f, "v{}", version.number()),
            Self::Mixed => f.write_str("mixed"),
        }
    }
}

/// How a figure is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// A mark that a run must reach: `confirm_p99_ms < 500`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Threshold {
    /// As written.
    pub text: String,
    /// A name that [`metric::check`] knows.
    pub metric: String,
    /// How.
    pub comparison: Comparison,
    /// With what.
    pub value: f64,
}

impl Threshold {
    /// Is it reached by this figure?
    #[must_use]
    pub fn is_met_by(&self, figure: f64) -> bool {
        match self.comparison {
            Comparison::Below => figure < self.value,
            Comparison::AtMost => figure <= self.value,
            Comparison::Above => figure > self.value,
            Comparison::AtLeast => figure >= self.value,
        }
    }
}

impl TryFrom<String> for Threshold {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let refuse = || format!("not a threshold: {text:?} (write for example \"confirm_p99_ms < 500\")");
        let words: Vec<&str> = text.split_whitespace().collect();
        let [metric, sign, value] = words.as_slice() else { return Err(refuse()) };
        let comparison = match *sign {
            "<" => Comparison::Below,
            "<=" => Comparison::AtMost,
            ">" => Comparison::Above,
            ">=" => Comparison::AtLeast,
            _ => return Err(refuse()),
        };
        let value = value.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(refuse)?;
        metric::check(metric)?;
        Ok(Self { metric: (*metric).to_owned(), comparison, value, text })
    }
}

impl Serialize for VersionChoice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_four_units_and_nonsense_is_refused() {
        for (text, ms) in [("200ms", 200), ("1.5s", 1500), ("15m", 900_000), ("2h", 7_200_000), ("0s", 0)] {
            assert_eq!(text.parse::<Span>().unwrap().0.as_millis(), ms, "{text}");
        }
        for text in ["", "5", "s", "-1s", "1d", "1 s", "25h", "1..2s", "1.2.3s"] {
            assert!(text.parse::<Span>().is_err(), "{text:?} was taken for a span");
        }
        assert!(SpanRange::try_from("2s..1s".to_owned()).is_err());
    }

    #[test]
    fn a_threshold_names_a_known_figure() {
        let mark = Threshold::try_from("errors_pct <= 0.5".to_owned()).unwrap();
        assert!(mark.is_met_by(0.5) && !mark.is_met_by(0.6));
        for text in ["errors_pct", "errors < 1", "errors_pct = 1", "errors_pct < x", "errors_pct < 1 2", "sold > NaN"] {
            assert!(Threshold::try_from(text.to_owned()).is_err(), "{text:?} was taken for a threshold");
        }
    }

    #[test]
    fn versions_are_numbers_or_mixed() {
        assert_eq!("3".parse(), Ok(VersionChoice::One(OrderVersion::V3)));
        assert_eq!("mixed".parse(), Ok(VersionChoice::Mixed));
        assert!("5".parse::<VersionChoice>().is_err());
    }
}

//! Arrivals of a scenario, phase by phase: a rate, a ramp, a crowd at the door, or a trace of a sale that was.
//! Must not draw anybody: the schedule does.

use std::path::PathBuf;

use serde::Deserialize;

use super::trace::Moments;
use crate::bench::quantity::{Rate, Span};

/// A stretch of arrivals.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub enum Phase {
    /// The same rate all along.
    Constant {
        /// Buyers per second.
        rate: Rate,
        /// For how long.
        duration: Span,
        /// How they are spaced.
        spacing: Spacing,
    },
    /// From one rate to another, in a straight line.
    Ramp {
        /// Buyers per second at the start.
        from: Rate,
        /// Buyers per second at the end.
        to: Rate,
        /// For how long.
        duration: Span,
        /// How they are spaced.
        spacing: Spacing,
    },
    /// A crowd at the door: densest at the start, thinning out in a straight line to none at the end.
    Spike {
        /// How many.
        buyers: u32,
        /// Over how long; 0s: all at once.
        duration: Span,
        /// How they are spaced.
        spacing: Spacing,
    },
    /// Arrivals as they were, replayed to the microsecond. The phase ends with its last one.
    Trace {
        /// The file, relative to the scenario's.
        file: PathBuf,
        /// What stands in it; `None` until [`super::Scenario::load`] has read it, and then nobody arrives.
        moments: Option<Moments>,
    },
}

/// How arrivals are spaced within the shape of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// Independent of each other, as crowds are.
    #[default]
    Poisson,
    /// At equal shares of the phase.
    Even,
}

impl Phase {
    /// How many arrive.
    #[must_use]
    pub fn buyers(&self) -> u64 {
        match self {
            Self::Constant { rate, duration, .. } => (rate.0 * duration.0.as_secs_f64()).round() as u64,
            Self::Ramp { from, to, duration, .. } => ((from.0 + to.0) / 2.0 * duration.0.as_secs_f64()).round() as u64,
            Self::Spike { buyers, .. } => u64::from(*buyers),
            Self::Trace { moments, .. } => moments.as_ref().map_or(0, |moments| moments.all().len() as u64),
        }
    }

    /// How long it lasts, in microseconds.
    #[must_use]
    pub fn duration_us(&self) -> u64 {
        match self {
            Self::Constant { duration, .. } | Self::Ramp { duration, .. } | Self::Spike { duration, .. } => {
                duration.us()
            }
            Self::Trace { moments, .. } => {
                moments.as_ref().and_then(|moments| moments.all().last().copied()).unwrap_or(0)
            }
        }
    }

    /// How arrivals are spaced; of a trace they are where they are.
    #[must_use]
    pub const fn spacing(&self) -> Spacing {
        match self {
            Self::Constant { spacing, .. } | Self::Ramp { spacing, .. } | Self::Spike { spacing, .. } => *spacing,
            Self::Trace { .. } => Spacing::Even,
        }
    }

    /// The same shape and length with this many times the buyers.
    pub(super) fn scale(&mut self, factor: f64) {
        match self {
            Self::Constant { rate, .. } => rate.0 *= factor,
            Self::Ramp { from, to, .. } => (from.0, to.0) = (from.0 * factor, to.0 * factor),
            Self::Spike { buyers, .. } => *buyers = super::scale(*buyers, factor),
            Self::Trace { moments, .. } => *moments = moments.take().map(|moments| moments.scaled(factor)),
        }
    }
}

/// A phase as it stands in the file: which keys it takes depends on `arrival`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    arrival: Shape,
    rate: Option<Rate>,
    from: Option<Rate>,
    to: Option<Rate>,
    buyers: Option<u32>,
    duration: Option<Span>,
    spacing: Option<Spacing>,
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Constant,
    Ramp,
    Spike,
    Trace,
}

impl Shape {
    const fn word(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Ramp => "ramp",
            Self::Spike => "spike",
            Self::Trace => "trace",
        }
    }

    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Constant => &["rate", "duration", "spacing"],
            Self::Ramp => &["from", "to", "duration", "spacing"],
            Self::Spike => &["buyers", "duration", "spacing"],
            Self::Trace => &["file"],
        }
    }
}

impl Written {
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let keys = [
            ("rate", self.rate.is_some()),
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("buyers", self.buyers.is_some()),
            ("duration", self.duration.is_some()),
            ("spacing", self.spacing.is_some()),
            ("file", self.file.is_some()),
        ];
        keys.into_iter().filter(|(_, given)| *given).map(|(key, _)| key)
    }

    fn need<T>(&self, key: &str, value: Option<T>) -> Result<T, String> {
        value.ok_or_else(|| format!("a phase with arrival = \"{}\" needs `{key}`", self.arrival.word()))
    }
}

impl TryFrom<Written> for Phase {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let (shape, takes) = (written.arrival.word(), written.arrival.keys());
        if let Some(key) = written.given().find(|key| !takes.contains(key)) {
            return Err(format!("a phase with arrival = \"{shape}\" has no `{key}`, only `{}`", takes.join("`, `")));
        }
        let spacing = written.spacing.unwrap_or_default();
        let duration = || written.need("duration", written.duration);
        let rate = |key: &str, rate: Option<Rate>| written.need(key, rate);
        Ok(match written.arrival {
            Shape::Constant => Self::Constant { rate: rate("rate", written.rate)?, duration: duration()?, spacing },
            Shape::Ramp => {
                let (from, to) = (rate("from", written.from)?, rate("to", written.to)?);
                Self::Ramp { from, to, duration: duration()?, spacing }
            }
            Shape::Spike => {
                Self::Spike { buyers: written.need("buyers", written.buyers)?, duration: duration()?, spacing }
            }
            Shape::Trace => Self::Trace { file: written.need("file", written.file.clone())?, moments: None },
        })
    }
}

//! Which way is better, figure by figure.
//! Must not hold a mark: how much worse is too much is not said here.

use serde::Serialize;

/// Which way a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it describes the run, and is never judged.
    Neutral,
}

/// The figures that decide when nobody says otherwise: how fast a sale goes, and how long buyers wait. It is short on
/// purpose: every further one makes the others harder to judge.
pub const JUDGED: [&str; 6] =
    ["created_per_s", "accepted_per_s", "confirm_p99_ms", "create_p99_ms", "sold_out_p99_ms", "sell_out_s"];

const HIGHER: [&str; 6] =
    ["created", "created_per_s", "accepted_per_s", "sold", "taken_pct", "accepted_of_ceiling_pct"];
const LOWER: [&str; 7] =
    ["sell_out_s", "over_time_s", "drain_s", "errors_pct", "indeterminate", "polls_per_order", "recovered_after_s"];

/// Which way this figure is better. The generator's own lag is nobody's merit.
#[must_use]
pub fn direction(metric: &str) -> Direction {
    let is_latency = metric.ends_with("_ms") && !metric.contains("lag") && !metric.contains("dispatch");
    match metric {
        _ if HIGHER.contains(&metric) => Direction::Higher,
        _ if LOWER.contains(&metric) || is_latency => Direction::Lower,
        _ => Direction::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::metric;

    #[test]
    fn every_figure_that_is_judged_exists_and_has_a_direction() {
        for name in JUDGED {
            assert!(metric::check(name).is_ok(), "{name} is no figure");
            assert_ne!(direction(name), Direction::Neutral, "{name} cannot be judged");
        }
        assert_eq!(direction("created_per_s"), Direction::Higher);
        assert_eq!(direction("confirm_p50_ms"), Direction::Lower);
        assert_eq!(direction("lag_p99_ms"), Direction::Neutral);
        assert_eq!(direction("duplicates_absorbed"), Direction::Neutral);
    }
}

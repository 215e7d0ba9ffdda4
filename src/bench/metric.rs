//! Names of figures: how thresholds, `abort_on_fail` and comparisons call them. `docs/METRICS.md` describes each.
//! Must not compute a figure.

use crate::{
    bench::{
        percentile,
        tally::{Outcome, Step},
    },
    domain::rejection::Rejection,
};

/// Figures with a name of their own.
pub const PLAIN: [&str; 52] = [
    "accepted",
    "accepted_of_ceiling_pct",
    "accepted_per_s",
    "amplification",
    "available",
    "capacity",
    "ceiling_per_s",
    "created",
    "created_per_s",
    "drain_s",
    "duplicates_absorbed",
    "errors_pct",
    "fcfs_high",
    "fcfs_low",
    "fcfs_score",
    "generator_cpu_pct",
    "generator_cpu_s",
    "held",
    "indeterminate",
    "missed_connections",
    "others_cpu_pct",
    "over_time_s",
    "overtakes_max",
    "overtakes_p50",
    "overtakes_p99",
    "placed_per_s",
    "polls_per_order",
    "queue_max",
    "recovered_after_s",
    "rejected",
    "rejected_pct",
    "released",
    "requests",
    "requests_per_s",
    "resale_max_ms",
    "resale_p50_ms",
    "resale_p99_ms",
    "resold",
    "run_s",
    "sell_out_s",
    "server_cpu_pct",
    "server_cpu_s",
    "server_rss_mib",
    "sold",
    "sold_out",
    "sold_out_pct",
    "stolen_pct",
    "storm_peak",
    "submits",
    "taken_pct",
    "unsold_pct",
    "visits",
];

/// Spans that are told as `NAME_p50_ms`, `_p90_`, `_p95_`, `_p99_`, `_p999_` and `NAME_max_ms`.
pub const SPANS: [&str; 7] = ["confirm", "create", "create_service", "dispatch", "lag", "pay", "sold_out"];

/// The three ways in which a step's time is taken: `STEP.OUTCOME.KIND_p99_ms`.
pub const KINDS: [&str; 3] = ["service", "response", "lag"];

/// Checks that a figure may have this name.
///
/// # Errors
/// When none can; with the name that is nearest to it.
pub fn check(name: &str) -> Result<(), String> {
    if is_known(name) {
        return Ok(());
    }
    Err(format!("no figure is called {name:?}; did you mean \"{}\"? docs/METRICS.md names all", nearest(name)))
}

/// Is it a percentile, so that a run with few samples has none?
#[must_use]
pub fn is_percentile(name: &str) -> bool {
    percentile::samples_needed(name).is_some()
}

/// The class whose buyers a figure counts, when it is about one.
#[must_use]
pub fn class(name: &str) -> Option<&str> {
    name.strip_prefix("win_pct.")
}

fn is_known(name: &str) -> bool {
    if let Some(class) = class(name) {
        return !class.is_empty();
    }
    if let Some(code) = name.strip_prefix("rejected.code_") {
        return code.parse::<i32>().is_ok();
    }
    names().any(|known| known == name)
}

/// Every name but those that hold a class or an unknown code.
fn names() -> impl Iterator<Item = String> {
    let spans = SPANS.iter().flat_map(|span| endings().map(move |ending| format!("{span}{ending}")));
    let words = Rejection::ALL.iter().map(|rejection| rejection.word()).chain(["overload"]);
    let words = words.map(|word| format!("rejected.{word}"));
    PLAIN.iter().map(|&name| name.to_owned()).chain(spans).chain(words).chain(steps())
}

fn steps() -> impl Iterator<Item = String> {
    let pairs = Step::ALL.iter().flat_map(|step| Outcome::ALL.iter().map(move |outcome| (step.word(), outcome.word())));
    pairs.flat_map(|(step, outcome)| {
        let kinds = KINDS.iter().flat_map(|kind| endings().map(move |ending| format!("{kind}{ending}")));
        kinds.chain(["count".to_owned()]).map(move |rest| format!("{step}.{outcome}.{rest}"))
    })
}

/// `_p50_ms` to `_max_ms`.
pub(in crate::bench) fn endings() -> impl Iterator<Item = String> {
    percentile::NAMED.iter().map(|(word, _)| *word).chain(["max"]).map(|word| format!("_{word}_ms"))
}

fn nearest(name: &str) -> String {
    let classes = std::iter::once("win_pct.CLASS".to_owned());
    // A part of a name is nearer than a misspelt one.
    names().chain(classes).min_by_key(|known| (!known.contains(name), distance(name, known))).unwrap_or_default()
}

/// Letters to add, drop or change to come from one to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut diagonal = at;
        row[0] = at + 1;
        for (column, other) in to.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_kind_are_known() {
        for name in [
            "created_per_s",
            "confirm_p99_ms",
            "sold_out_max_ms",
            "win_pct.bot",
            "rejected.sold_out",
            "rejected.overload",
            "rejected.code_-7",
            "create.done.response_p99_ms",
            "pay_check.refused.lag_max_ms",
            "poll.pending.count",
        ] {
            assert_eq!(check(name), Ok(()));
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_known_one() {
        for (name, nearest) in [
            ("confirms_p99_ms", "confirm_p99_ms"),
            ("fcfs", "fcfs_low"),
            ("score", "fcfs_score"),
            ("rejected.sold_aut", "rejected.sold_out"),
            ("create.done.respons_p99_ms", "create.done.response_p99_ms"),
            ("win_pct.", "win_pct.CLASS"),
            ("rejected.code_x", "rejected.code_x"),
        ] {
            let refusal = check(name).unwrap_err();
            assert!(refusal.starts_with(&format!("no figure is called {name:?}; did you mean ")), "{refusal}");
            assert!(nearest == name || refusal.contains(&format!("\"{nearest}\"?")), "{refusal}");
        }
    }

    #[test]
    fn percentiles_are_told_from_other_figures() {
        let percentiles = ["confirm_p99_ms", "overtakes_p50", "create.done.lag_p999_ms"];
        assert!(percentiles.iter().all(|name| is_percentile(name)));
        assert!(["created_per_s", "create_max_ms", "drain_s"].iter().all(|name| !is_percentile(name)));
    }
}

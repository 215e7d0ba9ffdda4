//! Words and numbers as every written form of a report uses them.
//! Must not know Markdown or HTML.

use super::{Report, Spread, StepLatency, Verdict};

/// Samples that must lie beyond a percentile for it to be told.
pub const BEYOND_MIN: f64 = 10.0;

/// How it came out, in words.
#[must_use]
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::MarkMissed => "mark missed",
        Verdict::NotValid => "not valid",
        Verdict::AuditFailed => "audit failed",
        Verdict::Interrupted => "interrupted",
    }
}

/// The worst of several: correctness first.
#[must_use]
pub fn worst<'a>(reports: impl Iterator<Item = &'a Report> + Clone) -> Verdict {
    let ranked = [Verdict::AuditFailed, Verdict::Interrupted, Verdict::NotValid, Verdict::MarkMissed];
    let found = ranked.into_iter().find(|verdict| reports.clone().any(|report| report.verdict == *verdict));
    found.unwrap_or(Verdict::Passed)
}

/// What the audit says, in a few words.
#[must_use]
pub fn laws(report: &Report) -> &'static str {
    match &report.audit {
        Some(audit) if audit.clean => "nothing oversold, nothing lost",
        Some(_) => "laws of the sale are broken",
        None => "not audited",
    }
}

/// What holds the inventory, as far as the server tells.
#[must_use]
pub fn engine(report: &Report) -> &str {
    report.server.as_ref().map_or("unknown", |server| &server.engine)
}

/// Latency of a step that came out this way.
#[must_use]
pub fn latency<'a>(report: &'a Report, step: &str, outcome: &str) -> Option<&'a StepLatency> {
    report.latency.iter().find(|l| l.step == step && l.outcome == outcome)
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three digits that matter, never in powers of ten.
#[must_use]
pub fn number(figure: f64) -> String {
    match figure.abs() {
        size if size >= 1000.0 => count(figure.round().max(0.0) as u64),
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => trimmed(format!("{figure:.1}")),
        size if size >= 1.0 => trimmed(format!("{figure:.2}")),
        _ => trimmed(format!("{figure:.3}")),
    }
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Milliseconds with their unit; seconds from ten of them.
#[must_use]
pub fn span_ms(ms: f64) -> String {
    if ms >= 10_000.0 { format!("{} s", number(ms / 1000.0)) } else { format!("{} ms", number(ms)) }
}

/// The 99th percentile, or the slowest where there are too few samples.
#[must_use]
pub fn tail(spread: &Spread) -> String {
    spread.p99_ms.map_or_else(|| format!("max {}", number(spread.max_ms)), number)
}

/// Half and tail of the response, in milliseconds: `12 / 240`.
#[must_use]
pub fn half_and_tail(latency: Option<&StepLatency>) -> String {
    latency.map_or_else(
        || "–".to_owned(),
        |latency| {
            format!("{} / {}", latency.response.p50_ms.map_or_else(|| "–".to_owned(), number), tail(&latency.response))
        },
    )
}

/// A command that plays the same schedule again. It is made of the report alone, so that no token, header or password of
/// the command line can be in it.
#[must_use]
pub fn command(report: &Report) -> String {
    let played = &report.scenario;
    let version = played.version.to_string();
    let mut words = vec![
        format!("tpp bench {}", quoted(&played.name)),
        format!("--version {}", version.trim_start_matches('v')),
        format!("--seed {}", played.seed),
        format!("--scale {}", played.scale),
        format!("--connections {}", report.generator.connections),
        format!("--workers {}", report.generator.workers),
    ];
    if let Some(server) = &report.server {
        words.push(format!("--durability {}", quoted(&server.durability)));
        if server.engine != "embedded" {
            words.push("--redis managed".to_owned());
        }
    }
    words.join(" ")
}

/// A word for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::sample::sample;

    #[test]
    fn numbers_keep_three_digits_and_are_never_powers() {
        let shown = [0.0, 0.0421, 1.0, 9.994, 12.34, 456.7, 1234.5, 1e7].map(number);
        assert_eq!(shown, ["0", "0.042", "1", "9.99", "12.3", "457", "1,235", "10,000,000"]);
        assert_eq!([999.4, 10_000.0].map(span_ms), ["999 ms", "10 s"]);
        assert_eq!([0, 12, 999, 1000, 1_234_567].map(count), ["0", "12", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn correctness_outranks_everything() {
        let of = |verdict| Report { verdict, ..sample() };
        let reports = [of(Verdict::MarkMissed), of(Verdict::AuditFailed), of(Verdict::NotValid)];
        assert_eq!(worst(reports.iter()), Verdict::AuditFailed);
        assert_eq!(worst(reports[..1].iter()), Verdict::MarkMissed);
        assert_eq!(worst([].iter()), Verdict::Passed);
    }

    #[test]
    fn the_command_repeats_the_schedule_and_a_shell_cannot_be_fooled_by_a_name() {
        let mut report = sample();
        assert_eq!(
            command(&report),
            "tpp bench flash_sale --version mixed --seed 18446744073709551615 --scale 1 --connections 8 --workers 1 \
             --durability full"
        );
        report.scenario.name = "a'; rm -rf ~ #".to_owned();
        assert!(command(&report).starts_with("tpp bench 'a'\\''; rm -rf ~ #' --version"), "{}", command(&report));
    }
}

//! Tests of the text.
//! Must not compare it word for word.

use super::*;
use crate::bench::report::sample::sample;

#[test]
fn the_fullest_report_fits_on_a_screen_with_the_verdict_first() {
    let text = text(&sample());
    assert!(text.lines().count() <= LINES_MAX, "{text}");
    assert!(text.starts_with("AUDIT FAILED: flash_sale mixed"), "{text}");
    for needed in [
        "L2 order 0: seat 7",
        "and 195 more",
        "sold out after 1.50 s; the last of them knew 0.25 s later",
        "50 % of this machine's ceiling",
        "seed 18446744",
        "first come, first served 0.900 (0.850 to 0.950)",
        "winners were overtaken p50 0, p99 3, max 5 times; won: human 62.5 %, bot 50.0 %",
        "1.20 submits a buyer, 3 absorbed; 1 submits without an answer",
        "worst after 0.5 s (40 repeats and failures), over 0.5 s later",
        "2 sold again, half within 10 ms",
        "generator's threads 40 %; of the machine: server 90 %, others 1 %, stolen 0 %",
        "valid; 100 requests",
    ] {
        assert!(text.contains(needed), "{needed} is missing in:\n{text}");
    }
}

#[test]
fn no_line_is_wider_than_the_page_whatever_the_names_are() {
    let mut wide = sample();
    wide.fairness.classes.iter_mut().for_each(|class| class.name = "很".repeat(90));
    wide.reasons[0] = "so ".repeat(60);
    let text = text(&wide);
    assert!(text.lines().all(|line| line.chars().count() <= COLUMNS_MAX), "{text}");
    assert!(text.contains('…'));
}

#[test]
fn a_storm_without_an_end_and_a_run_that_is_not_valid_are_told_loudly() {
    let mut bad = sample();
    bad.verdict = Verdict::NotValid;
    bad.validity.standing = Standing::Noisy;
    bad.reasons = vec!["the machine was noisy: other programs took 40 % of it".to_owned()];
    bad.repeats.storm.as_mut().unwrap().recovered_after_s = None;
    let text = text(&bad);
    assert!(text.starts_with("NOT VALID: ") && text.contains("  why         the machine was noisy"), "{text}");
    assert!(text.contains("NEVER OVER") && text.contains("NOISY; 100 requests"), "{text}");
}

#[test]
fn latencies_stand_in_columns_and_large_numbers_have_commas() {
    let mut large = sample();
    large.latency.iter_mut().for_each(|latency| latency.count = 1_234_567);
    large.latency[0].response.p50_ms = Some(16_613.4);
    large.scenario.buyers = 50_000;
    let text = text(&large);
    let table: Vec<_> = text.lines().skip_while(|line| !line.contains("service p99")).collect();
    let rows: Vec<_> = table.iter().filter(|line| line.ends_with("1,234,567")).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.chars().count() == table[0].chars().count()), "{text}");
    assert!(text.contains("  buyers      50,000"), "{text}");
}

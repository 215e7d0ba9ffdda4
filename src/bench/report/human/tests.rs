//! Tests of the text.
//! Must not compare it word for word.

use super::*;
use crate::bench::report::sample::sample;

#[test]
fn the_fullest_report_fits_on_a_screen_with_the_verdict_first() {
    let text = text(&sample());
    assert!(text.lines().count() <= LINES_MAX, "{text}");
    assert!(text.starts_with("AUDIT FAILED: flash_sale mixed"), "{text}");
    for needed in
        ["L2 order 0: seat 7", "and 192 more", "sold out after 1.50 s", "50 % of the ceiling", "seed 18446744"]
    {
        assert!(text.contains(needed), "{needed} is missing in:\n{text}");
    }
}

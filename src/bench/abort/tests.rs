//! Tests of abort_on_fail over stretches written by hand.
//! Must not play a run.

use super::*;

const WIDTH_US: u64 = 100_000;

fn rule(text: &str) -> AbortOnFail {
    toml::from_str(text).unwrap()
}

/// Stretches of 100 ms with ten requests each; those from this one on fail.
fn breaks_at(stretch: usize, stretches: usize) -> Series {
    let window = |at| {
        let failed = if at < stretch { 0 } else { 10 };
        Window { requests: 10 - failed, failed, ..Window::default() }
    };
    Series { width_us: WIDTH_US, windows: (0..stretches).map(window).collect(), ..Series::default() }
}

#[test]
fn a_rule_is_read_with_its_defaults_and_refused_with_what_there_is() {
    let short = rule("when = \"errors_pct > 5\"");
    assert_eq!((short.window.0.us(), short.after.us()), (2_000_000, 0));
    for (text, word) in [
        ("when = \"created > 5\"", "errors_pct, rejected_pct, placed_per_s"),
        ("when = \"errors > 5\"", "did you mean \"errors_pct\"?"),
        ("when = \"errors_pct > 5\"\nwindow = \"0s\"", "100ms or more"),
        ("when = \"errors_pct > 5\"\nsince = \"1s\"", "unknown field `since`"),
    ] {
        let refusal = toml::from_str::<AbortOnFail>(text).unwrap_err().to_string();
        assert!(refusal.contains(word), "{word:?} is missing in {refusal}");
    }
}

#[test]
fn every_live_name_is_a_figure_of_the_report_too() {
    for name in LIVE {
        assert_eq!(crate::bench::metric::check(name), Ok(()));
    }
}

#[test]
fn a_run_ends_once_a_whole_window_is_bad_enough() {
    let rules = [rule("when = \"errors_pct > 50\"\nwindow = \"1s\"")];
    let mut referee = Referee::new(&rules);
    let series = breaks_at(20, 60);
    // At 2.9 s the settled window is 1.6 s to 2.6 s: six of its ten stretches failed.
    let ended = (0..60).map(|at| at * WIDTH_US).find(|&now_us| referee.look(&series, now_us));
    assert_eq!(ended, Some(2_900_000));
    let reason = referee.reason().unwrap();
    assert_eq!(reason, "broken off after 2.9 s by abort_on_fail: errors_pct > 50 (60.0 over 1.0 s)");
    let marks = referee.marks();
    assert_eq!((marks[0].met, marks[0].found), (false, Some(60.0)));
}

#[test]
fn a_good_run_is_not_ended_and_its_marks_are_met() {
    let rules = [rule("when = \"errors_pct > 50\""), rule("when = \"placed_per_s < 0\"")];
    let mut referee = Referee::new(&rules);
    assert!((0..60).all(|at| !referee.look(&breaks_at(60, 60), at * WIDTH_US)));
    assert_eq!(referee.reason(), None);
    assert!(referee.marks().iter().all(|mark| mark.met));
    assert_eq!(referee.marks()[0].found, Some(0.0));
}

#[test]
fn what_happens_before_after_does_not_count() {
    let rules = [rule("when = \"errors_pct > 50\"\nwindow = \"1s\"\nafter = \"3s\"")];
    let mut referee = Referee::new(&rules);
    let mut series = breaks_at(0, 60);
    assert!((0..43).all(|at| !referee.look(&series, at * WIDTH_US)), "no window lies after 3 s yet");
    assert!(referee.look(&series, 4_300_000));
    series.windows[30..].fill(Window { requests: 10, ..Window::default() });
    assert!(!Referee::new(&rules).look(&series, 4_300_000));
}

#[test]
fn too_few_requests_a_missing_series_and_a_sale_that_is_over_say_nothing() {
    let rules = [rule("when = \"errors_pct > 0\"\nwindow = \"100ms\"")];
    let mut few = breaks_at(0, 10);
    few.windows.iter_mut().for_each(|w| w.failed = 9);
    assert!(!Referee::new(&rules).look(&few, 900_000));
    assert!(!Referee::new(&rules).look(&Series::default(), 900_000));
    let rules = [rule("when = \"placed_per_s < 5\"\nwindow = \"100ms\"")];
    let mut sold_out = breaks_at(10, 10);
    assert!(Referee::new(&rules).look(&sold_out, 900_000), "nobody places an order");
    sold_out.windows.iter_mut().for_each(|w| w.sold_out = 1);
    assert!(!Referee::new(&rules).look(&sold_out, 900_000));
}

#[test]
fn a_percentile_needs_ten_samples_beyond_it() {
    let rules = [rule("when = \"create_p90_ms > 100\"\nwindow = \"100ms\"")];
    let mut slow = breaks_at(10, 10);
    for (samples, ends) in [(99, false), (100, true)] {
        slow.windows.iter_mut().for_each(|w| {
            w.create.reset();
            w.create.record_n(200_000, samples).unwrap();
        });
        assert_eq!(Referee::new(&rules).look(&slow, 900_000), ends, "{samples} samples");
    }
}

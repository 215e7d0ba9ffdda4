//! Sales as they may go, heard frame by frame.

use super::*;
use crate::wire::feed::LATENCY_BOUNDS_US;

const START: i64 = 1_780_000_000_000;

fn numbers(seconds: f64, placed: u64) -> Numbers {
    let mut numbers = Numbers { uptime_s: 100.0 + seconds, requests: placed * 3, ..Numbers::default() };
    numbers.versions[2].placed = placed;
    numbers.create.counts = vec![0; LATENCY_BOUNDS_US.len() + 1];
    numbers.create.counts[10] = placed;
    numbers
}

/// A hundred orders a second, two seats each, ten frames a second.
fn steady(course: &mut Course, from_tenths: i64, to_tenths: i64) {
    for tenth in from_tenths..=to_tenths {
        let placed = 500 + tenth as u64 * 10;
        let left = 10_000u64.saturating_sub(2 * (placed - 500));
        course.hear(&numbers(tenth as f64 / 10.0, placed), START + tenth * 100, None, Some(left));
    }
}

fn v3(course: &Course) -> Option<f64> {
    course.per_s(|numbers| numbers.versions[2].placed as f64)
}

fn rates(course: &Course) -> Vec<f64> {
    course.track(Past::Whole, |point| point.placed_per_s(2)).values.iter().map(|rate| rate.round()).collect()
}

#[test]
fn rates_are_differences_and_the_first_frame_has_none() {
    let mut course = Course::default();
    steady(&mut course, 0, 0);
    assert_eq!((v3(&course), course.pace(), course.now(Timed::Create)), (None, None, None));
    steady(&mut course, 1, 55);
    assert_eq!(v3(&course), Some(100.0));
    assert_eq!(rates(&course), [100.0; 6], "orders before one looked are nobody's rate");
    assert_eq!(course.track(Past::Recent, |_| Some(1.0)).slots, 60);
}

#[test]
fn the_projection_goes_by_the_last_seconds() {
    let mut course = Course::default();
    steady(&mut course, 0, 100);
    assert_eq!(course.pace(), Some(200.0));
    assert_eq!(course.to_go_s(), Some(40.0));
    for tenth in 101..=160 {
        course.hear(&numbers(tenth as f64 / 10.0, 1_500), START + tenth * 100, None, Some(8_000));
    }
    assert_eq!((course.pace(), course.to_go_s()), (None, None), "nothing goes: nothing is known");
}

#[test]
fn seats_that_come_back_make_no_projection() {
    let mut course = Course::default();
    course.hear(&numbers(0.0, 0), START, None, Some(100));
    course.hear(&numbers(2.0, 0), START + 2_000, None, Some(150));
    assert_eq!(course.to_go_s(), None);
}

#[test]
fn the_moment_of_the_last_seat_is_known_only_if_it_was_seen() {
    let mut course = Course::default();
    course.hear(&numbers(0.0, 0), START, None, Some(0));
    assert_eq!(course.gone_ms(), None);
    course.hear(&numbers(1.0, 0), START + 1_000, None, Some(4));
    course.hear(&numbers(2.0, 0), START + 2_000, None, Some(0));
    course.hear(&numbers(3.0, 0), START + 3_000, None, Some(0));
    assert_eq!((course.gone_ms(), course.to_go_s()), (Some(START + 2_000), None));
    course.hear(&numbers(4.0, 0), START + 4_000, None, Some(2));
    assert_eq!(course.gone_ms(), None, "a hold ended: there is a seat again");
}

#[test]
fn a_server_that_restarted_has_no_negative_rate_and_no_spike() {
    let mut course = Course::default();
    steady(&mut course, 0, 40);
    let again = |seconds: f64, placed| Numbers { uptime_s: seconds, ..numbers(0.0, placed) };
    course.hear(&again(1.0, 30), START + 6_000, None, Some(9_000));
    assert_eq!(v3(&course), None, "one frame of the new one says nothing of now");
    course.hear(&again(2.0, 80), START + 7_000, None, Some(8_950));
    assert_eq!(v3(&course), Some(50.0));
    assert!(rates(&course).iter().all(|rate| (0.0..=101.0).contains(rate)), "{:?}", rates(&course));
    assert_eq!(course.over_the_run(Timed::Create).map(|of| of.p50_us), Some(900));
}

#[test]
fn a_gap_of_the_feed_is_spread_over_its_time() {
    let mut course = Course::default();
    steady(&mut course, 0, 20);
    // Thirty seconds later the same pace turns out to have gone on.
    steady(&mut course, 320, 322);
    let rates = rates(&course);
    assert_eq!(rates.len(), 33);
    assert!(rates.iter().all(|rate| (99.0..=101.0).contains(rate)), "{rates:?}");
    let left = course.track(Past::Whole, |point| point.left.map(|left| left as f64));
    assert!(left.values.windows(2).all(|two| two[0] >= two[1] && two[0] - two[1] < 401.0), "{left:?}");
    assert!(v3(&course).is_some_and(|rate| (99.0..101.0).contains(&rate)));
}

#[test]
fn after_a_long_silence_now_begins_anew() {
    let mut course = Course::default();
    steady(&mut course, 0, 20);
    steady(&mut course, 72_000, 72_000);
    assert_eq!(v3(&course), None);
    steady(&mut course, 72_001, 72_020);
    assert_eq!(v3(&course), Some(100.0));
}

#[test]
fn a_long_run_keeps_its_sums_in_limited_memory() {
    let mut course = Course::default();
    for minute in 0..=600_i64 {
        let left = 1_000_000 - minute as u64;
        course.hear(&numbers(minute as f64 * 60.0, minute as u64 * 600), START + minute * 60_000, None, Some(left));
    }
    assert!(course.points.len() <= POINTS_MAX, "{}", course.points.len());
    assert_eq!(course.point_s(), 16.0);
    let orders: f64 = course.points.iter().map(|point| point.placed[2]).sum();
    assert_eq!(orders.round(), 360_000.0);
    assert!(rates(&course)[..2_000].iter().all(|rate| *rate == 10.0));
}

#[test]
fn another_program_has_a_burn_down_of_its_own() {
    let mut course = Course::default();
    steady(&mut course, 0, 30);
    course.hear(&numbers(3.1, 810), START + 3_100, ProgramId::new(7), Some(40));
    assert_eq!((course.pace(), course.gone_ms()), (None, None));
    let left = course.track(Past::Whole, |point| point.left.map(|left| left as f64)).values;
    assert_eq!(left, [0.0, 0.0, 0.0, 40.0]);
    assert!(v3(&course).is_some_and(|rate| rate > 99.0), "orders are the server's: they go on");
}

#[test]
fn a_replay_that_is_set_back_starts_anew() {
    let mut course = Course::default();
    steady(&mut course, 0, 50);
    steady(&mut course, 10, 12);
    assert_eq!((course.seconds(), course.points.len()), (0.2, 1));
    assert_eq!(v3(&course), Some(100.0));
}

#[test]
fn odd_clocks_do_no_harm() {
    let mut course = Course::default();
    for at_ms in [0, 5, 5, i64::MAX / 4, i64::MAX / 2, 7, i64::MIN / 4, 0] {
        course.hear(&numbers(0.0, 1), at_ms, None, None);
        assert!(course.points.len() <= POINTS_MAX);
    }
}

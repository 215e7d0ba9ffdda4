//! The allocator against the rule.
//! Must not time anything: cost is counted in steps.

use proptest::prelude::*;

use super::{FreeSeats, naive, steps_of};
use crate::domain::{hold::Fallback, ids::SeatIx, program::CategoryHall, rejection::Rejection};

/// Rows as text: `.` is free, `x` is taken.
fn seats_of(rows: &[&str]) -> FreeSeats {
    let lens: Vec<u32> = rows.iter().map(|row| row.len() as u32).collect();
    let mut free = FreeSeats::all_of(&naive::hall(&[&lens]).categories[0]);
    let taken: Vec<SeatIx> =
        rows.concat().chars().zip(0..).filter(|(seat, _)| *seat == 'x').map(|(_, at)| SeatIx(at)).collect();
    free.take(&taken);
    free
}

fn choice(rows: &[&str], count: u32, fallback: Fallback) -> Result<Vec<u32>, Rejection> {
    seats_of(rows).choose(count, fallback).map(|seats| seats.iter().map(|seat| seat.0).collect())
}

#[test]
fn the_first_row_with_enough_side_by_side_is_chosen_from_its_lowest_column() {
    assert_eq!(choice(&[".x..", "x...", "...."], 3, Fallback::Refuse), Ok(vec![5, 6, 7]));
    assert_eq!(choice(&[".x..", "...."], 2, Fallback::Refuse), Ok(vec![2, 3]));
    assert_eq!(choice(&["x....x..", ".."], 2, Fallback::Refuse), Ok(vec![1, 2]), "a longer run is cut");
}

#[test]
fn two_rows_are_not_side_by_side() {
    assert_eq!(choice(&["xx..", "..xx"], 4, Fallback::Refuse), Err(Rejection::SeatsOccupied));
    assert_eq!(choice(&["xx..", "..xx"], 4, Fallback::Split), Ok(vec![2, 3, 4, 5]));
}

#[test]
fn too_few_is_sold_out_whatever_the_fallback() {
    for fallback in [Fallback::Refuse, Fallback::Split] {
        assert_eq!(choice(&["x.x.", "xxxx"], 3, fallback), Err(Rejection::SoldOut));
        assert_eq!(choice(&["xxxx"], 1, fallback), Err(Rejection::SoldOut));
    }
}

#[test]
fn a_split_takes_the_longest_runs_first_and_the_rest_at_the_front() {
    // The example of the module's own words: runs of 2, 1, 3, 3.
    let rows = ["..x", ".xx", "...x", "..."];
    assert_eq!(choice(&rows, 7, Fallback::Split), Ok(vec![0, 6, 7, 8, 10, 11, 12]));
    assert_eq!(choice(&rows, 4, Fallback::Split), Ok(vec![0, 6, 7, 8]));
    assert_eq!(choice(&rows, 9, Fallback::Split), Ok(vec![0, 1, 3, 6, 7, 8, 10, 11, 12]));
}

#[test]
fn more_than_any_row_could_hold_is_split_not_refused() {
    assert_eq!(choice(&["..", ".."], 4, Fallback::Split), Ok(vec![0, 1, 2, 3]));
    let mut free = FreeSeats::all_of(&naive::hall(&[&[1_000; 70]]).categories[0]);
    assert_eq!(free.choose(70_000, Fallback::Split).map(|seats| seats.len()), Ok(70_000));
    assert_eq!(free.choose(70_000, Fallback::Refuse), Err(Rejection::SeatsOccupied));
}

#[derive(Debug, Clone)]
enum Step {
    TakeChoice(u32, Fallback),
    Take(Vec<u32>),
    GiveBack(Vec<u32>),
}

fn step() -> impl Strategy<Value = Step> {
    let fallback = || prop_oneof![Just(Fallback::Refuse), Just(Fallback::Split)];
    prop_oneof![
        3 => (1u32..8, fallback()).prop_map(|(count, fallback)| Step::TakeChoice(count, fallback)),
        1 => prop::collection::vec(0u32..1_000, 1..12).prop_map(Step::Take),
        2 => prop::collection::vec(0u32..1_000, 1..16).prop_map(Step::GiveBack),
    ]
}

fn row_len() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 1u32..12, 1 => 60u32..70, 1 => 120u32..140]
}

/// The second category of its hall, so that seats do not start at 0.
fn category(rows: &[u32]) -> CategoryHall {
    naive::hall(&[&[3, 2], rows]).categories.remove(1)
}

fn longest_runs(category: &CategoryHall, free: &[bool]) -> Vec<u32> {
    let first = category.first_seat.0;
    let mut runs = Vec::new();
    for row in &category.rows {
        let from = (row.first_seat.0 - first) as usize;
        let seats = &free[from..from + row.len as usize];
        runs.extend(seats.split(|free| !free).map(|run| run.len() as u32).filter(|&len| len > 0));
    }
    runs.sort_by(|a, b| b.cmp(a));
    runs
}

fn fewest_groups(runs: &[u32], count: u32) -> usize {
    let mut seats = 0;
    let enough = runs.iter().position(|run| {
        seats += run;
        seats >= count
    });
    enough.expect("enough are free") + 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_choice_is_the_one_that_the_rule_names(
        rows in prop::collection::vec(row_len(), 1..14),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let category = category(&rows);
        let first = category.first_seat.0;
        let mut seats = FreeSeats::all_of(&category);
        let mut free = vec![true; category.seats as usize];
        let place = |at: &u32| SeatIx(first + at % category.seats);
        for step in steps {
            let (chosen, back) = match step {
                Step::TakeChoice(count, fallback) => {
                    let chosen = seats.choose(count, fallback);
                    let expected =
                        naive::choose(&category, |seat| free[(seat.0 - first) as usize], count, fallback);
                    prop_assert_eq!(&chosen, &expected, "{} {:?}", count, fallback);
                    (chosen.unwrap_or_default(), false)
                }
                Step::Take(at) => (at.iter().map(place).collect(), false),
                Step::GiveBack(at) => (at.iter().map(place).collect(), true),
            };
            let changed = if back { seats.give_back(&chosen) } else { seats.take(&chosen) };
            let mut expected = 0;
            for seat in chosen {
                let was = std::mem::replace(&mut free[(seat.0 - first) as usize], back);
                expected += u32::from(was != back);
            }
            prop_assert_eq!(changed, expected);
            prop_assert_eq!(seats.count() as usize, free.iter().filter(|free| **free).count());
            prop_assert!((0..category.seats).all(|at| seats.is_free(SeatIx(first + at)) == free[at as usize]));
        }
    }

    #[test]
    fn a_split_has_the_fewest_groups_that_are_possible(
        rows in prop::collection::vec(1u32..8, 1..10),
        taken in prop::collection::vec(prop::bool::weighted(0.4), 80),
        count in 1u32..17,
    ) {
        let category = category(&rows);
        let first = category.first_seat.0;
        let free: Vec<bool> = (0..category.seats as usize).map(|at| !taken[at]).collect();
        let mut seats = FreeSeats::all_of(&category);
        let gone: Vec<SeatIx> =
            (0..category.seats).filter(|&at| !free[at as usize]).map(|at| SeatIx(first + at)).collect();
        seats.take(&gone);
        prop_assume!(seats.count() >= count);
        let chosen = seats.choose(count, Fallback::Split).expect("enough are free");
        let mut after = vec![false; free.len()];
        chosen.iter().for_each(|seat| after[(seat.0 - first) as usize] = true);
        let groups = longest_runs(&category, &after).len();
        // Two groups may touch; then they count as one here, never the other way round.
        prop_assert!(groups <= fewest_groups(&longest_runs(&category, &free), count));
    }
}

/// Most steps that a choice and its taking need while a hall sells out by threes, with some seats given back.
fn most_steps(rows: usize, holds: u32) -> u64 {
    let mut seats = FreeSeats::all_of(&naive::hall(&[&vec![100; rows]]).categories[0]);
    let mut most = 0;
    for hold in 0..holds {
        most = most.max(steps_of(|| {
            let chosen = seats.choose(3, Fallback::Split).expect("not sold out yet");
            seats.take(&chosen);
            if hold % 5 == 0 {
                seats.give_back(&chosen[..1]);
            }
        }));
    }
    most
}

#[test]
fn a_million_seats_cost_a_few_steps_more_than_a_thousand() {
    let (small, large) = (most_steps(10, 300), most_steps(10_000, 300_000));
    // Twice each: the way down, the way up for the taking and for the giving back, and finding the rows: 6 × 10 levels.
    assert!(large <= small + 60, "{small} steps at 1,000 seats, {large} at 1,000,000");
}

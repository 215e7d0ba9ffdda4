//! Which seats: the scripts against a plain reading of the rule, step by step.
//! Must not use the tree: the model looks at every seat.

use super::stage::{Stage, best_or, picked, program, release};
use crate::{
    domain::{
        hold::{Fallback, Held, SeatState},
        ids::SeatIx,
        program::Program,
        rejection::Rejection,
    },
    inventory::NotDone,
};

/// Free seats of one category of equal rows, from position 0.
struct Model {
    free: Vec<bool>,
    row: usize,
}

impl Model {
    fn first(&self, free: &[bool], k: usize) -> Option<usize> {
        (0..free.len()).find(|&s| s % self.row + k <= self.row && free[s..s + k].iter().all(|f| *f))
    }

    fn best(&self, k: usize, fallback: Fallback) -> Result<Vec<usize>, Rejection> {
        if self.free.iter().filter(|f| **f).count() < k {
            return Err(Rejection::SoldOut);
        }
        if fallback == Fallback::Refuse {
            return self.first(&self.free, k).map(|s| (s..s + k).collect()).ok_or(Rejection::SeatsOccupied);
        }
        let (mut free, mut taken) = (self.free.clone(), Vec::new());
        while taken.len() < k {
            let (first, n) = (1..=k - taken.len()).rev().find_map(|n| self.first(&free, n).map(|s| (s, n))).unwrap();
            free[first..first + n].fill(false);
            taken.extend(first..first + n);
        }
        taken.sort_unstable();
        Ok(taken)
    }
}

/// A small deterministic sequence; the seed stands in every message.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

async fn play(seed: u64, rows: u32, row: u32, steps: u64) {
    let program = program(1, &[(11, rows, row)]);
    let stage = Stage::selling(&program).await;
    let mut model = Model { free: vec![true; (rows * row) as usize], row: row as usize };
    let (mut draws, mut taken) = (Draws(seed), Vec::new());
    for step in 0..steps {
        match draws.below(10) {
            0..7 => {
                let k = 1 + draws.below(u64::from(row.min(8)));
                let fallback = if draws.below(2) == 0 { Fallback::Refuse } else { Fallback::Split };
                let said = stage.engine.hold(best_or(&program, step, u32::try_from(k).unwrap(), fallback)).await;
                let should = model.best(usize::try_from(k).unwrap(), fallback);
                assert_eq!(said, told(&should), "seed {seed}, step {step}: {k} seats, {fallback:?}");
                take(&mut model, &mut taken, step, should.unwrap_or_default());
            }
            7 => {
                let seat = usize::try_from(draws.below(model.free.len() as u64)).unwrap();
                let said = stage.engine.hold(picked(&program, step, &[u32::try_from(seat).unwrap()])).await;
                let should = if model.free[seat] { Ok(vec![seat]) } else { Err(Rejection::SeatHeld) };
                assert_eq!(said, told(&should), "seed {seed}, step {step}: seat {seat}");
                take(&mut model, &mut taken, step, should.unwrap_or_default());
            }
            _ if taken.is_empty() => {}
            _ => {
                let at = usize::try_from(draws.below(taken.len() as u64)).unwrap();
                give_back(&stage, &program, &mut model, taken.swap_remove(at)).await;
            }
        }
    }
    let states = stage.engine.seats(program.id).await.unwrap();
    let free: Vec<bool> = states.iter().map(|state| *state == SeatState::Available).collect();
    assert_eq!(free, model.free, "seed {seed}");
    let runs: Vec<u8> = stage.command(redis::cmd("GET").arg("{p1}:runs").take()).await.unwrap();
    let bytes: Vec<u8> = free.iter().map(|f| if *f { b'0' } else { b'1' }).collect();
    assert_eq!(runs, super::super::layout::Layout::of(&program.hall).packed_runs(&bytes), "seed {seed}: the tree");
}

fn told(should: &Result<Vec<usize>, Rejection>) -> Result<Held, NotDone> {
    let position = |s: &usize| SeatIx(u32::try_from(*s).unwrap());
    should.as_ref().map(|seats| Held::Seats(seats.iter().map(position).collect())).map_err(|r| (*r).into())
}

fn take(model: &mut Model, taken: &mut Vec<(u64, Vec<usize>)>, step: u64, seats: Vec<usize>) {
    seats.iter().for_each(|s| model.free[*s] = false);
    if !seats.is_empty() {
        taken.push((step, seats));
    }
}

async fn give_back(stage: &Stage, program: &Program, model: &mut Model, (step, seats): (u64, Vec<usize>)) {
    let positions: Vec<u32> = seats.iter().map(|s| u32::try_from(*s).unwrap()).collect();
    let given = stage.engine.release(&release(&picked(program, step, &[]), &positions)).await;
    assert_eq!(given, Ok(u32::try_from(seats.len()).unwrap()));
    seats.iter().for_each(|s| model.free[*s] = true);
}

#[tokio::test]
async fn the_seats_are_those_of_the_rule_in_a_small_hall() {
    for seed in 0..6 {
        play(seed, 5, 7, 150).await;
    }
}

#[tokio::test]
async fn the_seats_are_those_of_the_rule_in_a_hall_with_three_levels() {
    play(77, 64 * 64 + 70, 2, 400).await;
    play(78, 70, 9, 400).await;
}

#[tokio::test]
async fn a_row_longer_than_a_byte_can_say_is_sold_to_the_end() {
    play(79, 2, 600, 300).await;
}

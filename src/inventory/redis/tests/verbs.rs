//! Each verb by itself.
//! Must not restart or empty the server.

use super::stage::{
    self, CATEGORY, Stage, best, best_or, held, key, live, name, no, order, picked, program, release, seats, user,
};
use crate::{
    domain::{
        hold::{Books, Choice, Counts, Fallback, Held, SeatState},
        ids::{CategoryId, ProgramId},
        rejection::Rejection,
    },
    inventory::Unavailable,
};

#[tokio::test]
async fn ids_of_nineteen_digits_come_back_whole() {
    let program = program(1, &[(CATEGORY, 2, 5), (CATEGORY + 1, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let mut request = best(&program, 7, 2);
    request.real_name = true;
    request.request = Some(key("k", u64::MAX));
    assert_eq!(stage.engine.hold_and_queue(request.clone()).await, held(&[0, 1]));

    let census = stage.engine.census(program.id).await.unwrap();
    let counts = |available, held, sold| Counts { available, held, sold };
    let id = |n| CategoryId::new(n).unwrap();
    assert_eq!(census.counts, [(id(CATEGORY), counts(8, 2, 0)), (id(CATEGORY + 1), counts(4, 0, 0))]);
    assert_eq!(census.seats[0], (SeatState::Held, Some(order(7))));
    assert_eq!(census.seats[2], (SeatState::Available, None));
    assert_eq!(census.accounts, [(user(7), 2)]);
    assert_eq!(census.names, [(name(700), order(7)), (name(701), order(7))]);
    assert_eq!(census.holds, [(order(7), request.hold_ends_at)]);
    assert_eq!(census.queue, [order(7)]);
    assert_eq!(stage.engine.hold(request).await, Ok(Held::Repeat(order(7))));
    assert_eq!(stage.engine.counts(program.id).await.unwrap(), census.counts);
    let states: Vec<_> = census.seats.iter().map(|(state, _)| *state).collect();
    assert_eq!(stage.engine.seats(program.id).await.unwrap(), states);
}

#[tokio::test]
async fn a_picked_seat_is_taken_once_and_the_reply_keeps_the_order_of_the_request() {
    let program = program(1, &[(11, 2, 5), (12, 1, 4)]);
    let stage = Stage::selling(&program).await;
    assert_eq!(stage.engine.hold(picked(&program, 1, &[12, 3, 9])).await, held(&[12, 3, 9]));
    assert_eq!(stage.engine.hold(picked(&program, 2, &[4, 3])).await, no(Rejection::SeatHeld));
    assert_eq!(stage.engine.confirm(program.id, order(1), &seats(&[12, 3, 9])).await, Ok(3));
    assert_eq!(stage.engine.hold(picked(&program, 2, &[4, 3])).await, no(Rejection::SeatSold));
    assert_eq!(stage.engine.hold(picked(&program, 2, &[4, 14])).await, no(Rejection::SeatMissing));
    assert_eq!(stage.engine.hold(picked(&program, 2, &[4])).await, held(&[4]));
    assert_eq!(stage.engine.hold(picked(&program, 3, &[])).await, no(Rejection::CountNotPositive));
}

#[tokio::test]
async fn best_seats_are_side_by_side_in_the_lowest_row_that_has_room() {
    let program = program(1, &[(11, 3, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    assert_eq!(engine.hold(best(&program, 1, 3)).await, held(&[0, 1, 2]));
    assert_eq!(engine.hold(best(&program, 2, 2)).await, held(&[4, 5]));
    assert_eq!(engine.hold(best(&program, 3, 1)).await, held(&[3]));
    assert_eq!(engine.hold(picked(&program, 4, &[9])).await, held(&[9]));
    assert_eq!(engine.hold(best(&program, 5, 3)).await, no(Rejection::SeatsOccupied));
    assert_eq!(engine.hold(best(&program, 5, 6)).await, no(Rejection::SoldOut));
    assert_eq!(engine.hold(best_or(&program, 6, 5, Fallback::Split)).await, held(&[6, 7, 8, 10, 11]));
    assert_eq!(engine.hold(best_or(&program, 7, 1, Fallback::Split)).await, no(Rejection::SoldOut));
    let other = Choice::Best { category: CategoryId::new(99).unwrap(), count: 1, fallback: Fallback::Refuse };
    assert_eq!(engine.hold(stage::request(&program, 8, other)).await, no(Rejection::CategoryMissing));
}

#[tokio::test]
async fn a_split_that_is_refused_leaves_nothing_taken() {
    let program = program(1, &[(11, 2, 2)]);
    let stage = Stage::selling(&program).await;
    let mut greedy = best_or(&program, 1, 3, Fallback::Split);
    greedy.per_account_limit = 2;
    let before = stage.engine.census(program.id).await.unwrap();
    assert_eq!(stage.engine.hold(greedy).await, no(Rejection::AccountLimit));
    assert_eq!(stage.engine.census(program.id).await.unwrap(), before);
    assert_eq!(stage.engine.hold(best(&program, 2, 2)).await, held(&[0, 1]));
}

#[tokio::test]
async fn choosing_says_what_holding_would_take_and_takes_nothing() {
    let program = program(1, &[(11, 3, 4)]);
    let stage = Stage::selling(&program).await;
    let (engine, category) = (&stage.engine, program.hall.categories[0].id);
    engine.hold(picked(&program, 1, &[1, 6, 9])).await.unwrap();
    let before = engine.census(program.id).await.unwrap();
    for (n, count, fallback) in [(2, 2, Fallback::Refuse), (3, 4, Fallback::Split), (4, 4, Fallback::Refuse)] {
        let chosen = engine.choose(program.id, category, count, fallback).await;
        assert_eq!(engine.census(program.id).await.unwrap(), before, "choosing changed something");
        let request = best_or(&program, n, count, fallback);
        assert_eq!(engine.hold(request.clone()).await, chosen.clone().map(Held::Seats));
        engine.undo(program.id, request.order).await.unwrap();
    }
    assert_eq!(engine.choose(program.id, category, 10, Fallback::Split).await, no(Rejection::SoldOut));
    let missing = CategoryId::new(99).unwrap();
    assert_eq!(engine.choose(program.id, missing, 1, Fallback::Split).await, no(Rejection::CategoryMissing));
}

#[tokio::test]
async fn checks_come_in_their_order() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    let mut first = picked(&program, 1, &[0, 1]);
    (first.real_name, first.request) = (true, Some(key("k", 5)));
    assert_eq!(engine.hold(first.clone()).await, held(&[0, 1]));
    // The key, before a seat that is held.
    assert_eq!(engine.hold(first.clone()).await, Ok(Held::Repeat(order(1))));
    let mut other = first.clone();
    other.request = Some(key("k", 6));
    assert_eq!(engine.hold(other.clone()).await, no(Rejection::KeyReused));
    // The seat, before the account's limit; the limit, before the name.
    (other.request, other.order, other.per_account_limit) = (Some(key("l", 5)), order(2), 2);
    assert_eq!(engine.hold(other.clone()).await, no(Rejection::SeatHeld));
    other.choice = Choice::Picked(seats(&[2]));
    assert_eq!(engine.hold(other.clone()).await, no(Rejection::AccountLimit));
    other.per_account_limit = 3;
    assert_eq!(engine.hold(other.clone()).await, no(Rejection::NameLimit));
    other.ticket_users = vec![name(9)];
    assert_eq!(engine.hold(other.clone()).await, held(&[2]));
    // Another user's key of the same text is another key.
    let mut stranger = picked(&program, 3, &[3]);
    stranger.request = Some(key("k", 99));
    assert_eq!(engine.hold(stranger).await, held(&[3]));
}

#[tokio::test]
async fn released_seats_names_and_counts_are_free_again_and_a_repeat_is_harmless() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    let mut request = picked(&program, 1, &[1, 2]);
    (request.real_name, request.request) = (true, Some(key("k", 5)));
    let empty = engine.census(program.id).await.unwrap();
    engine.hold(request.clone()).await.unwrap();

    let mut stranger = release(&request, &[1, 2]);
    stranger.order = order(2);
    assert_eq!(engine.release(&stranger).await, Ok(0));
    assert_eq!(engine.release(&release(&request, &[2, 3, 2])).await, Ok(1), "only its own, each once");
    let half = engine.census(program.id).await.unwrap();
    assert_eq!((half.accounts, half.holds.len()), (vec![(user(1), 1)], 1));
    assert_eq!(engine.release(&release(&request, &[1, 2])).await, Ok(1));
    assert_eq!(engine.release(&release(&request, &[1, 2])).await, Ok(0));
    assert_eq!(engine.census(program.id).await.unwrap(), empty);
    // The key stays: its order did exist.
    assert_eq!(engine.hold(request.clone()).await, Ok(Held::Repeat(order(1))));
    request.request = None;
    assert_eq!(engine.hold(request.clone()).await, held(&[1, 2]));
    assert_eq!(engine.confirm(program.id, order(1), &seats(&[1, 2])).await, Ok(2));
    assert_eq!(engine.release(&release(&request, &[1, 2])).await, Ok(2), "sold seats go back too");
    assert_eq!(engine.census(program.id).await.unwrap(), empty);
}

#[tokio::test]
async fn only_the_owner_confirms_and_only_once() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    engine.hold(picked(&program, 1, &[1, 2])).await.unwrap();
    assert_eq!(engine.confirm(program.id, order(2), &seats(&[1, 2])).await, Ok(0));
    assert_eq!(engine.confirm(program.id, order(1), &seats(&[0, 1])).await, Ok(1));
    let census = engine.census(program.id).await.unwrap();
    assert_eq!(census.counts[0].1, Counts { available: 2, held: 1, sold: 1 });
    assert_eq!(census.holds.len(), 1, "a seat of it is still held");
    assert_eq!(engine.confirm(program.id, order(1), &seats(&[1, 2])).await, Ok(1));
    assert_eq!(engine.confirm(program.id, order(1), &seats(&[1, 2])).await, Ok(0));
    let census = engine.census(program.id).await.unwrap();
    assert_eq!((census.counts[0].1, census.holds.len()), (Counts { available: 2, held: 0, sold: 2 }, 0));
}

#[tokio::test]
async fn an_undone_order_leaves_no_trace_and_a_confirmed_one_is_left_alone() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    let empty = engine.census(program.id).await.unwrap();
    let mut request = best(&program, 1, 2);
    (request.real_name, request.request) = (true, Some(key("k", 5)));
    engine.hold(request.clone()).await.unwrap();
    assert_eq!(engine.undo(program.id, order(1)).await, Ok(2));
    assert_eq!(engine.undo(program.id, order(1)).await, Ok(0));
    assert_eq!(engine.census(program.id).await.unwrap(), empty);
    assert_eq!(engine.hold(request.clone()).await, held(&[0, 1]), "its key is forgotten");
    engine.confirm(program.id, order(1), &seats(&[0, 1])).await.unwrap();
    assert_eq!(engine.undo(program.id, order(1)).await, Ok(0));
    assert_eq!(engine.hold(request).await, Ok(Held::Repeat(order(1))));
    assert_eq!(engine.undo(program.id, order(99)).await, Ok(0), "an unknown order");
}

#[tokio::test]
async fn a_program_that_nobody_built_here_is_stale_and_so_is_a_forgotten_one() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    let unknown = ProgramId::new(2).unwrap();
    assert_eq!(engine.counts(unknown).await, Err(Unavailable::Stale));
    engine.hold_and_queue(best(&program, 1, 1)).await.unwrap();
    engine.forget(program.id).await.unwrap();
    assert_eq!(engine.hold(best(&program, 1, 1)).await, Err(Unavailable::Stale.into()));
    assert_eq!(engine.queue_depth(None).await, Ok(0));
    let left: Vec<String> = stage.command(redis::cmd("KEYS").arg("*").take()).await.unwrap();
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn it_tells_its_environment() {
    let stage = Stage::new().await;
    let environment = stage.engine.environment().await;
    let value = |name| environment.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!((value("appendonly"), value("appendfsync"), value("save")), (Some("yes"), Some("everysec"), Some("")));
    assert!(value("redis_version").is_some());
}

#[tokio::test]
async fn a_live_order_from_the_books_can_be_undone_and_its_key_repeats() {
    let program = program(1, &[(11, 2, 4)]);
    let stage = Stage::new().await;
    let mut request = picked(&program, 1, &[1, 2]);
    (request.real_name, request.request) = (true, Some(key("k", 5)));
    let books = Books {
        live: vec![live(&request, &[1, 2], false), live(&picked(&program, 2, &[4]), &[4], true)],
        requests: vec![(user(1), key("k", 5), order(1))],
    };
    stage.engine.rebuild(&program, &books).await.unwrap();
    let census = stage.engine.census(program.id).await.unwrap();
    assert_eq!(census.counts[0].1, Counts { available: 5, held: 2, sold: 1 });
    assert_eq!(census.accounts, [(user(1), 2), (user(2), 1)]);
    assert_eq!(census.names, [(name(100), order(1)), (name(101), order(1))]);
    assert_eq!(census.holds, [(order(1), request.hold_ends_at)]);
    assert_eq!(stage.engine.hold(request.clone()).await, Ok(Held::Repeat(order(1))));
    assert_eq!(stage.engine.undo(program.id, order(1)).await, Ok(2));
    assert_eq!(stage.engine.hold(request).await, held(&[1, 2]));
}

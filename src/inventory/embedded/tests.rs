//! The engine's promises, one at a time.
//! Must not time anything: cost is counted in steps and bytes.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Embedded, EmbeddedConfig,
    hall::{Decision, Hall, Hold},
    model::{best, program},
    slot::Slot,
};
use crate::{
    domain::{
        hold::{Books, Choice, Counts, Fallback, Held, HoldRequest, LiveOrder, Release},
        ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
        order::RequestKey,
        program::Program,
        rejection::Rejection,
        seating::steps_of,
    },
    inventory::{NotDone, Repairs, Unavailable},
};

const NOW: Duration = Duration::ZERO;

fn order(number: u64) -> OrderNumber {
    OrderNumber::new(number).expect("above zero")
}

fn user(id: u64) -> UserId {
    UserId::new(id).expect("above zero")
}

fn category(id: u64) -> CategoryId {
    CategoryId::new(id).expect("above zero")
}

fn id(program: u64) -> ProgramId {
    ProgramId::new(program).expect("above zero")
}

fn ask(number: u64, count: u32) -> HoldRequest {
    best(order(number), user(7), category(1), count)
}

fn pick(number: u64, seats: &[u32]) -> HoldRequest {
    let mut request = ask(number, seats.len() as u32);
    request.choice = Choice::Picked(seats.iter().copied().map(SeatIx).collect());
    request
}

fn seats(positions: &[u32]) -> Vec<SeatIx> {
    positions.iter().copied().map(SeatIx).collect()
}

fn giving_back(request: &HoldRequest, positions: &[u32]) -> Release {
    let HoldRequest { program, order, user, ref ticket_users, .. } = *request;
    Release { program, order, user, seats: seats(positions), ticket_users: ticket_users.clone() }
}

async fn selling(programs: &[Program], queue_max: usize) -> Embedded {
    let engine = Embedded::new(EmbeddedConfig { queue_max });
    for program in programs {
        engine.rebuild(program, &Books::default()).await.expect("the engine is here");
    }
    engine
}

async fn selling_one() -> Embedded {
    selling(&[program(1, &[&[4, 4], &[3]])], 100).await
}

#[tokio::test]
async fn a_program_that_is_not_there_is_stale_in_every_verb() {
    let engine = selling_one().await;
    engine.forget(id(1)).await.expect("the engine is here");
    engine.forget(id(1)).await.expect("a repeat is harmless");
    let stale = NotDone::from(Unavailable::Stale);
    assert_eq!(engine.hold(ask(1, 1)).await, Err(stale.clone()));
    assert_eq!(engine.hold_and_queue(ask(1, 1)).await, Err(stale.clone()));
    assert_eq!(engine.choose(id(1), category(1), 1, Fallback::Refuse).await, Err(stale));
    assert_eq!(engine.confirm(id(1), order(1), &[]).await, Err(Unavailable::Stale));
    assert_eq!(engine.release(&giving_back(&ask(1, 1), &[0])).await, Err(Unavailable::Stale));
    assert_eq!(engine.undo(id(1), order(1)).await, Err(Unavailable::Stale));
    assert_eq!(engine.counts(id(1)).await, Err(Unavailable::Stale));
    assert_eq!(engine.seats(id(1)).await, Err(Unavailable::Stale));
    assert_eq!(engine.census(id(1)).await, Err(Unavailable::Stale));
    assert_eq!(engine.position(id(1), order(1)).await, Err(Unavailable::Stale));
    assert_eq!(engine.queue_depth(Some(id(1))).await, Err(Unavailable::Stale));
}

#[tokio::test]
async fn a_program_that_panicked_is_stale_until_it_is_rebuilt() {
    let engine = selling_one().await;
    let cell = engine.hall(id(1)).expect("it is there");
    let broken = std::thread::spawn(move || {
        let _hall = cell.lock();
        panic!("planted");
    });
    broken.join().expect_err("the panic was planted");
    assert_eq!(engine.hold(ask(1, 1)).await, Err(Unavailable::Stale.into()));
    engine.rebuild(&program(1, &[&[4]]), &Books::default()).await.expect("the engine is here");
    assert_eq!(engine.hold(ask(1, 1)).await, Ok(Held::Seats(seats(&[0]))));
}

#[tokio::test]
async fn each_check_speaks_before_the_next_and_none_leaves_a_trace() {
    let engine = selling(&[program(1, &[&[4, 4], &[3]])], 1).await;
    let mut first = pick(1, &[0, 2]);
    first.real_name = true;
    first.request = Some(RequestKey { key: "k".into(), fingerprint: 1 });
    engine.hold_and_queue(first.clone()).await.expect("all free");
    engine.hold(pick(2, &[1])).await.expect("free");
    engine.confirm(id(1), order(2), &seats(&[1])).await.expect("the engine is here");
    let before = engine.census(id(1)).await;

    // Everything is wrong with this one; from line to line one more thing is put right, in the order of the checks.
    let mut request = HoldRequest { order: order(3), per_account_limit: 3, ..first };
    request.request = Some(RequestKey { key: "k".into(), fingerprint: 2 });
    let picked = |request: &HoldRequest, at: &[u32]| {
        let choice = Choice::Picked(seats(at));
        HoldRequest { choice, ..request.clone() }
    };
    let refused = async |request: HoldRequest| engine.hold_and_queue(request).await.expect_err("to be refused");
    assert_eq!(refused(picked(&request, &[])).await, Rejection::CountNotPositive.into());
    assert_eq!(refused(picked(&request, &(0..17).collect::<Vec<_>>())).await, Rejection::OrderLimit.into());
    assert_eq!(refused(picked(&request, &[3, 99, 3])).await, Rejection::SeatRepeated.into());
    assert_eq!(refused(picked(&request, &[99])).await, Rejection::KeyReused.into());
    request.request = None;
    assert_eq!(refused(picked(&request, &[99, 0])).await, Rejection::SeatMissing.into());
    assert_eq!(refused(picked(&request, &[0, 1])).await, Rejection::SeatHeld.into());
    assert_eq!(refused(picked(&request, &[1, 0])).await, Rejection::SeatSold.into());
    let wanted = |category, count| Choice::Best { category, count, fallback: Fallback::Refuse };
    let chosen = |request: &HoldRequest, choice| HoldRequest { choice, ..request.clone() };
    assert_eq!(refused(chosen(&request, wanted(category(3), 9))).await, Rejection::CategoryMissing.into());
    assert_eq!(refused(chosen(&request, wanted(category(1), 6))).await, Rejection::SoldOut.into());
    assert_eq!(refused(chosen(&request, wanted(category(1), 5))).await, Rejection::SeatsOccupied.into());
    assert_eq!(refused(picked(&request, &[3])).await, Rejection::AccountLimit.into());
    request.per_account_limit = 4;
    assert_eq!(refused(picked(&request, &[3])).await, Rejection::NameLimit.into());
    request.real_name = false;
    assert_eq!(refused(picked(&request, &[3])).await, Unavailable::QueueFull.into());
    assert_eq!(engine.census(id(1)).await, before);
    assert_eq!(engine.hold(picked(&request, &[3])).await, Ok(Held::Seats(seats(&[3]))));
}

#[tokio::test]
async fn the_same_key_gives_the_same_order_even_when_sold_out_full_or_released() {
    let engine = selling(&[program(1, &[&[2]])], 1).await;
    let keyed = |number, owner: u64| {
        let request = Some(RequestKey { key: "again".into(), fingerprint: 5 });
        HoldRequest { request, user: user(owner), ..ask(number, 2) }
    };
    engine.hold_and_queue(keyed(1, 7)).await.expect("free");
    assert_eq!(engine.hold_and_queue(keyed(2, 7)).await, Ok(Held::Repeat(order(1))));
    assert_eq!(engine.hold(keyed(3, 8)).await, Err(Rejection::SoldOut.into()), "a key is the user's own");
    engine.release(&giving_back(&keyed(1, 7), &[0, 1])).await.expect("the engine is here");
    assert_eq!(engine.undo(id(1), order(1)).await, Ok(0), "it did exist");
    assert_eq!(engine.hold(keyed(4, 7)).await, Ok(Held::Repeat(order(1))));
}

#[tokio::test]
async fn an_undone_order_leaves_nothing_behind_but_its_queue_entry() {
    let engine = selling_one().await;
    let before = engine.census(id(1)).await.expect("the engine is here");
    let mut request = pick(1, &[1, 9]);
    request.real_name = true;
    request.request = Some(RequestKey { key: "k".into(), fingerprint: 1 });
    engine.hold_and_queue(request.clone()).await.expect("free");
    assert_eq!(engine.undo(id(1), order(1)).await, Ok(2));
    assert_eq!(engine.undo(id(1), order(1)).await, Ok(0));
    let mut after = engine.census(id(1)).await.expect("the engine is here");
    assert_eq!(std::mem::take(&mut after.queue), [order(1)]);
    assert_eq!(after, before);
    request.order = order(2);
    assert_eq!(engine.hold(request).await, Ok(Held::Seats(seats(&[1, 9]))), "its key is forgotten");
    engine.confirm(id(1), order(2), &seats(&[1, 9])).await.expect("the engine is here");
    assert_eq!(engine.undo(id(1), order(2)).await, Ok(0), "a confirmed order cannot be undone");
}

#[tokio::test]
async fn a_late_release_or_confirm_does_not_touch_the_next_owner() {
    let engine = selling_one().await;
    let (early, mut late) = (pick(1, &[0, 1]), pick(2, &[0, 1]));
    late.user = user(8);
    engine.hold(early.clone()).await.expect("free");
    assert_eq!(engine.release(&giving_back(&early, &[0, 1, 2, 99])).await, Ok(2));
    engine.hold(late).await.expect("given back");
    let before = engine.census(id(1)).await;
    assert_eq!(engine.release(&giving_back(&early, &[0, 1])).await, Ok(0));
    assert_eq!(engine.confirm(id(1), order(1), &seats(&[0, 1, 99])).await, Ok(0));
    assert_eq!(engine.census(id(1)).await, before);
    assert_eq!(engine.confirm(id(1), order(2), &seats(&[0, 1])).await, Ok(2));
    assert_eq!(engine.confirm(id(1), order(2), &seats(&[0, 1])).await, Ok(0));
    let counts = engine.counts(id(1)).await.expect("the engine is here");
    assert_eq!(counts[0], (category(1), Counts { available: 6, held: 0, sold: 2 }));
}

#[tokio::test]
async fn the_queue_is_first_in_first_out_over_all_programs_and_places_count_in_each() {
    let engine = selling(&[program(1, &[&[4, 4]]), program(2, &[&[4]])], 4).await;
    for (number, of) in [(1, 1), (2, 2), (3, 1), (4, 2)] {
        engine.hold_and_queue(HoldRequest { program: id(of), ..ask(number, 1) }).await.expect("free");
    }
    assert_eq!(engine.hold_and_queue(ask(5, 1)).await, Err(Unavailable::QueueFull.into()));
    let numbers = async |max| {
        let batch = engine.next_batch(max, NOW).await.expect("the engine is here");
        batch.iter().map(|queued| queued.request.order.get()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(3).await, [1, 2, 3]);
    assert_eq!(numbers(9).await, [1, 2, 3, 4], "they stay until acknowledged");
    assert_eq!(engine.position(id(2), order(4)).await, Ok(Some(2)));
    assert_eq!(engine.position(id(1), order(3)).await, Ok(Some(2)));
    let batch = engine.next_batch(3, NOW).await.expect("the engine is here");
    engine.acknowledge(&batch[1..]).await.expect("the engine is here");
    assert_eq!(engine.position(id(2), order(4)).await, Ok(Some(1)));
    assert_eq!(engine.position(id(1), order(1)).await, Ok(Some(1)));
    assert_eq!(engine.position(id(2), order(2)).await, Ok(None));
    assert_eq!((engine.queue_depth(None).await, engine.queue_depth(Some(id(2))).await), (Ok(2), Ok(1)));
    engine.acknowledge(&batch).await.expect("a repeat is harmless");
    assert_eq!(numbers(9).await, [4]);
    engine.hold_and_queue(ask(6, 1)).await.expect("there is room again");
    engine.rebuild(&program(2, &[&[4]]), &Books::default()).await.expect("the engine is here");
    assert_eq!(numbers(9).await, [6], "a rebuilt program has nothing queued");
    assert_eq!(engine.position(id(1), order(6)).await, Ok(Some(1)));
    engine.forget(id(1)).await.expect("the engine is here");
    assert_eq!((numbers(9).await, engine.queue_depth(None).await), (vec![], Ok(0)));
}

#[tokio::test]
async fn a_waiting_worker_is_woken_by_an_order() {
    let engine = Arc::new(selling_one().await);
    let worker = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move { engine.next_batch(10, Duration::from_secs(10)).await }
    });
    tokio::task::yield_now().await;
    engine.hold_and_queue(ask(1, 2)).await.expect("free");
    let batch = worker.await.expect("no panic").expect("the engine is here");
    assert_eq!(batch.len(), 1);
    assert_eq!(batch[0].seats, seats(&[0, 1]));
    assert_eq!(engine.next_batch(0, NOW).await, Ok(vec![]));
}

/// Most steps that one verb needs while a hall sells out by threes, each third order given back.
fn most_steps(rows: usize, orders: u64, picked: bool) -> u64 {
    let mut hall = Hall::new(&program(1, &[&vec![100; rows]]));
    let mut most = 0;
    for number in 1..=orders {
        let mut request = HoldRequest { order: order(number), ..ask(number, 3) };
        if picked {
            let first = (number as u32 * 7_919 % (rows as u32 * 25)) * 4;
            request.choice = Choice::Picked(seats(&[first, first + 1, first + 2]));
        }
        most = most.max(steps_of(|| {
            if let Ok(Decision::Take(seats)) = hall.decide(&request) {
                hall.take(&request, &seats);
            }
        }));
        if number % 3 == 0 {
            most = most.max(steps_of(|| assert!(hall.undo(order(number)) <= 3)));
        }
    }
    most
}

#[test]
fn a_verb_at_a_million_seats_costs_a_few_steps_more_than_at_a_thousand() {
    for picked in [false, true] {
        let (small, large) = (most_steps(10, 250, picked), most_steps(10_000, 100_000, picked));
        // Ten levels more for each way through the tree: to the seat's row, down and up.
        assert!(large <= small + 30, "picked {picked}: {small} steps at 1,000 seats, {large} at 1,000,000");
    }
}

/// Most bytes of a tree: nodes of 11 entries, at least 5 of them in use, and 12 pointers in those that are no leaves.
fn tree_bytes<K, V>(tree: &BTreeMap<K, V>) -> usize {
    let (leaf, pointers) = (11 * (size_of::<K>() + size_of::<V>()) + 16, 12 * size_of::<usize>());
    let leaves = tree.len() / 5 + 1;
    leaves * leaf + (leaves / 5 + 1) * (leaf + pointers)
}

fn heap_bytes(hall: &Hall) -> usize {
    let of_hold = |hold: &Hold| size_of_val(hold) + size_of_val(&*hold.seats) + size_of_val(&*hold.names);
    hall.slots.len() * size_of::<Slot>()
        + hall.sections.iter().map(|section| section.free.heap_bytes()).sum::<usize>()
        + tree_bytes(&hall.accounts)
        + tree_bytes(&hall.names)
        + tree_bytes(&hall.keys)
        + tree_bytes(&hall.holds)
        + hall.holds.values().map(|hold| of_hold(hold)).sum::<usize>()
}

#[test]
fn a_million_seats_take_fewer_than_64_bytes_each_free_held_and_sold() {
    const ROWS: usize = 10_000;
    let mut hall = Hall::new(&program(1, &[&[100; ROWS]]));
    let seats_in_hall = ROWS * 100;
    let free = heap_bytes(&hall);
    assert!(free <= 10 * seats_in_hall, "{free} bytes, all free");
    for number in 1..=250_000 {
        let mut request = ask(number, 4);
        request.user = user(number);
        request.ticket_users.truncate(0);
        let Ok(Decision::Take(seats)) = hall.decide(&request) else { panic!("a seat is left") };
        hall.take(&request, &seats);
    }
    let held = heap_bytes(&hall);
    assert!(held < 64 * seats_in_hall, "{held} bytes, all held by fours");
    for number in 1..=250_000_u32 {
        let first = (number - 1) * 4;
        assert_eq!(hall.confirm(order(u64::from(number)), &seats(&[first, first + 1, first + 2, first + 3])), 4);
    }
    let sold = heap_bytes(&hall);
    assert!(sold < 64 * seats_in_hall, "{sold} bytes, all sold by fours");
}

#[test]
fn a_hall_of_single_seats_takes_fewer_than_64_bytes_a_seat_too() {
    let hall = Hall::new(&program(1, &[&vec![1; 1_000_000]]));
    assert!(heap_bytes(&hall) < 64 * 1_000_000);
}

#[tokio::test]
async fn names_count_only_for_an_order_that_says_so() {
    let engine = selling_one().await;
    engine.hold(ask(1, 1)).await.expect("free");
    let mut named = ask(2, 1);
    named.real_name = true;
    engine.hold(named.clone()).await.expect("the earlier order holds no name");
    named.order = order(3);
    assert_eq!(engine.hold(named.clone()).await, Err(Rejection::NameLimit.into()));
    assert_eq!(engine.hold(ask(4, 1)).await, Ok(Held::Seats(seats(&[2]))));
    let mut release = giving_back(&ask(4, 1), &[2]);
    release.ticket_users = vec![TicketUserId::new(1).expect("above zero")];
    engine.release(&release).await.expect("the engine is here");
    assert_eq!(engine.hold(named).await, Err(Rejection::NameLimit.into()), "the name is another order's");
}

#[tokio::test]
async fn a_rebuild_says_what_it_put_right() {
    let engine = selling_one().await;
    for (number, positions) in [(1, [0, 1]), (2, [2, 3]), (3, [4, 5])] {
        engine.hold(pick(number, &positions)).await.expect("free");
    }
    let live = |number, paid, positions: &[u32]| LiveOrder {
        number: order(number),
        user: user(7),
        paid,
        hold_ends_at: Millis(5),
        seats: seats(positions),
        ticket_users: vec![],
        real_name: false,
    };
    // Order 1 is gone and one of its seats is order 4's; order 2 is paid; order 3 stands; order 5 was never heard of.
    let live = vec![live(2, true, &[2, 3]), live(3, false, &[4, 5]), live(4, true, &[0]), live(5, false, &[6, 8])];
    let books = Books { live, requests: vec![] };
    let program = program(1, &[&[4, 4], &[3]]);
    let repairs = Repairs { seats_freed: 1, seats_restored: 3, seats_restated: 2, was_empty: false };
    assert_eq!(engine.rebuild(&program, &books).await, Ok(repairs));
    assert_eq!(engine.rebuild(&program, &books).await, Ok(Repairs::default()), "all is right now");
    engine.forget(id(1)).await.expect("the engine is here");
    let repairs = Repairs { was_empty: true, ..Repairs::default() };
    assert_eq!(engine.rebuild(&program, &books).await, Ok(repairs));
}

//! The join: what buyers were told against what the server holds, at a quiet moment.
//! Must not take the audit's word alone: it counts for itself.

use std::collections::HashMap;

use tpp::{
    domain::{order::OrderVersion, rejection::Rejection},
    wire::admin::OrderLine,
};

use super::{
    Office, Program,
    buyer::number_in,
    crowd::{End, Told, Word},
    wait::{wait_for, wait_until},
};

/// Joins all of it. Accepted orders are followed to their end, and what was left open is asked again under its key; the
/// journal is brought up to date by that.
#[track_caller]
pub fn join(office: &Office, programs: &[Program], told: &mut [Told]) {
    office.wait_for_the_queue();
    follow(told);
    retry(&orders(office, programs), told);
    let orders = orders(office, programs);
    told.iter().for_each(|told| check(told, &orders));
    programs.iter().for_each(|program| count(office, program));
    let audit = office.audit();
    assert!(audit.clean, "the laws are broken: {:#?}", audit.findings);
    let unchecked: Vec<_> = audit.laws.iter().filter(|law| law.verdict != "kept").collect();
    assert!(unchecked.iter().all(|law| law.law == "L10"), "laws of a running server: {unchecked:?}");
}

/// Orders by number, and by the buyer's key.
struct Orders {
    by_number: HashMap<u64, OrderLine>,
    by_key: HashMap<(u64, String), u64>,
}

fn orders(office: &Office, programs: &[Program]) -> Orders {
    let lines = programs.iter().flat_map(|program| office.orders(program));
    let by_number: HashMap<_, _> = lines.map(|order| (order.order_number.get(), order)).collect();
    let keyed =
        by_number.values().filter_map(|o| Some(((o.user_id.get(), o.request_id.clone()?), o.order_number.get())));
    let by_key = keyed.collect();
    Orders { by_number, by_key }
}

/// Every accepted order is created in the end, or rejected in so many words.
pub fn follow(told: &mut [Told]) {
    for told in told.iter_mut().filter(|told| told.word == Word::Accepted) {
        let number = told.number.expect("an accepted order has a number");
        told.word = told.buyer.sees_created(number).map_or_else(Word::Rejected, |()| Word::Created);
    }
}

/// What was left open, or was lost on the way, is asked for again under its key: it is the order that there is, or a
/// fresh one, or a plain "no". A few of the others, too.
fn retry(orders: &Orders, told: &mut [Told]) {
    for (at, told) in told.iter_mut().enumerate() {
        let is_open = matches!(told.word, Word::Open | Word::Rejected(Rejection::Lost | Rejection::QueueTimeout));
        let Some(key) = told.key().filter(|_| is_open || at % 16 == 0) else { continue };
        let there = orders.by_key.get(&(told.buyer.user, key.clone())).copied();
        let again = wait_for("the key to be free", || {
            let answer = told.buyer.asks(told.version, &told.body);
            // One program of several may still be rebuilt.
            let outcome = (answer.status != 503).then(|| answer.outcome())?;
            (outcome != Err(Rejection::Busy)).then(|| outcome.map(|data| number_in(&data)))
        });
        match (there, again) {
            (Some(order), again) => assert_eq!(again, Ok(order), "{key} made an order and another answer: {told:?}"),
            (None, Ok(number)) => {
                (told.number, told.word) = (Some(number), Word::Created);
                if told.version == OrderVersion::V4 {
                    told.buyer.sees_created(number).unwrap();
                }
            }
            (None, Err(no)) => {
                assert!(is_about_stock(no), "{key} is stuck with {no:?}: {told:?}");
                told.word = Word::Rejected(no);
            }
        }
        if let (Some(order), Word::Open) = (there, told.word) {
            (told.number, told.word) = (Some(order), Word::Created);
        }
    }
}

const fn is_about_stock(no: Rejection) -> bool {
    matches!(no, Rejection::SoldOut | Rejection::SeatsOccupied | Rejection::SeatHeld | Rejection::SeatSold)
}

#[track_caller]
fn check(told: &Told, orders: &Orders) {
    match told.word {
        Word::Created => {
            let number = told.number.expect("a created order has a number");
            let order = orders.by_number.get(&number).unwrap_or_else(|| panic!("order {number} is lost: {told:?}"));
            assert_eq!((order.user_id.get(), order.program_id.get()), (told.buyer.user, told.program), "{told:?}");
            assert_eq!(order.request_id, told.key(), "{told:?}");
            assert_eq!(order.tickets.len(), told.tickets(), "{told:?}");
            let seats: Vec<_> = order.tickets.iter().map(|ticket| ticket.seat_id.get()).collect();
            assert!(told.picks().is_none_or(|picked| picked == seats), "{told:?} got {seats:?}");
            assert!(ended_as_told(told.end, order), "{told:?} is {order:?}");
        }
        Word::Rejected(_) => {
            let by_key = told.key().and_then(|key| orders.by_key.get(&(told.buyer.user, key)));
            let by_number = told.number.and_then(|number| orders.by_number.get(&number));
            assert!(by_key.is_none() && by_number.is_none(), "an order of somebody who was told no: {told:?}");
        }
        // Without a key nobody can know.
        Word::Open => assert_eq!(told.key(), None, "{told:?}"),
        Word::Accepted => panic!("nobody followed {told:?}"),
    }
}

fn ended_as_told(end: End, order: &OrderLine) -> bool {
    match (end, order.status) {
        (End::None, 2) => order.closing.as_deref() == Some("expired"),
        (End::None, status) => status == 1,
        (End::Paid, status) => status == 3 || status == 4,
        (End::Cancelled, status) => status == 2,
        (End::InDoubt, _) => true,
    }
}

/// The counts are those of the orders, as soon as ended holds have been given back.
#[track_caller]
fn count(office: &Office, program: &Program) {
    let mut last = None;
    let agree = |last: &mut Option<_>| {
        let orders = office.orders(program);
        let tickets =
            |status| orders.iter().filter(|o| o.status == status).map(|o| o.tickets.len() as u64).sum::<u64>();
        let (held, sold) = (tickets(1), tickets(3));
        let by_orders = Some((program.line.total - held - sold, held, sold));
        let counted = office.counts_unless_rebuilding(program);
        *last = Some((counted, by_orders));
        counted == by_orders
    };
    let started = std::time::Instant::now();
    wait_until("counts and orders to agree", || {
        let agreed = agree(&mut last);
        assert!(agreed || started.elapsed().as_secs() < 10, "counts and what the orders make of them: {last:?}");
        agreed
    });
}

//! Any journal at all: however one gets to a moment, and whatever was told, the sums are those of the slow way.
//! Must not count with the code that it judges.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::tui::dash::sale::Sale;

fn reason() -> impl Strategy<Value = Reason> {
    prop_oneof![Just(Reason::Sale(Rejection::SoldOut)), Just(Reason::Overload), (-3..0).prop_map(Reason::Code),]
}

prop_compose! {
    fn a_submit()(
        sent_ms in 0..3_000_u64, took_ms in 0..400_u64, order in 1..40_u64, version in 0..4_usize, attempt in 0..2_u8,
        category in 0..3_u16, tickets in 1..5_u8, account in 0..5_u32,
        answer in prop_oneof![3 => Just(None), 1 => reason().prop_map(|why| Some(Answer::Rejected(why))), 1 => Just(Some(Answer::Indeterminate))],
    ) -> Told {
        let version = OrderVersion::ALL[version];
        let named = if version == OrderVersion::V4 { Answer::Accepted(number(order)) } else { Answer::Created(number(order)) };
        Told { version, attempt, category, tickets, account, ..told(sent_ms, sent_ms + took_ms, answer.unwrap_or(named)) }
    }
}

prop_compose! {
    fn a_word()(
        order in 1..45_u64, at_ms in 0..4_000_u64,
        what in prop_oneof![
            Just(Later::Created), Just(Later::Pending), Just(Later::Paid), Just(Later::Cancelled),
            reason().prop_map(Later::Rejected),
        ],
    ) -> Sequel {
        word(order, at_ms, what)
    }
}

prop_compose! {
    fn a_journal()(
        told in prop::collection::vec(a_submit(), 0..120), sequels in prop::collection::vec(a_word(), 0..80),
    ) -> Journal {
        journal(told, sequels)
    }
}

/// Held and sold tickets of each category, counted the slow way.
fn counted(journal: &Journal, at_ms: u64) -> (Vec<(u64, u64)>, u64) {
    let mut made: HashMap<OrderNumber, &Told> = HashMap::new();
    let mut answers: Vec<_> = journal.told.iter().filter(|told| told.answer.order().is_some()).collect();
    answers.sort_by_key(|told| told.answered_us);
    for told in answers.into_iter().filter(|told| told.answered_us <= at_ms * 1_000) {
        made.entry(told.answer.order().unwrap()).or_insert(told);
    }
    let (mut over, mut sold, mut written) = (HashSet::new(), HashSet::new(), HashSet::new());
    for sequel in journal.sequels.iter().filter(|sequel| sequel.at_us <= at_ms * 1_000) {
        if over.contains(&sequel.order) {
            continue;
        }
        match sequel.what {
            Later::Pending => continue,
            Later::Created => {}
            Later::Paid => _ = sold.insert(sequel.order),
            Later::Cancelled | Later::Rejected(_) => {}
        }
        if sequel.what != Later::Created {
            over.insert(sequel.order);
        }
        written.insert(sequel.order);
    }
    let mut seats = vec![(0, 0); 2];
    for (order, told) in &made {
        if let Some((held, paid)) = seats.get_mut(usize::from(told.category)) {
            *held += if over.contains(order) { 0 } else { u64::from(told.tickets) };
            *paid += if sold.contains(order) { u64::from(told.tickets) } else { 0 };
        }
    }
    let waits = |(order, told): &(&OrderNumber, &&Told)| {
        matches!(told.answer, Answer::Accepted(_)) && !written.contains(*order)
    };
    (seats, made.iter().filter(waits).count() as u64)
}

/// What a dashboard knows, without the moments at which it heard.
fn known(sale: &Sale) -> impl PartialEq + std::fmt::Debug {
    (sale.numbers.clone(), sale.programs.clone(), sale.hall.clone(), sale.server_ms)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn however_one_gets_to_a_moment_it_is_the_same(
        journal in a_journal(), steps in prop::collection::vec(100..900_i64, 1..10), detour_ms in 0..4_500_i64,
    ) {
        let (mut played, mut sale) = (Replay::of(journal.clone()), Sale::default());
        let mut now_ms = 0;
        for step_ms in [0].iter().chain(&steps) {
            now_ms += step_ms;
            for news in played.step(now_ms) {
                if let News::Frame(frame) = news {
                    sale.hear(*frame, now_ms);
                }
            }
        }
        let at_ms = now_ms.min(whole_length(&played));
        let (mut sought, mut other) = (Replay::of(journal.clone()), Sale::default());
        at(&mut sought, detour_ms);
        other.hear(at(&mut sought, at_ms), now_ms);
        prop_assert_eq!(known(&sale), known(&other));
        prop_assert_eq!(listed(&played, query()), listed(&sought, query()));
        for order in 1..45 {
            prop_assert_eq!(life_of(&played, order), life_of(&sought, order));
        }
        let (seats, waiting) = counted(&journal, at_ms.unsigned_abs());
        let hall = other.hall.unwrap();
        let shown: Vec<_> = hall.categories.iter().map(|line| (u64::from(line.held), u64::from(line.sold))).collect();
        prop_assert_eq!(shown, seats);
        prop_assert_eq!(other.numbers.queue.depth, Some(waiting));
    }

    #[test]
    fn every_happening_is_told_once_or_counted(journal in a_journal(), step_ms in 100..900_i64) {
        let mut replay = Replay::of(journal);
        let (mut heard, mut now_ms) = (0, 0);
        loop {
            let news = replay.step(now_ms);
            if news.is_empty() {
                break;
            }
            let frame = frame_of(&news);
            heard += frame.orders.len() as u64 + frame.orders_left_out;
            now_ms += step_ms;
        }
        let all = replay.recorded.events.iter().filter(|event| event.is_an_orders()).count();
        prop_assert_eq!(heard, all as u64);
    }
}

fn whole_length(replay: &Replay) -> i64 {
    replay.player.playing().length_ms
}

/// Enough events for many checkpoints: seeking must meet what a walk from the start finds.
#[test]
fn a_long_run_is_the_same_from_a_checkpoint_and_from_the_start() {
    let submit =
        |n: u64| Told { arrival: u32::try_from(n).unwrap(), ..told(n, n + n % 7, Answer::Accepted(number(n))) };
    let words = |n: u64| {
        [
            word(n, n + 20, Later::Created),
            word(n, n + 400, if n.is_multiple_of(3) { Later::Cancelled } else { Later::Paid }),
        ]
    };
    let journal = journal((1..=6_000).map(submit).collect(), (1..=6_000).flat_map(words).collect());
    let mut replay = Replay::of(journal);
    for at_ms in [0, 6_399, 17, 5_000, 4_999, 1_000, 1_001, 3_333, 6_400, 2] {
        let frame = at(&mut replay, at_ms);
        let mut walked = Counts::none(&replay.recorded);
        let us = at_ms.unsigned_abs() * 1_000;
        for event_us in replay.recorded.events.iter().map(|event| event.at_us).filter(|&event_us| event_us <= us) {
            walked.go_to(&replay.recorded, event_us);
        }
        walked.go_to(&replay.recorded, us);
        assert_eq!(walked, replay.counts, "at {at_ms} ms");
        assert_eq!(frame.numbers.queue.depth, Some(walked.waiting));
    }
}

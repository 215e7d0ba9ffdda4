//! A recorded run as a dashboard hears it: what is shown at which moment, and what is answered.
//! Must not need a file where a journal in memory will do.

mod properties;

use std::{collections::BTreeMap, fs};

use super::*;
use crate::{
    bench::journal::{Answer, Later, Reason, Scene, SceneCategory, Sequel, Told},
    client::OrderQuery,
    domain::{
        ids::{CategoryId, OrderNumber, SeatId, UserId},
        order::{OrderStatus, OrderVersion},
        rejection::Rejection,
    },
    tui::dash::ask::Deed,
    wire::{
        admin::{OrderLife, OrderLine},
        feed::{Frame, Happening, ORDER_NEWS_MAX},
    },
};

const START_MS: i64 = 1_780_000_000_000;

fn number(n: u64) -> OrderNumber {
    OrderNumber::new(n).unwrap()
}

fn scene() -> Scene {
    let category = |name: &str, price_cents, seats| SceneCategory { name: name.to_owned(), price_cents, seats };
    Scene {
        scenario: "a sale".to_owned(),
        categories: vec![category("Hall", 38_000, 100), category("看台", 18_000, 50)],
        classes: vec!["human".to_owned(), "bot".to_owned()],
    }
}

fn told(sent_ms: u64, answered_ms: u64, answer: Answer) -> Told {
    let version = if matches!(answer, Answer::Accepted(_)) { OrderVersion::V4 } else { OrderVersion::V3 };
    Told {
        arrival: 0,
        account: 4,
        class: 1,
        attempt: 0,
        intended_us: sent_ms * 1_000,
        sent_us: sent_ms * 1_000,
        answered_us: answered_ms * 1_000,
        answer,
        category: 0,
        tickets: 2,
        version,
        keyed: true,
        picked: false,
    }
}

fn word(order: u64, at_ms: u64, what: Later) -> Sequel {
    Sequel { order: number(order), account: 4, at_us: at_ms * 1_000, what }
}

fn journal(told: Vec<Told>, sequels: Vec<Sequel>) -> Journal {
    let mut journal = Journal { scene: scene(), start_wall_ms: START_MS, told, sequels };
    journal.told.sort_by_key(|told| (told.sent_us, told.arrival, told.attempt));
    journal.sequels.sort_by_key(|sequel| (sequel.at_us, sequel.order));
    journal
}

/// A second of a sale: an order of v4 that is paid, one of v3 that is cancelled, one that is rejected late, one "sold out".
fn small() -> Journal {
    let repeat = Told { attempt: 1, ..told(150, 180, Answer::Accepted(number(7))) };
    let submits = vec![
        told(100, 120, Answer::Accepted(number(7))),
        repeat,
        Told { category: 1, account: 5, ..told(200, 230, Answer::Created(number(8))) },
        told(300, 310, Answer::Accepted(number(9))),
        told(400, 405, Answer::Rejected(Reason::Sale(Rejection::SoldOut))),
        told(500, 900, Answer::Indeterminate),
    ];
    let words = vec![
        word(7, 320, Later::Created),
        word(7, 600, Later::Paid),
        word(8, 700, Later::Cancelled),
        word(9, 1_000, Later::Rejected(Reason::Sale(Rejection::QueueTimeout))),
    ];
    journal(submits, words)
}

fn frame_of(news: &[News]) -> &Frame {
    let Some(News::Frame(frame)) = news.first() else { panic!("no frame among {news:?}") };
    frame
}

fn at(replay: &mut Replay, at_ms: i64) -> Frame {
    replay.seek_to(at_ms);
    frame_of(&replay.step(0)).clone()
}

fn stock(frame: &Frame) -> (u64, u64, u64) {
    let program = &frame.programs[0];
    (program.available, program.held, program.sold)
}

fn query() -> OrderQuery {
    OrderQuery { limit: 100, ..OrderQuery::default() }
}

fn listed(replay: &Replay, query: OrderQuery) -> Vec<OrderLine> {
    match replay.answer(&Ask::Orders(query)) {
        Some(News::Orders(_, Ok(lines))) => lines,
        other => panic!("{other:?}"),
    }
}

fn numbers_of(lines: &[OrderLine]) -> Vec<u64> {
    lines.iter().map(|line| line.order_number.get()).collect()
}

fn life_of(replay: &Replay, order: u64) -> Result<Box<OrderLife>, String> {
    match replay.answer(&Ask::Life(number(order))) {
        Some(News::Life(_, life)) => life,
        other => panic!("{other:?}"),
    }
}

#[test]
fn stock_and_queue_follow_what_buyers_were_told() {
    let mut replay = Replay::of(small());
    let expected = [
        (0, (150, 0, 0), 0),
        (119, (150, 0, 0), 0),
        (120, (148, 2, 0), 1),
        (230, (146, 4, 0), 1),
        (310, (144, 6, 0), 2),
        (320, (144, 6, 0), 1),
        (600, (144, 4, 2), 1),
        (700, (146, 2, 2), 1),
        (1_000, (148, 0, 2), 0),
    ];
    for (at_ms, seats, depth) in expected {
        let frame = at(&mut replay, at_ms);
        assert_eq!((stock(&frame), frame.numbers.queue.depth), (seats, Some(depth)), "at {at_ms} ms");
        assert_eq!(frame.server_ms, START_MS + at_ms);
    }
}

#[test]
fn a_repeat_counts_as_an_answer_and_not_as_an_order() {
    let mut replay = Replay::of(small());
    let numbers = at(&mut replay, 1_000).numbers;
    let placed: Vec<u64> = numbers.versions.iter().map(|version| version.placed).collect();
    assert_eq!(placed, [0, 0, 1, 2]);
    assert_eq!((numbers.versions[2].rejected, numbers.versions[2].failed), (1, 1));
    assert_eq!(numbers.rejections, BTreeMap::from([("sold_out".to_owned(), 1)]));
    assert_eq!((numbers.requests, numbers.failed), (5, 1));
    assert_eq!((numbers.create.counts.iter().sum::<u64>(), numbers.create.sum_us), (5, 95_000));
    assert_eq!((numbers.ends.paid, numbers.ends.cancelled, numbers.holds.all), (1, 1, 0));
    assert_eq!(at(&mut replay, 700).numbers.in_flight, 1, "one submit waits for its answer in vain");
}

#[test]
fn the_oldest_in_the_queue_is_who_has_waited_longest() {
    let mut replay = Replay::of(small());
    let oldest = [(115, None), (200, Some(120)), (315, Some(120)), (400, Some(310)), (1_000, None)];
    for (at_ms, since_ms) in oldest {
        let oldest_ms = at(&mut replay, at_ms).numbers.queue.oldest_ms;
        assert_eq!(oldest_ms, since_ms.map(|ms: i64| START_MS + ms), "at {at_ms} ms");
    }
}

#[test]
fn order_news_come_as_they_happen_and_those_without_room_are_counted() {
    let mut replay = Replay::of(small());
    replay.step(0);
    let frame = frame_of(&replay.step(350)).clone();
    let told: Vec<_> = frame.orders.iter().map(|news| (news.order.order_number.get(), news.what)).collect();
    let expected = [(7, Happening::Queued), (8, Happening::Created), (9, Happening::Queued), (7, Happening::Created)];
    assert_eq!((told.as_slice(), frame.whole), (&expected[..], false));
    let frame = frame_of(&replay.step(1_350)).clone();
    let last = frame.orders.last().unwrap();
    assert_eq!((last.what, last.reason.as_deref()), (Happening::Rejected, Some("queue_timeout")));
    let crowd = (1..=100).map(told_in_a_crowd).collect();
    let mut replay = Replay::of(journal(crowd, Vec::new()));
    replay.step(0);
    let frame = frame_of(&replay.step(500)).clone();
    assert_eq!((frame.orders.len(), frame.orders_left_out), (ORDER_NEWS_MAX, 36));
    assert_eq!(frame.orders.last().unwrap().order.order_number, number(100));
    assert_eq!(at(&mut replay, 500).orders_left_out, 0, "a whole frame leaves nothing out");
}

fn told_in_a_crowd(n: u64) -> Told {
    Told { arrival: u32::try_from(n).unwrap(), ..told(n, n + 1, Answer::Created(number(n))) }
}

#[test]
fn frames_are_whole_after_a_jump_and_small_otherwise() {
    let mut replay = Replay::of(small());
    let first = frame_of(&replay.step(0)).clone();
    assert!(first.whole && first.programs.len() == 1 && first.followed.is_some());
    assert_eq!(replay.step(99), [], "ten a second");
    let delta = frame_of(&replay.step(100)).clone();
    assert!(!delta.whole && delta.programs.is_empty(), "nothing happened to the stock");
    assert_eq!(frame_of(&replay.step(200)).programs.len(), 1, "a hold did");
    for jump in [Playback::Seek(10), Playback::Seek(-10), Playback::Restart] {
        replay.play(jump);
        assert!(frame_of(&replay.step(201)).whole, "{jump:?}");
    }
    replay.play(Playback::Faster);
    assert!(!frame_of(&replay.step(202)).whole, "no jump");
}

#[test]
fn a_replay_that_stands_still_says_nothing_until_it_goes_on() {
    let mut replay = Replay::of(small());
    replay.step(0);
    replay.play(Playback::Toggle);
    let news = replay.step(100);
    assert!(matches!(news[1], News::Playing(Playing { paused: true, at_ms: 0, length_ms: 1_000, .. })), "{news:?}");
    assert_eq!((replay.step(5_000), replay.step(9_000)), (Vec::new(), Vec::new()));
    replay.play(Playback::Toggle);
    let news = replay.step(9_100);
    assert!(matches!(news[1], News::Playing(Playing { paused: false, at_ms: 100, .. })), "{news:?}");
    replay.step(10_100);
    assert_eq!(replay.step(10_300), [], "the end is told once");
}

#[test]
fn orders_are_listed_as_a_server_would_list_them_at_that_moment() {
    let mut replay = Replay::of(small());
    at(&mut replay, 315);
    assert_eq!(numbers_of(&listed(&replay, query())), [8], "queued orders are not in the books");
    at(&mut replay, 1_000);
    assert_eq!(numbers_of(&listed(&replay, query())), [7, 8], "nor rejected ones");
    let only = |change: fn(&mut OrderQuery)| {
        let mut query = query();
        change(&mut query);
        numbers_of(&listed(&replay, query))
    };
    assert_eq!(only(|q| q.newest = true), [8, 7]);
    assert_eq!(only(|q| q.status = Some(OrderStatus::Paid)), [7]);
    assert_eq!(only(|q| q.status = Some(OrderStatus::Unpaid)), [0_u64; 0]);
    assert_eq!(only(|q| q.version = Some(OrderVersion::V3)), [8]);
    assert_eq!(only(|q| q.user = UserId::new(5)), [7]);
    assert_eq!(only(|q| q.category = CategoryId::new(2)), [8]);
    assert_eq!(only(|q| q.program = ProgramId::new(2)), [0_u64; 0]);
    assert_eq!(only(|q| q.after = Some(number(7))), [8]);
    assert_eq!(only(|q| q.before = Some(number(8))), [7]);
    assert_eq!(only(|q| (q.after, q.before) = (Some(number(9)), Some(number(3)))), [0_u64; 0]);
    assert_eq!(only(|q| q.made_after_ms = Some(START_MS + 230)), [8]);
    assert_eq!(only(|q| q.made_before_ms = Some(START_MS + 230)), [7]);
    assert_eq!(only(|q| (q.limit, q.newest) = (1, true)), [8]);
    let none = OrderQuery { limit: 0, ..query() };
    assert!(matches!(replay.answer(&Ask::Orders(none)), Some(News::Orders(_, Err(_)))));
}

#[test]
fn a_line_has_price_and_times_and_no_seat() {
    let mut replay = Replay::of(small());
    at(&mut replay, 1_000);
    let lines = listed(&replay, query());
    assert_eq!((lines[0].price.0, lines[0].status, lines[0].tickets.len()), (76_000, 3, 2));
    assert_eq!((lines[0].created_at_ms, lines[0].paid_at_ms), (START_MS + 120, Some(START_MS + 600)));
    assert_eq!((lines[0].tickets[0].row, lines[0].hold_ends_at_ms), (0, 0));
    assert_eq!((lines[1].status, lines[1].closing.as_deref()), (2, Some("buyer")));
    assert_eq!((lines[1].closed_at_ms, lines[1].paid_at_ms), (Some(START_MS + 700), None));
}

#[test]
fn a_life_tells_every_word_up_to_that_moment() {
    let mut replay = Replay::of(small());
    at(&mut replay, 315);
    let life = life_of(&replay, 9).unwrap();
    assert_eq!((life.position, life.order.is_none()), (Some(2), true));
    at(&mut replay, 1_000);
    let life = life_of(&replay, 7).unwrap();
    let steps: Vec<_> = life
        .steps
        .iter()
        .map(|step| (step.at_ms.unwrap() - START_MS, step.what.as_str(), step.detail.as_str()))
        .collect();
    let expected = [
        (100, "submitted", "2 tickets, v4"),
        (120, "queued", "answered after 20.0 ms"),
        (150, "submitted", "2 tickets, v4, repeat 1"),
        (180, "answered", "the same order again, after 30.0 ms"),
        (320, "created", ""),
        (600, "paid", ""),
    ];
    assert_eq!(steps, expected);
    assert_eq!(life.buyer.as_ref().map(|buyer| (buyer.user_id.get(), buyer.name.as_str())), Some((5, "bot")));
    let rejected = life_of(&replay, 9).unwrap();
    assert_eq!(
        rejected.steps.last().map(|step| (step.what.as_str(), step.detail.as_str())),
        Some(("rejected", "queue_timeout"))
    );
    assert!(rejected.order.is_none() && rejected.position.is_none());
    at(&mut replay, 100);
    assert!(life_of(&replay, 7).is_err(), "not answered yet");
    assert!(life_of(&replay, 99).is_err());
}

#[test]
fn what_a_journal_cannot_do_is_said_in_words() {
    let replay = Replay::of(small());
    let refused = |ask: &Ask| match replay.answer(ask) {
        Some(News::Seat(_, Err(words)) | News::Audited(Err(words)) | News::Done(_, Err(words))) => words,
        other => panic!("{other:?}"),
    };
    assert!(refused(&Ask::Seat(SeatId::new(3).unwrap())).contains("seats"));
    assert_eq!(refused(&Ask::Audit(None)), "laws can only be checked on a server");
    assert!(refused(&Ask::Do(Deed::Cancel(number(7)))).contains("cannot be changed"));
    assert_eq!(replay.answer(&Ask::Follow(None)), None);
}

#[test]
fn words_that_contradict_each_other_neither_break_the_sums_nor_vanish() {
    let words = vec![
        word(7, 100, Later::Paid),
        word(7, 500, Later::Cancelled),
        word(7, 550, Later::Rejected(Reason::Code(-1))),
        word(8, 300, Later::Rejected(Reason::Overload)),
        word(99, 300, Later::Paid),
    ];
    let mut replay = Replay::of(journal(small().told, words));
    let frame = at(&mut replay, 1_000);
    assert_eq!((stock(&frame), frame.numbers.ends.paid, frame.numbers.ends.cancelled), ((146, 2, 2), 1, 0));
    let life = life_of(&replay, 7).unwrap();
    assert!(["paid", "cancelled", "rejected"].iter().all(|what| life.steps.iter().any(|step| step.what == *what)));
}

#[test]
fn a_file_that_was_cut_off_is_played_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    small().save(&path).unwrap();
    let mut whole = Replay::open(&path).unwrap();
    assert!(frame_of(&whole.step(0)).log.is_empty());
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let mut torn = Replay::open(&path).unwrap();
    let first = frame_of(&torn.step(0)).clone();
    assert!(first.log.len() == 1 && first.log[0].warning && first.log[0].words.contains("cut off"), "{:?}", first.log);
    assert!(frame_of(&torn.step(100)).log.is_empty(), "once");
    assert_eq!(at(&mut torn, 10_000).log, first.log, "and in every whole frame");
    assert_eq!(stock(&at(&mut torn, 10_000)), (146, 2, 2), "the last word is gone");
}

#[test]
fn what_is_no_journal_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| Replay::open(path).unwrap_err().to_string();
    assert!(refused(folder.path()).contains("folder"));
    let path = folder.path().join("thesis.tex");
    fs::write(&path, "years of work").unwrap();
    assert!(refused(&path).contains("not a journal"));
    fs::remove_file(&path).unwrap();
    assert!(refused(&path).to_lowercase().contains("no such file"));
}

#[test]
fn a_journal_without_entries_is_a_sale_in_which_nothing_happened() {
    let mut replay = Replay::of(Journal::default());
    let news = replay.step(0);
    assert!(matches!(news[1], News::Playing(Playing { at_ms: 0, length_ms: 0, paused: true, .. })), "{news:?}");
    assert_eq!(stock(frame_of(&news)), (0, 0, 0));
    replay.play(Playback::Seek(1_000));
    assert!(frame_of(&replay.step(1)).whole);
    assert_eq!(listed(&replay, query()), []);
}

#[test]
fn a_journal_of_wild_numbers_is_played_all_the_same() {
    let wild =
        Told { category: u16::MAX, tickets: 255, answered_us: u64::MAX, ..told(1, 1, Answer::Created(number(1))) };
    let mut journal = journal(vec![wild], vec![word(1, 5, Later::Paid)]);
    journal.start_wall_ms = i64::MAX;
    journal.scene.categories[0].price_cents = i64::MAX;
    let mut replay = Replay::of(journal);
    assert_eq!(at(&mut replay, i64::MAX).server_ms, i64::MAX);
    assert_eq!(at(&mut replay, i64::MIN).numbers.in_flight, 0);
    assert_eq!(listed(&replay, query()), []);
}

#[test]
fn codes_beyond_a_hundred_words_are_counted_as_one() {
    let submit = |n: u64| Told {
        arrival: u32::try_from(n).unwrap(),
        ..told(n, n, Answer::Rejected(Reason::of_code(-i32::try_from(n).unwrap())))
    };
    let mut replay = Replay::of(journal((1..=150).map(submit).collect(), Vec::new()));
    let rejections = at(&mut replay, 1_000).numbers.rejections;
    assert_eq!((rejections.len(), rejections["other"], rejections.values().sum::<u64>()), (101, 50, 150));
}

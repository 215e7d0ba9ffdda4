//! Tests of fairness: against sales whose order is known, and against counting by hand.
//! Must not need a server.

use proptest::prelude::*;

use super::*;
use crate::{
    bench::{
        journal::{Answer, Sequel},
        report::{Overtakes, Score},
        scenario::Scenario,
    },
    domain::order::OrderVersion,
};

const CLASSES: &str = r#"
name = "n"
about = "a"
[dataset]
accounts = 1
categories = [{ name = "A", price = 1, rows = 1, seats_per_row = 1 }]
[[phases]]
arrival = "spike"
buyers = 1
duration = "1s"
[[buyers]]
name = "human"
[[buyers]]
name = "bot"
allow_split = true
"#;

fn classes() -> Vec<BuyerClass> {
    Scenario::parse(CLASSES).unwrap().buyers
}

fn told(arrival: u32, arrived_us: u64, told_us: u64, answer: Answer) -> Told {
    Told {
        arrival,
        account: 0,
        class: 0,
        attempt: 0,
        intended_us: arrived_us,
        sent_us: arrived_us,
        answered_us: told_us,
        answer,
        category: 0,
        tickets: 1,
        version: OrderVersion::V3,
        keyed: false,
        picked: false,
    }
}

fn yes(order: u32) -> Answer {
    Answer::Created(OrderNumber::new(u64::from(order) + 1).unwrap())
}

const SOLD_OUT: Answer = Answer::Rejected(Reason::Sale(Rejection::SoldOut));

fn journal(told: Vec<Told>) -> Journal {
    Journal { told, ..Journal::default() }
}

/// `n` buyers, one a millisecond; those at these positions win.
fn sale(n: u32, wins: impl Fn(u32) -> bool) -> Score {
    let answer = |at| if wins(at) { yes(at) } else { SOLD_OUT };
    let told = (0..n).map(|at| told(at, u64::from(at) * 1_000, u64::from(at) * 1_000 + 500, answer(at)));
    fairness(&journal(told.collect()), &classes()).fcfs.unwrap()
}

/// A permutation without a pattern (the finaliser of splitmix64).
fn scattered(at: u64) -> u64 {
    let mixed = (at ^ (at >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn a_strict_queue_scores_one_a_reversed_one_zero_and_a_lottery_a_half() {
    let strict = sale(1_000, |at| at < 400);
    assert_eq!((strict.score, strict.high, strict.winners, strict.losers), (1.0, 1.0, 400, 600));
    assert!((0.98..1.0).contains(&strict.low), "{strict:?}");
    let reversed = sale(1_000, |at| at >= 600);
    assert_eq!((reversed.score, reversed.low), (0.0, 0.0));
    assert!((0.0..0.02).contains(&reversed.high) && reversed.high > 0.0, "{reversed:?}");
    let lottery = sale(1_000, |at| scattered(u64::from(at)) % 5 < 2);
    assert!((0.45..0.55).contains(&lottery.score), "{lottery:?}");
    assert!(lottery.low < 0.5 && 0.5 < lottery.high && lottery.high - lottery.low < 0.1, "{lottery:?}");
}

#[test]
fn the_interval_of_a_lottery_holds_the_half_about_95_times_in_100() {
    let holds = |seed: u64| {
        let lottery = sale(120, |at| scattered(seed << 32 | u64::from(at)).is_multiple_of(3));
        lottery.low <= 0.5 && 0.5 <= lottery.high
    };
    let held = (1..=400).filter(|seed| holds(*seed)).count();
    assert!((364..=396).contains(&held), "{held} of 400 intervals hold the truth");
}

#[test]
fn a_perfect_score_from_few_buyers_is_not_taken_for_certain() {
    let one_each = sale(2, |at| at == 0);
    assert_eq!((one_each.score, one_each.high), (1.0, 1.0));
    assert!(one_each.low < 0.5, "{one_each:?}");
}

#[test]
fn buyers_who_came_together_count_half() {
    let together = vec![told(0, 7, 9, yes(0)), told(1, 7, 9, SOLD_OUT)];
    assert_eq!(fairness(&journal(together), &classes()).fcfs.unwrap().score, 0.5);
}

#[test]
fn only_buyers_who_wanted_the_same_are_compared() {
    // A strict queue in front of two seats: two tickets, then one ticket each.
    let mut sale = vec![told(0, 0, 1, yes(0)), told(1, 2, 3, SOLD_OUT), told(2, 4, 5, yes(2)), told(3, 6, 7, SOLD_OUT)];
    (sale[0].tickets, sale[1].tickets) = (2, 2);
    assert_eq!(fairness(&journal(sale.clone()), &classes()).fcfs.map(|s| (s.score, s.winners)), Some((1.0, 2)));
    sale[2].category = 1;
    assert_eq!(fairness(&journal(sale.clone()), &classes()).fcfs.map(|s| s.winners), Some(1));
    sale[1].class = 1;
    assert_eq!(fairness(&journal(sale), &classes()).fcfs, None, "one splits, the other does not");
}

#[test]
fn a_visit_counts_from_its_first_submit_and_by_its_last_word() {
    let busy = Answer::Rejected(Reason::Sale(Rejection::Busy));
    let repeat = Told { attempt: 1, ..told(0, 900, 1_000, yes(0)) };
    let sale = vec![told(0, 0, 10, busy), repeat, told(1, 100, 200, SOLD_OUT)];
    assert_eq!(fairness(&journal(sale), &classes()).fcfs.unwrap().score, 1.0);
}

#[test]
fn who_is_refused_for_a_reason_of_its_own_is_no_loser() {
    let limit = Answer::Rejected(Reason::Sale(Rejection::AccountLimit));
    let sale = vec![told(0, 10, 20, yes(0)), told(1, 0, 10, limit), told(2, 0, 10, Answer::Indeterminate)];
    assert_eq!(fairness(&journal(sale), &classes()).fcfs, None);
}

#[test]
fn an_order_that_was_rejected_later_is_lost() {
    let mut sale = journal(vec![told(0, 0, 10, yes(0)), told(1, 5, 20, yes(1))]);
    let what = Later::Rejected(Reason::Sale(Rejection::QueueTimeout));
    sale.sequels.push(Sequel { order: yes(0).order().unwrap(), account: 0, at_us: 90, what });
    let fair = fairness(&sale, &classes());
    assert_eq!(fair.fcfs.map(|s| (s.score, s.winners, s.losers)), Some((0.0, 1, 1)));
    assert_eq!((fair.classes[0].buyers, fair.classes[0].won), (2, 1));
}

#[test]
fn classes_stand_in_the_order_of_the_scenario_even_when_nobody_came() {
    let fair = fairness(&journal(vec![told(0, 0, 1, yes(0)), told(1, 0, 1, SOLD_OUT)]), &classes());
    let names: Vec<_> = fair.classes.iter().map(|c| (c.name.as_str(), c.buyers, c.win_pct)).collect();
    assert_eq!(names, [("human", 2, 50.0), ("bot", 0, 0.0)]);
    assert!(fair.classes[0].low_pct > 5.0 && fair.classes[0].high_pct < 95.0, "{:?}", fair.classes[0]);
}

#[test]
fn a_percentile_of_overtakes_needs_ten_winners_beyond_it() {
    let queue = |n: u32| (0..n).map(|at| told(at, u64::from(at), 10_000 - u64::from(at), yes(at))).collect();
    let few = fairness(&journal(queue(19)), &classes()).overtakes;
    assert_eq!(few, Some(Overtakes { p50: None, p99: None, max: 18 }));
    let many = fairness(&journal(queue(1_000)), &classes()).overtakes;
    assert_eq!(many, Some(Overtakes { p50: Some(499), p99: Some(989), max: 999 }));
}

/// Any small sale: arrival, told, answer kind, category, tickets.
fn any_sale() -> impl Strategy<Value = Vec<Told>> {
    let one = (0u64..12, 0u64..12, 0u8..3, 0u16..2, 1u8..3);
    prop::collection::vec(one, 0..40).prop_map(|sale| {
        let visit = |(at, (arrived_us, later_us, answer, category, tickets)): (usize, (u64, u64, u8, u16, u8))| {
            let at = at as u32;
            let answer = [yes(at), SOLD_OUT, Answer::Indeterminate][usize::from(answer)];
            Told { category, tickets, ..told(at, arrived_us, arrived_us + later_us, answer) }
        };
        sale.into_iter().enumerate().map(visit).collect()
    })
}

fn score_by_hand(sale: &[Told]) -> Option<f64> {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for w in sale.iter().filter(|t| t.answer.order().is_some()) {
        for l in sale.iter().filter(|t| t.answer == SOLD_OUT && (t.category, t.tickets) == (w.category, w.tickets)) {
            pairs += 1.0;
            sum += match w.intended_us.cmp(&l.intended_us) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 0.0,
            };
        }
    }
    (pairs > 0.0).then(|| sum / pairs)
}

fn most_overtaken_by_hand(sale: &[Told]) -> Option<u64> {
    let winners: Vec<&Told> = sale.iter().filter(|t| t.answer.order().is_some()).collect();
    let overtook =
        |a: &Told, b: &Told| a.category == b.category && a.intended_us > b.intended_us && a.answered_us < b.answered_us;
    winners.iter().map(|b| winners.iter().filter(|a| overtook(a, b)).count() as u64).max()
}

proptest! {
    #[test]
    fn score_and_overtakes_are_those_of_counting_by_hand(sale in any_sale()) {
        let found = fairness(&journal(sale.clone()), &classes());
        let by_hand = score_by_hand(&sale);
        prop_assert_eq!(found.fcfs.is_some(), by_hand.is_some());
        if let (Some(found), Some(by_hand)) = (found.fcfs, by_hand) {
            prop_assert!((found.score - by_hand).abs() < 1e-12, "{} is not {by_hand}", found.score);
            prop_assert!(0.0 <= found.low && found.low <= found.score && found.score <= found.high && found.high <= 1.0);
        }
        prop_assert_eq!(found.overtakes.map(|o| o.max), most_overtaken_by_hand(&sale));
    }
}

//! Redis dies, forgets, or comes back from an older file in mid-sale, and the server lives on: nothing is sold twice.
//! Must not restart the server.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use tpp::domain::{order::OrderVersion, rejection::Rejection};

use crate::harness::{
    Buyer, Crowd, Dice, Engine, Hall, Office, Program, Wish, books,
    buyer::{Progress, number_in},
    crowd,
    crowd::{Journal, Word},
    dice,
    wait::wait_for,
    wait_until,
};

/// Longest that a sale may stand still once Redis is there again: far above what a rebuild takes on a busy machine, and
/// below the life of a lock, which nobody must wait for.
const STANDSTILL_MAX: Duration = Duration::from_secs(6);

#[test]
fn twenty_kills_of_redis_are_survived() {
    let journal = disturbed(20, |office, _| office.redis().kill_and_start_again());
    assert!(journal.failed > 0, "kills that nobody noticed hit nothing");
}

#[test]
fn a_redis_that_comes_back_from_an_older_file_is_not_believed() {
    let mut copied = false;
    disturbed(6, |office, _| {
        let folder = office.redis().folder();
        let (file, older) = (folder.join("appendonlydir"), folder.join("older"));
        if !copied {
            copy(&file, &older);
        }
        copied = true;
        office.redis().process().kill();
        fs::remove_dir_all(&file).unwrap();
        copy(&older, &file);
        office.redis().start_again();
    });
}

#[test]
fn a_redis_that_is_emptied_is_filled_again_from_the_ledger() {
    let journal = disturbed(5, |office, _| assert_eq!(office.redis().command(&["FLUSHALL"]), "+OK"));
    assert!(journal.sent_away > 0, "nobody was sent away while it was rebuilt");
    assert_eq!(journal.failed, 0, "an emptied Redis leaves nothing open");
}

/// Redis is emptied while orders are accepted and cannot be written yet: of those that were in the queue only, the buyers
/// are told that they are lost, and their seats and keys are free.
#[test]
fn an_accepted_order_that_redis_forgets_is_answered_for() {
    let mut office = Office::open_with(Engine::Redis, &["--batch-max", "1"]);
    let hall = office.program(&Hall::of(2, 10));
    let buyers = office.buyers(3);
    let wish = Wish::best(2).with_key("again");
    // Whoever writes the ledger waits while another has it open for writing; at most one order is in its hands.
    let mut ledger = rusqlite::Connection::open(office.data().join("ledger.sqlite")).unwrap();
    let writing = ledger.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let accept = |buyer: &Buyer| number_in(&buyer.asks(OrderVersion::V4, &buyer.body(&hall, &wish)).data());
    let orders: Vec<_> = buyers.iter().map(|buyer| (buyer, accept(buyer))).collect();
    assert!(orders.iter().all(|(buyer, order)| buyer.progress(*order) == Progress::Pending));
    assert_eq!(office.redis().command(&["FLUSHALL"]), "+OK");
    drop(writing);
    let told: Vec<_> = orders.iter().map(|(buyer, order)| buyer.sees_created(*order)).collect();
    assert!(told.iter().all(|told| matches!(told, Ok(()) | Err(Rejection::Lost))), "{told:?}");
    let lost: Vec<_> = orders.iter().zip(&told).filter(|(_, told)| told.is_err()).map(|(order, _)| *order).collect();
    assert!(lost.len() >= 2, "{told:?}");
    let held = 2 * (3 - lost.len() as u64);
    wait_until("the seats to be free", || office.counts(&hall) == (20 - held, held, 0));
    for (buyer, order) in &lost {
        let fresh = wait_for("the sale to go on", || {
            let answer = buyer.asks(OrderVersion::V4, &buyer.body(&hall, &wish));
            (answer.status == 200).then(|| number_in(&answer.data()))
        });
        assert_ne!(fresh, *order);
        assert_eq!(buyer.sees_created(fresh), Ok(()));
    }
    office.kill();
    office.start();
    assert!(lost.iter().all(|(buyer, order)| buyer.progress(*order) == Progress::Rejected("lost".to_owned())));
}

/// A stopped Redis answers late or never; what it did meanwhile is not lost and not sold twice.
#[test]
fn a_redis_that_does_not_answer_for_a_while_is_waited_for() {
    let journal = disturbed(1, |office, crowd| {
        let redis = office.redis().process();
        redis.signal("STOP");
        let before = crowd.failed();
        wait_until("a buyer to be told", || crowd.failed() > before);
        redis.signal("CONT");
    });
    assert!(journal.failed > 0);
    assert!(journal.sent_away > 0, "nobody was told to come back later");
}

#[test]
fn a_private_redis_that_dies_is_started_again() {
    let office = Office::open(Engine::Managed);
    let hall = office.program(&Hall::of(4, 10));
    let buyers = office.buyers(8);
    for (round, pair) in buyers.chunks(2).enumerate() {
        let [before, after] = pair else { unreachable!("eight are four pairs") };
        let order = before.buys(OrderVersion::ALL[round], &hall, &Wish::best(2)).unwrap();
        let pid = fs::read_to_string(office.data().join("redis/redis.pid")).unwrap();
        let killed = std::process::Command::new("kill").args(["-9", pid.trim()]).status().unwrap();
        assert!(killed.success());
        wait_until("the sale to go on", || {
            after.asks(OrderVersion::V3, &after.body(&hall, &Wish::best(2).with_key("after"))).status == 200
        });
        assert_eq!(before.status(order), 1);
    }
    wait_until("counts of eight orders", || office.counts(&hall) == (24, 16, 0));
}

/// A crowd buys, and every now and then this happens to its Redis. Afterwards everything must fit.
fn disturbed(times: u32, mut disturbance: impl FnMut(&mut Office, &Crowd<'_>)) -> Journal {
    let (mut dice, mut longest) = (Dice::new(dice::seed()), Duration::ZERO);
    let mut office = Office::open_with(Engine::Redis, &["--hold", "2s"]);
    let programs = [office.program(&crowd::hall(40)), office.program(&crowd::hall(10))];
    let buyers = office.buyers(60);
    let crowd = Crowd::new(&buyers, &programs, dice.roll());
    crowd.rush(|crowd| {
        for _ in 0..times {
            let answers = crowd.answers() + 20 + dice.below(80) as usize;
            wait_until("the crowd to be at it", || crowd.answers() >= answers);
            disturbance(&mut office, crowd);
            let created = crowd.created() + 10;
            let since = Instant::now();
            wait_until("the sale to go on", || crowd.created() >= created);
            longest = longest.max(since.elapsed());
        }
    });
    let mut journal = crowd.into_journal();
    books::join(&office, &programs, &mut journal.told);
    let count = |holds: fn(&Word) -> bool| journal.told.iter().filter(|told| holds(&told.word)).count();
    let (created, open) = (count(|w| *w == Word::Created), count(|w| *w == Word::Open));
    let lost = count(|w| *w == Word::Rejected(Rejection::Lost));
    println!(
        "standing still for {longest:?} at most; {created} created, {open} left open, {lost} lost and said so, {} sent away, {} failed",
        journal.sent_away, journal.failed
    );
    assert_eq!(journal.half_answers, 0);
    assert!(longest < STANDSTILL_MAX, "the sale stood still for {longest:?}");
    journal
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A few thousand orders through all versions at once, and then every last seat.
#[test]
fn all_versions_together_sell_every_seat_once() {
    let office = Office::open(Engine::Redis);
    let hall = office.program(&crowd::hall(80).and("30", 10, 15).and("20", 60, 3));
    let buyers = office.buyers(100);
    let crowd = Crowd::new(&buyers, std::slice::from_ref(&hall), dice::seed());
    crowd.rush(|crowd| wait_until("the crowd to have bought", || crowd.created() >= 2_000));
    let mut journal = crowd.into_journal();
    assert_eq!((journal.sent_away, journal.failed, journal.half_answers), (0, 0, 0));
    sell_the_rest(&hall, &buyers);
    books::join(&office, std::slice::from_ref(&hall), &mut journal.told);
    let (available, held, sold) = office.counts(&hall);
    assert_eq!((available, held + sold), (0, hall.line.total));
    assert!(office.orders(&hall).len() > 2_000);
}

fn sell_the_rest(hall: &Program, buyers: &[Buyer]) {
    std::thread::scope(|scope| {
        for (version, buyer) in OrderVersion::ALL.into_iter().zip(buyers) {
            scope.spawn(move || {
                for category in 0..hall.line.categories.len() {
                    let wish = Wish::best(1).in_category(category);
                    let end = loop {
                        if let Err(no) = buyer.buys(version, hall, &wish) {
                            break no;
                        }
                    };
                    assert_eq!(end, Rejection::SoldOut);
                }
            });
        }
    });
}

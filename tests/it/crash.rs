//! `kill -9` of the server in mid-sale, at a moment left to chance: what was promised is there after the next start.
//! Must not help the server: a start is all it gets.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tpp::domain::{order::OrderVersion, rejection::Rejection};

use crate::harness::{
    Buyer, Case, Crowd, Dice, Engine, Hall, Office, Program, Wish, books, crowd,
    crowd::{End, Told, Word},
    dice, every_order_case, wait_until,
};

/// Seats left in a program before the next one goes on sale.
const SEATS_LEFT_MIN: u64 = 100;

every_order_case!(a_hold_that_ended_while_the_server_was_down_is_freed_once, a_lock_dies_with_its_owner);

#[test]
fn fifty_kills_lose_nothing_embedded() {
    kills(Engine::Embedded, 50);
}

#[test]
fn fifty_kills_lose_nothing_on_redis() {
    kills(Engine::Redis, 50);
}

#[test]
fn kills_lose_nothing_with_a_private_redis() {
    kills(Engine::Managed, 8);
}

/// A sale that goes on over many lives of the server.
struct LongSale {
    office: Office,
    buyers: Vec<Buyer>,
    programs: Vec<Program>,
    told: Vec<Told>,
    dice: Dice,
}

impl LongSale {
    fn open(engine: Engine) -> Self {
        let dice = Dice::new(dice::seed());
        let office = Office::open_with(engine, &["--hold", "2s"]);
        let (buyers, programs) = (office.buyers(40), vec![office.program(&crowd::hall(8))]);
        Self { office, buyers, programs, told: Vec::new(), dice }
    }

    /// The two programs that were put on sale last; a new one when the last is nearly sold out.
    fn on_sale(&mut self) -> Vec<Program> {
        let (available, ..) = self.office.counts(self.programs.last().expect("there is one"));
        if available < SEATS_LEFT_MIN {
            self.programs.push(self.office.program(&crowd::hall(8)));
        }
        self.programs[self.programs.len().saturating_sub(2)..].to_vec()
    }

    /// A rush that ends with the server.
    fn rush(&mut self, end: impl FnOnce(&mut Office)) -> crowd::Journal {
        let (programs, seed) = (self.on_sale(), self.dice.roll());
        let answers = 10 + self.dice.below(90) as usize;
        let crowd = Crowd::new(&self.buyers, &programs, seed);
        let office = &mut self.office;
        crowd.rush(|crowd| {
            wait_until("the crowd to be at it", || crowd.answers() >= answers);
            end(office);
        });
        crowd.into_journal()
    }
}

fn kills(engine: Engine, rounds: u32) {
    let mut sale = LongSale::open(engine);
    let (mut in_the_open, mut accepted, mut lost) = (0, 0, 0);
    for _ in 0..rounds {
        let mut told = sale.rush(Office::kill).told;
        sale.office.start();
        in_the_open += told.iter().filter(|told| told.word == Word::Open).count();
        accepted += told.iter().filter(|told| told.word == Word::Accepted).count();
        let on_sale = sale.programs[sale.programs.len().saturating_sub(2)..].to_vec();
        books::follow(&mut told);
        lost += told.iter().filter(|told| told.word == Word::Rejected(Rejection::Lost)).count();
        books::join(&sale.office, &on_sale, &mut told);
        sale.told.extend(told);
    }
    books::join(&sale.office, &sale.programs, &mut sale.told);
    let created = sale.told.iter().filter(|told| told.word == Word::Created).count();
    println!("{created} created, {in_the_open} left open, {accepted} accepted, {lost} of them lost and said so");
    assert!(created > 5 * rounds as usize, "a sale of {created} orders proves little");
    assert!(in_the_open >= rounds as usize, "kills that leave nothing open hit nothing");
    assert!(engine == Engine::Embedded || lost == 0, "{lost} accepted orders were lost though their queue survived");
}

#[test]
fn a_stop_in_mid_sale_finishes_what_it_began_embedded() {
    stops(Engine::Embedded);
}

#[test]
fn a_stop_in_mid_sale_finishes_what_it_began_on_redis() {
    stops(Engine::Redis);
}

/// SIGTERM: whoever got no answer has no order, whoever was told "accepted" has one.
fn stops(engine: Engine) {
    let mut sale = LongSale::open(engine);
    for _ in 0..6 {
        let mut journal = sale.rush(Office::stop);
        assert_eq!((journal.half_answers, journal.failed), (0, 0));
        sale.office.start();
        assert!(!sale.office.stderr().contains("recover"), "needless repairs: {}", sale.office.stderr());
        books::follow(&mut journal.told);
        let orders: Vec<_> = sale.programs.iter().flat_map(|program| sale.office.orders(program)).collect();
        for told in &journal.told {
            let made = told.key().is_some_and(|key| orders.iter().any(|o| o.request_id.as_deref() == Some(&*key)));
            assert!(told.word != Word::Open || !made, "an order without an answer: {told:?}");
            assert_ne!(told.word, Word::Rejected(Rejection::Lost), "{told:?}");
        }
        books::join(&sale.office, &sale.programs, &mut journal.told);
        sale.told.extend(journal.told);
    }
    assert!(sale.told.iter().filter(|told| told.word == Word::Created).count() > 50);
}

fn a_hold_that_ended_while_the_server_was_down_is_freed_once(case: Case) {
    let mut office = Office::open_with(case.engine, &["--hold", "1s"]);
    let hall = office.program(&Hall::of(4, 5));
    let buyers = office.buyers(4);
    let orders: Vec<_> = buyers.iter().map(|b| b.buys(case.version, &hall, &Wish::best(3)).unwrap()).collect();
    buyers[3].pays(orders[3]).unwrap();
    let ends_at = office.orders(&hall).iter().map(|order| order.hold_ends_at_ms).max().expect("orders");
    office.kill();
    wait_until("the holds to end", || now_ms() > ends_at);
    office.start();
    let started = Instant::now();
    wait_until("the seats to come back", || office.counts(&hall) == (17, 0, 3));
    assert!(started.elapsed().as_secs() < 5, "seats came back {:?} after the start", started.elapsed());
    let ended = office.orders(&hall).into_iter().filter(|order| order.closing.as_deref() == Some("expired"));
    assert_eq!(ended.map(|order| order.status).collect::<Vec<_>>(), [2, 2, 2]);
    // Sold again, once.
    let again = office.buyers(6);
    let sold = again.iter().filter(|b| b.buys(case.version, &hall, &Wish::best(3).or_split()).is_ok()).count();
    assert_eq!((sold, office.counts(&hall).0), (5, 2));
}

/// In Redis a lock outlives whoever was killed with it in hand. Nobody who comes after the restart waits for it.
fn a_lock_dies_with_its_owner(case: Case) {
    let mut office = Office::open_with(case.engine, &["--lock-wait", "300ms"]);
    let hall = office.program(&Hall::of(1, 5));
    office.kill();
    if case.engine == Engine::Redis {
        let (program, category) = (hall.id(), hall.category(0));
        for key in [format!("{{p{program}}}:lock"), format!("{{p{program}}}:lock:{category}")] {
            assert_eq!(office.redis().command(&["SET", &key, "a dead owner", "PX", "60000"]), "+OK");
        }
    }
    office.start();
    office.buyer().buys(case.version, &hall, &Wish::best(2)).unwrap();
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    since.as_millis().try_into().expect("this century")
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    for engine in [Engine::Embedded, Engine::Redis, Engine::Managed] {
        let office = Office::open(engine);
        let hall = office.program(&Hall::of(1, 5));
        let mut second = office.second_server();
        assert_eq!(second.ended().code(), Some(1));
        wait_until("the second server to say why", || second.stderr().contains("another server uses it"));
        office.buyer().buys(OrderVersion::V4, &hall, &Wish::best(2)).unwrap();
    }
}

#[test]
fn a_journal_that_does_not_fit_is_noticed() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&crowd::hall(2));
    let buyer = office.buyer();
    let wish = Wish::best(2).with_key("k");
    let body = buyer.body(&hall, &wish);
    let number = Some(buyer.buys(OrderVersion::V1, &hall, &wish).unwrap());
    let (program, version, word, end) = (hall.id(), OrderVersion::V1, Word::Created, End::None);
    let good = Told { buyer: buyer.clone(), program, version, body, number, word, end };
    let stranger = office.buyer();
    let joins = |told: Told| {
        let join = || books::join(&office, std::slice::from_ref(&hall), &mut [told]);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(join)).is_ok()
    };
    assert!(joins(good.clone()));
    assert!(!joins(Told { number: good.number.map(|n| n + 64), ..good.clone() }), "a lost order");
    assert!(!joins(Told { buyer: stranger, ..good.clone() }), "another's order");
    assert!(!joins(Told { end: End::Paid, ..good.clone() }), "a payment that is not there");
    assert!(!joins(Told { word: Word::Rejected(Rejection::SoldOut), ..good }), "an order of somebody who was told no");
}

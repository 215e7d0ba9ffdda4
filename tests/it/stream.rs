//! The live feed: what it says is what is, and what it costs is bounded.
//! Must not look into the server: it reads the feed, `/metrics` and the operators' routes.

mod copy;

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Instant,
};

use tpp::{
    domain::order::OrderVersion,
    wire::feed::{Happening, Numbers},
};

use crate::harness::{ADMIN_TOKEN, Case, Dice, Engine, Hall, Office, Wish, dice, every_order_case, wait_until};
use copy::Copy;

every_order_case!(an_order_is_seen_at_once_in_seats_counts_and_news, a_copy_is_always_what_the_server_is);

/// The value of a metric, by the whole of its name and labels.
fn metric(office: &Office, name: &str) -> f64 {
    let text = office.door().send("GET", "/metrics", &[], b"").text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

fn an_order_is_seen_at_once_in_seats_counts_and_news(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 10).and("50", 2, 10));
    let buyer = office.buyer();
    let mut copy = Copy::of(&office, Some(&hall));
    assert!(copy.last.whole && copy.counts() == (40, 0, 0), "{:?}", copy.last);
    let followed = copy.last.followed.clone().unwrap();
    assert_eq!((followed.rows.len(), followed.seat_base, followed.unknown), (4, hall.line.seat_base, false));

    let order = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
    copy.reads_until("two held seats", |copy| copy.counts() == (38, 2, 0));
    assert!(!copy.last.whole, "a delta says enough");
    buyer.pays(order).unwrap();
    copy.reads_until("two sold seats", |copy| copy.counts() == (38, 0, 2));
    let other = buyer.buys(case.version, &hall, &Wish::best(1)).unwrap();
    buyer.cancels(other).unwrap();
    let cancelled = |copy: &Copy| copy.last.numbers.ends.cancelled == 1 && copy.counts() == (38, 0, 2);
    copy.reads_until("a cancelled order", cancelled);

    let news = copy.told.iter().flat_map(|frame| &frame.orders);
    let news: Vec<_> = news.map(|news| (news.order.order_number.get(), news.what, news.order.tickets.len())).collect();
    let wait = (case.version == OrderVersion::V4).then_some(Happening::Queued);
    for (order, tickets, end) in [(order, 2, Happening::Paid), (other, 1, Happening::Cancelled)] {
        let of: Vec<_> = news.iter().filter(|(number, ..)| *number == order).collect();
        let whats: Vec<_> = wait.into_iter().chain([Happening::Created, end]).collect();
        assert!(of.iter().all(|(.., seats)| *seats == tickets) && of.len() == whats.len(), "{of:?}");
        assert!(whats.iter().all(|what| of.iter().any(|(_, told, _)| told == what)), "{of:?}");
    }
    assert_eq!(copy.last.numbers.versions[usize::from(case.version.number()) - 1].placed, 2);
}

/// A random history; whenever it rests, a copy that followed it is what a fresh one is, and what the operators' route says.
fn a_copy_is_always_what_the_server_is(case: Case) {
    let office = Office::open(case.engine);
    let (hall, beside) = (office.program(&Hall::of(6, 20).and("50", 6, 20)), office.program(&Hall::of(2, 10)));
    let buyers = office.buyers(4);
    let seed = dice::seed();
    let mut dice = Dice::new(seed);
    let (mut copy, mut live) = (Copy::of(&office, Some(&hall)), Vec::new());
    for round in 0..4 {
        for _ in 0..12 {
            let buyer = &buyers[dice.below(4) as usize];
            let wish = Wish::best(1 + dice.below(4) as usize);
            let (program, wish) = match dice.below(4) {
                0 => (&beside, wish),
                at => (&hall, wish.in_category(at as usize % 2)),
            };
            live.extend(buyer.buys(case.version, program, &wish).ok().map(|order| (buyer, order)));
            if dice.chance(50) && !live.is_empty() {
                let (buyer, order) = live.swap_remove(dice.below(live.len() as u64) as usize);
                if dice.chance(50) { buyer.pays(order).unwrap() } else { buyer.cancels(order).unwrap() }
            }
        }
        let (wanted, other) = (office.counts(&hall), office.counts(&beside));
        let line = |copy: &Copy, id| copy.programs.get(&id).map(|line| (line.available, line.held, line.sold));
        copy.reads_until(&format!("round {round} of seed {seed}"), |copy| {
            copy.counts() == wanted
                && line(copy, hall.line.id) == Some(wanted)
                && line(copy, beside.line.id) == Some(other)
        });
        let fresh = Copy::of(&office, Some(&hall));
        assert_eq!(copy.seats, fresh.seats, "seed {seed}");
        assert_eq!(copy.programs, fresh.programs, "seed {seed}");
    }
}

#[test]
fn an_id_resumes_with_a_delta_and_an_unknown_one_with_a_snapshot() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(2, 10));
    let buyer = office.buyer();
    let mut copy = Copy::of(&office, Some(&hall));
    buyer.buys(OrderVersion::V3, &hall, &Wish::best(2)).unwrap();
    copy.reads_until("two held seats", |copy| copy.counts() == (18, 2, 0));
    let (id, sequence) = (copy.last_id(), copy.last.sequence);
    copy.leaves();
    wait_until("nobody to watch", || metric(&office, "tpp_feed_samplers") == 0.0);
    buyer.buys(OrderVersion::V3, &hall, &Wish::best(3)).unwrap();

    copy.comes_back(&office, Some(&hall), &id);
    assert_eq!(copy.counts(), (15, 5, 0));
    let resumed = copy.last;
    assert!(!resumed.whole && resumed.sequence > sequence, "{resumed:?}");
    let seats = resumed.followed.unwrap().seats;
    assert_eq!(seats.iter().map(|run| (run.0, run.1, run.2)).collect::<Vec<_>>(), [(2, 3, 2)], "only what is new");
    for unknown in ["1-1", "nonsense", &format!("{id}9999")] {
        let fresh = Copy::after(&office, Some(&hall), Some(unknown));
        assert!(fresh.last.whole && fresh.counts() == (15, 5, 0), "{unknown}: {:?}", fresh.last);
    }
}

#[test]
fn only_operators_watch_and_only_programs_that_there_are() {
    let office = Office::open(Engine::Embedded);
    let buyer = office.buyer();
    let path = "/api/v1/stream";
    let bearer = |token: &str| office.door().send("GET", path, &[("authorization", &format!("Bearer {token}"))], b"");
    assert_eq!(office.door().send("GET", path, &[], b"").status, 401);
    assert_eq!(office.door().send("GET", path, &[("token", &buyer.token)], b"").status, 401);
    assert_eq!(bearer(&buyer.token).status, 401);
    let none = serde_json::Value::Null;
    assert_eq!(office.operator("GET", "/api/v1/stream?program=77", &none).status, 404);
    assert_eq!(office.operator("GET", "/api/v1/stream?programme=1", &none).status, 400);
    assert_eq!(office.operator("POST", path, &none).status, 405);
    assert_eq!(metric(&office, "tpp_feed_samplers"), 0.0);
}

#[test]
fn nobody_samples_while_nobody_watches_and_a_feed_is_no_request_in_flight() {
    let office = Office::open_with(Engine::Embedded, &["--in-flight-max", "2"]);
    let hall = office.program(&Hall::of(1, 10));
    assert_eq!((metric(&office, "tpp_feed_samplers"), metric(&office, "tpp_feed_watchers")), (0.0, 0.0));
    let watching: Vec<_> = (0..5).map(|at| Copy::of(&office, (at % 2 == 0).then_some(&hall))).collect();
    assert_eq!((metric(&office, "tpp_feed_samplers"), metric(&office, "tpp_feed_watchers")), (1.0, 5.0));
    assert_eq!(metric(&office, "tpp_requests_in_flight"), 0.0);
    assert_eq!(office.counts(&hall), (10, 0, 0), "two may be served at once, whoever watches");
    drop(watching);
    wait_until("the sampler to end", || {
        (metric(&office, "tpp_feed_samplers"), metric(&office, "tpp_feed_watchers")) == (0.0, 0.0)
    });
}

#[test]
fn readers_beyond_the_limit_are_told_to_come_later() {
    let office = Office::open(Engine::Embedded);
    let ask = format!("GET /api/v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_TOKEN}\r\n\r\n");
    let mut watching = Vec::new();
    for _ in 0..64 {
        let mut stream = TcpStream::connect(office.door().address()).unwrap();
        stream.write_all(ask.as_bytes()).unwrap();
        watching.push(stream);
    }
    wait_until("64 readers", || metric(&office, "tpp_feed_watchers") == 64.0);
    let answer = office.operator("GET", "/api/v1/stream", &serde_json::Value::Null);
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    watching.pop();
    wait_until("a place", || metric(&office, "tpp_feed_watchers") == 63.0);
    assert!(Copy::of(&office, None).last.whole);
}

#[test]
fn a_stop_ends_feeds_promptly_also_that_of_a_reader_who_does_not_read() {
    let mut office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(200, 50));
    let mut copy = Copy::of(&office, Some(&hall));
    let stuck = stuck_reader(&office, hall.id());
    let buyer = office.buyer();
    for _ in 0..50 {
        buyer.buys(OrderVersion::V3, &hall, &Wish::best(6)).unwrap();
    }
    let began = Instant::now();
    office.stop();
    while copy.reads() {}
    assert!(began.elapsed().as_secs() < 10, "the stop took {:?}", began.elapsed());
    drop(stuck);
}

/// Asks for the feed, and reads nothing of it but its first byte.
fn stuck_reader(office: &Office, program: u64) -> TcpStream {
    let mut stream = TcpStream::connect(office.door().address()).unwrap();
    let head = format!(
        "GET /api/v1/stream?program={program} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_TOKEN}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.read_exact(&mut [0]).unwrap();
    stream
}

#[test]
fn a_reader_who_reads_late_costs_no_memory_and_catches_up() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(400, 50));
    let buyers = office.buyers(4);
    let mut late = Copy::of(&office, Some(&hall));
    let before = metric(&office, "tpp_resident_memory_bytes");
    std::thread::scope(|scope| {
        for buyer in &buyers {
            let hall = &hall;
            scope.spawn(move || {
                (0..500).for_each(|_| assert!(buyer.buys(OrderVersion::V3, hall, &Wish::best(2)).is_ok()));
            });
        }
    });
    let grown = metric(&office, "tpp_resident_memory_bytes") - before;
    assert!(grown < 100e6, "{grown} bytes for a reader who does not read");
    late.reads_until("4,000 held seats", |late| late.counts() == (16_000, 4_000, 0));
    let told: u64 = late.told.iter().map(|frame| frame.orders.len() as u64 + frame.orders_left_out).sum();
    late.reads_until("all news", |late| {
        late.told.iter().map(|frame| frame.orders.len() as u64 + frame.orders_left_out).sum::<u64>() == 2_000
    });
    assert!(told <= 2_000, "{told} pieces of news of 2,000 orders");
}

#[test]
fn a_frame_and_the_metrics_say_the_same_of_a_quiet_server() {
    let office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(4, 10));
    let buyer = office.buyer();
    for version in OrderVersion::ALL {
        let paid = buyer.buys(version, &hall, &Wish::best(1)).unwrap();
        buyer.pays(paid).unwrap();
        buyer.buys(version, &hall, &Wish::best(2)).unwrap();
        buyer.buys(version, &hall, &Wish::best(1).in_category(0).for_people(&[0, 1])).ok();
    }
    let cancelled = buyer.buys(OrderVersion::V1, &hall, &Wish::best(1)).unwrap();
    buyer.cancels(cancelled).unwrap();
    office.wait_for_the_queue();
    let mut copy = Copy::of(&office, None);
    // The first frame is from before the feed's own request was counted.
    assert!(copy.reads() && copy.reads());
    let Numbers { versions, create, ends, holds, ledger, queue, inventory, .. } = copy.last.numbers.clone();
    let text = office.door().send("GET", "/metrics", &[], b"").text();
    let sum = |prefix: &str, also: &str| {
        let lines = text.lines().filter(|line| line.starts_with(prefix) && line.contains(also));
        lines.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum::<f64>()
    };
    for (at, version) in versions.iter().enumerate() {
        let orders = format!("tpp_orders_total{{version=\"v{}\"", at + 1);
        assert_eq!(sum(&orders, "\"placed\"") as u64, version.placed);
        assert_eq!(sum(&orders, "\"failed\"") as u64, version.failed);
        assert_eq!(sum(&orders, "") as u64, version.placed + version.rejected + version.failed);
    }
    assert!(versions.iter().all(|version| version.placed >= 2) && ends.paid == 4 && ends.cancelled == 1);
    let numbers = &copy.last.numbers;
    for (name, value) in [
        ("tpp_orders_paid_total", ends.paid),
        ("tpp_orders_cancelled_total", ends.cancelled),
        ("tpp_orders_expired_total", ends.expired),
        ("tpp_orders_refunded_total", ends.refunded),
        ("tpp_holds", holds.all),
        ("tpp_holds_ending{within_s=\"10\"}", holds.within_10s),
        ("tpp_holds_ending{within_s=\"300\"}", holds.within_5m),
        ("tpp_requests_in_flight", numbers.in_flight),
        ("tpp_requests_in_flight_max", numbers.in_flight_max),
        ("tpp_queue_depth", queue.depth.unwrap()),
        ("tpp_queue_max", queue.max),
        ("tpp_unsettled_steps", queue.unsettled),
        ("tpp_batch_orders_sum", queue.written),
        ("tpp_batch_orders_count", queue.batches.iter().sum()),
        ("tpp_batch_seconds_count", queue.batch.counts.iter().sum()),
        ("tpp_ledger_info{durability=\"full\"}", 1),
        ("tpp_ledger_jobs_total", ledger.jobs),
        ("tpp_ledger_commit_seconds_count", ledger.commits),
        ("tpp_ledger_waiting", ledger.waiting),
        ("tpp_ledger_file_bytes", ledger.file_bytes),
        ("tpp_inventory_up{engine=\"embedded\"}", u64::from(inventory.up)),
        ("tpp_programs_rebuilding", inventory.rebuilding),
        ("tpp_feed_watchers", numbers.watchers),
    ] {
        assert_eq!(metric(&office, name) as u64, value, "{name}");
    }
    assert!(holds.all == 4 && ledger.commits > 0 && ledger.jobs >= ledger.commits && queue.written >= 2, "{numbers:?}");
    assert_eq!(sum("tpp_requests_total", "") as u64, numbers.requests);
    assert_eq!(sum("tpp_requests_total", "\"failed\"") as u64, numbers.failed);
    assert_eq!(sum("tpp_requests_total", "\"overloaded\"") as u64, numbers.refused);
    assert_eq!(sum("tpp_request_seconds_count", "/order/create/v") as u64, create.counts.iter().sum::<u64>());
    let rejected: u64 = numbers.rejections.values().sum();
    assert_eq!(rejected, versions.iter().map(|version| version.rejected).sum::<u64>());
    assert!(numbers.cpu_s <= metric(&office, "tpp_cpu_seconds_total") && numbers.rss_bytes > 0);
    assert!(numbers.uptime_s <= metric(&office, "tpp_uptime_seconds"));
}

#[test]
fn a_redis_that_dies_is_told_and_the_feed_goes_on() {
    let mut office = Office::open(Engine::Redis);
    let hall = office.program(&Hall::of(2, 10));
    let buyer = office.buyer();
    buyer.buys(OrderVersion::V3, &hall, &Wish::best(2)).unwrap();
    let mut copy = Copy::of(&office, Some(&hall));
    assert!(copy.counts() == (18, 2, 0) && copy.last.numbers.inventory.details.contains_key("redis_version"));
    office.redis().process().kill();
    let unknown = |copy: &Copy| copy.last.followed.as_ref().is_some_and(|followed| followed.unknown);
    copy.reads_until("an inventory that does not answer", |copy| unknown(copy) && !copy.last.numbers.inventory.up);
    assert_eq!(copy.counts(), (18, 2, 0), "seats are as they were");
    office.redis().start_again();
    copy.reads_until("an inventory that answers", |copy| !unknown(copy) && copy.last.numbers.inventory.up);
    copy.reads_until("a line of the rebuild", |copy| {
        copy.told.iter().flat_map(|frame| &frame.log).any(|line| line.words.starts_with("recovered"))
    });
    assert_eq!(copy.counts(), (18, 2, 0));
    wait_until("the sale to go on", || office.counts_unless_rebuilding(&hall) == Some((18, 2, 0)));
}

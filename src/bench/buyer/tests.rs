//! Visits against an office that keeps books and one that only says no.
//! Must not judge a report: whole runs are tried beside the verdict.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::watch,
};

use crate::{
    bench::{
        fake_office::{FakeOffice, Fault},
        floor::{Ground, Pulse},
        journal::{Answer, Reason, Spool, Told},
        runner::{Play, Played, play},
        scenario::Scenario,
        stage::{self, Playing},
        tally::{Outcome, Step},
    },
    client::{Client, http1::Target},
};

fn sale(phases: &str, buyers: &str) -> Scenario {
    let text = format!(
        r#"
name = "little"
about = "a little sale"
version = "3"
connections = 8
[dataset]
accounts = 200
categories = [{{ name = "A", price = 10, rows = 30, seats_per_row = 10 }}]
{phases}
{buyers}
"#
    );
    Scenario::parse(&text).unwrap()
}

const RUSH: &str = "[[phases]]\narrival = \"constant\"\nrate = 300\nduration = \"300ms\"";
const ONE: &str = "[[phases]]\narrival = \"spike\"\nbuyers = 1\nduration = \"0s\"";

async fn ground(office: &FakeOffice, scenario: Scenario) -> Arc<Ground> {
    let client = Client::new(&office.url, None).unwrap();
    Arc::new(stage::set(&client, scenario, &Playing::Generated(7), 3).await.unwrap())
}

async fn played(ground: Arc<Ground>, workers: usize) -> Played {
    let (_stop, stop) = watch::channel(false);
    let connections = ground.scenario.connections;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let plan = Play { workers, connections, pulse: Arc::<Pulse>::default(), stop, journal };
    tokio::task::spawn_blocking(move || play(&ground, &plan).unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_to_four_workers_give_the_same_arrivals_accounts_and_moments() {
    let classes = r#"
[[buyers]]
name = "human"
kind = "human"
weight = 3
look_pause = "5ms..20ms"
think = "0s"
retry = { policy = "none" }
[[buyers]]
name = "bot"
kind = "bot"
submits = 2
"#;
    let mut of_one = None;
    for workers in 1..=4 {
        let office = FakeOffice::open(Fault::None).await;
        let ground = ground(&office, sale(RUSH, classes)).await;
        let schedule = ground.schedule.clone();
        let told = played(ground, workers).await.journal.told;
        let firsts: BTreeMap<u32, u32> = schedule.arrivals().map(|(ordinal, a)| (ordinal, a.account)).collect();
        // A bot's further submits follow its answers, so only their accounts are planned.
        let moment = |t: &Told| (firsts[&t.arrival] == t.account).then_some(t.intended_us);
        let mut told: Vec<_> = told.iter().map(|t| (t.arrival, t.account, t.class, moment(t))).collect();
        told.sort_unstable();
        assert_eq!(firsts.len(), 90);
        assert!(told.len() > 90, "bots submit twice");
        for (ordinal, arrival) in schedule.arrivals() {
            assert!(told.contains(&(ordinal, arrival.account, arrival.class, Some(arrival.submit_us))));
        }
        assert_eq!(of_one.get_or_insert_with(|| told.clone()), &told, "{workers} workers");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_come_first_and_are_steps_of_their_own() {
    let office = FakeOffice::open(Fault::None).await;
    let looker =
        "[[buyers]]\nname = \"looker\"\nlooks = [\"list\", \"detail\", \"detail\", \"seats\"]\nlook_pause = \"10ms\"";
    let ground = ground(&office, sale(RUSH, looker)).await;
    let moments: BTreeMap<u32, u64> = ground.schedule.arrivals().map(|(ordinal, a)| (ordinal, a.at_us)).collect();
    let Played { tally, journal, .. } = played(ground, 2).await;
    let count = |step| tally.any_outcome(step).map_or(0, |latency| latency.service.len());
    let counts = [Step::LookList, Step::LookDetail, Step::LookSeats, Step::Create].map(count);
    assert_eq!(counts, [90, 180, 90, 90]);
    for told in &journal.told {
        assert_eq!(told.intended_us, moments[&told.arrival] + 40_000);
        assert!(told.sent_us >= told.intended_us);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_submits_with_one_account_after_another_until_it_is_told_sold_out() {
    let office = FakeOffice::open(Fault::SoldOutEarly(4)).await;
    let bot = "[[buyers]]\nname = \"bot\"\nkind = \"bot\"\nsubmits = 9\naddress = \"127.0.0.2\"";
    let told = played(ground(&office, sale(ONE, bot)).await, 1).await.journal.told;
    assert_eq!(told.iter().map(|t| t.account).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(told.iter().all(|t| t.arrival == 0 && t.attempt == 0), "each account's submit is a first one");
    assert!(told.windows(2).all(|pair| pair[1].intended_us == pair[0].answered_us), "no think time between them");
    assert_eq!((office.orders(), told[3].answer.order()), (3, None));
}

/// Says this to every request, and how many came and from where.
async fn refusing(answer: &'static str) -> (Target, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::resolve(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let asked = Arc::new(AtomicU64::new(0));
    let counted = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let asked = counted.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    asked.fetch_add(1, Ordering::Relaxed);
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (target, asked)
}

/// The ground of an office that has told its hall, and a target that refuses.
async fn refused(scenario: Scenario, answer: &'static str) -> (Arc<Ground>, Arc<AtomicU64>) {
    let office = FakeOffice::open(Fault::None).await;
    let staged = Arc::into_inner(ground(&office, scenario).await).unwrap();
    let (target, asked) = refusing(answer).await;
    (Arc::new(Ground { target, ..staged }), asked)
}

const BUSY: &str = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_retry_after_of_the_server_is_heeded() {
    let patient = "[[buyers]]\nname = \"b\"\nrequest_id = true\n\
        retry = { policy = \"fixed\", times = 1, wait = \"20ms\" }";
    for (answer, wait_us) in
        [(BUSY, 20_000), ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n", 1_000_000)]
    {
        let (ground, asked) = refused(sale(ONE, patient), answer).await;
        let told = played(ground, 1).await.journal.told;
        assert_eq!((told.len(), asked.load(Ordering::Relaxed)), (2, 2));
        assert_eq!(told[1].intended_us, told[0].answered_us + wait_us);
        assert_eq!((told[1].attempt, told[1].answer), (1, Answer::Rejected(Reason::Overload)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jittered_waits_are_the_same_in_every_run_and_below_their_cap() {
    let jittered = "[[buyers]]\nname = \"b\"\nrequest_id = true\n\
        retry = { policy = \"full_jitter\", times = 3, wait = \"10ms\", max_wait = \"20ms\" }";
    let mut waits = Vec::new();
    for workers in [1, 3] {
        let (ground, _) = refused(sale(RUSH, jittered), BUSY).await;
        let mut told = played(ground, workers).await.journal.told;
        told.sort_by_key(|t| (t.arrival, t.attempt));
        assert_eq!(told.len(), 4 * 90);
        let pairs = told.windows(2).filter(|pair| pair[1].attempt > 0);
        waits.push(pairs.map(|pair| pair[1].intended_us - pair[0].answered_us).collect::<Vec<_>>());
    }
    assert_eq!(waits[0], waits[1]);
    assert!(waits[0].iter().any(|&wait| wait > 10_000) && waits[0].iter().all(|&wait| wait < 20_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_ends_a_storm() {
    let frugal = "[[buyers]]\nname = \"b\"\nrequest_id = true\n\
        retry = { policy = \"budget\", times = 9, wait = \"1ms\", budget = 0.2 }";
    let (ground, asked) = refused(sale(RUSH, frugal), BUSY).await;
    let told = played(ground, 1).await.journal.told;
    let repeats = told.iter().filter(|t| t.attempt > 0).count();
    assert!((1..=18).contains(&repeats), "a fifth of 90 first submits: {repeats}");
    assert_eq!(asked.load(Ordering::Relaxed), 90 + repeats as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_takes_its_time_and_holds_up_nobody() {
    let office = FakeOffice::open(Fault::None).await;
    let classes = "[[buyers]]\nname = \"quick\"\n[[buyers]]\nname = \"slow\"\nreads_per_s = 200";
    let Played { journal, tally, .. } = played(ground(&office, sale(RUSH, classes)).await, 1).await;
    let took = |class| journal.told.iter().filter(|t| t.class == class).map(|t| t.answered_us - t.sent_us).min();
    // An answer has some 90 bytes.
    assert!(took(1).unwrap() > 300_000, "{:?}", took(1));
    assert!(took(0).unwrap() < 300_000, "{:?}", took(0));
    assert!(tally.latency(Step::Create, Outcome::Done).is_some());
}

#[tokio::test]
async fn an_address_of_this_machine_needs_a_target_on_it() {
    let bot = sale(ONE, "[[buyers]]\nname = \"bot\"\naddress = \"127.0.0.2\"");
    let elsewhere = Target::resolve("http://192.0.2.1:80").unwrap();
    let refusal = crate::bench::floor::check_addresses(&elsewhere, &bot).unwrap_err().to_string();
    assert!(refusal.contains("127.0.0.2") && refusal.contains("loopback"), "{refusal}");
    let here = Target::resolve("http://127.0.0.1:80").unwrap();
    assert!(crate::bench::floor::check_addresses(&here, &bot).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_come_from_the_address_of_their_class() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::resolve(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let office = FakeOffice::open(Fault::None).await;
    let classes = "[[buyers]]\nname = \"human\"\nweight = 3\n[[buyers]]\nname = \"bot\"\naddress = \"127.0.0.2\"";
    let staged = Arc::into_inner(ground(&office, sale(ONE, classes)).await).unwrap();
    let ground = Arc::new(Ground { target, ..staged });
    let opening = tokio::spawn(async move {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::create(&folder.path().join("journal")).unwrap();
        let floor = crate::bench::floor::Floor::open(ground, 8, Arc::default(), spool.pen()).await.unwrap();
        drop(floor);
    });
    let mut from = BTreeMap::new();
    for _ in 0..8 {
        let accepted = tokio::time::timeout(Duration::from_secs(10), listener.accept()).await.unwrap();
        *from.entry(accepted.unwrap().1.ip().to_string()).or_insert(0) += 1;
    }
    opening.await.unwrap();
    assert_eq!(from, BTreeMap::from([("127.0.0.1".to_owned(), 6), ("127.0.0.2".to_owned(), 2)]));
}

//! Whole runs against stand-in offices: what a report says of a queue, a lottery, and an office that breaks.
//! Must not need a real server.

use std::sync::atomic::Ordering;

use super::*;
use crate::{
    bench::{
        fake_office::{FakeOffice, Fault},
        metric,
        quantity::VersionChoice,
        report::{Standing, Verdict},
        series::Window,
    },
    domain::order::OrderVersion,
};

/// 400 buyers want 200 seats within 200 ms.
const SALE: &str = r#"
name = "fair"
about = "twice as many buyers as seats"
connections = 8
[dataset]
accounts = 400
categories = [{ name = "A", price = 10, rows = 10, seats_per_row = 20 }]
[[phases]]
arrival = "constant"
rate = 2000
duration = "200ms"
[[buyers]]
name = "human"
weight = 3
[[buyers]]
name = "bot"
"#;

struct Run {
    scenario: String,
    fault: Fault,
    version: OrderVersion,
    workers: usize,
}

impl Run {
    fn of(fault: Fault) -> Self {
        Self { scenario: SALE.to_owned(), fault, version: OrderVersion::V3, workers: 1 }
    }

    fn but(mut self, from: &str, to: &str) -> Self {
        assert!(self.scenario.contains(from), "{from} does not stand in the sale");
        self.scenario = self.scenario.replace(from, to);
        self
    }

    async fn play(self) -> Rehearsed {
        self.play_with(Arc::default()).await
    }

    async fn play_with(self, pulse: Arc<Pulse>) -> Rehearsed {
        let office = FakeOffice::open(self.fault).await;
        let client = Client::new(&office.url, None).unwrap();
        let mut scenario = Scenario::parse(&self.scenario).unwrap();
        scenario.version = VersionChoice::One(self.version);
        let settings = Settings {
            scenario,
            text: self.scenario,
            playing: Playing::Generated(7),
            seed: 5,
            scale: 1.0,
            workers: self.workers,
            audit: true,
            journal: None,
            strict: false,
            allow_noise: false,
            ceiling_per_s: Some(1_000.0),
        };
        let (_stop, stopped) = watch::channel(false);
        rehearse(&client, settings, pulse, stopped, |_| {}).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_served_one_by_one_scores_exactly_one() {
    let run = Run::of(Fault::None).but("connections = 8", "connections = 1").play().await.report;
    let fcfs = run.fairness.fcfs.unwrap();
    assert_eq!((fcfs.score, fcfs.high, fcfs.winners, fcfs.losers), (1.0, 1.0, 200, 200));
    assert!(fcfs.low > 0.97, "{fcfs:?}");
    let overtakes = run.fairness.overtakes.unwrap();
    assert_eq!((overtakes.p50, overtakes.p99, overtakes.max), (Some(0), None, 0));
    assert_eq!(run.figures["fcfs_score"], 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_with_several_counters_is_still_a_queue() {
    for version in [OrderVersion::V2, OrderVersion::V4] {
        let run = Run { version, workers: 2, ..Run::of(Fault::None) }.play().await.report;
        let fcfs = run.fairness.fcfs.unwrap();
        assert!(fcfs.score > 0.98, "{fcfs:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lottery_scores_about_a_half() {
    let run = Run::of(Fault::Lottery(400)).but("connections = 8", "connections = 400").play().await.report;
    let fcfs = run.fairness.fcfs.unwrap();
    assert!((0.4..0.6).contains(&fcfs.score), "{fcfs:?}");
    assert!(fcfs.low <= 0.5 && 0.5 <= fcfs.high, "{fcfs:?}");
    assert!(run.fairness.overtakes.unwrap().max > 50, "{:?}", run.fairness.overtakes);
    let classes: Vec<_> = run.fairness.classes.iter().map(|c| (c.name.as_str(), c.low_pct < 50.0)).collect();
    assert_eq!(classes, [("human", true), ("bot", true)], "{:?}", run.fairness.classes);
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmations_count_from_the_first_submit_in_every_version() {
    for version in OrderVersion::ALL {
        let run = Run { version, ..Run::of(Fault::HangsUp(1)) }
            .but("rate = 2000\nduration = \"200ms\"", "rate = 1\nduration = \"1s\"")
            .but("name = \"bot\"\n", "name = \"bot\"\nweight = 0\n")
            .but("weight = 3", "request_id = true\nretry = { policy = \"fixed\", times = 1, wait = \"150ms\" }")
            .play()
            .await
            .report;
        let figures = &run.figures;
        let apart_ms = figures["confirm_max_ms"] - figures["create.done.response_max_ms"];
        assert!(apart_ms >= 149.0, "{version}: the first submit was 150 ms before the repeat, not {apart_ms}");
        assert_eq!((figures["amplification"], figures["confirm.done.count"]), (2.0, 1.0), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_a_run_has_a_name_that_thresholds_know() {
    let run = Run { version: OrderVersion::V4, ..Run::of(Fault::None) }
        .but("weight = 3", "weight = 3\npays = 0.5")
        .but("about =", "thresholds = [\"win_pct.bot < 101\", \"confirm_p999_ms < 9\", \"created > 0\"]\nabout =")
        .play()
        .await
        .report;
    for name in run.figures.keys() {
        assert_eq!(metric::check(name), Ok(()));
    }
    for name in ["created_per_s", "create.done.response_p90_ms", "win_pct.human", "fcfs_low", "rejected.sold_out"] {
        assert!(run.figures.contains_key(name), "{name} is not among {:?}", run.figures.keys());
    }
    let met: Vec<_> = run.thresholds.iter().map(|mark| (mark.met, mark.found.is_some())).collect();
    assert_eq!(met, [(true, true), (false, false), (true, true)], "200 confirmations have no p999");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_shows_its_seats_and_its_cpu_over_time() {
    let run =
        Run::of(Fault::None).but("rate = 2000\nduration = \"200ms\"", "rate = 200\nduration = \"2s\"").play().await;
    let samples = &run.series.samples;
    assert!((4..=9).contains(&samples.len()), "{} samples in two seconds", samples.len());
    assert!(samples.is_sorted_by_key(|sample| sample.at_us));
    let free: Vec<u64> = samples.iter().map(|sample| sample.seats[0].available).collect();
    assert!(free.is_sorted_by(|a, b| a >= b) && free[0] > free[free.len() - 1], "{free:?}");
    assert!(samples.iter().all(|sample| sample.queue == Some(0)));
    if cfg!(target_os = "linux") {
        assert!(samples[1..].iter().filter(|sample| sample.generator_cpu_pct.is_some()).count() >= 3, "{samples:?}");
        let validity = &run.report.validity;
        assert!(validity.generator_cpu_pct.is_some_and(|pct| pct < 90.0), "{validity:?}");
        assert!(validity.others_cpu_pct.is_some() && validity.stolen_pct.is_some(), "{validity:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generator_that_is_given_more_than_it_can_send_says_so_and_nothing_is_gated() {
    // One thread cannot let a hundred thousand buyers a second go and hear all their answers.
    let run = Run::of(Fault::None)
        .but("about =", "thresholds = [\"created > 1000000\"]\nabout =")
        .but("rate = 2000\nduration = \"200ms\"", "rate = 100000\nduration = \"200ms\"")
        .but("connections = 8", "connections = 512")
        .play()
        .await
        .report;
    assert_eq!(run.validity.standing, Standing::GeneratorLimited, "{:?} {:?}", run.validity, run.generator);
    assert_eq!(run.verdict, Verdict::NotValid);
    assert!(run.reasons[0].starts_with("the generator was the limit: "), "{:?}", run.reasons);
    assert!(run.audit.unwrap().clean, "slow is not wrong");
}

/// Fills a series from the counts of the pulse until dropped, unless the workers do.
async fn fill(pulse: Arc<Pulse>) -> Infallible {
    const WIDTH_US: u64 = 100_000;
    while pulse.released.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    if pulse.series.lock().unwrap().width_us > 0 {
        return std::future::pending().await;
    }
    let count = |pulse: &Pulse| [&pulse.placed, &pulse.failed].map(|n| n.load(Ordering::Relaxed));
    let mut before = count(&pulse);
    let start = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = count(&pulse);
        let at = (start.elapsed().as_micros() as u64 / WIDTH_US) as usize;
        let mut series = pulse.series.lock().unwrap();
        series.width_us = WIDTH_US;
        series.windows.resize_with(at + 1, Window::default);
        series.windows[at].requests += now[0] - before[0];
        series.windows[at].failed += now[1] - before[1];
        before = now;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_against_an_office_that_breaks_ends_early_and_says_why() {
    let rule = "abort_on_fail = [{ when = \"errors_pct > 50\", window = \"300ms\" }]";
    let run = Run::of(Fault::Breaks(100))
        .but("about =", &format!("{rule}\nabout ="))
        .but("rate = 2000\nduration = \"200ms\"", "rate = 100\nduration = \"60s\"")
        .but("accounts = 400", "accounts = 6000");
    let pulse = Arc::<Pulse>::default();
    let begun = Instant::now();
    let run = tokio::select! {
        run = run.play_with(pulse.clone()) => run.report,
        never = fill(pulse.clone()) => match never {},
    };
    assert!(begun.elapsed() < Duration::from_secs(40), "it was not ended early");
    assert!(run.scenario.released < 5_000, "{} buyers came", run.scenario.released);
    assert_eq!(run.validity.standing, Standing::Aborted);
    assert_eq!(run.verdict, if run.validity.trusted { Verdict::MarkMissed } else { Verdict::NotValid });
    let why = run.reasons.join("\n");
    assert!(why.contains("by abort_on_fail: errors_pct > 50 ("), "{why}");
    let mark = &run.thresholds[0];
    assert!(mark.text == "abort_on_fail errors_pct > 50" && !mark.met && mark.found.unwrap() > 50.0, "{mark:?}");
    assert!(run.audit.unwrap().clean, "what was sold until then is sound");
}

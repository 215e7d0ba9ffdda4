//! Whole plays against an office in this process.
//! Must not look at the report: these are about what the runner itself promises.

use std::{collections::HashSet, path::Path};

use super::*;
use crate::{
    bench::{
        fake_office::{FakeOffice, Fault},
        journal::Answer,
        scenario::Scenario,
        stage::{self, Playing},
        tally::Step,
    },
    client::Client,
};

const SALE: &str = r#"
name = "little"
about = "a little sale"
version = 3
connections = 6
[dataset]
accounts = 60
categories = [{ name = "A", price = 10, rows = 4, seats_per_row = 10 }]
[[phases]]
arrival = "constant"
rate = 300
duration = "300ms"
[[buyers]]
name = "buyer"
request_id = true
double_submits = 0.3
pays = 0.5
"#;

struct Stage {
    ground: Arc<Ground>,
    pulse: Arc<Pulse>,
    stop: watch::Sender<bool>,
    _office: FakeOffice,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set(fault: Fault, sale: &str) -> Self {
        let office = FakeOffice::open(fault).await;
        let client = Client::new(&office.url, None).unwrap();
        let scenario = Scenario::parse(sale).unwrap();
        let ground = Arc::new(stage::set(&client, scenario, &Playing::Generated(7), 3).await.unwrap());
        let (stop, folder) = (watch::channel(false).0, tempfile::tempdir().unwrap());
        Self { ground, pulse: Arc::default(), stop, _office: office, folder }
    }

    async fn play_into(&self, journal: &Path) -> Result<Played, PlayError> {
        let settings = Play {
            workers: 2,
            connections: self.ground.scenario.connections,
            journal: journal.to_owned(),
            pulse: self.pulse.clone(),
            stop: self.stop.subscribe(),
        };
        let ground = self.ground.clone();
        tokio::task::spawn_blocking(move || play(&ground, &settings)).await.unwrap()
    }

    async fn play(&self) -> Played {
        self.play_into(&self.folder.path().join("journal")).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_series_adds_up_to_what_the_journal_and_the_tally_say() {
    let stage = Stage::set(Fault::None, SALE).await;
    let played = stage.play().await;
    let series = stage.pulse.series.lock().unwrap().clone();
    let sum = |count: fn(&crate::bench::series::Window) -> u64| series.windows.iter().map(count).sum::<u64>();
    let told = |test: fn(&Answer) -> bool| played.journal.told.iter().filter(|t| test(&t.answer)).count() as u64;
    let buyers = stage.ground.schedule.buyers();
    assert_eq!((series.planned.iter().sum::<u64>(), sum(|w| w.released), played.released), (buyers, buyers, buyers));
    assert_eq!(sum(|w| w.submits), told(|_| true));
    assert_eq!(sum(|w| w.create.len()), told(|_| true));
    assert_eq!(sum(|w| w.placed), told(|answer| answer.order().is_some()));
    assert_eq!(sum(|w| w.sold_out + w.rejected), told(|answer| matches!(answer, Answer::Rejected(_))));
    assert_eq!(sum(|w| w.reasons.values().sum()), played.tally.rejections.values().sum::<u64>());
    assert!(sum(|w| w.sold_out) > 0 && sum(|w| w.paid) > 0, "the sale has both");
    assert_eq!((sum(|w| w.requests), sum(|w| w.failed)), played.tally.requests());
    let confirmed = played.tally.any_outcome(Step::Confirm).unwrap().response.len();
    assert_eq!((sum(|w| w.confirmed), sum(|w| w.confirm.len())), (confirmed, confirmed));
    assert_eq!(played.journal.scene.classes, ["buyer"]);
    assert_eq!(played.journal.scene.categories[0].seats, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_broken_off_keeps_the_submits_under_way_without_an_answer() {
    let stage = Stage::set(Fault::Stalls(20, 60_000), SALE).await;
    let broken_off = async {
        let seen = || stage.pulse.released.load(std::sync::atomic::Ordering::Relaxed);
        while seen() < stage.ground.schedule.buyers() {
            tokio::task::yield_now().await;
        }
        stage.stop.send_replace(true);
    };
    let (played, ()) = tokio::join!(stage.play(), broken_off);
    assert!(played.journal.indeterminate() > 0, "nobody was answered after the 20th");
    let entered = stage.pulse.series.lock().unwrap().windows.iter().map(|w| w.submits).sum::<u64>();
    assert_eq!(played.journal.told.len() as u64, entered, "every submit has its entry");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_journal_cannot_be_written_is_aborted_and_says_so() {
    let long = SALE.replace("300ms", "10m").replace("rate = 300", "rate = 200");
    let stage = Stage::set(Fault::None, &long).await;
    let error = stage.play_into(Path::new("/dev/full")).await.unwrap_err();
    assert!(matches!(error, PlayError::Journal(..)), "{error}");
    let text = error.to_string();
    assert!(text.contains("/dev/full") && text.contains("No space left") && text.contains("aborted"), "{text}");
    let error = stage.play_into(Path::new("/no/such/folder/journal")).await.unwrap_err();
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_plays_when_nobody_answers_the_door() {
    let stage = Stage::set(Fault::None, SALE).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = crate::client::http1::Target::resolve(&format!("http://{closed}")).unwrap();
    let Ground { scenario, hall, accounts, view, schedule, seed, .. } = &*stage.ground;
    let ground = Arc::new(Ground {
        target,
        scenario: scenario.clone(),
        hall: hall.clone(),
        accounts: accounts.clone(),
        schedule: schedule.clone(),
        view: *view,
        earlier: HashSet::new(),
        seed: *seed,
    });
    let stage = Stage { ground, ..stage };
    let error = stage.play_into(&stage.folder.path().join("journal")).await.unwrap_err();
    assert!(matches!(error, PlayError::Unreachable(_)), "{error}");
}

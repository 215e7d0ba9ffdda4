//! Whole runs against an office that lies, and one that does not.
//! Must not judge by anything but the report.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    bench::{
        fake_office::{FakeOffice, Fault},
        quantity::VersionChoice,
        rehearsal::{Settings, rehearse},
        report::{Report, Verdict},
        scenario::Scenario,
        stage::Playing,
    },
    client::Client,
    domain::order::OrderVersion,
};

const SALE: &str = r#"
name = "little"
about = "a little sale"
connections = 8
[dataset]
accounts = 60
categories = [
  { name = "A", price = 10, rows = 6, seats_per_row = 10 },
  { name = "B", price = 20, rows = 6, seats_per_row = 10 },
]
[[phases]]
arrival = "constant"
rate = 300
duration = "200ms"
[[buyers]]
name = "buyer"
request_id = true
double_submits = 0.3
pays = 0.5
quantity = { 1 = 1, 2 = 1 }
"#;

async fn play(fault: Fault, version: OrderVersion, scenario: &str) -> (Report, FakeOffice) {
    let office = FakeOffice::open(fault).await;
    let client = Client::new(&office.url, None).unwrap();
    let mut scenario = Scenario::parse(scenario).unwrap();
    scenario.version = VersionChoice::One(version);
    let settings = Settings {
        scenario,
        text: SALE.to_owned(),
        playing: Playing::Generated(7),
        seed: 3,
        scale: 1.0,
        workers: 2,
        audit: true,
        journal: None,
        strict: false,
        allow_noise: false,
        ceiling_per_s: None,
    };
    let (_stop, stopped) = watch::channel(false);
    let report = rehearse(&client, settings, Arc::default(), stopped, |_| {}).await.unwrap();
    (report.report, office)
}

async fn law_broken_by(fault: Fault, version: OrderVersion) -> Vec<String> {
    findings_of(fault, version, SALE).await
}

async fn findings_of(fault: Fault, version: OrderVersion, scenario: &str) -> Vec<String> {
    let (report, _office) = play(fault, version, scenario).await;
    assert_eq!(report.verdict, Verdict::AuditFailed, "{fault:?}");
    report.audit.unwrap().findings.into_iter().map(|f| format!("{} {:?} {}", f.law, f.order, f.detail)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_office_passes_with_every_version() {
    for version in OrderVersion::ALL {
        let (report, office) = play(Fault::None, version, SALE).await;
        let audit = report.audit.as_ref().unwrap();
        assert_eq!((report.verdict, &audit.findings), (Verdict::Passed, &Vec::new()), "{version}");
        assert_eq!(report.sale.created, office.orders() as u64);
        assert_eq!((report.scenario.released, report.sale.accepted), (60, report.sale.created));
        assert!(report.sale.duplicates_absorbed > 0, "some clicked twice");
        let paid = report.latency.iter().any(|l| (l.step, l.outcome) == ("pay_check", "done"));
        assert!(paid, "half of the buyers pay");
        assert_eq!(report.speed.polls_per_order.is_some(), version == OrderVersion::V4);
        assert_eq!(audit.laws["L10"].verdict, "kept");
        assert_eq!(audit.laws["L1"].verdict, "unchecked", "this office does not check its own laws");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_sold_twice_is_found() {
    let findings = law_broken_by(Fault::SeatTwice(20), OrderVersion::V3).await;
    assert!(findings.iter().any(|f| f.starts_with("L2 Some")), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_order_is_found_whether_created_or_accepted() {
    for (version, word) in [(OrderVersion::V1, "created"), (OrderVersion::V4, "accepted")] {
        let scenario = SALE.replace("request_id = true", "polls = false").replace("double_submits = 0.3", "");
        let (report, _office) = play(Fault::Loses(20), version, &scenario).await;
        let findings = report.audit.unwrap().findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        let said = format!("{} {:?} {}", findings[0].law, findings[0].order, findings[0].detail);
        assert!(said.starts_with("L5 Some") && said.contains(word), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_sent_away_early_is_found() {
    let findings = law_broken_by(Fault::SoldOutEarly(20), OrderVersion::V2).await;
    assert!(findings.iter().any(|f| f.starts_with("L10 None")), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_another_buyers_order_is_found() {
    for version in [OrderVersion::V3, OrderVersion::V4] {
        let findings = law_broken_by(Fault::Foreign(20), version).await;
        assert!(findings.iter().any(|f| f.starts_with("L5 Some") && f.contains("was told to account")), "{findings:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_behind_a_buyers_back_is_found() {
    let scenario = SALE.replace("double_submits = 0.3", "");
    let findings = findings_of(Fault::KeepsAfterNo(20), OrderVersion::V3, &scenario).await;
    assert!(findings.iter().any(|f| f.contains("was never told of order")), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_key_is_found() {
    let findings = law_broken_by(Fault::ForgetsKeys, OrderVersion::V3).await;
    assert!(findings.iter().filter(|f| f.starts_with("L9 Some")).count() > 1, "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_came_may_hide_one_order() {
    let scenario = SALE.replace("request_id = true", "").replace("double_submits = 0.3", "");
    let (report, _office) = play(Fault::HangsUp(20), OrderVersion::V3, &scenario).await;
    assert_eq!((report.verdict, report.sale.indeterminate), (Verdict::Passed, 1), "{:?}", report.audit);
    assert_eq!(report.sale.created, report.sale.accepted + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_shows_in_response_and_not_in_service() {
    let scenario = SALE
        .replace("duration = \"200ms\"", "duration = \"4s\"")
        .replace("accounts = 60", "accounts = 1200")
        .replace("rows = 6", "rows = 200")
        .replace("connections = 8", "connections = 4")
        .replace("double_submits = 0.3", "");
    let (report, _office) = play(Fault::Stalls(300, 1_000), OrderVersion::V3, &scenario).await;
    let create = report.latency.iter().find(|l| (l.step, l.outcome) == ("create", "done")).unwrap();
    let (service, response) = (create.service.p99_ms.unwrap(), create.response.p99_ms.unwrap());
    assert!(service < 200.0, "only four requests met the stall: {service} ms");
    assert!(response > 700.0, "hundreds of buyers came while it lasted: {response} ms");
    assert!(create.lag.p99_ms.unwrap() > 700.0);
    assert!(report.generator.kept_up, "the stall is the server's");
}

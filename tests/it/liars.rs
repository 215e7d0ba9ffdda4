//! Planted faults: `tpp bench --url` against a server that lies ends with 12 and names the law and the order.
//! Must not rely on the office's own audit: that one is clean, since only the answers are bent.

use std::{
    process::{Command, Output},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::harness::{ADMIN_TOKEN, Engine, Liar, Lie, Office, wait_until};

/// A sale with more seats than buyers, so that "sold out" is always a lie, and the laws have orders to look at.
const SCENARIO: &str = r#"
name = "liar"
about = "a short sale with seats to spare"
connections = 16

[dataset]
accounts = 120
categories = [{ name = "Hall", price = "100", rows = 20, seats_per_row = 20 }]

[[phases]]
arrival = "constant"
rate = 200
duration = "500ms"

[[buyers]]
name = "buyer"
quantity = { 1 = 1, 2 = 1 }
"#;

/// How long the server is stopped: far above any answer, far below any time-out.
const STALL: Duration = Duration::from_secs(2);

fn play(address: std::net::SocketAddr, version: &str, sale: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("liar.toml");
    std::fs::write(&scenario, sale).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
    command.arg("bench").arg(&scenario).args(["--version", version, "--output", "json", "--no-ceiling"]);
    command.args(["--url", &format!("http://{address}"), "--admin-token", ADMIN_TOKEN]);
    command.output().unwrap()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}\n{}", text(&output.stdout), text(&output.stderr)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The findings of a law, as text.
fn findings(document: &Value, law: &str) -> Vec<String> {
    let all = document.pointer("/audit/findings").and_then(Value::as_array).expect("the report has findings");
    all.iter().filter(|f| f["law"] == law).map(ToString::to_string).collect()
}

#[track_caller]
fn is_caught(lie: Lie, law: &str) {
    let office = Office::open(Engine::Embedded);
    let liar = Liar::before(office.door().address(), lie);
    let output = play(liar.address, "3", SCENARIO);
    assert_eq!(output.status.code(), Some(12), "{lie:?}: {}\n{}", text(&output.stdout), text(&output.stderr));
    let found = findings(&document(&output), law);
    assert!(!found.is_empty(), "{lie:?} broke {law}, yet the report says {}", text(&output.stdout));
    let names_an_order = |finding: &String| finding.contains("order");
    assert!(found.iter().all(names_an_order), "{lie:?}: {found:?}");
}

#[test]
fn an_honest_go_between_is_not_accused() {
    let office = Office::open(Engine::Embedded);
    let liar = Liar::before(office.door().address(), Lie::Nothing);
    let output = play(liar.address, "3", SCENARIO);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_seat_that_is_sold_twice_is_caught() {
    is_caught(Lie::SellsASeatTwice, "L2");
}

#[test]
fn an_acknowledged_order_that_is_lost_is_caught() {
    is_caught(Lie::LosesAnOrder, "L5");
}

#[test]
fn sold_out_while_seats_are_there_is_caught() {
    is_caught(Lie::SaysSoldOutEarly, "L10");
}

#[test]
fn an_answer_with_the_order_of_another_buyer_is_caught() {
    is_caught(Lie::AnswersWithAnothersOrder, "L5");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the sleep is the stall, not a guess at how long something takes")]
fn a_stalled_server_shows_in_response_times_and_not_only_in_service_times() {
    let mut office = Office::open(Engine::Embedded);
    let address = office.door().address();
    let sale = SCENARIO.replace("rate = 200", "rate = 500").replace("500ms", "3s");
    let sale = sale.replace("accounts = 120", "accounts = 1600").replace("rows = 20", "rows = 150");
    let bench = thread::spawn(move || play(address, "3", &sale));
    wait_until("the sale to be under way", || office.programs().iter().any(|p| p.held > 20));
    office.server().signal("STOP");
    thread::sleep(STALL);
    office.server().signal("CONT");
    let output = bench.join().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}\n{}", text(&output.stdout), text(&output.stderr));
    let document = document(&output);
    let steps = document["latency"].as_array().unwrap();
    let orders = steps.iter().find(|l| l["step"] == "create" && l["outcome"] == "done").expect("orders were made");
    let ms = |kind: &str, at: &str| orders[kind][at].as_f64().unwrap_or_else(|| panic!("no {kind} {at} in {orders}"));
    assert!(ms("response", "p99_ms") > 1_000.0, "the stall is missing in the response times: {orders}");
    // The few requests that were on their way saw the stall; the many that were due meanwhile waited for it.
    assert!(ms("response", "p90_ms") > 10.0 * ms("service", "p90_ms"), "the stall was left out: {orders}");
}

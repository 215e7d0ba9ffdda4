//! `tpp bench` with the steps of a scenario, against a system of another kind.
//! Must not need a route of ours.

use std::process::{Command, Output};

use serde_json::Value;

use super::harness::foreign::{Foreign, SEATS};

const SCENARIO: &str = r#"
name = "elsewhere"
about = "reservations at a system of another kind"
connections = 8

[dataset]
accounts = 6
categories = [{ name = "Hall", price = "10", rows = 3, seats_per_row = 10 }]

[[phases]]
arrival = "constant"
rate = 200
duration = "300ms"

[[buyers]]
name = "member"

[[steps]]
name = "sign_in"
path = "/sessions"
body = '{"login": "${account.login}", "secret": "${account.secret}"}'
capture = { bearer = "/session/bearer" }

[[steps]]
name = "reserve"
path = "/shows/${program}/reservations"
headers = { Authorization = "Bearer ${bearer}" }
body = '{"seats": ${tickets}, "key": "${random}"}'
expect_status = 201
sold_out_when = { "/error" = "SOLD_OUT" }
capture = { reservation = "/reservation/id" }
order = "reservation"

[[steps]]
name = "wait"
path = "/reservations/${reservation}"
until = { "/state" = "CONFIRMED" }
every = "20ms"
at_most = 10
"#;

fn play(system: &Foreign, scenario: &str, accounts: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("elsewhere.toml"), scenario).unwrap();
    std::fs::write(folder.path().join("accounts.csv"), accounts).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
    command.args(["bench", "elsewhere.toml", "--url", &format!("http://{}", system.address), "--program", "77"]);
    command.args(["--accounts", "accounts.csv", "--output", "json"]).current_dir(folder.path());
    command.env_remove("TPP_ADMIN_TOKEN").output().unwrap()
}

/// Six members; a name with a quote and a space must arrive whole.
fn accounts() -> String {
    let names = ["ann", "bob", "\"\"c d\"\"", "eve", "flo", "gus"];
    names.iter().fold("login,secret\n".to_owned(), |text, name| format!("{text}\"{name}\",\"of-{name}\"\n"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn document(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn count(document: &Value, step: &str, outcome: &str) -> Option<u64> {
    let steps = document["latency"].as_array().unwrap();
    let found = steps.iter().find(|l| l["step"] == step && l["outcome"] == outcome)?;
    for kind in ["service", "response", "lag"] {
        assert!(found[kind]["max_ms"].is_number(), "{found}");
    }
    found["count"].as_u64()
}

#[test]
fn steps_are_walked_with_what_earlier_ones_captured_and_each_is_measured() {
    let system = Foreign::open(false);
    let document = document(&play(&system, SCENARIO, &accounts()), 0);
    assert_eq!(count(&document, "sign_in", "done"), Some(60));
    assert_eq!((count(&document, "reserve", "done"), count(&document, "reserve", "sold_out")), (Some(SEATS), Some(30)));
    assert_eq!(count(&document, "create", "done"), Some(SEATS));
    assert_eq!((count(&document, "wait", "pending"), count(&document, "wait", "done")), (Some(SEATS), Some(SEATS)));
    assert_eq!(count(&document, "confirm", "done"), Some(SEATS));
    assert_eq!(document["speed"]["requests"], 60 + 60 + 2 * SEATS);
    assert_eq!((&document["sale"]["accepted"], &document["sale"]["created"]), (&SEATS.into(), &SEATS.into()));
    assert!(document["sale"]["sell_out_s"].is_number());
    assert_eq!(document["rejections"]["sold_out"], 30);
    for (law, standing) in document["audit"]["laws"].as_object().unwrap() {
        assert_eq!(standing["verdict"], "unchecked", "{law}");
        assert!(standing["reason"].as_str().unwrap().contains("a system of another kind"), "{law}");
    }
    let again = Foreign::open(false);
    play(&again, SCENARIO, &accounts());
    assert_eq!(system.keys().len() as u64, SEATS, "{:?}", system.keys());
    let both = system.keys().iter().filter(|key| again.keys().contains(key)).count();
    assert!(both >= 20, "the same seed gives the same keys, up to who came too late: {both}");
}

#[test]
fn one_reservation_told_to_two_members_is_caught() {
    let system = Foreign::open(true);
    let document = document(&play(&system, SCENARIO, &accounts()), 12);
    assert_eq!(document["audit"]["laws"]["L5"]["verdict"], "broken");
    assert!(document["audit"]["findings"][0]["detail"].as_str().unwrap().contains("was told to account"));
}

#[test]
fn a_step_that_is_refused_ends_the_visit_and_counts_as_refused() {
    let system = Foreign::open(false);
    let wrong = accounts().replace("\"of-ann\"", "\"forgotten\"");
    let document = document(&play(&system, SCENARIO, &wrong), 0);
    assert_eq!((count(&document, "sign_in", "refused"), count(&document, "sign_in", "done")), (Some(10), Some(50)));
    assert_eq!(document["sale"]["accepted"], SEATS);
}

#[test]
fn a_column_that_the_file_lacks_is_named_before_the_start() {
    let system = Foreign::open(false);
    let output = play(&system, SCENARIO, "login\nann\n");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("the steps put in ${account.secret}"), "{}", text(&output.stderr));
    assert!(system.keys().is_empty());
}

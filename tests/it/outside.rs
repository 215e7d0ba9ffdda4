//! `tpp bench` against servers that it has no operator's token for: the original's API behind a gateway.
//! Must not use a route of ours that the gateway hides; the office is prepared before it is hidden.

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use super::harness::{
    Buyer, Engine, Hall, Office, Program,
    gateway::{Gateway, KEY, PREFIX, Wrong},
};

/// More seats than buyers want.
const SCENARIO: &str = r#"
name = "outside"
about = "a short sale with seats to spare"
connections = 8

[dataset]
accounts = 60
categories = [{ name = "not the hall that is played on", price = "1", rows = 1, seats_per_row = 1 }]

[[phases]]
arrival = "constant"
rate = 200
duration = "300ms"

[[buyers]]
name = "buyer"
quantity = { 1 = 1, 2 = 1 }
pays = 0.3
cancels = 0.2
"#;

struct Play {
    office: Office,
    program: Program,
    gateway: Gateway,
    folder: tempfile::TempDir,
}

impl Play {
    fn of(wrong: Wrong, hall: &Hall) -> Self {
        let office = Office::open(Engine::Embedded);
        let program = office.program(hall);
        let gateway = Gateway::before(office.door().address(), wrong);
        let folder = tempfile::tempdir().unwrap();
        let play = Self { office, program, gateway, folder };
        play.write("accounts.csv", &csv(&play.office.buyers(60)));
        play.write("sale.toml", SCENARIO);
        play
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn bench(&self, arguments: &[&str]) -> Output {
        bench(self.folder.path(), &format!("http://{}", self.gateway.address), arguments)
    }

    /// With all that a server without admin routes needs.
    fn played(&self, version: &str, more: &[&str]) -> Output {
        let (program, key) = (self.program.id().to_string(), format!("{}: {}", KEY.0, KEY.1));
        let arguments = ["--accounts", "accounts.csv", "--program", &program, "--prefix", PREFIX, "--header", &key];
        let told = if more.is_empty() { &["--output", "json"][..] } else { more };
        self.bench(&[&arguments[..], &["--version", version], told].concat())
    }
}

fn bench(folder: &Path, url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
    command.args(["bench", "sale.toml", "--url", url]).args(arguments).current_dir(folder);
    command.env_remove("TPP_ADMIN_TOKEN").output().unwrap()
}

fn csv(buyers: &[Buyer]) -> String {
    buyers.iter().fold("user_id,token,ticket_user_ids\n".to_owned(), |mut text, buyer| {
        let people: Vec<_> = buyer.ticket_users.iter().map(ToString::to_string).collect();
        writeln!(text, "{},{},{}", buyer.user, buyer.token, people.join(";")).unwrap();
        text
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn document(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn verdict<'a>(document: &'a Value, law: &str) -> &'a str {
    document["audit"]["laws"][law]["verdict"].as_str().unwrap()
}

#[test]
fn a_server_without_admin_routes_is_played_and_the_report_says_which_laws_nobody_could_check() {
    let play = Play::of(Wrong::Nothing, &Hall::of(20, 20).and("50", 10, 20));
    for version in ["1", "4"] {
        let output = play.played(version, &[]);
        let document = document(&output, 0);
        assert_eq!(document["server"], Value::Null);
        assert_eq!(document["sale"]["created"], document["sale"]["accepted"], "{version}");
        assert_eq!(document["sale"]["capacity"], 600);
        assert!(document["sale"]["held"].as_u64().unwrap() > 0);
        for law in ["L1", "L2", "L5", "L7", "L8", "L9"] {
            assert_eq!(verdict(&document, law), "kept", "{version}: {law} {}", document["audit"]["laws"][law]);
        }
        for law in ["L3", "L4", "L6"] {
            let reason = document["audit"]["laws"][law]["reason"].as_str().unwrap();
            assert_eq!(verdict(&document, law), "unchecked");
            assert!(reason.contains("needs admin routes"), "{reason}");
        }
        assert!(!text(&output.stdout).contains(KEY.1), "a header's value stands in the report");
    }
}

#[test]
fn the_text_for_people_names_the_laws_that_nobody_could_check() {
    let play = Play::of(Wrong::Nothing, &Hall::of(20, 20));
    let output = play.played("3", &["--output", "human"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}\n{}", text(&output.stderr));
    assert!(said.contains("L4 not checked: needs admin routes"), "{said}");
    assert!(said.contains("does not tell what it runs on"), "{said}");
}

#[test]
fn a_seat_sold_twice_is_seen_through_the_originals_own_routes() {
    let play = Play::of(Wrong::SeatsTwice, &Hall::of(20, 20));
    let document = document(&play.played("3", &[]), 12);
    assert_eq!(verdict(&document, "L2"), "broken");
}

#[test]
fn an_order_that_is_lost_is_seen_through_the_originals_own_routes() {
    for version in ["3", "4"] {
        let play = Play::of(Wrong::LostOrder, &Hall::of(20, 20));
        let document = document(&play.played(version, &[]), 12);
        assert_eq!(verdict(&document, "L5"), "broken");
        assert!(document["audit"]["findings"][0]["detail"].as_str().unwrap().contains("the server does not have it"));
    }
}

#[test]
fn sold_out_said_too_early_is_seen_when_nobody_else_buys_and_left_open_when_somebody_does() {
    let play = Play::of(Wrong::SoldOutEarly, &Hall::of(20, 20));
    play.write("sale.toml", &SCENARIO.replace("cancels = 0.2", ""));
    assert_eq!(verdict(&document(&play.played("3", &[]), 12), "L10"), "broken");

    let play = Play::of(Wrong::SoldOutEarly, &Hall::of(20, 20));
    play.write("sale.toml", &SCENARIO.replace("cancels = 0.2", ""));
    let other = play.office.buyer();
    other.buys(tpp::domain::order::OrderVersion::V3, &play.program, &super::harness::Wish::best(1)).unwrap();
    let document = document(&play.played("3", &[]), 0);
    let law = &document["audit"]["laws"]["L10"];
    assert_eq!(law["verdict"], "unchecked");
    assert!(law["reason"].as_str().unwrap().contains("accounts that are not ours"), "{law}");
}

#[test]
fn where_orders_do_not_say_their_seats_the_law_about_them_is_left_open() {
    let play = Play::of(Wrong::Nothing, &Hall::of(20, 20).without_picking());
    let document = document(&play.played("3", &[]), 0);
    assert_eq!((verdict(&document, "L2"), verdict(&document, "L5")), ("unchecked", "kept"));
}

#[test]
fn what_is_missing_is_said_before_anything_is_sent() {
    let play = Play::of(Wrong::Nothing, &Hall::of(20, 20));
    let program = play.program.id().to_string();
    let key = format!("{}: {}", KEY.0, KEY.1);
    play.write("short.csv", "user_id,token,ticket_user_ids\n1,t,5\n");
    play.write("strange.csv", "user_id,token,ticket_user_ids\n1,t,5;6\n2,u,x\n");
    play.write("bare.csv", "user_id,ticket_user_ids\n1,5;6\n");
    let by = |file| ["--accounts", file, "--program", &program, "--prefix", PREFIX, "--header", &key];
    for (arguments, code, said) in [
        (&["--program", &program][..], 3, "needs --accounts FILE"),
        (&["--accounts", "accounts.csv"][..], 3, "needs --program ID"),
        (&by("short.csv")[..], 3, "the account of line 2 has 1 ticket users, but buyers want up to 2 tickets"),
        (&by("strange.csv")[..], 3, "strange.csv, line 3, column 3: the ticket user \"x\" is no id"),
        (&by("bare.csv")[..], 3, "the account of line 2 has neither a token nor a mobile and password"),
        (&by("none.csv")[..], 3, "none.csv: cannot be read"),
        (&["--prefix", "damai"][..], 3, "the prefix \"damai\" does not start with /"),
        (&["--header", "nonsense"][..], 3, "is not of the form 'Name: value'"),
        (&by("accounts.csv")[..6], 1, "refused (403)"),
    ] {
        let arguments = if code == 3 && arguments[0] != "--program" && !arguments.contains(&"--accounts") {
            [&by("accounts.csv")[..4], arguments].concat()
        } else {
            arguments.to_vec()
        };
        let output = play.bench(&arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(said), "{arguments:?}: {errors}");
    }
    assert!(play.office.orders(&play.program).is_empty(), "something was bought");
}

#[test]
fn fewer_accounts_than_wanted_come_again_and_it_is_said() {
    let play = Play::of(Wrong::Nothing, &Hall::of(20, 20));
    play.write("accounts.csv", &csv(&play.office.buyers(7)));
    let output = play.played("3", &[]);
    assert_eq!(document(&output, 0)["scenario"]["accounts"], 7);
    assert!(
        text(&output.stderr).contains("7 accounts are in the file, the scenario has 60"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn accounts_from_a_file_buy_on_a_server_with_an_operators_token_too() {
    let play = Play::of(Wrong::Nothing, &Hall::of(20, 20));
    let url = play.office.door().url();
    let program = play.program.id().to_string();
    let arguments = ["--accounts", "accounts.csv", "--program", &program, "--admin-token", super::harness::ADMIN_TOKEN];
    let output = bench(play.folder.path(), &url, &[&arguments[..], &["--output", "json"]].concat());
    let document = document(&output, 0);
    assert_eq!(verdict(&document, "L3"), "kept");
    let buyer = &play.office.buyers(1)[0];
    let ours = play.office.orders(&play.program);
    assert!(!ours.is_empty() && ours.iter().all(|order| order.user_id.get() < buyer.user));
}

//! The program on its command line: help, exit codes, tables and JSON.
//! Must not reach any server but its own.

use std::process::{Command, Output};

use serde_json::Value;
use tpp::domain::order::OrderVersion;

use crate::harness::{Engine, Hall, Office, Wish, office::ADMIN_TOKEN};

/// Runs the program with these arguments, and no setting from the environment.
pub fn tpp(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TPP_") {
            command.env_remove(name);
        }
    }
    command.args(args).output().unwrap()
}

/// What a run says that must end with this code: stdout where that is 0, else stderr.
#[track_caller]
pub fn says(args: &[&str], code: i32) -> String {
    let output = tpp(args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "tpp {args:?} said\n{out}\n{err}");
    if code == 0 { out.into_owned() } else { err.into_owned() }
}

#[track_caller]
fn json(args: &[&str]) -> Value {
    serde_json::from_str(&says(args, 0)).unwrap_or_else(|e| panic!("tpp {args:?}: {e}"))
}

#[test]
fn every_command_has_help() {
    let commands: [&[&str]; 20] = [
        &[],
        &["serve"],
        &["dash"],
        &["bench"],
        &["bench", "compare"],
        &["bench", "check"],
        &["bench", "list"],
        &["audit"],
        &["ceiling"],
        &["doctor"],
        &["completions"],
        &["man"],
        &["admin"],
        &["admin", "program"],
        &["admin", "program", "import"],
        &["admin", "order"],
        &["admin", "order", "list"],
        &["admin", "order", "refund"],
        &["admin", "account"],
        &["admin", "account", "make"],
    ];
    for command in commands {
        let help = says(&[command, &["--help"]].concat(), 0);
        assert!(help.contains("Usage: tpp"), "{help}");
        let lines: Vec<_> = help.lines().map(str::trim).collect();
        let undescribed = lines.windows(2).find(|pair| {
            // Two spaces stand between a flag and its words, unless they are on the next line.
            pair[0].starts_with("--") && !pair[0].contains("  ") && (pair[1].is_empty() || pair[1].starts_with('-'))
        });
        assert_eq!(undescribed, None, "a flag of {command:?} without words in\n{help}");
    }
    assert!(says(&["--version"], 0).starts_with("tpp 0."));
    assert!(says(&["completions", "bash"], 0).contains("_tpp"));
    assert!(says(&["man"], 0).contains(".TH tpp"));
}

#[test]
fn a_manual_page_is_written_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    says(&["man", "--out", folder.path().to_str().unwrap()], 0);
    for page in ["tpp.1", "tpp-serve.1", "tpp-bench.1", "tpp-admin-program-import.1"] {
        assert!(folder.path().join(page).is_file(), "{page} is missing");
    }
}

#[test]
fn what_is_not_understood_ends_with_2() {
    for args in
        [&["sell"] as &[&str], &["serve", "--hold", "15"], &["serve", "--redis", "maybe"], &["serve", "--worker", "64"]]
    {
        let complaint = says(args, 2);
        assert!(complaint.starts_with("error: "), "{complaint}");
    }
    says(&[], 2);
}

#[test]
fn settings_that_cannot_be_used_end_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    assert!(says(&["audit", "--data", here], 3).contains("no server has used this folder"));
    assert!(says(&["admin", "program", "list", "--data", here], 3).contains("--admin-token"));
    assert!(says(&["serve", "--data", here, "--listen", "127.0.0.1:0", "--log", "=,=,="], 3).contains("--log"));
    assert!(says(&["bench", "no_such_scenario", "--version", "4"], 3).contains("no_such_scenario"));
    let scenario = folder.path().join("bad.toml");
    std::fs::write(&scenario, "seed = 1\nsurprise = true\n").unwrap();
    let complaint = says(&["bench", scenario.to_str().unwrap(), "--version", "4"], 3);
    assert!(complaint.contains("line 2") && complaint.contains("surprise"), "{complaint}");
}

#[test]
fn a_server_that_is_not_there_ends_with_4() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    for args in [
        &["audit", "--url", &url, "--admin-token", "x"] as &[&str],
        &["admin", "program", "list", "--url", &url, "--admin-token", "x"],
        &["bench", "smoke", "--version", "4", "--url", &url, "--admin-token", "x"],
    ] {
        assert!(says(args, 4).contains("cannot reach"), "{args:?}");
    }
}

#[test]
fn a_port_that_is_taken_ends_with_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let complaint = says(&["serve", "--data", folder.path().to_str().unwrap(), "--listen", &listen], 1);
    assert!(complaint.contains("failed to listen on"), "{complaint}");
    says(&["doctor", "--data", folder.path().to_str().unwrap(), "--listen", &listen], 1);
}

#[test]
fn two_servers_do_not_share_a_folder() {
    let office = Office::open(Engine::Embedded);
    let data = office.data();
    let complaint = says(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"], 1);
    assert!(complaint.contains("another server uses it"), "{complaint}");
    assert!(says(&["audit", "--data", data.to_str().unwrap()], 3).contains("a server is running"));
}

#[test]
fn the_doctor_looks_at_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().to_str().unwrap();
    let checks = json(&["doctor", "--data", here, "--listen", "127.0.0.1:0", "--output", "json"]);
    let names: Vec<_> = checks.as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    for name in [
        "tpp",
        "system",
        "processors",
        "memory",
        "open files",
        "redis-server",
        "free space",
        "data folder",
        "port",
        "clock",
    ] {
        assert!(names.contains(&name), "{name} is not looked at");
    }
    assert!(says(&["doctor", "--data", here, "--listen", "127.0.0.1:0"], 0).contains("verdict"));
}

#[test]
fn an_operator_runs_a_sale_from_the_command_line() {
    let office = Office::open(Engine::Embedded);
    let url = office.door().url();
    let with = |args: &[&str]| {
        let target = ["--url", &url, "--admin-token", ADMIN_TOKEN];
        args.iter().copied().chain(target).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let run = |args: &[&str]| says(&with(args).iter().map(String::as_str).collect::<Vec<_>>(), 0);
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.json");
    std::fs::write(&list, Hall::of(2, 5).as_list(7).to_string()).unwrap();
    let imported = run(&["admin", "program", "import", list.to_str().unwrap()]);
    assert!(imported.contains("imported 1 programs with 1 categories and 10 seats (damai)"), "{imported}");
    assert!(run(&["admin", "program", "list"]).contains("《排练》第7场"));
    assert!(run(&["admin", "program", "show", "7"]).contains("100元档"));
    run(&["admin", "program", "close", "7"]);
    run(&["admin", "program", "open", "7"]);
    assert!(run(&["admin", "account", "make", "--count", "3"]).contains("made 3 accounts"));

    let hall = crate::harness::Program { line: office.programs().remove(0) };
    let buyer = office.buyer();
    let order = buyer.buys(OrderVersion::V3, &hall, &Wish::best(2)).unwrap().to_string();
    assert!(run(&["admin", "order", "list", "--program", "7", "--status", "unpaid"]).contains(&order));
    assert!(run(&["admin", "order", "show", &order]).contains("placed by v3: unpaid"));
    run(&["admin", "order", "cancel", &order]);
    assert!(run(&["admin", "order", "show", &order]).contains("cancelled (operator)"));
    let second = buyer.buys(OrderVersion::V4, &hall, &Wish::best(1)).unwrap();
    buyer.pays(second).unwrap();
    let second = second.to_string();
    run(&["admin", "order", "refund", &second]);
    let life = run(&["admin", "order", "show", &second]);
    for words in ["refunded (operator)", "not written down", "100, by an operator", "《排练》第7场"] {
        assert!(life.contains(words), "no {words:?} in:\n{life}");
    }
    let life: Value = serde_json::from_str(&run(&["admin", "order", "show", &second, "--output", "json"])).unwrap();
    assert_eq!((&life["order"]["status"], &life["steps"][1]["atMs"]), (&Value::from(4), &Value::Null));
    let newest = ["admin", "order", "list", "--newest", "--version", "4", "--made-after", "1h", "--limit", "1"];
    assert!(run(&newest).contains(&second) && !run(&newest).contains(&order));
    assert!(!run(&["admin", "order", "list", "--made-before", "1h"]).contains(&order));
    let audit: Value = serde_json::from_str(&run(&["audit", "--output", "json"])).unwrap();
    assert_eq!((&audit["clean"], &audit["orders"]), (&Value::Bool(true), &Value::from(2)));
    run(&["admin", "program", "reset", "7", "--yes"]);
    assert!(office.orders(&hall).is_empty());
}

#[test]
fn a_stopped_servers_folder_can_be_audited() {
    let mut office = Office::open(Engine::Embedded);
    let hall = office.program(&Hall::of(2, 5));
    let buyer = office.buyer();
    let order = buyer.buys(OrderVersion::V4, &hall, &Wish::best(2)).unwrap();
    buyer.pays(order).unwrap();
    office.stop();
    let audit = json(&["audit", "--data", office.data().to_str().unwrap(), "--output", "json"]);
    assert_eq!((&audit["clean"], &audit["orders"], &audit["seats"]), (&true.into(), &1.into(), &10.into()));
    let law = |name: &str| audit["laws"].as_array().unwrap().iter().find(|law| law["law"] == name).unwrap().clone();
    assert_eq!(law("L2")["verdict"], "kept");
    assert_eq!(law("L3")["verdict"], "unchecked");
    assert!(!law("L3")["reason"].as_str().unwrap_or_default().is_empty(), "an unchecked law says why");
}

#[test]
fn the_operators_token_is_made_once_and_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let serve = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--exit-with-stdin", "--data"]).arg(&data);
        let mut server = crate::harness::process::Process::start(&mut command);
        let url = server.first_line().replace("tpp serve listening on ", "");
        let listed = says(&["admin", "program", "list", "--url", &url, "--data", data.to_str().unwrap()], 0);
        assert!(listed.contains("program"), "{listed}");
        server.signal("TERM");
        assert!(server.ended().success());
        std::fs::read_to_string(data.join("admin.token")).unwrap()
    };
    let first = serve();
    assert!(first.trim().len() >= 32, "a token must not be guessed: {first:?}");
    let mode = std::fs::metadata(data.join("admin.token")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(serve(), first);
}

//! Violations planted in text: each rule must find its own, at the right line, and leave good text alone.
//! Must not be weakened to let a file pass.

use super::{
    Finding, judge,
    rules::{FILE_LINES_MAX, FUNCTION_LINES_MAX},
};

const DOC: &str = "//! Says what it is for.\n//! Must not do more.\n";

fn check(path: &str, text: &str) -> Vec<Finding> {
    judge(&[(path.to_owned(), text.to_owned())])
}

/// Asserts that `body` under two doc lines has exactly one finding, at this line, with these words in it.
fn found(path: &str, body: &str, line: usize, words: &str) {
    let findings = check(path, &format!("{DOC}{body}"));
    assert_eq!(findings.len(), 1, "{path} with {body:?} gave {findings:?}");
    let shown = findings[0].to_string();
    assert!(shown.starts_with(&format!("{path}:{line}: ")) && shown.contains(words), "{shown}");
}

fn clean(path: &str, body: &str) {
    let findings = check(path, &format!("{DOC}{body}"));
    assert!(findings.is_empty(), "{path} with {body:?} gave {findings:?}");
}

#[test]
fn a_room_that_names_a_room_above_it_is_found() {
    found("src/ledger/write.rs", "\nuse crate::inventory::Inventory;\n", 4, "`ledger` must not name `inventory`");
    found("src/domain/order.rs", "fn a() { crate::wire::text::x() }\n", 3, "`domain` must not name `wire`");
    found("src/bench/runner.rs", "use crate::{\n    client::Client,\n    server::state::State,\n};\n", 5, "`server`");
    found("src/client/mod.rs", "use super::ledger::Ledger;\n", 3, "`client` must not name `ledger`");
    found("src/cellar/mod.rs", "", 1, "not in the referee's table");
}

#[test]
fn a_room_that_names_itself_and_rooms_below_is_left_alone() {
    let body = "use crate::{domain::{ids::{UserId, OrderNumber}, audit}, ledger::{Ledger, server}, server::order};\n";
    clean("src/server/order/check.rs", body);
    clean("src/ledger/write.rs", "// crate::inventory is not ours\nconst S: &str = \"crate::server::x\";\n");
    clean("src/bin/tpp/serve.rs", "use tpp::server::config::Config;\nuse crate::exit;\n");
}

#[test]
fn a_crate_outside_its_home_is_found() {
    for (path, krate) in [
        ("src/server/order/v1.rs", "redis"),
        ("src/inventory/embedded/mod.rs", "redis"),
        ("src/server/catalog/mod.rs", "rusqlite"),
        ("src/bench/runner.rs", "axum"),
        ("src/bin/tpp/bench.rs", "axum"),
        ("src/server/pay/mock.rs", "reqwest"),
        ("src/bin/tpp/bench.rs", "hdrhistogram"),
        ("src/server/mod.rs", "clap"),
        ("src/bench/scenario.rs", "anyhow"),
        ("src/bench/report.rs", "crossterm"),
    ] {
        found(path, &format!("\nuse {krate}::Thing;\n"), 4, &format!("the crate `{krate}` may be named only in"));
        found(path, &format!("type A = Vec<{krate}::Thing>;\n"), 3, &format!("the crate `{krate}`"));
        found(path, &format!("type A = ::{krate}::Thing;\n"), 3, &format!("the crate `{krate}`"));
    }
}

#[test]
fn a_crate_at_home_or_excepted_or_a_module_of_that_name_is_left_alone() {
    clean("src/inventory/redis/scripts.rs", "use redis::Script;\n");
    clean("src/inventory/mod.rs", "pub mod redis;\nuse redis::RedisInventory;\n");
    clean("src/server/mod.rs", "use crate::inventory::redis::RedisConfig;\nfn f() { inventory.redis() }\n");
    clean("src/server/mod.rs", "use crate::{inventory::{embedded::{A, B}, redis::RedisConfig}, wire::x};\n");
    clean("src/bin/tpp/ceiling.rs", "use axum::Router;\n");
    clean("src/ledger/open.rs", "use rusqlite::Connection;\n");
}

#[test]
fn an_impure_domain_is_found() {
    found("src/domain/hold.rs", "pub async fn f() {}\n", 3, "must not await");
    found("src/domain/hold.rs", "\n#[derive(Serialize)]\npub struct A;\n", 4, "must not know serde");
    found("src/domain/hold.rs", "fn f() { Instant::now(); }\n", 3, "must not read a clock");
    found("src/ledger/write.rs", "fn f() { SystemTime::now(); }\n", 3, "no wall clock below server");
}

#[test]
fn what_outgrows_its_limit_is_found() {
    let long_file = "// line\n".repeat(FILE_LINES_MAX - 1);
    found("src/wire/api.rs", &long_file, FILE_LINES_MAX + 1, "401 lines, more than 400");
    clean("src/wire/api.rs", &"// line\n".repeat(FILE_LINES_MAX - 2));
    let body = |inner: usize| format!("\nfn grown() {{\n{}}}\n", "    step(\"{\");\n".repeat(inner));
    found("src/wire/api.rs", &body(FUNCTION_LINES_MAX - 1), 4, "`grown` has 71 lines, more than 70");
    found("tests/it/orders.rs", &body(FUNCTION_LINES_MAX - 1), 4, "`grown` has 71 lines, more than 70");
    clean("src/wire/api.rs", &body(FUNCTION_LINES_MAX - 2));
}

#[test]
fn a_file_that_does_not_say_what_it_is_for_is_found() {
    let words =
        |path: &str, text: &str| check(path, text).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    assert!(words("src/wire/api.rs", "use std::fmt;\n").starts_with("src/wire/api.rs:1: the first line must be"));
    assert!(words("src/wire/api.rs", "//! What it is for.\n").contains("what the file must not do"));
    assert!(words("tests/it/orders.rs", "fn f() {}\n").contains("the first line must be"));
    assert_eq!(words("tests/it/orders.rs", "//! Tests need not say what they must not do.\n"), "");
    assert!(words("src/inventory/redis/lua/hold.lua", "-- KEYS[1] seats\nreturn 1\n").contains("ARGV"));
}

#[test]
fn names_that_say_nothing_are_found() {
    found("src/server/seat_utils.rs", "", 1, "`utils` in the name `seat_utils`");
    found("src/server/gate/mod.rs", "pub struct LockManager;\n", 3, "`manager`");
    found("src/server/gate/mod.rs", "\nfn seat_info() {}\n", 4, "`info`");
    found("src/server/handlers/orders.rs", "fn create_v2() {}\n", 3, "carries a version");
    clean("src/wire/order.rs", "pub struct UserInfo;\n");
    clean("src/server/order/mod.rs", "mod v1;\n");
}

#[test]
fn calls_that_a_room_may_not_make_are_found() {
    found("src/bench/report/mod.rs", "fn f() { println!(\"x\") }\n", 3, "only bin prints");
    found("src/server/mod.rs", "\nfn f() { a.unwrap() }\n", 4, "no unwrap outside tests");
    found("src/server/mod.rs", "fn f() { todo!() }\n", 3, "not done");
    found("src/server/mod.rs", "#[allow(dead_code)]\nfn f() {}\n", 3, "silence a lint by");
    found("tests/it/orders.rs", "#[test]\n#[ignore]\nfn f() {}\n", 4, "skipped");
    clean("src/bin/tpp/main.rs", "fn f() { println!(\"x\") }\n");
    clean("src/server/mod.rs", "#[cfg(test)]\nmod tests {\n    fn f() { a.unwrap(); println!(\"x\") }\n}\n");
    clean("src/server/mod.rs", "/// Not `a.unwrap()`.\nfn f() { a.unwrap_or(1); let s = \"b.unwrap()\"; }\n");
}

#[test]
fn what_is_compiled_for_tests_only_may_do_what_tests_do() {
    let parent = |declaration: &str| ("src/bench/mod.rs".to_owned(), format!("{DOC}{declaration}\n"));
    let body = "//! A server that lies.\nfn info() { httparse::x().unwrap(); println!() }\n".to_owned();
    let child = ("src/bench/fake.rs".to_owned(), body.clone());
    let grandchild = ("src/bench/fake/parts.rs".to_owned(), body);
    let judged = |declaration: &str| judge(&[parent(declaration), child.clone(), grandchild.clone()]).len();
    assert_eq!(judged("#[cfg(test)]\nmod fake;"), 0);
    assert_eq!(judged("#[cfg(test)]\npub(crate) mod fake;"), 0);
    assert_eq!(judged("#[cfg(all(test, unix))]\nmod fake;"), 0);
    assert_eq!(judged("mod fake;"), 10, "no \"must not\", a name, a crate, an unwrap and a println, twice");
    assert_eq!(judged("#[cfg(test)]\nmod other;\nmod fake;"), 10);
    let above = [
        parent("#[cfg(test)]\nmod fake;"),
        ("src/bench/fake.rs".to_owned(), "//! Lies.\nuse crate::server::x;\n".into()),
    ];
    assert_eq!(judge(&above).len(), 1, "rooms hold for tests, too");
}

//! Tests of reading scenarios.
//! Must not play one.

use super::*;
use crate::bench::quantity::Tickets;

const GOOD: &str = r#"
name = "little"
about = "a little sale"
thresholds = ["errors_pct < 1"]

[dataset]
accounts = 10
categories = [{ name = "A", price = "488", rows = 2, seats_per_row = 10 }]

[[phases]]
arrival = "ramp"
from = 10
to = 30.0
duration = "2s"

[[buyers]]
name = "quick"
quantity = { 1 = 3, 2 = 7 }
pays = 0.8
cancels = 0.1
think = "10ms..20ms"
categories = { A = 1 }
"#;

fn refusal(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from} does not stand in the sample");
    Scenario::parse(&GOOD.replace(from, to)).unwrap_err().0
}

#[test]
fn a_scenario_is_read() {
    let scenario = Scenario::parse(GOOD).unwrap();
    assert_eq!(scenario.buyers_planned(), 40);
    assert_eq!(scenario.tickets_max(), 2);
    assert_eq!(scenario.buyers[0].quantity[&Tickets(2)], 7);
    assert_eq!(scenario.dataset.categories[0].price, Cents(48_800));
}

#[test]
fn a_refusal_names_line_column_and_reason() {
    for (from, to, place, reason) in [
        ("accounts = 10", "accounts = 10\nacounts = 1", "line 8, column 1", "unknown field `acounts`"),
        ("pays = 0.8", "pays = 1.8", "line 19, column 8", "1.8 is not between 0 and 1"),
        ("pays = 0.8", "pays = 0.95", "line 19, column 8", "buyers.0.pays: pays and cancels together are above 1"),
        ("accounts = 10", "accounts = 0", "line 7, column 12", "dataset.accounts: 0 is not between 1 and 1000000"),
        ("{ A = 1 }", "{ B = 1 }", "line 22, column 20", "the hall has no such category"),
        ("errors_pct", "errrors_pct", "line 4, column 14", "no figure is called \"errrors_pct\""),
        ("errors_pct <", "win_pct.slow <", "line 4, column 15", "no [[buyers]] have this name"),
        ("\"2s\"", "\"2 s\"", "line 14, column 12", "not a time span"),
        ("1 = 3", "17 = 3", "line 18, column 14", "not a number of tickets from 1 to 16"),
        ("2 = 7", "9 = 7", "line 18, column 12", "9 tickets are above per_order_limit, 6"),
        ("pays = 0.8", "retry = { policy = \"fixed\" }", "line 16, column 1", "`request_id = true`"),
        ("pays = 0.8", "retries = 1", "line 19, column 11", "is now part of `retry`: write retry = { policy"),
        ("pays = 0.8", "retry_after = \"1s\"", "line 19, column 15", "is now part of `retry`"),
        ("rows = 2", "rows = 0", "line 8, column 51", "0 is not between"),
        ("name = \"quick\"", "name = quick", "line 17, column 8", ""),
    ] {
        let text = refusal(from, to);
        assert!(text.contains(place) && text.contains(reason), "{to}: expected {place} and {reason:?} in:\n{text}");
    }
}

#[test]
fn an_expected_word_must_exist() {
    let text = format!("{GOOD}\n[expect]\nrejected_min = {{ sold_aut = 1 }}\n");
    assert!(Scenario::parse(&text).unwrap_err().0.contains("no rejection has this word"));
}

#[test]
fn a_scaled_sale_shrinks_buyers_seats_and_expectations_together() {
    let text = format!("{GOOD}\n[expect]\nsold = 20\nsold_min = 20\n");
    let scenario = Scenario::parse(&text).unwrap().scaled(0.5);
    assert_eq!((scenario.buyers_planned(), scenario.dataset.accounts), (20, 5));
    assert_eq!(
        (scenario.dataset.categories[0].rows, scenario.expect.sold_min, scenario.expect.sold),
        (1, Some(10), None)
    );
}

#[test]
fn every_shipped_scenario_is_read_and_says_what_must_come_out() {
    for (name, text) in crate::bench::shipped::SHIPPED {
        let scenario = Scenario::parse(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(scenario.name, name);
        assert!(text.starts_with('#'), "{name} has no header that says what must come out");
        assert_ne!(scenario.expect, Expect::default(), "{name} expects nothing");
    }
}

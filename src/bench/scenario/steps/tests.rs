//! Tests of reading steps.
//! Must not send one.

use crate::bench::scenario::Scenario;

const GOOD: &str = r#"
name = "elsewhere"
about = "a sale on a system of another kind"
[dataset]
accounts = 10
categories = [{ name = "A", price = "488", rows = 2, seats_per_row = 10 }]
[[phases]]
arrival = "constant"
rate = 10
duration = "1s"
[[buyers]]
name = "quick"
[[steps]]
name = "reserve"
path = "/shows/${program}/seats?n=${tickets}"
headers = { Authorization = "Bearer ${account.token}" }
body = '{"key": "${random}", "n": ${tickets}}'
expect = { "/code" = "0" }
capture = { order = "/data/id" }
order = "order"
[[steps]]
name = "wait"
path = "/orders/${order}"
until = { "/state" = "PAID" }
every = "50ms"
"#;

#[test]
fn steps_are_read_and_walked_in_their_order_or_as_a_class_names_them() {
    let scenario = Scenario::parse(GOOD).unwrap();
    let names = |scenario: &Scenario| -> Vec<String> {
        scenario.walk(&scenario.buyers[0]).map(|step| step.name.word().to_owned()).collect()
    };
    assert_eq!(names(&scenario), ["reserve", "wait"]);
    assert_eq!((scenario.steps[0].method(), scenario.steps[1].method()), ("POST", "GET"));
    assert_eq!(scenario.account_columns().into_iter().collect::<Vec<_>>(), ["token"]);
    let only = GOOD.replace("name = \"quick\"", "name = \"quick\"\nsteps = [\"reserve\"]");
    assert_eq!(names(&Scenario::parse(&only).unwrap()), ["reserve"]);
}

#[test]
fn a_step_that_could_not_be_sent_is_refused_with_line_column_and_reason() {
    for (from, to, place, reason) in [
        ("every = \"50ms\"", "often = 1", "line 25, column 1", "unknown field `often`"),
        ("name = \"wait\"", "name = \"Wait!\"", "line 22, column 8", "is no name of a step"),
        ("name = \"wait\"", "name = \"reserve\"", "line 22, column 8", "another step has this name"),
        ("/orders/${order}", "/orders/${ordre}", "line 23, column 8", "nothing is called ${ordre}"),
        ("/orders/${order}", "/orders/${order", "line 23, column 8", "is not closed"),
        ("/orders/${order}", "orders", "line 23, column 8", "a path starts with /"),
        ("${account.token}", "${account.}", "line 16, column 29", "nothing is called ${account.}"),
        ("\"Bearer ${", "\"Bearer\\n${", "line 16, column 29", "no header can have this value"),
        ("Authorization =", "Host =", "line 16, column 20", "no header can be called so"),
        ("${tickets}}'", "${tickets}'", "line 17, column 8", "is not JSON"),
        ("\"/code\" = \"0\"", "\"code\" = \"0\"", "line 18, column 12", "is no JSON pointer"),
        ("order = \"order\"", "order = \"number\"", "line 20, column 9", "captures nothing called \"number\""),
        ("{ order = \"/data", "{ random = \"/data", "line 19, column 22", "has a meaning already"),
        ("every = \"50ms\"", "at_most = 0", "line 25, column 11", "0 is not between 1 and"),
        ("every = \"50ms\"", "method = \"get\"", "line 25, column 10", "unknown variant `get`"),
        ("name = \"quick\"", "name = \"quick\"\nsteps = [\"pay\"]", "line 13, column 9", "there is no step \"pay\""),
        ("name = \"quick\"", "name = \"quick\"\nsteps = [\"wait\"]", "line 24, column 8", "nothing is called ${order}"),
        ("name = \"quick\"", "name = \"quick\"\npays = 0.5", "line 13, column 8", "make it a step"),
    ] {
        assert!(GOOD.contains(from), "{from} does not stand in the sample");
        let refused = Scenario::parse(&GOOD.replace(from, to)).unwrap_err().0;
        assert!(refused.contains(reason), "{from} -> {to}: {refused}");
        let said = refused.replace("TOML parse error at ", "");
        assert!(said.starts_with(place), "{from} -> {to}: {refused}");
    }
}

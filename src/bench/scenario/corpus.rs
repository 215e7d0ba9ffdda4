//! Scenarios with one mistake each, from `tests/bad_scenarios`: the first line of a file says what its refusal must hold.
//! Must not hold a scenario itself, but for asking which keys there are.

use std::{collections::BTreeSet, path::Path};

use super::Scenario;

/// Files by name, without `.toml`.
fn bad_scenarios() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut scenarios: Vec<(String, String)> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    scenarios.sort();
    scenarios
}

/// Line and column that a refusal names first, as in `line 7, column 3`.
fn place(refusal: &str) -> Option<(usize, usize)> {
    let (line, rest) = refusal.split_once("line ")?.1.split_once(", column ")?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((line.parse().ok()?, column.parse().ok()?))
}

#[test]
fn every_mistake_is_refused_with_its_place_and_what_to_write() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_scenarios");
    let scenarios = bad_scenarios();
    assert!(scenarios.len() >= 50, "only {} are left", scenarios.len());
    let mut missed = Vec::new();
    for (name, text) in &scenarios {
        let words = text.lines().next().and_then(|line| line.strip_prefix("# error: ")).expect("a first line says it");
        let refusal = match Scenario::load(text, &folder) {
            Ok(_) => "nothing: it was taken".to_owned(),
            Err(refusal) => refusal.0,
        };
        let in_the_text = place(&refusal).is_some_and(|(line, column)| line <= text.lines().count() && column > 0);
        if !refusal.contains(words) || !in_the_text {
            missed.push(format!("{name}: expected {words:?} in:\n{refusal}\n"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// All keys, as refusals of an unknown one list them.
fn keys() -> BTreeSet<String> {
    let rest = "name = 'n'\nabout = 'a'\n";
    let dataset = "[dataset]\naccounts = 1\n";
    let tables = [
        ("", format!("{rest}zzz = 1")),
        ("dataset.", format!("{rest}[dataset]\nzzz = 1")),
        ("dataset.categories.", format!("{rest}{dataset}[[dataset.categories]]\nzzz = 1")),
        ("phases.", format!("{rest}{dataset}[[phases]]\nzzz = 1")),
        ("buyers.", format!("{rest}{dataset}[[buyers]]\nzzz = 1")),
        ("buyers.retry.", format!("{rest}{dataset}[[buyers]]\n[buyers.retry]\nzzz = 1")),
        ("expect.", format!("{rest}{dataset}[expect]\nzzz = 1")),
    ];
    let mut keys = BTreeSet::new();
    for (prefix, text) in tables {
        let refusal = Scenario::parse(&text).unwrap_err().0;
        let (_, listed) = refusal.split_once("expected one of ").unwrap_or_else(|| panic!("{prefix}: {refusal}"));
        keys.extend(listed.split('`').skip(1).step_by(2).map(|key| format!("{prefix}{key}")));
    }
    keys
}

#[test]
fn every_key_has_a_mistake_in_the_corpus() {
    let names: Vec<String> = bad_scenarios().into_iter().map(|(name, _)| name).collect();
    let keys = keys();
    assert!(keys.len() > 50, "only {keys:?}");
    for key in keys {
        let tried = names.iter().any(|name| name.strip_prefix(&key).is_some_and(|rest| rest.starts_with('.')));
        assert!(tried, "no file tests/bad_scenarios/{key}.*.toml");
    }
}

#[test]
fn every_key_is_documented_and_stands_in_the_example_or_beside_it() {
    let document = include_str!("../../../docs/SCENARIOS.md");
    for key in keys() {
        let last = key.rsplit('.').next().unwrap();
        let written = [format!("{last} = "), format!("`{last}`"), format!("[{last}]"), format!("[[{last}]]")];
        let described =
            written.iter().any(|written| document.contains(written)) || document.contains(&format!(".{last}]"));
        assert!(described, "docs/SCENARIOS.md does not describe {key}");
    }
}

#[test]
fn the_good_scenario_uses_every_key_and_is_taken() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good_scenarios");
    let mut used = BTreeSet::new();
    for file in ["every_key.toml", "a_list.toml", "a_walk.toml"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let scenario = Scenario::load(&text, &folder).unwrap_or_else(|refusal| panic!("{file}: {refusal}"));
        assert!(scenario.buyers_planned() > 0);
        collect("", &toml::Value::Table(text.parse().unwrap()), &mut used);
    }
    for key in keys() {
        assert!(used.contains(&key), "no good scenario uses {key}");
    }
}

fn collect(prefix: &str, value: &toml::Value, used: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, inner) in table {
                used.insert(format!("{prefix}{key}"));
                collect(&format!("{prefix}{key}."), inner, used);
            }
        }
        toml::Value::Array(all) => all.iter().for_each(|inner| collect(prefix, inner, used)),
        _ => {}
    }
}

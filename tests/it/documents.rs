//! What the documents say is so: commands are understood, paths exist, every dependency has its reason.
//! Must not read meaning: that is for people.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use tpp::bench::{
    abort, metric,
    tally::{Outcome, Step},
};

use crate::cli::says;

const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/CI.md",
    "docs/COMPARE.md",
    "docs/DASH.md",
    "docs/DEPENDENCIES.md",
    "docs/EXTERNAL.md",
    "docs/FEED.md",
    "docs/IMPORT.md",
    "docs/JOURNAL.md",
    "docs/METRICS.md",
    "docs/PERFORMANCE.md",
    "docs/RESULTS.md",
    "docs/SCENARIOS.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// What stands between two marks, as often as it does.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
}

#[test]
fn the_commands_in_the_documents_are_understood() {
    let mut commands = BTreeSet::new();
    for document in DOCUMENTS {
        let text = read(document);
        let lines = between(&text, "```sh\n", "```").flat_map(str::lines);
        let arguments =
            lines.filter_map(|line| line.strip_prefix("tpp ").or_else(|| line.strip_prefix("cargo run --release -- ")));
        commands.extend(arguments.map(|line| line.split('#').next().unwrap().trim().to_owned()));
    }
    assert!(commands.len() >= 10, "the documents show only {commands:?}");
    for command in &commands {
        // Understood up to its end, and then nothing is done but to print help.
        let unquoted = command.replace('\'', "");
        let words: Vec<_> = unquoted.split_whitespace().chain(["--help"]).collect();
        says(&words, 0);
    }
}

#[test]
fn the_files_that_the_documents_name_exist() {
    for document in DOCUMENTS {
        let text = read(document);
        let folder = root().join(document).parent().unwrap().to_owned();
        for target in between(&text, "](", ")").filter(|target| !target.contains("://")) {
            assert!(folder.join(target).exists(), "{document} points to {target}");
        }
        for named in between(&text, "`", "`").filter(|name| name.ends_with(".rs") && name.contains('/')) {
            let exists = ["", "src", "tests/it"].iter().any(|base| root().join(base).join(named).is_file());
            // The check-lists name a file that is still to be made.
            assert!(exists || named == "src/server/order/v5.rs", "{document} names {named}");
        }
    }
}

#[test]
fn every_dependency_has_its_reason_and_nothing_else_does() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let named = |section: &str| manifest[section].as_table().unwrap().keys().cloned().collect::<Vec<_>>();
    let needed: BTreeSet<_> = [named("dependencies"), named("dev-dependencies")].concat().into_iter().collect();
    let text = read("docs/DEPENDENCIES.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")).skip(1);
    let cells = rows.filter_map(|row| row.split(" | ").next());
    let explained: BTreeSet<_> = cells.flat_map(|cell| cell.split(", ")).map(without_note).collect();
    assert_eq!(explained, needed);
}

/// `rusqlite (bundled)` is rusqlite.
fn without_note(name: &str) -> String {
    name.split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn the_readme_tells_the_scenarios_versions_and_licence() {
    let readme = read("README.md");
    for needed in ["cargo run --release -- bench --version 4", "scripts/test", "LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(readme.contains(needed), "{needed} is missing");
    }
    for version in ["| v1 |", "| v2 |", "| v3 |", "| v4 |"] {
        assert!(readme.contains(version), "{version} is missing");
    }
}

#[test]
fn the_documented_steps_are_a_scenario_and_the_documented_accounts_are_accounts() {
    let text = read("docs/EXTERNAL.md");
    let example = between(&text, "```toml\n", "```").next().expect("there is an example");
    let scenario = tpp::bench::scenario::Scenario::parse(example).unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!(scenario.steps.len(), 3);
    let folder = tempfile::tempdir().unwrap();
    for (mark, count) in [("```csv\n", 2), ("```json\n", 1)] {
        let file = folder.path().join("accounts");
        fs::write(&file, between(&text, mark, "```").next().unwrap()).unwrap();
        let accounts = tpp::bench::accounts::Listed::read(&file).unwrap_or_else(|refused| panic!("{refused}"));
        assert_eq!(accounts.rows().len(), count);
    }
}

#[test]
fn the_documented_scenario_is_one() {
    let text = read("docs/SCENARIOS.md");
    let example = between(&text, "```toml\n", "```").next().expect("there is an example");
    if let Err(refused) = tpp::bench::scenario::Scenario::parse(example) {
        panic!("{refused}");
    }
}

#[test]
fn every_figure_is_described_and_every_described_figure_is_known() {
    let text = read("docs/METRICS.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let described: BTreeSet<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let spans = metric::SPANS.iter().map(|span| format!("{span}_p99_ms"));
    let families = ["win_pct.CLASS", "rejected.WORD", "STEP.OUTCOME.count", "STEP.OUTCOME.KIND_p99_ms"];
    let known = metric::PLAIN.iter().chain(&families).map(|&name| name.to_owned()).chain(spans);
    let known: BTreeSet<String> = known.collect();
    assert_eq!(described, known.iter().map(String::as_str).collect());
    let steps = Step::ALL.iter().map(|step| step.word()).chain(Outcome::ALL.iter().map(|o| o.word()));
    for word in steps.chain(metric::KINDS).chain(abort::LIVE) {
        assert!(text.contains(&format!("`{word}`")), "{word} is not described");
    }
}

#[test]
fn the_journal_in_its_document_is_opened() {
    let text = read("docs/JOURNAL.md");
    let line = between(&text, "```text\n", "```").next().expect("the document shows a first line");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    fs::write(&path, line).unwrap();
    let opened = tpp::bench::journal::Journal::open(&path).unwrap();
    assert_eq!(opened.journal.scene.categories[0].price_cents, 38_000);
}

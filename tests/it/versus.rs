//! Runs against each other: versions in turns, baselines, files, another program, and the search for the highest rate.
//! Must not judge how fast this machine is.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    cli::{says, tpp},
    harness::{ADMIN_TOKEN, Engine, Liar, Lie, Office, liar::EACH},
};

/// A sale of a third of a second with seats to spare.
const SALE: &str = r#"
name = "short"
about = "a short sale with seats to spare"
connections = 32

[dataset]
accounts = 40
categories = [{ name = "Hall", price = "100", rows = 10, seats_per_row = 20 }]

[[phases]]
arrival = "constant"
rate = 100
duration = "300ms"

[[buyers]]
name = "buyer"
quantity = { 1 = 1, 2 = 1 }
"#;

/// A folder with the sale in it.
fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let sale = written(folder.path(), "short.toml", SALE);
    (folder, sale)
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn documents(args: &[&str], codes: &[i32]) -> Vec<Value> {
    let output = tpp(args);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let code = output.status.code().unwrap_or(-1);
    assert!(codes.contains(&code), "tpp {args:?} ended with {code}\n{out}\n{err}");
    serde_json::Deserializer::from_str(&out).into_iter().map(|document| document.unwrap()).collect()
}

/// Runs of `bench-set-1`, one for each sell-out time.
fn set(seed: u64, sell_outs: &[f64]) -> String {
    let run = |sell_out_s: &f64| {
        json!({"schema": "bench-1", "verdict": "passed", "validity": {"standing": "valid", "reasons": []},
            "scenario": {"name": "s", "digest": "d", "version": "v4", "seed": seed, "scale": 1.0, "program": "p",
                "buyers": 100},
            "generator": {"workers": 1, "connections": 8},
            "machine": {"tpp": "0", "build": "release", "cpu": "c", "cpus": 2, "kernel": "k"},
            "server": {"tpp": "0", "engine": "embedded", "durability": "full"},
            "figures": {"sell_out_s": sell_out_s}})
    };
    json!({"schema": "bench-set-1", "runs": sell_outs.iter().map(run).collect::<Vec<_>>()}).to_string()
}

#[test]
fn two_files_are_compared_and_the_exit_code_tells() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, seed, runs: &[f64]| written(folder.path(), name, &set(seed, runs));
    let before = write("before.json", 1, &[1.0, 1.02, 0.99, 1.01, 0.98]);
    let slower = write("slower.json", 1, &[1.21, 1.2, 1.19, 1.22, 1.18]);
    let few = write("few.json", 1, &[1.21, 1.2, 1.19]);
    let other = write("other.json", 2, &[1.0; 5]);
    let output = tpp(&["bench", "compare", &before, &slower]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(11), "{told}");
    assert!(told.contains("REGRESSED: s, v4 embedded: sell_out_s +20."), "{told}");
    assert!(says(&["bench", "compare", &slower, &before], 0).contains("IMPROVED"));
    assert!(says(&["bench", "compare", &before, &before], 0).contains("UNCHANGED"));
    assert!(says(&["bench", "compare", &before, &slower, "--tolerance", "30"], 0).contains("sell_out_s"));
    let told = says(&["bench", "compare", &before, &few], 0);
    assert!(told.contains("inconclusive: 3 runs, at least 5 are needed"), "{told}");
    assert_eq!(tpp(&["bench", "compare", &before, &few, "--strict"]).status.code(), Some(13));
    let refused = says(&["bench", "compare", &before, &other], 3);
    assert!(refused.contains("the seed differs: 1 before, 2 now; give the same --seed"), "{refused}");
    assert!(says(&["bench", "compare", &before, "nowhere.json"], 3).contains("nowhere.json"));
    assert!(says(&["bench", "compare", &before, &before, "--judge", "lag_p99_ms"], 2).contains("neither better"));
    let compared = &documents(&["bench", "compare", &before, &slower, "--output", "json"], &[11])[0];
    assert_eq!((&compared["schema"], &compared["verdict"]), (&json!("bench-compare-1"), &json!("regressed")));
}

#[test]
fn versions_are_played_in_turns_on_the_same_schedule_and_shown_beside_each_other() {
    let (_folder, sale) = folder();
    let with = ["--version", "3,4", "--repeat", "2", "--no-ceiling"];
    let args = |last: &[&'static str]| [&["bench", &*sale], &with[..], last].concat();
    let runs = documents(&args(&["--output", "json"]), &[0]);
    let versions: Vec<_> = runs.iter().map(|run| run["scenario"]["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["v3", "v4", "v4", "v3"]);
    for run in &runs {
        assert_eq!((&run["scenario"]["buyers"], &run["scenario"]["seed"]), (&json!(30), &json!(1)));
        assert_eq!(run["sale"]["capacity"], 200, "every run has its own stock");
    }
    let output = tpp(&args(&[]));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(err.contains("run 3 of 4, round 2: v4, in process"), "{err}");
    assert!(out.contains("| v3, in process | v4, in process |"), "{out}");
    let audit = out.lines().find(|line| line.starts_with("| audit ")).expect("there is a line for the audit");
    assert_eq!(audit.matches("| clean ").count(), 2, "{out}");
}

#[test]
fn a_baseline_is_kept_compared_with_and_refused_before_anything_is_played() {
    let (folder, sale) = folder();
    let kept = folder.path().join("kept");
    let kept = kept.to_str().unwrap();
    let bench = |more: &[&str]| {
        let args = ["bench", &sale, "--version", "3", "--no-ceiling", "--baseline-dir", kept];
        let output = tpp(&[&args[..], more].concat());
        (output.status.code().unwrap(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, told) = bench(&["--baseline", "main"]);
    assert!(code == 3 && told.contains("--save-baseline main"), "{code} {told}");
    let (code, told) = bench(&["--save-baseline", "main"]);
    assert!(code == 0 && told.contains("run 5 of 5"), "{code} {told}");
    let text = std::fs::read_to_string(Path::new(kept).join("main.json")).unwrap();
    assert!(!text.contains("details") && !text.contains("token"), "{text}");
    for (flags, words) in [
        (&["--seed", "9"] as &[&str], "the seed differs"),
        (&["--scale", "2"], "the scale differs"),
        (&["--version", "4"], "there are no runs of v4 embedded before, only of v3 embedded"),
        (&["--durability", "normal"], "the durability differs"),
    ] {
        let flags: Vec<_> = flags.iter().copied().chain(["--baseline", "main"]).collect();
        let output = tpp(&[&["bench", &sale, "--no-ceiling", "--baseline-dir", kept], &flags[..]].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(3) && told.contains(words), "{flags:?}: {told}");
        assert!(!told.contains("run 1 of"), "{told}");
    }
    // The schedule decides how many orders there are, so that this figure cannot differ.
    let (code, told) = bench(&["--baseline", "main", "--judge", "created"]);
    assert!(code == 0 && told.contains("UNCHANGED: short"), "{code} {told}");
}

#[test]
fn two_programs_are_played_in_turns_and_compared() {
    let (_folder, sale) = folder();
    let this = env!("CARGO_BIN_EXE_tpp");
    let args = ["bench", &sale, "--version", "3", "--no-ceiling", "--output", "json", "--judge", "created"];
    let told = documents(&[&args[..], &["--against", this]].concat(), &[0]);
    assert_eq!(told.len(), 11, "five runs of each, and the comparison");
    let cell = &told[10]["cells"][0];
    assert_eq!(
        (&told[10]["verdict"], &cell["before"]["runs"], &cell["after"]["runs"]),
        (&json!("unchanged"), &json!(5), &json!(5))
    );
    assert!(says(&["bench", &sale, "--against", "no/such/program"], 3).contains("no program no/such/program"));
}

#[test]
fn the_highest_rate_of_a_server_with_a_known_capacity_is_found() {
    let (folder, _) = folder();
    let sale = SALE.replace("300ms", "1s").replace("rate = 100", "rate = 60").replace("accounts = 40", "accounts = 60");
    let sale = written(folder.path(), "steady.toml", &sale);
    let office = Office::open(Engine::Embedded);
    let liar = Liar::before(office.door().address(), Lie::Queues);
    let url = format!("http://{}", liar.address);
    let args = ["bench", &sale, "--version", "3", "--url", &url, "--admin-token", ADMIN_TOKEN, "--output", "json"];
    let found =
        documents(&[&args[..], &["--find-max", "--slo", "create_p50<100ms", "--allow-noise"]].concat(), &[0, 13])
            .remove(0);
    let capacity = 1.0 / EACH.as_secs_f64();
    let rate = found["rate_per_s"].as_f64().unwrap_or_else(|| panic!("nothing was found: {found}"));
    assert!(rate < capacity * 1.4, "{rate} is more than {capacity} can be: {found}");
    let probes = found["probes"].as_array().unwrap();
    assert!(probes.iter().any(|probe| probe["outcome"] == "missed"), "{found}");
    let confirmed = probes.iter().filter(|probe| probe["confirms"] == true && probe["outcome"] == "met").count();
    assert!(found["confirmed"] == false || confirmed >= 3, "{found}");
}

#[test]
fn a_search_that_makes_no_sense_is_refused() {
    let (_folder, sale) = folder();
    assert!(says(&["bench", &sale, "--find-max"], 2).contains("--slo"));
    assert!(says(&["bench", &sale, "--find-max", "--slo", "speed<1ms"], 2).contains("no figure is called"));
    let saturating = ["bench", "accept_rate", "--find-max", "--slo", "create_p99<1s", "--no-ceiling"];
    assert!(says(&saturating, 3).contains("no arrival rate"));
    let both = ["bench", &sale, "--find-max", "--slo", "create_p99<1s", "--version", "3,4"];
    assert!(says(&both, 3).contains("one --version"));
}

#[test]
fn scenarios_are_listed_and_checked_without_being_played() {
    let (folder, sale) = folder();
    let bad = written(folder.path(), "bad.toml", "seed = 1\nsurprise = true\n");
    let told = says(&["bench", "check", &sale, "flash_sale"], 0);
    assert!(told.contains("30 buyers (1 class, 40 accounts) want 200 seats, by v4"), "{told}");
    assert!(told.contains("1 phase in 0.3 s"), "{told}");
    let output = tpp(&["bench", "check", &sale, &bad]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(3) && told.contains("surprise") && told.contains("line 2"), "{told}");
    let checked: Value = serde_json::from_str(&says(&["bench", "check", &sale, "--output", "json"], 0)).unwrap();
    assert_eq!((&checked[0]["valid"], &checked[0]["plan"]["length_s"]), (&json!(true), &json!(0.3)));
    let list: Value = serde_json::from_str(&says(&["bench", "list", "--output", "json"], 0)).unwrap();
    assert!(list.as_array().unwrap().iter().any(|line| line["name"] == "flash_sale" && line["default"] == true));
    assert!(says(&["bench", "list"], 0).contains("a small sale that sells out"));
}

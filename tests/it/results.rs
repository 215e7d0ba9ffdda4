//! The files that a bench writes, as whoever starts it finds them. What is in them is tested where they are made, and
//! by `scripts/check_results` with readers that are not ours.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::cli::says;

/// A small sale on a server of its own, with these arguments more.
fn bench(arguments: &[&str], step_summary: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
    command.args(["bench", "smoke", "--version", "4", "--scale", "0.1", "--no-ceiling"]).args(arguments);
    // A job's own summary is not for this run.
    command.env_remove("TPP_URL").env_remove("GITHUB_STEP_SUMMARY");
    if let Some(path) = step_summary {
        command.env("GITHUB_STEP_SUMMARY", path);
    }
    command.output().unwrap()
}

fn text(path: PathBuf) -> String {
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn a_bench_writes_its_folder_and_does_not_write_over_it() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("results");
    let argument = out.to_str().unwrap();
    let printed = bench(&["--out", argument, "--output", "json"], None);
    assert!(!printed.stdout.is_empty(), "{}", String::from_utf8_lossy(&printed.stderr));
    assert_eq!(
        text(out.join("v4-embedded-1/report.json")).as_bytes(),
        &printed.stdout[..],
        "printed and written agree"
    );
    assert!(text(out.join("runs.json")).contains("\"v4-embedded-1\""));
    assert!(text(out.join("report.html")).starts_with("<!doctype html>"));
    assert!(text(out.join("junit.xml")).contains("<testsuite name=\"smoke v4-embedded embedded\""));
    assert!(text(out.join("summary.md")).starts_with("### "));
    for file in ["series.csv", "latency.hlog", "percentiles/create.done.response.hgrm"] {
        assert!(!text(out.join("v4-embedded-1").join(file)).is_empty(), "{file}");
    }
    let before = text(out.join("report.html"));
    let refused = says(&["bench", "smoke", "--version", "4", "--out", argument], 3);
    assert!(refused.contains("--force"), "{refused}");
    assert_eq!(text(out.join("report.html")), before, "refused before anything was touched");
    bench(&["--out", argument, "--force"], None);
    assert_ne!(text(out.join("report.html")), before, "replaced");
}

#[test]
fn single_files_hold_the_run_and_a_jobs_summary_is_appended_to() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let summary = place.path().join("summary.md");
    fs::write(&summary, "# The job\n").unwrap();
    let files =
        [("--junit", at("a.xml")), ("--csv", at("a.csv")), ("--html", at("a.html")), ("--markdown", at("a.md"))];
    let arguments: Vec<&str> = files.iter().flat_map(|(flag, path)| [*flag, path.as_str()]).collect();
    let printed = bench(&arguments, Some(&summary));
    for (flag, path) in &files {
        assert!(Path::new(path).is_file(), "{flag}: {}", String::from_utf8_lossy(&printed.stderr));
    }
    assert_eq!(text(summary), "# The job\n".to_owned() + &text(at("a.md").into()));
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_the_sale() {
    let complaint = says(&["bench", "smoke", "--version", "4", "--junit", "/no/such/folder/a.xml"], 3);
    assert!(complaint.contains("/no/such/folder/a.xml"), "{complaint}");
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("thesis.tex"), "years of work").unwrap();
    let complaint = says(&["bench", "smoke", "--version", "4", "--out", place.path().to_str().unwrap(), "--force"], 3);
    assert!(complaint.contains("no results of a bench"), "{complaint}");
    says(&["bench", "smoke", "--force"], 2);
}

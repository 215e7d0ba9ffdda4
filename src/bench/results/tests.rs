//! The folder as its users find it: which files there are, and what happens to those that were there before.

use std::collections::BTreeSet;

use super::*;
use crate::bench::report::sample_run::sample_run;

fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.insert(name);
        }
    }
    found
}

fn filled(path: &Path, runs: &[&str]) -> Folder {
    let mut folder = Folder::open(path).unwrap();
    let runs: Vec<_> = runs.iter().map(|name| sample_run(name, 1)).collect();
    for run in &runs {
        let _ = folder.begin(&run.name, 0).unwrap();
        folder.keep(run, 0).unwrap();
    }
    folder.summarise(&runs).unwrap();
    folder
}

#[test]
fn every_run_has_its_folder_and_all_runs_share_three_documents() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("made/on/demand");
    filled(&path, &["v1-embedded-1", "v4-embedded-1"]);
    let found = files(&path);
    for name in ["runs.json", "report.html", "summary.md", "junit.xml"] {
        assert!(found.contains(name), "{name} is missing in {found:?}");
    }
    for run in ["v1-embedded-1", "v4-embedded-1"] {
        for name in ["report.json", "series.csv", "latency.hlog", "percentiles/create.sold_out.service.hgrm"] {
            assert!(found.contains(&format!("{run}/{name}")), "{run}/{name} is missing in {found:?}");
        }
    }
    assert!(!found.iter().any(|name| name.ends_with(".part")), "{found:?}");
    let index: Index = serde_json::from_str(&fs::read_to_string(path.join("runs.json")).unwrap()).unwrap();
    assert_eq!(index.runs, ["v1-embedded-1", "v4-embedded-1"]);
}

#[test]
fn a_folder_with_results_is_refused_and_replaced_only_when_that_is_asked_for() {
    let place = tempfile::tempdir().unwrap();
    filled(place.path(), &["v1-embedded-1", "v2-embedded-1"]);
    fs::write(place.path().join("notes.txt"), "mine").unwrap();
    assert!(matches!(Folder::open(place.path()), Err(FolderError::Taken(_))));
    Folder::replace(place.path()).unwrap();
    assert_eq!(files(place.path()), ["notes.txt", "runs.json"].map(str::to_owned).into());
}

#[test]
fn a_folder_of_something_else_is_never_touched() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("thesis.tex"), "years of work").unwrap();
    for opened in [Folder::open(place.path()), Folder::replace(place.path())] {
        assert!(matches!(opened, Err(FolderError::Foreign(_))), "{opened:?}");
    }
    assert_eq!(files(place.path()), ["thesis.tex".to_owned()].into());
}

#[test]
fn an_index_cannot_name_a_folder_outside() {
    let place = tempfile::tempdir().unwrap();
    let (outside, inside) = (place.path().join("outside"), place.path().join("results"));
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(&inside).unwrap();
    fs::write(inside.join(INDEX), r#"{"schema": "results-1", "runs": ["../outside", "/", "..", ""]}"#).unwrap();
    Folder::replace(&inside).unwrap();
    assert!(outside.is_dir());
}

#[test]
fn a_run_that_was_killed_leaves_what_it_measured() {
    let place = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(place.path()).unwrap();
    let mut recording = folder.begin("v4-embedded-1", 0).unwrap();
    let series = sample_run("v4-embedded-1", 1).series;
    while let Some(lines) = recording.next(&series) {
        recording.write(&lines).unwrap();
    }
    // Nothing is ended, closed or dropped: this is what a reader finds meanwhile.
    let written = fs::read_to_string(place.path().join("v4-embedded-1/series.csv")).unwrap();
    assert_eq!(written.lines().count(), 60);
    assert!(fs::read_to_string(place.path().join("runs.json")).unwrap().contains("v4-embedded-1"));
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_one_before() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a");
    write(&path, "before").unwrap();
    fs::create_dir(place.path().join("a.part")).unwrap();
    assert!(write(&path, "after").is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
}

//! The results folder of a bench: which file lies where, written while the run goes and whole when it has ended.
//! Must not print, nor choose what is played. `docs/RESULTS.md` describes every file.
//!
//! A file that is whole is written beside its place and renamed, so that a reader never sees half of it. Only `series.csv`
//! and `latency.hlog` grow while their run goes; at its end they are written again, whole.

mod recording;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

pub use recording::Recording;

use crate::bench::{
    report::{Exhibit, csv, hdr, html, json, junit, markdown},
    tally::Latency,
};

/// Version of the folder's layout.
pub const SCHEMA: &str = "results-1";
/// Lists the runs; by it, a folder is known as one of results.
const INDEX: &str = "runs.json";
const REPORT_HTML: &str = "report.html";
const SUMMARY: &str = "summary.md";
const JUNIT: &str = "junit.xml";
const REPORT_JSON: &str = "report.json";
const SERIES: &str = "series.csv";
const LATENCY_LOG: &str = "latency.hlog";
const PERCENTILES: &str = "percentiles";
const JOURNAL: &str = "journal";

/// Why a folder cannot take results.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Other runs' results are in it.
    #[error("{0} holds the results of other runs: choose another folder, or replace them with --force")]
    Taken(PathBuf),
    /// Something else is in it.
    #[error("{0} holds files that are no results of a bench: choose another folder")]
    Foreign(PathBuf),
    /// It cannot be made or read.
    #[error("failed to use {0} for results: {1}")]
    Io(PathBuf, io::Error),
}

/// The index of a folder.
#[derive(Debug, Serialize, Deserialize)]
struct Index {
    schema: String,
    runs: Vec<String>,
}

/// A folder that takes the results of one bench.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    runs: Vec<String>,
}

impl Folder {
    /// A folder that is empty or not there yet.
    ///
    /// # Errors
    /// When something is in it, or it cannot be made.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |e| FolderError::Io(path.to_owned(), e);
        fs::create_dir_all(path).map_err(failed)?;
        if fs::read_dir(path).map_err(failed)?.next().is_some() {
            let known = read_index(path).is_some();
            return Err(if known { FolderError::Taken } else { FolderError::Foreign }(path.to_owned()));
        }
        let folder = Self { path: path.to_owned(), runs: Vec::new() };
        folder.write_index().map_err(failed)?;
        Ok(folder)
    }

    /// The same, but results that are in it are removed. Whatever else is in it stays, and a folder that never held
    /// results is refused.
    ///
    /// # Errors
    /// When it holds something else only, or cannot be used.
    pub fn replace(path: &Path) -> Result<Self, FolderError> {
        let Some(index) = read_index(path) else { return Self::open(path) };
        let failed = |e| FolderError::Io(path.to_owned(), e);
        for run in index.runs.iter().filter(|run| is_plain(run)) {
            absent_is_fine(fs::remove_dir_all(path.join(run))).map_err(failed)?;
        }
        for file in [REPORT_HTML, SUMMARY, JUNIT] {
            absent_is_fine(fs::remove_file(path.join(file))).map_err(failed)?;
        }
        let folder = Self { path: path.to_owned(), runs: Vec::new() };
        folder.write_index().map_err(failed)?;
        Ok(folder)
    }

    /// Makes a run's own folder, and begins the files that grow while it goes.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn begin(&mut self, run: &str, start_wall_ms: i64) -> io::Result<Recording> {
        let folder = self.path.join(run);
        fs::create_dir_all(&folder)?;
        self.runs.push(run.to_owned());
        self.write_index()?;
        Recording::begin(run, &folder.join(SERIES), &folder.join(LATENCY_LOG), start_wall_ms)
    }

    /// Where a run's journal is kept, record by record while it goes.
    #[must_use]
    pub fn journal(&self, run: &str) -> PathBuf {
        self.path.join(run).join(JOURNAL)
    }

    /// Writes everything of a run that has ended.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn keep(&self, run: &Exhibit, start_wall_ms: i64) -> io::Result<()> {
        let folder = self.path.join(&run.name);
        fs::create_dir_all(folder.join(PERCENTILES))?;
        write(&folder.join(REPORT_JSON), &json::text(&run.report))?;
        write(&folder.join(SERIES), &series(std::slice::from_ref(run)))?;
        let log = hdr::interval_log::lines(&run.series, 0..run.series.windows.len());
        write(&folder.join(LATENCY_LOG), &(hdr::interval_log::heading(start_wall_ms) + &log))?;
        for (step, outcome, latency) in run.tally.steps() {
            let name = format!("{}.{}", step.word(), outcome.word());
            percentiles(&folder.join(PERCENTILES), &name, latency)?;
        }
        Ok(())
    }

    /// Writes what is told of all runs together.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn summarise(&self, runs: &[Exhibit]) -> io::Result<()> {
        write(&self.path.join(JUNIT), &junit::text(runs))?;
        write(&self.path.join(REPORT_HTML), &html::text(runs))?;
        write(&self.path.join(SUMMARY), &markdown::text(runs))
    }

    fn write_index(&self) -> io::Result<()> {
        let index = Index { schema: SCHEMA.to_owned(), runs: self.runs.clone() };
        let text = serde_json::to_string_pretty(&index).expect("plain text becomes JSON");
        write(&self.path.join(INDEX), &(text + "\n"))
    }
}

/// The course of several runs as one CSV file.
#[must_use]
pub fn series(runs: &[Exhibit]) -> String {
    let lines = runs.iter().map(|run| csv::lines(&run.name, &run.series, 0..csv::stretches(&run.series)));
    csv::heading() + &lines.collect::<String>()
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When it cannot be written; whatever stood there before still does.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        // What is half written helps nobody; that it cannot be written is told.
        let _ = fs::remove_file(&beside);
    })
}

fn percentiles(folder: &Path, name: &str, latency: &Latency) -> io::Result<()> {
    for (kind, histogram) in [("response", &latency.response), ("service", &latency.service), ("lag", &latency.lag)] {
        write(&folder.join(format!("{name}.{kind}.hgrm")), &hdr::percentiles(histogram))?;
    }
    Ok(())
}

fn read_index(path: &Path) -> Option<Index> {
    let index: Index = serde_json::from_str(&fs::read_to_string(path.join(INDEX)).ok()?).ok()?;
    (index.schema == SCHEMA).then_some(index)
}

/// One folder below, nowhere else: an index is a file that anybody can write.
fn is_plain(run: &str) -> bool {
    let mut parts = Path::new(run).components();
    matches!((parts.next(), parts.next()), (Some(std::path::Component::Normal(_)), None))
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) })
}

#[cfg(test)]
mod tests;

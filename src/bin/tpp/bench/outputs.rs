//! Files that a bench writes beside what it prints: a results folder, and single files for whoever wants one.
//! Must not print, nor know what is played.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use clap::Args;
use tokio::task::JoinHandle;
use tpp::bench::{
    floor::Pulse,
    rehearsal::Rehearsed,
    report::{Exhibit, html, junit, markdown},
    results::{self, Folder, Recording},
};

use super::server::wall_ms;
use crate::{exit::ConfigError, output};

/// How often the files of a run that goes are brought up to date.
const EVERY: Duration = Duration::from_secs(1);

/// Flags.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output files")]
pub struct OutputArgs {
    /// Write a results folder: HTML, Markdown and JUnit over all runs; JSON, CSV and HDR files a run. It must be empty or
    /// not there yet. Files grow while a run goes; docs/RESULTS.md describes them
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the results of an earlier bench in the folder of --out; other files in it stay
    #[arg(long, requires = "out")]
    force: bool,
    /// Write all runs as JUnit XML: a suite a run, a case a mark and a law
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write all runs over time as CSV: a line a stretch
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write all runs as one HTML page that needs nothing beside itself
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write all runs as Markdown, for a pull request
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Append the Markdown to this file, as a job of GitHub Actions wants it
    #[arg(long, value_name = "FILE", env = "GITHUB_STEP_SUMMARY")]
    step_summary: Option<OsString>,
}

/// Where results go, and those that there are.
#[derive(Debug)]
pub struct Outputs<'a> {
    args: &'a OutputArgs,
    folder: Option<Folder>,
    labels: Vec<String>,
    exhibits: Vec<Exhibit>,
}

impl OutputArgs {
    /// Looks whether everything can be written before anything is played.
    pub fn open(&self) -> anyhow::Result<Outputs<'_>> {
        let opened =
            self.out.as_deref().map(|path| if self.force { Folder::replace(path) } else { Folder::open(path) });
        let folder = opened.transpose().map_err(|e| ConfigError(e.to_string()))?;
        for file in [&self.junit, &self.csv, &self.html, &self.markdown].into_iter().flatten() {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) || file.is_dir() {
                let words =
                    format!("cannot write {}: its folder must be there, and it must not be one", file.display());
                return Err(ConfigError(words).into());
            }
        }
        Ok(Outputs { args: self, folder, labels: Vec::new(), exhibits: Vec::new() })
    }

    /// The file that GitHub Actions names; an empty name is none.
    fn summary(&self) -> Option<&Path> {
        self.step_summary.as_deref().filter(|name| !name.is_empty()).map(Path::new)
    }
}

impl Outputs<'_> {
    /// A run begins: its files grow with it until the recorder is dropped. Runs with the same label are numbered.
    pub fn begin(&mut self, label: &str, pulse: &Arc<Pulse>) -> anyhow::Result<Recorder> {
        let before = self.labels.iter().filter(|other| *other == label).count();
        self.labels.push(label.to_owned());
        let name = format!("{label}-{}", before + 1);
        let begun = self.folder.as_mut().map(|folder| folder.begin(&name, wall_ms() as i64));
        let recording = begun.transpose().context("failed to begin the files of --out")?;
        let journal = self.folder.as_ref().map(|folder| folder.journal(&name));
        Ok(Recorder { name, journal, task: recording.map(|recording| tokio::spawn(record(recording, pulse.clone()))) })
    }

    /// A run has ended: everything is written that can be told of it and of those before.
    pub fn keep(&mut self, recorder: Recorder, rehearsed: Rehearsed) -> anyhow::Result<()> {
        let name = recorder.name.clone();
        drop(recorder);
        let Rehearsed { report, tally, series, journal } = rehearsed;
        let exhibit = Exhibit { name, report, tally, series };
        if let Some(folder) = &self.folder {
            folder.keep(&exhibit, journal.start_wall_ms).context("failed to write the files of --out")?;
        }
        self.exhibits.push(exhibit);
        if let Some(folder) = &self.folder {
            folder.summarise(&self.exhibits).context("failed to write the files of --out")?;
        }
        self.write_single_files()
    }

    /// All runs are over.
    pub fn close(self) -> anyhow::Result<()> {
        let Some(path) = self.args.summary().filter(|_| !self.exhibits.is_empty()) else { return Ok(()) };
        let mut file = OpenOptions::new().create(true).append(true).open(path).with_context(|| written(path))?;
        file.write_all(markdown::text(&self.exhibits).as_bytes()).with_context(|| written(path))
    }

    fn write_single_files(&self) -> anyhow::Result<()> {
        let runs = &self.exhibits;
        let write = |path: &Option<PathBuf>, text: fn(&[Exhibit]) -> String| match path {
            Some(path) => results::write(path, &text(runs)).with_context(|| written(path)),
            None => Ok(()),
        };
        write(&self.args.junit, junit::text)?;
        write(&self.args.csv, results::series)?;
        write(&self.args.html, html::text)?;
        write(&self.args.markdown, markdown::text)
    }
}

fn written(path: &Path) -> String {
    format!("failed to write {}", path.display())
}

/// Writes what a run has shown so far, until it is dropped.
#[derive(Debug)]
pub struct Recorder {
    name: String,
    /// Where the run's journal is to be kept.
    pub journal: Option<PathBuf>,
    task: Option<JoinHandle<()>>,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn record(mut recording: Recording, pulse: Arc<Pulse>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = catch_up(&mut recording, &pulse) {
            // The run is worth more than its files: at its end they are written again, and that failure counts.
            output::note(&format!("tpp: failed to record the run: {error}"));
            return;
        }
    }
}

/// Writes every stretch that is complete; the series is locked for one at a time.
fn catch_up(recording: &mut Recording, pulse: &Pulse) -> io::Result<()> {
    loop {
        let lines = recording.next(&pulse.series.lock().expect("nobody panics while it is held"));
        match lines {
            Some(lines) => recording.write(&lines)?,
            None => return Ok(()),
        }
    }
}

//! `tpp bench check FILE…`: is a scenario valid, and what would it play?
//! Must not play.

use clap::Args;
use serde::Serialize;
use tpp::bench::scenario::Scenario;

use super::{Output, load};
use crate::{exit, output};

/// Which scenarios.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all are valid, 3 one is not")]
pub struct CheckArgs {
    /// Scenario files, or names of scenarios that come with the program
    #[arg(required = true)]
    scenarios: Vec<String>,
    /// How the result is told
    #[arg(long, default_value = "human")]
    output: Output,
}

/// What a scenario would play, or why it cannot be.
#[derive(Debug, Serialize)]
struct Checked {
    /// As it was named.
    file: String,
    valid: bool,
    error: Option<String>,
    plan: Option<Plan>,
}

/// What would be played.
#[derive(Debug, Serialize)]
struct Plan {
    name: String,
    about: String,
    version: String,
    buyers: u64,
    accounts: u32,
    /// Absent when the hall is a programme list.
    seats: Option<u64>,
    classes: usize,
    phases: usize,
    length_s: f64,
    thresholds: Vec<String>,
}

/// Checks all of them and says what it found.
pub fn run(args: &CheckArgs) -> anyhow::Result<u8> {
    let checked: Vec<_> = args.scenarios.iter().map(|name| check(name)).collect();
    match args.output {
        Output::Json => output::say_json(&checked)?,
        Output::Human => {
            for one in &checked {
                output::say(&sentence(one))?;
            }
        }
    }
    Ok(if checked.iter().all(|one| one.valid) { exit::OK } else { exit::CONFIG })
}

fn check(name: &str) -> Checked {
    let (plan, error) = match load(name) {
        Ok((scenario, _)) => (Some(Plan::of(&scenario)), None),
        Err(reason) => (None, Some(reason)),
    };
    Checked { file: name.to_owned(), valid: plan.is_some(), error, plan }
}

impl Plan {
    fn of(scenario: &Scenario) -> Self {
        Self {
            name: scenario.name.clone(),
            about: scenario.about.clone(),
            version: scenario.version.to_string(),
            buyers: scenario.buyers_planned(),
            accounts: scenario.dataset.accounts,
            seats: (!scenario.dataset.categories.is_empty()).then(|| scenario.dataset.seats()),
            classes: scenario.buyers.len(),
            phases: scenario.phases.len(),
            length_s: scenario.ends_us() as f64 / 1e6,
            thresholds: scenario.thresholds.iter().map(|mark| mark.text.clone()).collect(),
        }
    }
}

fn sentence(checked: &Checked) -> String {
    let Some(plan) = &checked.plan else {
        return format!("{}: NOT VALID\n  {}", checked.file, lines(checked.error.as_deref().unwrap_or_default()));
    };
    let seats = plan.seats.map_or_else(|| "the seats of a programme list".to_owned(), |seats| format!("{seats} seats"));
    let marks = if plan.thresholds.is_empty() { "none".to_owned() } else { plan.thresholds.join(", ") };
    format!(
        "{}: valid\n  {}: {}\n  {} buyers ({}, {} accounts) want {seats}, by {}\n  \
         {} in {} s; thresholds: {marks}",
        checked.file,
        plan.name,
        plan.about,
        plan.buyers,
        if plan.classes == 1 { "1 class".to_owned() } else { format!("{} classes", plan.classes) },
        plan.accounts,
        plan.version,
        if plan.phases == 1 { "1 phase".to_owned() } else { format!("{} phases", plan.phases) },
        plan.length_s
    )
}

fn lines(text: &str) -> String {
    text.trim_end().replace('\n', "\n  ")
}

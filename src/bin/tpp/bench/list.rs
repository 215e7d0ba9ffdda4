//! `tpp bench list`: the scenarios that come with the program.
//! Must not play.

use clap::Args;
use serde::Serialize;
use tpp::bench::{scenario::Scenario, shipped};

use super::Output;
use crate::{exit, output};

/// How.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How the result is told
    #[arg(long, default_value = "human")]
    output: Output,
}

/// A scenario in the list.
#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    about: String,
    buyers: u64,
    default: bool,
}

/// Lists them.
pub fn run(args: &ListArgs) -> anyhow::Result<u8> {
    let lines: Vec<Line> = shipped::SHIPPED
        .iter()
        .map(|(name, text)| {
            let scenario = Scenario::parse(text)?;
            let buyers = scenario.buyers_planned();
            Ok(Line { name, about: scenario.about, buyers, default: *name == shipped::DEFAULT })
        })
        .collect::<anyhow::Result<_>>()?;
    match args.output {
        Output::Json => output::say_json(&lines)?,
        Output::Human => {
            let mut table = output::table(&["scenario", "buyers", "what it shows"]);
            for line in &lines {
                let mark = if line.default { " (played when none is named)" } else { "" };
                table.add_row([line.name, &line.buyers.to_string(), &format!("{}{mark}", line.about)]);
            }
            output::align_right(&mut table, &[1]);
            output::say(&table.to_string())?;
        }
    }
    Ok(exit::OK)
}

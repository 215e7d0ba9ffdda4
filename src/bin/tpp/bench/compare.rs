//! `tpp bench compare BEFORE NOW`: runs of two files against each other.
//! Must not play.

use std::path::{Path, PathBuf};

use clap::Args;
use tpp::bench::compare::{
    self,
    saved::{self, SavedRun},
};

use super::{
    Output,
    against::{TermsArgs, code_of, not_comparable, tell},
};
use crate::exit::ConfigError;

/// Which runs.
#[derive(Debug, Args)]
#[command(
    after_help = "A file holds a baseline (docs/schema/bench-set-1.json) or what `tpp bench --output json` prints, \
    one document after another.\n\
    Exit codes: 0 not slower or nobody can tell, 3 not comparable, 11 slower, 12 a law is broken, 13 too few valid runs"
)]
pub struct CompareArgs {
    /// Runs from before
    before: PathBuf,
    /// Runs from now
    now: PathBuf,
    /// How the result is told: for people, or as docs/schema/bench-compare-1.json describes it
    #[arg(long, default_value = "human")]
    output: Output,
    /// End with 13 when nobody can tell
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    terms: TermsArgs,
}

/// Compares and tells.
pub fn run(args: &CompareArgs) -> anyhow::Result<u8> {
    let (before, now) = (runs(&args.before)?, runs(&args.now)?);
    let compared = compare::compare(&before, &now, &args.terms.terms()).map_err(|r| not_comparable(&r))?;
    tell(&compared, args.output)?;
    Ok(code_of(&compared, args.strict))
}

fn runs(path: &Path) -> anyhow::Result<Vec<SavedRun>> {
    let refused = |reason: String| ConfigError(format!("cannot compare {}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| refused(e.to_string()))?;
    Ok(saved::read(&text).map_err(refused)?)
}

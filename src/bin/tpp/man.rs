//! `tpp man`: the manual page on stdout, or one page a command in a folder.
//! Must not say anything that `--help` does not.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _};

use crate::{Cli, exit, output};

/// Flags.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write tpp.1, tpp-serve.1 … into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints or writes the pages.
pub fn run(args: &ManArgs) -> anyhow::Result<u8> {
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
        clap_mangen::generate_to(Cli::command(), folder)
            .with_context(|| format!("failed to write manual pages into {}", folder.display()))?;
        return Ok(exit::OK);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    output::say(String::from_utf8(page)?.trim_end())?;
    Ok(exit::OK)
}

//! `tpp completions`: a completion script for a shell, on stdout.
//! Must not write files: every shell keeps them elsewhere.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{Cli, exit, output};

/// Flags.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

/// Prints the script.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tpp", &mut script);
    output::say(String::from_utf8(script)?.trim_end())?;
    Ok(exit::OK)
}

//! `tpp`, the program: reads the command line and hands over to one file a command.
//! Must not hold a rule: it chooses.

mod admin;
mod audit;
mod bench;
mod ceiling;
mod completions;
mod dash;
mod doctor;
mod exit;
mod man;
mod output;
mod serve;
mod span;
mod target;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Allocation is a visible share of an order's cost; this allocator makes it a smaller one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rehearse an on-sale before it happens: a ticket office, a flash sale against it, and the proof afterwards that
/// nothing was sold twice and nothing was lost.
#[derive(Debug, Parser)]
#[command(name = "tpp", version, propagate_version = false, max_term_width = 110, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 ok, 1 failure, 2 usage, 3 setting or scenario not valid, 4 server not reachable, \
    10 threshold missed, 11 regression, 12 audit failed, 13 run not valid, 130 interrupted"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the ticket server
    Serve(serve::ServeArgs),
    /// Watch a running server in the terminal, and act on its sale
    Dash(Box<dash::DashArgs>),
    /// Play a sale against a server and judge it
    Bench(Box<bench::BenchArgs>),
    /// Check the laws of the sale on a running or a stopped server
    Audit(audit::AuditArgs),
    /// Look after programs, orders and test accounts of a running server
    Admin(admin::AdminArgs),
    /// Measure what this machine can do at most, to read bench results against
    Ceiling(ceiling::CeilingArgs),
    /// Look at this machine: is everything here that a rehearsal needs?
    Doctor(doctor::DoctorArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write one page a command into a folder
    Man(man::ManArgs),
}

fn main() -> ExitCode {
    let code = match Cli::try_parse() {
        Ok(cli) => run(cli.command).unwrap_or_else(|error| complain(&error)),
        Err(answer) => {
            // Help and version come this way too; a closed pipe is nobody's problem.
            let _ = answer.print();
            if answer.use_stderr() { exit::USAGE } else { exit::OK }
        }
    };
    ExitCode::from(code)
}

fn complain(error: &anyhow::Error) -> u8 {
    let code = exit::of_error(error);
    if code != exit::OK {
        output::note(&format!("tpp: {error:#}"));
    }
    code
}

fn run(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Serve(args) => serve::run(args),
        Command::Dash(args) => dash::run(*args),
        Command::Bench(args) => bench::run(*args),
        Command::Audit(args) => audit::run(args),
        Command::Admin(args) => admin::run(args),
        Command::Ceiling(args) => ceiling::run(args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

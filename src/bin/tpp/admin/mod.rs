//! `tpp admin`: programs, orders and test accounts of a running server.
//! Must not know more than its routes: whoever has the operator's token may do the same with curl.

mod account;
mod order;
mod program;

use anyhow::Context as _;
use clap::{Args, Subcommand};

/// Flags.
#[derive(Debug, Args)]
pub struct AdminArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Import, list, show, open, close or reset programs
    Program(program::ProgramArgs),
    /// List, show, cancel or refund orders
    Order(order::OrderArgs),
    /// Make test accounts
    Account(account::AccountArgs),
}

/// Does it.
pub fn run(args: AdminArgs) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Runtime::new().context("failed to start the runtime")?;
    runtime.block_on(async {
        match args.what {
            What::Program(args) => program::run(args).await,
            What::Order(args) => order::run(args).await,
            What::Account(args) => account::run(args).await,
        }
    })
}

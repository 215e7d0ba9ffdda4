//! `tpp admin account make`: test accounts in bulk.
//! Must not print tokens on a table: they are for scripts.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use tpp::wire::admin::MakeAccounts;

use crate::{
    exit,
    output::{self, Output},
    target::TargetArgs,
};

/// Flags.
#[derive(Debug, Args)]
pub struct AccountArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// How to print; json holds the tokens
    #[arg(long, default_value = "table", global = true)]
    output: Output,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make test accounts with their ticket users and tokens
    Make {
        /// How many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        count: u32,
        /// Ticket users of each
        #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=16))]
        ticket_users: u32,
        /// Password of all of them; without it they cannot sign in by password
        #[arg(long, value_name = "TEXT")]
        password: Option<String>,
    },
}

/// Does it.
pub async fn run(args: AccountArgs) -> anyhow::Result<u8> {
    let client = args.target.client()?;
    let Action::Make { count, ticket_users, password } = args.action;
    let make = MakeAccounts { count, ticket_users_each: ticket_users, password };
    let made = client.make_accounts(&make).await.context("failed to make accounts")?;
    if args.output == Output::Json {
        output::say_json(&made)?;
    } else {
        let (first, each) = (made.first_user_id, made.ticket_users_each);
        let last = first.get() + u64::from(count) - 1;
        output::say(&format!("made {count} accounts, {first} to {last}, with {each} ticket users each"))?;
        output::say("their tokens: the same command with --output json")?;
    }
    Ok(exit::OK)
}

//! `tpp admin order`: list, show, cancel, refund.
//! Must not change an order but through the server, which keeps the laws.

mod shown;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use tpp::{
    client::OrderQuery,
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, UserId},
        order::{OrderStatus, OrderVersion},
    },
};

use crate::{exit, output::Output, span, target::TargetArgs};

/// Flags.
#[derive(Debug, Args)]
pub struct OrderArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// How to print
    #[arg(long, default_value = "table", global = true)]
    output: Output,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List orders, the oldest or the newest first
    List(ListArgs),
    /// Show an order with its tickets and its life, step by step
    Show {
        /// Order
        number: OrderNumber,
    },
    /// Cancel an unpaid order and free its seats
    Cancel {
        /// Order
        number: OrderNumber,
    },
    /// Give a paid order's money back, on record, and free its seats
    Refund {
        /// Order
        number: OrderNumber,
    },
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only of this program
    #[arg(long, value_name = "ID")]
    program: Option<ProgramId>,
    /// Only of this account
    #[arg(long, value_name = "ID")]
    user: Option<UserId>,
    /// Only in this status
    #[arg(long)]
    status: Option<Status>,
    /// Only placed by this order version: 1, 2, 3 or 4
    #[arg(long, value_name = "VERSION")]
    version: Option<OrderVersion>,
    /// Only with a ticket of this category
    #[arg(long, value_name = "ID")]
    category: Option<CategoryId>,
    /// Only made within this time up to now: 5m is the last five minutes
    #[arg(long, value_name = "SPAN", value_parser = span::parse)]
    made_after: Option<Duration>,
    /// Only made longer ago than this: 5m is all but the last five minutes
    #[arg(long, value_name = "SPAN", value_parser = span::parse)]
    made_before: Option<Duration>,
    /// The newest first
    #[arg(long)]
    newest: bool,
    /// Only with a number above this one: the next page up
    #[arg(long, value_name = "NUMBER")]
    after: Option<OrderNumber>,
    /// Only with a number below this one: the next page of --newest
    #[arg(long, value_name = "NUMBER")]
    before: Option<OrderNumber>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Unpaid,
    Cancelled,
    Paid,
    Refunded,
}

impl Status {
    const fn on_the_wire(self) -> OrderStatus {
        match self {
            Self::Unpaid => OrderStatus::Unpaid,
            Self::Cancelled => OrderStatus::Cancelled,
            Self::Paid => OrderStatus::Paid,
            Self::Refunded => OrderStatus::Refunded,
        }
    }
}

/// Does it.
pub async fn run(args: OrderArgs) -> anyhow::Result<u8> {
    let client = args.target.client()?;
    match args.action {
        Action::List(list) => {
            let orders = client.orders(&query(&list)).await.context("failed to list orders")?;
            shown::list(&orders, args.output)?;
        }
        Action::Show { number } => {
            shown::life(&client.order_life(number).await.context("failed to show the order")?, args.output)?;
        }
        Action::Cancel { number } => client.cancel_order(number).await.context("failed to cancel the order")?,
        Action::Refund { number } => client.refund_order(number).await.context("failed to refund the order")?,
    }
    Ok(exit::OK)
}

fn query(list: &ListArgs) -> OrderQuery {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ago = |span: Duration| i64::try_from(now.saturating_sub(span).as_millis()).unwrap_or(i64::MAX);
    OrderQuery {
        program: list.program,
        user: list.user,
        status: list.status.map(Status::on_the_wire),
        version: list.version,
        category: list.category,
        made_after_ms: list.made_after.map(ago),
        made_before_ms: list.made_before.map(ago),
        after: list.after,
        before: list.before,
        newest: list.newest,
        limit: list.limit,
    }
}

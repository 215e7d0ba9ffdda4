//! `tpp admin order`: list, show, cancel.
//! Must not change an order in any other way than a buyer or time could.

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use tpp::{
    client::OrderQuery,
    domain::{
        ids::{OrderNumber, ProgramId, UserId},
        order::OrderStatus,
    },
    wire::admin::OrderLine,
};

use crate::{
    exit,
    output::{self, Output},
    target::TargetArgs,
};

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
    /// List orders by number
    List(ListArgs),
    /// Show an order with its tickets
    Show {
        /// Order
        number: OrderNumber,
    },
    /// Cancel an unpaid order and free its seats
    Cancel {
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
    /// Only with a number above this one
    #[arg(long, value_name = "NUMBER")]
    after: Option<OrderNumber>,
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
            let query = OrderQuery {
                program: list.program,
                user: list.user,
                status: list.status.map(Status::on_the_wire),
                after: list.after,
                limit: list.limit,
                ..OrderQuery::default()
            };
            show_all(&client.orders(&query).await.context("failed to list orders")?, args.output)?;
        }
        Action::Show { number } => {
            show_one(&client.order(number).await.context("failed to show the order")?, args.output)?;
        }
        Action::Cancel { number } => client.cancel_order(number).await.context("failed to cancel the order")?,
    }
    Ok(exit::OK)
}

fn status_word(order: &OrderLine) -> String {
    let word = match OrderStatus::from_number(order.status) {
        Some(OrderStatus::Unpaid) => "unpaid",
        Some(OrderStatus::Cancelled) => "cancelled",
        Some(OrderStatus::Paid) => "paid",
        Some(OrderStatus::Refunded) => "refunded",
        None => return format!("status {}", order.status),
    };
    order.closing.as_ref().map_or_else(|| word.to_owned(), |closing| format!("{word} ({closing})"))
}

fn show_all(orders: &[OrderLine], output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return output::say_json(&orders);
    }
    let mut table = output::table(&["order", "program", "account", "by", "status", "tickets", "price", "seats"]);
    for order in orders {
        table.add_row([
            order.order_number.to_string(),
            order.program_id.to_string(),
            order.user_id.to_string(),
            format!("v{}", order.version),
            status_word(order),
            order.tickets.len().to_string(),
            order.price.to_string(),
            seats(order),
        ]);
    }
    output::align_right(&mut table, &[0, 1, 2, 5, 6]);
    output::say(&table.to_string())?;
    Ok(())
}

fn seats(order: &OrderLine) -> String {
    let places: Vec<_> = order.tickets.iter().map(|t| format!("{}-{}", t.row, t.col)).collect();
    places.join(" ")
}

fn show_one(order: &OrderLine, output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return output::say_json(order);
    }
    output::say(&format!("order {} of account {}", order.order_number, order.user_id))?;
    output::say(&format!("program {}, placed by v{}: {}", order.program_id, order.version, status_word(order)))?;
    if let Some(key) = &order.request_id {
        output::say(&format!("request id {key}"))?;
    }
    let mut table = output::table(&["seat", "category", "row", "column", "price", "ticket user"]);
    for ticket in &order.tickets {
        table.add_row([
            ticket.seat_id.to_string(),
            ticket.category_id.to_string(),
            ticket.row.to_string(),
            ticket.col.to_string(),
            ticket.price.to_string(),
            ticket.ticket_user_id.to_string(),
        ]);
    }
    output::align_right(&mut table, &[0, 1, 2, 3, 4, 5]);
    output::say(&table.to_string())?;
    output::say(&format!("price {}", order.price))?;
    Ok(())
}

//! `tpp admin program`: import, list, show, open, close, reset.
//! Must not read the list's formats: the server does, and refuses a bad file whole.

mod import;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use comfy_table::Table;
use tpp::{
    domain::ids::ProgramId,
    wire::admin::{Imported, ProgramLine, SaleChange},
};

use crate::{
    exit,
    output::{self, Output},
    target::TargetArgs,
};

/// Flags.
#[derive(Debug, Args)]
pub struct ProgramArgs {
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
    /// Add the programs of a file; a bad file is refused whole
    Import(import::ImportArgs),
    /// List all programs
    List,
    /// Show a program with its ticket categories
    Show {
        /// Program
        id: ProgramId,
    },
    /// Put a program on sale, now or between two moments
    Open {
        /// Program
        id: ProgramId,
        /// First moment on sale, in milliseconds since 1970
        #[arg(long, value_name = "MS")]
        from_ms: Option<i64>,
        /// First moment no longer on sale, in milliseconds since 1970
        #[arg(long, value_name = "MS")]
        until_ms: Option<i64>,
    },
    /// Take a program off sale
    Close {
        /// Program
        id: ProgramId,
    },
    /// Remove all orders of a program and free its seats
    Reset {
        /// Program
        id: ProgramId,
        /// Yes, remove the orders
        #[arg(long, required = true)]
        yes: bool,
    },
}

/// Does it.
pub async fn run(args: ProgramArgs) -> anyhow::Result<u8> {
    let client = args.target.client()?;
    match args.action {
        Action::Import(import) => show_imported(&import.send(&client).await?, args.output)?,
        Action::List => show_all(&client.programs().await.context("failed to list programs")?, args.output)?,
        Action::Show { id } => show_one(&client.program(id).await.context("failed to show the program")?, args.output)?,
        Action::Open { id, from_ms, until_ms } => {
            let sale = SaleChange { closed: false, opens_at_ms: from_ms, closes_at_ms: until_ms };
            client.set_sale(id, &sale).await.context("failed to open the program")?;
        }
        Action::Close { id } => {
            let sale = SaleChange { closed: true, opens_at_ms: None, closes_at_ms: None };
            client.set_sale(id, &sale).await.context("failed to close the program")?;
        }
        Action::Reset { id, yes: _ } => client.reset_program(id).await.context("failed to reset the program")?,
    }
    Ok(exit::OK)
}

fn show_imported(imported: &Imported, output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return output::say_json(imported);
    }
    let seats: u64 = imported.programs.iter().map(|p| p.total).sum();
    let categories: usize = imported.programs.iter().map(|p| p.categories.len()).sum();
    output::say(&programs_table(&imported.programs).to_string())?;
    output::say(&format!(
        "imported {} programs with {categories} categories and {seats} seats ({})",
        imported.programs.len(),
        imported.format
    ))?;
    Ok(())
}

fn show_all(programs: &[ProgramLine], output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return output::say_json(&programs);
    }
    output::say(&programs_table(programs).to_string())?;
    Ok(())
}

fn programs_table(programs: &[ProgramLine]) -> Table {
    let mut table =
        output::table(&["program", "title", "place", "show", "on sale", "total", "available", "held", "sold"]);
    for p in programs {
        table.add_row([
            p.id.to_string(),
            p.title.clone(),
            p.place.clone(),
            p.show_time.clone(),
            yes_no(p.on_sale).to_owned(),
            p.total.to_string(),
            p.available.to_string(),
            p.held.to_string(),
            p.sold.to_string(),
        ]);
    }
    output::align_right(&mut table, &[0, 5, 6, 7, 8]);
    table
}

fn show_one(program: &ProgramLine, output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return output::say_json(program);
    }
    output::say(&format!("{} {}", program.id, program.title))?;
    output::say(&format!("{}, {}", program.place, program.show_time))?;
    output::say(&format!(
        "on sale: {}, seats can be picked: {}, real name: {}, {} tickets an order, {} an account",
        yes_no(program.on_sale),
        yes_no(program.permit_choose_seat),
        yes_no(program.real_name),
        program.per_order_limit,
        program.per_account_limit
    ))?;
    let mut table = output::table(&["category", "name", "price", "total", "available", "held", "sold"]);
    for c in &program.categories {
        table.add_row([
            c.id.to_string(),
            c.name.clone(),
            c.price.to_string(),
            c.total.to_string(),
            c.available.to_string(),
            c.held.to_string(),
            c.sold.to_string(),
        ]);
    }
    output::align_right(&mut table, &[0, 2, 3, 4, 5, 6]);
    output::say(&table.to_string())?;
    Ok(())
}

const fn yes_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

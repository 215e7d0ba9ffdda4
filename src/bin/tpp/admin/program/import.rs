//! `tpp admin program import`: a file, and what is said over it.
//! Must not read the file's format: the server does, and refuses a bad file whole.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tpp::{
    client::Client,
    domain::{ids::ProgramId, money::Cents},
    wire::admin::Imported,
};

use crate::exit::ConfigError;

/// Flags.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Programme list: our TOML or JSON, the damai demonstration list, or a pretix seating plan
    file: PathBuf,
    /// The file's format
    #[arg(long, default_value = "auto")]
    format: Format,
    /// One live ticket per ticket user, in every program of the file
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    real_name: Option<bool>,
    /// May buyers pick their seats, in every program of the file
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    permit_choose_seat: Option<bool>,
    /// Most tickets of an order, in every program of the file
    #[arg(long, value_name = "N")]
    per_order_limit: Option<u32>,
    /// Most live tickets of an account, in every program of the file
    #[arg(long, value_name = "N")]
    per_account_limit: Option<u32>,
    /// First moment on sale, in milliseconds since 1970
    #[arg(long, value_name = "MS")]
    opens_at_ms: Option<i64>,
    /// First moment no longer on sale, in milliseconds since 1970
    #[arg(long, value_name = "MS")]
    closes_at_ms: Option<i64>,
    /// Id of the file's only program
    #[arg(long, value_name = "ID")]
    id: Option<ProgramId>,
    /// Title of the file's only program
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Price of a seating plan's seats, for categories that --prices does not name
    #[arg(long, value_name = "AMOUNT")]
    price: Option<Cents>,
    /// Prices of a seating plan's categories, such as Stalls:380,Balcony:200.50
    #[arg(long, value_name = "NAME:AMOUNT,…")]
    prices: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Auto,
    Tpp,
    Damai,
    Pretix,
}

impl ImportArgs {
    /// Reads the file and hands it to the server.
    pub async fn send(&self, client: &Client) -> anyhow::Result<Imported> {
        let shown = self.file.display();
        let body = std::fs::read(&self.file).map_err(|e| ConfigError(format!("failed to read {shown}: {e}")))?;
        client.import_programs(body, &self.query()).await.with_context(|| format!("failed to import {shown}"))
    }

    /// What the route takes beside the file.
    fn query(&self) -> Vec<(&'static str, String)> {
        let format = match self.format {
            Format::Auto => "auto",
            Format::Tpp => "tpp",
            Format::Damai => "damai",
            Format::Pretix => "pretix",
        };
        let said = [
            ("format", Some(format.to_owned())),
            ("real_name", text(self.real_name)),
            ("permit_choose_seat", text(self.permit_choose_seat)),
            ("per_order_limit", text(self.per_order_limit)),
            ("per_account_limit", text(self.per_account_limit)),
            ("opens_at_ms", text(self.opens_at_ms)),
            ("closes_at_ms", text(self.closes_at_ms)),
            ("id", text(self.id)),
            ("title", self.title.clone()),
            ("price", text(self.price)),
            ("prices", self.prices.clone()),
        ];
        said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

//! `tpp audit`: checks the laws of the sale on a running server, or on the folder of a stopped one.
//! Must not hold a law: `tpp::domain::audit` does.

mod stopped;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use tpp::{
    client::Client,
    domain::ids::ProgramId,
    wire::api::{AuditAnswer, FindingAnswer},
};

use crate::{
    exit,
    output::{self, Output},
    target,
};

/// Flags.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// A running server; all laws are checked
    #[arg(long, env = "TPP_URL", value_name = "URL")]
    url: Option<String>,
    /// The operator's token
    #[arg(long, env = "TPP_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// With --url: where admin.token is. Alone: a stopped server's folder; laws about the inventory stay unchecked
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only this program
    #[arg(long, value_name = "ID")]
    program: Option<ProgramId>,
    /// How to print
    #[arg(long, default_value = "table")]
    output: Output,
}

/// Audits and prints; [`exit::AUDIT`] when a law is broken.
pub fn run(args: AuditArgs) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Runtime::new().context("failed to start the runtime")?;
    let answer = runtime.block_on(answer(&args))?;
    match args.output {
        Output::Json => output::say_json(&answer)?,
        Output::Table => show(&answer)?,
    }
    Ok(if answer.clean { exit::OK } else { exit::AUDIT })
}

async fn answer(args: &AuditArgs) -> anyhow::Result<AuditAnswer> {
    if let (None, Some(folder)) = (&args.url, &args.data) {
        return stopped::audit(folder, args.program).await;
    }
    let token = match (&args.admin_token, &args.data) {
        (Some(token), _) => token.clone(),
        (None, folder) => target::token_in(folder.as_deref().unwrap_or("./tpp-data".as_ref()))?,
    };
    let url = args.url.as_deref().unwrap_or(target::DEFAULT_URL);
    let client = Client::new(url, Some(token)).context("failed to make a client")?;
    client.audit(args.program).await.context("failed to audit")
}

fn show(answer: &AuditAnswer) -> anyhow::Result<()> {
    let verdict = if answer.clean { "clean" } else { "BROKEN" };
    output::say(&format!(
        "{verdict}: {} programs, {} orders, {} seats, {} findings",
        answer.programs,
        answer.orders,
        answer.seats,
        answer.findings.len()
    ))?;
    let mut table = output::table(&["law", "verdict", "what it says"]);
    for law in &answer.laws {
        let verdict = match &law.reason {
            Some(reason) => format!("{}: {reason}", law.verdict),
            None => law.verdict.clone(),
        };
        table.add_row([&law.law, &verdict, &law.words]);
    }
    output::say(&table.to_string())?;
    for finding in &answer.findings {
        output::say(&sentence(finding))?;
    }
    Ok(())
}

fn sentence(finding: &FindingAnswer) -> String {
    let program = finding.program_id.map_or_else(String::new, |id| format!(" program {id}"));
    let order = finding.order_number.map_or_else(String::new, |number| format!(" order {number}"));
    format!("{} broken:{program}{order}: {}", finding.law, finding.detail)
}

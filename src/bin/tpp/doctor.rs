//! `tpp doctor`: looks at this machine and says what a rehearsal would miss.
//! Must not change anything but a scratch file that it removes.

mod disk;
mod machine;

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Args;
use serde::Serialize;
use tpp::domain::number::EPOCH_MS;

use crate::{
    exit,
    output::{self, Output},
};

/// Flags.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Data folder to look at
    #[arg(long, env = "TPP_DATA", value_name = "DIR", default_value = "./tpp-data")]
    data: PathBuf,
    /// Address that the server would listen on
    #[arg(long, env = "TPP_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:7878")]
    listen: SocketAddr,
    /// How to print
    #[arg(long, default_value = "table")]
    output: Output,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    /// It works, though something will be slower or missing.
    Warning,
    /// `tpp serve` would not work.
    Broken,
}

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Ok, found: found.into(), advice: None }
    }

    fn warning(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    fn broken(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Broken, found: found.into(), advice: Some(advice.into()) }
    }
}

/// Looks and prints; [`exit::FAILURE`] when `tpp serve` would not work here.
pub fn run(args: &DoctorArgs) -> anyhow::Result<u8> {
    let mut checks = vec![Check::ok("tpp", env!("CARGO_PKG_VERSION"))];
    checks.extend(machine::checks());
    checks.extend(disk::checks(&args.data));
    checks.push(port(args.listen));
    checks.push(clock());
    match args.output {
        Output::Json => output::say_json(&checks)?,
        Output::Table => show(&checks)?,
    }
    let broken = checks.iter().any(|check| check.verdict == Verdict::Broken);
    Ok(if broken { exit::FAILURE } else { exit::OK })
}

fn port(listen: SocketAddr) -> Check {
    match TcpListener::bind(listen) {
        Ok(_) => Check::ok("port", format!("{listen} is free")),
        Err(e) => {
            Check::broken("port", format!("{listen}: {e}"), "stop what listens there, or serve --listen elsewhere")
        }
    }
}

/// Order numbers count from 2024: an earlier clock would make all of them start at the same moment.
fn clock() -> Check {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let found = format!("{} s since 1970", since.as_secs());
    if since.as_millis() > EPOCH_MS.unsigned_abs().into() {
        Check::ok("clock", found)
    } else {
        Check::broken("clock", found, "set the clock: it is before 2024, where order numbers begin")
    }
}

fn show(checks: &[Check]) -> anyhow::Result<()> {
    let mut table = output::table(&["what", "verdict", "found"]);
    for check in checks {
        let verdict = match check.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Broken => "BROKEN",
        };
        let found = match &check.advice {
            Some(advice) => format!("{}\n{advice}", check.found),
            None => check.found.clone(),
        };
        table.add_row([check.name, verdict, &found]);
    }
    output::say(&table.to_string())?;
    Ok(())
}

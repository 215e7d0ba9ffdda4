//! The server that a bench plays against: one that is there, or one of its own for the length of the run.
//! Must not know what is played on it.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::Read as _,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tpp::{
    bench::{
        child::{PrivateFolder, ServerChild, Start},
        scenario::Scenario,
    },
    client::Client,
};

use crate::{exit::ConfigError, output};

/// Flags. Those of the server that is started are handed on to `tpp serve`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// Play against this server instead of one that is started for the run
    #[arg(long, env = "TPP_URL", value_name = "URL", conflicts_with_all = ["redis", "durability", "keep", "serve_arg"])]
    url: Option<String>,
    /// The operator's token of the server at --url
    #[arg(long, env = "TPP_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// Inventory of the started server: off (in its process), managed (a private redis-server), or a Redis URL
    #[arg(long, value_name = "off|managed|URL")]
    redis: Option<String>,
    /// What a commit of the started server survives: full (power loss) or normal (a crash of the process)
    #[arg(long)]
    durability: Option<Durability>,
    /// One more argument for the started `tpp serve`, as --serve-arg=--batch-max=64; may be repeated
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    serve_arg: Vec<OsString>,
    /// Keep the started server's folder and say where it is
    #[arg(long)]
    keep: bool,
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Durability {
    Full,
    Normal,
}

/// A server to play against.
#[derive(Debug)]
pub struct Stage {
    client: Client,
    own: Option<(ServerChild, PrivateFolder)>,
}

impl ServerArgs {
    /// Was a server named that is there already?
    pub const fn is_given(&self) -> bool {
        self.url.is_some()
    }

    /// The named server, or one that is started now.
    pub async fn open(&self, scenario: &Scenario) -> anyhow::Result<Stage> {
        if let Some(url) = &self.url {
            let token = self.admin_token.clone().ok_or_else(|| {
                ConfigError("a bench makes its program and accounts: give --admin-token or TPP_ADMIN_TOKEN".to_owned())
            })?;
            return Ok(Stage { client: Client::new(url, Some(token))?, own: None });
        }
        let mut folder = PrivateFolder::make().context("failed to make a temporary folder")?;
        if self.keep {
            folder.keep();
            output::note(&format!("the server's folder stays in {}", folder.path().display()));
        }
        let token = self.admin_token.clone().map_or_else(random_token, Ok)?;
        let program = std::env::current_exe().context("failed to find this program")?;
        let (arguments, log) = (self.arguments(folder.path(), scenario), folder.path().join("server.log"));
        let given = token.clone();
        let started = tokio::task::spawn_blocking(move || {
            let environment = vec![("TPP_ADMIN_TOKEN", given)];
            ServerChild::start(Start { program: &program, arguments, environment, log })
        });
        let child = started.await?.context("failed to start a server for the run")?;
        let client = Client::new(child.url(), Some(token))?;
        Ok(Stage { client, own: Some((child, folder)) })
    }

    fn arguments(&self, folder: &Path, scenario: &Scenario) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["serve".into(), "--data".into(), folder.join("data").into()];
        arguments.extend(["--listen", "127.0.0.1:0", "--exit-with-stdin"].map(OsString::from));
        let mut add = |flag: &str, value: String| arguments.extend([flag.into(), value.into()]);
        add("--redis", self.redis.clone().unwrap_or_else(|| "off".to_owned()));
        match self.durability {
            Some(Durability::Normal) => add("--durability", "normal".to_owned()),
            Some(Durability::Full) | None => add("--durability", "full".to_owned()),
        }
        if let Some(hold) = scenario.hold {
            add("--hold", format!("{}ms", hold.0.as_millis()));
        }
        arguments.extend(self.serve_arg.iter().cloned());
        arguments
    }
}

impl Stage {
    /// The operator's client.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Ends the server if it is ours, and removes its folder.
    pub fn close(self) -> std::io::Result<()> {
        if let Some((mut child, folder)) = self.own {
            child.end()?;
            drop(folder);
        }
        Ok(())
    }
}

/// 32 hex digits that nobody can guess, for a server that others on this machine could reach.
fn random_token() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    let mut source = std::fs::File::open("/dev/urandom").context("failed to open the system's random numbers")?;
    source.read_exact(&mut bytes).context("failed to read random numbers")?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("memory takes every write");
        text
    }))
}

/// ms since 1970.
pub fn wall_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_millis() as u64)
}

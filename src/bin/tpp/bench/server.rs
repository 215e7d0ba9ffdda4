//! The server that a bench plays against: one that is there, or one of its own for the length of the run.
//! Must not know what is played on it.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tpp::{
    bench::{
        accounts::Listed,
        child::{PrivateFolder, ServerChild, Start},
        scenario::Scenario,
        stage::Playing,
    },
    client::{Client, way::Way},
    domain::ids::ProgramId,
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
    /// Accounts that the server at --url has: CSV with a header, or JSON; see docs/EXTERNAL.md
    #[arg(long, value_name = "FILE", requires = "url")]
    accounts: Option<PathBuf>,
    /// Path before the server's own paths: /prefix, /damai/{service}, or order=/a,program=/b,user=/c
    #[arg(long, value_name = "PATH", requires = "url")]
    prefix: Option<String>,
    /// A header of every request, as 'Name: value'; may be repeated, and stands in no report
    #[arg(long, value_name = "HEADER", requires = "url")]
    header: Vec<String>,
    /// Inventory of the started server: off (in its process), managed (a private redis-server), or a Redis URL; given
    /// several times, each is played against
    #[arg(long, value_name = "off|managed|URL")]
    redis: Vec<String>,
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

/// What one run differs in from another: the program whose `serve` is started, and its inventory.
#[derive(Debug, Clone)]
pub struct House {
    /// The program.
    pub program: PathBuf,
    /// See `--redis`.
    pub redis: Option<String>,
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

    /// What is played there: `operators`, where that is ours to say, or what a server without admin routes has.
    pub fn playing(
        &self,
        scenario: &Scenario,
        program: Option<ProgramId>,
        operators: impl FnOnce() -> Playing,
    ) -> anyhow::Result<Playing> {
        let accounts = self.accounts.as_deref().map(|file| Listed::read(file).map(Arc::new)).transpose();
        let accounts = accounts.map_err(|e| ConfigError(e.to_string()))?;
        if let Some(accounts) = &accounts {
            let (there, wanted) = (accounts.rows().len() as u32, scenario.dataset.accounts);
            if there < wanted {
                output::note(&format!(
                    "{there} accounts are in the file, the scenario has {wanted}: buyers come again with the first ones"
                ));
            }
        }
        if !scenario.steps.is_empty() {
            if self.url.is_none() {
                return Err(ConfigError("a scenario with [[steps]] is played against --url URL".to_owned()).into());
            }
            let program = program.or_else(|| ProgramId::new(1)).expect("1 is an id");
            return Ok(Playing::Steps(program, accounts));
        }
        if self.url.is_none() || self.admin_token.is_some() {
            let operators = operators();
            return Ok(match accounts {
                Some(accounts) => Playing::ByAccounts(Box::new(operators), accounts),
                None => operators,
            });
        }
        let needs = |what: &str| {
            ConfigError(format!("a server without an operator's token (--admin-token, TPP_ADMIN_TOKEN) needs {what}"))
        };
        let accounts = accounts.ok_or_else(|| needs("--accounts FILE: the accounts that buy there"))?;
        let program = program.ok_or_else(|| needs("--program ID: the program that is on sale there"))?;
        Ok(Playing::Public(program, accounts))
    }

    /// What holds the inventory, in a word that can be part of a file's name.
    pub fn engine(&self, redis: Option<&str>) -> &'static str {
        match (&self.url, redis) {
            (Some(_), _) => "external",
            (None, None | Some("off")) => "embedded",
            (None, Some(_)) => "redis",
        }
    }

    /// Inventories to play against; nothing is said of a server that is there already.
    pub fn engines(&self) -> Vec<Option<String>> {
        match self.redis.as_slice() {
            [] if self.is_given() => vec![None],
            [] => vec![Some("off".to_owned())],
            given => given.iter().cloned().map(Some).collect(),
        }
    }

    /// What a commit of the started server survives, in the word that it uses itself.
    pub const fn durability(&self) -> &'static str {
        match self.durability {
            Some(Durability::Normal) => "normal",
            Some(Durability::Full) | None => "full",
        }
    }

    /// The named server, or one that is started now.
    pub async fn open(&self, scenario: &Scenario, house: House) -> anyhow::Result<Stage> {
        if let Some(url) = &self.url {
            let way = Way::new(self.prefix.as_deref(), &self.header).map_err(|e| ConfigError(e.to_string()))?;
            return Ok(Stage { client: Client::new(url, self.admin_token.clone())?.by(way), own: None });
        }
        let mut folder = PrivateFolder::make().context("failed to make a temporary folder")?;
        if self.keep {
            folder.keep();
            output::note(&format!("the server's folder stays in {}", folder.path().display()));
        }
        let token = self.admin_token.clone().map_or_else(random_token, Ok)?;
        let House { program, redis } = house;
        let (arguments, log) = (self.arguments(folder.path(), scenario, redis), folder.path().join("server.log"));
        let given = token.clone();
        let started = tokio::task::spawn_blocking(move || {
            let environment = vec![("TPP_ADMIN_TOKEN", given)];
            ServerChild::start(Start { program: &program, arguments, environment, log })
        });
        let child = started.await?.context("failed to start a server for the run")?;
        let client = Client::new(child.url(), Some(token))?;
        Ok(Stage { client, own: Some((child, folder)) })
    }

    fn arguments(&self, folder: &Path, scenario: &Scenario, redis: Option<String>) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["serve".into(), "--data".into(), folder.join("data").into()];
        arguments.extend(["--listen", "127.0.0.1:0", "--exit-with-stdin"].map(OsString::from));
        let mut add = |flag: &str, value: String| arguments.extend([flag.into(), value.into()]);
        add("--redis", redis.unwrap_or_else(|| "off".to_owned()));
        add("--durability", self.durability().to_owned());
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

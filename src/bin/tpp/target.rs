//! Which server a command speaks to, and the operator's token for it.
//! Must not start or look for a server.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use tpp::client::Client;

use crate::exit::ConfigError;

/// Name of the token's file in the data folder.
pub const TOKEN_FILE: &str = "admin.token";
/// Where `tpp serve` listens unless told otherwise.
pub const DEFAULT_URL: &str = "http://127.0.0.1:7878";

/// A running server.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Address of the server [default: http://127.0.0.1:7878]
    #[arg(long, env = "TPP_URL", value_name = "URL", help_heading = "Server", global = true)]
    pub url: Option<String>,
    /// The operator's token
    #[arg(
        long,
        env = "TPP_ADMIN_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        help_heading = "Server",
        global = true
    )]
    pub admin_token: Option<String>,
    /// The server's data folder: its admin.token is used when no token is given
    #[arg(
        long,
        env = "TPP_DATA",
        value_name = "DIR",
        default_value = "./tpp-data",
        help_heading = "Server",
        global = true
    )]
    pub data: PathBuf,
}

impl TargetArgs {
    /// The address that was given, or where a server listens unless told otherwise.
    pub fn url(&self) -> &str {
        self.url.as_deref().unwrap_or(DEFAULT_URL)
    }

    /// A client with the operator's token.
    pub fn client(&self) -> anyhow::Result<Client> {
        let token = match &self.admin_token {
            Some(token) => token.clone(),
            None => token_in(&self.data)?,
        };
        Client::new(self.url(), Some(token)).context("failed to make a client")
    }
}

/// The token that a server made in its data folder.
pub fn token_in(folder: &std::path::Path) -> anyhow::Result<String> {
    let file = folder.join(TOKEN_FILE);
    let token = std::fs::read_to_string(&file).map_err(|e| {
        ConfigError(format!(
            "failed to read the operator's token from {}: {e}; give --admin-token, TPP_ADMIN_TOKEN or --data DIR",
            file.display()
        ))
    })?;
    Ok(token.trim().to_owned())
}

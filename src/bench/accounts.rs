//! The accounts that buyers come with: a range that the server made for the run, or a list from a file.
//! Must not ask a server; a token or a password is never shown.

mod csv_rows;
mod json_rows;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::{Path, PathBuf},
};

use crate::{
    bench::scenario::ACCOUNTS_MAX,
    client::way::is_header_value,
    domain::ids::{TicketUserId, UserId},
    wire::admin::AccountsMade,
};

/// Largest file, in bytes: a million accounts with long tokens.
const FILE_BYTES_MAX: u64 = 512 << 20;
/// Columns with a meaning of their own; every other is for placeholders of steps.
const OWN_COLUMNS: [&str; 5] = ["user_id", "token", "ticket_user_ids", "mobile", "password"];

/// Why a file of accounts cannot be used: file, line, column, reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {reason}", .file.display(), .place)]
pub struct AccountsError {
    /// Which file.
    pub file: PathBuf,
    /// `, line 3, column 2`, or empty.
    pub place: String,
    /// What is wrong.
    pub reason: String,
}

/// All accounts of a run, by position from 0.
#[derive(Clone)]
pub enum Accounts {
    /// Ids one after another, as the server made them.
    Made(AccountsMade),
    /// One by one, from a file.
    Listed(Listed),
    /// Buyers without an account.
    None,
}

/// Accounts from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    columns: Vec<String>,
    rows: Vec<Row>,
    /// Position by account.
    users: HashMap<UserId, u32>,
}

/// One account of a file.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Where it stands: `, line 3`.
    pub place: String,
    /// Account; absent until it has signed in.
    pub user: Option<UserId>,
    /// Its token; absent until it has signed in.
    pub token: Option<String>,
    /// Its ticket users.
    pub ticket_users: Vec<TicketUserId>,
    /// To sign in with: mobile number and password.
    pub sign_in: Option<(String, String)>,
    /// Every cell, in the order of the columns.
    cells: Vec<String>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("place", &self.place).field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} accounts", self.count())
    }
}

impl Accounts {
    /// How many.
    #[must_use]
    pub fn count(&self) -> u32 {
        match self {
            Self::Made(made) => made.tokens.len() as u32,
            Self::Listed(listed) => listed.rows.len() as u32,
            Self::None => 0,
        }
    }

    /// The account at this position; one without an id of its own is called by its position, from 1.
    ///
    /// # Panics
    /// Never: ids of accounts that were made are in range.
    #[must_use]
    pub fn user(&self, at: u32) -> UserId {
        match self {
            Self::Made(made) => {
                UserId::new(made.first_user_id.get() + u64::from(at)).expect("the server's ids are in range")
            }
            Self::Listed(listed) => listed.rows[at as usize].user.unwrap_or_else(|| by_position(at)),
            Self::None => by_position(at),
        }
    }

    /// Its token; empty when it has none.
    #[must_use]
    pub fn token(&self, at: u32) -> &str {
        match self {
            Self::Made(made) => &made.tokens[at as usize],
            Self::Listed(listed) => listed.rows[at as usize].token.as_deref().unwrap_or_default(),
            Self::None => "",
        }
    }

    /// Its first ticket users.
    #[must_use]
    pub fn ticket_users(&self, at: u32, count: u32) -> Vec<TicketUserId> {
        match self {
            Self::Made(made) => {
                let first = made.first_ticket_user_id.get() + u64::from(at) * u64::from(made.ticket_users_each);
                let id = |at| TicketUserId::new(first + at).expect("the server's ids are in range");
                (0..u64::from(count)).map(id).collect()
            }
            Self::Listed(listed) => {
                listed.rows[at as usize].ticket_users.iter().copied().take(count as usize).collect()
            }
            Self::None => Vec::new(),
        }
    }

    /// Is this account one of them?
    #[must_use]
    pub fn holds(&self, user: UserId) -> bool {
        match self {
            Self::Made(made) => {
                let first = made.first_user_id.get();
                (first..first + made.tokens.len() as u64).contains(&user.get())
            }
            Self::Listed(listed) => listed.users.contains_key(&user),
            Self::None => false,
        }
    }

    /// A cell of the file by the name of its column; accounts that were made have `user` and `token` only.
    #[must_use]
    pub fn cell(&self, at: u32, column: &str) -> Option<String> {
        match (self, column) {
            (Self::Made(_), "user" | "user_id") => Some(self.user(at).to_string()),
            (_, "token") => Some(self.token(at).to_owned()).filter(|token| !token.is_empty()),
            (Self::Listed(listed), _) => {
                let row = &listed.rows[at as usize];
                let column = if column == "user" { "user_id" } else { column };
                let at_column = listed.columns.iter().position(|own| own == column)?;
                Some(row.cells[at_column].clone())
            }
            (Self::Made(_) | Self::None, _) => None,
        }
    }
}

impl Listed {
    /// Reads a file: CSV with a header, or, when it starts with `[`, a JSON list of objects.
    ///
    /// # Errors
    /// With file, line, column and reason.
    pub fn read(file: &Path) -> Result<Self, AccountsError> {
        let refuse = |reason: String| AccountsError { file: file.to_owned(), place: String::new(), reason };
        let size = std::fs::metadata(file).map_err(|e| refuse(format!("cannot be read: {e}")))?.len();
        if size > FILE_BYTES_MAX {
            return Err(refuse(format!("is larger than {} MiB", FILE_BYTES_MAX >> 20)));
        }
        let bytes = std::fs::read(file).map_err(|e| refuse(format!("cannot be read: {e}")))?;
        Self::parse(&bytes).map_err(|fault| AccountsError {
            file: file.to_owned(),
            place: fault.place,
            reason: fault.reason,
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let line = bytes[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
            Fault { place: format!(", line {line}"), reason: "is not UTF-8".to_owned() }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let table = if text.trim_start().starts_with('[') { json_rows::read(text)? } else { csv_rows::read(text)? };
        if table.rows.is_empty() {
            return Err(Fault { place: String::new(), reason: "holds no account".to_owned() });
        }
        let listed = Self { columns: table.columns, rows: table.rows, users: HashMap::new() };
        listed.with_users_counted()
    }

    /// Accounts by position.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The first accounts only.
    #[must_use]
    pub fn first(mut self, count: u32) -> Self {
        self.rows.truncate(count as usize);
        self
    }

    /// The same list with what signing in told.
    ///
    /// # Errors
    /// When two rows turn out to be the same account.
    pub fn with_rows(self, rows: Vec<Row>) -> Result<Self, String> {
        Self { rows, ..self }.with_users_counted().map_err(|fault| format!("accounts{}: {}", fault.place, fault.reason))
    }

    fn with_users_counted(mut self) -> Result<Self, Fault> {
        self.users.clear();
        for (at, row) in (0..).zip(&self.rows) {
            if let Some(user) = row.user
                && let Some(other) = self.users.insert(user, at)
            {
                let other = self.rows[other as usize].place.trim_start_matches(", ").to_owned();
                let reason = format!("user_id {user} stands in {other} already");
                return Err(Fault { place: row.place.clone(), reason });
            }
        }
        Ok(self)
    }
}

/// What is wrong, and where in the file.
#[derive(Debug)]
struct Fault {
    place: String,
    reason: String,
}

/// A file's contents.
#[derive(Debug)]
struct Table {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl Row {
    /// From the cells of a line. The error names the column by its position.
    fn of_cells(columns: &[String], cells: Vec<String>) -> Result<Self, (usize, String)> {
        let mut row = Self::default();
        let (mut mobile, mut password) = (None, None);
        for (at, (column, cell)) in columns.iter().zip(&cells).enumerate() {
            if cell.chars().any(char::is_control) {
                return Err((at, format!("{column} holds a control character")));
            }
            let given = (!cell.is_empty()).then(|| cell.clone());
            match column.as_str() {
                "user_id" => row.user = given.map(|id| id.parse()).transpose().map_err(|e| (at, format!("{e}")))?,
                "token" if !is_header_value(cell) => {
                    return Err((at, "the token cannot be sent in a header".to_owned()));
                }
                "token" => row.token = given,
                "ticket_user_ids" => row.ticket_users = ticket_users(cell).map_err(|reason| (at, reason))?,
                "mobile" => mobile = given,
                "password" => password = given,
                _ => {}
            }
        }
        row.sign_in = mobile.zip(password);
        row.cells = cells;
        Ok(row)
    }
}

/// Ids separated by `;` or spaces.
fn ticket_users(cell: &str) -> Result<Vec<TicketUserId>, String> {
    let mut ids: Vec<TicketUserId> = Vec::new();
    let mut seen = HashSet::new();
    for word in cell.split([';', ' ']).filter(|word| !word.is_empty()) {
        let id = word.parse().map_err(|e| format!("the ticket user {word:?} is no id: {e}"))?;
        if !seen.insert(id) {
            return Err(format!("the ticket user {id} stands there twice"));
        }
        ids.push(id);
    }
    Ok(ids)
}

/// Columns make sense: each once, and no misspelling of one that has a meaning.
fn check_columns(columns: &[String]) -> Result<(), (usize, String)> {
    for (at, column) in columns.iter().enumerate() {
        let plain = column.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        if column.is_empty() || !plain {
            return Err((at, format!("{column:?} is no name of a column: letters, digits, _ and -")));
        }
        if columns[..at].contains(column) {
            return Err((at, format!("the column {column} stands there twice")));
        }
        let bare = |name: &str| name.to_ascii_lowercase().replace(['_', '-'], "");
        let meant = OWN_COLUMNS.iter().find(|own| bare(own) == bare(column) && **own != column.as_str());
        if let Some(own) = meant {
            return Err((at, format!("the column {column} is written {own}")));
        }
    }
    Ok(())
}

fn by_position(at: u32) -> UserId {
    UserId::new(u64::from(at) + 1).expect("positions are far below the largest id")
}

fn too_many() -> String {
    format!("more than {ACCOUNTS_MAX} accounts")
}

#[cfg(test)]
mod tests;

//! Opens the file: is it ours, is it current, and with which pragmas it is used.
//! Must not change a migration that was released.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, TransactionBehavior};

use crate::ledger::{Durability, LedgerFailure};

/// Marks a file as a ledger of ours: "tppL".
const APPLICATION_ID: i32 = 0x7470_704c;
/// In order; a file's `user_version` says how many of them it has seen.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_start.sql")];
/// Oldest SQLite that is trusted: older ones have a race between a writer and a checkpoint that can lose a commit.
const SQLITE_VERSION_MIN: i32 = 3_051_003;
/// How long a statement waits for another process that holds the file (a backup, a curious operator).
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Pages in the write-ahead log before they are moved into the file: 32 MB, so that a checkpoint is rare and long.
const CHECKPOINT_PAGES: u32 = 8_000;
/// Page cache of the writer: the hot ends of all trees.
const WRITER_CACHE_KIB: u32 = 65_536;
/// Page cache of one reader.
const READER_CACHE_KIB: u32 = 8_192;
/// Statements kept prepared on a connection: more than there are in this room.
const STATEMENTS_MAX: usize = 96;

/// The connection that writes, on a file that is ours and current.
pub(super) fn open_writer(file: &Path, durability: Durability) -> Result<Connection, LedgerFailure> {
    let version = rusqlite::version_number();
    if version < SQLITE_VERSION_MIN {
        return Err(LedgerFailure::Unusable(format!("SQLite {} is too old for the ledger", rusqlite::version())));
    }
    let mut conn = Connection::open(file)?;
    conn.busy_timeout(BUSY_WAIT)?;
    migrate(&mut conn, file).map_err(|failure| explain(failure, file))?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    conn.pragma_update(None, "synchronous", synchronous)?;
    conn.pragma_update(None, "foreign_keys", false)?;
    conn.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE_KIB))?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(conn)
}

/// A connection that only reads. The writer's must have been opened before.
pub(super) fn open_reader(file: &Path) -> Result<Connection, LedgerFailure> {
    let conn = Connection::open(file)?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "cache_size", -i64::from(READER_CACHE_KIB))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(conn)
}

/// Versions and pragmas that hold on this connection: (name, value).
pub(super) fn environment(conn: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let synchronous = match number("synchronous")? {
        0 => "off".to_owned(),
        1 => "normal".to_owned(),
        2 => "full".to_owned(),
        other => other.to_string(),
    };
    let journal_mode = conn.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))?;
    Ok(vec![
        ("sqlite_version".to_owned(), rusqlite::version().to_owned()),
        ("journal_mode".to_owned(), journal_mode),
        ("synchronous".to_owned(), synchronous),
        ("page_size".to_owned(), number("page_size")?.to_string()),
        ("ledger_version".to_owned(), number("user_version")?.to_string()),
    ])
}

fn migrate(conn: &mut Connection, file: &Path) -> Result<(), LedgerFailure> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let application: i32 = tx.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let seen: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_new = application == 0 && seen == 0 && tables == 0;
    if application != APPLICATION_ID && !is_new {
        let text = format!("{} is not a ledger of tpp: move it away or choose another folder", file.display());
        return Err(LedgerFailure::Unusable(text));
    }
    let known = MIGRATIONS.len();
    let Some(missing) = usize::try_from(seen).ok().and_then(|seen| MIGRATIONS.get(seen..)) else {
        let text = format!(
            "{} was written by a later tpp (ledger version {seen}, this one knows {known}): use that one",
            file.display()
        );
        return Err(LedgerFailure::Unusable(text));
    };
    if missing.is_empty() {
        return Ok(());
    }
    for migration in missing {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", i64::try_from(known).expect("a handful of migrations"))?;
    Ok(tx.commit()?)
}

/// SQLite's "file is not a database" does not say which file.
fn explain(failure: LedgerFailure, file: &Path) -> LedgerFailure {
    match failure {
        LedgerFailure::Sqlite(text) if text.contains("not a database") => {
            LedgerFailure::Unusable(format!("{} is not an SQLite file: move it away", file.display()))
        }
        other => other,
    }
}

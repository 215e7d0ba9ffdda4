//! Small durable values, each kept under a name.
//! Must not grow with the sale: a handful of names.

use rusqlite::{Connection, OptionalExtension};

use crate::ledger::writer::{Batch, Halt};

/// A value kept under a name.
pub(super) fn get(conn: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT value FROM setting WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()
}

/// Keeps a value under a name.
pub(super) fn set(batch: &Batch<'_>, name: &str, value: &str) -> Result<(), Halt> {
    batch
        .conn
        .prepare_cached(
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute([name, value])?;
    Ok(())
}

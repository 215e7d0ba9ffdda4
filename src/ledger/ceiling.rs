//! What SQLite can do on this machine: the ledger's rows, written by bare prepared statements in batches.
//! Must not go through the writer: this is the mark that the writer is measured against.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Connection, params};

use crate::ledger::{Durability, LedgerFailure, record, schema};

/// Name of the scratch file.
const SCRATCH: &str = "ceiling.sqlite";
/// Tickets of each order.
const TICKETS: u32 = 2;

/// Writes `orders` orders of two tickets, `batch` a commit, into a scratch file in `folder` with the ledger's schema and
/// pragmas, and removes the file. Returns the time from the first insert to the last commit.
///
/// # Errors
/// When the scratch file cannot be made or written, or `batch` is 0.
pub fn ceiling_probe(
    folder: &Path,
    durability: Durability,
    orders: u32,
    batch: u32,
) -> Result<Duration, LedgerFailure> {
    if batch == 0 {
        return Err(LedgerFailure::Unusable("a batch holds at least one order".to_owned()));
    }
    let file = folder.join(SCRATCH);
    remove(&file)?;
    let took = schema::open_writer(&file, durability).and_then(|conn| Ok(write(&conn, orders, batch)?));
    remove(&file)?;
    took
}

fn write(conn: &Connection, orders: u32, batch: u32) -> rusqlite::Result<Duration> {
    let mut insert_order = conn.prepare(record::INSERT_ORDER)?;
    let mut claim_seat = conn.prepare(record::CLAIM_SEAT)?;
    let mut insert_ticket = conn.prepare(record::INSERT_TICKET)?;
    let (mut begin, mut commit) = (conn.prepare("BEGIN IMMEDIATE")?, conn.prepare("COMMIT")?);
    let started = Instant::now();
    for first in (0..orders).step_by(batch as usize) {
        begin.execute([])?;
        for i in first..orders.min(first.saturating_add(batch)) {
            let number = 1_000_000_000_000_000_000 + (i64::from(i) << 6);
            insert_order.execute(params![
                number,
                1,
                1_000_000 + i64::from(i % 50_000),
                4,
                1,
                20_000,
                false,
                1_790_000_000_000_i64,
                1_790_000_900_000_i64,
                None::<i64>,
                None::<i64>,
                None::<&str>,
                None::<&str>,
                None::<i64>
            ])?;
            for position in 0..TICKETS {
                let seat = i * TICKETS + position;
                claim_seat.execute(params![seat + 1, number])?;
                insert_ticket.execute(params![number, position, seat, 1, 500_000_000 + i64::from(seat), 10_000])?;
            }
        }
        commit.execute([])?;
    }
    Ok(started.elapsed())
}

/// The file and what SQLite keeps beside it.
fn remove(file: &Path) -> Result<(), LedgerFailure> {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(LedgerFailure::Unusable(format!("{} cannot be removed: {error}", file.display())));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_writes_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let took = ceiling_probe(folder.path(), Durability::Normal, 100, 32).unwrap();
        assert!(took > Duration::ZERO);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(ceiling_probe(folder.path(), Durability::Normal, 1, 0).is_err());
    }
}

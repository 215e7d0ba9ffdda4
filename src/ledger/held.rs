//! Since when seats are held.
//! Must not say which seats are held: the inventory does.

use rusqlite::Connection;

use crate::domain::ids::{Millis, ProgramId, SeatIx};

/// Seats of a program's unpaid orders, each with the moment at which its order was made.
pub(super) fn since(conn: &Connection, program: ProgramId) -> rusqlite::Result<Vec<(SeatIx, Millis)>> {
    let mut select = conn.prepare_cached(
        "SELECT seat, created_at FROM orders CROSS JOIN ticket USING (order_number) \
         WHERE program_id = ?1 AND status = 1",
    )?;
    let seats = select.query_map([program.as_i64()], |row| Ok((SeatIx(row.get(0)?), Millis(row.get(1)?))))?;
    seats.collect()
}

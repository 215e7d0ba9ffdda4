//! What is kept of one order number, and of one seat.
//! Must not tell a story: the rows as they are, from one instant.

use rusqlite::{Connection, OptionalExtension};

use crate::{
    domain::{
        ids::{Millis, OrderNumber, ProgramId, SeatId, UserId},
        money::Cents,
        order::Order,
    },
    ledger::{Dossier, LateRejection, Refund, rows, settle},
};

/// All that is kept under an order number.
pub(super) fn of(conn: &Connection, number: OrderNumber) -> rusqlite::Result<Dossier> {
    Ok(Dossier {
        order: rows::order_by_number(conn, number)?,
        bill: settle::bill(conn, number)?,
        refund: refund(conn, number)?,
        rejection: rejection(conn, number)?,
    })
}

/// Why an accepted order was rejected, if it was.
pub(super) fn rejection(conn: &Connection, number: OrderNumber) -> rusqlite::Result<Option<LateRejection>> {
    conn.prepare_cached("SELECT program_id, user_id, reason, rejected_at FROM rejection WHERE order_number = ?1")?
        .query_row([number.as_i64()], |row| {
            Ok(LateRejection {
                program: rows::column(row, 0, ProgramId::from_i64)?,
                user: rows::column(row, 1, UserId::from_i64)?,
                reason: rows::reason(row, 2)?,
                rejected_at: Millis(row.get(3)?),
            })
        })
        .optional()
}

/// The live order that has claimed a seat.
pub(super) fn owner(conn: &Connection, seat: SeatId) -> rusqlite::Result<Option<Order>> {
    let claim = conn
        .prepare_cached("SELECT order_number FROM seat_claim WHERE seat_id = ?1")?
        .query_row([seat.as_i64()], |row| rows::column(row, 0, OrderNumber::from_i64))
        .optional()?;
    match claim {
        Some(number) => rows::order_by_number(conn, number),
        None => Ok(None),
    }
}

fn refund(conn: &Connection, number: OrderNumber) -> rusqlite::Result<Option<Refund>> {
    conn.prepare_cached("SELECT amount_cents, refunded_at FROM refund_bill WHERE order_number = ?1")?
        .query_row([number.as_i64()], |row| Ok(Refund { amount: Cents(row.get(0)?), refunded_at: Millis(row.get(1)?) }))
        .optional()
}

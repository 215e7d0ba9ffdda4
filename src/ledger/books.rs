//! What is read of many orders at once: lists, the books an inventory is rebuilt from, the facts of an audit.
//! Must not trust one table for another: an audit's facts are read as each table stores them.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

use crate::{
    domain::{
        audit::LedgerFacts,
        hold::{Books, LiveOrder},
        ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, UserId},
        money::Cents,
        order::{Order, OrderStatus, RequestKey},
    },
    ledger::{
        OrderFilter, Sequence,
        rows::{self, ORDER_COLUMNS},
        writer::{Batch, Halt},
    },
};

/// What an inventory is rebuilt from.
pub(super) fn books(conn: &Connection, program: ProgramId) -> rusqlite::Result<Books> {
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders WHERE program_id = ?1 AND status IN (1, 3) ORDER BY 1");
    let live = rows::orders(conn, &sql, &[program.as_i64()])?.iter().map(live_order).collect();
    let mut select = conn.prepare_cached(
        "SELECT user_id, request_key, request_fingerprint, order_number FROM orders \
         WHERE program_id = ?1 AND request_key IS NOT NULL ORDER BY order_number",
    )?;
    let requests = select.query_map([program.as_i64()], request)?;
    Ok(Books { live, requests: requests.collect::<Result<_, _>>()? })
}

/// The same of all programs. Orders have no index by program, so that asking program by program would read all of them
/// each time.
pub(super) fn all_books(conn: &Connection) -> rusqlite::Result<HashMap<ProgramId, Books>> {
    let mut all: HashMap<ProgramId, Books> = HashMap::new();
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders WHERE status IN (1, 3) ORDER BY 1");
    for order in rows::orders(conn, &sql, &[])? {
        all.entry(order.program).or_default().live.push(live_order(&order));
    }
    let mut select = conn.prepare_cached(
        "SELECT user_id, request_key, request_fingerprint, order_number, program_id FROM orders \
         WHERE request_key IS NOT NULL ORDER BY order_number",
    )?;
    let mut found = select.query([])?;
    while let Some(row) = found.next()? {
        let program = rows::column(row, 4, ProgramId::from_i64)?;
        all.entry(program).or_default().requests.push(request(row)?);
    }
    Ok(all)
}

/// What the audit wants to know of a program.
pub(super) fn facts(conn: &Connection, program: ProgramId) -> rusqlite::Result<LedgerFacts> {
    let id = program.as_i64();
    let number = |row: &Row<'_>, at| rows::column(row, at, OrderNumber::from_i64);
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders WHERE program_id = ?1 ORDER BY 1");
    Ok(LedgerFacts {
        orders: rows::orders(conn, &sql, &[id])?,
        claims: claims(conn, program)?,
        prices: list(
            conn,
            "SELECT order_number, price_cents FROM orders WHERE program_id = ?1 ORDER BY 1",
            id,
            |row| Ok((number(row, 0)?, Cents(row.get(1)?))),
        )?,
        bills: list(
            conn,
            "SELECT order_number, status, amount_cents FROM bill WHERE program_id = ?1 ORDER BY 1",
            id,
            |row| Ok((number(row, 0)?, row.get(1)?, Cents(row.get(2)?))),
        )?,
        refunds: list(
            conn,
            "SELECT order_number, amount_cents FROM refund_bill WHERE program_id = ?1 ORDER BY 1",
            id,
            |row| Ok((number(row, 0)?, Cents(row.get(1)?))),
        )?,
        rejected: list(conn, "SELECT order_number FROM rejection WHERE program_id = ?1 ORDER BY 1", id, |row| {
            number(row, 0)
        })?,
    })
}

/// Unpaid orders of all programs with the end of their holds.
pub(super) fn unpaid(conn: &Connection) -> rusqlite::Result<Vec<(OrderNumber, ProgramId, Millis)>> {
    list(conn, "SELECT order_number, program_id, hold_ends_at FROM orders WHERE status = ?1 ORDER BY 1", 1, |row| {
        Ok((
            rows::column(row, 0, OrderNumber::from_i64)?,
            rows::column(row, 1, ProgramId::from_i64)?,
            Millis(row.get(2)?),
        ))
    })
}

/// An account's newest orders, newest first.
pub(super) fn orders_of(conn: &Connection, user: UserId, limit: u32) -> rusqlite::Result<Vec<Order>> {
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders WHERE user_id = ?1 ORDER BY order_number DESC LIMIT ?2");
    rows::orders(conn, &sql, &[user.as_i64(), i64::from(limit)])
}

/// Orders by filter, by number from either end.
pub(super) fn list_orders(conn: &Connection, filter: &OrderFilter) -> rusqlite::Result<Vec<Order>> {
    let (sql, values) = list_statement(filter);
    rows::orders(conn, &sql, &values)
}

/// The statement, of nothing but the text that stands here, and the values to bind.
pub(super) fn list_statement(filter: &OrderFilter) -> (String, Vec<i64>) {
    let given = [
        (" AND program_id = ?", filter.program.map(ProgramId::as_i64)),
        (" AND user_id = ?", filter.user.map(UserId::as_i64)),
        (" AND status = ?", filter.status.map(|status| i64::from(status.number()))),
        (" AND version = ?", filter.version.map(|version| i64::from(version.number()))),
        (" AND created_at >= ?", filter.made_since.map(|moment| moment.0)),
        (" AND created_at < ?", filter.made_before.map(|moment| moment.0)),
        (" AND order_number > ?", filter.after.map(OrderNumber::as_i64)),
        (" AND order_number < ?", filter.before.map(OrderNumber::as_i64)),
        (OF_CATEGORY, filter.category.map(CategoryId::as_i64)),
    ];
    let mut sql = format!("SELECT {ORDER_COLUMNS} FROM orders WHERE 1");
    let mut values = Vec::new();
    for (condition, value) in given.into_iter().filter_map(|(condition, value)| Some((condition, value?))) {
        values.push(value);
        sql.push_str(condition);
    }
    values.push(i64::from(filter.limit));
    sql.push_str(match filter.sequence {
        Sequence::OldestFirst => " ORDER BY order_number LIMIT ?",
        Sequence::NewestFirst => " ORDER BY order_number DESC LIMIT ?",
    });
    (sql, values)
}

/// Last of the conditions: it is looked up an order, when all others hold.
const OF_CATEGORY: &str =
    " AND EXISTS (SELECT 1 FROM ticket WHERE ticket.order_number = orders.order_number AND category_id = ?)";

/// Live tickets of an account in a program.
pub(super) fn live_tickets(conn: &Connection, user: UserId, program: ProgramId) -> rusqlite::Result<u32> {
    conn.prepare_cached(
        "SELECT count(*) FROM orders CROSS JOIN ticket USING (order_number) \
         WHERE user_id = ?1 AND program_id = ?2 AND status IN (1, 3)",
    )?
    .query_row([user.as_i64(), program.as_i64()], |row| row.get(0))
}

/// Removes everything that was ever sold of a program. False when there is no such program.
pub(super) fn reset(batch: &mut Batch<'_>, program: ProgramId) -> Result<bool, Halt> {
    let Some(span) = batch.span(program)? else { return Ok(false) };
    let conn = batch.conn;
    conn.execute(
        "DELETE FROM seat_claim WHERE seat_id >= ?1 AND seat_id < ?2",
        params![span.base, span.base + i64::from(span.seats)],
    )?;
    for sql in [
        "DELETE FROM ticket WHERE order_number IN (SELECT order_number FROM orders WHERE program_id = ?1)",
        "DELETE FROM name_claim WHERE program_id = ?1",
        "DELETE FROM bill WHERE program_id = ?1",
        "DELETE FROM refund_bill WHERE program_id = ?1",
        "DELETE FROM rejection WHERE program_id = ?1",
        "DELETE FROM orders WHERE program_id = ?1",
    ] {
        conn.execute(sql, [program.as_i64()])?;
    }
    Ok(true)
}

/// By seat id alone, so that a claim is seen whatever its order says.
fn claims(conn: &Connection, program: ProgramId) -> rusqlite::Result<Vec<(SeatIx, OrderNumber)>> {
    list(
        conn,
        "SELECT seat_id - seat_base, order_number FROM program CROSS JOIN seat_claim \
         ON seat_id >= seat_base AND seat_id < seat_base + seats WHERE program_id = ?1 ORDER BY seat_id",
        program.as_i64(),
        |row| Ok((SeatIx(row.get(0)?), rows::column(row, 1, OrderNumber::from_i64)?)),
    )
}

fn list<T>(
    conn: &Connection,
    sql: &str,
    value: i64,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare_cached(sql)?.query_map([value], read)?.collect()
}

/// User, key, fingerprint, order.
fn request(row: &Row<'_>) -> rusqlite::Result<(UserId, RequestKey, OrderNumber)> {
    let request = RequestKey {
        key: row.get::<_, String>(1)?.into_boxed_str(),
        fingerprint: row.get::<_, i64>(2)?.cast_unsigned(),
    };
    Ok((rows::column(row, 0, UserId::from_i64)?, request, rows::column(row, 3, OrderNumber::from_i64)?))
}

fn live_order(order: &Order) -> LiveOrder {
    LiveOrder {
        number: order.number,
        user: order.user,
        paid: order.status == OrderStatus::Paid,
        hold_ends_at: order.hold_ends_at,
        seats: order.seats(),
        ticket_users: order.tickets.iter().map(|ticket| ticket.ticket_user).collect(),
        real_name: order.real_name,
    }
}

//! Changes orders: closing, paying and refunding, each a compare-and-set on the status, so that one of them wins.
//! Must not touch an order that is not in the status that was asked for.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    domain::{
        ids::{Millis, OrderNumber},
        money::Cents,
        order::{Closing, Order, OrderStatus},
    },
    ledger::{
        Bill, BillOpened, Closed, Paid, Payment, Refunded, record, rows,
        writer::{Batch, Halt},
    },
};

/// Unpaid to cancelled: claims go, an unpaid bill is cancelled with it.
pub(super) fn close(batch: &mut Batch<'_>, number: OrderNumber, closing: Closing, now: Millis) -> Result<Closed, Halt> {
    let conn = batch.conn;
    let mut update = conn.prepare_cached(
        "UPDATE orders SET status = 2, closed_at = ?2, closing = ?3 WHERE order_number = ?1 AND status = 1",
    )?;
    if update.execute(params![number.as_i64(), now.0, closing.word()])? == 0 {
        return Ok(standing(conn, number)?.map_or(Closed::Missing, |(status, _)| Closed::Not(status)));
    }
    conn.prepare_cached("UPDATE bill SET status = 2 WHERE order_number = ?1 AND status = 1")?
        .execute([number.as_i64()])?;
    let order = changed(conn, number)?;
    if let Some(span) = batch.span(order.program)? {
        record::free_claims(conn, &order, span)?;
    }
    Ok(Closed::Now(order))
}

/// Paid to refunded, by an operator: claims go, the bill follows, the refund is put on record.
pub(super) fn refund(batch: &mut Batch<'_>, number: OrderNumber, now: Millis) -> Result<Refunded, Halt> {
    let conn = batch.conn;
    // Later than the payment whatever the clock says: money that came too late goes back in the moment in which it came,
    // and an order's life is told by that difference.
    let mut update = conn.prepare_cached(
        "UPDATE orders SET status = 4, closed_at = max(?2, ifnull(paid_at, 0) + 1), closing = ?3 \
         WHERE order_number = ?1 AND status = 3",
    )?;
    if update.execute(params![number.as_i64(), now.0, Closing::Operator.word()])? == 0 {
        return Ok(standing(conn, number)?.map_or(Refunded::Missing, |(status, _)| Refunded::Not(status)));
    }
    conn.prepare_cached("UPDATE bill SET status = 4 WHERE order_number = ?1")?.execute([number.as_i64()])?;
    let order = changed(conn, number)?;
    put_refund(conn, number, order.closed_at.unwrap_or(now))?;
    if let Some(span) = batch.span(order.program)? {
        record::free_claims(conn, &order, span)?;
    }
    Ok(Refunded::Now(order))
}

/// Opens a bill for an unpaid order; the same one again when there is one.
pub(super) fn open_bill(
    batch: &Batch<'_>,
    number: OrderNumber,
    channel: &str,
    amount: Cents,
    now: Millis,
) -> Result<BillOpened, Halt> {
    let conn = batch.conn;
    match standing(conn, number)? {
        None => return Ok(BillOpened::Missing),
        Some((OrderStatus::Unpaid, price)) if price != amount => return Ok(BillOpened::WrongAmount),
        Some((OrderStatus::Unpaid, _)) => {}
        Some((status, _)) => return Ok(BillOpened::NotUnpaid(status)),
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO bill (order_number, program_id, channel, amount_cents, status, opened_at) \
         SELECT order_number, program_id, ?2, ?3, 1, ?4 FROM orders WHERE order_number = ?1 ON CONFLICT DO NOTHING",
    )?;
    insert.execute(params![number.as_i64(), channel, amount.0, now.0])?;
    Ok(BillOpened::Open)
}

/// Takes a payment: unpaid to paid, or, when the order was closed before, to refunded.
pub(super) fn pay(batch: &Batch<'_>, payment: &Payment, now: Millis) -> Result<Paid, Halt> {
    let conn = batch.conn;
    let (status, price) = match standing(conn, payment.order)? {
        None => return Ok(Paid::Missing),
        Some((status @ (OrderStatus::Paid | OrderStatus::Refunded), _)) => return Ok(Paid::Already(status)),
        Some(found) => found,
    };
    if bill(conn, payment.order)?.is_none() {
        return Ok(Paid::NoBill);
    }
    if payment.amount != price {
        return Ok(Paid::WrongAmount);
    }
    let next = if status == OrderStatus::Unpaid { OrderStatus::Paid } else { OrderStatus::Refunded };
    let number = payment.order.as_i64();
    let mut update =
        conn.prepare_cached("UPDATE orders SET status = ?3, paid_at = ?4 WHERE order_number = ?1 AND status = ?2")?;
    update.execute(params![number, status.number(), next.number(), now.0])?;
    conn.prepare_cached("UPDATE bill SET status = ?2, trade_number = ?3, paid_at = ?4 WHERE order_number = ?1")?
        .execute(params![number, next.number(), payment.trade_number, now.0])?;
    if next == OrderStatus::Refunded {
        put_refund(conn, payment.order, now)?;
    }
    let order = changed(conn, payment.order)?;
    Ok(if next == OrderStatus::Paid { Paid::Now(order) } else { Paid::LateRefunded(order) })
}

/// The bill of an order.
pub(super) fn bill(conn: &Connection, number: OrderNumber) -> rusqlite::Result<Option<Bill>> {
    let mut select = conn.prepare_cached(
        "SELECT channel, amount_cents, status, trade_number, opened_at, paid_at FROM bill WHERE order_number = ?1",
    )?;
    select
        .query_row([number.as_i64()], |row| {
            Ok(Bill {
                channel: row.get(0)?,
                amount: Cents(row.get(1)?),
                status: row.get(2)?,
                trade_number: row.get(3)?,
                opened_at: Millis(row.get(4)?),
                paid_at: row.get::<_, Option<i64>>(5)?.map(Millis),
            })
        })
        .optional()
}

/// The whole price goes back.
fn put_refund(conn: &Connection, number: OrderNumber, at: Millis) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO refund_bill (order_number, program_id, amount_cents, refunded_at) \
         SELECT order_number, program_id, price_cents, ?2 FROM orders WHERE order_number = ?1",
    )?
    .execute([number.as_i64(), at.0])?;
    Ok(())
}

/// Status and stored price.
fn standing(conn: &Connection, number: OrderNumber) -> rusqlite::Result<Option<(OrderStatus, Cents)>> {
    let mut select = conn.prepare_cached("SELECT status, price_cents FROM orders WHERE order_number = ?1")?;
    select.query_row([number.as_i64()], |row| Ok((rows::column(row, 0, rows::status)?, Cents(row.get(1)?)))).optional()
}

fn changed(conn: &Connection, number: OrderNumber) -> rusqlite::Result<Box<Order>> {
    rows::order_by_number(conn, number)?.map(Box::new).ok_or(rusqlite::Error::QueryReturnedNoRows)
}

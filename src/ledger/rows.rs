//! Rows to domain values, and back.
//! Must not guess: a stored value that cannot be is an error of the file, never a default.

use rusqlite::{Connection, Row};

use crate::domain::{
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    money::Cents,
    order::{Closing, Order, OrderStatus, OrderVersion, RequestKey, Ticket},
    rejection::Rejection,
};

/// What [`orders`] expects after `SELECT`.
pub(super) const ORDER_COLUMNS: &str = "order_number, program_id, user_id, version, status, real_name, created_at, \
     hold_ends_at, paid_at, closed_at, closing, request_key, request_fingerprint";

/// Reads a column through a constructor that may refuse.
pub(super) fn column<T>(row: &Row<'_>, at: usize, read: impl FnOnce(i64) -> Option<T>) -> rusqlite::Result<T> {
    let value = row.get(at)?;
    read(value).ok_or(rusqlite::Error::IntegralValueOutOfRange(at, value))
}

/// A status number.
pub(super) fn status(value: i64) -> Option<OrderStatus> {
    u8::try_from(value).ok().and_then(OrderStatus::from_number)
}

/// A rejection's word.
pub(super) fn reason(row: &Row<'_>, at: usize) -> rusqlite::Result<Rejection> {
    word(row, at, Rejection::from_word)
}

/// Orders with their tickets, from a query on `orders` that selects [`ORDER_COLUMNS`].
pub(super) fn orders(conn: &Connection, sql: &str, values: &[i64]) -> rusqlite::Result<Vec<Order>> {
    let mut select = conn.prepare_cached(sql)?;
    let mut found = Vec::new();
    let mut rows = select.query(rusqlite::params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        found.push(order(row)?);
    }
    let mut tickets = conn.prepare_cached(
        "SELECT seat, category_id, ticket_user_id, price_cents FROM ticket WHERE order_number = ?1 ORDER BY position",
    )?;
    for order in &mut found {
        let rows = tickets.query_map([order.number.as_i64()], ticket)?;
        order.tickets = rows.collect::<Result<_, _>>()?;
    }
    Ok(found)
}

/// One order by number.
pub(super) fn order_by_number(conn: &Connection, number: OrderNumber) -> rusqlite::Result<Option<Order>> {
    const SQL: &str = "SELECT order_number, program_id, user_id, version, status, real_name, created_at, \
         hold_ends_at, paid_at, closed_at, closing, request_key, request_fingerprint FROM orders WHERE order_number = ?1";
    Ok(orders(conn, SQL, &[number.as_i64()])?.pop())
}

fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    let key: Option<String> = row.get(11)?;
    let fingerprint: Option<i64> = row.get(12)?;
    let closing = row.get_ref(10)?.as_str_or_null()?.is_some().then(|| word(row, 10, Closing::from_word));
    Ok(Order {
        number: column(row, 0, OrderNumber::from_i64)?,
        program: column(row, 1, ProgramId::from_i64)?,
        user: column(row, 2, UserId::from_i64)?,
        version: column(row, 3, |v| u8::try_from(v).ok().and_then(OrderVersion::from_number))?,
        status: column(row, 4, status)?,
        tickets: Vec::new(),
        request: key.map(|key| RequestKey {
            key: key.into_boxed_str(),
            fingerprint: fingerprint.unwrap_or_default().cast_unsigned(),
        }),
        real_name: row.get(5)?,
        created_at: Millis(row.get(6)?),
        hold_ends_at: Millis(row.get(7)?),
        paid_at: row.get::<_, Option<i64>>(8)?.map(Millis),
        closed_at: row.get::<_, Option<i64>>(9)?.map(Millis),
        closing: closing.transpose()?,
    })
}

fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        seat: SeatIx(row.get(0)?),
        category: column(row, 1, CategoryId::from_i64)?,
        ticket_user: column(row, 2, TicketUserId::from_i64)?,
        price: Cents(row.get(3)?),
    })
}

fn word<T>(row: &Row<'_>, at: usize, read: impl FnOnce(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text = row.get_ref(at)?.as_str()?;
    read(text).ok_or_else(|| {
        let refused = format!("{text:?} is not one of ours").into();
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, refused)
    })
}

//! Writes orders: seats, names and idempotency keys are claimed by compare-and-set in the order's own transaction.
//! Must not leave anything of an order that it refuses; its neighbours in the transaction are not touched.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::{
    domain::{
        ids::{Millis, OrderNumber, ProgramId, UserId},
        order::Order,
        rejection::Rejection,
    },
    ledger::{
        Recorded, rows,
        writer::{Batch, Halt, SeatSpan},
    },
};

/// Not written when the number was rejected before, when it exists, or when the key belongs to another order.
pub(super) const INSERT_ORDER: &str = "INSERT INTO orders (order_number, program_id, user_id, version, status, \
     price_cents, real_name, created_at, hold_ends_at, paid_at, closed_at, closing, request_key, request_fingerprint) \
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 \
     WHERE NOT EXISTS (SELECT 1 FROM rejection WHERE order_number = ?1) ON CONFLICT DO NOTHING";
pub(super) const CLAIM_SEAT: &str =
    "INSERT INTO seat_claim (seat_id, order_number) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
pub(super) const INSERT_TICKET: &str = "INSERT INTO ticket (order_number, position, seat, category_id, \
     ticket_user_id, price_cents) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const CLAIM_NAME: &str = "INSERT INTO name_claim (program_id, ticket_user_id, order_number) VALUES (?1, ?2, ?3) \
     ON CONFLICT DO NOTHING";
const FREE_SEAT: &str = "DELETE FROM seat_claim WHERE seat_id = ?1 AND order_number = ?2";
const FREE_NAME: &str = "DELETE FROM name_claim WHERE program_id = ?1 AND ticket_user_id = ?2 AND order_number = ?3";

/// Writes orders; each succeeds or fails alone.
pub(super) fn record(batch: &mut Batch<'_>, orders: &[Order]) -> Result<Vec<Recorded>, Halt> {
    let spans = orders.iter().map(|order| span_of(batch, order)).collect::<Result<Vec<_>, _>>()?;
    let mut recorder = Recorder::new(batch.conn)?;
    let outcomes = orders.iter().zip(spans).map(|(order, span)| recorder.record(order, span));
    Ok(outcomes.collect::<Result<_, _>>()?)
}

/// Writes one order.
pub(super) fn record_one(batch: &mut Batch<'_>, order: &Order) -> Result<Recorded, Halt> {
    let span = span_of(batch, order)?;
    Ok(Recorder::new(batch.conn)?.record(order, span)?)
}

/// Puts a rejection on record, unless the order exists.
pub(super) fn reject(
    batch: &Batch<'_>,
    number: OrderNumber,
    (program, user): (ProgramId, UserId),
    reason: Rejection,
    now: Millis,
) -> Result<(), Halt> {
    let mut insert = batch.conn.prepare_cached(
        "INSERT INTO rejection (order_number, program_id, user_id, reason, rejected_at) SELECT ?1, ?2, ?3, ?4, ?5 \
         WHERE NOT EXISTS (SELECT 1 FROM orders WHERE order_number = ?1) ON CONFLICT DO NOTHING",
    )?;
    insert.execute(params![number.as_i64(), program.as_i64(), user.as_i64(), reason.word(), now.0])?;
    Ok(())
}

/// Gives back the seats and names that an order has claimed.
pub(super) fn free_claims(conn: &Connection, order: &Order, span: SeatSpan) -> rusqlite::Result<()> {
    let number = order.number.as_i64();
    let mut free_seat = conn.prepare_cached(FREE_SEAT)?;
    for ticket in &order.tickets {
        free_seat.execute([span.base + i64::from(ticket.seat.0), number])?;
    }
    if order.real_name {
        let mut free_name = conn.prepare_cached(FREE_NAME)?;
        for ticket in &order.tickets {
            free_name.execute([order.program.as_i64(), ticket.ticket_user.as_i64(), number])?;
        }
    }
    Ok(())
}

/// Before anything is written: an order of an unknown program, or with a seat outside its hall, would claim the seats
/// of another program.
fn span_of(batch: &mut Batch<'_>, order: &Order) -> Result<SeatSpan, Halt> {
    let Some(span) = batch.span(order.program)? else {
        let text = format!("order {} is for program {}, which the ledger does not have", order.number, order.program);
        return Err(Halt::unusable(text));
    };
    match order.tickets.iter().find(|ticket| ticket.seat.0 >= span.seats) {
        None => Ok(span),
        Some(ticket) => Err(Halt::unusable(format!(
            "order {} wants the seat at position {}, but program {} has {} seats",
            order.number, ticket.seat.0, order.program, span.seats
        ))),
    }
}

/// The statements of the hot path, taken from the cache once a job.
struct Recorder<'c> {
    conn: &'c Connection,
    insert_order: CachedStatement<'c>,
    claim_seat: CachedStatement<'c>,
    claim_name: CachedStatement<'c>,
    insert_ticket: CachedStatement<'c>,
}

impl<'c> Recorder<'c> {
    fn new(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            conn,
            insert_order: conn.prepare_cached(INSERT_ORDER)?,
            claim_seat: conn.prepare_cached(CLAIM_SEAT)?,
            claim_name: conn.prepare_cached(CLAIM_NAME)?,
            insert_ticket: conn.prepare_cached(INSERT_TICKET)?,
        })
    }

    fn record(&mut self, order: &Order, span: SeatSpan) -> rusqlite::Result<Recorded> {
        if !self.insert_order(order)? {
            return self.why_not_inserted(order);
        }
        if order.status.is_live()
            && let Some(refused) = self.claim(order, span)?
        {
            free_claims(self.conn, order, span)?;
            self.conn.prepare_cached("DELETE FROM orders WHERE order_number = ?1")?.execute([order.number.as_i64()])?;
            return Ok(refused);
        }
        for (position, ticket) in (0i64..).zip(&order.tickets) {
            self.insert_ticket.execute(params![
                order.number.as_i64(),
                position,
                ticket.seat.0,
                ticket.category.as_i64(),
                ticket.ticket_user.as_i64(),
                ticket.price.0
            ])?;
        }
        Ok(Recorded::Created)
    }

    fn insert_order(&mut self, order: &Order) -> rusqlite::Result<bool> {
        let changed = self.insert_order.execute(params![
            order.number.as_i64(),
            order.program.as_i64(),
            order.user.as_i64(),
            order.version.number(),
            order.status.number(),
            order.price().0,
            order.real_name,
            order.created_at.0,
            order.hold_ends_at.0,
            order.paid_at.map(|at| at.0),
            order.closed_at.map(|at| at.0),
            order.closing.map(|closing| closing.word()),
            order.request.as_ref().map(|request| &*request.key),
            order.request.as_ref().map(|request| request.fingerprint.cast_signed()),
        ])?;
        Ok(changed == 1)
    }

    /// Claims seats, then names; what stopped it, if anything did.
    fn claim(&mut self, order: &Order, span: SeatSpan) -> rusqlite::Result<Option<Recorded>> {
        let number = order.number.as_i64();
        for ticket in &order.tickets {
            if self.claim_seat.execute([span.base + i64::from(ticket.seat.0), number])? == 0 {
                return Ok(Some(Recorded::SeatClaimed(ticket.seat)));
            }
        }
        if order.real_name {
            for ticket in &order.tickets {
                if self.claim_name.execute([order.program.as_i64(), ticket.ticket_user.as_i64(), number])? == 0 {
                    return Ok(Some(Recorded::NameTaken(ticket.ticket_user)));
                }
            }
        }
        Ok(None)
    }

    fn why_not_inserted(&self, order: &Order) -> rusqlite::Result<Recorded> {
        let number = order.number.as_i64();
        let mut exists = self.conn.prepare_cached("SELECT 1 FROM orders WHERE order_number = ?1")?;
        if exists.exists([number])? {
            return Ok(Recorded::Already);
        }
        let mut rejected = self.conn.prepare_cached("SELECT reason FROM rejection WHERE order_number = ?1")?;
        if let Some(reason) = rejected.query_row([number], |row| rows::reason(row, 0)).optional()? {
            return Ok(Recorded::WasRejected(reason));
        }
        let key = order.request.as_ref().map(|request| &*request.key);
        let mut owner =
            self.conn.prepare_cached("SELECT order_number FROM orders WHERE user_id = ?1 AND request_key = ?2")?;
        owner.query_row(params![order.user.as_i64(), key], |row| {
            Ok(Recorded::KeyTaken(rows::column(row, 0, OrderNumber::from_i64)?))
        })
    }
}

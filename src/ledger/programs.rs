//! Programs with their halls. A hall is kept as rows of seats, so that a million seats are a few thousand SQLite rows.
//! Must not give a range of seat ids twice.

use std::collections::HashSet;

use rusqlite::{Connection, Row as SqlRow, params};

use crate::{
    domain::{
        ids::{CategoryId, Millis, ProgramId, SeatIx},
        money::Cents,
        program::{CategoryHall, Hall, Program, Row, RowLabels, SaleWindow},
    },
    ledger::{
        accounts::take_ids,
        rows::column,
        writer::{Batch, Halt},
    },
};

/// Adds programs, all or none, and gives each hall its seat base.
pub(super) fn add(batch: &mut Batch<'_>, mut programs: Vec<Program>) -> Result<Vec<Program>, Halt> {
    let mut seen = HashSet::new();
    for program in &programs {
        if batch.span(program.id)?.is_some() {
            return Err(Halt::unusable(format!("program {} exists already: choose another id", program.id)));
        }
        if !seen.insert(program.id) {
            return Err(Halt::unusable(format!("program {} is given twice", program.id)));
        }
        check_categories(program)?;
    }
    for program in &mut programs {
        program.hall.seat_base = take_ids(batch.conn, "seat", u64::from(program.hall.seats()))?;
        insert(batch.conn, program)?;
    }
    Ok(programs)
}

/// Changes the sale window. False when there is no such program.
pub(super) fn set_sale(batch: &Batch<'_>, program: ProgramId, sale: SaleWindow) -> Result<bool, Halt> {
    let mut update = batch
        .conn
        .prepare_cached("UPDATE program SET sale_closed = ?2, opens_at = ?3, closes_at = ?4 WHERE program_id = ?1")?;
    let (opens, closes) = (sale.opens_at.map(|at| at.0), sale.closes_at.map(|at| at.0));
    Ok(update.execute(params![program.as_i64(), sale.closed, opens, closes])? == 1)
}

/// All programs, by id.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<Program>> {
    let mut select = conn.prepare_cached(
        "SELECT program_id, title, actor, place, area, category, show_time, permit_choose_seat, real_name, \
         per_order_limit, per_account_limit, sale_closed, opens_at, closes_at, seat_base FROM program ORDER BY 1",
    )?;
    let mut programs = select.query_map([], program)?.collect::<Result<Vec<_>, _>>()?;
    for program in &mut programs {
        program.hall.categories = categories(conn, program.id)?;
    }
    Ok(programs)
}

fn check_categories(program: &Program) -> Result<(), Halt> {
    let mut seen = HashSet::new();
    match program.hall.categories.iter().find(|category| !seen.insert(category.id)) {
        None => Ok(()),
        Some(twice) => {
            Err(Halt::unusable(format!("program {} has two categories with the id {}", program.id, twice.id)))
        }
    }
}

fn insert(conn: &Connection, program: &Program) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO program (program_id, title, actor, place, area, category, show_time, permit_choose_seat, \
         real_name, per_order_limit, per_account_limit, sale_closed, opens_at, closes_at, seat_base, seats) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        program.id.as_i64(),
        program.title,
        program.actor,
        program.place,
        program.area,
        program.category,
        program.show_time,
        program.permit_choose_seat,
        program.real_name,
        program.per_order_limit,
        program.per_account_limit,
        program.sale.closed,
        program.sale.opens_at.map(|at| at.0),
        program.sale.closes_at.map(|at| at.0),
        program.hall.seat_base.cast_signed(),
        program.hall.seats(),
    ])?;
    for (position, category) in (0i64..).zip(&program.hall.categories) {
        insert_category(conn, program.id, position, category)?;
    }
    Ok(())
}

fn insert_category(
    conn: &Connection,
    program: ProgramId,
    position: i64,
    category: &CategoryHall,
) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO category VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        program.as_i64(),
        position,
        category.id.as_i64(),
        category.name,
        category.price.0,
        category.first_seat.0,
        category.seats
    ])?;
    let mut insert_row = conn.prepare_cached("INSERT INTO seat_row VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    for (at, row) in (0i64..).zip(&category.rows) {
        insert_row.execute(params![
            program.as_i64(),
            position,
            at,
            row.row_code,
            row.first_col,
            row.len,
            row.first_seat.0,
            row.labels.as_deref().map(labels_text)
        ])?;
    }
    Ok(())
}

fn program(row: &SqlRow<'_>) -> rusqlite::Result<Program> {
    Ok(Program {
        id: column(row, 0, ProgramId::from_i64)?,
        title: row.get(1)?,
        actor: row.get(2)?,
        place: row.get(3)?,
        area: row.get(4)?,
        category: row.get(5)?,
        show_time: row.get(6)?,
        permit_choose_seat: row.get(7)?,
        real_name: row.get(8)?,
        per_order_limit: row.get(9)?,
        per_account_limit: row.get(10)?,
        sale: SaleWindow {
            closed: row.get(11)?,
            opens_at: row.get::<_, Option<i64>>(12)?.map(Millis),
            closes_at: row.get::<_, Option<i64>>(13)?.map(Millis),
        },
        hall: Hall { seat_base: column(row, 14, |base| u64::try_from(base).ok())?, categories: Vec::new() },
    })
}

fn categories(conn: &Connection, program: ProgramId) -> rusqlite::Result<Vec<CategoryHall>> {
    let mut select = conn.prepare_cached(
        "SELECT position, category_id, name, price_cents, first_seat, seats FROM category \
         WHERE program_id = ?1 ORDER BY position",
    )?;
    let mut select_rows = conn.prepare_cached(
        "SELECT row_code, first_col, len, first_seat, labels FROM seat_row \
         WHERE program_id = ?1 AND category_position = ?2 ORDER BY position",
    )?;
    let mut found = Vec::new();
    let mut rows = select.query([program.as_i64()])?;
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        found.push(CategoryHall {
            id: column(row, 1, CategoryId::from_i64)?,
            name: row.get(2)?,
            price: Cents(row.get(3)?),
            first_seat: SeatIx(row.get(4)?),
            seats: row.get(5)?,
            rows: select_rows.query_map([program.as_i64(), position], seat_row)?.collect::<Result<_, _>>()?,
        });
    }
    Ok(found)
}

fn seat_row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let labels: Option<String> = row.get(4)?;
    Ok(Row {
        row_code: row.get(0)?,
        first_col: row.get(1)?,
        len: row.get(2)?,
        first_seat: SeatIx(row.get(3)?),
        labels: labels.map(|text| labels_from(&text)).transpose()?.map(Box::new),
    })
}

/// The row's name, then its seats' names, as a JSON array.
fn labels_text(labels: &RowLabels) -> String {
    serde_json::json!([labels.row, labels.seats]).to_string()
}

fn labels_from(text: &str) -> rusqlite::Result<RowLabels> {
    serde_json::from_str(text)
        .map(|(row, seats)| RowLabels { row, seats })
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error)))
}

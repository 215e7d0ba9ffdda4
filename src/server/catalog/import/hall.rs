//! From rows as a file has them to a hall: sorted, joined, numbered densely, and every seat once.
//! Must not guess: what does not fit is refused.

use std::collections::HashSet;

use crate::domain::{
    ids::{CategoryId, ProgramId, SeatIx},
    program::{CategoryHall, HALL_SEATS_MAX, Hall, Program, ROW_SEATS_MAX, Row, RowLabels},
};

use super::{
    ImportError,
    draft::{Draft, DraftCategory, DraftRow, check_text},
};

/// Most categories of one program.
const CATEGORIES_MAX: usize = 1_000;
/// Largest row or column number.
pub const CODE_MAX: u32 = 1_000_000_000;
/// The ledger gives each hall its base; until then it is this one.
const PROVISIONAL_SEAT_BASE: u64 = 1;

/// A program from its draft.
///
/// # Errors
/// The first mistake.
pub fn build(draft: Draft) -> Result<Program, ImportError> {
    draft.check()?;
    check_categories(&draft)?;
    check_overlap(&draft)?;
    let hall = Hall { seat_base: PROVISIONAL_SEAT_BASE, categories: number(&draft)? };
    Ok(Program {
        id: ProgramId::new(draft.id).expect("the draft was checked: its id is between 1 and 2^53"),
        title: draft.title,
        actor: draft.actor,
        place: draft.place,
        area: draft.area,
        category: draft.kind,
        show_time: draft.show_time,
        permit_choose_seat: draft.permit_choose_seat,
        real_name: draft.real_name,
        per_order_limit: draft.per_order_limit,
        per_account_limit: draft.per_account_limit,
        sale: draft.sale,
        hall,
    })
}

fn check_categories(draft: &Draft) -> Result<(), ImportError> {
    let wrong = |reason: String| Err(ImportError::new(&draft.at, reason));
    if draft.categories.is_empty() {
        return wrong("there is no ticket category in it".to_owned());
    }
    if draft.categories.len() > CATEGORIES_MAX {
        return wrong(format!("it has more than {CATEGORIES_MAX} ticket categories"));
    }
    let (mut ids, mut seats) = (HashSet::new(), 0);
    for (at, category) in draft.categories.iter().enumerate() {
        let place = draft.at_category(at);
        if CategoryId::new(category.id).is_none() {
            return Err(ImportError::new(place, format!("the id {} is not between 1 and 2^63 - 1", category.id)));
        }
        if !ids.insert(category.id) {
            return Err(ImportError::new(
                place,
                format!("the category id {} stands twice in the program", category.id),
            ));
        }
        if category.name.trim().is_empty() {
            return Err(ImportError::new(place, "the name is empty"));
        }
        check_text(&place, "name", &category.name)?;
        seats += check_rows(&place, category)?;
    }
    match seats {
        0 => wrong("there is no seat in it".to_owned()),
        _ if seats > u64::from(HALL_SEATS_MAX) => {
            wrong(format!("it has {seats} seats, and a program may have {HALL_SEATS_MAX}"))
        }
        _ => Ok(()),
    }
}

/// How many seats the category has.
fn check_rows(place: &str, category: &DraftCategory) -> Result<u64, ImportError> {
    let mut seats = 0;
    for DraftRow { row, first_col, last_col, .. } in &category.rows {
        let wrong = |reason: String| Err(ImportError::new(format!("{place}, row {row}"), reason));
        if *row == 0 || *first_col == 0 || *row > CODE_MAX || *last_col > CODE_MAX {
            return wrong(format!("rows and columns are numbered from 1 to {CODE_MAX}"));
        }
        if last_col < first_col {
            return wrong(format!("the last column {last_col} is before the first column {first_col}"));
        }
        if last_col - first_col >= ROW_SEATS_MAX {
            return wrong(format!("a row has at most {ROW_SEATS_MAX} seats side by side"));
        }
        seats += u64::from(last_col - first_col + 1);
    }
    match category.total {
        Some(total) if total != seats => {
            Err(ImportError::new(place, format!("total_number is {total}, and its rows have {seats} seats")))
        }
        _ => Ok(seats),
    }
}

/// A seat (row, column) may stand once in a program, over all its categories.
fn check_overlap(draft: &Draft) -> Result<(), ImportError> {
    let mut runs: Vec<(u32, u32, u32, usize)> = Vec::new();
    for (at, category) in draft.categories.iter().enumerate() {
        runs.extend(category.rows.iter().map(|r| (r.row, r.first_col, r.last_col, at)));
    }
    runs.sort_unstable();
    for pair in runs.windows(2) {
        let ((row, _, last, one), (next_row, first, _, other)) = (pair[0], pair[1]);
        if row == next_row && first <= last {
            let at = draft.at_category(one.max(other));
            let reason = format!("column {first} stands twice: here and in category {}", one.min(other) + 1);
            return Err(ImportError::new(format!("{at}, row {row}"), reason));
        }
    }
    Ok(())
}

/// Rows by number, then column; neighbours joined; seats numbered from 0.
fn number(draft: &Draft) -> Result<Vec<CategoryHall>, ImportError> {
    let mut next = 0;
    let mut halls = Vec::with_capacity(draft.categories.len());
    for (at, category) in draft.categories.iter().enumerate() {
        let first_seat = SeatIx(next);
        let mut rows: Vec<Row> = Vec::new();
        for run in joined(&category.rows) {
            let len = run.last_col - run.first_col + 1;
            if len > ROW_SEATS_MAX {
                let place = format!("{}, row {}", draft.at_category(at), run.row);
                return Err(ImportError::new(place, format!("a row has at most {ROW_SEATS_MAX} seats side by side")));
            }
            let DraftRow { row: row_code, first_col, labels, .. } = run;
            rows.push(Row { row_code, first_col, len, first_seat: SeatIx(next), labels });
            next += len;
        }
        halls.push(CategoryHall {
            id: CategoryId::new(category.id).expect("the draft was checked: its category ids are ids"),
            name: category.name.clone(),
            price: category.price,
            first_seat,
            seats: next - first_seat.0,
            rows,
        });
    }
    Ok(halls)
}

fn joined(rows: &[DraftRow]) -> Vec<DraftRow> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| (row.row, row.first_col));
    let mut runs: Vec<DraftRow> = Vec::with_capacity(rows.len());
    for row in rows {
        match runs.last_mut() {
            Some(last) if last.row == row.row && last.last_col + 1 == row.first_col => {
                last.last_col = row.last_col;
                last.labels = joined_labels(last.labels.take(), row.labels);
            }
            _ => runs.push(row),
        }
    }
    runs
}

fn joined_labels(one: Option<Box<RowLabels>>, other: Option<Box<RowLabels>>) -> Option<Box<RowLabels>> {
    let (mut one, other) = (one?, other?);
    one.seats.extend(other.seats);
    Some(one)
}

//! Our own format, as TOML or JSON, described in `docs/IMPORT.md`.
//! Must not accept a key that it does not know.

use serde::Deserialize;

use crate::domain::{
    ids::Millis,
    money::Cents,
    program::{HALL_SEATS_MAX, SaleWindow},
};

use super::{
    FILE_SEATS_MAX, ImportError,
    draft::{Draft, DraftCategory, DraftRow, shown},
    hall::CODE_MAX,
    parse_json, parse_toml,
};

/// The version of the format that is read.
pub const VERSION: u32 = 1;
/// Limits where the file gives none, as in the original.
const LIMIT_DEFAULT: u32 = 6;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tpp: u32,
    #[serde(default)]
    program: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: u64,
    title: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    show_time: String,
    #[serde(default = "yes")]
    permit_choose_seat: bool,
    #[serde(default)]
    real_name: bool,
    #[serde(default = "limit_default")]
    per_order_limit: u32,
    #[serde(default = "limit_default")]
    per_account_limit: u32,
    #[serde(default)]
    sale: WrittenSale,
    #[serde(default)]
    category: Vec<WrittenCategory>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenSale {
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    opens_at_ms: Option<i64>,
    #[serde(default)]
    closes_at_ms: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCategory {
    #[serde(default)]
    id: Option<u64>,
    name: String,
    price: Price,
    /// Row, first column, last column.
    #[serde(default)]
    rows: Option<Vec<(u32, u32, u32)>>,
    #[serde(default)]
    generate: Option<Generate>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a price is a whole number, or a text such as \"488.50\"")]
enum Price {
    Whole(u32),
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    rows: u32,
    seats_per_row: u32,
    #[serde(default)]
    first_row: Option<u32>,
}

const fn yes() -> bool {
    true
}

const fn limit_default() -> u32 {
    LIMIT_DEFAULT
}

/// Reads a file.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str) -> Result<Vec<Draft>, ImportError> {
    let file: File = if text.trim_start().starts_with('{') { parse_json(text)? } else { parse_toml(text)? };
    if file.tpp != VERSION {
        let reason = format!("this is version {} of the format, and only version {VERSION} is read", file.tpp);
        return Err(ImportError::new("tpp", reason));
    }
    let mut seats = 0;
    let mut drafts = Vec::with_capacity(file.program.len());
    for (at, written) in file.program.into_iter().enumerate() {
        drafts.push(draft(format!("program {} (id {})", at + 1, written.id), written, &mut seats)?);
    }
    Ok(drafts)
}

fn draft(at: String, written: Written, seats: &mut u64) -> Result<Draft, ImportError> {
    let (mut categories, mut next_row) = (Vec::with_capacity(written.category.len()), 1);
    for (index, category) in written.category.into_iter().enumerate() {
        let place = format!("{at}, category {} ({})", index + 1, shown(&category.name));
        let rows = rows(&place, category.rows, category.generate, next_row)?;
        next_row = rows.iter().map(|row| row.row.saturating_add(1)).fold(next_row, u32::max);
        *seats += rows.iter().map(|row| u64::from(row.last_col.saturating_sub(row.first_col)) + 1).sum::<u64>();
        if *seats > FILE_SEATS_MAX {
            return Err(ImportError::new(place, format!("the file has more than {FILE_SEATS_MAX} seats")));
        }
        let price = match category.price {
            Price::Whole(units) => units.to_string(),
            Price::Text(text) => text,
        };
        let price: Cents = price.parse().map_err(|error| ImportError::new(&place, format!("the price is {error}")))?;
        let id = category.id.unwrap_or(index as u64 + 1);
        categories.push(DraftCategory { id, name: category.name, price, total: None, rows });
    }
    Ok(Draft {
        at,
        id: written.id,
        title: written.title,
        actor: written.actor,
        place: written.place,
        area: written.area,
        kind: written.kind,
        show_time: written.show_time,
        permit_choose_seat: written.permit_choose_seat,
        real_name: written.real_name,
        per_order_limit: written.per_order_limit,
        per_account_limit: written.per_account_limit,
        sale: SaleWindow {
            closed: written.sale.closed,
            opens_at: written.sale.opens_at_ms.map(Millis),
            closes_at: written.sale.closes_at_ms.map(Millis),
        },
        categories,
    })
}

fn rows(
    place: &str,
    rows: Option<Vec<(u32, u32, u32)>>,
    generate: Option<Generate>,
    next_row: u32,
) -> Result<Vec<DraftRow>, ImportError> {
    let row = |(row, first_col, last_col)| DraftRow { row, first_col, last_col, labels: None };
    match (rows, generate) {
        (Some(rows), None) => Ok(rows.into_iter().map(row).collect()),
        (None, Some(Generate { rows, seats_per_row, first_row })) => {
            let first = first_row.unwrap_or(next_row);
            if rows == 0 || seats_per_row == 0 {
                return Err(ImportError::new(place, "generate needs at least one row with one seat"));
            }
            if u64::from(rows) * u64::from(seats_per_row) > u64::from(HALL_SEATS_MAX) || first > CODE_MAX {
                return Err(ImportError::new(place, format!("generate makes more than {HALL_SEATS_MAX} seats")));
            }
            Ok((first..first + rows).map(|number| row((number, 1, seats_per_row))).collect())
        }
        (Some(_), Some(_)) => Err(ImportError::new(place, "give rows or generate, not both")),
        (None, None) => Err(ImportError::new(place, "give its seats: rows or generate")),
    }
}

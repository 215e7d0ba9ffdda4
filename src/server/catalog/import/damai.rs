//! The programme list of the original: `{"programs": [{id, title, …, ticket_categories: [{…, seat_rows}]}]}`.
//! Must not close a sale because its show is over: a rehearsal plays old shows.

use serde::Deserialize;

use crate::domain::{money::Cents, program::SaleWindow};

use super::{
    FILE_SEATS_MAX, ImportError,
    draft::{Draft, DraftCategory, DraftRow, shown},
    parse_json,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "note")]
    _note: Option<String>,
    programs: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    id: u64,
    title: String,
    #[serde(default)]
    actor: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    category: String,
    #[serde(default, rename = "subcategory")]
    _subcategory: Option<String>,
    show_time: String,
    per_order_limit: u32,
    per_account_limit: u32,
    permit_choose_seat: bool,
    #[serde(default, rename = "permit_refund")]
    _permit_refund: Option<u8>,
    #[serde(default, rename = "high_heat")]
    _high_heat: Option<bool>,
    ticket_categories: Vec<ListedCategory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedCategory {
    id: u64,
    introduce: String,
    price_yuan: String,
    total_number: u64,
    /// Row, first column, last column.
    seat_rows: Vec<(u32, u32, u32)>,
}

/// Reads the list.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str) -> Result<Vec<Draft>, ImportError> {
    let file: File = parse_json(text)?;
    let mut seats = 0;
    let mut drafts = Vec::with_capacity(file.programs.len());
    for (at, listed) in file.programs.into_iter().enumerate() {
        let draft = draft(format!("program {} (id {})", at + 1, listed.id), listed)?;
        let rows = draft.categories.iter().flat_map(|category| &category.rows);
        seats += rows.map(|row| u64::from(row.last_col.saturating_sub(row.first_col)) + 1).sum::<u64>();
        if seats > FILE_SEATS_MAX {
            return Err(ImportError::new(draft.at, format!("the file has more than {FILE_SEATS_MAX} seats")));
        }
        drafts.push(draft);
    }
    Ok(drafts)
}

fn draft(at: String, listed: Listed) -> Result<Draft, ImportError> {
    let mut categories = Vec::with_capacity(listed.ticket_categories.len());
    for (index, category) in listed.ticket_categories.into_iter().enumerate() {
        let price: Cents = category.price_yuan.parse().map_err(|error| {
            let place = format!("{at}, category {} ({})", index + 1, shown(&category.introduce));
            ImportError::new(place, format!("the price is {error}"))
        })?;
        let rows = category.seat_rows.into_iter();
        categories.push(DraftCategory {
            id: category.id,
            name: category.introduce,
            price,
            total: Some(category.total_number),
            rows: rows.map(|(row, first_col, last_col)| DraftRow { row, first_col, last_col, labels: None }).collect(),
        });
    }
    Ok(Draft {
        at,
        id: listed.id,
        title: listed.title,
        actor: listed.actor,
        place: listed.place,
        area: listed.area,
        kind: listed.category,
        show_time: listed.show_time,
        permit_choose_seat: listed.permit_choose_seat,
        real_name: false,
        per_order_limit: listed.per_order_limit,
        per_account_limit: listed.per_account_limit,
        sale: SaleWindow::default(),
        categories,
    })
}

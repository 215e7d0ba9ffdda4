//! A seating plan in the public JSON format of pretix: `{name, categories, zones: [{rows: [{seats}]}]}`.
//! Must not sell an area: only seats with a number are sold, and what only draws is passed over.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::domain::{
    money::Cents,
    program::{RowLabels, SaleWindow},
};

use super::{
    ImportError, Overrides,
    draft::{Draft, DraftCategory, DraftRow, check_text, shown},
    parse_json,
};

/// Limits of a plan's program where none are said beside it, as in the original.
const LIMIT_DEFAULT: u32 = 6;

/// Keys that only draw (positions, colours, sizes, areas) are not named here and so passed over.
#[derive(Deserialize)]
struct Plan {
    name: String,
    categories: Vec<PlanCategory>,
    zones: Vec<Zone>,
}

#[derive(Deserialize)]
struct PlanCategory {
    name: String,
}

#[derive(Deserialize)]
struct Zone {
    #[serde(default)]
    name: Option<String>,
    rows: Vec<PlanRow>,
}

#[derive(Deserialize)]
struct PlanRow {
    row_number: String,
    seats: Vec<PlanSeat>,
}

#[derive(Deserialize)]
struct PlanSeat {
    seat_guid: String,
    seat_number: String,
    category: String,
}

/// Reads a plan. Its rows are numbered from 1 in the file's order over all zones, its seats from 1 in the row's order;
/// seats are side by side when they follow one another in a row with the same category.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str, over: &Overrides) -> Result<Draft, ImportError> {
    let plan: Plan = parse_json(text)?;
    let mut categories = categories(&plan, over)?;
    let places: HashMap<String, usize> =
        categories.iter().enumerate().map(|(at, category)| (category.name.clone(), at)).collect();
    let (mut guids, mut number) = (HashSet::new(), 0);
    for zone in &plan.zones {
        let zone_name = zone.name.as_deref().unwrap_or_default();
        for row in &zone.rows {
            number += 1;
            let place = format!("zone {:?}, row {:?}", shown(zone_name), shown(&row.row_number));
            check_text(&place, "row number", &row.row_number)?;
            for (at, seat) in row.seats.iter().enumerate() {
                check_seat(&place, at, seat)?;
                if !guids.insert(seat.seat_guid.as_str()) {
                    let reason = format!("the seat_guid {:?} stands twice in the plan", shown(&seat.seat_guid));
                    return Err(ImportError::new(format!("{place}, seat {}", at + 1), reason));
                }
            }
            for (category, run) in runs(zone_name, row, number) {
                let Some(&at) = places.get(category) else {
                    let reason = format!("the category {:?} is not in the plan's categories", shown(category));
                    return Err(ImportError::new(format!("{place}, seat {}", run.first_col), reason));
                };
                categories[at].rows.push(run);
            }
        }
    }
    Ok(draft(&plan.name, categories))
}

fn categories(plan: &Plan, over: &Overrides) -> Result<Vec<DraftCategory>, ImportError> {
    let price = |name: &str| -> Option<Cents> {
        over.prices.iter().find(|(named, _)| named == name).map(|(_, price)| *price).or(over.price)
    };
    if let Some((unknown, _)) = over.prices.iter().find(|(named, _)| plan.categories.iter().all(|c| &c.name != named)) {
        let reason = format!("prices names the category {:?}, which the plan does not have", shown(unknown));
        return Err(ImportError::new("the options", reason));
    }
    let mut names = HashSet::new();
    let mut categories = Vec::with_capacity(plan.categories.len());
    for (at, PlanCategory { name }) in plan.categories.iter().enumerate() {
        let place = || format!("category {} ({})", at + 1, shown(name));
        if !names.insert(name) {
            return Err(ImportError::new(place(), "the name stands twice in the plan's categories"));
        }
        let Some(price) = price(name) else {
            let reason = format!("a plan has no prices: give price=100 for all, or prices={}:100,…", shown(name));
            return Err(ImportError::new(place(), reason));
        };
        let id = at as u64 + 1;
        categories.push(DraftCategory { id, name: name.clone(), price, total: None, rows: Vec::new() });
    }
    Ok(categories)
}

fn check_seat(place: &str, at: usize, seat: &PlanSeat) -> Result<(), ImportError> {
    let place = || format!("{place}, seat {}", at + 1);
    if seat.seat_guid.is_empty() {
        return Err(ImportError::new(place(), "the seat_guid is empty"));
    }
    check_text(&place(), "seat number", &seat.seat_number)
}

/// Neighbours of one category, with that category's name.
fn runs<'a>(zone: &str, row: &'a PlanRow, number: u32) -> Vec<(&'a str, DraftRow)> {
    let mut runs = Vec::new();
    let mut first_col = 1;
    for seats in row.seats.chunk_by(|one, next| one.category == next.category) {
        // Rows longer than u32 would not fit into the largest body.
        let last_col = first_col + u32::try_from(seats.len()).unwrap_or(u32::MAX / 2) - 1;
        let name = if zone.is_empty() { row.row_number.clone() } else { format!("{zone} {}", row.row_number) };
        let labels = RowLabels { row: name, seats: seats.iter().map(|seat| seat.seat_number.clone()).collect() };
        let run = DraftRow { row: number, first_col, last_col, labels: Some(Box::new(labels)) };
        runs.push((seats[0].category.as_str(), run));
        first_col = last_col + 1;
    }
    runs
}

fn draft(name: &str, categories: Vec<DraftCategory>) -> Draft {
    Draft {
        at: "the plan".to_owned(),
        id: 1,
        title: name.to_owned(),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        kind: String::new(),
        show_time: String::new(),
        permit_choose_seat: true,
        real_name: false,
        per_order_limit: LIMIT_DEFAULT,
        per_account_limit: LIMIT_DEFAULT,
        sale: SaleWindow::default(),
        categories,
    }
}

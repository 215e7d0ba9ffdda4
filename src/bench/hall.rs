//! The hall as a replay sees it: categories and rows of the program it plays on.
//! Must not know which seats are taken.

use crate::{
    bench::scenario::{CategoryPlan, Dataset},
    domain::{
        ids::{CategoryId, ProgramId},
        money::Cents,
    },
    wire::{admin::ProgramLine, order::PickedSeat, program::SeatView},
};

/// The program that is played on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hall {
    /// Program.
    pub program: ProgramId,
    /// Its title.
    pub title: String,
    /// Most tickets in an order.
    pub per_order_limit: u32,
    /// Most live tickets of an account.
    pub per_account_limit: u32,
    /// One live ticket per ticket user.
    pub real_name: bool,
    /// All that have seats, in hall order.
    pub categories: Vec<HallCategory>,
}

/// A category with seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HallCategory {
    /// Its id.
    pub id: CategoryId,
    /// Its name.
    pub name: String,
    /// Price of a seat.
    pub price: Cents,
    /// Seats.
    pub seats: u32,
    /// Its rows, front first; empty when nobody picks.
    pub rows: Vec<HallRow>,
}

/// Seats side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HallRow {
    /// Row number.
    pub row_code: u32,
    /// Column of the first seat.
    pub first_col: u32,
    /// Wire id of the first seat; its neighbours follow one by one.
    pub first_seat: u64,
    /// Seats.
    pub len: u32,
}

impl Hall {
    /// The hall of a program on a server, without rows.
    #[must_use]
    pub fn of_program(program: &ProgramLine) -> Self {
        let categories = program.categories.iter().filter(|c| c.total > 0);
        Self {
            program: program.id,
            title: program.title.clone(),
            per_order_limit: program.per_order_limit,
            per_account_limit: program.per_account_limit,
            real_name: program.real_name,
            categories: categories
                .map(|c| HallCategory {
                    id: c.id,
                    name: c.name.clone(),
                    price: c.price,
                    seats: c.total,
                    rows: Vec::new(),
                })
                .collect(),
        }
    }

    /// The hall that a data set describes, for a system that shows none; categories are numbered from 1.
    #[must_use]
    pub fn of_dataset(program: ProgramId, title: &str, dataset: &Dataset) -> Self {
        let categories = (1..).zip(&dataset.categories).map(|(id, plan)| HallCategory {
            id: CategoryId::new(id).expect("counted from 1"),
            name: plan.name.clone(),
            price: plan.price,
            seats: plan.rows * plan.seats_per_row,
            rows: Vec::new(),
        });
        Self {
            program,
            title: title.to_owned(),
            per_order_limit: dataset.per_order_limit,
            per_account_limit: dataset.per_account_limit,
            real_name: dataset.real_name,
            categories: categories.collect(),
        }
    }

    /// The same hall with the rows that the seat map shows.
    #[must_use]
    pub fn with_rows(mut self, mut seats: Vec<SeatView>) -> Self {
        seats.sort_unstable_by_key(|s| (s.ticket_category_id, s.row_code, s.col_code));
        for category in &mut self.categories {
            for seat in seats.iter().filter(|s| s.ticket_category_id == category.id) {
                match category.rows.last_mut() {
                    Some(row) if row.continues_with(seat) => row.len += 1,
                    _ => category.rows.push(HallRow {
                        row_code: seat.row_code,
                        first_col: seat.col_code,
                        first_seat: seat.id.get(),
                        len: 1,
                    }),
                }
            }
        }
        self
    }

    /// All seats.
    #[must_use]
    pub fn seats(&self) -> u64 {
        self.categories.iter().map(|c| u64::from(c.seats)).sum()
    }

    /// The seats that a picker asks for: neighbours from `col` in a row, as far as the row goes.
    #[must_use]
    pub fn picked(&self, category: u16, row: u32, col: u32, tickets: u8) -> Vec<PickedSeat> {
        let category = &self.categories[usize::from(category)];
        let row = &category.rows[row as usize];
        (col..row.len.min(col + u32::from(tickets)))
            .map(|at| PickedSeat {
                id: crate::domain::ids::SeatId::new(row.first_seat + u64::from(at)),
                ticket_category_id: Some(category.id),
                row_code: Some(row.row_code),
                col_code: Some(row.first_col + at),
                price: Some(category.price),
            })
            .collect()
    }
}

impl HallRow {
    fn continues_with(&self, seat: &SeatView) -> bool {
        let next = (self.row_code, self.first_col + self.len, self.first_seat + u64::from(self.len));
        next == (seat.row_code, seat.col_code, seat.id.get())
    }
}

/// A programme list with the one generated program of a data set, in the format of the original's public data.
#[must_use]
pub fn program_list(id: u64, title: &str, dataset: &Dataset) -> Vec<u8> {
    // Row numbers go on from category to category: a hall has each row once.
    let mut rows_before = 0;
    let mut categories = Vec::with_capacity(dataset.categories.len());
    for (id, plan) in (1..).zip(&dataset.categories) {
        categories.push(category_entry(id, rows_before, plan));
        rows_before += plan.rows;
    }
    let program = serde_json::json!({
        "id": id, "title": title, "actor": "rehearsal", "place": "rehearsal hall", "area": "here",
        "category": "rehearsal", "subcategory": "rehearsal", "show_time": "2030-01-01 20:00:00",
        "per_order_limit": dataset.per_order_limit, "per_account_limit": dataset.per_account_limit,
        "permit_choose_seat": true, "permit_refund": 0, "high_heat": true, "ticket_categories": categories,
    });
    serde_json::json!({ "note": "made by tpp bench", "programs": [program] }).to_string().into_bytes()
}

fn category_entry(id: u32, rows_before: u32, plan: &CategoryPlan) -> serde_json::Value {
    let rows: Vec<[u32; 3]> = (1..=plan.rows).map(|row| [rows_before + row, 1, plan.seats_per_row]).collect();
    serde_json::json!({
        "id": id, "introduce": plan.name, "price_yuan": plan.price.to_string(),
        "total_number": plan.rows * plan.seats_per_row, "seat_rows": rows,
    })
}

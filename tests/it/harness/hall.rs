//! Halls that tests sell, and programs as the server knows them.
//! Must not guess seat ids: the server gives the first, the hall's order gives the rest.

use serde_json::{Value, json};
use tpp::wire::admin::ProgramLine;

/// A hall to be imported: categories of equal rows, numbered from 1.
#[derive(Debug, Clone)]
pub struct Hall {
    categories: Vec<Category>,
    pub per_order: u32,
    pub per_account: u32,
    pub picking: bool,
    pub real_name: bool,
}

#[derive(Debug, Clone)]
struct Category {
    price: String,
    rows: u32,
    row_seats: u32,
}

impl Hall {
    /// One category at 100, this many rows of this many seats. No limit that a test would meet by chance.
    pub fn of(rows: u32, row_seats: u32) -> Self {
        let categories = vec![Category { price: "100".to_owned(), rows, row_seats }];
        Self { categories, per_order: 6, per_account: 1_000, picking: true, real_name: false }
    }

    /// A further category behind the others.
    pub fn and(mut self, price: &str, rows: u32, row_seats: u32) -> Self {
        self.categories.push(Category { price: price.to_owned(), rows, row_seats });
        self
    }

    pub fn per_order(self, per_order: u32) -> Self {
        Self { per_order, ..self }
    }

    pub fn per_account(self, per_account: u32) -> Self {
        Self { per_account, ..self }
    }

    pub fn without_picking(self) -> Self {
        Self { picking: false, ..self }
    }

    pub fn real_name(self) -> Self {
        Self { real_name: true, ..self }
    }

    /// As a programme list in the original's format, with this program id.
    pub fn as_list(&self, id: u64) -> Value {
        let mut first_row = 1;
        let mut categories = Vec::new();
        for (at, category) in self.categories.iter().enumerate() {
            let rows: Vec<_> =
                (first_row..first_row + category.rows).map(|row| json!([row, 1, category.row_seats])).collect();
            first_row += category.rows;
            categories.push(json!({
                "id": at + 1,
                "introduce": format!("{}元档", category.price),
                "price_yuan": category.price,
                "total_number": category.rows * category.row_seats,
                "seat_rows": rows,
            }));
        }
        json!({"programs": [{
            "id": id,
            "title": format!("《排练》第{id}场"),
            "actor": "众多歌手",
            "place": "测试剧场",
            "area": "北京",
            "category": "演唱会",
            "show_time": "2030-01-01 19:30:00",
            "per_order_limit": self.per_order,
            "per_account_limit": self.per_account,
            "permit_choose_seat": self.picking,
            "ticket_categories": categories,
        }]})
    }
}

/// A program on sale.
#[derive(Debug, Clone)]
pub struct Program {
    pub line: ProgramLine,
}

/// A seat as a buyer names it.
#[derive(Debug, Clone)]
pub struct SeatChoice {
    pub id: u64,
    pub category: u64,
    pub row: u32,
    pub col: u32,
    pub price: String,
}

impl Program {
    pub fn id(&self) -> u64 {
        self.line.id.get()
    }

    /// The id of the n-th category, from 0.
    pub fn category(&self, at: usize) -> u64 {
        self.line.categories[at].id.get()
    }

    /// Price of the n-th category, from 0, as the server writes it.
    pub fn price(&self, at: usize) -> String {
        self.line.categories[at].price.to_string()
    }

    /// The seat at row and column of the first category, whose rows have `row_seats` seats.
    pub fn seat(&self, row_seats: u32, row: u32, col: u32) -> SeatChoice {
        let position = (row - 1) * row_seats + (col - 1);
        let id = self.line.seat_base + u64::from(position);
        SeatChoice { id, category: self.category(0), row, col, price: self.price(0) }
    }
}

impl SeatChoice {
    /// As it stands in a request.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "ticketCategoryId": self.category.to_string(),
            "rowCode": self.row,
            "colCode": self.col,
            "price": self.price,
        })
    }
}

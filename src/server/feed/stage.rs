//! A small program for the tests of the feed.
//! Must not be used outside of them.

use crate::domain::{
    ids::{CategoryId, ProgramId, SeatIx},
    money::Cents,
    program::{CategoryHall, Hall, Program, Row, SaleWindow},
};

/// Program 1 with a category of one row for each of these lengths.
pub fn program(rows: &[u32]) -> Program {
    let mut first = 0;
    let category = |(id, &len): (u64, &u32)| {
        let first_seat = SeatIx(first);
        first += len;
        let rows = vec![Row { row_code: 1, first_col: 1, len, first_seat, labels: None }];
        let id = CategoryId::new(id).expect("above zero");
        CategoryHall { id, name: format!("{id}"), price: Cents(100), first_seat, seats: len, rows }
    };
    let categories = (1..).zip(rows).map(category).collect();
    Program {
        id: ProgramId::new(1).expect("above zero"),
        title: "Swan Lake".to_owned(),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        category: String::new(),
        show_time: String::new(),
        permit_choose_seat: true,
        real_name: false,
        per_order_limit: 6,
        per_account_limit: 6,
        sale: SaleWindow::default(),
        hall: Hall { seat_base: 1, categories },
    }
}

//! A program as the original's own routes show it.
//! Must not make a number up: where two routes tell it, the seat map wins, since the list counts down late.

use crate::{
    client::{
        Client, ClientError,
        public::{CategoryTold, ProgramTold},
    },
    domain::ids::{CategoryId, ProgramId},
    wire::{
        admin::{CategoryLine, ProgramLine},
        program::SeatView,
    },
};

/// States of a seat on the wire.
const UNSOLD: u8 = 1;
/// See [`UNSOLD`].
const LOCKED: u8 = 2;

/// A program as anybody sees it.
#[derive(Debug)]
pub struct Shown {
    /// The program. A limit that the server does not tell is `u32::MAX`.
    pub line: ProgramLine,
    /// Every seat; empty where the server does not show them.
    pub seats: Vec<SeatView>,
}

/// Asks for the program, its stock and its seats.
///
/// # Errors
/// When the server does not answer, or does not have the program.
pub async fn shown(client: &Client, id: ProgramId) -> Result<Shown, ClientError> {
    let program = client.program_told(id).await?;
    let stock = client.stock_told(id).await?;
    let seats = client.seats_if_shown(id).await?;
    let named = if program.ticket_category_vo_list.is_empty() { &stock } else { &program.ticket_category_vo_list };
    let categories =
        named.iter().filter_map(|told| told.id.map(|id| category(id, told, &stock, &seats))).collect::<Vec<_>>();
    Ok(Shown { line: line(program, categories), seats })
}

fn category(id: CategoryId, told: &CategoryTold, stock: &[CategoryTold], seats: &[SeatView]) -> CategoryLine {
    let by_id = stock.iter().find(|entry| entry.id == Some(id));
    let same =
        |entry: &&CategoryTold| entry.id.is_none() && (&entry.introduce, entry.price) == (&told.introduce, told.price);
    let entry = by_id.or_else(|| stock.iter().find(same));
    let mut line = CategoryLine {
        id,
        name: told.introduce.clone(),
        price: told.price,
        first_seat: 0,
        total: entry.and_then(|entry| entry.total_number).unwrap_or(0),
        available: entry.and_then(|entry| entry.remain_number).unwrap_or(0),
        held: 0,
        sold: 0,
    };
    line.sold = line.total.saturating_sub(line.available);
    if seats.iter().any(|seat| seat.ticket_category_id == id) {
        (line.total, line.available, line.held, line.sold) = (0, 0, 0, 0);
        for seat in seats.iter().filter(|seat| seat.ticket_category_id == id) {
            line.total += 1;
            *match seat.sell_status {
                UNSOLD => &mut line.available,
                LOCKED => &mut line.held,
                _ => &mut line.sold,
            } += 1;
        }
    }
    line
}

fn line(program: ProgramTold, categories: Vec<CategoryLine>) -> ProgramLine {
    let sum = |of: fn(&CategoryLine) -> u32| categories.iter().map(|category| u64::from(of(category))).sum();
    ProgramLine {
        id: program.id,
        title: program.title,
        place: program.place,
        show_time: program.show_time,
        on_sale: true,
        permit_choose_seat: program.permit_choose_seat == Some(1),
        real_name: program.rel_name_ticket_entrance == Some(1),
        per_order_limit: program.per_order_limit_purchase_count.unwrap_or(u32::MAX),
        per_account_limit: program.per_account_limit_purchase_count.unwrap_or(u32::MAX),
        total: sum(|category| category.total),
        available: sum(|category| category.available),
        held: sum(|category| category.held),
        sold: sum(|category| category.sold),
        seat_base: 0,
        categories,
    }
}

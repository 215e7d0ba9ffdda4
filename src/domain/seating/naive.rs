//! The rule of allocation, word for word and slowly: what the fast one is judged by. For tests only.
//! Must not share code with the fast one.

use crate::domain::{
    hold::Fallback,
    ids::{CategoryId, SeatIx},
    money::Cents,
    program::{CategoryHall, Hall, Row},
    rejection::Rejection,
};

/// A hall of categories 1, 2, … with rows of these lengths.
pub(crate) fn hall(categories: &[&[u32]]) -> Hall {
    let mut next = 0;
    let categories = categories.iter().zip(1..).map(|(rows, id)| category(id, rows, &mut next)).collect();
    Hall { seat_base: 1_000, categories }
}

fn category(id: u64, lens: &[u32], next: &mut u32) -> CategoryHall {
    let first_seat = SeatIx(*next);
    let mut rows = Vec::new();
    for (&len, row_code) in lens.iter().zip(1..) {
        rows.push(Row { row_code, first_col: 1, len, first_seat: SeatIx(*next), labels: None });
        *next += len;
    }
    CategoryHall {
        id: CategoryId::new(id).expect("counted from 1"),
        name: format!("category {id}"),
        price: Cents(10_000),
        first_seat,
        seats: *next - first_seat.0,
        rows,
    }
}

/// Chooses by the rule; `free` is asked for each seat of the category.
pub(crate) fn choose(
    category: &CategoryHall,
    free: impl Fn(SeatIx) -> bool,
    count: u32,
    fallback: Fallback,
) -> Result<Vec<SeatIx>, Rejection> {
    let mut open: Vec<Vec<(SeatIx, bool)>> = category
        .rows
        .iter()
        .map(|row| (row.first_seat.0..row.first_seat.0 + row.len).map(|at| (SeatIx(at), free(SeatIx(at)))).collect())
        .collect();
    if open.iter().flatten().filter(|(_, free)| *free).count() < count as usize {
        return Err(Rejection::SoldOut);
    }
    if let Some(seats) = first(&open, count as usize) {
        return Ok(seats);
    }
    if fallback == Fallback::Refuse {
        return Err(Rejection::SeatsOccupied);
    }
    let mut chosen = Vec::new();
    while chosen.len() < count as usize {
        let left = count as usize - chosen.len();
        let group = (1..=left).rev().find_map(|n| first(&open, n)).expect("enough seats are free");
        for seat in open.iter_mut().flatten().filter(|(seat, _)| group.contains(seat)) {
            seat.1 = false;
        }
        chosen.extend(group);
    }
    chosen.sort();
    Ok(chosen)
}

fn first(rows: &[Vec<(SeatIx, bool)>], n: usize) -> Option<Vec<SeatIx>> {
    let mut windows = rows.iter().flat_map(|row| row.windows(n));
    windows.find(|seats| seats.iter().all(|(_, free)| *free)).map(|seats| seats.iter().map(|(seat, _)| *seat).collect())
}

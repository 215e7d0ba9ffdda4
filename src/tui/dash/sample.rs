//! Made-up states of a sale for tests: every screen is drawn from these.
//! Must not be used outside tests.

pub mod orders;
pub mod states;

use std::collections::BTreeMap;

use super::sale::Sale;
use crate::{
    domain::{
        ids::{CategoryId, ProgramId},
        money::Cents,
    },
    wire::{
        admin::CategoryLine,
        feed::{Followed, Frame, HallRow, Numbers, ProgramStock, SeatRun, VersionNumbers},
    },
};

/// The server's clock in samples.
pub const SERVER_MS: i64 = 1_780_000_000_000;

/// A category of a sample hall: id, name, price in cents, rows, seats in each row.
pub type Plan = (u64, &'static str, i64, u32, u32);

/// A hall with three categories, one with a Chinese name: 2,600 seats.
pub const HALL: [Plan; 3] =
    [(11, "VIP", 128_000, 10, 40), (12, "内场看台", 68_000, 20, 60), (13, "Gallery", 18_000, 25, 40)];

/// A program's line.
#[must_use]
pub fn program(id: u64, title: &str, (available, held, sold): (u64, u64, u64)) -> ProgramStock {
    ProgramStock {
        id: ProgramId::new(id).expect("above zero"),
        title: title.to_owned(),
        actor: "刘德华".to_owned(),
        place: "北京国家体育场".to_owned(),
        area: "北京".to_owned(),
        category: "演唱会".to_owned(),
        show_time: "2026-12-31 19:30:00".to_owned(),
        on_sale: true,
        closed: false,
        opens_at_ms: None,
        closes_at_ms: None,
        real_name: false,
        permit_choose_seat: true,
        per_order_limit: 6,
        per_account_limit: 6,
        total: available + held + sold,
        available,
        held,
        sold,
    }
}

/// A snapshot of a hall in which everything is free.
#[must_use]
pub fn snapshot(plan: &[Plan]) -> Frame {
    let (mut categories, mut rows, mut first) = (Vec::new(), Vec::new(), 0);
    for &(id, name, cents, count, seats) in plan {
        let category = CategoryId::new(id).expect("above zero");
        categories.push(CategoryLine {
            id: category,
            name: name.to_owned(),
            price: Cents(cents),
            first_seat: first,
            total: count * seats,
            available: count * seats,
            held: 0,
            sold: 0,
        });
        for row in 1..=count {
            rows.push(HallRow { category, row, first_col: 1, seats, first_seat: first });
            first += seats;
        }
    }
    let total = u64::from(first);
    let followed = Followed {
        id: ProgramId::new(1).expect("above zero"),
        seat_base: 5_000,
        categories,
        rows,
        seats: Vec::new(),
        unknown: false,
    };
    Frame {
        whole: true,
        sequence: 1,
        server_ms: SERVER_MS,
        numbers: Numbers { uptime_s: 60.0, in_flight_max: 8_192, ..Numbers::default() },
        programs: vec![program(1, "刘德华2026巡回演唱会北京站", (total, 0, 0)), program(2, "Hamlet", (900, 60, 240))],
        followed: Some(followed),
        ..Frame::default()
    }
}

/// A sale in the middle: sold from the front, held behind, counters to match.
#[must_use]
pub fn busy() -> Frame {
    let mut frame = snapshot(&HALL);
    let followed = frame.followed.as_mut().expect("a snapshot of a program");
    followed.seats =
        vec![SeatRun(0, 390, 3, 0), SeatRun(390, 10, 2, 5), SeatRun(400, 700, 3, 0), SeatRun(1_100, 60, 2, 90)];
    for (category, (held, sold)) in followed.categories.iter_mut().zip([(10, 390), (60, 700), (0, 0)]) {
        (category.held, category.sold, category.available) = (held, sold, category.total - held - sold);
    }
    frame.programs[0] = program(1, "刘德华2026巡回演唱会北京站", (1_440, 70, 1_090));
    let placed = |placed| VersionNumbers { placed, rejected: placed / 3, failed: 0 };
    frame.numbers.versions = [placed(30), placed(60), placed(120), placed(480)];
    frame.numbers.rejections = BTreeMap::from([("sold_out".to_owned(), 180), ("account_limit".to_owned(), 50)]);
    frame.numbers.queue.depth = Some(12);
    frame.numbers.inventory.engine = "embedded".to_owned();
    frame.numbers.inventory.up = true;
    frame
}

/// What the dashboard knows after this frame.
#[must_use]
pub fn sale(frame: Frame) -> Sale {
    let mut sale = Sale::default();
    sale.hear(frame, SERVER_MS);
    sale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::dash::sale::SeatNow;

    #[test]
    fn a_snapshot_is_read_seat_by_seat() {
        let sale = sale(busy());
        let hall = sale.hall.as_ref().expect("a program is followed");
        assert_eq!(hall.seats.len(), 2_600);
        assert_eq!(hall.seats[0], SeatNow::Sold);
        assert_eq!(hall.seats[395], SeatNow::Held { since_ms: SERVER_MS - 5_000 });
        assert_eq!(hall.seats[2_599], SeatNow::Free);
        assert_eq!(hall.row_of(400).map(|row| (row.row, row.first_seat)), Some((1, 400)));
    }

    #[test]
    fn a_course_ends_at_the_samples_clock_and_is_sold_out_when_it_should_be() {
        for (frames, left) in [(states::course(), 2_600 / 4), (states::course_to_the_end(), 0)] {
            let mut sale = Sale::default();
            for frame in frames {
                sale.hear(frame, SERVER_MS);
            }
            let program = sale.program().expect("a program is followed");
            assert!(program.available.abs_diff(left) < 300 && sale.server_ms == SERVER_MS, "{program:?}");
            let seats = &sale.hall.as_ref().expect("a program is followed").seats;
            assert_eq!(seats.iter().filter(|seat| **seat == SeatNow::Sold).count() as u64, program.sold);
        }
    }

    #[test]
    fn a_delta_changes_only_what_it_names_and_nothing_beyond_the_hall() {
        let mut sale = sale(busy());
        let mut delta = busy();
        delta.whole = false;
        delta.programs.clear();
        delta.followed.as_mut().expect("followed").seats = vec![SeatRun(390, 10, 3, 0), SeatRun(2_599, 50, 2, 0)];
        sale.hear(delta, SERVER_MS + 100);
        let hall = sale.hall.as_ref().expect("a program is followed");
        assert_eq!((hall.seats[395], hall.seats[2_599]), (SeatNow::Sold, SeatNow::Held { since_ms: SERVER_MS }));
        assert_eq!((sale.programs.len(), hall.seats.len()), (2, 2_600));
    }
}

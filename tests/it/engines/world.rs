//! Halls, buyers and requests of a history.
//! Must not ask an engine.

use tpp::domain::{
    hold::{Choice, Fallback, HoldRequest},
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    money::Cents,
    order::{OrderVersion, RequestKey},
    program::{CategoryHall, Hall, Program, Row, SaleWindow},
};

use super::draw::Draw;

/// What a history is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// One program, no limit that is met by chance.
    OneHall,
    /// One real-name program, few names, many keys.
    Names,
    /// Two programs and room for three orders in the queue.
    FullQueue,
    /// Three programs that are forgotten, rebuilt and changed.
    Programs,
}

/// Ids of 19 digits, which no float holds.
const CATEGORY: u64 = 9_007_199_254_740_993_001;
const ORDER: u64 = 9_100_000_000_000_000_001;
const USER: u64 = 9_200_000_000_000_000_001;
const NAME: u64 = 9_050_000_000_000_000_001;
/// Buyers, and people who may be named on a ticket.
const USERS: u64 = 4;
const NAMES: u64 = 9;

/// Rows of each category: single seats, a row longer than a byte can say, categories without a seat.
const HALLS: &[&[&[u32]]] = &[
    &[&[1, 1, 1, 1], &[7, 7], &[300]],
    &[&[], &[5, 3, 2, 1], &[], &[4, 4]],
    &[&[300, 2], &[1], &[]],
    &[&[7, 1, 7, 2, 9, 1], &[6]],
    &[&[2, 1, 3, 3, 1, 2, 1]],
    &[&[1; 70], &[2; 70]],
];

impl World {
    pub const fn programs(self) -> u64 {
        match self {
            Self::OneHall | Self::Names => 1,
            Self::FullQueue => 2,
            Self::Programs => 3,
        }
    }

    pub const fn queue_max(self) -> usize {
        match self {
            Self::FullQueue => 3,
            _ => 10_000,
        }
    }
}

/// A program with one of the halls.
pub fn program(id: u64, draw: &mut Draw) -> Program {
    let (mut first_seat, mut categories) = (0, Vec::new());
    for (rows, at) in draw.one(HALLS).iter().zip(0..) {
        let category = category(CATEGORY + at, first_seat, rows);
        first_seat += category.seats;
        categories.push(category);
    }
    Program {
        id: ProgramId::new(id).unwrap(),
        title: "Swan Lake".to_owned(),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        category: String::new(),
        show_time: String::new(),
        permit_choose_seat: true,
        real_name: false,
        per_order_limit: 16,
        per_account_limit: 16,
        sale: SaleWindow::default(),
        hall: Hall { seat_base: 1, categories },
    }
}

fn category(id: u64, first_seat: u32, lengths: &[u32]) -> CategoryHall {
    let (mut next, mut rows) = (first_seat, Vec::new());
    for (&len, row_code) in lengths.iter().zip(1..) {
        rows.push(Row { row_code, first_col: 1, len, first_seat: SeatIx(next), labels: None });
        next += len;
    }
    CategoryHall {
        id: CategoryId::new(id).unwrap(),
        name: String::new(),
        price: Cents(100),
        first_seat: SeatIx(first_seat),
        seats: next - first_seat,
        rows,
    }
}

pub fn order(n: u64) -> OrderNumber {
    OrderNumber::new(ORDER + n).unwrap()
}

pub fn user(draw: &mut Draw) -> UserId {
    UserId::new(USER + draw.below(USERS)).unwrap()
}

/// A category of the hall, or rarely one that it does not have.
pub fn some_category(program: &Program, draw: &mut Draw) -> CategoryId {
    if draw.once_in(12) {
        return CategoryId::new(CATEGORY + 99).unwrap();
    }
    draw.one(&program.hall.categories).id
}

/// Mostly what buyers ask for, rarely nothing, and rarely more than an order may hold.
pub fn some_count(draw: &mut Draw) -> u32 {
    match draw.below(24) {
        0 => 0,
        1 => 16,
        2 => 17,
        3 => 300,
        _ => 1 + draw.small(6),
    }
}

pub fn some_fallback(draw: &mut Draw) -> Fallback {
    draw.one(&[Fallback::Refuse, Fallback::Split])
}

/// Seats as a buyer might name them: neighbours, strangers, the same twice, none, and those that do not exist.
fn some_picks(program: &Program, draw: &mut Draw) -> Vec<SeatIx> {
    let seats = program.hall.seats();
    let from = draw.small(seats + 1);
    let mut picks: Vec<SeatIx> = (from..(from + draw.small(5)).min(seats)).map(SeatIx).collect();
    for _ in 0..draw.below(3) {
        picks.push(SeatIx(draw.small(seats)));
    }
    if draw.once_in(10) {
        picks.push(SeatIx(seats + draw.small(9)));
    }
    if draw.once_in(10) && !picks.is_empty() {
        picks.push(draw.one(&picks));
    }
    if draw.once_in(2) {
        picks.reverse();
    }
    picks
}

/// What a buyer asks for, as order number `n`.
pub fn request(world: World, program: &Program, n: u64, draw: &mut Draw) -> HoldRequest {
    let choice = if draw.once_in(3) {
        Choice::Picked(some_picks(program, draw))
    } else {
        let (category, count) = (some_category(program, draw), some_count(draw));
        Choice::Best { category, count, fallback: some_fallback(draw) }
    };
    let tickets = match &choice {
        Choice::Best { count, .. } => u64::from(*count).min(20),
        Choice::Picked(seats) => seats.len() as u64,
    };
    let first_name = draw.below(NAMES);
    let names = (first_name..first_name + tickets).map(|at| TicketUserId::new(NAME + at % NAMES).unwrap());
    let real_name = if world == World::Names { !draw.once_in(4) } else { draw.once_in(8) };
    let keyed = if world == World::Names { draw.once_in(2) } else { draw.once_in(5) };
    HoldRequest {
        program: program.id,
        order: order(n),
        user: user(draw),
        version: draw.one(&[OrderVersion::V1, OrderVersion::V2, OrderVersion::V3, OrderVersion::V4]),
        choice,
        ticket_users: names.collect(),
        per_account_limit: if draw.once_in(3) { 1 + draw.small(12) } else { 1_000 },
        real_name,
        request: keyed.then(|| RequestKey {
            key: draw.one(&["k", "a:b", "{}'\"|,", "9007199254740993"]).into(),
            fingerprint: draw.one(&[0, 1, u64::MAX]),
        }),
        created_at: Millis(1_700_000_000_000 + i64::try_from(n).unwrap()),
        hold_ends_at: Millis(1_700_000_900_000 - i64::try_from(n).unwrap()),
    }
}

//! A small sale in which every law holds, for the laws' tests to plant their faults in.
//! Must not hold a fault itself.

use crate::domain::{
    audit::{Facts, Law, LedgerFacts, Report, check},
    hold::{Census, Counts, SeatState},
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    money::Cents,
    order::{Closing, Order, OrderStatus, OrderVersion, RequestKey, Ticket},
    program::{CategoryHall, Hall, Program, Row, SaleWindow},
};

pub(super) const UNPAID: OrderNumber = number(101);
pub(super) const PAID: OrderNumber = number(102);
pub(super) const CANCELLED: OrderNumber = number(103);
pub(super) const REFUNDED: OrderNumber = number(104);
pub(super) const REJECTED: OrderNumber = number(105);
const NOW: Millis = Millis(1_790_000_000_000);
const FLOOR: CategoryId = CategoryId::new(11).expect("above zero");
const BALCONY: CategoryId = CategoryId::new(12).expect("above zero");

/// Eight seats on the floor at 100, four on the balcony at 50; five orders, one in each state.
#[derive(Debug, Clone)]
pub(super) struct GoodSale {
    pub(super) program: Program,
    pub(super) ledger: LedgerFacts,
    pub(super) census: Census,
}

impl GoodSale {
    pub(super) fn new() -> Self {
        let orders = vec![
            order(UNPAID, 1, OrderStatus::Unpaid, &[(0, 1), (1, 2)]),
            order(PAID, 2, OrderStatus::Paid, &[(2, 3), (8, 4)]),
            order(CANCELLED, 1, OrderStatus::Cancelled, &[(3, 1)]),
            order(REFUNDED, 3, OrderStatus::Refunded, &[(0, 5)]),
        ];
        let ledger = LedgerFacts {
            prices: orders.iter().map(|order| (order.number, order.price())).collect(),
            orders,
            claims: [(0, UNPAID), (1, UNPAID), (2, PAID), (8, PAID)].map(|(seat, by)| (SeatIx(seat), by)).to_vec(),
            bills: vec![(PAID, 3, Cents(15_000)), (CANCELLED, 2, Cents(10_000)), (REFUNDED, 4, Cents(10_000))],
            refunds: vec![(REFUNDED, Cents(10_000))],
            rejected: vec![REJECTED],
        };
        Self { program: program(), ledger, census: census() }
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts { program: &self.program, ledger: &self.ledger, inventory: Some(&self.census), now: NOW }
    }

    pub(super) fn check(&self) -> Report {
        check(&self.facts())
    }

    /// The orders that one law blames; panics when it is not broken.
    pub(super) fn blamed_by(&self, law: Law) -> Vec<Option<OrderNumber>> {
        let report = self.check();
        let blamed: Vec<_> = report.findings.iter().filter(|f| f.law == law).map(|f| f.order).collect();
        assert!(!blamed.is_empty(), "{law} did not notice; the others said {report:?}");
        blamed
    }

    pub(super) fn order_mut(&mut self, number: OrderNumber) -> &mut Order {
        self.ledger.orders.iter_mut().find(|order| order.number == number).expect("one of the five")
    }
}

pub(super) const fn number(value: u64) -> OrderNumber {
    OrderNumber::new(value).expect("above zero")
}

fn program() -> Program {
    let row =
        |row_code, first_seat| Row { row_code, first_col: 1, len: 4, first_seat: SeatIx(first_seat), labels: None };
    let category = |id, cents, first_seat, rows: Vec<Row>| CategoryHall {
        id,
        name: format!("category {id}"),
        price: Cents(cents),
        first_seat: SeatIx(first_seat),
        seats: rows.iter().map(|row| row.len).sum(),
        rows,
    };
    Program {
        id: ProgramId::new(7).expect("above zero"),
        title: "title".into(),
        actor: "actor".into(),
        place: "place".into(),
        area: "area".into(),
        category: "category".into(),
        show_time: "2026-10-01 19:30:00".into(),
        permit_choose_seat: true,
        real_name: true,
        per_order_limit: 3,
        per_account_limit: 4,
        sale: SaleWindow::default(),
        hall: Hall {
            seat_base: 1,
            categories: vec![
                category(FLOOR, 10_000, 0, vec![row(1, 0), row(2, 4)]),
                category(BALCONY, 5_000, 8, vec![row(1, 8)]),
            ],
        },
    }
}

fn census() -> Census {
    let mut seats = vec![(SeatState::Available, None); 12];
    for (seat, state, by) in [
        (0, SeatState::Held, UNPAID),
        (1, SeatState::Held, UNPAID),
        (2, SeatState::Sold, PAID),
        (8, SeatState::Sold, PAID),
    ] {
        seats[seat] = (state, Some(by));
    }
    let name = |id| TicketUserId::new(id).expect("above zero");
    Census {
        counts: vec![
            (FLOOR, Counts { available: 5, held: 2, sold: 1 }),
            (BALCONY, Counts { available: 3, held: 0, sold: 1 }),
        ],
        seats,
        accounts: vec![(user(1), 2), (user(2), 2)],
        names: vec![(name(1), UNPAID), (name(2), UNPAID), (name(3), PAID), (name(4), PAID)],
        holds: vec![(UNPAID, NOW.plus_ms(60_000))],
        queue: Vec::new(),
    }
}

fn user(id: u64) -> UserId {
    UserId::new(id).expect("above zero")
}

fn order(number: OrderNumber, buyer: u64, status: OrderStatus, seats: &[(u32, u64)]) -> Order {
    let ticket = |&(seat, name): &(u32, u64)| Ticket {
        seat: SeatIx(seat),
        category: if seat < 8 { FLOOR } else { BALCONY },
        ticket_user: TicketUserId::new(name).expect("above zero"),
        price: Cents(if seat < 8 { 10_000 } else { 5_000 }),
    };
    let closed = matches!(status, OrderStatus::Cancelled | OrderStatus::Refunded);
    Order {
        number,
        program: ProgramId::new(7).expect("above zero"),
        user: user(buyer),
        version: OrderVersion::V4,
        status,
        tickets: seats.iter().map(ticket).collect(),
        request: Some(RequestKey { key: format!("key of {number}").into(), fingerprint: 1 }),
        real_name: true,
        created_at: NOW,
        hold_ends_at: NOW.plus_ms(60_000),
        paid_at: matches!(status, OrderStatus::Paid | OrderStatus::Refunded).then_some(NOW),
        closed_at: closed.then_some(NOW),
        closing: closed.then_some(Closing::Expired),
    }
}

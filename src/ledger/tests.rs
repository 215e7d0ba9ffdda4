//! The ledger as a whole, on a file of its own.
//! Must not test through private names what a caller can see.

mod accounts;
mod crash;
mod lists;
mod orders;
mod payments;
mod random;
mod refunds;

use std::path::PathBuf;

use tempfile::TempDir;

use super::{Durability, Ledger};
use crate::domain::{
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    money::Cents,
    order::{Order, OrderStatus, OrderVersion, RequestKey, Ticket},
    program::{CategoryHall, Hall, Program, Row, RowLabels, SaleWindow},
};

const NOW: Millis = Millis(1_790_000_000_000);

/// A ledger in a folder of its own, with programs 1 (plain) and 2 (real-name), of 12 seats each.
struct Desk {
    folder: TempDir,
    ledger: Ledger,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite"), Durability::Normal).unwrap();
        ledger.add_programs(vec![program(1, false), program(2, true)]).await.unwrap();
        Self { folder, ledger }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ledger.sqlite")
    }

    /// A second connection, as an operator or a fault would have.
    fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.file()).unwrap().execute_batch(sql).unwrap();
    }
}

fn program(id: u64, real_name: bool) -> Program {
    let labels = RowLabels { row: "第\"一\"排".into(), seats: (1..=6).map(|i| format!("{i}座")).collect() };
    let row = |row_code, first_seat, labels| Row { row_code, first_col: 1, len: 6, first_seat, labels };
    Program {
        id: ProgramId::new(id).unwrap(),
        title: "演唱会".into(),
        actor: "歌手".into(),
        place: "体育馆".into(),
        area: "北京".into(),
        category: "音乐".into(),
        show_time: "2026-10-01 19:30:00".into(),
        permit_choose_seat: true,
        real_name,
        per_order_limit: 4,
        per_account_limit: 6,
        sale: SaleWindow { closed: false, opens_at: Some(NOW), closes_at: None },
        hall: Hall {
            seat_base: 0,
            categories: vec![CategoryHall {
                id: CategoryId::new(11).unwrap(),
                name: "看台".into(),
                price: Cents(48_800),
                first_seat: SeatIx(0),
                seats: 12,
                rows: vec![row(1, SeatIx(0), Some(Box::new(labels))), row(2, SeatIx(6), None)],
            }],
        },
    }
}

/// An unpaid order of account 1,000,000 with one ticket user a seat: the seat's position + 1.
fn order(number: u64, program: u64, seats: &[u32]) -> Order {
    let ticket = |&seat: &u32| Ticket {
        seat: SeatIx(seat),
        category: CategoryId::new(11).unwrap(),
        ticket_user: TicketUserId::new(u64::from(seat) + 1).unwrap(),
        price: Cents(48_800),
    };
    Order {
        number: numbered(number),
        program: ProgramId::new(program).unwrap(),
        user: UserId::new(1_000_000).unwrap(),
        version: OrderVersion::V4,
        status: OrderStatus::Unpaid,
        tickets: seats.iter().map(ticket).collect(),
        request: None,
        real_name: program == 2,
        created_at: NOW,
        hold_ends_at: NOW.plus_ms(900_000),
        paid_at: None,
        closed_at: None,
        closing: None,
    }
}

fn keyed(mut order: Order, key: &str) -> Order {
    order.request = Some(RequestKey { key: key.into(), fingerprint: u64::MAX });
    order
}

fn numbered(number: u64) -> OrderNumber {
    OrderNumber::new(number).unwrap()
}

fn first() -> ProgramId {
    ProgramId::new(1).unwrap()
}

fn buyer() -> UserId {
    UserId::new(1_000_000).unwrap()
}

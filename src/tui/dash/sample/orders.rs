//! Made-up orders in every state, their lives and news, seats, and audits that find something or nothing.
//! Must not be used outside tests.

use super::{HALL, SERVER_MS};
use crate::{
    domain::{
        audit::Law,
        ids::{CategoryId, OrderNumber, ProgramId, SeatId, TicketUserId, UserId},
        money::Cents,
    },
    wire::{
        admin::{LifeStep, MaskedBuyer, OrderLife, OrderLine, SeatDetail, TicketLine},
        api::{AuditAnswer, FindingAnswer, LawAnswer},
        feed::{Happening, OrderNews},
    },
};

/// Number of the first order; the others follow.
pub const FIRST_ORDER: u64 = 4_611_686_018_427_387_000;
/// How long a hold lasts.
const HOLD_MS: i64 = 900_000;

/// The order with this place, in this status: 1 unpaid, 2 cancelled, 3 paid, 4 refunded. Higher places are younger.
#[must_use]
pub fn order(place: u64, status: u8) -> OrderLine {
    let category = place % 3;
    let price = Cents(HALL[usize::try_from(category).expect("below three")].2);
    let tickets = 1 + place % 4;
    let ticket = |nth: u64| TicketLine {
        seat_id: SeatId::new(5_000 + place * 4 + nth).expect("above zero"),
        category_id: CategoryId::new(11 + category).expect("above zero"),
        row: u32::try_from(1 + place / 10).expect("small"),
        col: u32::try_from(1 + place * 4 % 40 + nth).expect("small"),
        price,
        ticket_user_id: TicketUserId::new(700 + nth).expect("above zero"),
    };
    let created_at_ms = SERVER_MS - 700_000 + i64::try_from(place).expect("small") * 12_345;
    OrderLine {
        order_number: OrderNumber::new(FIRST_ORDER + place).expect("above zero"),
        program_id: ProgramId::new(1).expect("above zero"),
        user_id: UserId::new(40 + place % 5).expect("above zero"),
        version: u8::try_from(1 + place % 4).expect("at most four"),
        status,
        price: Cents(price.0 * i64::try_from(tickets).expect("at most four")),
        tickets: (0..tickets).map(ticket).collect(),
        request_id: place.is_multiple_of(2).then(|| format!("click-{place}")),
        created_at_ms,
        hold_ends_at_ms: created_at_ms + HOLD_MS,
        paid_at_ms: (status >= 3).then_some(created_at_ms + 40_000),
        closed_at_ms: matches!(status, 2 | 4).then_some(created_at_ms + 60_000),
        closing: match status {
            2 if place.is_multiple_of(3) => Some("expired".to_owned()),
            2 => Some("buyer".to_owned()),
            4 => Some("operator".to_owned()),
            _ => None,
        },
    }
}

/// A page of orders in every status, the oldest first.
#[must_use]
pub fn orders() -> Vec<OrderLine> {
    (0..48)
        .map(|place| order(place, [1, 3, 3, 2, 1, 3, 4, 3][usize::try_from(place % 8).expect("below eight")]))
        .collect()
}

/// What happened to orders last: everything that can happen, the youngest rejected.
#[must_use]
pub fn news() -> Vec<OrderNews> {
    let all = Happening::ALL.iter().cycle().take(21).enumerate();
    let news = |(nth, &what): (usize, &Happening)| {
        let status = match what {
            Happening::Queued | Happening::Created => 1,
            Happening::Rejected | Happening::Cancelled | Happening::Expired => 2,
            Happening::Paid => 3,
            Happening::Refunded => 4,
        };
        OrderNews {
            at_ms: SERVER_MS - 10_000 + 450 * i64::try_from(nth).expect("small"),
            what,
            reason: (what == Happening::Rejected).then(|| "queue_timeout".to_owned()),
            order: order(50 + nth as u64, status),
        }
    };
    all.map(news).collect()
}

/// The life of an order.
#[must_use]
pub fn life(order: OrderLine) -> OrderLife {
    let step = |after_ms: i64, what: &str, detail: &str| LifeStep {
        at_ms: Some(order.created_at_ms + after_ms),
        what: what.to_owned(),
        detail: detail.to_owned(),
    };
    let mut steps =
        vec![step(0, "queued", ""), step(180, "created", "after 180 ms"), step(20_000, "bill", "alipay 1280.00")];
    match order.status {
        2 => steps.push(step(60_000, "cancelled", order.closing.as_deref().unwrap_or(""))),
        3 => steps.push(step(40_000, "paid", "alipay")),
        4 => steps.extend([step(40_000, "paid", "alipay"), step(60_000, "refunded", "operator")]),
        _ => steps.push(step(HOLD_MS, "ends", "its hold")),
    }
    OrderLife {
        order_number: order.order_number,
        buyer: Some(buyer(order.user_id)),
        program_title: "刘德华2026巡回演唱会北京站".to_owned(),
        position: None,
        order: Some(order),
        steps,
    }
}

/// A seat that an unpaid order holds.
#[must_use]
pub fn seat(id: SeatId) -> SeatDetail {
    let order = order(4, 1);
    SeatDetail {
        seat_id: id,
        program_id: order.program_id,
        category_id: CategoryId::new(11).expect("above zero"),
        row: 1,
        col: 7,
        price: Cents(128_000),
        state: 2,
        buyer: Some(buyer(order.user_id)),
        order: Some(order),
    }
}

fn buyer(user_id: UserId) -> MaskedBuyer {
    MaskedBuyer { user_id, name: "*三".to_owned(), mobile: "138****5678".to_owned() }
}

/// Every law is kept, but one that could not be checked.
#[must_use]
pub fn audit_clean() -> AuditAnswer {
    let law = |law: Law| LawAnswer {
        law: law.to_string(),
        words: law.words().to_owned(),
        verdict: if law == Law::L10 { "unchecked" } else { "kept" }.to_owned(),
        reason: (law == Law::L10).then(|| "a server does not know what buyers were told".to_owned()),
    };
    AuditAnswer {
        clean: true,
        programs: 2,
        orders: 48,
        seats: 3_800,
        laws: Law::ALL.map(law).to_vec(),
        findings: Vec::new(),
    }
}

/// Two laws are broken.
#[must_use]
pub fn audit_broken() -> AuditAnswer {
    let mut audit = audit_clean();
    audit.clean = false;
    let finding = |law: Law, place: Option<u64>, detail: &str| FindingAnswer {
        law: law.to_string(),
        program_id: ProgramId::new(1),
        order_number: place.and_then(|place| OrderNumber::new(FIRST_ORDER + place)),
        detail: detail.to_owned(),
    };
    audit.findings = vec![
        finding(Law::L2, Some(5), "seat 5021 (row 1, seat 7) is also in order 4611686018427387012"),
        finding(Law::L2, Some(12), "seat 5021 (row 1, seat 7) is also in order 4611686018427387005"),
        finding(Law::L3, None, "内场看台: the inventory has 60 held, the ledger 58"),
    ];
    for law in &mut audit.laws {
        if audit.findings.iter().any(|finding| finding.law == law.law) {
            law.verdict = "broken".to_owned();
        }
    }
    audit
}

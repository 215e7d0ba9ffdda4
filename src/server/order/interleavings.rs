//! Seeded interleavings: all versions sell one program at once, over the embedded engine and a real ledger; orders are
//! paid, cancelled, refunded and expire at the same time. The laws are checked after each seed, and in the middle of some.
//! Must not depend on a lucky schedule: a seed fixes who wants what and in which order they start.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use tokio::task::JoinSet;

use super::{Purchase, endings, endings::Move, place};
use crate::{
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
        money::Cents,
        order::{Closing, Order, OrderStatus, OrderVersion},
        program::{CategoryHall, Hall, Program, Row, SaleWindow},
        rejection::Rejection,
    },
    ledger::{BulkAccounts, Durability},
    server::{
        audit,
        config::Config,
        error::Refusal,
        recovery,
        run::{Office, open},
        state::State,
        workers::write_orders,
    },
    wire::order::{CreateOrder, PickedSeat},
};

const SEEDS: u64 = 500;
const BUYERS: u64 = 24;
const TICKET_USERS: u64 = 3;

fn row(code: u32, len: u32, first_seat: u32) -> Row {
    Row { row_code: code, first_col: 1, len, first_seat: SeatIx(first_seat), labels: None }
}

/// Two categories of 3 × 6 and 2 × 4 seats.
pub(super) fn program(id: u64) -> Program {
    let category = |id: u64, cents, first: u32, rows: Vec<Row>| CategoryHall {
        id: CategoryId::new(id).expect("an id"),
        name: format!("category {id}"),
        price: Cents(cents),
        first_seat: SeatIx(first),
        seats: rows.iter().map(|r| r.len).sum(),
        rows,
    };
    let front = category(1, 48_800, 0, vec![row(1, 6, 0), row(2, 6, 6), row(3, 6, 12)]);
    let back = category(2, 28_800, 18, vec![row(4, 4, 18), row(5, 4, 22)]);
    Program {
        id: ProgramId::new(id).expect("an id"),
        title: format!("seed {id}"),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        category: String::new(),
        show_time: "2031-05-01 19:30:00".to_owned(),
        permit_choose_seat: true,
        real_name: false,
        per_order_limit: 3,
        per_account_limit: 6,
        sale: SaleWindow::default(),
        hall: Hall { seat_base: 1, categories: vec![front, back] },
    }
}

pub(super) struct Rig {
    pub(super) office: Office,
    pub(super) first_user: u64,
    pub(super) first_ticket_user: u64,
    _folder: tempfile::TempDir,
}

pub(super) async fn rig() -> Rig {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { durability: Durability::Normal, ..Config::new(folder.path().to_owned()) };
    let office = open(config, &mut |_| {}).await.expect("an office");
    let bulk = BulkAccounts { count: 24, ticket_users_each: 3, password_hash: None };
    let made = office.state.ledger.add_accounts(bulk).await.expect("accounts");
    office.state.accounts.remember_bulk(made);
    let (first_user, first_ticket_user) = (made.first_user.get(), made.first_ticket_user.get());
    Rig { office, first_user, first_ticket_user, _folder: folder }
}

fn below(rng: &mut ChaCha8Rng, bound: u64) -> u64 {
    rng.next_u64() % bound
}

/// What buyer `i` wants, drawn from the seed.
fn purchase(rig: &Rig, program: &Program, i: u64, rng: &mut ChaCha8Rng) -> Purchase {
    let user = UserId::new(rig.first_user + i).expect("an id");
    let count = 1 + below(rng, TICKET_USERS);
    let people = (0..count).map(|k| TicketUserId::new(rig.first_ticket_user + i * TICKET_USERS + k).expect("an id"));
    let version = OrderVersion::ALL[usize::try_from(below(rng, 4)).expect("below 4")];
    let mut body = CreateOrder {
        program_id: program.id,
        user_id: user,
        ticket_user_id_list: people.collect(),
        seat_dto_list: None,
        ticket_category_id: CategoryId::new(1 + below(rng, 2)),
        ticket_count: Some(count.cast_signed()),
        request_id: (below(rng, 3) == 0).then(|| format!("{}-{i}", program.id)),
        allow_split: Some(below(rng, 2) == 0),
    };
    if below(rng, 3) == 0 {
        let first = below(rng, u64::from(program.hall.seats()) - count);
        body.seat_dto_list = Some((first..first + count).map(|ix| picked(program, ix)).collect());
    }
    Purchase { version, body, idempotency_key: None, user }
}

fn picked(program: &Program, ix: u64) -> PickedSeat {
    let ix = SeatIx(u32::try_from(ix).expect("a small hall"));
    let place = program.hall.place(ix).expect("in the hall");
    PickedSeat {
        id: Some(program.hall.seat_id(ix)),
        ticket_category_id: Some(place.category),
        row_code: Some(place.row_code),
        col_code: Some(place.col_code),
        price: Some(place.price),
    }
}

pub(super) async fn empty_queue(rig: &Rig) {
    let _one_writer = rig.office.state.writing.lock().await;
    while write_orders::step(&rig.office.state, Duration::ZERO).await.expect("a step") {}
}

/// Plays one seed; returns the orders placed and the refusals.
async fn play(rig: &Rig, seed: u64) -> (Vec<OrderNumber>, Vec<Refusal>) {
    let state = &rig.office.state;
    let added = state.ledger.add_programs(vec![program(seed + 1)]).await.expect("a program");
    let program = Arc::new(added.into_iter().next().expect("one program"));
    recovery::bring_into_sale(state, &program).await.expect("on sale");
    state.catalog.put(Arc::clone(&program));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut buyers = JoinSet::new();
    for i in 0..BUYERS {
        let wanted = purchase(rig, &program, i, &mut rng);
        let (yields, twice, moves) = (below(&mut rng, 5), below(&mut rng, 5) == 0, moves(&mut rng));
        let shared = Arc::clone(state);
        buyers.spawn(async move {
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
            let placed = place(&shared, wanted.clone()).await;
            if let (Ok(number), true, true) = (&placed, twice, wanted.body.request_id.is_some()) {
                let again = place(&shared, wanted).await;
                assert!(matches!(again, Ok(same) if same == *number), "a repeat gave another answer: {again:?}");
            }
            if let Ok(number) = placed {
                endings::play(&shared, number, moves).await;
            }
            placed
        });
    }
    let audited = seed.is_multiple_of(8);
    let auditor = audited.then(|| tokio::spawn(audit_in_the_middle(Arc::clone(state), program.id, seed)));
    let is_over = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn(write_until(Arc::clone(state), Arc::clone(&is_over)));
    let (mut orders, mut refusals) = (Vec::new(), Vec::new());
    while let Some(placed) = buyers.join_next().await {
        match placed.expect("no panic") {
            Ok(number) => orders.push(number),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if let Some(auditor) = auditor {
        auditor.await.expect("an audit");
    }
    is_over.store(true, Ordering::Release);
    writer.await.expect("a writer");
    (orders, refusals)
}

/// None for half of the orders, else one to three.
fn moves(rng: &mut ChaCha8Rng) -> Vec<Move> {
    let count = below(rng, 6).saturating_sub(2);
    (0..count).map(|_| Move::ALL[usize::try_from(below(rng, Move::ALL.len() as u64)).expect("a few")]).collect()
}

/// What the worker does, until the buyers are gone and the queue is empty.
async fn write_until(state: Arc<State>, is_over: Arc<AtomicBool>) {
    loop {
        let was_over = is_over.load(Ordering::Acquire);
        let _one_writer = state.writing.lock().await;
        while write_orders::step(&state, Duration::ZERO).await.expect("a step") {}
        if was_over {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn audit_in_the_middle(state: Arc<State>, program: ProgramId, seed: u64) {
    let audit = audit::audit(&state, Some(program)).await.expect("an audit");
    assert!(audit.clean, "in the middle of seed {seed}: {:?}", audit.findings);
}

/// Was it paid, and refunded by an operator after that?
fn is_refunded_after_all(order: &Order) -> bool {
    order.status == OrderStatus::Refunded && order.closing == Some(Closing::Operator)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_seed_oversells_while_all_versions_sell_one_program() {
    let rig = rig().await;
    let (mut placed, mut refused, mut refunded) = (0, 0, 0);
    for seed in 0..SEEDS {
        let (orders, refusals) = play(&rig, seed).await;
        let id = ProgramId::new(seed + 1);
        let audit = audit::audit(&rig.office.state, id).await.expect("an audit");
        assert!(audit.clean, "seed {seed}: {:?}", audit.findings);
        for refusal in &refusals {
            assert!(matches!(refusal, Refusal::Rejected(_)), "seed {seed}: {refusal:?}");
        }
        for &order in &orders {
            let kept = rig.office.state.ledger.order(order).await.expect("a ledger");
            let kept = kept.unwrap_or_else(|| panic!("seed {seed}: order {order} was promised and is not there"));
            refunded += usize::from(is_refunded_after_all(&kept));
        }
        placed += orders.len();
        refused += refusals.len();
    }
    // The seeds must really fight for seats, or the test says nothing.
    assert!(placed > 3_000 && refused > 1_000, "{placed} placed, {refused} refused");
    assert!(refunded > 300, "only {refunded} of {placed} were refunded");
}

#[tokio::test]
async fn a_buyer_above_the_account_limit_is_refused_by_every_version() {
    let rig = rig().await;
    let state = &rig.office.state;
    for (i, version) in OrderVersion::ALL.into_iter().enumerate() {
        let id = 10_000 + i as u64;
        let limited = Program { per_account_limit: 2, ..program(id) };
        let added = state.ledger.add_programs(vec![limited]).await.expect("a program");
        let program = Arc::new(added.into_iter().next().expect("one program"));
        recovery::bring_into_sale(state, &program).await.expect("on sale");
        state.catalog.put(Arc::clone(&program));
        let mut rng = ChaCha8Rng::seed_from_u64(id);
        let mut wanted = purchase(&rig, &program, 0, &mut rng);
        wanted.version = version;
        wanted.body.seat_dto_list = None;
        wanted.body.request_id = None;
        wanted.body.ticket_category_id = CategoryId::new(1);
        wanted.body.ticket_count = Some(2);
        wanted.body.ticket_user_id_list =
            (0..2).map(|k| TicketUserId::new(rig.first_ticket_user + k).expect("an id")).collect();
        assert!(place(state, wanted.clone()).await.is_ok(), "{version}");
        let second = place(state, wanted).await;
        assert!(matches!(second, Err(Refusal::Rejected(Rejection::AccountLimit))), "{version}: {second:?}");
        empty_queue(&rig).await;
    }
}

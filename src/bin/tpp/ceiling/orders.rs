//! What a whole v4 order costs on a large hall against a small one: checks, atomic step, queue and ledger, without HTTP.
//! Must not judge: it prints ratios.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow};
use tpp::{
    bench::child::PrivateFolder,
    domain::{
        ids::{OrderNumber, SeatIx, TicketUserId, UserId},
        order::{Closing, OrderVersion},
        program::Program,
    },
    ledger::{BulkAccounts, Durability, Ledger},
    server::{
        config::{Config, Engine},
        order::{self, Purchase, settle},
        run,
        state::State,
        workers::write_orders,
    },
    wire::order::{CreateOrder, PickedSeat},
};

use super::stores::{self, LARGE_SEATS, ROUNDS, ROW_SEATS, SMALL_SEATS, Size};

/// Orders placed before they are written, as a busy queue would have them; then they are cancelled, which is not timed.
const CROWD: u32 = 256;
/// Crowds in a round, in process and in Redis.
const ROUND_CROWDS: [u32; 2] = [16, 4];

/// One buyer and the two halls.
struct Rig {
    state: Arc<State>,
    user: UserId,
    people: Vec<TicketUserId>,
}

/// Both sizes, both ways to choose, in turns, on one engine.
pub async fn sizes(engine: Engine, durability: Durability) -> anyhow::Result<Vec<Size>> {
    let folder = PrivateFolder::make().context("failed to make a temporary folder")?;
    let name = if engine == Engine::Embedded { "embedded" } else { "redis" };
    let crowds = ROUND_CROWDS[usize::from(engine != Engine::Embedded)];
    let config = Config { engine, durability, ..Config::new(folder.path().to_owned()) };
    let ledger = Ledger::open(&config.data.join("ledger.sqlite"), durability)?;
    let halls = [SMALL_SEATS, LARGE_SEATS].map(|seats| stores::program(u64::from(seats), seats));
    ledger.add_programs(halls.to_vec()).await?;
    ledger.close().await;
    let office = run::open(config, &mut |_| {}).await?;
    let rig = rig(&office.state).await?;
    let mut sizes = Vec::new();
    for (choice, picks) in [("order, best", false), ("order, picked", true)] {
        let (mut small, mut large, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let of_small = cost_us(&rig, &halls[0], crowds, picks).await?;
            let of_large = cost_us(&rig, &halls[1], crowds, picks).await?;
            small.push(of_small);
            large.push(of_large);
            ratios.push(of_large / of_small);
        }
        sizes.push(Size {
            engine: name,
            choice,
            small_us: stores::median(&mut small),
            large_us: stores::median(&mut large),
            ratio: stores::median(&mut ratios),
        });
    }
    run::close(office).await?;
    Ok(sizes)
}

async fn rig(state: &Arc<State>) -> anyhow::Result<Rig> {
    let bulk = BulkAccounts { count: 1, ticket_users_each: 2, password_hash: None };
    let made = state.ledger.add_accounts(bulk).await?;
    state.accounts.remember_bulk(made);
    let first = made.first_ticket_user.get();
    let people = (first..first + 2).filter_map(TicketUserId::new).collect();
    Ok(Rig { state: Arc::clone(state), user: made.first_user, people })
}

/// Microseconds an order of two seats.
async fn cost_us(rig: &Rig, program: &Program, crowds: u32, picks: bool) -> anyhow::Result<f64> {
    let program = rig.state.catalog.get(program.id).context("the hall is on sale")?;
    let mut took = Duration::ZERO;
    for crowd in 0..crowds {
        let wanted: Vec<_> = (0..CROWD).map(|i| purchase(rig, &program, crowd * CROWD + i, picks)).collect();
        let started = Instant::now();
        let placed = place_and_write(rig, wanted).await?;
        took += started.elapsed();
        for number in placed {
            let cancelled = settle::cancel(&rig.state, number, None, Closing::Operator).await;
            cancelled.map_err(|refusal| anyhow!("a cancellation came out as {refusal:?}"))?;
        }
    }
    Ok(took.as_secs_f64() * 1e6 / f64::from(crowds * CROWD))
}

async fn place_and_write(rig: &Rig, wanted: Vec<Purchase>) -> anyhow::Result<Vec<OrderNumber>> {
    let mut placed = Vec::with_capacity(wanted.len());
    for purchase in wanted {
        let number = order::place(&rig.state, purchase).await;
        placed.push(number.map_err(|refusal| anyhow!("an order came out as {refusal:?}"))?);
    }
    let _one_writer = rig.state.writing.lock().await;
    loop {
        let wrote = write_orders::step(&rig.state, Duration::ZERO).await;
        if !wrote.map_err(|refusal| anyhow!("writing came out as {refusal:?}"))? {
            return Ok(placed);
        }
    }
}

fn purchase(rig: &Rig, program: &Program, at: u32, picks: bool) -> Purchase {
    let body = CreateOrder {
        program_id: program.id,
        user_id: rig.user,
        ticket_user_id_list: rig.people.clone(),
        seat_dto_list: picks.then(|| pick(program, at)),
        ticket_category_id: (!picks).then(stores::category),
        ticket_count: (!picks).then_some(2),
        request_id: None,
        allow_split: None,
    };
    Purchase { version: OrderVersion::V4, body, idempotency_key: None, user: rig.user }
}

/// Two neighbours, no two buyers of a crowd the same. In a large hall each in another row, far from the one before.
fn pick(program: &Program, at: u32) -> Vec<PickedSeat> {
    let (rows, pairs) = (program.hall.seats() / ROW_SEATS, ROW_SEATS / 2);
    let nth = at % CROWD;
    let first = (nth * 7_919 % rows) * ROW_SEATS + (nth / rows % pairs) * 2;
    let seat = |ix: u32| {
        let place = program.hall.place(SeatIx(ix)).expect("the position lies in the hall");
        PickedSeat {
            id: Some(program.hall.seat_id(SeatIx(ix))),
            ticket_category_id: Some(place.category),
            row_code: Some(place.row_code),
            col_code: Some(place.col_code),
            price: Some(place.price),
        }
    };
    vec![seat(first), seat(first + 1)]
}

//! The engine against its model, step by step.
//! Must not know how either works inside.

use proptest::prelude::*;

use super::{
    Embedded, EmbeddedConfig,
    model::{Model, best, program},
};
use crate::domain::{
    hold::{Books, Choice, Fallback, Held, HoldRequest, LiveOrder, QueuedOrder, Release, SeatState},
    ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
    order::RequestKey,
    program::Program,
};

const QUEUE_MAX: usize = 6;
/// Two more than there are seats, so that some picks miss.
const SEAT_NUMBERS: u32 = 20;

#[derive(Debug, Clone)]
enum Step {
    Hold(Ask),
    Choose(u64, u32, Fallback),
    Confirm(Aim),
    Release(Aim),
    Undo(usize),
    Acknowledge(usize),
    AcknowledgeOldest(usize),
    Rebuild { dropped: u32, paid: u32 },
}

#[derive(Debug, Clone)]
struct Ask {
    queue: bool,
    user: u64,
    choice: Wanted,
    first_name: u64,
    per_account_limit: u32,
    real_name: bool,
    key: Option<(u8, u64)>,
}

#[derive(Debug, Clone)]
enum Wanted {
    Best(u64, u32, Fallback),
    Picked(Vec<u32>),
}

/// An earlier order, some of its seats, and perhaps one that may not be its own.
#[derive(Debug, Clone)]
struct Aim {
    order: usize,
    seats: u8,
    other: Option<u32>,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => ask().prop_map(Step::Hold),
        2 => (1u64..4, 1u32..6, fallback()).prop_map(|(category, count, f)| Step::Choose(category, count, f)),
        4 => aim().prop_map(Step::Confirm),
        6 => aim().prop_map(Step::Release),
        3 => any::<usize>().prop_map(Step::Undo),
        2 => any::<usize>().prop_map(Step::Acknowledge),
        2 => (0usize..4).prop_map(Step::AcknowledgeOldest),
        1 => (any::<u32>(), any::<u32>()).prop_map(|(a, b)| Step::Rebuild { dropped: a & b, paid: b }),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    let wanted = prop_oneof![
        2 => (1u64..4, 1u32..6, fallback()).prop_map(|(category, count, f)| Wanted::Best(category, count, f)),
        1 => prop::collection::vec(0..SEAT_NUMBERS, 1..5).prop_map(Wanted::Picked),
    ];
    let key = prop::option::weighted(0.3, (0u8..3, 1u64..3));
    (any::<bool>(), 1u64..4, wanted, 0u64..8, 2u32..14, prop::bool::weighted(0.3), key).prop_map(
        |(queue, user, choice, first_name, per_account_limit, real_name, key)| Ask {
            queue,
            user,
            choice,
            first_name,
            per_account_limit,
            real_name,
            key,
        },
    )
}

fn fallback() -> impl Strategy<Value = Fallback> {
    prop_oneof![Just(Fallback::Refuse), Just(Fallback::Split)]
}

fn aim() -> impl Strategy<Value = Aim> {
    let seats = prop_oneof![3 => Just(u8::MAX), 1 => any::<u8>()];
    (any::<usize>(), seats, prop::option::weighted(0.2, 0..SEAT_NUMBERS)).prop_map(|(order, seats, other)| Aim {
        order,
        seats,
        other,
    })
}

/// The engine, its model, and what the buyers remember.
struct Pair {
    program: Program,
    engine: Embedded,
    model: Model,
    placed: Vec<QueuedOrder>,
    next_order: u64,
}

impl Pair {
    async fn new() -> Self {
        let program = program(1, &[&[5, 3, 2], &[4, 4]]);
        let engine = Embedded::new(EmbeddedConfig { queue_max: QUEUE_MAX });
        let first = engine.rebuild(&program, &Books::default()).await.expect("the engine is here");
        assert!(first.was_empty);
        Self { model: Model::new(program.clone(), QUEUE_MAX), program, engine, placed: Vec::new(), next_order: 1 }
    }

    async fn play(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let id = self.program.id;
        match step {
            Step::Hold(ask) => self.hold(ask).await?,
            Step::Choose(category, count, fallback) => {
                let category = CategoryId::new(*category).expect("above zero");
                let chosen = self.engine.choose(id, category, *count, *fallback).await;
                prop_assert_eq!(chosen, self.model.choose(category, *count, *fallback).map_err(Into::into));
            }
            Step::Confirm(aim) => {
                let Some((order, seats)) = self.aimed(aim) else { return Ok(()) };
                let number = order.request.order;
                let sold = self.engine.confirm(id, number, &seats).await;
                prop_assert_eq!(sold, Ok(self.model.confirm(number, &seats)));
            }
            Step::Release(aim) => {
                let Some((order, seats)) = self.aimed(aim) else { return Ok(()) };
                let HoldRequest { order, user, ticket_users, .. } = order.request;
                let release = Release { program: id, order, user, seats, ticket_users };
                prop_assert_eq!(self.engine.release(&release).await, Ok(self.model.release(&release)));
                prop_assert_eq!(self.engine.release(&release).await, Ok(0), "a repeat is harmless");
            }
            Step::Undo(at) => {
                let number = OrderNumber::new((*at as u64 % self.next_order).max(1)).expect("above zero");
                prop_assert_eq!(self.engine.undo(id, number).await, Ok(self.model.undo(number)));
            }
            Step::Acknowledge(at) => {
                let orders = self.placed.get(at % self.placed.len().max(1)).cloned();
                self.acknowledge(orders.as_slice()).await;
            }
            Step::AcknowledgeOldest(count) => {
                let oldest = self.engine.next_batch(*count, std::time::Duration::ZERO).await.expect("here");
                prop_assert_eq!(&oldest[..], &self.model.queue[..self.model.queue.len().min(*count)]);
                self.acknowledge(&oldest).await;
            }
            Step::Rebuild { dropped, paid } => {
                let books = self.books(*dropped, *paid);
                let repairs = self.engine.rebuild(&self.program, &books).await;
                prop_assert_eq!(repairs, Ok(self.model.rebuild(&books)));
            }
        }
        self.compare().await
    }

    async fn hold(&mut self, ask: &Ask) -> Result<(), TestCaseError> {
        let request = self.request(ask);
        let held = if ask.queue {
            self.engine.hold_and_queue(request.clone()).await
        } else {
            self.engine.hold(request.clone()).await
        };
        prop_assert_eq!(&held, &self.model.hold(request.clone(), ask.queue));
        if let Ok(Held::Seats(seats)) = held {
            self.placed.push(QueuedOrder { request, seats });
        }
        Ok(())
    }

    fn request(&mut self, ask: &Ask) -> HoldRequest {
        let order = OrderNumber::new(self.next_order).expect("above zero");
        self.next_order += 1;
        let mut request = best(order, UserId::new(ask.user).expect("above zero"), CategoryId::new(1).expect("1"), 1);
        let count;
        (request.choice, count) = match &ask.choice {
            Wanted::Best(category, count, fallback) => {
                let category = CategoryId::new(*category).expect("above zero");
                (Choice::Best { category, count: *count, fallback: *fallback }, u64::from(*count))
            }
            Wanted::Picked(seats) => {
                let mut distinct: Vec<SeatIx> = Vec::new();
                for seat in seats.iter().copied().map(SeatIx) {
                    if !distinct.contains(&seat) {
                        distinct.push(seat);
                    }
                }
                let count = distinct.len() as u64;
                (Choice::Picked(distinct), count)
            }
        };
        let names = ask.first_name..ask.first_name + count;
        request.ticket_users = names.map(|name| TicketUserId::new(name % 8 + 1).expect("above zero")).collect();
        request.per_account_limit = ask.per_account_limit;
        request.real_name = ask.real_name;
        request.request =
            ask.key.map(|(key, fingerprint)| RequestKey { key: format!("key {key}").into(), fingerprint });
        request
    }

    fn aimed(&self, aim: &Aim) -> Option<(QueuedOrder, Vec<SeatIx>)> {
        let order = self.placed.get(aim.order % self.placed.len().max(1))?.clone();
        let own = order.seats.iter().zip(0u32..).filter(|(_, at)| aim.seats >> (at % 8) & 1 == 1);
        let seats = own.map(|(seat, _)| *seat).chain(aim.other.map(SeatIx)).collect();
        Some((order, seats))
    }

    async fn acknowledge(&mut self, orders: &[QueuedOrder]) {
        self.engine.acknowledge(orders).await.expect("the engine is here");
        self.model.acknowledge(orders);
    }

    /// The ledger of a world in which some orders were lost, some were paid or are not paid yet, and perhaps two have
    /// each other's seats.
    fn books(&self, dropped: u32, paid: u32) -> Books {
        let mut live = Vec::new();
        for (at, order) in self.placed.iter().enumerate() {
            let number = order.request.order;
            let owned = |state: &(SeatState, Option<OrderNumber>)| state.1 == Some(number);
            let seats: Vec<SeatIx> =
                self.model.seats.iter().zip(0..).filter(|(seat, _)| owned(seat)).map(|(_, at)| SeatIx(at)).collect();
            if seats.is_empty() || dropped >> (at % 31 + 1) & 1 == 1 {
                continue;
            }
            live.push(LiveOrder {
                number,
                user: order.request.user,
                paid: paid >> (at % 32) & 1 == 1,
                hold_ends_at: Millis(number.get().cast_signed()),
                seats,
                ticket_users: self.model.names.iter().filter(|n| *n.1 == number).map(|n| *n.0).collect(),
                real_name: order.request.real_name,
            });
        }
        if let [first, second, ..] = &mut live[..]
            && dropped & 1 == 1
        {
            std::mem::swap(&mut first.seats, &mut second.seats);
        }
        Books { live, requests: self.model.keys.clone() }
    }

    async fn compare(&self) -> Result<(), TestCaseError> {
        let id = self.program.id;
        let census = self.engine.census(id).await.expect("the engine is here");
        for ((_, counts), category) in census.counts.iter().zip(&self.program.hall.categories) {
            prop_assert_eq!(counts.total(), category.seats, "law L1");
        }
        prop_assert_eq!(&census, &self.model.census());
        prop_assert_eq!(self.engine.counts(id).await, Ok(census.counts));
        prop_assert_eq!(self.engine.seats(id).await, Ok(census.seats.iter().map(|seat| seat.0).collect()));
        prop_assert_eq!(self.engine.queue_depth(Some(id)).await, Ok(census.queue.len() as u64));
        for number in (1..self.next_order).filter_map(OrderNumber::new) {
            let place = census.queue.iter().position(|queued| *queued == number).map(|at| at as u64 + 1);
            prop_assert_eq!(self.engine.position(id, number).await, Ok(place));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_engine_answers_as_its_model_does_after_any_history(steps in prop::collection::vec(step(), 1..100)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let mut pair = Pair::new().await;
            for step in &steps {
                pair.play(step).await?;
            }
            let other = ProgramId::new(2).expect("above zero");
            prop_assert_eq!(pair.engine.queue_depth(Some(other)).await, Err(crate::inventory::Unavailable::Stale));
            Ok(())
        })?;
    }
}

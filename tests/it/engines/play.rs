//! One history on both engines.
//! Must not let a reply pass without comparing it.

use std::{collections::BTreeMap, fmt::Debug, time::Duration};

use tpp::{
    domain::{
        hold::{Books, Held, HoldRequest, LiveOrder, QueuedOrder, Release, SeatState},
        ids::{OrderNumber, ProgramId, SeatIx, UserId},
        order::RequestKey,
        program::Program,
    },
    inventory::{
        Inventory, QueueFront, Unavailable,
        embedded::{Embedded, EmbeddedConfig},
        redis::{RedisConfig, RedisInventory},
    },
};

use super::{
    draw::Draw,
    world::{self, World},
};

const AT_ONCE: Duration = Duration::ZERO;

/// Both engines, and what the buyers and the ledger remember.
pub struct Play {
    world: World,
    seed: u64,
    draw: Draw,
    embedded: Inventory,
    redis: Inventory,
    /// As they were rebuilt last.
    programs: BTreeMap<ProgramId, Program>,
    placed: Vec<QueuedOrder>,
    keys: Vec<(UserId, RequestKey, OrderNumber)>,
    /// Programs of which an order was acknowledged before an earlier one.
    out_of_turn: Vec<ProgramId>,
    orders: u64,
    history: Vec<String>,
}

/// Calls a verb on both engines and compares the replies, whose value it is.
macro_rules! both {
    ($play:ident, $verb:ident ( $($argument:expr),* )) => {{
        let told = format!(concat!(stringify!($verb), " {:?}"), ($(&$argument,)*));
        let embedded = $play.embedded.$verb($($argument),*).await;
        let redis = $play.redis.$verb($($argument),*).await;
        $play.same(told, &embedded, &redis);
        embedded
    }};
}

impl Play {
    pub async fn begin(world: World, seed: u64, draw: Draw, url: &str) -> Self {
        let queue_max = world.queue_max();
        let redis = RedisInventory::connect(RedisConfig { url: url.to_owned(), queue_max }).await.unwrap();
        let mut play = Self {
            world,
            seed,
            draw,
            embedded: Inventory::Embedded(Embedded::new(EmbeddedConfig { queue_max })),
            redis: Inventory::Redis(redis),
            programs: BTreeMap::new(),
            placed: Vec::new(),
            keys: Vec::new(),
            out_of_turn: Vec::new(),
            orders: 0,
            history: Vec::new(),
        };
        for id in 1..=world.programs() {
            let program = world::program(id, &mut play.draw);
            play.rebuild(program, Books::default()).await;
        }
        play
    }

    /// Compares what is left. Returns all steps with their replies.
    pub async fn end(mut self) -> Vec<String> {
        for program in self.programs.clone().into_values() {
            self.look_at(&program).await;
        }
        self.queues().await;
        self.history
    }

    pub async fn step(&mut self) {
        let id = ProgramId::new(1 + self.draw.below(self.world.programs())).unwrap();
        let Some(program) = self.programs.get(&id).cloned() else { return self.without(id).await };
        match self.draw.below(40) {
            0..16 => self.hold(&program).await,
            16..18 => self.choose(&program).await,
            18..21 => self.confirm(&program).await,
            21..26 => self.release(&program).await,
            26..29 => self.undo(&program).await,
            29..31 => self.look_at(&program).await,
            31..33 => self.queues().await,
            33..37 => self.batch().await,
            37 | 38 => {
                let books = self.books(&program).await;
                let program = self.changed(program);
                self.rebuild(program, books).await;
            }
            _ if self.world == World::Programs => self.forget(id).await,
            _ => self.look_at(&program).await,
        }
    }

    fn same<T: PartialEq + Debug>(&mut self, told: String, embedded: &T, redis: &T) {
        self.history.push(format!("{told} -> {embedded:?}"));
        assert_eq!(
            embedded,
            redis,
            "embedded (left) and redis differ in step {} of seed {}, {:?}:\n{}",
            self.history.len(),
            self.seed,
            self.world,
            self.history.join("\n")
        );
    }

    async fn hold(&mut self, program: &Program) {
        self.orders += 1;
        let mut request = world::request(self.world, program, self.orders, &mut self.draw);
        let keyed: Vec<&QueuedOrder> = self.placed.iter().filter(|o| o.request.request.is_some()).collect();
        if !keyed.is_empty() && self.draw.once_in(6) {
            // The same request once more; only its order number is new.
            let (order, program) = (request.order, program.id);
            request = HoldRequest { order, program, ..self.draw.one(&keyed).request.clone() };
        }
        let held = if self.draw.once_in(2) {
            both!(self, hold(request.clone()))
        } else {
            both!(self, hold_and_queue(request.clone()))
        };
        if let Ok(Held::Seats(seats)) = held {
            self.keys.extend(request.request.clone().map(|key| (request.user, key, request.order)));
            self.placed.push(QueuedOrder { request, seats });
        }
    }

    async fn choose(&mut self, program: &Program) {
        let (category, count) = (world::some_category(program, &mut self.draw), world::some_count(&mut self.draw));
        let fallback = world::some_fallback(&mut self.draw);
        both!(self, choose(program.id, category, count, fallback)).ok();
    }

    /// An earlier order of any program, or one that never was, with all its seats or some, and at times a stranger's.
    fn aim(&mut self, program: &Program) -> Release {
        let own: Vec<&QueuedOrder> = self.placed.iter().filter(|o| o.request.program == program.id).collect();
        let unknown = own.is_empty() || self.draw.once_in(12);
        let (order, mut user, mut seats, mut ticket_users) = if unknown {
            (world::order(1_000_000), world::user(&mut self.draw), Vec::new(), Vec::new())
        } else {
            let QueuedOrder { request, seats } = self.draw.one(&own).clone();
            (request.order, request.user, seats, request.ticket_users)
        };
        if self.draw.once_in(3) {
            (seats, ticket_users) = (self.draw.some(&seats), self.draw.some(&ticket_users));
        }
        if self.draw.once_in(5) {
            seats.push(SeatIx(self.draw.small(program.hall.seats() + 2)));
            seats.extend(seats.first().copied());
        }
        if self.draw.once_in(15) {
            user = world::user(&mut self.draw);
        }
        Release { program: program.id, order, user, seats, ticket_users }
    }

    async fn confirm(&mut self, program: &Program) {
        let Release { order, seats, .. } = self.aim(program);
        both!(self, confirm(program.id, order, &seats)).unwrap();
        self.look_at_times(program).await;
    }

    async fn release(&mut self, program: &Program) {
        let release = self.aim(program);
        both!(self, release(&release)).unwrap();
        self.look_at_times(program).await;
    }

    async fn undo(&mut self, program: &Program) {
        let order = self.aim(program).order;
        both!(self, undo(program.id, order)).unwrap();
        self.look_at_times(program).await;
    }

    async fn look_at_times(&mut self, program: &Program) {
        if self.draw.once_in(3) {
            self.look_at(program).await;
        }
    }

    async fn look_at(&mut self, program: &Program) {
        let census = both!(self, census(program.id)).unwrap();
        for ((_, counts), category) in census.counts.iter().zip(&program.hall.categories) {
            assert_eq!(counts.total(), category.seats, "seed {}", self.seed);
        }
        let counts = both!(self, counts(program.id)).unwrap();
        let seats = both!(self, seats(program.id)).unwrap();
        assert_eq!((&counts, seats.len()), (&census.counts, census.seats.len()), "seed {}", self.seed);
        both!(self, queue_depth(Some(program.id))).unwrap();
    }

    /// Depth of all queues, and places in them.
    async fn queues(&mut self) {
        both!(self, queue_depth(None::<ProgramId>)).unwrap();
        self.fronts().await;
        let mut asked: Vec<_> = self.placed.iter().map(|o| (o.request.program, o.request.order)).collect();
        asked.push((ProgramId::new(1).unwrap(), world::order(1_000_000)));
        asked.drain(..asked.len().saturating_sub(8));
        for (program, order) in asked {
            if !self.out_of_turn.contains(&program) {
                both!(self, position(program, order)).ok();
                continue;
            }
            let exact = self.embedded.position(program, order).await.unwrap();
            let redis = self.redis.position(program, order).await.unwrap();
            self.same(format!("is {order} queued"), &exact.is_some(), &redis.is_some());
            let told = redis.zip(exact).is_none_or(|(redis, exact)| (1..=exact).contains(&redis));
            assert!(told, "seed {}: place {redis:?} for {exact:?}\n{}", self.seed, self.history.join("\n"));
        }
    }

    /// The front of all queues. Which of two programs was held first is told to the millisecond only.
    async fn fronts(&mut self) {
        if self.programs.len() == 1 {
            both!(self, queue_front()).unwrap();
            return;
        }
        let (embedded, redis) = (self.embedded.queue_front().await.unwrap(), self.redis.queue_front().await.unwrap());
        let told = |front: &QueueFront| (front.depth, front.oldest.is_some());
        self.same("queue_front".to_owned(), &told(&embedded), &told(&redis));
    }

    /// Reads orders off the queue and acknowledges all, none, the first or any of them.
    async fn batch(&mut self) {
        let max = self.draw.size(8);
        let (embedded, redis) =
            (self.embedded.next_batch(max, AT_ONCE).await.unwrap(), self.redis.next_batch(max, AT_ONCE).await.unwrap());
        self.same(format!("next_batch {max}"), &embedded.len(), &redis.len());
        for id in self.programs.keys().copied().collect::<Vec<_>>() {
            let of = |batch: &[QueuedOrder]| {
                batch.iter().filter(|o| o.request.program == id).cloned().collect::<Vec<QueuedOrder>>()
            };
            // Over programs the order is told to the millisecond only, so that one may be cut off later than the other.
            let (mut embedded, mut redis) = (of(&embedded), of(&redis));
            if self.programs.len() > 1 {
                let common = embedded.len().min(redis.len());
                embedded.truncate(common);
                redis.truncate(common);
            }
            self.same(format!("next_batch of {id}"), &embedded, &redis);
        }
        let done = match self.draw.below(8) {
            0 => Vec::new(),
            1 => self.draw.some(&redis),
            2 => redis[..self.draw.size(redis.len() + 1)].to_vec(),
            _ => redis,
        };
        self.acknowledge(&done).await;
        if self.draw.once_in(4) {
            self.acknowledge(&done).await;
        }
    }

    async fn acknowledge(&mut self, done: &[QueuedOrder]) {
        for id in self.programs.keys().copied().collect::<Vec<_>>() {
            let queue = self.embedded.census(id).await.unwrap().queue;
            let is_done = |order: &&OrderNumber| done.iter().any(|o| o.request.order == **order);
            let (gone, first) = (queue.iter().filter(is_done).count(), queue.iter().take_while(is_done).count());
            if gone > first {
                self.out_of_turn.push(id);
            }
        }
        both!(self, acknowledge(done)).unwrap();
        for id in self.programs.keys() {
            if self.embedded.queue_depth(Some(*id)).await == Ok(0) {
                self.out_of_turn.retain(|of| of != id);
            }
        }
    }

    /// The ledger of a world in which orders were lost, paid or not paid yet, have a seat of another, or one that is not
    /// there.
    async fn books(&mut self, program: &Program) -> Books {
        let census = both!(self, census(program.id)).unwrap();
        let mut live = Vec::new();
        for QueuedOrder { request, .. } in self.placed.iter().filter(|o| o.request.program == program.id) {
            let owned = |(at, seat): (u32, &(SeatState, Option<OrderNumber>))| {
                (seat.1 == Some(request.order)).then_some((SeatIx(at), seat.0))
            };
            let (seats, states): (Vec<_>, Vec<_>) = (0..).zip(&census.seats).filter_map(owned).unzip();
            if seats.is_empty() || self.draw.once_in(6) {
                continue;
            }
            live.push(LiveOrder {
                number: request.order,
                user: request.user,
                paid: (states[0] == SeatState::Sold) ^ self.draw.once_in(6),
                hold_ends_at: request.hold_ends_at,
                seats,
                ticket_users: request.ticket_users.clone(),
                real_name: request.real_name,
            });
        }
        for order in &mut live {
            if self.draw.once_in(8) {
                order.seats.push(SeatIx(self.draw.small(program.hall.seats() + 3)));
            }
        }
        let requests = self.keys.iter().filter(|_| !self.draw.once_in(6)).cloned().collect();
        Books { live, requests }
    }

    /// The same program, or rarely in another hall.
    fn changed(&mut self, program: Program) -> Program {
        let other_hall = self.world == World::Programs && self.draw.once_in(3);
        if other_hall { world::program(program.id.get(), &mut self.draw) } else { program }
    }

    async fn rebuild(&mut self, program: Program, books: Books) {
        both!(self, rebuild(&program, &books)).unwrap();
        self.out_of_turn.retain(|id| *id != program.id);
        self.look_at(&program).await;
        self.programs.insert(program.id, program);
    }

    async fn forget(&mut self, id: ProgramId) {
        both!(self, forget(id)).unwrap();
        self.programs.remove(&id);
        self.out_of_turn.retain(|of| *of != id);
    }

    /// Every verb of a program that is not there; at times it comes back.
    async fn without(&mut self, id: ProgramId) {
        let mut draw = Draw::seeded(self.draw.below(u64::MAX));
        let program = world::program(id.get(), &mut draw);
        if self.draw.once_in(2) {
            let live = self.placed.iter().filter(|o| o.request.program == id).take(3).collect::<Vec<_>>();
            let live = live.iter().map(|o| live_again(o)).collect();
            return self.rebuild(program, Books { live, requests: self.keys.clone() }).await;
        }
        let release = self.aim(&program);
        let request = world::request(self.world, &program, self.orders, &mut draw);
        both!(self, hold(request.clone())).unwrap_err();
        both!(self, hold_and_queue(request.clone())).unwrap_err();
        both!(self, confirm(id, release.order, &release.seats)).unwrap_err();
        both!(self, release(&release)).unwrap_err();
        both!(self, undo(id, release.order)).unwrap_err();
        both!(self, counts(id)).unwrap_err();
        both!(self, seats(id)).unwrap_err();
        both!(self, census(id)).unwrap_err();
        both!(self, position(id, release.order)).unwrap_err();
        assert_eq!(both!(self, queue_depth(Some(id))), Err(Unavailable::Stale));
        self.choose(&program).await;
        self.forget(id).await;
    }
}

fn live_again(order: &QueuedOrder) -> LiveOrder {
    LiveOrder {
        number: order.request.order,
        user: order.request.user,
        paid: order.request.order.get().is_multiple_of(2),
        hold_ends_at: order.request.hold_ends_at,
        seats: order.seats.clone(),
        ticket_users: order.request.ticket_users.clone(),
        real_name: order.request.real_name,
    }
}

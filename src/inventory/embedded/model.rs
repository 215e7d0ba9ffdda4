//! The engine's promises, word for word and slowly: what the engine is judged by. For tests only.
//! Must not share code with the engine.

use std::collections::BTreeMap;

use crate::{
    domain::{
        hold::{Books, Census, Choice, Counts, Fallback, Held, HoldRequest, QueuedOrder, Release, SeatState},
        ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
        order::{OrderVersion, RequestKey},
        program::{Program, SaleWindow},
        rejection::Rejection,
        seating::naive,
    },
    inventory::{NotDone, Repairs, Unavailable},
};

/// A seat's state and owner.
pub(super) type Seat = (SeatState, Option<OrderNumber>);
const FREE: Seat = (SeatState::Available, None);

/// One program and its queue.
pub(super) struct Model {
    program: Program,
    queue_max: usize,
    pub(super) seats: Vec<Seat>,
    accounts: BTreeMap<UserId, u32>,
    pub(super) names: BTreeMap<TicketUserId, OrderNumber>,
    pub(super) keys: Vec<(UserId, RequestKey, OrderNumber)>,
    holds: BTreeMap<OrderNumber, QueuedOrder>,
    pub(super) queue: Vec<QueuedOrder>,
}

impl Model {
    pub(super) fn new(program: Program, queue_max: usize) -> Self {
        let seats = vec![FREE; program.hall.seats() as usize];
        Self {
            program,
            queue_max,
            seats,
            accounts: BTreeMap::new(),
            names: BTreeMap::new(),
            keys: Vec::new(),
            holds: BTreeMap::new(),
            queue: Vec::new(),
        }
    }

    pub(super) fn hold(&mut self, request: HoldRequest, queue: bool) -> Result<Held, NotDone> {
        let wanted = match &request.choice {
            Choice::Best { count, .. } => *count as usize,
            Choice::Picked(seats) if seats.iter().any(|seat| seats.iter().filter(|s| *s == seat).count() > 1) => {
                return Err(Rejection::SeatRepeated.into());
            }
            Choice::Picked(seats) => seats.len(),
        };
        if wanted == 0 {
            return Err(Rejection::CountNotPositive.into());
        }
        if let Some(asked) = &request.request
            && let Some((_, earlier, order)) =
                self.keys.iter().find(|(user, key, _)| *user == request.user && key.key == asked.key)
        {
            let same = earlier.fingerprint == asked.fingerprint;
            return if same { Ok(Held::Repeat(*order)) } else { Err(Rejection::KeyReused.into()) };
        }
        let seats = self.seats_for(&request.choice)?;
        let live = self.accounts.get(&request.user).copied().unwrap_or(0);
        if live + seats.len() as u32 > request.per_account_limit {
            return Err(Rejection::AccountLimit.into());
        }
        if request.real_name && request.ticket_users.iter().any(|name| self.names.contains_key(name)) {
            return Err(Rejection::NameLimit.into());
        }
        if queue && self.queue.len() >= self.queue_max {
            return Err(Unavailable::QueueFull.into());
        }
        self.record(QueuedOrder { request, seats: seats.clone() }, queue);
        Ok(Held::Seats(seats))
    }

    pub(super) fn choose(
        &self,
        category: CategoryId,
        count: u32,
        fallback: Fallback,
    ) -> Result<Vec<SeatIx>, Rejection> {
        let category = self.program.hall.category(category).ok_or(Rejection::CategoryMissing)?;
        naive::choose(category, |seat| self.seats[seat.0 as usize] == FREE, count, fallback)
    }

    pub(super) fn confirm(&mut self, order: OrderNumber, seats: &[SeatIx]) -> u32 {
        let sold = self.restate(seats, (SeatState::Held, Some(order)), (SeatState::Sold, Some(order)));
        self.end_empty_holds();
        sold
    }

    pub(super) fn release(&mut self, release: &Release) -> u32 {
        self.names.retain(|name, owner| *owner != release.order || !release.ticket_users.contains(name));
        let held = self.restate(&release.seats, (SeatState::Held, Some(release.order)), FREE);
        let freed = held + self.restate(&release.seats, (SeatState::Sold, Some(release.order)), FREE);
        let live = self.accounts.entry(release.user).or_default();
        *live = live.saturating_sub(freed);
        self.accounts.retain(|_, live| *live > 0);
        self.end_empty_holds();
        freed
    }

    pub(super) fn undo(&mut self, order: OrderNumber) -> u32 {
        let Some(hold) = self.holds.get(&order) else { return 0 };
        let release = Release {
            program: self.program.id,
            order,
            user: hold.request.user,
            seats: self.held_by(order),
            ticket_users: hold.request.ticket_users.clone(),
        };
        self.keys.retain(|(_, _, keyed)| *keyed != order);
        self.release(&release)
    }

    pub(super) fn acknowledge(&mut self, orders: &[QueuedOrder]) {
        self.queue.retain(|queued| orders.iter().all(|order| order.request.order != queued.request.order));
    }

    pub(super) fn rebuild(&mut self, books: &Books) -> Repairs {
        let before = std::mem::replace(self, Self::new(self.program.clone(), self.queue_max));
        for live in &books.live {
            let state = if live.paid { SeatState::Sold } else { SeatState::Held };
            live.seats.iter().for_each(|seat| self.seats[seat.0 as usize] = (state, Some(live.number)));
            *self.accounts.entry(live.user).or_default() += live.seats.len() as u32;
            if live.real_name {
                self.names.extend(live.ticket_users.iter().map(|name| (*name, live.number)));
            }
            if !live.paid {
                let mut request = best(live.number, live.user, CategoryId::new(1).expect("above zero"), 1);
                request.ticket_users.clone_from(&live.ticket_users);
                request.hold_ends_at = live.hold_ends_at;
                self.holds.insert(live.number, QueuedOrder { request, seats: live.seats.clone() });
            }
        }
        self.keys.clone_from(&books.requests);
        let mut repairs = Repairs::default();
        for (was, is) in before.seats.iter().zip(&self.seats).filter(|(was, is)| was != is) {
            match (was.1, is.1) {
                (_, None) => repairs.seats_freed += 1,
                (was, is) if was == is => repairs.seats_restated += 1,
                _ => repairs.seats_restored += 1,
            }
        }
        repairs
    }

    pub(super) fn census(&self) -> Census {
        let count = |first: SeatIx, seats: u32, state| {
            let all = &self.seats[first.0 as usize..(first.0 + seats) as usize];
            all.iter().filter(|seat| seat.0 == state).count() as u32
        };
        let categories = self.program.hall.categories.iter();
        Census {
            counts: categories
                .map(|c| {
                    let of = |state| count(c.first_seat, c.seats, state);
                    let (available, held, sold) = (of(SeatState::Available), of(SeatState::Held), of(SeatState::Sold));
                    (c.id, Counts { available, held, sold })
                })
                .collect(),
            seats: self.seats.clone(),
            accounts: self.accounts.clone().into_iter().collect(),
            names: self.names.clone().into_iter().collect(),
            holds: self.holds.iter().map(|(order, hold)| (*order, hold.request.hold_ends_at)).collect(),
            queue: self.queue.iter().map(|queued| queued.request.order).collect(),
        }
    }

    fn seats_for(&self, choice: &Choice) -> Result<Vec<SeatIx>, Rejection> {
        match choice {
            Choice::Best { category, count, fallback } => self.choose(*category, *count, *fallback),
            Choice::Picked(seats) => {
                for seat in seats {
                    match self.seats.get(seat.0 as usize) {
                        None => return Err(Rejection::SeatMissing),
                        Some((SeatState::Held, _)) => return Err(Rejection::SeatHeld),
                        Some((SeatState::Sold, _)) => return Err(Rejection::SeatSold),
                        Some((SeatState::Available, _)) => {}
                    }
                }
                Ok(seats.clone())
            }
        }
    }

    fn held_by(&self, order: OrderNumber) -> Vec<SeatIx> {
        let held = |(at, seat): (u32, &Seat)| (*seat == (SeatState::Held, Some(order))).then_some(SeatIx(at));
        (0..).zip(&self.seats).filter_map(held).collect()
    }

    fn end_empty_holds(&mut self) {
        let seats = &self.seats;
        self.holds.retain(|order, _| seats.contains(&(SeatState::Held, Some(*order))));
    }

    fn record(&mut self, order: QueuedOrder, queue: bool) {
        let (request, number) = (&order.request, order.request.order);
        order.seats.iter().for_each(|seat| self.seats[seat.0 as usize] = (SeatState::Held, Some(number)));
        *self.accounts.entry(request.user).or_default() += order.seats.len() as u32;
        if request.real_name {
            self.names.extend(request.ticket_users.iter().map(|name| (*name, number)));
        }
        self.keys.extend(request.request.clone().map(|key| (request.user, key, number)));
        self.holds.insert(number, order.clone());
        if queue {
            self.queue.push(order);
        }
    }

    fn restate(&mut self, seats: &[SeatIx], from: Seat, to: Seat) -> u32 {
        let mut changed = 0;
        for seat in seats {
            if let Some(now) = self.seats.get_mut(seat.0 as usize).filter(|now| **now == from) {
                *now = to;
                changed += 1;
            }
        }
        changed
    }
}

/// A program of categories 1, 2, … with rows of these lengths.
pub(super) fn program(id: u64, categories: &[&[u32]]) -> Program {
    Program {
        id: ProgramId::new(id).expect("above zero"),
        title: "Swan Lake".into(),
        actor: String::new(),
        place: String::new(),
        area: String::new(),
        category: String::new(),
        show_time: String::new(),
        permit_choose_seat: true,
        real_name: false,
        per_order_limit: 6,
        per_account_limit: 6,
        sale: SaleWindow::default(),
        hall: naive::hall(categories),
    }
}

/// Asks program 1 for the best `count` seats of a category, with ticket users 1, 2, …, no limit and no key.
pub(super) fn best(order: OrderNumber, user: UserId, category: CategoryId, count: u32) -> HoldRequest {
    HoldRequest {
        program: ProgramId::new(1).expect("above zero"),
        order,
        user,
        version: OrderVersion::V4,
        choice: Choice::Best { category, count, fallback: Fallback::Refuse },
        ticket_users: (1..=u64::from(count)).map(|id| TicketUserId::new(id).expect("above zero")).collect(),
        per_account_limit: u32::MAX,
        real_name: false,
        request: None,
        created_at: Millis(1_000),
        hold_ends_at: Millis(1_000 + order.get().cast_signed()),
    }
}

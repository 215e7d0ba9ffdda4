//! The inventory of one program: the atomic steps, all checks before the first write.
//! Must not lock, wait or know another program.

use std::{collections::BTreeMap, sync::Arc};

use super::{section::Section, slot::Slot};
use crate::{
    domain::{
        hold::{Choice, Counts, Fallback, HoldRequest, Release, SeatState},
        ids::{CategoryId, Millis, OrderNumber, SeatIx, TicketUserId, UserId},
        program::Program,
        rejection::Rejection,
    },
    inventory::{check_choice, check_count},
};

/// Seats, accounts, names, keys and holds of a program. Trees and not hash tables: a table of a million entries that grows
/// would stop the sale for a tenth of a second.
#[derive(Debug)]
pub struct Hall {
    pub(super) sections: Vec<Section>,
    /// One a seat.
    pub(super) slots: Box<[Slot]>,
    /// Live tickets; no zeros.
    pub(super) accounts: BTreeMap<UserId, u32>,
    /// Live names.
    pub(super) names: BTreeMap<TicketUserId, OrderNumber>,
    /// Idempotency keys, of live orders and of others.
    pub(super) keys: BTreeMap<Key, Keyed>,
    /// Orders that have held seats.
    pub(super) holds: BTreeMap<OrderNumber, Box<Hold>>,
}

/// An idempotency key is the user's own.
pub type Key = (UserId, Arc<str>);

/// What an idempotency key was used for.
#[derive(Debug, Clone, Copy)]
pub struct Keyed {
    /// Digest of the request.
    pub fingerprint: u64,
    /// The order that came of it.
    pub order: OrderNumber,
}

/// What it takes to undo an order.
#[derive(Debug)]
pub struct Hold {
    /// Whose account it counts on.
    pub user: UserId,
    /// When it ends.
    pub ends_at: Millis,
    /// Those of its seats that are held still; never empty.
    pub seats: Box<[SeatIx]>,
    /// The names that it holds.
    pub names: Box<[TicketUserId]>,
    /// Its idempotency key.
    pub key: Option<Arc<str>>,
}

/// What a request comes to; nothing has changed yet.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    /// The key's order, from before.
    Repeat(OrderNumber),
    /// These seats may be taken.
    Take(Vec<SeatIx>),
}

impl Hall {
    /// All seats free, nobody known.
    pub fn new(program: &Program) -> Self {
        Self {
            sections: program.hall.categories.iter().map(Section::new).collect(),
            slots: vec![Slot::FREE; program.hall.seats() as usize].into_boxed_slice(),
            accounts: BTreeMap::new(),
            names: BTreeMap::new(),
            keys: BTreeMap::new(),
            holds: BTreeMap::new(),
        }
    }

    /// All checks, in the order that [`crate::inventory::Inventory`] promises. Changes nothing.
    pub fn decide(&mut self, request: &HoldRequest) -> Result<Decision, Rejection> {
        check_choice(&request.choice)?;
        if let Some(earlier) = self.earlier(request)? {
            return Ok(Decision::Repeat(earlier));
        }
        let seats = match &request.choice {
            Choice::Best { category, count, fallback } => self.choose(*category, *count, *fallback)?,
            Choice::Picked(seats) => {
                self.check_picked(seats)?;
                seats.clone()
            }
        };
        self.check_account(request, &seats)?;
        self.check_names(request)?;
        Ok(Decision::Take(seats))
    }

    /// The seats that [`Self::decide`] gave for this request are now held by its order.
    pub fn take(&mut self, request: &HoldRequest, seats: &[SeatIx]) {
        let names = if request.real_name { &*request.ticket_users } else { &[] };
        let key = request.request.as_ref().map(|request| Arc::from(&*request.key));
        if let (Some(key), Some(asked)) = (&key, &request.request) {
            let keyed = Keyed { fingerprint: asked.fingerprint, order: request.order };
            self.keys.insert((request.user, Arc::clone(key)), keyed);
        }
        self.occupy(request.order, seats, SeatState::Held);
        let hold =
            Hold { user: request.user, ends_at: request.hold_ends_at, seats: seats.into(), names: names.into(), key };
        self.enter(request.order, request.user, seats, names);
        self.holds.insert(request.order, Box::new(hold));
    }

    /// Chooses without taking.
    pub fn choose(&mut self, category: CategoryId, count: u32, fallback: Fallback) -> Result<Vec<SeatIx>, Rejection> {
        check_count(count as usize)?;
        let section = self.sections.iter_mut().find(|s| s.id == category).ok_or(Rejection::CategoryMissing)?;
        section.free.choose(count, fallback)
    }

    /// Held seats of this order are sold. Returns how many.
    pub fn confirm(&mut self, order: OrderNumber, seats: &[SeatIx]) -> u32 {
        let mut sold = 0;
        for seat in seats {
            if self.slot(*seat) == Some(Slot::held(order)) {
                self.slots[seat.0 as usize] = Slot::sold(order);
                self.section_mut(*seat).sell(1);
                sold += 1;
            }
        }
        self.shrink_hold(order);
        sold
    }

    /// Gives back what the order owns of these seats and names. Returns how many seats.
    pub fn release(&mut self, release: &Release) -> u32 {
        self.free_names(release.order, &release.ticket_users);
        let freed = self.free_seats(release.order, release.user, &release.seats);
        self.shrink_hold(release.order);
        freed
    }

    /// Gives back what an unconfirmed order holds and forgets its key. Returns how many seats.
    pub fn undo(&mut self, order: OrderNumber) -> u32 {
        let Some(hold) = self.holds.remove(&order) else { return 0 };
        if let Some(key) = hold.key {
            let key = (hold.user, key);
            if self.keys.get(&key).is_some_and(|keyed| keyed.order == order) {
                self.keys.remove(&key);
            }
        }
        self.free_names(order, &hold.names);
        self.free_seats(order, hold.user, &hold.seats)
    }

    /// Counts of every category.
    pub fn counts(&self) -> Vec<(CategoryId, Counts)> {
        self.sections.iter().map(|section| (section.id, section.counts())).collect()
    }

    /// The seats, free ones so far, are this order's.
    pub(super) fn occupy(&mut self, order: OrderNumber, seats: &[SeatIx], state: SeatState) {
        let slot = if state == SeatState::Sold { Slot::sold(order) } else { Slot::held(order) };
        for seat in seats {
            self.slots[seat.0 as usize] = slot;
        }
        for (section, seats) in self.by_section(seats) {
            self.sections[section].hold(seats);
            if state == SeatState::Sold {
                self.sections[section].sell(u32::try_from(seats.len()).expect("a seat position has 32 bits"));
            }
        }
    }

    /// Counts the seats and the names on those who hold them.
    pub(super) fn enter(&mut self, order: OrderNumber, user: UserId, seats: &[SeatIx], names: &[TicketUserId]) {
        if !seats.is_empty() {
            *self.accounts.entry(user).or_default() += tickets(seats);
        }
        self.names.extend(names.iter().map(|name| (*name, order)));
    }

    /// The seat's slot, when there is such a seat.
    pub(super) fn slot(&self, seat: SeatIx) -> Option<Slot> {
        self.slots.get(seat.0 as usize).copied()
    }

    fn earlier(&self, request: &HoldRequest) -> Result<Option<OrderNumber>, Rejection> {
        let Some(asked) = &request.request else { return Ok(None) };
        match self.keys.get(&(request.user, Arc::from(&*asked.key))) {
            None => Ok(None),
            Some(keyed) if keyed.fingerprint == asked.fingerprint => Ok(Some(keyed.order)),
            Some(_) => Err(Rejection::KeyReused),
        }
    }

    fn check_picked(&self, seats: &[SeatIx]) -> Result<(), Rejection> {
        for seat in seats {
            match self.slot(*seat).ok_or(Rejection::SeatMissing)?.state() {
                SeatState::Held => return Err(Rejection::SeatHeld),
                SeatState::Sold => return Err(Rejection::SeatSold),
                SeatState::Available => {}
            }
        }
        Ok(())
    }

    fn check_account(&self, request: &HoldRequest, seats: &[SeatIx]) -> Result<(), Rejection> {
        let live = self.accounts.get(&request.user).copied().unwrap_or(0);
        if live.saturating_add(tickets(seats)) > request.per_account_limit {
            return Err(Rejection::AccountLimit);
        }
        Ok(())
    }

    fn check_names(&self, request: &HoldRequest) -> Result<(), Rejection> {
        if request.real_name && request.ticket_users.iter().any(|name| self.names.contains_key(name)) {
            return Err(Rejection::NameLimit);
        }
        Ok(())
    }

    /// The hold keeps those of its seats that are held still, and ends with the last of them.
    fn shrink_hold(&mut self, order: OrderNumber) {
        let Some(hold) = self.holds.get_mut(&order) else { return };
        let held = |seat: &SeatIx| self.slots[seat.0 as usize] == Slot::held(order);
        hold.seats = hold.seats.iter().copied().filter(held).collect();
        if hold.seats.is_empty() {
            self.holds.remove(&order);
        }
    }

    fn free_names(&mut self, order: OrderNumber, names: &[TicketUserId]) {
        for name in names {
            if self.names.get(name) == Some(&order) {
                self.names.remove(name);
            }
        }
    }

    fn free_seats(&mut self, order: OrderNumber, user: UserId, seats: &[SeatIx]) -> u32 {
        let mut freed = Vec::with_capacity(seats.len());
        for seat in seats {
            let Some(slot) = self.slot(*seat).filter(|slot| slot.owner() == Some(order)) else { continue };
            self.slots[seat.0 as usize] = Slot::FREE;
            self.section_mut(*seat).count_back(slot.state());
            freed.push(*seat);
        }
        for (section, seats) in self.by_section(&freed) {
            self.sections[section].free.give_back(seats);
        }
        self.leave(user, tickets(&freed));
        tickets(&freed)
    }

    fn leave(&mut self, user: UserId, tickets: u32) {
        if let Some(live) = self.accounts.get_mut(&user) {
            *live = live.saturating_sub(tickets);
            if *live == 0 {
                self.accounts.remove(&user);
            }
        }
    }

    fn section_of(&self, seat: SeatIx) -> usize {
        self.sections.partition_point(|section| section.end <= seat.0)
    }

    fn section_mut(&mut self, seat: SeatIx) -> &mut Section {
        let section = self.section_of(seat);
        &mut self.sections[section]
    }

    /// Seats of one section that follow one another, together, so that a row is brought up to date once.
    fn by_section<'s>(&self, seats: &'s [SeatIx]) -> Vec<(usize, &'s [SeatIx])> {
        seats
            .chunk_by(|a, b| self.section_of(*a) == self.section_of(*b))
            .map(|group| (self.section_of(group[0]), group))
            .collect()
    }
}

fn tickets(seats: &[SeatIx]) -> u32 {
    u32::try_from(seats.len()).expect("a seat position has 32 bits")
}

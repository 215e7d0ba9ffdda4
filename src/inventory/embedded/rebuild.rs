//! A program's inventory from the ledger's books, and what was wrong with the one before.
//! Must not keep anything of the one before.

use std::{collections::HashMap, sync::Arc};

use super::{
    hall::{Hall, Hold, Keyed},
    slot::Slot,
};
use crate::{
    domain::{
        hold::{Books, LiveOrder, SeatState},
        ids::{OrderNumber, SeatIx},
        program::Program,
    },
    inventory::Repairs,
};

impl Hall {
    /// The inventory that the books imply. A seat that the books give to two orders is the first one's, and a seat
    /// that the hall does not have is nobody's: the audit then finds the difference.
    pub fn from_books(program: &Program, books: &Books) -> Self {
        let mut hall = Self::new(program);
        let mut key_of: HashMap<OrderNumber, Arc<str>> = HashMap::new();
        for (user, asked, order) in &books.requests {
            let key: Arc<str> = Arc::from(&*asked.key);
            key_of.insert(*order, Arc::clone(&key));
            hall.keys.insert((*user, key), Keyed { fingerprint: asked.fingerprint, order: *order });
        }
        for order in &books.live {
            hall.restore(order, key_of.remove(&order.number));
        }
        hall
    }

    fn restore(&mut self, order: &LiveOrder, key: Option<Arc<str>>) {
        let state = if order.paid { SeatState::Sold } else { SeatState::Held };
        let names = if order.real_name { &*order.ticket_users } else { &[] };
        let mut seats: Vec<SeatIx> =
            order.seats.iter().copied().filter(|seat| self.slot(*seat) == Some(Slot::FREE)).collect();
        seats.sort_unstable();
        seats.dedup();
        self.occupy(order.number, &seats, state);
        self.enter(order.number, order.user, &seats, names);
        if !order.paid && !seats.is_empty() {
            let hold =
                Hold { user: order.user, ends_at: order.hold_ends_at, seats: seats.into(), names: names.into(), key };
            self.holds.insert(order.number, Box::new(hold));
        }
    }

    /// What had to be put right to come from `before` to this.
    pub fn repairs_since(&self, before: Option<&Self>) -> Repairs {
        let Some(Self { slots: before, .. }) = before else {
            return Repairs { was_empty: true, ..Repairs::default() };
        };
        let mut repairs = Repairs::default();
        for at in 0..self.slots.len().max(before.len()) {
            let was = before.get(at).copied().unwrap_or(Slot::FREE);
            let is = self.slots.get(at).copied().unwrap_or(Slot::FREE);
            if was == is {
                continue;
            }
            if is == Slot::FREE {
                repairs.seats_freed += 1;
            } else if was.owner() == is.owner() {
                repairs.seats_restated += 1;
            } else {
                repairs.seats_restored += 1;
            }
        }
        repairs
    }
}

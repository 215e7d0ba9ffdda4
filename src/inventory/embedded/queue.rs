//! Orders that are held and wait to be written: first in, first out, over all programs and so in each.
//! Must not hold or release seats.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::domain::{
    hold::QueuedOrder,
    ids::{OrderNumber, ProgramId},
};

/// The queue. Each entry has a sequence number; the front entry's is `head`.
#[derive(Debug)]
pub struct Queue {
    max: usize,
    head: u64,
    /// `None` where an entry behind the front was taken off.
    entries: VecDeque<Option<Arc<QueuedOrder>>>,
    places: BTreeMap<(ProgramId, OrderNumber), Place>,
    lines: BTreeMap<ProgramId, Line>,
    /// Sequence numbers of the `None`s. Few: orders are taken off in the order in which they were read.
    gaps: BTreeSet<u64>,
}

/// Sequence numbers of an entry.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Over all programs.
    overall: u64,
    /// In its program's line.
    in_line: u64,
}

/// The entries of one program, as numbers: those from `front` up to `next` that are no gaps.
#[derive(Debug, Default)]
struct Line {
    front: u64,
    next: u64,
    gaps: BTreeSet<u64>,
}

impl Line {
    fn join(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn leave(&mut self, place: u64) {
        self.gaps.insert(place);
        while self.gaps.first() == Some(&self.front) {
            self.gaps.pop_first();
            self.front += 1;
        }
    }

    /// How many stand there up to and with this one.
    fn position(&self, place: u64) -> u64 {
        place - self.front + 1 - self.gaps.range(..place).count() as u64
    }

    fn depth(&self) -> u64 {
        self.next - self.front - self.gaps.len() as u64
    }
}

impl Queue {
    /// An empty queue for at most `max` orders.
    pub fn new(max: usize) -> Self {
        Self {
            max,
            head: 0,
            entries: VecDeque::new(),
            places: BTreeMap::new(),
            lines: BTreeMap::new(),
            gaps: BTreeSet::new(),
        }
    }

    /// Is there no room for one more?
    pub fn is_full(&self) -> bool {
        self.places.len() >= self.max
    }

    /// Puts an order at the end. An order is queued once: should it be there already, it moves.
    pub fn push(&mut self, order: QueuedOrder) {
        let (program, number) = (order.request.program, order.request.order);
        self.remove(program, number);
        let overall = self.head + self.entries.len() as u64;
        let in_line = self.lines.entry(program).or_default().join();
        self.places.insert((program, number), Place { overall, in_line });
        self.entries.push_back(Some(Arc::new(order)));
    }

    /// The oldest orders, at most `max`; they stay.
    pub fn oldest(&self, max: usize) -> Vec<Arc<QueuedOrder>> {
        self.entries.iter().flatten().take(max).cloned().collect()
    }

    /// The order that was queued first.
    pub fn front(&self) -> Option<&QueuedOrder> {
        self.entries.iter().flatten().next().map(Arc::as_ref)
    }

    /// Takes an order off, when it is there. Returns it, to be dropped outside of any lock.
    pub fn remove(&mut self, program: ProgramId, order: OrderNumber) -> Option<Arc<QueuedOrder>> {
        let place = self.places.remove(&(program, order))?;
        if let Some(line) = self.lines.get_mut(&program) {
            line.leave(place.in_line);
        }
        let at = usize::try_from(place.overall - self.head).expect("a place in memory");
        let removed = self.entries[at].take();
        self.gaps.insert(place.overall);
        while self.gaps.first() == Some(&self.head) {
            self.gaps.pop_first();
            self.entries.pop_front();
            self.head += 1;
        }
        removed
    }

    /// Takes all orders of a program off. Costs as much as the queue is long.
    pub fn remove_program(&mut self, program: ProgramId) {
        if self.lines.remove(&program).is_none() {
            return;
        }
        self.gaps.clear();
        self.entries.retain(|entry| entry.as_ref().is_some_and(|order| order.request.program != program));
        self.places.retain(|(of, _), _| *of != program);
        for (order, overall) in self.entries.iter().flatten().zip(self.head..) {
            if let Some(place) = self.places.get_mut(&(order.request.program, order.request.order)) {
                place.overall = overall;
            }
        }
    }

    /// How many orders of this program are queued up to and with this one.
    pub fn position(&self, program: ProgramId, order: OrderNumber) -> Option<u64> {
        let place = self.places.get(&(program, order))?;
        Some(self.lines.get(&program)?.position(place.in_line))
    }

    /// How many orders are queued, of all programs.
    pub fn depth(&self) -> u64 {
        self.places.len() as u64
    }

    /// How many orders of this program are queued.
    pub fn depth_of(&self, program: ProgramId) -> u64 {
        self.lines.get(&program).map_or(0, Line::depth)
    }

    /// The queued orders of this program, oldest first.
    pub fn orders_of(&self, program: ProgramId) -> Vec<OrderNumber> {
        let of_program = self.entries.iter().flatten().filter(|order| order.request.program == program);
        of_program.map(|order| order.request.order).collect()
    }
}

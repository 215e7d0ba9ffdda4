//! A journal made ready for playing: its orders by number, and everything that happened by time.
//! Must not say how the sale stood at a moment: counts do.

use std::collections::HashMap;

use super::{
    counts::{Checkpoints, Counts},
    player::whole_ms,
};
use crate::{
    bench::journal::{Answer, Journal, Later, Reason, Sequel},
    domain::{ids::OrderNumber, order::OrderVersion},
};

/// Did not happen.
pub(super) const NEVER: u64 = u64::MAX;
/// Most words of rejections that are counted apart; a foreign server's codes beyond them are one.
const WORDS_MAX: usize = OTHER_AT as usize;
/// The word for those.
const OTHER: &str = "other";
/// Its place among the words.
const OTHER_AT: u8 = 100;

/// A journal with its indices. Events are 16 bytes and orders 48, so that a million entries stay far below 200 MB.
#[derive(Debug)]
pub(super) struct Recorded {
    /// What was told.
    pub(super) journal: Journal,
    /// Orders, by number.
    pub(super) orders: Vec<Order>,
    /// Orders that were accepted and not created at once, by the time of that.
    pub(super) queue: Vec<u32>,
    /// What happened, by time.
    pub(super) events: Vec<Event>,
    /// Words of rejections.
    pub(super) words: Vec<String>,
    /// Word of each rejection that is an answer to a submit, by its reason.
    reasons: HashMap<Reason, u8>,
    /// The sale at moments that are not far from each other.
    pub(super) checkpoints: Checkpoints,
}

/// An order that buyers were told of, and when it became what. Times in microseconds since the start, or [`NEVER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) number: OrderNumber,
    pub(super) made_us: u64,
    pub(super) created_us: u64,
    pub(super) ended_us: u64,
    pub(super) account: u32,
    pub(super) category: u16,
    pub(super) tickets: u8,
    pub(super) version: OrderVersion,
    /// Meaningless before `ended_us`.
    pub(super) end: End,
    /// Word of the rejection.
    pub(super) word: u8,
}

/// How an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Paid,
    Cancelled,
    Rejected,
}

impl Order {
    /// Held and queued, not in the books yet.
    pub(super) const fn waits(&self, at_us: u64) -> bool {
        self.made_us <= at_us && self.created_us > at_us && self.ended_us > at_us
    }

    /// How it has ended by then.
    pub(super) const fn ended(&self, at_us: u64) -> Option<End> {
        if self.ended_us <= at_us { Some(self.end) } else { None }
    }
}

/// Something that changed the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) at_us: u64,
    /// Position of the submit that was answered, or of the order.
    of: u32,
    pub(super) kind: Kind,
}

/// What it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A submit was answered, or given up.
    Answered,
    /// An order was accepted.
    Queued,
    /// An order is in the books at once.
    Made,
    /// An order that was accepted is in the books.
    Created,
    /// An order is paid.
    Paid,
    /// An order is cancelled.
    Cancelled,
    /// An order that was accepted will never be.
    Rejected,
}

impl Event {
    /// Position of the submit or of the order.
    pub(super) const fn of(self) -> usize {
        self.of as usize
    }

    /// Is it about an order rather than a submit?
    pub(super) fn is_an_orders(&self) -> bool {
        self.kind != Kind::Answered
    }
}

impl Recorded {
    /// Makes a journal ready.
    pub(super) fn of(journal: Journal) -> Self {
        let mut recorded = Self {
            orders: orders(&journal),
            journal,
            queue: Vec::new(),
            events: Vec::new(),
            words: Vec::new(),
            reasons: HashMap::new(),
            checkpoints: Checkpoints::default(),
        };
        recorded.name_reasons();
        recorded.hear_answers();
        recorded.hear_sequels();
        // Stable: what stands first at the same moment comes first, an answer before the order it made.
        recorded.events.sort_by_key(|event| event.at_us);
        recorded.checkpoints = Counts::checkpoints(&recorded);
        recorded
    }

    /// Until the last word.
    pub(super) fn length_us(&self) -> u64 {
        let last_event = self.events.last().map_or(0, |event| event.at_us);
        self.journal.sequels.last().map_or(0, |sequel| sequel.at_us).max(last_event)
    }

    /// Wall clock of a moment, in ms since 1970. Whatever a file says, it does not overflow.
    pub(super) fn wall_ms(&self, at_us: u64) -> i64 {
        self.journal.start_wall_ms.saturating_add(whole_ms(at_us))
    }

    /// Position of an order.
    pub(super) fn position(&self, number: OrderNumber) -> Option<usize> {
        self.orders.binary_search_by_key(&number, |order| order.number).ok()
    }

    /// Which of the words a rejection has.
    pub(super) fn word(&self, reason: Reason) -> u8 {
        self.reasons.get(&reason).copied().unwrap_or(OTHER_AT)
    }

    fn name_reasons(&mut self) {
        let answers = self.journal.told.iter().filter_map(|told| match told.answer {
            Answer::Rejected(reason) => Some(reason),
            _ => None,
        });
        let later = self.journal.sequels.iter().filter_map(|sequel| match sequel.what {
            Later::Rejected(reason) => Some(reason),
            _ => None,
        });
        for reason in answers.chain(later) {
            if self.reasons.contains_key(&reason) || self.words.len() > WORDS_MAX {
                continue;
            }
            let name = if self.words.len() == WORDS_MAX { OTHER.into() } else { reason.name() };
            self.words.push(name.into_owned());
            self.reasons.insert(reason, u8::try_from(self.words.len() - 1).expect("words are few"));
        }
    }

    fn hear_answers(&mut self) {
        self.events.reserve_exact(self.journal.told.len() + 2 * self.orders.len());
        for (at, told) in self.journal.told.iter().enumerate() {
            self.events.push(Event { at_us: told.answered_us, of: index(at), kind: Kind::Answered });
        }
        for (at, order) in self.orders.iter().enumerate() {
            let kind = if order.created_us == NEVER { Kind::Queued } else { Kind::Made };
            self.events.push(Event { at_us: order.made_us, of: index(at), kind });
            if kind == Kind::Queued {
                self.queue.push(index(at));
            }
        }
        self.queue.sort_by_key(|&at| self.orders[at as usize].made_us);
    }

    /// An order ends once: what else was told of it is in its life, and counts nowhere.
    fn hear_sequels(&mut self) {
        let sequels = std::mem::take(&mut self.journal.sequels);
        for sequel in &sequels {
            if let Some(at) = self.position(sequel.order) {
                self.hear_sequel(at, sequel);
            }
        }
        self.journal.sequels = sequels;
    }

    fn hear_sequel(&mut self, at: usize, sequel: &Sequel) {
        let (kind, end) = match sequel.what {
            Later::Pending => return,
            Later::Created => (Kind::Created, None),
            Later::Paid => (Kind::Paid, Some(End::Paid)),
            Later::Cancelled => (Kind::Cancelled, Some(End::Cancelled)),
            Later::Rejected(_) => (Kind::Rejected, Some(End::Rejected)),
        };
        let word = if let Later::Rejected(reason) = sequel.what { self.word(reason) } else { 0 };
        let order = &mut self.orders[at];
        if order.ended_us != NEVER {
            return;
        }
        // Two connections may hear things in another order than they happened.
        let at_us = sequel.at_us.max(order.made_us);
        if order.created_us == NEVER && kind != Kind::Rejected {
            // Only what is in the books can be paid or cancelled.
            order.created_us = at_us;
            self.events.push(Event { at_us, of: index(at), kind: Kind::Created });
        }
        if let Some(end) = end {
            (order.ended_us, order.end, order.word) = (at_us, end, word);
            self.events.push(Event { at_us, of: index(at), kind });
        }
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("a journal that fits into memory has fewer than 2^32 entries")
}

/// Every order that was told, as it was told first: a repeat names the same one.
fn orders(journal: &Journal) -> Vec<Order> {
    let told = journal.told.iter().enumerate();
    let mut named: Vec<_> =
        told.filter_map(|(at, told)| Some((told.answer.order()?, told.answered_us, index(at)))).collect();
    named.sort_unstable();
    named.dedup_by_key(|(number, ..)| *number);
    let order = |&(number, made_us, at): &(OrderNumber, u64, u32)| {
        let told = &journal.told[at as usize];
        Order {
            number,
            made_us,
            created_us: if matches!(told.answer, Answer::Created(_)) { made_us } else { NEVER },
            ended_us: NEVER,
            account: told.account,
            category: told.category,
            tickets: told.tickets,
            version: told.version,
            end: End::Paid,
            word: 0,
        }
    };
    named.iter().map(order).collect()
}

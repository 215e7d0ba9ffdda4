//! A kind of buyer: what it looks at, wants, does with an order, and how patient it is.
//! Must not draw a buyer of it: the schedule does.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use serde::Deserialize;

use super::retry::{Policy, Retry};
use crate::bench::quantity::{Share, Span, SpanRange, Tickets};

/// A kind of buyer. What the file does not say comes from its `kind`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Written")]
pub struct BuyerClass {
    /// Its name.
    pub name: String,
    /// Its share among the classes.
    pub weight: u32,
    /// What it looks at before its first submit.
    pub looks: Vec<Look>,
    /// After each look.
    pub look_pause: SpanRange,
    /// Takes the best available, or picks seats.
    pub choice: Choice,
    /// Tickets wanted: number to weight.
    pub quantity: BTreeMap<Tickets, u32>,
    /// Categories wanted: name to weight; by their number of seats when absent.
    pub categories: BTreeMap<String, u32>,
    /// Takes seats apart from each other when no row has enough.
    pub allow_split: bool,
    /// Pickers look at this many front rows of the category; 0: all.
    pub front_rows: u32,
    /// Submits one after another, each with an account of its own, until it is told "sold out".
    pub submits: u32,
    /// The address that its connections come from; the machine's choice when absent.
    pub address: Option<IpAddr>,
    /// Reads answers at this many bytes per second; as fast as they come when absent.
    pub reads_per_s: Option<u32>,
    /// How many pay.
    pub pays: Share,
    /// How many cancel; the rest abandons.
    pub cancels: Share,
    /// Between a confirmed order and paying or cancelling it.
    pub think: SpanRange,
    /// v4: asks for the order every 200 ms; `false`: leaves with the acceptance, paying nothing.
    pub polls: bool,
    /// How many click twice.
    pub double_submits: Share,
    /// Sends a request id, so that repeats are harmless.
    pub request_id: bool,
    /// After no answer or "try again".
    pub retry: Retry,
    /// Gives an answer up after this long; the scenario's `request_timeout` when absent.
    pub patience: Option<Span>,
    /// Names of the steps that it walks, in order; all when empty.
    pub steps: Vec<String>,
}

/// A page that a buyer looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// What is left of each category.
    List,
    /// The programme's page.
    Detail,
    /// The map with every seat.
    Seats,
}

/// Who chooses the seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// The server.
    #[default]
    Best,
    /// The buyer.
    Pick,
}

/// A set of habits by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Looks, thinks, mostly pays, tries again when the server is busy.
    Human,
    /// Looks at nothing, submits at once, tries again soon and pays at once.
    Sprinter,
    /// Looks at the seat map and names its seats.
    Picker,
    /// Many accounts, no look and no thought.
    Bot,
    /// As a human on a bad network.
    SlowReader,
    /// Takes seats and walks away.
    Abandoner,
    /// As a human who clicks twice.
    DoubleClicker,
}

impl Kind {
    fn habits(self) -> BuyerClass {
        use Look::{Detail, List, Seats};
        let human = BuyerClass {
            looks: vec![List, Detail, Seats],
            look_pause: range(1_000, 3_000),
            quantity: BTreeMap::from([(Tickets(1), 2), (Tickets(2), 3)]),
            allow_split: true,
            pays: Share(0.9),
            think: range(500, 3_000),
            request_id: true,
            retry: jitter(2, 500),
            ..BuyerClass::plain()
        };
        match self {
            Self::Human => human,
            Self::Sprinter => BuyerClass {
                looks: Vec::new(),
                pays: Share(1.0),
                think: range(0, 0),
                retry: Retry { policy: Policy::Fixed, ..jitter(3, 100) },
                ..human
            },
            Self::Picker => BuyerClass {
                looks: vec![Detail, Seats],
                look_pause: range(500, 2_000),
                choice: Choice::Pick,
                front_rows: 3,
                allow_split: false,
                ..human
            },
            Self::Bot => BuyerClass {
                looks: Vec::new(),
                submits: 5,
                quantity: BTreeMap::from([(Tickets(2), 1)]),
                pays: Share(1.0),
                think: range(0, 0),
                retry: Retry::NONE,
                ..human
            },
            Self::SlowReader => BuyerClass { reads_per_s: Some(16_384), retry: jitter(1, 1_000), ..human },
            Self::Abandoner => BuyerClass { looks: vec![Detail], pays: Share(0.0), retry: Retry::NONE, ..human },
            Self::DoubleClicker => BuyerClass { looks: vec![Detail], double_submits: Share(1.0), ..human },
        }
    }
}

impl BuyerClass {
    /// The habits of a class without a kind: submits once, takes one ticket, abandons it.
    fn plain() -> Self {
        Self {
            name: String::new(),
            weight: 1,
            looks: Vec::new(),
            look_pause: range(1_000, 3_000),
            choice: Choice::Best,
            quantity: BTreeMap::from([(Tickets(1), 1)]),
            categories: BTreeMap::new(),
            allow_split: false,
            front_rows: 0,
            submits: 1,
            address: None,
            reads_per_s: None,
            pays: Share(0.0),
            cancels: Share(0.0),
            think: range(0, 0),
            polls: true,
            double_submits: Share(0.0),
            request_id: false,
            retry: Retry::NONE,
            patience: None,
            steps: Vec::new(),
        }
    }
}

const fn range(from_ms: u64, to_ms: u64) -> SpanRange {
    SpanRange { from: Span(Duration::from_millis(from_ms)), to: Span(Duration::from_millis(to_ms)) }
}

const fn jitter(times: u8, wait_ms: u64) -> Retry {
    let (wait, max_wait) = (Span(Duration::from_millis(wait_ms)), Span(Duration::from_secs(5)));
    Retry { policy: Policy::FullJitter, times, wait, max_wait, budget: Share(0.1) }
}

/// A class as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    kind: Option<Kind>,
    weight: Option<u32>,
    looks: Option<Vec<Look>>,
    look_pause: Option<SpanRange>,
    choice: Option<Choice>,
    quantity: Option<BTreeMap<Tickets, u32>>,
    categories: Option<BTreeMap<String, u32>>,
    allow_split: Option<bool>,
    front_rows: Option<u32>,
    submits: Option<u32>,
    address: Option<IpAddr>,
    reads_per_s: Option<u32>,
    pays: Option<Share>,
    cancels: Option<Share>,
    think: Option<SpanRange>,
    polls: Option<bool>,
    double_submits: Option<Share>,
    request_id: Option<bool>,
    retry: Option<Retry>,
    patience: Option<Span>,
    #[serde(default)]
    steps: Vec<String>,
}

impl From<Written> for BuyerClass {
    fn from(written: Written) -> Self {
        let habits = written.kind.map_or_else(Self::plain, Kind::habits);
        let choice = written.choice.unwrap_or(habits.choice);
        // Rows that a kind looks at are for picking.
        let front_rows = if choice == Choice::Pick { habits.front_rows } else { 0 };
        Self {
            name: written.name,
            weight: written.weight.unwrap_or(habits.weight),
            looks: written.looks.unwrap_or(habits.looks),
            look_pause: written.look_pause.unwrap_or(habits.look_pause),
            choice,
            quantity: written.quantity.unwrap_or(habits.quantity),
            categories: written.categories.unwrap_or(habits.categories),
            allow_split: written.allow_split.unwrap_or(habits.allow_split),
            front_rows: written.front_rows.unwrap_or(front_rows),
            submits: written.submits.unwrap_or(habits.submits),
            address: written.address.or(habits.address),
            reads_per_s: written.reads_per_s.or(habits.reads_per_s),
            pays: written.pays.unwrap_or(habits.pays),
            cancels: written.cancels.unwrap_or(habits.cancels),
            think: written.think.unwrap_or(habits.think),
            polls: written.polls.unwrap_or(habits.polls),
            double_submits: written.double_submits.unwrap_or(habits.double_submits),
            request_id: written.request_id.unwrap_or(habits.request_id),
            retry: written.retry.unwrap_or(habits.retry),
            patience: written.patience.or(habits.patience),
            steps: written.steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> BuyerClass {
        toml::from_str(&format!("name = \"c\"\n{text}")).unwrap()
    }

    #[test]
    fn no_kind_is_a_buyer_without_habits() {
        assert_eq!(class(""), BuyerClass { name: "c".to_owned(), ..BuyerClass::plain() });
    }

    #[test]
    fn each_kind_has_its_habit_and_the_file_wins_over_it() {
        assert_eq!(class("kind = \"human\"").looks, [Look::List, Look::Detail, Look::Seats]);
        assert!(class("kind = \"sprinter\"").looks.is_empty());
        assert_eq!(class("kind = \"picker\"").choice, Choice::Pick);
        assert_eq!(class("kind = \"bot\"").submits, 5);
        assert_eq!(class("kind = \"slow_reader\"").reads_per_s, Some(16_384));
        assert_eq!(class("kind = \"abandoner\"").pays, Share(0.0));
        assert_eq!(class("kind = \"double_clicker\"").double_submits, Share(1.0));
        let bot = class("kind = \"bot\"\nsubmits = 9\nlooks = [\"seats\"]\npays = 0.5\nretry = { policy = \"none\" }");
        assert_eq!((bot.submits, bot.looks.as_slice(), bot.pays), (9, [Look::Seats].as_slice(), Share(0.5)));
        assert_eq!(bot.quantity, class("kind = \"bot\"").quantity, "what the file does not say stays");
    }
}

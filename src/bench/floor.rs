//! What all buyers of one worker share: connections, routes, accounts, journal and tally; and how one call is made.
//! Must not decide what a buyer does next.

mod ask;
mod budget;
mod deadline;
mod doors;
mod pool;
mod seen;

use std::{
    cell::RefCell,
    collections::HashSet,
    io,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

pub use ask::{Ask, Reply};
use ask::{Routes, outcome};
use budget::Budgets;
use doors::Doors;
pub use doors::check as check_addresses;
pub use seen::Seen;

use crate::{
    bench::{
        accounts::Accounts,
        hall::Hall,
        journal::{Pen, Sequel, Told},
        scenario::Scenario,
        schedule::Schedule,
        series::{Series, Stretch},
        tally::{Tally, Times},
        witness::View,
    },
    client::http1::Target,
    domain::ids::{OrderNumber, TicketUserId, UserId},
};

/// What is played, where and with whom: the same for all workers.
#[derive(Debug)]
pub struct Ground {
    /// The server.
    pub target: Target,
    /// The scenario, scaled.
    pub scenario: Scenario,
    /// The program.
    pub hall: Hall,
    /// The accounts.
    pub accounts: Accounts,
    /// What the server can be asked about them.
    pub view: View,
    /// Orders that these accounts had before the run.
    pub earlier: HashSet<OrderNumber>,
    /// All arrivals.
    pub schedule: Schedule,
    /// What it was drawn from.
    pub seed: u64,
}

impl Ground {
    /// The account with this position.
    #[must_use]
    pub fn user(&self, account: u32) -> UserId {
        self.accounts.user(account)
    }

    /// The first ticket users of an account.
    pub fn ticket_users(&self, account: u32, count: u32) -> impl Iterator<Item = TicketUserId> {
        self.accounts.ticket_users(account, count).into_iter()
    }

    /// Is there a page of our mock bank to pay at? Behind a gateway only where its way was given.
    #[must_use]
    pub fn has_bank(&self) -> bool {
        self.view == View::Operator || self.target.way().leads_to_a_bank()
    }

    /// The token of an account.
    #[must_use]
    pub fn token(&self, account: u32) -> &str {
        self.accounts.token(account)
    }
}

/// How a run is going, for whoever watches.
#[derive(Debug, Default)]
pub struct Pulse {
    /// Buyers let go.
    pub released: AtomicU64,
    /// Orders created or accepted.
    pub placed: AtomicU64,
    /// "Sold out" told.
    pub sold_out: AtomicU64,
    /// Other rejections told.
    pub rejected: AtomicU64,
    /// Calls without an answer.
    pub failed: AtomicU64,
    /// Orders paid.
    pub paid: AtomicU64,
    /// Visits that ended.
    pub left: AtomicU64,
    /// Connections that could not be opened.
    pub missed_connections: AtomicU64,
    /// The moment from which arrivals are counted, once connections are open.
    pub started: OnceLock<Instant>,
    /// The program, once it is on sale.
    pub hall: OnceLock<Hall>,
    /// The run over time, as far as it has come.
    pub series: Mutex<Series>,
}

/// Adds one to a count of the pulse.
fn beat(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// One worker's floor.
#[derive(Debug)]
pub struct Floor {
    /// What is played.
    pub ground: Arc<Ground>,
    /// Microsecond 0.
    pub start: Instant,
    /// Figures of this worker.
    pub tally: RefCell<Tally>,
    /// For whoever watches.
    pub pulse: Arc<Pulse>,
    /// Repeats that classes may still make.
    pub budgets: Budgets,
    pen: RefCell<Pen>,
    stretch: RefCell<Stretch>,
    doors: Doors,
    routes: Routes,
}

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// Account, from 0.
    pub account: u32,
    /// Index of the class in the scenario.
    pub class: u16,
}

/// A reply and its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What came back.
    pub reply: Reply,
    /// When.
    pub times: Times,
}

impl Floor {
    /// Opens this worker's connections and stands ready.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn open(ground: Arc<Ground>, connections: usize, pulse: Arc<Pulse>, pen: Pen) -> io::Result<Self> {
        let doors = Doors::open(&ground.target, &ground.scenario, connections).await?;
        let routes = Routes::new(&ground.target);
        let (pen, tally) = (RefCell::new(pen), RefCell::default());
        let width_us = pulse.series.lock().expect("nobody panics while it is held").width_us;
        let stretch = RefCell::new(Stretch::new(width_us));
        let budgets = Budgets::default();
        Ok(Self { ground, start: Instant::now(), tally, pulse, budgets, pen, stretch, doors, routes })
    }

    /// Microseconds since the start.
    #[must_use]
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Waits until this microsecond, if it has not passed.
    pub async fn until(&self, at_us: u64) {
        if self.now_us() < at_us {
            tokio::time::sleep_until((self.start + Duration::from_micros(at_us)).into()).await;
        }
    }

    /// Makes one call for this buyer: waits for a connection, sends, and gives the answer up after `limit`.
    pub async fn call(&self, ask: &Ask<'_>, who: Who, intended_us: u64, limit: Duration) -> Heard {
        let token = self.ground.token(who.account);
        let (mut sent_us, reply) = match self.doors.of(who.class).take().await {
            Err(_) => {
                beat(&self.pulse.missed_connections);
                (self.now_us(), Reply::Broken)
            }
            Ok(mut loan) => {
                let sent_us = self.now_us();
                ask.compose(&self.routes, token, &mut loan.connection);
                let until = self.start + Duration::from_micros(sent_us) + limit;
                let reply = match loan.deadline.limit(until, loan.connection.exchange()).await {
                    Some(Ok(answer)) => ask.read(answer),
                    Some(Err(_)) | None => Reply::Broken,
                };
                loan.give_back();
                (sent_us, reply)
            }
        };
        sent_us = sent_us.max(intended_us);
        let times = Times { intended_us, sent_us, answered_us: self.now_us().max(sent_us) };
        self.tally.borrow_mut().step(ask.step(), outcome(&reply), times);
        self.saw(if reply == Reply::Broken { Seen::Failed(times) } else { Seen::Answered(times) });
        Heard { reply, times }
    }

    /// A submit is about to be sent: it stands in the journal, without an answer, until [`Self::end`].
    pub fn begin(&self, entry: Told) -> usize {
        self.saw(Seen::Submitting(&entry));
        self.pen.borrow_mut().begin(entry)
    }

    /// The submit that [`Self::begin`] gave this number was answered, or its answer was given up.
    pub fn end(&self, begun: usize, told: Told) {
        self.saw(Seen::Told(&told));
        self.pen.borrow_mut().end(begun, told);
    }

    /// A later word about an order.
    pub fn note(&self, sequel: Sequel) {
        self.pen.borrow_mut().note(sequel);
    }

    /// Nobody is inside any more: hands in what is left, and the figures.
    pub fn close(self) -> Tally {
        self.hand_over();
        self.pen.into_inner().put_down();
        self.tally.into_inner()
    }
}

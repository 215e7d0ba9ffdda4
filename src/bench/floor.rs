//! What all buyers of one worker share: connections, routes, accounts, journal and tally; and how one call is made.
//! Must not decide what a buyer does next.

use std::{
    cell::RefCell,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    bench::{
        hall::Hall,
        journal::Journal,
        scenario::Scenario,
        schedule::Schedule,
        tally::{Outcome, Step, Tally, Times},
    },
    client::{
        answer,
        http1::{Answer, Connection, Route, Target},
    },
    domain::{
        ids::{OrderNumber, TicketUserId, UserId},
        order::OrderVersion,
        rejection::Rejection,
    },
    wire::{
        admin::AccountsMade,
        api::OrderProgress,
        envelope::Envelope,
        order::{CreateOrder, OrderRef},
        pay::{Pay, PayCheck, PayCheckAnswer},
    },
};

/// How long opening a connection may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

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
    pub accounts: AccountsMade,
    /// All arrivals.
    pub schedule: Schedule,
    /// What it was drawn from.
    pub seed: u64,
}

impl Ground {
    /// The account with this position.
    #[must_use]
    pub fn user(&self, account: u32) -> UserId {
        UserId::new(self.accounts.first_user_id.get() + u64::from(account)).expect("the server's ids are in range")
    }

    /// The first ticket users of an account.
    pub fn ticket_users(&self, account: u32, count: u32) -> impl Iterator<Item = TicketUserId> {
        let first = self.accounts.first_ticket_user_id.get();
        let first = first + u64::from(account) * u64::from(self.accounts.ticket_users_each);
        (0..u64::from(count)).map(move |at| TicketUserId::new(first + at).expect("the server's ids are in range"))
    }

    /// The token of an account.
    #[must_use]
    pub fn token(&self, account: u32) -> &str {
        &self.accounts.tokens[account as usize]
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
}

/// Adds one to a count of the pulse.
pub fn beat(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// One worker's floor.
#[derive(Debug)]
pub struct Floor {
    /// What is played.
    pub ground: Arc<Ground>,
    /// Microsecond 0.
    pub start: Instant,
    /// What was told here.
    pub journal: RefCell<Journal>,
    /// Figures of this worker.
    pub tally: RefCell<Tally>,
    /// For whoever watches.
    pub pulse: Arc<Pulse>,
    pool: Pool,
    routes: Routes,
}

/// A request of a buyer.
#[derive(Debug)]
pub enum Ask<'a> {
    /// Submit.
    Create(OrderVersion, &'a CreateOrder),
    /// Is it there?
    Poll(OrderNumber),
    /// What became of it?
    Status(OrderNumber),
    /// Start paying.
    Pay(&'a Pay),
    /// The bank's form.
    Bank(&'a Pay),
    /// Is it paid?
    PayCheck(OrderNumber),
    /// Cancel.
    Cancel(OrderNumber),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Yes, with nothing to tell.
    Done,
    /// An order number, or none yet.
    Order(Option<OrderNumber>),
    /// Status of the order, 1 to 4.
    OrderStatus(u8),
    /// Progress of the order.
    Progress(OrderProgress),
    /// A code that is not 0.
    No(i32),
    /// HTTP 429, or 503 with `Retry-After`.
    Overload,
    /// No answer, or one that makes no sense.
    Broken,
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
    pub async fn open(ground: Arc<Ground>, connections: usize, pulse: Arc<Pulse>) -> io::Result<Self> {
        let pool = Pool::open(&ground.target, connections).await?;
        let routes = Routes::new(&ground.target);
        let (journal, tally) = (RefCell::default(), RefCell::default());
        Ok(Self { ground, start: Instant::now(), journal, tally, pulse, pool, routes })
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

    /// Makes one call for this account: waits for a connection, sends, and gives the answer up after `limit`.
    pub async fn call(&self, ask: &Ask<'_>, account: u32, intended_us: u64, limit: Duration) -> Heard {
        let token = self.ground.token(account);
        let (mut sent_us, reply) = match self.pool.take().await {
            Err(_) => (self.now_us(), Reply::Broken),
            Ok(mut loan) => {
                let sent_us = self.now_us();
                ask.compose(&self.routes, token, &mut loan.connection);
                let reply = match tokio::time::timeout(limit, loan.connection.exchange()).await {
                    Ok(Ok(answer)) => ask.read(answer),
                    Ok(Err(_)) | Err(_) => Reply::Broken,
                };
                loan.give_back();
                (sent_us, reply)
            }
        };
        sent_us = sent_us.max(intended_us);
        let times = Times { intended_us, sent_us, answered_us: self.now_us().max(sent_us) };
        self.tally.borrow_mut().step(ask.step(), outcome(&reply), times);
        if reply == Reply::Broken {
            beat(&self.pulse.failed);
        }
        Heard { reply, times }
    }
}

fn outcome(reply: &Reply) -> Outcome {
    match reply {
        Reply::Order(None) => Outcome::Pending,
        Reply::Done | Reply::Order(Some(_)) | Reply::OrderStatus(_) | Reply::Progress(_) => Outcome::Done,
        Reply::No(code) if *code == Rejection::SoldOut.code() => Outcome::SoldOut,
        Reply::No(_) => Outcome::Refused,
        Reply::Overload => Outcome::Overload,
        Reply::Broken => Outcome::Failed,
    }
}

#[derive(Debug)]
struct Routes {
    target: Target,
    create: [Route; 4],
    poll: Route,
    pay: Route,
    bank: Route,
    pay_check: Route,
    cancel: Route,
}

impl Routes {
    fn new(target: &Target) -> Self {
        let create = |version: u8| target.post_json(&format!("/program/order/create/v{version}"));
        Self {
            target: target.clone(),
            create: [create(1), create(2), create(3), create(4)],
            poll: target.post_json("/order/get/cache"),
            pay: target.post_json("/order/pay"),
            bank: target.post_form("/mock/pay"),
            pay_check: target.post_json("/order/pay/check"),
            cancel: target.post_json("/order/cancel"),
        }
    }
}

impl Ask<'_> {
    const fn step(&self) -> Step {
        match self {
            Self::Create(..) => Step::Create,
            Self::Poll(_) => Step::Poll,
            Self::Status(_) => Step::Status,
            Self::Pay(_) => Step::Pay,
            Self::Bank(_) => Step::Bank,
            Self::PayCheck(_) => Step::PayCheck,
            Self::Cancel(_) => Step::Cancel,
        }
    }

    fn compose(&self, routes: &Routes, token: &str, connection: &mut Connection) {
        let token = Some(token);
        match *self {
            Self::Create(version, body) => {
                connection.compose_json(&routes.create[usize::from(version.number() - 1)], token, body);
            }
            Self::Poll(order_number) => connection.compose_json(&routes.poll, token, &OrderRef { order_number }),
            Self::Cancel(order_number) => connection.compose_json(&routes.cancel, token, &OrderRef { order_number }),
            Self::Status(order) => {
                connection.compose_form(&routes.target.get(&format!("/api/v1/orders/{order}/status")), token, "");
            }
            Self::Pay(pay) => connection.compose_json(&routes.pay, token, pay),
            Self::Bank(pay) => {
                let form = format!("out_trade_no={}&total_amount={}", pay.order_number, pay.price);
                connection.compose_form(&routes.bank, None, &form);
            }
            Self::PayCheck(order_number) => {
                connection.compose_json(
                    &routes.pay_check,
                    token,
                    &PayCheck { order_number, pay_channel_type: Some(1) },
                );
            }
        }
    }

    fn read(&self, answer: Answer<'_>) -> Reply {
        match answer.status {
            200 => {}
            429 => return Reply::Overload,
            503 if answer.retry_after_s.is_some() => return Reply::Overload,
            _ => return Reply::Broken,
        }
        let reply = match self {
            Self::Create(..) => read_number(answer.body).map(|reply| match reply {
                Reply::Order(None) => Reply::Broken,
                reply => reply,
            }),
            Self::Poll(_) => read_number(answer.body),
            Self::Bank(_) => Some(Reply::Done),
            Self::Status(_) => serde_json::from_slice(answer.body).ok().map(Reply::Progress),
            Self::PayCheck(_) => serde_json::from_slice::<Envelope<PayCheckAnswer>>(answer.body).ok().map(|e| {
                e.data.filter(|_| e.code == 0).map_or(Reply::No(e.code), |check| Reply::OrderStatus(check.order_status))
            }),
            Self::Pay(_) | Self::Cancel(_) => {
                answer::code(answer.body).map(|code| if code == 0 { Reply::Done } else { Reply::No(code) })
            }
        };
        reply.unwrap_or(Reply::Broken)
    }
}

fn read_number(body: &[u8]) -> Option<Reply> {
    let answer = answer::number(body)?;
    Some(if answer.code == 0 { Reply::Order(answer.data) } else { Reply::No(answer.code) })
}

/// A bounded set of open connections.
#[derive(Debug)]
struct Pool {
    target: Target,
    idle: RefCell<Vec<Connection>>,
    permits: Semaphore,
}

struct Loan<'a> {
    pool: &'a Pool,
    connection: Connection,
    _permit: SemaphorePermit<'a>,
}

impl Pool {
    async fn open(target: &Target, connections: usize) -> io::Result<Self> {
        let mut idle = Vec::with_capacity(connections);
        for _ in 0..connections {
            idle.push(open_in_time(target).await?);
        }
        Ok(Self { target: target.clone(), idle: RefCell::new(idle), permits: Semaphore::new(connections) })
    }

    /// A connection that the server has not closed; first come, first served.
    async fn take(&self) -> io::Result<Loan<'_>> {
        let permit = self.permits.acquire().await.map_err(io::Error::other)?;
        loop {
            let idle = self.idle.borrow_mut().pop();
            let connection = match idle {
                Some(connection) if connection.is_reusable() => connection,
                Some(_) => continue,
                None => open_in_time(&self.target).await?,
            };
            return Ok(Loan { pool: self, connection, _permit: permit });
        }
    }
}

impl Loan<'_> {
    fn give_back(self) {
        if self.connection.is_reusable() {
            self.pool.idle.borrow_mut().push(self.connection);
        }
    }
}

async fn open_in_time(target: &Target) -> io::Result<Connection> {
    tokio::time::timeout(OPEN_TIMEOUT, Connection::open(target))
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no connection within five seconds"))?
}

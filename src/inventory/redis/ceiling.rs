//! Measures how fast this Redis decides, one buyer a call: the mark that the inventory is judged by.
//! Must not touch a program: it has keys of its own, and removes them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{Value, aio::MultiplexedConnection};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    domain::{
        hold::{Books, Choice, Fallback, Held, HoldRequest},
        ids::{CategoryId, Millis, OrderNumber, ProgramId, SeatIx, TicketUserId, UserId},
        money::Cents,
        order::OrderVersion,
        program::{CategoryHall, HALL_SEATS_MAX, Hall, Row},
    },
    inventory::{
        Unavailable,
        redis::{
            RedisConfig, buyer,
            keys::Keys,
            layout::Layout,
            link::{self, Link},
            rebuild,
            scripts::Verb,
        },
    },
};

/// Seats of a row of the scratch hall.
const ROW_SEATS: u32 = 40;
/// Longest probe: keeps the scratch hall from selling out.
const PROBE_MAX: Duration = Duration::from_secs(30);

/// Runs the script that holds and queues, one buyer a call, `in_flight` calls at a time, for `duration` (at most 30 s),
/// on a scratch hall of 2,000,000 seats. Returns how many buyers got their seat.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn ceiling_probe(url: &str, in_flight: usize, duration: Duration) -> Result<u64, Unavailable> {
    let link = Link::open(&RedisConfig { url: url.to_owned(), queue_max: usize::MAX }).await?;
    let mut own = link.own(rebuild::ANSWER_WAIT).await?;
    let scratch = Arc::new(Scratch::new(link));
    let measured = scratch.measure(&mut own, in_flight, duration.min(PROBE_MAX)).await;
    let mut unlink = redis::cmd("UNLINK");
    unlink.arg(scratch.keys.all().collect::<Vec<_>>());
    unlink.exec_async(&mut own).await.map_err(link::unreachable)?;
    measured
}

struct Scratch {
    link: Link,
    keys: Keys,
    layout: Layout,
    generation: String,
    calls: AtomicU64,
}

impl Scratch {
    fn new(link: Link) -> Self {
        let (keys, layout) = (Keys::scratch("ceiling"), Layout::of(&hall()));
        Self { link, keys, layout, generation: link::token(), calls: AtomicU64::new(0) }
    }

    async fn measure(
        self: &Arc<Self>,
        own: &mut MultiplexedConnection,
        in_flight: usize,
        duration: Duration,
    ) -> Result<u64, Unavailable> {
        rebuild::rebuild(own, &self.keys, &self.layout, &Books::default(), &self.generation).await?;
        let until = Instant::now() + duration;
        let mut buyers = JoinSet::new();
        for _ in 0..in_flight.max(1) {
            buyers.spawn(Arc::clone(self).buy(own.clone(), until));
        }
        let mut done = 0;
        while let Some(bought) = buyers.join_next().await {
            done += bought.map_err(|e| Unavailable::Unreachable(e.to_string()))??;
        }
        Ok(done)
    }

    async fn buy(self: Arc<Self>, mut own: MultiplexedConnection, until: Instant) -> Result<u64, Unavailable> {
        let mut done = 0;
        while Instant::now() < until {
            let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
            let mut cmd = self.link.scripts.call(Verb::Hold, &self.keys, &self.generation);
            cmd.arg(u32::MAX).arg(buyer::pack(&request(call), &self.layout, true));
            let reply: Value = cmd.query_async(&mut own).await.map_err(link::unreachable)?;
            match &reply {
                Value::Array(replies) if matches!(replies.first().map(buyer::outcome), Some(Ok(Held::Seats(_)))) => {
                    done += 1;
                }
                other => return Err(Unavailable::Unreachable(format!("the probe was answered {other:?}"))),
            }
        }
        Ok(done)
    }
}

const CATEGORY: u64 = 1;

fn hall() -> Hall {
    let row =
        |i: u32| Row { row_code: i + 1, first_col: 1, len: ROW_SEATS, first_seat: SeatIx(i * ROW_SEATS), labels: None };
    let category = CategoryHall {
        id: id(CategoryId::new, CATEGORY),
        name: String::new(),
        price: Cents(1),
        first_seat: SeatIx(0),
        seats: HALL_SEATS_MAX,
        rows: (0..HALL_SEATS_MAX / ROW_SEATS).map(row).collect(),
    };
    Hall { seat_base: 1, categories: vec![category] }
}

/// One ticket, an account of its own.
fn request(call: u64) -> HoldRequest {
    HoldRequest {
        program: id(ProgramId::new, 1),
        order: id(OrderNumber::new, (1 << 62) + call),
        user: id(UserId::new, (1 << 61) + call),
        version: OrderVersion::V4,
        choice: Choice::Best { category: id(CategoryId::new, CATEGORY), count: 1, fallback: Fallback::Refuse },
        ticket_users: vec![id(TicketUserId::new, (1 << 60) + call)],
        per_account_limit: 6,
        real_name: false,
        request: None,
        created_at: Millis(0),
        hold_ends_at: Millis(0),
    }
}

fn id<T>(new: impl Fn(u64) -> Option<T>, value: u64) -> T {
    new(value).expect("counted up from 1 or from a power of two below 2^63")
}

//! The queue of v4: one stream a program, filled by `lua/hold.lua` in the step that holds the seats.
//! Must not ask for a generation when reading or acknowledging: queues are drained before programs are rebuilt.
//!
//! A stream is always read from its front, so what was handed out and not acknowledged comes again, also after a crash.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use redis::aio::{ConnectionLike, MultiplexedConnection};
use tokio::time::Instant;

use crate::{
    domain::{
        hold::QueuedOrder,
        ids::{OrderNumber, ProgramId},
    },
    inventory::{
        QueueFront, Unavailable,
        redis::{
            buyer,
            keys::{self, Keys},
            link::{self, Link},
        },
    },
};

/// Longest single wait for news, after which the list of programs is read again.
const LOOK_AROUND: Duration = Duration::from_millis(500);
/// How much longer than that the connection waits for an answer.
const ANSWER_WAIT: Duration = Duration::from_secs(3);
/// Orders that one call takes off a queue: so many arguments fit on the stack of a script.
const ACKNOWLEDGED_MAX: usize = 2_000;
/// Entries that are read at once when a whole queue is listed.
const LIST_COUNT: usize = 1_000;

/// What the one reader of the queues remembers.
#[derive(Debug, Default)]
pub struct Reader {
    /// For blocking reads only.
    own: Option<MultiplexedConnection>,
    /// What was handed out last of each program: the front of its queue.
    handed_out: HashMap<ProgramId, Vec<(OrderNumber, EntryId)>>,
}

/// When a stream's entry was made: milliseconds, and a number within them.
type EntryId = (u64, u64);

/// A stream entry that reads as an order.
type Entry = (EntryId, QueuedOrder);

/// Entries as Redis sends them: an id, and fields with their values.
type RawEntries = Vec<(String, Vec<Vec<u8>>)>;

impl Reader {
    /// Up to `max` orders, oldest first; waits up to `wait` for the first.
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`].
    pub async fn next_batch(
        &mut self,
        link: &Link,
        known: BTreeSet<ProgramId>,
        max: usize,
        wait: Duration,
    ) -> Result<Vec<QueuedOrder>, Unavailable> {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now()).min(LOOK_AROUND);
            let mut own = match self.own.take() {
                Some(own) => own,
                None => link.own(LOOK_AROUND + ANSWER_WAIT).await?,
            };
            let mut programs = registered(&mut own).await?;
            programs.extend(&known);
            let mut entries = read(&mut own, &programs, max, left).await?;
            self.own = Some(own);
            if !entries.is_empty() {
                entries.truncate(max);
                self.handed_out.clear();
                for (id, QueuedOrder { request, .. }) in &entries {
                    self.handed_out.entry(request.program).or_default().push((request.order, *id));
                }
                return Ok(entries.into_iter().map(|(_, queued)| queued).collect());
            }
            if Instant::now() >= until {
                return Ok(Vec::new());
            }
        }
    }

    /// Takes orders off their queues.
    ///
    /// # Errors
    /// [`Unavailable::Unreachable`].
    pub async fn acknowledge(&mut self, link: &Link, orders: &[QueuedOrder]) -> Result<(), Unavailable> {
        let mut by_program: HashMap<ProgramId, Vec<OrderNumber>> = HashMap::new();
        for queued in orders {
            by_program.entry(queued.request.program).or_default().push(queued.request.order);
        }
        let script = redis::Script::new(include_str!("lua/acknowledge.lua"));
        for (program, orders) in by_program {
            let front = self.front(program, &orders);
            let keys = Keys::of(program);
            for orders in orders.chunks(if front.is_empty() { ACKNOWLEDGED_MAX } else { orders.len() }) {
                let mut call = script.prepare_invoke();
                call.key(keys.queue()).key(keys.pending()).key(keys.marks()).arg(&front);
                call.arg(orders.iter().map(|order| order.get()).collect::<Vec<_>>());
                let done: i64 = call.invoke_async(&mut link.shared()).await.map_err(link::unreachable)?;
                link.queue_moved(-done);
            }
            self.handed_out.remove(&program);
        }
        Ok(())
    }

    /// The id after the entries of these orders, when they are what was handed out last, from the first on.
    fn front(&self, program: ProgramId, orders: &[OrderNumber]) -> String {
        let handed_out = self.handed_out.get(&program).map_or(&[][..], Vec::as_slice);
        let first = handed_out.get(..orders.len()).unwrap_or_default();
        match first.last() {
            Some((_, (ms, number)))
                if orders.len() <= ACKNOWLEDGED_MAX && first.iter().map(|(order, _)| order).eq(orders) =>
            {
                format!("{ms}-{}", number + 1)
            }
            _ => String::new(),
        }
    }
}

/// Programs that may have a queue.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn registered(connection: &mut impl ConnectionLike) -> Result<BTreeSet<ProgramId>, Unavailable> {
    let ids: Vec<String> =
        redis::cmd("SMEMBERS").arg(keys::REGISTRY).query_async(connection).await.map_err(link::unreachable)?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

async fn read(
    own: &mut MultiplexedConnection,
    programs: &BTreeSet<ProgramId>,
    max: usize,
    wait: Duration,
) -> Result<Vec<Entry>, Unavailable> {
    if programs.is_empty() || max == 0 {
        tokio::time::sleep(wait).await;
        return Ok(Vec::new());
    }
    let streams: HashMap<String, ProgramId> =
        programs.iter().map(|&program| (Keys::of(program).queue().to_owned(), program)).collect();
    let mut xread = redis::cmd("XREAD");
    xread.arg("COUNT").arg(max);
    if let Ok(ms @ 1..) = u64::try_from(wait.as_millis()) {
        xread.arg("BLOCK").arg(ms);
    }
    xread.arg("STREAMS");
    xread.arg(streams.keys().collect::<Vec<_>>()).arg(vec!["0"; streams.len()]);
    let reply: Option<Vec<(String, RawEntries)>> = xread.query_async(own).await.map_err(link::unreachable)?;
    let mut entries = Vec::new();
    for (stream, raw) in reply.unwrap_or_default() {
        let Some(&program) = streams.get(&stream) else { continue };
        for (id, fields) in raw {
            match order_of(program, &fields) {
                Some(queued) => entries.push((entry_id(&id), queued)),
                None => discard(own, &stream, &id).await?,
            }
        }
    }
    entries.sort_by_key(|(id, _)| *id);
    Ok(entries)
}

fn order_of(program: ProgramId, fields: &[Vec<u8>]) -> Option<QueuedOrder> {
    match fields {
        [o, packed, s, seats] if o == b"o" && s == b"s" => {
            buyer::unpack(program, packed, std::str::from_utf8(seats).ok()?)
        }
        _ => None,
    }
}

/// An entry that no script of ours wrote would come again for ever.
async fn discard(own: &mut MultiplexedConnection, stream: &str, id: &str) -> Result<(), Unavailable> {
    tracing::error!(stream, id, "took an entry off the queue that is not an order");
    redis::cmd("XDEL").arg(stream).arg(id).exec_async(own).await.map_err(link::unreachable)
}

fn entry_id(id: &str) -> EntryId {
    let (ms, number) = id.split_once('-').unwrap_or((id, "0"));
    (ms.parse().unwrap_or(0), number.parse().unwrap_or(0))
}

/// Orders in the queues of these programs.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn depth(
    connection: &mut impl ConnectionLike,
    programs: impl IntoIterator<Item = ProgramId>,
) -> Result<u64, Unavailable> {
    let mut lengths = redis::pipe();
    for program in programs {
        lengths.cmd("XLEN").arg(Keys::of(program).queue());
    }
    if lengths.is_empty() {
        return Ok(0);
    }
    let lengths: Vec<u64> = lengths.query_async(connection).await.map_err(link::unreachable)?;
    Ok(lengths.into_iter().sum())
}

/// How many orders are in the queues of these programs, and the one that was queued first.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn front(
    connection: &mut impl ConnectionLike,
    programs: &BTreeSet<ProgramId>,
) -> Result<QueueFront, Unavailable> {
    let mut look = redis::pipe();
    for &program in programs {
        let keys = Keys::of(program);
        look.cmd("XLEN").arg(keys.queue());
        look.cmd("XRANGE").arg(keys.queue()).arg("-").arg("+").arg("COUNT").arg(1);
    }
    if look.is_empty() {
        return Ok(QueueFront::default());
    }
    let replies: Vec<redis::Value> = look.query_async(connection).await.map_err(link::unreachable)?;
    let (mut depth, mut first) = (0, None);
    for (pair, &program) in replies.chunks_exact(2).zip(programs) {
        depth += redis::from_redis_value::<u64>(pair[0].clone()).map_err(|e| link::unreachable(e.into()))?;
        let front: RawEntries = redis::from_redis_value(pair[1].clone()).map_err(|e| link::unreachable(e.into()))?;
        let front = front.iter().find_map(|(id, fields)| Some((entry_id(id), order_of(program, fields)?)));
        first = [first, front].into_iter().flatten().min_by_key(|(id, _)| *id);
    }
    Ok(QueueFront { depth, oldest: first.map(|(_, queued)| queued.request.created_at) })
}

/// All orders in a program's queue, oldest first.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn list(own: &mut MultiplexedConnection, program: ProgramId) -> Result<Vec<OrderNumber>, Unavailable> {
    let (mut orders, mut from) = (Vec::new(), "-".to_owned());
    loop {
        let mut range = redis::cmd("XRANGE");
        range.arg(Keys::of(program).queue()).arg(&from).arg("+").arg("COUNT").arg(LIST_COUNT);
        let piece: RawEntries = range.query_async(own).await.map_err(link::unreachable)?;
        let Some((last, _)) = piece.last() else { return Ok(orders) };
        from = format!("({last}");
        let read = piece.iter().filter_map(|(_, fields)| order_of(program, fields));
        orders.extend(read.map(|queued| queued.request.order));
    }
}

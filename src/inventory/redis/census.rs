//! Everything about one program, read in pieces.
//! Must not be relied on while other verbs of the program run.

use std::{collections::HashMap, time::Duration};

use redis::{Value, aio::MultiplexedConnection};

use crate::{
    domain::{
        hold::{Census, Counts, SeatState},
        ids::{CategoryId, Millis, OrderNumber, ProgramId},
    },
    inventory::{
        Unavailable,
        redis::{
            buyer,
            keys::Keys,
            layout::{FREE, HELD, Layout, SOLD},
            link, queue,
            rebuild::{owners_by_seat, scan_hash},
        },
    },
};

/// Longest wait for one piece.
pub const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Reads it. The caller checks the generation before and after.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn census(
    own: &mut MultiplexedConnection,
    program: ProgramId,
    keys: &Keys,
    layout: &Layout,
) -> Result<Census, Unavailable> {
    let counts: HashMap<String, u32> =
        redis::cmd("HGETALL").arg(keys.counts()).query_async(own).await.map_err(link::unreachable)?;
    let states: Vec<u8> = redis::cmd("GET").arg(keys.seats()).query_async(own).await.map_err(link::unreachable)?;
    let states = seat_states(&states)?;
    let owners = owners_by_seat(own, keys, states.len()).await?;
    let owned = |(state, owner): (SeatState, Option<_>)| (state, owner.filter(|_| state != SeatState::Available));
    Ok(Census {
        counts: in_hall_order(layout, &counts),
        seats: states.into_iter().zip(owners).map(owned).collect(),
        accounts: sorted_pairs(own, keys.accounts()).await?.into_iter().filter(|(_, live)| *live > 0).collect(),
        names: sorted_pairs(own, keys.names()).await?,
        holds: holds(own, keys).await?,
        queue: queue::list(own, program).await?,
    })
}

/// The hash `counts` as the verbs give it.
#[must_use]
pub fn in_hall_order(layout: &Layout, counts: &HashMap<String, u32>) -> Vec<(CategoryId, Counts)> {
    let count = |kind: &str, i: usize| counts.get(&format!("{kind}{i}")).copied().unwrap_or(0);
    let of = |i| Counts { available: count("a", i), held: count("h", i), sold: count("s", i) };
    layout.categories().enumerate().map(|(i, id)| (id, of(i))).collect()
}

/// The string `seats` as the verbs give it.
///
/// # Errors
/// [`Unavailable::Unreachable`] when there is a character that no script writes.
pub fn seat_states(states: &[u8]) -> Result<Vec<SeatState>, Unavailable> {
    states.iter().map(|state| seat_state(*state)).collect()
}

fn seat_state(state: u8) -> Result<SeatState, Unavailable> {
    match state {
        FREE => Ok(SeatState::Available),
        HELD => Ok(SeatState::Held),
        SOLD => Ok(SeatState::Sold),
        other => Err(Unavailable::Unreachable(format!("a seat is in state {other}, which no script writes"))),
    }
}

/// A script's list of fields and values.
#[must_use]
pub fn numbers_by_field(reply: &Value) -> HashMap<String, u32> {
    let Value::Array(items) = reply else { return HashMap::new() };
    let pair = |pair: &[Value]| Some((buyer::text(&pair[0])?.to_owned(), buyer::text(&pair[1])?.parse().ok()?));
    items.chunks_exact(2).filter_map(pair).collect()
}

async fn sorted_pairs<A, B>(own: &mut MultiplexedConnection, key: &str) -> Result<Vec<(A, B)>, Unavailable>
where
    A: std::str::FromStr + Ord,
    B: std::str::FromStr + Ord,
{
    let fields = scan_hash(own, key).await?;
    let mut pairs: Vec<(A, B)> =
        fields.into_iter().filter_map(|(field, value)| Some((field.parse().ok()?, value.parse().ok()?))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

async fn holds(own: &mut MultiplexedConnection, keys: &Keys) -> Result<Vec<(OrderNumber, Millis)>, Unavailable> {
    let records: HashMap<String, String> =
        redis::cmd("HGETALL").arg(keys.holds()).query_async(own).await.map_err(link::unreachable)?;
    let read = |(order, record): (String, String)| {
        let (ends_at, _) = record.split_once(' ')?;
        Some((order.parse().ok()?, Millis(ends_at.parse().ok()?)))
    };
    let mut holds: Vec<_> = records.into_iter().filter_map(read).collect();
    holds.sort_unstable();
    Ok(holds)
}

//! Makes the keys of one program what the ledger says, and reports what was different.
//! Must not ask for a generation: it makes one.

use std::{collections::HashMap, time::Duration};

use redis::{Cmd, Pipeline, aio::MultiplexedConnection};

use crate::{
    domain::{
        hold::{Books, LiveOrder},
        ids::{OrderNumber, SeatIx, UserId},
        order::RequestKey,
    },
    inventory::{
        Repairs, Unavailable,
        redis::{
            buyer,
            keys::Keys,
            layout::{FREE, HELD, Layout, SOLD},
            link,
        },
    },
};

/// Longest wait for one answer while rebuilding: deleting or reading a large program is one long command.
pub const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// Fields of one HSET, and bytes of one round trip: large enough to be fast, small enough not to stall other programs.
const FIELDS_MAX: usize = 512;
const TRIP_BYTES_MAX: usize = 1 << 20;
/// Fields that one HSCAN may bring.
const SCAN_COUNT: usize = 4_096;

/// Compares what is there with the books, then writes the program anew; the generation mark comes last. All on one
/// connection of its own: it breaks when Redis restarts, so a rebuild is whole or has no mark.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn rebuild(
    own: &mut MultiplexedConnection,
    keys: &Keys,
    layout: &Layout,
    books: &Books,
    generation: &str,
) -> Result<Repairs, Unavailable> {
    let wanted = Wanted::of(layout, books);
    own_cmd(own, redis::cmd("UNLINK").arg(keys.generation())).await?;
    let repairs = compare(own, keys, &wanted).await?;
    let mut unlink = redis::cmd("UNLINK");
    unlink.arg(keys.all().collect::<Vec<_>>());
    own_cmd(own, &unlink).await?;
    let mut writer = Writer { own, trip: Pipeline::new(), bytes: 0 };
    write(&mut writer, keys, layout, books, &wanted).await?;
    writer.flush().await?;
    own_cmd(own, redis::cmd("SET").arg(keys.generation()).arg(generation)).await?;
    Ok(repairs)
}

/// Seats as the ledger has them.
struct Wanted {
    states: Vec<u8>,
    owners: Vec<Option<OrderNumber>>,
    /// Of each live order in the books, those of its seats that are in the hall and no earlier order's.
    seats: Vec<Vec<SeatIx>>,
}

impl Wanted {
    fn of(layout: &Layout, books: &Books) -> Self {
        let seats = layout.seats() as usize;
        let mut wanted = Self { states: vec![FREE; seats], owners: vec![None; seats], seats: Vec::new() };
        for order in &books.live {
            let own = order.seats.iter().copied().filter(|seat| wanted.take(*seat, order)).collect();
            wanted.seats.push(own);
        }
        wanted
    }

    /// The seat is this order's, unless it is an earlier one's.
    fn take(&mut self, seat: SeatIx, order: &LiveOrder) -> bool {
        let at = seat.0 as usize;
        let free = self.states.get(at) == Some(&FREE);
        if free {
            self.states[at] = if order.paid { SOLD } else { HELD };
            self.owners[at] = Some(order.number);
        }
        free
    }

    /// The orders that have seats, with them.
    fn orders<'a>(&'a self, books: &'a Books) -> impl Iterator<Item = (&'a LiveOrder, &'a [SeatIx])> {
        books.live.iter().zip(self.seats.iter().map(Vec::as_slice)).filter(|(_, seats)| !seats.is_empty())
    }
}

async fn compare(own: &mut MultiplexedConnection, keys: &Keys, wanted: &Wanted) -> Result<Repairs, Unavailable> {
    let states: Option<Vec<u8>> =
        redis::cmd("GET").arg(keys.seats()).query_async(own).await.map_err(link::unreachable)?;
    let Some(states) = states else {
        return Ok(Repairs { was_empty: true, ..Repairs::default() });
    };
    let seats = wanted.states.len().max(states.len());
    let owners = owners_by_seat(own, keys, seats).await?;
    let mut repairs = Repairs::default();
    for (seat, owner) in owners.into_iter().enumerate() {
        let state = |states: &[u8]| states.get(seat).copied().unwrap_or(FREE);
        let (found, want) = (state(&states), state(&wanted.states));
        if found == FREE && want == FREE {
            continue;
        }
        if want == FREE {
            repairs.seats_freed += 1;
        } else if found == FREE || wanted.owners.get(seat) != Some(&owner) {
            repairs.seats_restored += 1;
        } else if found != want {
            repairs.seats_restated += 1;
        }
    }
    Ok(repairs)
}

/// The hash `owners`, by seat position.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn owners_by_seat(
    own: &mut MultiplexedConnection,
    keys: &Keys,
    seats: usize,
) -> Result<Vec<Option<OrderNumber>>, Unavailable> {
    let mut owners = vec![None; seats];
    for (seat, owner) in scan_hash(own, keys.owners()).await? {
        if let Some(place) = seat.parse().ok().and_then(|seat: usize| owners.get_mut(seat)) {
            *place = owner.parse().ok();
        }
    }
    Ok(owners)
}

/// All fields and values of a hash, in pieces; a field may come twice while Redis resizes the hash.
///
/// # Errors
/// [`Unavailable::Unreachable`].
pub async fn scan_hash(own: &mut MultiplexedConnection, key: &str) -> Result<Vec<(String, String)>, Unavailable> {
    let (mut all, mut cursor) = (Vec::new(), 0_u64);
    loop {
        let mut scan = redis::cmd("HSCAN");
        scan.arg(key).arg(cursor).arg("COUNT").arg(SCAN_COUNT);
        let (next, fields): (u64, Vec<(String, String)>) = scan.query_async(own).await.map_err(link::unreachable)?;
        all.extend(fields);
        if next == 0 {
            return Ok(all);
        }
        cursor = next;
    }
}

async fn write(
    writer: &mut Writer<'_>,
    keys: &Keys,
    layout: &Layout,
    books: &Books,
    wanted: &Wanted,
) -> Result<(), Unavailable> {
    writer.set(keys.seats(), &wanted.states).await?;
    writer.set(keys.rows(), &layout.packed_rows()).await?;
    writer.set(keys.cats(), &layout.packed_categories()).await?;
    writer.set(keys.runs(), &layout.packed_runs(&wanted.states)).await?;
    writer.hash(keys.counts(), counts(layout, &wanted.states).into_iter()).await?;
    let owners: Vec<_> =
        wanted.owners.iter().enumerate().filter_map(|(seat, owner)| Some((seat, owner.as_ref()?.get()))).collect();
    writer.hash(keys.owners(), owners.into_iter()).await?;
    writer.hash(keys.accounts(), accounts(books, wanted).into_iter()).await?;
    writer.hash(keys.names(), names(books).into_iter()).await?;
    let requests: Vec<_> = books.requests.iter().map(|(user, key, order)| request_field(*user, key, *order)).collect();
    writer.hash(keys.requests(), requests.into_iter()).await?;
    writer.hash(keys.holds(), holds(books, wanted, layout).into_iter()).await
}

/// Live tickets by account.
fn accounts(books: &Books, wanted: &Wanted) -> Vec<(u64, usize)> {
    let mut accounts: HashMap<UserId, usize> = HashMap::new();
    wanted.orders(books).for_each(|(order, seats)| *accounts.entry(order.user).or_default() += seats.len());
    accounts.into_iter().map(|(user, live)| (user.get(), live)).collect()
}

/// Live names and their orders.
fn names(books: &Books) -> Vec<(u64, u64)> {
    let named = books.live.iter().filter(|o| o.real_name);
    named.flat_map(|o| o.ticket_users.iter().map(|name| (name.get(), o.number.get()))).collect()
}

/// Orders that are not paid for, with what is noted of each.
fn holds(books: &Books, wanted: &Wanted, layout: &Layout) -> Vec<(u64, String)> {
    let key_of: HashMap<OrderNumber, &str> = books.requests.iter().map(|(_, key, order)| (*order, &*key.key)).collect();
    let key = |order: &LiveOrder| key_of.get(&order.number).copied().unwrap_or("");
    let held = wanted.orders(books).filter(|(order, _)| !order.paid);
    held.map(|(order, seats)| (order.number.get(), hold_record(order, seats, key(order), layout))).collect()
}

fn request_field(user: UserId, key: &RequestKey, order: OrderNumber) -> (String, String) {
    (format!("{user}:{}", key.key), format!("{}:{order}", buyer::fingerprint(key.fingerprint)))
}

fn counts(layout: &Layout, states: &[u8]) -> HashMap<String, u32> {
    let mut counts: HashMap<String, u32> =
        (0..layout.categories().len()).flat_map(|i| ["a", "h", "s"].map(|kind| (format!("{kind}{i}"), 0))).collect();
    let mut tally = vec![[0_u32; 3]; layout.categories().len()];
    for (seat, state) in (0..).zip(states) {
        if let Some(category) = layout.category_of(SeatIx(seat)) {
            tally[category][usize::from(state - FREE)] += 1;
        }
    }
    for (i, kinds) in tally.into_iter().enumerate() {
        for (kind, n) in ["a", "h", "s"].into_iter().zip(kinds) {
            counts.insert(format!("{kind}{i}"), n);
        }
    }
    counts
}

/// What `lua/hold.lua` notes of a hold.
fn hold_record(order: &LiveOrder, seats: &[SeatIx], key: &str, layout: &Layout) -> String {
    let names = if order.real_name { order.ticket_users.as_slice() } else { &[] };
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let places: Vec<String> = seats.iter().map(|&seat| format!("{}:{}", layout.row(seat), seat.0)).collect();
    format!("{} {} {} {} {key}", order.hold_ends_at.0, order.user, names.join(","), places.join(","))
}

/// Sends commands in round trips of bounded size.
struct Writer<'a> {
    own: &'a mut MultiplexedConnection,
    trip: Pipeline,
    bytes: usize,
}

impl Writer<'_> {
    async fn set(&mut self, key: &str, value: &[u8]) -> Result<(), Unavailable> {
        let mut set = redis::cmd("SET");
        set.arg(key).arg(value);
        self.add(set, value.len()).await
    }

    async fn hash<F: redis::ToRedisArgs, V: redis::ToRedisArgs>(
        &mut self,
        key: &str,
        fields: impl Iterator<Item = (F, V)>,
    ) -> Result<(), Unavailable> {
        let mut fields = fields.peekable();
        while fields.peek().is_some() {
            let mut hset = redis::cmd("HSET");
            hset.arg(key);
            for (field, value) in fields.by_ref().take(FIELDS_MAX) {
                hset.arg(field).arg(value);
            }
            let bytes =
                hset.args_iter().map(|arg| if let redis::Arg::Simple(text) = arg { text.len() } else { 0 }).sum();
            self.add(hset, bytes).await?;
        }
        Ok(())
    }

    async fn add(&mut self, cmd: Cmd, bytes: usize) -> Result<(), Unavailable> {
        self.trip.add_command(cmd).ignore();
        self.bytes += bytes;
        if self.bytes >= TRIP_BYTES_MAX { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Unavailable> {
        let trip = std::mem::take(&mut self.trip);
        self.bytes = 0;
        if trip.is_empty() { Ok(()) } else { trip.exec_async(self.own).await.map_err(link::unreachable) }
    }
}

async fn own_cmd(own: &mut MultiplexedConnection, cmd: &Cmd) -> Result<(), Unavailable> {
    cmd.exec_async(own).await.map_err(link::unreachable)
}

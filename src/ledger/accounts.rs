//! Accounts and the persons on their lists, one by one and in bulk.
//! Must not use an id twice, even of an account that is gone.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    domain::ids::{TicketUserId, UserId},
    ledger::{
        people,
        rows::column,
        writer::{Batch, Halt},
    },
};

/// Most accounts and ticket users made by one call: the writer does nothing else meanwhile.
pub const BULK_ROWS_MAX: u64 = 5_000_000;

/// A person on an account's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketUser {
    /// Id.
    pub id: TicketUserId,
    /// Account.
    pub user: UserId,
    /// Real name.
    pub name: String,
    /// 1 to 6.
    pub id_type: u8,
    /// Number of the document.
    pub id_number: String,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Mobile number, unique.
    pub mobile: String,
    /// Shown name.
    pub name: String,
    /// Argon2 hash in PHC form; `None`: no sign-in by password.
    pub password_hash: Option<String>,
}

/// Accounts to make in bulk, for a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkAccounts {
    /// How many.
    pub count: u32,
    /// Ticket users of each.
    pub ticket_users_each: u32,
    /// One password hash for all of them, or none.
    pub password_hash: Option<String>,
}

/// Accounts made in bulk: ids are contiguous. Account `i` is `first_user + i` and has the ticket users
/// `first_ticket_user + i * each ..` `+ each`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkMade {
    /// First account.
    pub first_user: UserId,
    /// How many.
    pub count: u32,
    /// First ticket user of the first account.
    pub first_ticket_user: TicketUserId,
    /// Ticket users of each.
    pub each: u32,
}

const INSERT_USER: &str = "INSERT INTO user (user_id, mobile, name, password_hash) VALUES (?1, ?2, ?3, ?4)";
const INSERT_TICKET_USER: &str =
    "INSERT INTO ticket_user (ticket_user_id, user_id, id_type, id_number, name) VALUES (?1, ?2, ?3, ?4, ?5)";

/// The next `count` free ids of a kind, as the first of them. They are never given again.
pub(super) fn take_ids(conn: &Connection, kind: &str, count: u64) -> rusqlite::Result<u64> {
    let mut update = conn.prepare_cached("UPDATE counter SET next = next + ?2 WHERE name = ?1 RETURNING next - ?2")?;
    let first: i64 = update.query_row(params![kind, count.cast_signed()], |row| row.get(0))?;
    u64::try_from(first).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, first))
}

/// Makes an account. `None` when the mobile is taken.
pub(super) fn add_user(
    batch: &Batch<'_>,
    mobile: String,
    name: String,
    password_hash: Option<String>,
) -> Result<Option<User>, Halt> {
    let conn = batch.conn;
    if conn.prepare_cached("SELECT 1 FROM user WHERE mobile = ?1")?.exists([&mobile])? {
        return Ok(None);
    }
    let id = user_id(take_ids(conn, "user", 1)?);
    conn.prepare_cached(INSERT_USER)?.execute(params![id.as_i64(), mobile, name, password_hash])?;
    Ok(Some(User { id, mobile, name, password_hash }))
}

/// Makes accounts in bulk.
pub(super) fn add_bulk(batch: &Batch<'_>, bulk: &BulkAccounts) -> Result<BulkMade, Halt> {
    let conn = batch.conn;
    let (count, each) = (u64::from(bulk.count), u64::from(bulk.ticket_users_each));
    if count * (each + 1) > BULK_ROWS_MAX {
        let text = format!("{count} accounts with {each} ticket users each are too many at once: {BULK_ROWS_MAX} rows");
        return Err(Halt::unusable(text));
    }
    let Some(prefix) = free_prefix(conn, count)? else {
        return Err(Halt::unusable("all mobile numbers kept for bulk accounts are taken".to_owned()));
    };
    let first_user = take_ids(conn, "user", count)?;
    let first_ticket_user = take_ids(conn, "ticket_user", count * each)?;
    let mut insert_user = conn.prepare_cached(INSERT_USER)?;
    let mut insert_ticket_user = conn.prepare_cached(INSERT_TICKET_USER)?;
    for i in 0..count {
        let user = first_user + i;
        let mobile = people::mobile(prefix, user);
        insert_user.execute(params![user.cast_signed(), mobile, people::name(user), bulk.password_hash])?;
        for id in (first_ticket_user + i * each..).take(bulk.ticket_users_each as usize) {
            let (number, name) = (people::identity_number(id), people::name(id));
            insert_ticket_user.execute(params![id.cast_signed(), user.cast_signed(), 1, number, name])?;
        }
    }
    Ok(BulkMade {
        first_user: user_id(first_user),
        count: bulk.count,
        first_ticket_user: ticket_user_id(first_ticket_user),
        each: bulk.ticket_users_each,
    })
}

/// Adds a person to an account. `None` when the account has this document already.
pub(super) fn add_ticket_user(
    batch: &Batch<'_>,
    user: UserId,
    name: String,
    id_type: u8,
    id_number: String,
) -> Result<Option<TicketUser>, Halt> {
    let conn = batch.conn;
    if !conn.prepare_cached("SELECT 1 FROM user WHERE user_id = ?1")?.exists([user.as_i64()])? {
        return Err(Halt::unusable(format!("there is no account {user}")));
    }
    let mut exists =
        conn.prepare_cached("SELECT 1 FROM ticket_user WHERE user_id = ?1 AND id_type = ?2 AND id_number = ?3")?;
    if exists.exists(params![user.as_i64(), id_type, id_number])? {
        return Ok(None);
    }
    let id = ticket_user_id(take_ids(conn, "ticket_user", 1)?);
    conn.prepare_cached(INSERT_TICKET_USER)?.execute(params![id.as_i64(), user.as_i64(), id_type, id_number, name])?;
    Ok(Some(TicketUser { id, user, name, id_type, id_number }))
}

/// An account by id.
pub(super) fn user(conn: &Connection, id: UserId) -> rusqlite::Result<Option<User>> {
    conn.prepare_cached("SELECT user_id, mobile, name, password_hash FROM user WHERE user_id = ?1")?
        .query_row([id.as_i64()], user_row)
        .optional()
}

/// An account by mobile.
pub(super) fn user_by_mobile(conn: &Connection, mobile: &str) -> rusqlite::Result<Option<User>> {
    conn.prepare_cached("SELECT user_id, mobile, name, password_hash FROM user WHERE mobile = ?1")?
        .query_row([mobile], user_row)
        .optional()
}

/// An account's persons, by id.
pub(super) fn ticket_users(conn: &Connection, user: UserId) -> rusqlite::Result<Vec<TicketUser>> {
    let mut select = conn.prepare_cached(
        "SELECT ticket_user_id, name, id_type, id_number FROM ticket_user WHERE user_id = ?1 ORDER BY 1",
    )?;
    let rows = select.query_map([user.as_i64()], |row| {
        Ok(TicketUser {
            id: column(row, 0, TicketUserId::from_i64)?,
            user,
            name: row.get(1)?,
            id_type: row.get(2)?,
            id_number: row.get(3)?,
        })
    })?;
    rows.collect()
}

fn user_row(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: column(row, 0, UserId::from_i64)?,
        mobile: row.get(1)?,
        name: row.get(2)?,
        password_hash: row.get(3)?,
    })
}

/// A mobile prefix under which none of the next `count` accounts meets a number that somebody registered.
fn free_prefix(conn: &Connection, count: u64) -> rusqlite::Result<Option<&'static str>> {
    let next: i64 = conn.query_row("SELECT next FROM counter WHERE name = 'user'", [], |row| row.get(0))?;
    let first = next.cast_unsigned();
    let mut taken = conn.prepare_cached("SELECT 1 FROM user WHERE mobile BETWEEN ?1 AND ?2")?;
    for prefix in people::MOBILE_PREFIXES {
        let last = first + count.saturating_sub(1);
        if !taken.exists([people::mobile(prefix, first), people::mobile(prefix, last)])? {
            return Ok(Some(prefix));
        }
    }
    Ok(None)
}

fn user_id(value: u64) -> UserId {
    UserId::new(value).expect("counters start above zero and end with the universe")
}

fn ticket_user_id(value: u64) -> TicketUserId {
    TicketUserId::new(value).expect("counters start above zero and end with the universe")
}

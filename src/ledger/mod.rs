//! What was sold: one SQLite file, one writer thread that commits many callers' work at once, readers beside it.
//! Must not know HTTP, Redis or an order version's steps; only here is rusqlite named.

mod accounts;
mod books;
mod ceiling;
mod dossier;
mod held;
mod outcomes;
mod people;
mod programs;
mod reader;
mod record;
mod rows;
mod schema;
mod settings;
mod settle;
#[cfg(test)]
mod tests;
mod writer;

pub use accounts::{BULK_ROWS_MAX, BulkAccounts, BulkMade, TicketUser, User};
pub use ceiling::ceiling_probe;
pub use outcomes::{
    Bill, BillOpened, Closed, Dossier, LateRejection, LedgerFailure, OrderFilter, Paid, Payment, Recorded, Refund,
    Refunded, Sequence,
};

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::domain::{
    audit::LedgerFacts,
    hold::Books,
    ids::{Millis, OrderNumber, ProgramId, SeatId, SeatIx, UserId},
    money::Cents,
    order::{Closing, Order},
    program::{Program, SaleWindow},
    rejection::Rejection,
};
use reader::Readers;
use writer::Writer;

/// When a commit counts as durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `synchronous=FULL`: survives power loss.
    Full,
    /// `synchronous=NORMAL`: survives a crash of the process, not of the machine.
    Normal,
}

impl Durability {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Normal => "normal",
        }
    }
}

/// The ledger. Cheap to clone; closing one clone closes all. Every verb fails with a [`LedgerFailure`] when the world
/// breaks; nothing of its work is kept then.
#[derive(Debug, Clone)]
pub struct Ledger {
    file: Arc<Path>,
    writer: Arc<Writer>,
    readers: Readers,
}

impl Ledger {
    /// Opens or creates the file, migrates it, starts the writer.
    ///
    /// # Errors
    /// [`LedgerFailure::Unusable`] when the file is not ours or from a later version.
    pub fn open(file: &Path, durability: Durability) -> Result<Self, LedgerFailure> {
        let conn = schema::open_writer(file, durability)?;
        let readers = Readers::open(file)?;
        let writer = Writer::start(conn, writer::JOBS_QUEUED_MAX)?;
        Ok(Self { file: file.into(), writer: Arc::new(writer), readers })
    }

    /// Finishes what is queued, checkpoints, stops the writer. Verbs called later fail with [`LedgerFailure::Closed`].
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Tells `ear` of every commit from now on: the pieces of work in it, and how long it took. It is called by the
    /// thread that writes, so it must be quick. Only the first ear is kept.
    pub fn on_commit(&self, ear: impl Fn(usize, Duration) + Send + Sync + 'static) {
        self.writer.on_commit(Box::new(ear));
    }

    /// Pieces of work that wait for the writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// Bytes of the file and its write-ahead log.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        let mut log = self.file.as_os_str().to_owned();
        log.push("-wal");
        [self.file.as_os_str(), &log].map(|file| std::fs::metadata(file).map_or(0, |file| file.len())).iter().sum()
    }

    /// Where the file is.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.file.to_path_buf()
    }
}

/// Writing orders.
impl Ledger {
    /// Writes one order; shares its commit with whoever writes at the same time.
    pub async fn record(&self, order: Order) -> Result<Recorded, LedgerFailure> {
        self.writer.run(1, move |batch| record::record_one(batch, &order)).await
    }

    /// Writes many orders in one commit; each succeeds or fails alone. Same length and order as given. An order of a
    /// program that the ledger does not have fails the call.
    pub async fn record_batch(&self, orders: Vec<Order>) -> Result<Vec<Recorded>, LedgerFailure> {
        let count = orders.len();
        self.writer.run(count, move |batch| record::record(batch, &orders)).await
    }

    /// Puts on record that an accepted order will never be (v4). Harmless when repeated. Does nothing if the order exists.
    pub async fn reject(
        &self,
        number: OrderNumber,
        program: ProgramId,
        user: UserId,
        reason: Rejection,
        now: Millis,
    ) -> Result<(), LedgerFailure> {
        self.writer.run(1, move |batch| record::reject(batch, number, (program, user), reason, now)).await
    }
}

/// Changing orders: every one a compare-and-set on the status.
impl Ledger {
    /// Unpaid to cancelled; drops its claims.
    pub async fn close_order(
        &self,
        number: OrderNumber,
        closing: Closing,
        now: Millis,
    ) -> Result<Closed, LedgerFailure> {
        self.writer.run(1, move |batch| settle::close(batch, number, closing, now)).await
    }

    /// The same for many, in one commit.
    pub async fn close_orders(
        &self,
        numbers: Vec<OrderNumber>,
        closing: Closing,
        now: Millis,
    ) -> Result<Vec<Closed>, LedgerFailure> {
        let count = numbers.len();
        self.writer
            .run(count, move |batch| numbers.iter().map(|number| settle::close(batch, *number, closing, now)).collect())
            .await
    }

    /// Paid to refunded, by an operator: drops its claims, puts the refund on record.
    pub async fn refund_order(&self, number: OrderNumber, now: Millis) -> Result<Refunded, LedgerFailure> {
        self.writer.run(1, move |batch| settle::refund(batch, number, now)).await
    }

    /// Opens a bill for an unpaid order.
    pub async fn open_bill(
        &self,
        number: OrderNumber,
        channel: String,
        amount: Cents,
        now: Millis,
    ) -> Result<BillOpened, LedgerFailure> {
        self.writer.run(1, move |batch| settle::open_bill(batch, number, &channel, amount, now)).await
    }

    /// Takes a payment: unpaid to paid, or late: cancelled to refunded with a refund on record.
    pub async fn pay(&self, payment: Payment, now: Millis) -> Result<Paid, LedgerFailure> {
        self.writer.run(1, move |batch| settle::pay(batch, &payment, now)).await
    }
}

/// Programs and accounts.
impl Ledger {
    /// Adds programs, all or none. The ledger gives each hall its seat base. Fails with `Unusable` if an id exists.
    pub async fn add_programs(&self, programs: Vec<Program>) -> Result<Vec<Program>, LedgerFailure> {
        self.writer.run(1, move |batch| programs::add(batch, programs)).await
    }

    /// Changes the sale window. False when there is no such program.
    pub async fn set_sale(&self, program: ProgramId, sale: SaleWindow) -> Result<bool, LedgerFailure> {
        self.writer.run(1, move |batch| programs::set_sale(batch, program, sale)).await
    }

    /// Removes all orders, bills, refunds, rejections and claims of a program; its seats are all free then. False when
    /// there is no such program.
    pub async fn reset_program(&self, program: ProgramId) -> Result<bool, LedgerFailure> {
        self.writer.run(1, move |batch| books::reset(batch, program)).await
    }

    /// All programs with their halls.
    pub async fn programs(&self) -> Result<Vec<Program>, LedgerFailure> {
        self.readers.read(move |conn| programs::all(conn)).await
    }

    /// Makes an account. `None` when the mobile is taken.
    pub async fn add_user(
        &self,
        mobile: String,
        name: String,
        password_hash: Option<String>,
    ) -> Result<Option<User>, LedgerFailure> {
        self.writer.run(1, move |batch| accounts::add_user(batch, mobile, name, password_hash)).await
    }

    /// Makes accounts in bulk, at most [`BULK_ROWS_MAX`] accounts and ticket users together.
    pub async fn add_accounts(&self, bulk: BulkAccounts) -> Result<BulkMade, LedgerFailure> {
        self.writer.run(1, move |batch| accounts::add_bulk(batch, &bulk)).await
    }

    /// An account by id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, LedgerFailure> {
        self.readers.read(move |conn| accounts::user(conn, id)).await
    }

    /// An account by mobile.
    pub async fn user_by_mobile(&self, mobile: String) -> Result<Option<User>, LedgerFailure> {
        self.readers.read(move |conn| accounts::user_by_mobile(conn, &mobile)).await
    }

    /// Adds a person to an account. `None` when the account has this document already; `Unusable` when there is no such
    /// account.
    pub async fn add_ticket_user(
        &self,
        user: UserId,
        name: String,
        id_type: u8,
        id_number: String,
    ) -> Result<Option<TicketUser>, LedgerFailure> {
        self.writer.run(1, move |batch| accounts::add_ticket_user(batch, user, name, id_type, id_number)).await
    }

    /// An account's persons, by id.
    pub async fn ticket_users(&self, user: UserId) -> Result<Vec<TicketUser>, LedgerFailure> {
        self.readers.read(move |conn| accounts::ticket_users(conn, user)).await
    }
}

/// Reading.
impl Ledger {
    /// One order.
    pub async fn order(&self, number: OrderNumber) -> Result<Option<Order>, LedgerFailure> {
        self.readers.read(move |conn| rows::order_by_number(conn, number)).await
    }

    /// Why an accepted order was rejected, if that is on record, and whose it was.
    pub async fn rejection(&self, number: OrderNumber) -> Result<Option<(UserId, Rejection)>, LedgerFailure> {
        let found = self.readers.read(move |conn| dossier::rejection(conn, number)).await?;
        Ok(found.map(|rejection| (rejection.user, rejection.reason)))
    }

    /// An account's newest orders, newest first, at most `limit`.
    pub async fn orders_of(&self, user: UserId, limit: u32) -> Result<Vec<Order>, LedgerFailure> {
        self.readers.read(move |conn| books::orders_of(conn, user, limit)).await
    }

    /// Live tickets of an account in a program.
    pub async fn live_tickets(&self, user: UserId, program: ProgramId) -> Result<u32, LedgerFailure> {
        self.readers.read(move |conn| books::live_tickets(conn, user, program)).await
    }

    /// Orders by filter, by number. May have to look at every order: only a few such reads go on at a time.
    pub async fn list_orders(&self, filter: OrderFilter) -> Result<Vec<Order>, LedgerFailure> {
        self.readers.scan(move |conn| books::list_orders(conn, &filter)).await
    }

    /// All that is kept under an order number.
    pub async fn dossier(&self, number: OrderNumber) -> Result<Dossier, LedgerFailure> {
        self.readers.read(move |conn| dossier::of(conn, number)).await
    }

    /// The live order that has claimed a seat.
    pub async fn seat_owner(&self, seat: SeatId) -> Result<Option<Order>, LedgerFailure> {
        self.readers.read(move |conn| dossier::owner(conn, seat)).await
    }

    /// The bill of an order.
    pub async fn bill(&self, number: OrderNumber) -> Result<Option<Bill>, LedgerFailure> {
        self.readers.read(move |conn| settle::bill(conn, number)).await
    }

    /// What an inventory is rebuilt from.
    pub async fn books(&self, program: ProgramId) -> Result<Books, LedgerFailure> {
        self.readers.read(move |conn| books::books(conn, program)).await
    }

    /// The same of all programs that have sold anything, from one read of all orders.
    pub async fn all_books(&self) -> Result<HashMap<ProgramId, Books>, LedgerFailure> {
        self.readers.read(move |conn| books::all_books(conn)).await
    }

    /// Unpaid orders of all programs with the end of their holds, for the expiry worker's start.
    pub async fn unpaid(&self) -> Result<Vec<(OrderNumber, ProgramId, Millis)>, LedgerFailure> {
        self.readers.read(move |conn| books::unpaid(conn)).await
    }

    /// Seats of a program's unpaid orders, with the moment at which each order was made.
    pub async fn held_since(&self, program: ProgramId) -> Result<Vec<(SeatIx, Millis)>, LedgerFailure> {
        self.readers.read(move |conn| held::since(conn, program)).await
    }

    /// What the audit wants to know of a program, from one read transaction.
    pub async fn facts(&self, program: ProgramId) -> Result<LedgerFacts, LedgerFailure> {
        self.readers.read(move |conn| books::facts(conn, program)).await
    }
}

/// Small durable values.
impl Ledger {
    /// A value kept under a name.
    pub async fn setting(&self, name: &'static str) -> Result<Option<String>, LedgerFailure> {
        self.readers.read(move |conn| settings::get(conn, name)).await
    }

    /// Keeps a value under a name.
    pub async fn set_setting(&self, name: &'static str, value: String) -> Result<(), LedgerFailure> {
        self.writer.run(1, move |batch| settings::set(batch, name, &value)).await
    }

    /// Pragmas and versions of the connection that writes, for `doctor` and reports: (name, value).
    pub async fn environment(&self) -> Result<Vec<(String, String)>, LedgerFailure> {
        self.writer.run(1, move |batch| Ok(schema::environment(batch.conn)?)).await
    }
}

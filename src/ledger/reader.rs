//! A few connections that read beside the writer. A read sees every commit that was answered before it began.
//! Must not write: each connection is `query_only`.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, Transaction};
use tokio::sync::Semaphore;

use crate::ledger::{LedgerFailure, schema};

/// Connections for reading: enough to use a few cores, few enough to keep their caches warm.
const READERS: u32 = 4;
/// Long reads at a time: the other connections stay free for buyers, who ask for one order each.
const SCANS_AT_ONCE: usize = 2;

/// The connections.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    scans: Arc<Semaphore>,
}

impl Readers {
    /// Opens them all.
    pub(super) fn open(file: &Path) -> Result<Self, LedgerFailure> {
        let free = (0..READERS).map(|_| schema::open_reader(file)).collect::<Result<Vec<_>, _>>()?;
        let (permits, scans) = (Semaphore::new(free.len()), Semaphore::new(SCANS_AT_ONCE));
        Ok(Self { permits: Arc::new(permits), scans: Arc::new(scans), free: Arc::new(Mutex::new(free)) })
    }

    /// Reads within one transaction, so that everything that `work` sees belongs to one instant.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T, LedgerFailure>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| LedgerFailure::Closed)?;
        let lent = Lent { conn: Some(take(&self.free)), free: Arc::clone(&self.free) };
        let reading = tokio::task::spawn_blocking(move || {
            let mut lent = lent;
            let read = lent.read(work);
            drop(lent);
            drop(permit);
            read
        });
        match reading.await {
            Ok(read) => Ok(read?),
            Err(error) => Err(LedgerFailure::Sqlite(format!("a read did not finish: {error}"))),
        }
    }

    /// A read that may take long: waits until few others of its kind go on.
    pub(super) async fn scan<T, F>(&self, work: F) -> Result<T, LedgerFailure>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let turn = Arc::clone(&self.scans).acquire_owned().await.map_err(|_| LedgerFailure::Closed)?;
        self.read(move |conn| {
            // Kept until the work is over, also when nobody waits for it any more.
            let _turn = turn;
            work(conn)
        })
        .await
    }

    /// Waits for those that are reading, then closes all connections. Later reads fail as closed.
    pub(super) async fn close(&self) {
        if let Ok(all) = self.permits.acquire_many(READERS).await {
            self.permits.close();
            drop(all);
        }
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A connection that goes back to the others whatever happens to its borrower.
struct Lent {
    conn: Option<Connection>,
    free: Arc<Mutex<Vec<Connection>>>,
}

impl Lent {
    fn read<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let conn = self.conn.as_mut().expect("present until dropped");
        work(&conn.transaction()?)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.conn.take());
    }
}

fn take(free: &Mutex<Vec<Connection>>) -> Connection {
    free.lock().unwrap_or_else(PoisonError::into_inner).pop().expect("one permit a connection")
}

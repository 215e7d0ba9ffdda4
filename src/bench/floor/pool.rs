//! Open connections of one worker: bounded in number, used in turn, opened again when the server closed them.
//! Must not send anything.

use std::{cell::RefCell, io, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::deadline::Deadline;
use crate::client::http1::{Connection, Target};

/// How long opening a connection may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// A bounded set of open connections.
#[derive(Debug)]
pub(super) struct Pool {
    target: Target,
    idle: RefCell<Vec<(Connection, Deadline)>>,
    permits: Semaphore,
}

#[derive(Debug)]
pub(super) struct Loan<'a> {
    pool: &'a Pool,
    pub(super) connection: Connection,
    pub(super) deadline: Deadline,
    _permit: SemaphorePermit<'a>,
}

impl Pool {
    pub(super) async fn open(target: &Target, connections: usize) -> io::Result<Self> {
        let mut idle = Vec::with_capacity(connections);
        for _ in 0..connections {
            idle.push(open_in_time(target).await?);
        }
        Ok(Self { target: target.clone(), idle: RefCell::new(idle), permits: Semaphore::new(connections) })
    }

    /// A connection that the server has not closed; first come, first served.
    pub(super) async fn take(&self) -> io::Result<Loan<'_>> {
        let permit = self.permits.acquire().await.map_err(io::Error::other)?;
        loop {
            let idle = self.idle.borrow_mut().pop();
            let (connection, deadline) = match idle {
                Some((connection, deadline)) if connection.is_reusable() => (connection, deadline),
                Some(_) => continue,
                None => open_in_time(&self.target).await?,
            };
            return Ok(Loan { pool: self, connection, deadline, _permit: permit });
        }
    }
}

impl Loan<'_> {
    pub(super) fn give_back(self) {
        if self.connection.is_reusable() {
            self.pool.idle.borrow_mut().push((self.connection, self.deadline));
        }
    }
}

async fn open_in_time(target: &Target) -> io::Result<(Connection, Deadline)> {
    let opened = tokio::time::timeout(OPEN_TIMEOUT, Connection::open(target))
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no connection within five seconds"))?;
    Ok((opened?, Deadline::new()))
}

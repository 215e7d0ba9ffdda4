//! Requests with an idempotency key that are on their way, so that a repeat waits for the first and does not overtake it.
//! Must not outlive the process: after a restart the ledger knows.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tokio::sync::watch;

use crate::domain::ids::OrderNumber;

/// Orders under way.
#[derive(Debug, Default)]
pub struct Flights {
    under_way: Mutex<HashMap<OrderNumber, watch::Receiver<()>>>,
}

/// An order under way; dropping it is the landing.
#[derive(Debug)]
pub struct Flight<'a> {
    flights: &'a Flights,
    number: OrderNumber,
    _landing: watch::Sender<()>,
}

impl Flights {
    /// Starts one.
    pub fn begin(&self, number: OrderNumber) -> Flight<'_> {
        let (landing, landed) = watch::channel(());
        self.locked().insert(number, landed);
        Flight { flights: self, number, _landing: landing }
    }

    /// Waits until this order is no longer under way; at once when it is not.
    pub async fn landed(&self, number: OrderNumber) {
        let flight = self.locked().get(&number).cloned();
        if let Some(mut flight) = flight {
            // The sender sends nothing: the only event is its end.
            while flight.changed().await.is_ok() {}
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<OrderNumber, watch::Receiver<()>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.flights.locked().remove(&self.number);
    }
}

//! Sells.
//! Must not print or parse flags.

pub mod account;
pub mod audit;
pub mod catalog;
pub mod config;
pub mod error;
pub mod feed;
pub mod finish;
pub mod gate;
pub mod handlers;
pub mod listen;
pub mod machine;
pub mod metrics;
pub mod order;
pub mod pay;
pub mod recovery;
pub mod router;
pub mod run;
pub mod state;
pub mod workers;

pub use run::{ServeError, run};

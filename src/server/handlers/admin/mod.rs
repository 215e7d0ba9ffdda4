//! Operators' routes. The door has seen the operator's token before any of these is called.
//! Must not be called for a buyer.

pub mod accounts;
pub mod import;
pub mod life;
pub mod orders;
pub mod programs;
pub mod seats;
pub mod server;

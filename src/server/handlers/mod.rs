//! Parse, call, answer: one function a route.
//! Must not hold a rule about a sale.

pub mod accounts;
pub mod admin;
pub mod civil;
pub mod door;
pub mod health;
pub mod orders;
pub mod payments;
pub mod programs;
pub mod progress;
pub mod request;
pub mod shown;
pub mod stream;

//! The screens of the dashboard, one a file. Each keeps what is its own: a cursor, a filter, a page of orders.
//! Must not know another screen.
//!
//! All have the same shape, so that `dash` can treat them alike: `obey` a command, `hear` news, `tick` ten times a second,
//! `draw`. What they want from the world comes back as [`super::ask::Ask`]s.

pub mod audit;
pub mod engine;
#[cfg(test)]
pub mod made_up;
pub mod orders;
pub mod programs;
pub mod sale;
pub mod seats;
#[cfg(test)]
mod sizes;

use super::sale::Sale;

/// What a screen may read while it draws or decides.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The sale.
    pub sale: &'a Sale,
    /// This machine's clock, in ms since 1970.
    pub now_ms: i64,
    /// The server's clock, as far as is known.
    pub server_ms: i64,
    /// Nothing may be changed.
    pub read_only: bool,
    /// A recorded run is shown: nobody can be asked for more.
    pub replay: bool,
}

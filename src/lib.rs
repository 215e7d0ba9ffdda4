//! `tpp`: rehearse an on-sale before it happens.
//!
//! The rooms, one above another. A room may name the rooms below it and nothing else; `tests/it/tidy.rs` is the referee.
//!
//! | room | what it holds |
//! |---|---|
//! | [`domain`] | what a sale is: pure rules, no I/O, no clock |
//! | [`wire`] | what goes over HTTP: types that both ends use |
//! | [`inventory`] | what is left: in process or in Redis |
//! | [`ledger`] | what was sold: SQLite |
//! | [`server`] | sells |
//! | [`client`] | speaks to a server |
//! | [`bench`](mod@bench) | replays a sale and judges it |
//! | [`tui`] | shows it in a terminal |

pub mod bench;
pub mod client;
pub mod domain;
pub mod inventory;
pub mod ledger;
pub mod server;
pub mod tui;
pub mod wire;

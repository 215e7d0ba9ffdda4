//! A real server for a test: its process, its Redis, its folder, its buyers and its bank.
//! Must not let a test end without the laws being audited.
//!
//! ```text
//! let office = Office::open(case.engine);
//! let hall = office.program(&Hall::of(4, 10));
//! let buyer = office.buyer();
//! let order = buyer.buys(case.version, &hall, &Wish::best(2)).unwrap();
//! ```
//!
//! Dropping the [`Office`] audits, then stops the server in good order; both must succeed.

pub mod bank;
pub mod books;
pub mod buyer;
pub mod cases;
pub mod crowd;
pub mod dice;
pub mod foreign;
pub mod gateway;
pub mod hall;
pub mod http;
pub mod liar;
pub mod office;
pub mod process;
pub mod redis_server;
pub mod stand_in;
pub mod terminal;
pub mod wait;

pub use bank::Bank;
pub use buyer::{Buyer, Wish};
pub(crate) use cases::every_order_case;
pub use cases::{Case, Engine};
pub use crowd::Crowd;
pub use dice::Dice;
pub use hall::{Hall, Program};
pub use http::{Answer, Door};
pub use liar::{Liar, Lie};
pub use office::{ADMIN_TOKEN, Office};
pub use terminal::Terminal;
pub use wait::wait_until;

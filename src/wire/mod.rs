//! What goes over HTTP: serde types that server and client share, the envelope and its codes.
//! Must not decide anything.
//!
//! Two families: the original's routes (POST + JSON, [`envelope::Envelope`], numbers written as strings) and our own
//! under `/api/v1` (plain REST, RFC 9457 problem details).

pub mod account;
pub mod admin;
pub mod api;
pub mod envelope;
pub mod feed;
pub mod order;
pub mod pay;
pub mod program;
pub mod text;

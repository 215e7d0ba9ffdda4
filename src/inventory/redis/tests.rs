//! The Redis engine against a real `redis-server`, a private one for each test.
//! Must not skip: without `redis-server` on PATH these tests fail and say so.

mod batches;
mod choosing;
mod cost;
mod queues;
mod rebuilds;
pub mod stage;
mod verbs;

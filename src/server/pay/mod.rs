//! Payment channels.
//! Must not change an order: it says what was paid, and the ledger decides.

pub mod mock;

/// Channels that may be named in a request. `alipay` is served by the mock channel, so that the original's web client
/// can pay.
pub const CHANNELS: [&str; 2] = ["mock", "alipay"];

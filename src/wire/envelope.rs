//! The envelope of the original's routes: `{code, message, data}` with the code as a string.
//! Must not be used on our own routes.

use serde::{Deserialize, Serialize};

use crate::wire::text;

/// The answer of every route of the original. HTTP status is 200 also for a business "no".
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// `"0"` for success.
    #[serde(with = "text")]
    pub code: i32,
    /// What to show; empty on success.
    #[serde(default)]
    pub message: Option<String>,
    /// The result; null on refusal.
    pub data: Option<T>,
}

impl<T> Envelope<T> {
    /// Success.
    pub const fn ok(data: T) -> Self {
        Self { code: 0, message: None, data: Some(data) }
    }
}

/// One field that was not well-formed, in the data of a refusal with code 10054.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArgumentError {
    /// The field.
    pub argument_name: String,
    /// What is wrong with it.
    pub message: String,
}

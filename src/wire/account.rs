//! Accounts on the wire: sign-in and ticket users.
//! Must not hold an unmasked document number in an answer.

use serde::{Deserialize, Serialize};

use crate::{
    domain::ids::{TicketUserId, UserId},
    wire::text,
};

/// `POST /user/login`. A web client sends `email: ""` for none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    /// Channel, `0001`.
    #[serde(default)]
    pub code: Option<String>,
    /// Mobile number.
    #[serde(default)]
    pub mobile: Option<String>,
    /// Not supported for sign-in yet; empty is none.
    #[serde(default)]
    pub email: Option<String>,
    /// Password.
    pub password: String,
}

/// Answer of `/user/login`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// Account.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// To send in the header `token`.
    pub token: String,
}

/// A person on an account's list, masked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketUserView {
    /// Id.
    #[serde(with = "text")]
    pub id: TicketUserId,
    /// Account.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// First character hidden.
    pub rel_name: String,
    /// 1 to 6.
    #[serde(with = "text")]
    pub id_type: u8,
    /// First 4 and last 4 shown.
    pub id_number: String,
}

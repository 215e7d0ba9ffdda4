//! Makes accounts from a file ready to buy: signs them in, fetches their ticket users, refuses those that cannot play.
//! Must not buy anything.

use std::collections::HashSet;

use super::StageError;
use crate::{
    bench::{
        accounts::{Listed, Row},
        scenario::Scenario,
        witness::at_once,
    },
    client::{Client, ClientError},
    domain::ids::OrderNumber,
};

/// Every account with its id, its token and enough ticket users.
pub(super) async fn all(client: &Client, listed: Listed, scenario: &Scenario) -> Result<Listed, StageError> {
    let wanted = scenario.tickets_max() as usize;
    let asked = listed.rows().iter().cloned().enumerate().collect();
    let client = client.clone();
    let mut rows = at_once(asked, move |(at, row): (usize, Row)| {
        let client = client.clone();
        async move { Ok((at, one(&client, row).await)) }
    })
    .await?;
    rows.sort_unstable_by_key(|(at, _)| *at);
    let mut ready = Vec::with_capacity(rows.len());
    for (_, row) in rows {
        let row = row?;
        let found = row.ticket_users.len();
        if found < wanted {
            let account = row.place.trim_start_matches(", ");
            return Err(StageError::Accounts(format!(
                "the account of {account} has {found} ticket users, but buyers want up to {wanted} tickets"
            )));
        }
        ready.push(row);
    }
    listed.with_rows(ready).map_err(StageError::Accounts)
}

async fn one(client: &Client, mut row: Row) -> Result<Row, StageError> {
    let account = row.place.trim_start_matches(", ").to_owned();
    let refused = |error: ClientError| match error {
        ClientError::Refused { detail, .. } => StageError::Accounts(format!("the account of {account}: {detail}")),
        error => StageError::Client(error),
    };
    if row.token.is_none() {
        let Some((mobile, password)) = &row.sign_in else {
            return Err(StageError::Accounts(format!(
                "the account of {account} has neither a token nor a mobile and password to sign in with"
            )));
        };
        let signed_in = client.sign_in(mobile, password).await.map_err(refused)?;
        (row.user, row.token) = (Some(signed_in.user_id), Some(signed_in.token));
    }
    let (Some(user), Some(token)) = (row.user, &row.token) else {
        return Err(StageError::Accounts(format!("the account of {account} has no user_id")));
    };
    if row.ticket_users.is_empty() {
        row.ticket_users = client.ticket_users(user, token).await.map_err(refused)?;
    }
    Ok(row)
}

/// All orders that the accounts have now, in whatever program.
pub(super) async fn orders(client: &Client, listed: &Listed) -> Result<HashSet<OrderNumber>, ClientError> {
    let asked = listed.rows().iter().filter_map(|row| row.user.zip(row.token.clone())).collect();
    let client = client.clone();
    let lists = at_once(asked, move |(user, token)| {
        let client = client.clone();
        async move { client.orders_told(user, &token).await }
    })
    .await?;
    Ok(lists.into_iter().flatten().map(|order| order.order_number).collect())
}

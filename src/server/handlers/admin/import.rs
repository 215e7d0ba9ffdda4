//! Importing programs: the whole file, or nothing of it.
//! Must not parse on a thread that serves orders.

use std::sync::Arc;

use axum::{Json, http::StatusCode};
use serde::Deserialize;

use crate::{
    domain::{
        ids::{Millis, ProgramId},
        money::Cents,
        program::Program,
    },
    ledger::LedgerFailure,
    server::{
        catalog::import::{self, Format, Overrides, draft::PROGRAM_ID_LIMIT},
        error::{Failure, Refusal, Trouble},
        finish::to_the_end,
        handlers::{admin::programs, request::Ask},
        recovery,
        state::State,
    },
    wire::{admin::Imported, text},
};

/// What may be said beside the file. See `docs/IMPORT.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportQuery {
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    real_name: Option<bool>,
    #[serde(default)]
    permit_choose_seat: Option<bool>,
    #[serde(default)]
    per_order_limit: Option<u32>,
    #[serde(default)]
    per_account_limit: Option<u32>,
    #[serde(default)]
    opens_at_ms: Option<i64>,
    #[serde(default)]
    closes_at_ms: Option<i64>,
    #[serde(default, with = "text::option")]
    id: Option<ProgramId>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, with = "text::option")]
    price: Option<Cents>,
    #[serde(default)]
    prices: Option<String>,
}

/// `POST /api/v1/admin/programs/import`.
pub async fn import(ask: Ask) -> Result<Json<Imported>, Trouble> {
    let query: ImportQuery = ask.query()?;
    let format = match query.format.as_deref() {
        None | Some("auto") => None,
        Some(word) => Some(Format::from_word(word).ok_or_else(|| {
            Trouble::bad_request(format!("the format {word:?} is not one of auto, tpp, damai and pretix"))
        })?),
    };
    let over = overrides(query)?;
    let Ask { state, bytes, .. } = ask;
    let wants_id = over.id.is_none();
    let read = tokio::task::spawn_blocking(move || import::read(&bytes, format, &over)).await;
    let read = read.map_err(|panicked| Failure::Broken(panicked.to_string()))?;
    let (format, mut programs) = read.map_err(|error| Trouble::unacceptable(error.to_string()))?;
    to_the_end(async move {
        let _changing = state.catalog.changing().await;
        if let (Format::Pretix, true, [plan]) = (format, wants_id, programs.as_mut_slice()) {
            plan.id = next_id(&state)?;
        }
        let added = add(&state, programs).await?;
        let mut lines = Vec::with_capacity(added.len());
        for program in &added {
            lines.push(programs::line(&state, program).await?);
        }
        Ok(Json(Imported { format: format.word().to_owned(), programs: lines }))
    })
    .await
}

fn overrides(query: ImportQuery) -> Result<Overrides, Trouble> {
    Ok(Overrides {
        real_name: query.real_name,
        permit_choose_seat: query.permit_choose_seat,
        per_order_limit: query.per_order_limit,
        per_account_limit: query.per_account_limit,
        opens_at: query.opens_at_ms.map(Millis),
        closes_at: query.closes_at_ms.map(Millis),
        id: query.id,
        title: query.title,
        price: query.price,
        prices: query.prices.as_deref().map_or_else(|| Ok(Vec::new()), prices)?,
    })
}

/// `Stalls:380,Balcony:200.50`. The price stands after the last colon of each.
fn prices(text: &str) -> Result<Vec<(String, Cents)>, Trouble> {
    let wrong = |entry: &str| Trouble::bad_request(format!("prices: {entry:?} is not as Stalls:380,Balcony:200.50"));
    let entries = text.split(',').map(|entry| {
        let (name, price) = entry.rsplit_once(':').ok_or_else(|| wrong(entry))?;
        Ok((name.to_owned(), price.parse().map_err(|_| wrong(entry))?))
    });
    entries.collect()
}

/// The id after the largest one: a seating plan has none of its own.
fn next_id(state: &State) -> Result<ProgramId, Trouble> {
    let largest = state.catalog.all().last().map_or(0, |program| program.id.get());
    let next = ProgramId::new(largest + 1).filter(|id| id.get() < PROGRAM_ID_LIMIT);
    next.ok_or_else(|| Trouble::unacceptable("no id is free above the largest one: give id=…"))
}

/// Ledger first; then each program is made ready, and only then found by buyers.
async fn add(state: &Arc<State>, programs: Vec<Program>) -> Result<Vec<Arc<Program>>, Trouble> {
    if let Some(known) = programs.iter().find(|program| state.catalog.get(program.id).is_some()) {
        return Err(exists(format!("there is a program with the id {} already; nothing was imported", known.id)));
    }
    let added = state.ledger.add_programs(programs).await.map_err(|failure| match failure {
        LedgerFailure::Unusable(reason) => exists(format!("{reason}; nothing was imported")),
        failure => failure.into(),
    })?;
    let added: Vec<_> = added.into_iter().map(Arc::new).collect();
    let mut failed: Option<Refusal> = None;
    for program in &added {
        // In the ledger it exists now, so it must be found, also when its inventory has to wait for a rebuild.
        let made = recovery::bring_into_sale(state, program).await;
        state.catalog.put(Arc::clone(program));
        if let Err(refusal) = made {
            // Again, now that the worker that rebuilds can find it.
            recovery::suspect(state, program.id);
            failed = failed.or(Some(refusal));
        }
    }
    failed.map_or(Ok(added), |refusal| Err(refusal.into()))
}

fn exists(detail: String) -> Trouble {
    Trouble::Request(StatusCode::CONFLICT, "the program exists", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_by_category_name() {
        let read = prices("Stalls:380,Box: left:200.50").unwrap();
        assert_eq!(read, [("Stalls".to_owned(), Cents(38_000)), ("Box: left".to_owned(), Cents(20_050))]);
        for wrong in ["", "Stalls", "Stalls:", "Stalls:-1", "Stalls:380,"] {
            assert!(prices(wrong).is_err(), "{wrong}");
        }
    }
}

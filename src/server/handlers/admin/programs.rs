//! Programs for operators: list, show, sale window, reset.
//! Must not change a hall: seats are what they were when the program was imported.

use std::sync::Arc;

use axum::{Json, http::StatusCode};

use crate::{
    domain::{
        ids::{Millis, ProgramId},
        program::{Program, SaleWindow},
        rejection::Rejection,
    },
    server::{
        error::{Refusal, Trouble},
        finish::to_the_end,
        handlers::{request::Ask, shown},
        recovery,
        state::State,
    },
    wire::admin::{ProgramLine, SaleChange},
};

/// `GET /api/v1/admin/programs`.
pub async fn list(ask: Ask) -> Result<Json<Vec<ProgramLine>>, Trouble> {
    let mut lines = Vec::new();
    for program in ask.state.catalog.all() {
        lines.push(line(&ask.state, &program).await?);
    }
    Ok(Json(lines))
}

/// `GET /api/v1/admin/programs/{id}`.
pub async fn show(ask: Ask) -> Result<Json<ProgramLine>, Trouble> {
    let program = shown::program(&ask.state, ask.id()?)?;
    Ok(Json(line(&ask.state, &program).await?))
}

/// `PUT /api/v1/admin/programs/{id}/sale`.
pub async fn sale(ask: Ask) -> Result<StatusCode, Trouble> {
    let (id, change): (ProgramId, SaleChange) = (ask.id()?, ask.body()?);
    let sale = SaleWindow {
        closed: change.closed,
        opens_at: change.opens_at_ms.map(Millis),
        closes_at: change.closes_at_ms.map(Millis),
    };
    if let (Some(opens), Some(closes)) = (sale.opens_at, sale.closes_at)
        && closes <= opens
    {
        return Err(Trouble::unacceptable("the sale closes before it opens"));
    }
    let state = Arc::clone(&ask.state);
    to_the_end(async move { change_sale(&state, id, sale).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/admin/programs/{id}/reset`.
pub async fn reset(ask: Ask) -> Result<StatusCode, Trouble> {
    let (id, state) = (ask.id()?, Arc::clone(&ask.state));
    shown::program(&state, id)?;
    to_the_end(async move { recovery::reset_program(&state, id).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn change_sale(state: &State, id: ProgramId, sale: SaleWindow) -> Result<(), Refusal> {
    let _changing = state.catalog.changing().await;
    let program = shown::program(state, id)?;
    if !state.ledger.set_sale(id, sale).await? {
        return Err(Rejection::ProgramMissing.into());
    }
    state.catalog.put(Arc::new(Program { sale, ..(*program).clone() }));
    Ok(())
}

/// A program with its counts as they are at this moment.
///
/// # Errors
/// When the inventory does not answer.
pub async fn line(state: &State, program: &Program) -> Result<ProgramLine, Refusal> {
    let counts = state.inventory.counts(program.id).await?;
    Ok(shown::program_line(program, &counts, state.now()))
}

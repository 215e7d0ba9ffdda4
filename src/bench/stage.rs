//! Sets the stage: the program on sale and the accounts that will want it.
//! Must not start a buyer.

use std::path::{Path, PathBuf};

use crate::{
    bench::{
        floor::{self, Ground},
        hall::{self, Hall},
        scenario::{Dataset, Scenario},
        schedule::Schedule,
    },
    client::{Client, ClientError, http1::Target},
    domain::ids::ProgramId,
    wire::admin::{MakeAccounts, ProgramLine, SaleChange},
};

/// Why the stage could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The server said no or was not there.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The address is not one that the generator speaks to.
    #[error(transparent)]
    Target(#[from] crate::client::http1::TargetError),
    /// The programme list cannot be read.
    #[error("cannot read the programme list {0}: {1}")]
    List(PathBuf, std::io::Error),
    /// The sale makes no sense on this program.
    #[error("{0}")]
    Program(String),
}

/// What to play on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Playing {
    /// A generated hall, under this id.
    Generated(u64),
    /// A program of a list: this one, or the one with the most seats.
    Listed(PathBuf, Option<u64>),
    /// One that the server has already.
    Present(ProgramId),
}

impl Playing {
    /// What a scenario asks for. `folder` is the scenario file's, for a relative list.
    #[must_use]
    pub fn of(dataset: &Dataset, folder: &Path, generated_id: u64) -> Self {
        match &dataset.programs {
            Some(list) => Self::Listed(folder.join(list), dataset.program),
            None => Self::Generated(generated_id),
        }
    }
}

/// Puts the program on sale, makes the accounts and draws the schedule.
///
/// # Errors
/// When the server refuses, or the program cannot be sold as the scenario wants.
pub async fn set(client: &Client, scenario: Scenario, playing: &Playing, seed: u64) -> Result<Ground, StageError> {
    let target = Target::resolve(client.url())?;
    floor::check_addresses(&target, &scenario)?;
    let program = program(client, &scenario, playing).await?;
    let on_sale = SaleChange { closed: false, opens_at_ms: None, closes_at_ms: None };
    client.set_sale(program.id, &on_sale).await?;
    let mut hall = Hall::of_program(&program);
    if hall.categories.is_empty() {
        return Err(StageError::Program(format!("program {} has no seats", program.id)));
    }
    if scenario.tickets_max() > hall.per_order_limit {
        let (wanted, limit) = (scenario.tickets_max(), hall.per_order_limit);
        return Err(StageError::Program(format!(
            "buyers want up to {wanted} tickets, but program {} sells at most {limit} an order",
            program.id
        )));
    }
    if scenario.has_pickers() {
        let map = client.seat_map(hall.program).await?;
        hall = hall.with_rows(map);
        if let Some(bare) = hall.categories.iter().find(|c| c.rows.is_empty()) {
            return Err(StageError::Program(format!("the seat map shows no seats of category {:?}", bare.name)));
        }
    }
    let count = scenario.dataset.accounts;
    let make = MakeAccounts { count, ticket_users_each: scenario.tickets_max(), password: None };
    let accounts = client.make_accounts(&make).await?;
    if accounts.tokens.len() != count as usize || accounts.ticket_users_each != make.ticket_users_each {
        return Err(StageError::Program(format!("the server made {} of {count} accounts", accounts.tokens.len())));
    }
    let schedule = Schedule::draw(&scenario, &hall, seed);
    Ok(Ground { target, scenario, hall, accounts, schedule, seed })
}

async fn program(client: &Client, scenario: &Scenario, playing: &Playing) -> Result<ProgramLine, StageError> {
    let real_name = scenario.dataset.real_name.then(|| ("real_name", true.to_string()));
    match playing {
        Playing::Present(id) => Ok(client.program(*id).await?),
        Playing::Generated(id) => {
            let list = hall::program_list(*id, &scenario.name, &scenario.dataset);
            let query: Vec<_> = [("format", "damai".to_owned())].into_iter().chain(real_name).collect();
            let imported = client.import_programs(list, &query).await?;
            largest(imported.programs).ok_or_else(|| StageError::Program("the server imported nothing".to_owned()))
        }
        Playing::Listed(path, chosen) => {
            let list = std::fs::read(path).map_err(|e| StageError::List(path.clone(), e))?;
            let query: Vec<_> = [("format", "auto".to_owned())].into_iter().chain(real_name).collect();
            let imported = client.import_programs(list, &query).await?.programs;
            let found = match chosen {
                Some(id) => imported.into_iter().find(|p| p.id.get() == *id),
                None => largest(imported),
            };
            found.ok_or_else(|| StageError::Program(format!("{} has no such program", path.display())))
        }
    }
}

fn largest(programs: Vec<ProgramLine>) -> Option<ProgramLine> {
    // The first of equals, so that the choice does not depend on the direction of a sort.
    programs.into_iter().rev().max_by_key(|program| program.total)
}

//! Sets the stage: the program on sale and the accounts that will want it.
//! Must not start a buyer.

mod sign_in;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    bench::{
        accounts::{Accounts, Listed},
        floor::{self, Ground},
        hall::{self, Hall},
        scenario::{Dataset, Scenario},
        schedule::Schedule,
        witness::{self, View},
    },
    client::{Client, ClientError, http1::Target},
    domain::ids::{OrderNumber, ProgramId},
    wire::{
        admin::{AccountsMade, MakeAccounts, ProgramLine, SaleChange},
        program::SeatView,
    },
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
    /// The accounts cannot play it.
    #[error("{0}")]
    Accounts(String),
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
    /// One of these, by accounts that the server has already.
    ByAccounts(Box<Self>, Arc<Listed>),
    /// One that the server has already, by accounts that it has already, without an operator's token.
    Public(ProgramId, Arc<Listed>),
    /// The steps of the scenario, on a system of another kind; the hall is the scenario's own.
    Steps(ProgramId, Option<Arc<Listed>>),
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

    /// How much the server will show of it.
    #[must_use]
    pub const fn view(&self) -> View {
        match self {
            Self::Generated(_) | Self::Listed(..) | Self::Present(_) | Self::ByAccounts(..) => View::Operator,
            Self::Public(..) => View::Public,
            Self::Steps(..) => View::Answers,
        }
    }

    fn accounts(&self) -> Option<&Listed> {
        match self {
            Self::Generated(_) | Self::Listed(..) | Self::Present(_) => None,
            Self::ByAccounts(_, accounts) | Self::Public(_, accounts) => Some(accounts),
            Self::Steps(_, accounts) => accounts.as_deref(),
        }
    }
}

/// Puts the program on sale where that is ours to do, makes or takes the accounts, and draws the schedule.
///
/// # Errors
/// When the server refuses, or the program cannot be sold as the scenario wants.
pub async fn set(client: &Client, mut scenario: Scenario, playing: &Playing, seed: u64) -> Result<Ground, StageError> {
    let target = Target::resolve(client.url())?.by(client.way().clone());
    floor::check_addresses(&target, &scenario)?;
    let view = playing.view();
    let hall = match playing {
        Playing::Steps(program, _) => Hall::of_dataset(*program, &scenario.name, &scenario.dataset),
        _ => open_hall(client, &scenario, playing).await?,
    };
    if view == View::Answers {
        check_columns(&scenario, playing.accounts())?;
    }
    let (accounts, earlier) = match playing.accounts() {
        Some(listed) => {
            // Buyers beyond the last account come again with the first ones.
            scenario.dataset.accounts = scenario.dataset.accounts.min(listed.rows().len() as u32);
            let listed = listed.clone().first(scenario.dataset.accounts);
            let listed = if view == View::Answers { listed } else { sign_in::all(client, listed, &scenario).await? };
            let earlier = earlier(client, &listed, view, hall.program).await?;
            (Accounts::Listed(listed), earlier)
        }
        None if view == View::Answers => (Accounts::None, HashSet::new()),
        None => (Accounts::Made(made(client, &scenario).await?), HashSet::new()),
    };
    let schedule = Schedule::draw(&scenario, &hall, seed);
    Ok(Ground { target, scenario, hall, accounts, view, earlier, schedule, seed })
}

/// Every `${account.…}` of the steps is a column of the file.
fn check_columns(scenario: &Scenario, accounts: Option<&Listed>) -> Result<(), StageError> {
    let columns = accounts.map(Listed::columns).unwrap_or_default();
    for column in scenario.account_columns() {
        let name = if column == "user" { "user_id" } else { column };
        if !columns.iter().any(|own| own == name) {
            let reason = format!("the steps put in ${{account.{column}}}, but --accounts gives no column {name}");
            return Err(StageError::Accounts(reason));
        }
    }
    Ok(())
}

/// The hall of the program, on sale.
async fn open_hall(client: &Client, scenario: &Scenario, playing: &Playing) -> Result<Hall, StageError> {
    let (program, seats) = if let Playing::Public(id, _) = playing {
        let shown = witness::shown(client, *id).await?;
        (shown.line, Some(shown.seats))
    } else {
        let program = program(client, scenario, playing).await?;
        let on_sale = SaleChange { closed: false, opens_at_ms: None, closes_at_ms: None };
        client.set_sale(program.id, &on_sale).await?;
        (program, None)
    };
    let hall = Hall::of_program(&program);
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
    if scenario.has_pickers() { with_rows(client, hall, seats).await } else { Ok(hall) }
}

async fn with_rows(client: &Client, hall: Hall, seats: Option<Vec<SeatView>>) -> Result<Hall, StageError> {
    let seats = match seats {
        Some(seats) => seats,
        None => client.seat_map(hall.program).await?,
    };
    let hall = hall.with_rows(seats);
    match hall.categories.iter().find(|c| c.rows.is_empty()) {
        Some(bare) => Err(StageError::Program(format!("the seat map shows no seats of category {:?}", bare.name))),
        None => Ok(hall),
    }
}

async fn made(client: &Client, scenario: &Scenario) -> Result<AccountsMade, StageError> {
    let count = scenario.dataset.accounts;
    let make = MakeAccounts { count, ticket_users_each: scenario.tickets_max(), password: None };
    let accounts = client.make_accounts(&make).await?;
    if accounts.tokens.len() != count as usize || accounts.ticket_users_each != make.ticket_users_each {
        return Err(StageError::Program(format!("the server made {} of {count} accounts", accounts.tokens.len())));
    }
    Ok(accounts)
}

/// Orders that the accounts had before: nobody will be told of them in this run.
async fn earlier(
    client: &Client,
    listed: &Listed,
    view: View,
    program: ProgramId,
) -> Result<HashSet<OrderNumber>, StageError> {
    match view {
        View::Operator => Ok(client.all_orders(program).await?.into_iter().map(|order| order.order_number).collect()),
        View::Public => Ok(sign_in::orders(client, listed).await?),
        View::Answers => Ok(HashSet::new()),
    }
}

async fn program(client: &Client, scenario: &Scenario, playing: &Playing) -> Result<ProgramLine, StageError> {
    let real_name = scenario.dataset.real_name.then(|| ("real_name", true.to_string()));
    match playing {
        Playing::ByAccounts(on, _) => Box::pin(program(client, scenario, on)).await,
        Playing::Present(id) | Playing::Public(id, _) | Playing::Steps(id, _) => Ok(client.program(*id).await?),
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

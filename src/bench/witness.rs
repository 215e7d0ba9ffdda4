//! What can be asked of a server about a run: everything by an operator, the original's own routes by anybody else, and
//! nothing of a system of another kind.
//! Must not judge, nor hide what it could not see.

mod at_once;
mod lines;
mod shown;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::{Duration, Instant},
};

pub(in crate::bench) use at_once::at_once;
pub use shown::{Shown, shown};

use crate::{
    bench::{
        floor::Ground,
        journal::{Answer, Journal, Later},
        stage::Playing,
    },
    client::{Client, ClientError},
    domain::ids::{OrderNumber, ProgramId},
    wire::{
        admin::{Environment, OrderLine, ProgramLine, QueueAnswer},
        api::{AuditAnswer, OrderState},
        program::SeatView,
    },
};

/// How long to wait for accepted orders when none turns up: twice as long as the original's own web client.
const NONE_TURNED_UP: Duration = Duration::from_secs(10);

/// How much a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// All: there is an operator's token, and routes for it.
    Operator,
    /// What any buyer of the original may see.
    Public,
    /// Nothing but its answers to buyers.
    Answers,
}

/// Asks a server.
#[derive(Debug, Clone, Copy)]
pub struct Witness<'a> {
    client: &'a Client,
    view: View,
}

/// The orders of a program, and what could be seen of them.
#[derive(Debug, Default)]
pub struct Seen {
    /// All orders for an operator, else those of the accounts that came.
    pub orders: Vec<OrderLine>,
    /// Every seat with its state; empty where it is not shown, or not needed.
    pub seats: Vec<SeatView>,
    /// Some orders do not say which seats they hold: made-up ids stand for them.
    pub seats_hidden: bool,
    /// Some orders do not say for whom their tickets are: made-up ids stand for them.
    pub people_hidden: bool,
}

impl<'a> Witness<'a> {
    /// What this client may ask where that is played.
    #[must_use]
    pub fn of(client: &'a Client, playing: &Playing) -> Self {
        Self { client, view: playing.view() }
    }

    /// The server, where an operator may ask it.
    #[must_use]
    pub const fn operator(&self) -> Option<&'a Client> {
        match self.view {
            View::Operator => Some(self.client),
            View::Public | View::Answers => None,
        }
    }

    /// What the server runs on, where it tells.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn environment(&self) -> Result<Option<Environment>, ClientError> {
        match self.view {
            View::Operator => self.client.environment().await.map(Some),
            View::Public | View::Answers => Ok(None),
        }
    }

    /// Its queue, where it tells.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn queue(&self) -> Result<Option<QueueAnswer>, ClientError> {
        match self.view {
            View::Operator => self.client.queue().await.map(Some),
            View::Public | View::Answers => Ok(None),
        }
    }

    /// Its own audit, where it makes one.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn audit(&self, program: ProgramId) -> Result<Option<AuditAnswer>, ClientError> {
        match self.view {
            View::Operator => self.client.audit(Some(program)).await.map(Some),
            View::Public | View::Answers => Ok(None),
        }
    }

    /// The program with its counts; of a system that shows nothing, as buyers were told.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn program(&self, ground: &Ground, journal: &Journal) -> Result<ProgramLine, ClientError> {
        match self.view {
            View::Operator => self.client.program(ground.hall.program).await,
            View::Public => Ok(shown(self.client, ground.hall.program).await?.line),
            View::Answers => Ok(lines::program_as_told(ground, journal)),
        }
    }

    /// Without a look at the queue: waits until each accepted order that nobody confirmed is in the books, but no longer
    /// than `at_most`, nor than ten seconds in which none turned up.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn accepted_settle(
        &self,
        ground: &Ground,
        journal: &Journal,
        at_most: Duration,
    ) -> Result<(), ClientError> {
        if self.view != View::Public {
            return Ok(());
        }
        let known: HashSet<OrderNumber> = (journal.sequels.iter())
            .filter(|sequel| matches!(sequel.what, Later::Created | Later::Rejected(_)))
            .map(|sequel| sequel.order)
            .collect();
        let open = journal.told.iter().filter_map(|told| match told.answer {
            Answer::Accepted(order) if !known.contains(&order) => Some((order, told.account)),
            _ => None,
        });
        let end = Instant::now() + at_most;
        let mut last = Instant::now();
        for (order, account) in open.collect::<BTreeSet<_>>() {
            while !self.client.order_is_there(order, ground.token(account)).await? {
                if Instant::now() > end.min(last + NONE_TURNED_UP) {
                    return Ok(());
                }
                tokio::time::sleep(at_once::WAIT).await;
            }
            last = Instant::now();
        }
        Ok(())
    }

    /// The orders of the program.
    ///
    /// # Errors
    /// When the server does not answer, or does not show an account its own orders.
    pub async fn orders(&self, ground: &Ground, journal: &Journal) -> Result<Seen, ClientError> {
        match self.view {
            View::Operator => {
                let orders = self.client.all_orders(ground.hall.program).await?;
                Ok(Seen { orders, ..Seen::default() })
            }
            View::Public => self.orders_of_buyers(ground, journal).await,
            View::Answers => Ok(Seen { orders: lines::orders_as_told(ground, journal), ..Seen::default() }),
        }
    }

    async fn orders_of_buyers(&self, ground: &Ground, journal: &Journal) -> Result<Seen, ClientError> {
        let came: BTreeSet<u32> = journal.told.iter().map(|told| told.account).collect();
        let (client, program, title) = (self.client.clone(), ground.hall.program, ground.hall.title.clone());
        let asked = came.into_iter().map(|account| (account, ground.user(account), ground.token(account).to_owned()));
        let lists = at_once(asked.collect(), move |(account, user, token): (u32, _, String)| {
            let client = client.clone();
            async move { client.orders_told(user, &token).await.map(|orders| (account, orders)) }
        })
        .await?;
        let mine = lists.into_iter().flat_map(|(account, orders)| orders.into_iter().map(move |o| (account, o)));
        let of_program =
            mine.filter(|(_, order)| order.program_id.map_or(order.program_title == title, |id| id == program));
        let client = self.client.clone();
        let asked = of_program.map(|(account, order)| (account, order, ground.token(account).to_owned()));
        let details = at_once(asked.collect(), move |(account, order, token): (u32, _, String)| {
            let client = client.clone();
            async move { client.order_told(order.order_number, &token).await.map(|detail| (account, detail)) }
        })
        .await?;
        let seats = self.client.seats_if_shown(program).await?;
        let mut seen = Seen { seats, ..Seen::default() };
        let places: HashMap<_, _> =
            seen.seats.iter().map(|seat| ((seat.row_code, seat.col_code), seat.clone())).collect();
        for (account, detail) in details {
            // An order that stands in the list and cannot be read is as good as lost: the verdict will say so.
            if let Some(detail) = detail.filter(|detail| detail.program_id.is_none_or(|id| id == program)) {
                let line = lines::order(&detail, ground, account, &places);
                seen.seats_hidden |= line.seats_hidden;
                seen.people_hidden |= line.people_hidden;
                seen.orders.push(line.order);
            }
        }
        seen.orders.sort_unstable_by_key(|order| order.order_number);
        Ok(seen)
    }

    /// What became of an order that a buyer was told and that is not among the program's.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn state_of(
        &self,
        ground: &Ground,
        order: OrderNumber,
        account: u32,
    ) -> Result<Option<OrderState>, ClientError> {
        let token = ground.token(account);
        let told = match self.view {
            View::Operator => self.client.progress(order, token).await.map(|progress| Some(progress.state)),
            View::Public => {
                self.client.order_is_there(order, token).await.map(|there| there.then_some(OrderState::Created))
            }
            View::Answers => Ok(None),
        };
        match told {
            Err(ClientError::Refused { .. } | ClientError::NotUnderstood { .. }) => Ok(None),
            told => told,
        }
    }
}

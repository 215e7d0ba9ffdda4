//! Questions and deeds of the screen, each kind at a desk of its own, so that a slow audit holds up no cancellation.
//! Must not repeat a deed: whether it was done is then not known, and said so.

use std::time::Duration;

use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

use super::{Says, too_many};
use crate::{
    client::{Client, ClientError, OrderQuery},
    domain::ids::{OrderNumber, ProgramId, SeatId},
    tui::dash::ask::{Ask, Deed, News},
};

/// How long a question or a deed may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an audit may take: it reads every order.
const AUDIT_TIMEOUT: Duration = Duration::from_secs(120);
/// Deeds that may wait for their turn: a person confirms each of them.
const DEEDS_MAX: usize = 8;

/// Where questions are left. Of two questions of a kind the newer one is answered, once the one before it is.
#[derive(Debug)]
pub(super) struct Desk {
    orders: watch::Sender<Option<OrderQuery>>,
    life: watch::Sender<Option<OrderNumber>>,
    seat: watch::Sender<Option<SeatId>>,
    audit: watch::Sender<Option<Option<ProgramId>>>,
    deeds: mpsc::Sender<Deed>,
}

impl Desk {
    /// Starts to answer, until it is dropped.
    pub(super) fn open(client: &Client, says: &Says) -> Self {
        Self {
            orders: questions(client, says, Ask::Orders),
            life: questions(client, says, Ask::Life),
            seat: questions(client, says, Ask::Seat),
            audit: questions(client, says, Ask::Audit),
            deeds: deeds(client.clone(), says.clone()),
        }
    }

    /// Takes a question or a deed; it is given back as news when there is no room for it.
    pub(super) fn take(&self, ask: Ask) -> Option<News> {
        match ask {
            Ask::Orders(query) => drop(self.orders.send_replace(Some(query))),
            Ask::Life(number) => drop(self.life.send_replace(Some(number))),
            Ask::Seat(id) => drop(self.seat.send_replace(Some(id))),
            Ask::Audit(program) => drop(self.audit.send_replace(Some(program))),
            Ask::Do(deed) => return self.deeds.try_send(deed).err().map(|full| too_many(full.into_inner())),
            // The rest is done elsewhere.
            _ => {}
        }
        None
    }
}

fn questions<Q: Clone + Send + Sync + 'static>(
    client: &Client,
    says: &Says,
    ask: fn(Q) -> Ask,
) -> watch::Sender<Option<Q>> {
    let (asks, mut asked) = watch::channel(None);
    let (client, says) = (client.clone(), says.clone());
    tokio::spawn(async move {
        while asked.changed().await.is_ok() {
            let question: Option<Q> = asked.borrow_and_update().clone();
            let Some(question) = question else { continue };
            if let Some(news) = answer(&client, ask(question)).await
                && !says.say(news).await
            {
                return;
            }
        }
    });
    asks
}

fn deeds(client: Client, says: Says) -> mpsc::Sender<Deed> {
    let (asks, mut asked) = mpsc::channel(DEEDS_MAX);
    tokio::spawn(async move {
        while let Some(deed) = asked.recv().await {
            if let Some(news) = answer(&client, Ask::Do(deed)).await
                && !says.say(news).await
            {
                return;
            }
        }
    });
    asks
}

/// What the server says to something that is asked; nothing when it is not for the server.
pub async fn answer(client: &Client, ask: Ask) -> Option<News> {
    Some(match ask {
        Ask::Orders(query) => {
            let page = within(ANSWER_TIMEOUT, client.orders(&query)).await;
            News::Orders(query, page)
        }
        Ask::Life(number) => {
            let life = within(ANSWER_TIMEOUT, client.order_life(number)).await;
            News::Life(number, life.map(Box::new))
        }
        Ask::Seat(id) => {
            let seat = within(ANSWER_TIMEOUT, client.seat(id)).await;
            News::Seat(id, seat.map(Box::new))
        }
        Ask::Audit(program) => {
            let audit = within(AUDIT_TIMEOUT, client.audit(program)).await;
            News::Audited(audit.map(Box::new))
        }
        Ask::Do(deed) => {
            let done = done(client, &deed).await;
            News::Done(deed, done)
        }
        _ => return None,
    })
}

async fn done(client: &Client, deed: &Deed) -> Result<(), String> {
    let doing = async {
        match deed {
            Deed::Cancel(number) => client.cancel_order(*number).await,
            Deed::Refund(number) => client.refund_order(*number).await,
            Deed::Sale(program, change) => client.set_sale(*program, change).await,
        }
    };
    match timeout(ANSWER_TIMEOUT, doing).await {
        Ok(done) => done.map_err(words),
        Err(_) => Err(format!("no answer within {} s: it may have been done, look again", ANSWER_TIMEOUT.as_secs())),
    }
}

async fn within<T>(limit: Duration, asking: impl Future<Output = Result<T, ClientError>>) -> Result<T, String> {
    match timeout(limit, asking).await {
        Ok(answer) => answer.map_err(words),
        Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
    }
}

/// In a line of the screen there is no room for what the header says already.
fn words(error: ClientError) -> String {
    match error {
        ClientError::Unreachable { cause, .. } => cause,
        ClientError::Refused { detail, .. } if !detail.is_empty() => detail,
        error => error.to_string(),
    }
}

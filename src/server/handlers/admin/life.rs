//! An order's life for operators: what became of it, step by step, with the times that somebody wrote down.
//! Must not make up a time.

use axum::Json;

use crate::{
    domain::{
        ids::{Millis, OrderNumber, ProgramId, UserId},
        order::{Closing, Order, OrderStatus, OrderVersion},
        rejection::Rejection,
    },
    ledger::{Bill, Dossier, LateRejection},
    server::{
        error::{Refusal, Trouble},
        handlers::{request::Ask, shown},
        order::outcome::Outcome,
        state::State,
    },
    wire::admin::{LifeStep, OrderLife},
};

/// `GET /api/v1/admin/orders/{orderNumber}/life`.
pub async fn show(ask: Ask) -> Result<Json<OrderLife>, Trouble> {
    Ok(Json(life(&ask.state, ask.id()?).await?))
}

async fn life(state: &State, number: OrderNumber) -> Result<OrderLife, Refusal> {
    // The queue first: an order moves from there to the ledger, and cannot pass by between two looks.
    let remembered = state.outcomes.get(number);
    let kept = state.ledger.dossier(number).await?;
    let (program, user) = match (&kept, remembered) {
        (Dossier { order: Some(order), .. }, _) => (order.program, order.user),
        (Dossier { rejection: Some(rejection), .. }, _) => (rejection.program, rejection.user),
        (_, Some((user, program, Outcome::Pending))) => return queued(state, number, program, user).await,
        _ => return Err(Rejection::OrderMissing.into()),
    };
    let bare = bare(state, number, program, user).await?;
    let Some(order) = &kept.order else {
        return Ok(OrderLife { steps: kept.rejection.iter().map(rejected).collect(), ..bare });
    };
    let line = shown::order_line(order, &*shown::program_of(state, program)?)?;
    Ok(OrderLife { order: Some(line), steps: steps(order, &kept), ..bare })
}

async fn queued(state: &State, number: OrderNumber, program: ProgramId, user: UserId) -> Result<OrderLife, Refusal> {
    let position = state.inventory.position(program, number).await.ok().flatten();
    let steps = vec![step(None, "queued", "held, and waits to be written".to_owned())];
    Ok(OrderLife { position, steps, ..bare(state, number, program, user).await? })
}

/// What is the same of every order.
async fn bare(state: &State, number: OrderNumber, program: ProgramId, user: UserId) -> Result<OrderLife, Refusal> {
    Ok(OrderLife {
        order_number: number,
        order: None,
        buyer: state.ledger.user(user).await?.as_ref().map(shown::masked_buyer),
        program_title: shown::program_of(state, program)?.title.clone(),
        position: None,
        steps: Vec::new(),
    })
}

fn rejected(rejection: &LateRejection) -> LifeStep {
    step(Some(rejection.rejected_at), "rejected", rejection.reason.english().to_owned())
}

fn steps(order: &Order, kept: &Dossier) -> Vec<LifeStep> {
    let mut steps = beginning(order);
    let bill = kept.bill.as_ref();
    steps.extend(bill.map(|bill| step(Some(bill.opened_at), "bill", format!("{}, {}", bill.channel, bill.amount))));
    // Money that came too late went back in the moment in which it came.
    let is_late = kept.refund.is_some_and(|refund| Some(refund.refunded_at) == order.paid_at);
    if order.status == OrderStatus::Cancelled || is_late {
        steps.push(closed(order));
    }
    steps.extend(order.paid_at.map(|at| step(Some(at), "paid", bill.map(payment).unwrap_or_default())));
    steps.extend(kept.refund.map(|refund| {
        let why = if is_late { "the money came too late" } else { "by an operator" };
        step(Some(refund.refunded_at), "refunded", format!("{}, {why}", refund.amount))
    }));
    if order.status == OrderStatus::Unpaid {
        steps.push(step(Some(order.hold_ends_at), "ends", "its hold, unless it is paid before".to_owned()));
    }
    steps
}

/// Nobody writes down when a queued order was written.
fn beginning(order: &Order) -> Vec<LifeStep> {
    let tickets = order.tickets.len();
    let tickets = if tickets == 1 { "1 ticket".to_owned() } else { format!("{tickets} tickets") };
    let placed = format!("{tickets}, {}, placed by {}", order.price(), order.version);
    match order.version {
        OrderVersion::V1 | OrderVersion::V2 | OrderVersion::V3 => {
            vec![step(Some(order.created_at), "created", placed)]
        }
        OrderVersion::V4 => vec![
            step(Some(order.created_at), "queued", placed),
            step(None, "created", "written from the queue".to_owned()),
        ],
    }
}

fn closed(order: &Order) -> LifeStep {
    let (what, who) = match order.closing {
        Some(Closing::Expired) => ("expired", "its hold ended"),
        Some(Closing::Buyer) => ("cancelled", "by the buyer"),
        Some(Closing::Operator) => ("cancelled", "by an operator"),
        None => ("cancelled", ""),
    };
    step(order.closed_at, what, who.to_owned())
}

fn payment(bill: &Bill) -> String {
    let trade = bill.trade_number.as_ref().map(|number| format!(", trade {number}"));
    format!("{}, {}{}", bill.channel, bill.amount, trade.unwrap_or_default())
}

fn step(at: Option<Millis>, what: &str, detail: String) -> LifeStep {
    LifeStep { at_ms: at.map(|moment| moment.0), what: what.to_owned(), detail }
}

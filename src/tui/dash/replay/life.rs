//! One order's life as its buyer was told it.
//! Must not leave out a word that contradicts another: both were told.

use super::{
    orders,
    recorded::{Order, Recorded},
};
use crate::{
    bench::journal::{Answer, Later, Sequel, Told},
    domain::ids::OrderNumber,
    tui::text,
    wire::admin::{LifeStep, MaskedBuyer, OrderLife},
};

/// What buyers had been told of an order by this moment.
pub(super) fn life(recorded: &Recorded, number: OrderNumber, at_us: u64) -> Result<OrderLife, String> {
    let order = recorded.position(number).map(|at| &recorded.orders[at]).filter(|order| order.made_us <= at_us);
    let order = order.ok_or("there is no such order by now")?;
    let (mut steps, mut class) = (Vec::new(), "");
    let journal = &recorded.journal;
    // A journal keeps entries by time and not by order: one look through all of them for one order is quick enough.
    for told in journal.told.iter().filter(|told| told.answer.order() == Some(number)) {
        class = journal.scene.classes.get(usize::from(told.class)).map_or("", String::as_str);
        steps.push((told.sent_us, "submitted", submitted(told)));
        steps.push(answered(told, order));
    }
    steps.extend(journal.sequels.iter().filter(|sequel| sequel.order == number).map(later));
    steps.retain(|(step_us, ..)| *step_us <= at_us);
    steps.sort_by_key(|(step_us, ..)| *step_us);
    let step = |(step_us, what, detail): (u64, &str, String)| LifeStep {
        at_ms: Some(recorded.wall_ms(step_us)),
        what: what.to_owned(),
        detail,
    };
    let earlier = |&&at: &&u32| recorded.orders[at as usize].made_us < order.made_us;
    let ahead = recorded.queue.iter().take_while(earlier).filter(|at| recorded.orders[**at as usize].waits(at_us));
    Ok(OrderLife {
        order_number: number,
        order: orders::is_in_books(order, at_us).then(|| orders::line(recorded, order, at_us)),
        buyer: Some(MaskedBuyer {
            user_id: orders::user_id(order.account),
            name: class.to_owned(),
            mobile: String::new(),
        }),
        program_title: journal.scene.scenario.clone(),
        position: order.waits(at_us).then(|| ahead.count() as u64 + 1),
        steps: steps.into_iter().map(step).collect(),
    })
}

fn submitted(told: &Told) -> String {
    let tickets = if told.tickets == 1 { "1 ticket".to_owned() } else { format!("{} tickets", told.tickets) };
    let version = told.version.number();
    match told.attempt {
        0 => format!("{tickets}, v{version}"),
        repeat => format!("{tickets}, v{version}, repeat {repeat}"),
    }
}

/// The first answer made the order; others named it again.
fn answered(told: &Told, order: &Order) -> (u64, &'static str, String) {
    let took = text::span(told.answered_us.saturating_sub(told.sent_us));
    if told.answered_us > order.made_us {
        return (told.answered_us, "answered", format!("the same order again, after {took}"));
    }
    let what = if matches!(told.answer, Answer::Accepted(_)) { "queued" } else { "created" };
    (told.answered_us, what, format!("answered after {took}"))
}

fn later(sequel: &Sequel) -> (u64, &'static str, String) {
    let (what, detail) = match sequel.what {
        Later::Created => ("created", String::new()),
        Later::Pending => ("pending", "the buyer stopped asking".to_owned()),
        Later::Paid => ("paid", String::new()),
        Later::Cancelled => ("cancelled", "buyer".to_owned()),
        Later::Rejected(reason) => ("rejected", reason.name().into_owned()),
    };
    (sequel.at_us, what, detail)
}

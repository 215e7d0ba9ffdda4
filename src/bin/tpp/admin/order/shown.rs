//! Orders as `tpp admin order` prints them.
//! Must not ask the server.

use tpp::{
    domain::{ids::Millis, order::OrderStatus},
    server::handlers::civil,
    wire::admin::{LifeStep, OrderLife, OrderLine},
};

use crate::output::{self, Output};

/// A line an order.
pub fn list(orders: &[OrderLine], output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return output::say_json(&orders);
    }
    let heading = ["order", "program", "account", "by", "status", "made (UTC+8)", "tickets", "price", "seats"];
    let mut table = output::table(&heading);
    for order in orders {
        table.add_row([
            order.order_number.to_string(),
            order.program_id.to_string(),
            order.user_id.to_string(),
            format!("v{}", order.version),
            status(order),
            moment(order.created_at_ms),
            order.tickets.len().to_string(),
            order.price.to_string(),
            seats(order),
        ]);
    }
    output::align_right(&mut table, &[0, 1, 2, 6, 7]);
    output::say(&table.to_string())?;
    Ok(())
}

/// One order from its beginning, with its tickets.
pub fn life(life: &OrderLife, output: Output) -> anyhow::Result<()> {
    if output == Output::Json {
        return output::say_json(life);
    }
    output::say(&format!("order {}: {}", life.order_number, life.program_title))?;
    if let Some(buyer) = &life.buyer {
        output::say(&format!("account {}, {}, {}", buyer.user_id, buyer.name, buyer.mobile))?;
    }
    match (&life.order, life.position) {
        (Some(order), _) => tickets(order)?,
        (None, Some(position)) => output::say(&format!("queued, at place {position}"))?,
        (None, None) => {}
    }
    steps(&life.steps)
}

fn tickets(order: &OrderLine) -> anyhow::Result<()> {
    output::say(&format!("program {}, placed by v{}: {}", order.program_id, order.version, status(order)))?;
    if let Some(key) = &order.request_id {
        output::say(&format!("request id {key}"))?;
    }
    let mut table = output::table(&["seat", "category", "row", "column", "price", "ticket user"]);
    for ticket in &order.tickets {
        table.add_row([
            ticket.seat_id.to_string(),
            ticket.category_id.to_string(),
            ticket.row.to_string(),
            ticket.col.to_string(),
            ticket.price.to_string(),
            ticket.ticket_user_id.to_string(),
        ]);
    }
    output::align_right(&mut table, &[0, 1, 2, 3, 4, 5]);
    output::say(&table.to_string())?;
    output::say(&format!("price {}", order.price))?;
    Ok(())
}

fn steps(steps: &[LifeStep]) -> anyhow::Result<()> {
    let mut table = output::table(&["at (UTC+8)", "what", "more"]);
    for LifeStep { at_ms, what, detail } in steps {
        let at = at_ms.map_or_else(|| "not written down".to_owned(), moment);
        table.add_row([at, what.clone(), detail.clone()]);
    }
    output::say(&table.to_string())?;
    Ok(())
}

/// To the millisecond, in the zone in which the sale shows its times.
fn moment(ms: i64) -> String {
    format!("{}.{:03}", civil::date_time(Millis(ms)), ms.rem_euclid(1_000))
}

fn status(order: &OrderLine) -> String {
    let word = match OrderStatus::from_number(order.status) {
        Some(OrderStatus::Unpaid) => "unpaid",
        Some(OrderStatus::Cancelled) => "cancelled",
        Some(OrderStatus::Paid) => "paid",
        Some(OrderStatus::Refunded) => "refunded",
        None => return format!("status {}", order.status),
    };
    order.closing.as_ref().map_or_else(|| word.to_owned(), |closing| format!("{word} ({closing})"))
}

fn seats(order: &OrderLine) -> String {
    let places: Vec<_> = order.tickets.iter().map(|t| format!("{}-{}", t.row, t.col)).collect();
    places.join(" ")
}

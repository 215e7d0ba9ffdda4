//! Lists of orders: every filter, both ends, and what they cost.
//! Must not change an order once it is written.

use rusqlite::Connection;

use super::{Desk, NOW, buyer, first, numbered, order};
use crate::{
    domain::{
        ids::{CategoryId, UserId},
        order::{Closing, OrderStatus, OrderVersion},
    },
    ledger::{OrderFilter, Sequence, books},
};

fn all() -> OrderFilter {
    OrderFilter { limit: 10, ..Default::default() }
}

/// Orders 10 to 15: the third is cancelled, the fourth by v2, the fifth a second later, the sixth another's and of another
/// category.
async fn six_orders() -> Desk {
    let desk = Desk::open().await;
    for (number, program, seat) in [(10, 1, 0), (11, 2, 0), (12, 1, 1)] {
        desk.ledger.record(order(number, program, &[seat])).await.unwrap();
    }
    desk.ledger.close_order(numbered(12), Closing::Operator, NOW).await.unwrap();
    let by_second = crate::domain::order::Order { version: OrderVersion::V2, ..order(13, 1, &[2]) };
    let later = crate::domain::order::Order { created_at: NOW.plus_ms(1_000), ..order(14, 1, &[3]) };
    let mut others = order(15, 1, &[4, 5]);
    others.user = UserId::new(2_000_000).unwrap();
    others.tickets[1].category = CategoryId::new(12).unwrap();
    for order in [by_second, later, others] {
        desk.ledger.record(order).await.unwrap();
    }
    desk
}

async fn found(desk: &Desk, filter: OrderFilter) -> Vec<u64> {
    desk.ledger.list_orders(filter).await.unwrap().iter().map(|order| order.number.get()).collect()
}

#[tokio::test]
async fn lists_obey_every_filter() {
    let desk = six_orders().await;
    let in_first = || OrderFilter { program: Some(first()), ..all() };
    let category = |id| OrderFilter { category: CategoryId::new(id), ..all() };
    for (filter, numbers) in [
        (all(), vec![10, 11, 12, 13, 14, 15]),
        (OrderFilter { limit: 2, ..all() }, vec![10, 11]),
        (in_first(), vec![10, 12, 13, 14, 15]),
        (OrderFilter { after: Some(numbered(10)), ..in_first() }, vec![12, 13, 14, 15]),
        (OrderFilter { after: Some(numbered(10)), before: Some(numbered(13)), ..in_first() }, vec![12]),
        (OrderFilter { status: Some(OrderStatus::Unpaid), user: Some(buyer()), ..in_first() }, vec![10, 13, 14]),
        (OrderFilter { version: Some(OrderVersion::V2), ..all() }, vec![13]),
        (OrderFilter { version: Some(OrderVersion::V1), ..all() }, vec![]),
        (OrderFilter { made_since: Some(NOW.plus_ms(1)), ..all() }, vec![14]),
        (OrderFilter { made_since: Some(NOW.plus_ms(1_000)), ..all() }, vec![14]),
        (OrderFilter { made_before: Some(NOW.plus_ms(1_000)), ..in_first() }, vec![10, 12, 13, 15]),
        (OrderFilter { made_since: Some(NOW), made_before: Some(NOW), ..all() }, vec![]),
        (category(11), vec![10, 11, 12, 13, 14, 15]),
        (category(12), vec![15]),
        (category(13), vec![]),
    ] {
        let words = format!("{filter:?}");
        assert_eq!(found(&desk, filter).await, numbers, "{words}");
    }
}

#[tokio::test]
async fn the_newest_come_first_and_pages_lead_down_to_the_oldest() {
    let desk = six_orders().await;
    let newest = || OrderFilter { sequence: Sequence::NewestFirst, limit: 2, ..all() };
    let mut seen = found(&desk, newest()).await;
    while let Some(&last) = seen.last() {
        let page = found(&desk, OrderFilter { before: Some(numbered(last)), ..newest() }).await;
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    assert_eq!(seen, [15, 14, 13, 12, 11, 10]);
    let filtered = OrderFilter { status: Some(OrderStatus::Cancelled), program: Some(first()), ..newest() };
    assert_eq!(found(&desk, filtered).await, [12]);
    let account = desk.ledger.orders_of(buyer(), 2).await.unwrap();
    assert_eq!(account.iter().map(|order| order.number.get()).collect::<Vec<_>>(), [14, 13]);
}

/// What SQLite means to do for a filter.
fn plan(desk: &Desk, filter: &OrderFilter) -> String {
    let conn = Connection::open(desk.file()).unwrap();
    let (sql, values) = books::list_statement(filter);
    let mut explained = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let lines = explained.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
    lines.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
}

#[tokio::test]
async fn a_list_walks_along_the_numbers_from_where_it_begins_and_sorts_nothing() {
    let desk = Desk::open().await;
    for sequence in [Sequence::OldestFirst, Sequence::NewestFirst] {
        let whole = OrderFilter { sequence, ..all() };
        assert_eq!(plan(&desk, &whole), "SCAN orders");
        let narrowed = OrderFilter {
            program: Some(first()),
            status: Some(OrderStatus::Paid),
            version: Some(OrderVersion::V4),
            category: CategoryId::new(11),
            made_since: Some(NOW),
            after: Some(numbered(1)),
            before: Some(numbered(9)),
            ..whole.clone()
        };
        let way = plan(&desk, &narrowed);
        assert!(way.starts_with("SEARCH orders USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"), "{way}");
        assert!(way.ends_with("USING PRIMARY KEY (order_number=?)"), "{way}");
        assert!(!way.contains("TEMP B-TREE"), "{way}");
        let of_account = plan(&desk, &OrderFilter { user: Some(buyer()), ..whole });
        assert!(of_account.contains("USING INDEX orders_by_user (user_id=?)"), "{of_account}");
    }
}

#[tokio::test]
async fn long_lists_leave_readers_to_others() {
    let desk = Desk::open().await;
    desk.ledger.record(order(10, 1, &[0])).await.unwrap();
    let (started, mut begun) = tokio::sync::mpsc::channel(8);
    let (go_on, gate) = std::sync::mpsc::sync_channel::<()>(6);
    let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
    let scans: Vec<_> = (0..6)
        .map(|_| {
            let (readers, started, gate) = (desk.ledger.readers.clone(), started.clone(), gate.clone());
            tokio::spawn(async move {
                readers
                    .scan(move |_| {
                        started.blocking_send(()).unwrap();
                        gate.lock().unwrap().recv().unwrap();
                        Ok(())
                    })
                    .await
            })
        })
        .collect();
    begun.recv().await.unwrap();
    // Six of them would take all four connections, and this read, and any write, would wait for them.
    let limit = std::time::Duration::from_secs(20);
    let one = tokio::time::timeout(limit, desk.ledger.order(numbered(10))).await.expect("lists took every reader");
    assert!(one.unwrap().is_some());
    desk.ledger.record(order(11, 1, &[1])).await.unwrap();
    for _ in &scans {
        go_on.send(()).unwrap();
    }
    for scan in scans {
        scan.await.unwrap().unwrap();
    }
}

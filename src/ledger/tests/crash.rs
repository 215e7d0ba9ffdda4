//! Errors of SQLite, crashes, closing, and files that are not ours.
//! Must not lose what was answered.

use std::{fs, path::Path};

use super::{Desk, first, numbered, order};
use crate::{
    domain::order::Closing,
    ledger::{Durability, Ledger, LedgerFailure, OrderFilter, Recorded},
};

const PLANT: &str = "CREATE TRIGGER planted BEFORE INSERT ON ticket WHEN NEW.seat = 5 \
     BEGIN SELECT RAISE(ABORT, 'planted fault'); END";

#[tokio::test]
async fn an_error_of_sqlite_takes_back_the_whole_batch_and_the_writer_carries_on() {
    let desk = Desk::open().await;
    desk.sql(PLANT);
    let failed = desk.ledger.record_batch(vec![order(10, 1, &[0]), order(11, 1, &[5]), order(12, 1, &[1])]).await;
    assert!(matches!(failed, Err(LedgerFailure::Sqlite(text)) if text.contains("planted fault")));
    let facts = desk.ledger.facts(first()).await.unwrap();
    assert_eq!((facts.orders.len(), facts.claims.len()), (0, 0));
    assert_eq!(desk.ledger.record(order(10, 1, &[0])).await.unwrap(), Recorded::Created);
    desk.sql("DROP TRIGGER planted");
    assert_eq!(desk.ledger.record(order(11, 1, &[5])).await.unwrap(), Recorded::Created);
}

#[tokio::test]
async fn whoever_shares_a_failed_commit_is_told_and_nobody_else_is() {
    let desk = Desk::open().await;
    desk.sql(PLANT);
    let calls: Vec<_> = (0..12u32)
        .map(|seat| {
            let ledger = desk.ledger.clone();
            tokio::spawn(async move { (seat, ledger.record(order(100 + u64::from(seat), 1, &[seat])).await) })
        })
        .collect();
    for call in calls {
        let (seat, outcome) = call.await.unwrap();
        let kept = desk.ledger.order(numbered(100 + u64::from(seat))).await.unwrap().is_some();
        assert_eq!(outcome.is_ok(), kept, "seat {seat}: {outcome:?}");
        assert!(seat != 5 || !kept);
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_later_room_is_used() {
    let desk = Desk::open().await;
    let bulk = |count| crate::ledger::BulkAccounts { count, ticket_users_each: 3, password_hash: None };
    desk.ledger
        .writer
        .run(1, |batch| Ok(batch.conn.pragma_update_and_check(None, "max_page_count", 1, |_| Ok(()))?))
        .await
        .unwrap();
    let full = desk.ledger.add_accounts(bulk(5_000)).await;
    assert!(matches!(full, Err(LedgerFailure::Sqlite(text)) if text.contains("full")));
    assert_eq!(desk.ledger.user_by_mobile("19901000000".into()).await.unwrap(), None);
    desk.ledger
        .writer
        .run(1, |batch| Ok(batch.conn.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(()))?))
        .await
        .unwrap();
    let made = desk.ledger.add_accounts(bulk(5_000)).await.unwrap();
    assert_eq!(made.first_user.get(), 1_000_000, "the failed call took no ids");
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_crash() {
    let desk = Desk::open().await;
    for seat in 0..6u32 {
        desk.ledger.record(order(10 + u64::from(seat), 1, &[seat])).await.unwrap();
    }
    desk.ledger.close_order(numbered(10), Closing::Buyer, super::NOW).await.unwrap();
    let before = desk.ledger.facts(first()).await.unwrap();
    // What a killed process leaves: file and log as they are, nothing checkpointed.
    let copy = tempfile::tempdir().unwrap();
    for end in ["", "-wal"] {
        let name = format!("ledger.sqlite{end}");
        fs::copy(desk.folder.path().join(&name), copy.path().join(&name)).unwrap();
    }
    let reopened = Ledger::open(&copy.path().join("ledger.sqlite"), Durability::Full).unwrap();
    assert_eq!(reopened.facts(first()).await.unwrap(), before);
    assert_eq!(reopened.record(order(11, 1, &[1])).await.unwrap(), Recorded::Already);
    assert_eq!(reopened.record(order(20, 1, &[0])).await.unwrap(), Recorded::Created);
}

#[tokio::test]
async fn closing_finishes_what_is_queued_and_refuses_what_comes_later() {
    let desk = Desk::open().await;
    let calls: Vec<_> = (0..12u32)
        .map(|seat| {
            let ledger = desk.ledger.clone();
            tokio::spawn(async move { ledger.record(order(100 + u64::from(seat), 1, &[seat])).await })
        })
        .collect();
    tokio::task::yield_now().await;
    desk.ledger.close().await;
    desk.ledger.close().await;
    let mut written = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(outcome) => written += usize::from(outcome == Recorded::Created),
            Err(failure) => assert!(matches!(failure, LedgerFailure::Closed)),
        }
    }
    assert!(matches!(desk.ledger.record(order(9, 1, &[0])).await, Err(LedgerFailure::Closed)));
    assert!(matches!(desk.ledger.programs().await, Err(LedgerFailure::Closed)));
    assert!(!desk.folder.path().join("ledger.sqlite-wal").exists(), "the log is not checkpointed");
    let reopened = Ledger::open(&desk.file(), Durability::Full).unwrap();
    let all = reopened.list_orders(OrderFilter { limit: 99, ..Default::default() }).await.unwrap();
    assert_eq!(all.len(), written);
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused() {
    let desk = Desk::open().await;
    desk.ledger.close().await;
    desk.sql("PRAGMA user_version = 99");
    let text = refused(&desk.file());
    assert!(text.contains("later tpp") && text.contains("99"), "{text}");
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign.sqlite");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(refused(&foreign).contains("not a ledger of tpp"));
    let text = folder.path().join("text.sqlite");
    fs::write(&text, "hello, this is no database at all\n".repeat(40)).unwrap();
    let before = fs::read(&text).unwrap();
    assert!(refused(&text).contains("not an SQLite file"));
    assert_eq!(fs::read(&text).unwrap(), before);
}

fn refused(file: &Path) -> String {
    match Ledger::open(file, Durability::Full) {
        Err(LedgerFailure::Unusable(text)) => text,
        other => panic!("{other:?}"),
    }
}

//! Programs, accounts, settings.
//! Must not sell.

use std::{collections::HashSet, time::Instant};

use super::{Desk, NOW, first, numbered, order, program};
use crate::{
    domain::{
        ids::{Millis, ProgramId, SeatIx, UserId},
        money::Cents,
        program::{Row, SaleWindow},
    },
    ledger::{BulkAccounts, Durability, Ledger, LedgerFailure, Payment, Recorded},
};

#[tokio::test]
async fn programs_come_back_as_given_each_with_seat_ids_of_its_own() {
    let desk = Desk::open().await;
    let programs = desk.ledger.programs().await.unwrap();
    assert_eq!(programs.iter().map(|p| p.hall.seat_base).collect::<Vec<_>>(), [1, 13]);
    let mut wanted = program(1, false);
    wanted.hall.seat_base = 1;
    assert_eq!(programs[0], wanted);
}

#[tokio::test]
async fn programs_are_added_all_or_none() {
    let desk = Desk::open().await;
    let refused = desk.ledger.add_programs(vec![program(3, false), program(2, false)]).await;
    assert!(matches!(refused, Err(LedgerFailure::Unusable(text)) if text.contains("program 2 exists already")));
    let twice = desk.ledger.add_programs(vec![program(3, false), program(3, false)]).await;
    assert!(matches!(twice, Err(LedgerFailure::Unusable(text)) if text.contains("program 3 is given twice")));
    assert_eq!(desk.ledger.programs().await.unwrap().len(), 2);
    let added = desk.ledger.add_programs(vec![program(3, false)]).await.unwrap();
    assert_eq!(added[0].hall.seat_base, 25);
}

#[tokio::test]
async fn a_million_seats_are_a_few_rows() {
    let desk = Desk::open().await;
    let mut large = program(3, false);
    let category = &mut large.hall.categories[0];
    category.seats = 1_000_000;
    category.rows = (0..10_000)
        .map(|i| Row { row_code: i + 1, first_col: 1, len: 100, first_seat: SeatIx(i * 100), labels: None })
        .collect();
    let started = Instant::now();
    let added = desk.ledger.add_programs(vec![large]).await.unwrap();
    assert_eq!(desk.ledger.programs().await.unwrap()[2], added[0]);
    assert!(started.elapsed().as_secs() < 20, "adding and reading took {:?}", started.elapsed());
    assert!(std::fs::metadata(desk.file()).unwrap().len() < 4_000_000);
}

#[tokio::test]
async fn a_sale_window_can_be_changed() {
    let desk = Desk::open().await;
    let sale = SaleWindow { closed: true, opens_at: None, closes_at: Some(Millis(5)) };
    assert!(desk.ledger.set_sale(first(), sale).await.unwrap());
    assert_eq!(desk.ledger.programs().await.unwrap()[0].sale, sale);
    assert!(!desk.ledger.set_sale(ProgramId::new(9).unwrap(), sale).await.unwrap());
}

#[tokio::test]
async fn a_reset_program_is_as_new_and_its_neighbour_untouched() {
    let desk = Desk::open().await;
    let other = ProgramId::new(2).unwrap();
    for (number, program) in [(10, 1), (20, 2)] {
        desk.ledger.record(order(number, program, &[0, 1])).await.unwrap();
        desk.ledger.open_bill(numbered(number), "mock".into(), Cents(97_600), NOW).await.unwrap();
        let payment = Payment { order: numbered(number), amount: Cents(97_600), trade_number: "t".into() };
        desk.ledger.pay(payment, NOW).await.unwrap();
    }
    let before = desk.ledger.facts(other).await.unwrap();
    assert!(desk.ledger.reset_program(first()).await.unwrap());
    assert_eq!(desk.ledger.facts(first()).await.unwrap(), crate::domain::audit::LedgerFacts::default());
    assert_eq!(desk.ledger.facts(other).await.unwrap(), before);
    assert_eq!(desk.ledger.record(order(10, 1, &[0, 1])).await.unwrap(), Recorded::Created);
    assert!(!desk.ledger.reset_program(ProgramId::new(9).unwrap()).await.unwrap());
}

#[tokio::test]
async fn accounts_are_unique_by_mobile_and_their_people_by_document() {
    let desk = Desk::open().await;
    let add = |mobile: &str| desk.ledger.add_user(mobile.into(), "张三".into(), Some("hash".into()));
    let user = add("13800000001").await.unwrap().unwrap();
    assert_eq!(add("13800000001").await.unwrap(), None);
    assert_eq!(desk.ledger.user(user.id).await.unwrap().as_ref(), Some(&user));
    assert_eq!(desk.ledger.user_by_mobile("13800000001".into()).await.unwrap().as_ref(), Some(&user));
    assert_eq!(desk.ledger.user_by_mobile("1".into()).await.unwrap(), None);
    let person = |user, number: &str| desk.ledger.add_ticket_user(user, "李四".into(), 1, number.into());
    let first = person(user.id, "A1").await.unwrap().unwrap();
    assert_eq!(person(user.id, "A1").await.unwrap(), None);
    let second = person(user.id, "A2").await.unwrap().unwrap();
    assert_eq!(desk.ledger.ticket_users(user.id).await.unwrap(), [first, second]);
    let stranger = person(UserId::new(5).unwrap(), "A1").await;
    assert!(matches!(stranger, Err(LedgerFailure::Unusable(text)) if text.contains("account 5")));
}

#[tokio::test]
async fn accounts_in_bulk_are_contiguous_and_whole() {
    let desk = Desk::open().await;
    let bulk = |count| BulkAccounts { count, ticket_users_each: 3, password_hash: Some("hash".into()) };
    let made = desk.ledger.add_accounts(bulk(2_000)).await.unwrap();
    let more = desk.ledger.add_accounts(bulk(10)).await.unwrap();
    assert_eq!(more.first_user.get(), made.first_user.get() + 2_000);
    assert_eq!(more.first_ticket_user.get(), made.first_ticket_user.get() + 6_000);
    let mut mobiles = HashSet::new();
    for i in [0, 1_000, 1_999] {
        let user = desk.ledger.user(UserId::new(made.first_user.get() + i).unwrap()).await.unwrap().unwrap();
        assert!(user.mobile.len() == 11 && user.password_hash.as_deref() == Some("hash"));
        assert!(mobiles.insert(user.mobile));
        let people = desk.ledger.ticket_users(user.id).await.unwrap();
        let ids: Vec<_> = people.iter().map(|person| person.id.get()).collect();
        let from = made.first_ticket_user.get() + i * 3;
        assert_eq!(ids, [from, from + 1, from + 2]);
    }
    let too_many = desk.ledger.add_accounts(bulk(u32::MAX)).await;
    assert!(matches!(too_many, Err(LedgerFailure::Unusable(_))));
}

#[tokio::test]
async fn a_registered_mobile_does_not_stop_bulk_accounts() {
    let desk = Desk::open().await;
    desk.ledger.add_user("19901000003".into(), "张三".into(), None).await.unwrap().unwrap();
    let bulk = BulkAccounts { count: 10, ticket_users_each: 0, password_hash: None };
    let made = desk.ledger.add_accounts(bulk).await.unwrap();
    let user = desk.ledger.user(made.first_user).await.unwrap().unwrap();
    assert!(user.mobile.starts_with("198"));
}

#[tokio::test]
async fn settings_are_kept_over_a_restart() {
    let desk = Desk::open().await;
    assert_eq!(desk.ledger.setting("ceiling").await.unwrap(), None);
    desk.ledger.set_setting("ceiling", "1".into()).await.unwrap();
    desk.ledger.set_setting("ceiling", "2".into()).await.unwrap();
    desk.ledger.close().await;
    let reopened = Ledger::open(&desk.file(), Durability::Full).unwrap();
    assert_eq!(reopened.setting("ceiling").await.unwrap().as_deref(), Some("2"));
    let environment = reopened.environment().await.unwrap();
    let of = |name: &str| environment.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!((of("journal_mode"), of("synchronous"), of("ledger_version")), (Some("wal"), Some("full"), Some("1")));
}

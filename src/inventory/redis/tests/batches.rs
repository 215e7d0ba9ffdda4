//! Many buyers in one call.
//! Must not depend on how the buyers fall into batches.

use std::{collections::HashSet, sync::Arc};

use super::stage::{Stage, best, held, key, no, order, picked, program};
use crate::{
    domain::{hold::Held, ids::SeatIx, rejection::Rejection},
    inventory::{NotDone, Unavailable},
};

#[tokio::test]
async fn each_buyer_of_a_batch_succeeds_or_fails_alone() {
    let program = program(1, &[(11, 2, 5)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    let mut named = picked(&program, 4, &[7]);
    (named.real_name, named.request) = (true, Some(key("k", 1)));
    let again = named.clone();
    let mut same_name = picked(&program, 6, &[8]);
    (same_name.real_name, same_name.ticket_users) = (true, named.ticket_users.clone());
    let mut limited = best(&program, 7, 3);
    limited.per_account_limit = 2;
    // Polled in this order on one thread, they line up in this order before the first call goes out.
    let replies = tokio::join!(
        engine.hold(picked(&program, 1, &[0, 1])),
        engine.hold(picked(&program, 2, &[1, 2])),
        engine.hold(best(&program, 3, 6)),
        engine.hold(named),
        engine.hold(again),
        engine.hold(same_name),
        engine.hold(limited),
        engine.hold(best(&program, 8, 2)),
    );
    assert_eq!(replies.0, held(&[0, 1]));
    assert_eq!(replies.1, no(Rejection::SeatHeld));
    assert_eq!(replies.2, no(Rejection::SeatsOccupied));
    assert_eq!(replies.3, held(&[7]));
    assert_eq!(replies.4, Ok(Held::Repeat(order(4))));
    assert_eq!(replies.5, no(Rejection::NameLimit));
    assert_eq!(replies.6, no(Rejection::AccountLimit));
    assert_eq!(replies.7, held(&[2, 3]));
    assert_eq!(engine.counts(program.id).await.unwrap()[0].1.held, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_gets_every_seat_once_and_then_hears_sold_out() {
    let program = program(1, &[(11, 30, 10)]);
    let stage = Arc::new(Stage::selling(&program).await);
    let mut crowd = tokio::task::JoinSet::new();
    for n in 0..400 {
        let (stage, request) = (Arc::clone(&stage), best(&program, n, 1));
        crowd.spawn(async move { stage.engine.hold(request).await });
    }
    let (mut seats, mut sold_out) = (HashSet::<SeatIx>::new(), 0);
    for reply in crowd.join_all().await {
        match reply {
            Ok(Held::Seats(got)) => got.into_iter().for_each(|seat| assert!(seats.insert(seat), "{seat:?} twice")),
            other => {
                assert_eq!(other, no(Rejection::SoldOut));
                sold_out += 1;
            }
        }
    }
    assert_eq!((seats.len(), sold_out), (300, 100));
    let calls: String = stage.command(redis::cmd("INFO").arg("commandstats").take()).await.unwrap();
    let evalsha = calls.lines().find_map(|l| l.strip_prefix("cmdstat_evalsha:calls=")).unwrap();
    let evalsha: u32 = evalsha.split(',').next().unwrap().parse().unwrap();
    assert!(evalsha < 200, "400 buyers took {evalsha} calls: they were not batched");
}

#[tokio::test]
async fn a_buyer_who_goes_away_is_decided_all_the_same() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    {
        let gone = stage.engine.hold(best(&program, 1, 2));
        tokio::pin!(gone);
        // One poll lines the buyer up.
        std::future::poll_fn(|cx| {
            assert!(gone.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    assert_eq!(stage.engine.hold(best(&program, 2, 1)).await, held(&[2]));
    assert_eq!(stage.engine.undo(program.id, order(1)).await, Ok(2));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unreachable_and_not_a_rejection() {
    let program = program(1, &[(11, 1, 4)]);
    let mut stage = Stage::selling(&program).await;
    let pause = redis::cmd("CLIENT").arg("PAUSE").arg(60_000).arg("ALL").take();
    stage.command::<()>(pause).await.unwrap();
    let reply = stage.engine.hold(best(&program, 1, 1)).await;
    assert!(matches!(reply, Err(NotDone::Unavailable(Unavailable::Unreachable(_)))), "{reply:?}");
    assert!(stage.managed.is_running());
}

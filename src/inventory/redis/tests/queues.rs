//! The queue of v4.
//! Must not lose an order, whatever happens between reading and acknowledging.

use std::time::{Duration, Instant};

use super::stage::{Stage, best, connect, held, key, no, order, picked, program, queued, release};
use crate::{domain::rejection::Rejection, inventory::Unavailable};

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn an_order_is_queued_exactly_when_it_is_held() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    let mut first = best(&program, 1, 2);
    first.request = Some(key("k", 1));
    let third = picked(&program, 3, &[3]);
    assert_eq!(engine.hold_and_queue(first.clone()).await, held(&[0, 1]));
    assert!(engine.hold_and_queue(first.clone()).await.is_ok(), "a repeat");
    assert_eq!(engine.hold_and_queue(picked(&program, 2, &[1])).await, no(Rejection::SeatHeld));
    assert_eq!(engine.hold(picked(&program, 4, &[2])).await, held(&[2]));
    assert_eq!(engine.hold_and_queue(third.clone()).await, held(&[3]));
    assert_eq!(engine.queue_depth(Some(program.id)).await, Ok(2));
    assert_eq!(engine.position(program.id, order(1)).await, Ok(Some(1)));
    assert_eq!(engine.position(program.id, order(3)).await, Ok(Some(2)));
    assert_eq!(engine.position(program.id, order(4)).await, Ok(None));

    let batch = engine.next_batch(10, Duration::ZERO).await.unwrap();
    assert_eq!(batch, [queued(&first, &[0, 1]), queued(&third, &[3])]);
    engine.acknowledge(&batch[..1]).await.unwrap();
    engine.acknowledge(&batch[..1]).await.unwrap();
    assert_eq!(engine.position(program.id, order(3)).await, Ok(Some(1)));
    assert_eq!(engine.position(program.id, order(1)).await, Ok(None));
    assert_eq!(engine.next_batch(10, Duration::ZERO).await.unwrap(), batch[1..]);
    engine.release(&release(&third, &[3])).await.unwrap();
    assert_eq!(engine.queue_depth(None).await, Ok(1), "giving seats back does not touch the queue");
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_also_to_another_process_and_before_any_rebuild() {
    let (one, two) = (program(1, &[(11, 1, 4)]), program(2, &[(11, 1, 4)]));
    let stage = Stage::selling(&one).await;
    stage.engine.rebuild(&two, &Default::default()).await.unwrap();
    let requests = [best(&one, 1, 1), best(&two, 2, 1), best(&one, 3, 1)];
    for request in &requests {
        stage.engine.hold_and_queue(request.clone()).await.unwrap();
    }
    let batch = stage.engine.next_batch(2, Duration::ZERO).await.unwrap();
    assert_eq!(batch.len(), 2);

    let next = connect(&stage.managed, 1_000).await;
    assert_eq!(next.queue_depth(None).await, Ok(3));
    let mut again = next.next_batch(10, Duration::ZERO).await.unwrap();
    again.sort_by_key(|q| q.request.order);
    assert_eq!(again, [queued(&requests[0], &[0]), queued(&requests[1], &[0]), queued(&requests[2], &[1])]);
    next.acknowledge(&again).await.unwrap();
    assert_eq!(next.next_batch(10, Duration::ZERO).await, Ok(vec![]));
    assert_eq!(stage.engine.queue_depth(None).await, Ok(0));
}

#[tokio::test]
async fn the_queue_survives_a_restart_and_is_read_while_its_program_is_stale() {
    let program = program(1, &[(11, 1, 4)]);
    let mut stage = Stage::selling(&program).await;
    let request = best(&program, 1, 2);
    stage.engine.hold_and_queue(request.clone()).await.unwrap();
    stage.restart().await;
    assert_eq!(stage.engine.counts(program.id).await, Err(Unavailable::Stale));
    // The reader's own connection may have to find out first that it is dead.
    let mut batch = stage.engine.next_batch(10, Duration::ZERO).await;
    if batch.is_err() {
        batch = stage.engine.next_batch(10, Duration::ZERO).await;
    }
    let batch = batch.unwrap();
    assert_eq!(batch, [queued(&request, &[0, 1])]);
    stage.engine.acknowledge(&batch).await.unwrap();
    assert_eq!(stage.engine.next_batch(10, Duration::ZERO).await, Ok(vec![]));
}

#[tokio::test]
async fn a_waiting_reader_wakes_with_the_first_order() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let before = Instant::now();
    let (batch, held) = tokio::join!(stage.engine.next_batch(10, SOON), async {
        tokio::task::yield_now().await;
        stage.engine.hold_and_queue(best(&program, 1, 1)).await
    });
    held.unwrap();
    assert_eq!(batch.unwrap().len(), 1);
    assert!(before.elapsed() < SOON, "it waited to the end");
    let nothing = stage.engine.next_batch(0, Duration::ZERO).await;
    assert_eq!(nothing, Ok(vec![]));
}

#[tokio::test]
async fn a_full_queue_takes_nothing_and_has_room_again_after_an_acknowledgement() {
    let (one, two) = (program(1, &[(11, 1, 4)]), program(2, &[(11, 1, 4)]));
    let stage = Stage::with_queue_max(2).await;
    let engine = &stage.engine;
    for program in [&one, &two] {
        engine.rebuild(program, &Default::default()).await.unwrap();
    }
    engine.hold_and_queue(best(&one, 1, 1)).await.unwrap();
    engine.hold_and_queue(best(&two, 2, 1)).await.unwrap();
    let before = engine.census(one.id).await.unwrap();
    assert_eq!(engine.hold_and_queue(best(&one, 3, 1)).await, Err(Unavailable::QueueFull.into()));
    assert_eq!(engine.census(one.id).await.unwrap(), before);
    assert!(engine.hold(best(&one, 4, 1)).await.is_ok(), "what does not queue is not held up");
    let batch = engine.next_batch(1, Duration::ZERO).await.unwrap();
    engine.acknowledge(&batch).await.unwrap();
    assert!(engine.hold_and_queue(best(&one, 3, 1)).await.is_ok());
}

#[tokio::test]
async fn an_entry_that_is_no_order_is_taken_off_and_does_not_block_the_others() {
    let program = program(1, &[(11, 1, 4)]);
    let stage = Stage::selling(&program).await;
    let mut add = redis::cmd("XADD");
    add.arg("{p1}:queue").arg("*").arg("o").arg("rubbish").arg("s").arg("1");
    stage.command::<String>(add).await.unwrap();
    let request = best(&program, 1, 1);
    stage.engine.hold_and_queue(request.clone()).await.unwrap();
    assert_eq!(stage.engine.next_batch(10, Duration::ZERO).await.unwrap(), [queued(&request, &[0])]);
    assert_eq!(stage.engine.queue_depth(None).await, Ok(1));
}

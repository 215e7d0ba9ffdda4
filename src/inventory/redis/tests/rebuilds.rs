//! What happens when Redis is not what it was.
//! Must not let a single verb through before the rebuild.

use std::{path::Path, time::Duration};

use super::stage::{Stage, best, held, live, order, picked, program, release, seats};
use crate::{
    domain::{
        hold::{Books, Counts, Fallback},
        program::Program,
    },
    inventory::{NotDone, Repairs, Unavailable},
};

/// Every verb that looks at the program says that it is stale.
async fn assert_stale(stage: &Stage, program: &Program) {
    let (engine, id) = (&stage.engine, program.id);
    let stale = Unavailable::Stale;
    assert_eq!(engine.hold(best(program, 90, 1)).await, Err(stale.clone().into()));
    assert_eq!(engine.hold_and_queue(best(program, 91, 1)).await, Err(stale.clone().into()));
    let chosen = engine.choose(id, program.hall.categories[0].id, 1, Fallback::Refuse).await;
    assert_eq!(chosen, Err(NotDone::Unavailable(stale.clone())));
    assert_eq!(engine.confirm(id, order(1), &seats(&[0])).await, Err(stale.clone()));
    assert_eq!(engine.release(&release(&best(program, 1, 1), &[0])).await, Err(stale.clone()));
    assert_eq!(engine.undo(id, order(1)).await, Err(stale.clone()));
    assert_eq!(engine.counts(id).await, Err(stale.clone()));
    assert_eq!(engine.seats(id).await, Err(stale.clone()));
    assert_eq!(engine.census(id).await, Err(stale.clone()));
    assert_eq!(engine.position(id, order(1)).await, Err(stale));
}

#[tokio::test]
async fn an_emptied_redis_is_stale_until_it_is_rebuilt_from_the_books() {
    let program = program(1, &[(11, 2, 4)]);
    let stage = Stage::selling(&program).await;
    let request = picked(&program, 1, &[1, 2]);
    stage.engine.hold(request.clone()).await.unwrap();
    stage.command::<()>(redis::cmd("FLUSHALL")).await.unwrap();
    assert_stale(&stage, &program).await;
    let left: Vec<String> = stage.command(redis::cmd("KEYS").arg("*").take()).await.unwrap();
    assert_eq!(left, Vec::<String>::new(), "a stale verb wrote something");

    let books = Books { live: vec![live(&request, &[1, 2], false)], requests: vec![] };
    let repairs = stage.engine.rebuild(&program, &books).await.unwrap();
    assert_eq!(repairs, Repairs { was_empty: true, ..Repairs::default() });
    assert_eq!(stage.engine.counts(program.id).await.unwrap()[0].1, Counts { available: 6, held: 2, sold: 0 });
    assert_eq!(stage.engine.hold(best(&program, 2, 2)).await, held(&[4, 5]));
}

#[tokio::test]
async fn a_rebuild_reports_what_was_different() {
    let program = program(1, &[(11, 2, 4)]);
    let stage = Stage::selling(&program).await;
    let engine = &stage.engine;
    engine.hold(picked(&program, 1, &[0, 1])).await.unwrap(); // the books know nothing of it
    engine.hold(picked(&program, 2, &[2])).await.unwrap(); // paid in the books
    engine.hold(picked(&program, 3, &[3])).await.unwrap(); // another order's in the books
    engine.hold(picked(&program, 5, &[5])).await.unwrap(); // as in the books
    let of = |n, seat, paid| live(&picked(&program, n, &[seat]), &[seat], paid);
    let books =
        Books { live: vec![of(2, 2, true), of(4, 3, false), of(5, 5, false), of(6, 6, false)], requests: vec![] };
    let repairs = engine.rebuild(&program, &books).await.unwrap();
    let wanted = Repairs { seats_freed: 2, seats_restored: 2, seats_restated: 1, was_empty: false };
    assert_eq!(repairs, wanted);
    assert_eq!(engine.rebuild(&program, &books).await.unwrap(), Repairs::default(), "the second finds nothing");
    assert_eq!(engine.counts(program.id).await.unwrap()[0].1, Counts { available: 4, held: 3, sold: 1 });
}

#[tokio::test]
async fn a_restart_makes_every_program_stale_until_each_is_rebuilt() {
    let (one, two) = (program(1, &[(11, 1, 4)]), program(2, &[(11, 1, 4)]));
    let mut stage = Stage::selling(&one).await;
    stage.engine.rebuild(&two, &Books::default()).await.unwrap();
    stage.restart().await;
    // Nobody has met the lost scripts yet: the rebuild itself must notice, for the other program too.
    stage.engine.rebuild(&one, &Books::default()).await.unwrap();
    assert_eq!(stage.engine.hold(best(&one, 1, 1)).await, held(&[0]));
    assert_stale(&stage, &two).await;
    stage.engine.rebuild(&two, &Books::default()).await.unwrap();
    assert_eq!(stage.engine.hold(best(&two, 1, 1)).await, held(&[0]));
    assert!(stage.engine.counts(one.id).await.is_ok(), "the first stays as it was");
}

#[tokio::test]
async fn a_restart_with_an_older_file_is_noticed_although_its_generation_mark_is_there() {
    let program = program(1, &[(11, 1, 4)]);
    let mut stage = Stage::selling(&program).await;
    let (first, second) = (picked(&program, 1, &[0]), picked(&program, 2, &[1]));
    stage.engine.hold(first.clone()).await.unwrap();
    let (files, older) = (stage.folder.path().join("appendonlydir"), stage.folder.path().join("older"));
    stage.written().await;
    copy(&files, &older);
    stage.engine.hold(second.clone()).await.unwrap();
    stage
        .restart_after(|| {
            std::fs::remove_dir_all(&files).unwrap();
            copy(&older, &files);
        })
        .await;
    let mark: Option<String> = stage.command(redis::cmd("GET").arg("{p1}:gen").take()).await.unwrap();
    let owners: Vec<(String, String)> = stage.command(redis::cmd("HGETALL").arg("{p1}:owners").take()).await.unwrap();
    assert!(mark.is_some(), "the file is older, but it has the mark");
    assert_eq!(owners.len(), 1, "the second hold is gone");
    assert_stale(&stage, &program).await;

    let books = Books { live: vec![live(&first, &[0], true), live(&second, &[1], false)], requests: vec![] };
    let repairs = stage.engine.rebuild(&program, &books).await.unwrap();
    assert_eq!(repairs, Repairs { seats_freed: 0, seats_restored: 1, seats_restated: 1, was_empty: false });
    assert_eq!(stage.engine.hold(best(&program, 3, 2)).await, held(&[2, 3]));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[tokio::test]
async fn another_process_that_loads_its_scripts_does_not_hide_a_restart() {
    let program = program(1, &[(11, 1, 4)]);
    let mut stage = Stage::selling(&program).await;
    stage.restart().await;
    let other = super::stage::connect(&stage.managed, 10).await;
    assert_eq!(other.counts(program.id).await, Err(Unavailable::Stale));
    assert_stale(&stage, &program).await;
}

#[tokio::test]
async fn a_dead_redis_is_unreachable_and_is_found_again() {
    let program = program(1, &[(11, 1, 4)]);
    let mut stage = Stage::selling(&program).await;
    stage.command::<()>(redis::cmd("SHUTDOWN")).await.ok();
    while stage.managed.is_running() {
        tokio::task::yield_now().await;
    }
    for _ in 0..2 {
        let reply = stage.engine.hold(best(&program, 1, 1)).await;
        assert!(matches!(reply, Err(NotDone::Unavailable(Unavailable::Unreachable(_)))), "{reply:?}");
    }
    assert!(matches!(stage.engine.rebuild(&program, &Books::default()).await, Err(Unavailable::Unreachable(_))));
    stage.managed.revive().await.unwrap();
    stage.reachable().await;
    assert_stale(&stage, &program).await;
    assert!(!stage.engine.rebuild(&program, &Books::default()).await.unwrap().was_empty);
    assert_eq!(stage.engine.hold(best(&program, 1, 1)).await, held(&[0]));
    assert_eq!(stage.engine.next_batch(1, Duration::ZERO).await, Ok(vec![]));
}

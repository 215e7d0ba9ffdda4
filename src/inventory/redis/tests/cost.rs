//! What an order costs Redis must not grow with the hall.
//! Must not measure time: it counts commands and bytes.

use std::collections::BTreeMap;

use super::stage::{Stage, best, picked, program, release, seats};
use crate::{domain::program::Program, inventory::redis::scripts};

/// Calls by command, and bytes in and out, of four small orders on a hall of this many rows of 20.
async fn cost(rows: u32) -> (BTreeMap<String, u64>, u64) {
    let program = program(1, &[(11, rows, 20)]);
    let stage = Stage::selling(&program).await;
    stage.engine.hold(best(&program, 1, 1)).await.unwrap();
    stage.command::<()>(redis::cmd("CONFIG").arg("RESETSTAT").take()).await.unwrap();
    orders(&stage, &program, rows).await;
    let info: String = stage.command(redis::cmd("INFO").arg("all").take()).await.unwrap();
    let number = |text: &str| text.split(',').next().unwrap().trim().parse::<u64>().unwrap();
    let calls = info.lines().filter_map(|l| l.strip_prefix("cmdstat_")?.split_once(":calls="));
    let calls = calls.map(|(command, rest)| (command.to_owned(), number(rest))).collect();
    let bytes = ["total_net_input_bytes:", "total_net_output_bytes:"];
    let bytes = bytes.map(|name| info.lines().find_map(|l| l.strip_prefix(name)).map(number).unwrap());
    (calls, bytes.iter().sum())
}

async fn orders(stage: &Stage, program: &Program, rows: u32) {
    let (engine, last) = (&stage.engine, rows * 20 - 1);
    engine.hold_and_queue(best(program, 2, 3)).await.unwrap();
    let request = picked(program, 3, &[last, last - 1]);
    engine.hold_and_queue(request.clone()).await.unwrap();
    engine.confirm(program.id, request.order, &seats(&[last])).await.unwrap();
    engine.release(&release(&request, &[last, last - 1])).await.unwrap();
}

#[tokio::test]
async fn an_order_in_a_million_seats_costs_redis_hardly_more_than_in_a_thousand() {
    let (small, small_bytes) = cost(50).await;
    let (large, large_bytes) = cost(50_000).await;
    let total = |calls: &BTreeMap<String, u64>| calls.values().sum::<u64>();
    // Two more levels of the tree, read where a choice is made and looked at where a row changes.
    assert!(total(&large) <= total(&small) + 12, "{small:?} against {large:?}");
    assert!(large_bytes * 10 <= small_bytes * 13, "{small_bytes} bytes against {large_bytes}");
}

#[tokio::test]
async fn the_ceiling_is_measured_and_leaves_nothing_behind() {
    let stage = Stage::new().await;
    let done = scripts::ceiling_probe(&stage.managed.url(), 8, std::time::Duration::from_millis(100)).await.unwrap();
    assert!(done > 0);
    let left: Vec<String> = stage.command(redis::cmd("KEYS").arg("*").take()).await.unwrap();
    assert_eq!(left, Vec::<String>::new());
}

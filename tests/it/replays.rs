//! A bench is recorded and played back: at its end the replay shows what the bench's own report says.
//! Must not look at anything that a dashboard would not be told.

use std::{fs, process::Command};

use serde_json::Value;
use tpp::{
    client::OrderQuery,
    domain::order::OrderStatus,
    tui::dash::{
        ask::{Ask, News},
        replay::Replay,
    },
    wire::feed::Frame,
};

/// The journal and the report of a small sale on a server of its own.
fn recorded(version: &str) -> (Replay, Value) {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("results");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
    command.args(["bench", "smoke", "--version", version, "--no-ceiling", "--output", "json", "--out"]).arg(&out);
    let printed = command.env_remove("TPP_URL").env_remove("GITHUB_STEP_SUMMARY").output().unwrap();
    let said = String::from_utf8_lossy(&printed.stderr);
    let run = out.join(format!("v{version}-embedded-1"));
    let report = fs::read_to_string(run.join("report.json")).unwrap_or_else(|e| panic!("{e}: {said}"));
    let replay = Replay::open(&run.join("journal")).unwrap();
    (replay, serde_json::from_str(&report).unwrap())
}

fn frame_at(replay: &mut Replay, at_ms: i64) -> Frame {
    replay.seek_to(at_ms);
    match replay.step(0).swap_remove(0) {
        News::Frame(frame) => *frame,
        other => panic!("{other:?}"),
    }
}

fn listed(replay: &Replay, status: Option<OrderStatus>) -> u64 {
    let query = OrderQuery { status, limit: 10_000, ..OrderQuery::default() };
    match replay.answer(&Ask::Orders(query)) {
        Some(News::Orders(_, Ok(orders))) => orders.len() as u64,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_end_of_a_replay_agrees_with_the_report_of_its_bench() {
    for version in ["3", "4"] {
        let (mut replay, report) = recorded(version);
        assert_eq!(frame_at(&mut replay, 0).programs[0].sold, 0, "nothing is sold at the start");
        let frame = frame_at(&mut replay, i64::MAX);
        let sale = &report["sale"];
        assert_eq!(sale["indeterminate"], 0, "every submit was answered, so the journal knows all: {report}");
        let stock = &frame.programs[0];
        for (name, found) in
            [("capacity", stock.total), ("sold", stock.sold), ("held", stock.held), ("available", stock.available)]
        {
            assert_eq!(sale[name], found, "{name}, v{version}: {sale}");
        }
        let placed: u64 = frame.numbers.versions.iter().map(|version| version.placed).sum();
        assert_eq!(
            (&sale["accepted"], &sale["created"]),
            (&placed.into(), &listed(&replay, None).into()),
            "v{version}"
        );
        assert_eq!(report["rejections"], serde_json::to_value(&frame.numbers.rejections).unwrap(), "v{version}");
        assert_eq!(frame.numbers.queue.depth, Some(0), "every buyer was told in the end");
        assert_eq!(listed(&replay, Some(OrderStatus::Paid)), frame.numbers.ends.paid);
        assert_eq!(stock.title, "smoke");
    }
}

//! Tests of the text.
//! Must not compare it word for word.

use std::collections::BTreeMap;

use super::*;
use crate::{
    bench::{
        machine::Machine,
        quantity::VersionChoice,
        report::{Audit, AuditFinding, Generator, LawStanding, Mark, Played, SCHEMA, Sale, Speed},
    },
    wire::admin::Environment,
};

/// A report with everything in it that can be.
pub(in crate::bench::report) fn sample() -> Report {
    let spread = Spread { p50_ms: 1.0, p90_ms: Some(2.0), p99_ms: Some(3.0), p999_ms: None, max_ms: 4.0 };
    let latency =
        |step, outcome| StepLatency { step, outcome, count: 9, service: spread, response: spread, lag: spread };
    Report {
        schema: SCHEMA,
        verdict: Verdict::AuditFailed,
        reasons: (0..20).map(|at| format!("reason {at}")).collect(),
        scenario: Played {
            name: "flash_sale".to_owned(),
            about: "about".to_owned(),
            digest: "abc".to_owned(),
            version: VersionChoice::Mixed,
            seed: u64::MAX,
            scale: 1.0,
            program: "程序".to_owned(),
            buyers: 10,
            released: 9,
            accounts: 10,
        },
        sale: sale(),
        speed: speed(),
        rejections: (0..20).map(|at| (format!("word_{at}"), at)).collect(),
        latency: [("create", "done"), ("create", "sold_out"), ("confirm", "done"), ("poll", "done"), ("pay", "done")]
            .map(|(step, outcome)| latency(step, outcome))
            .to_vec(),
        generator: generator(),
        machine: Machine::read(),
        server: Environment {
            tpp: "0".to_owned(),
            engine: "embedded".to_owned(),
            durability: "full".to_owned(),
            cpu_s: 1.0,
            rss_bytes: 1 << 30,
            details: BTreeMap::from([("sqlite_version".to_owned(), "3".to_owned())]),
        },
        thresholds: vec![Mark { text: "t".to_owned(), found: None, met: false }],
        expectations: vec![Mark { text: "e".to_owned(), found: Some(1.0), met: true }],
        audit: Some(sample_audit()),
    }
}

fn sample_audit() -> Audit {
    let finding = |at: u64| AuditFinding {
        law: "L2".to_owned(),
        order: Some(at.to_string()),
        detail: "seat 7 is in two orders".to_owned(),
        by: "journal",
    };
    Audit {
        clean: false,
        orders: 6,
        answers: 10,
        laws: BTreeMap::from([
            ("L2".to_owned(), LawStanding { verdict: "broken".to_owned(), by: vec!["journal", "server"] }),
            ("L3".to_owned(), LawStanding { verdict: "unchecked".to_owned(), by: vec![] }),
        ]),
        findings: (0..200).map(finding).collect(),
    }
}

fn sale() -> Sale {
    Sale {
        capacity: 10,
        sold: 5,
        held: 1,
        available: 4,
        created: 6,
        accepted: 6,
        resold: 2,
        duplicates_absorbed: 3,
        indeterminate: 1,
        sell_out_s: Some(1.5),
    }
}

fn speed() -> Speed {
    Speed {
        run_s: 2.0,
        accepted_per_s: 100.0,
        created_per_s: 90.0,
        drain_s: Some(0.1),
        queue_max: 5,
        polls_per_order: Some(1.2),
        requests: 100,
        errors_pct: 0.5,
        ceiling_per_s: Some(200.0),
        accepted_of_ceiling_pct: Some(50.0),
    }
}

fn generator() -> Generator {
    Generator {
        workers: 1,
        connections: 8,
        cpu_s: Some(1.0),
        dispatch_p99_ms: 1.0,
        lag_p99_ms: 2.0,
        saturating: false,
        kept_up: true,
    }
}

#[test]
fn the_fullest_report_fits_on_a_screen_with_the_verdict_first() {
    let text = text(&sample());
    assert!(text.lines().count() <= LINES_MAX, "{text}");
    assert!(text.starts_with("AUDIT FAILED: flash_sale mixed"), "{text}");
    for needed in
        ["L2 order 0: seat 7", "and 192 more", "sold out after 1.50 s", "50 % of the ceiling", "seed 18446744"]
    {
        assert!(text.contains(needed), "{needed} is missing in:\n{text}");
    }
}

//! A report with everything in it that can be, for tests of whatever shows one.
//! Must not be judged by: its figures do not fit each other.

use std::collections::BTreeMap;

use crate::{
    bench::{
        machine::Machine,
        quantity::VersionChoice,
        report::{
            Audit, AuditFinding, ClassLine, Fairness, Generator, LawStanding, Mark, Overtakes, Played, Repeats, Report,
            Resale, SCHEMA, Sale, Score, Speed, Spread, Standing, StepLatency, Storm, Validity, Verdict,
        },
    },
    wire::admin::Environment,
};

/// A report with everything in it that can be.
pub(in crate::bench) fn sample() -> Report {
    let spread = Spread { p50_ms: Some(1.0), p90_ms: Some(2.0), p99_ms: Some(3.0), p999_ms: None, max_ms: 4.0 };
    let latency =
        |step, outcome| StepLatency { step, outcome, count: 9, service: spread, response: spread, lag: spread };
    Report {
        schema: SCHEMA,
        verdict: Verdict::AuditFailed,
        reasons: (0..20).map(|at| format!("reason {at}")).collect(),
        validity: validity(),
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
        fairness: fairness(),
        repeats: repeats(),
        resale: Resale { seats: 2, p50_ms: Some(10.0), p99_ms: None, max_ms: Some(20.0) },
        rejections: (0..20).map(|at| (format!("word_{at}"), at)).collect(),
        latency: [("create", "done"), ("create", "sold_out"), ("confirm", "done"), ("poll", "done"), ("pay", "done")]
            .map(|(step, outcome)| latency(step, outcome))
            .to_vec(),
        generator: generator(),
        machine: Machine::read(),
        server: Some(Environment {
            tpp: "0".to_owned(),
            engine: "embedded".to_owned(),
            durability: "full".to_owned(),
            cpu_s: 1.0,
            rss_bytes: 1 << 30,
            details: BTreeMap::from([("sqlite_version".to_owned(), "3".to_owned())]),
        }),
        figures: BTreeMap::from([("created_per_s".to_owned(), 90.0), ("confirm_p99_ms".to_owned(), 3.0)]),
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
            (
                "L2".to_owned(),
                LawStanding { verdict: "broken".to_owned(), by: vec!["journal", "server"], reason: None },
            ),
            (
                "L3".to_owned(),
                LawStanding { verdict: "unchecked".to_owned(), by: vec![], reason: Some("nobody looked".to_owned()) },
            ),
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
        over_time_s: Some(0.25),
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

fn repeats() -> Repeats {
    let storm = Storm { peak_s: 0.5, peak: 40, recovered_after_s: Some(0.5) };
    Repeats { submits: 12, visits: 10, amplification: Some(1.2), absorbed: 3, storm: Some(storm) }
}

fn validity() -> Validity {
    Validity {
        standing: Standing::Valid,
        trusted: true,
        reasons: Vec::new(),
        generator_cpu_pct: Some(40.0),
        server_cpu_pct: Some(90.0),
        others_cpu_pct: Some(1.0),
        stolen_pct: Some(0.0),
        missed_connections: 0,
    }
}

fn fairness() -> Fairness {
    let class = |name: &str, buyers, won| ClassLine {
        name: name.to_owned(),
        buyers,
        won,
        win_pct: won as f64 * 100.0 / buyers as f64,
        low_pct: 10.0,
        high_pct: 90.0,
    };
    Fairness {
        fcfs: Some(Score { score: 0.9, low: 0.85, high: 0.95, winners: 6, losers: 4 }),
        overtakes: Some(Overtakes { p50: Some(0), p99: Some(3), max: 5 }),
        classes: vec![class("human", 8, 5), class("bot", 2, 1)],
    }
}

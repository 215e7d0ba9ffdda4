//! What the page says of one run: numbers that matter, charts, marks, audit, environment.
//! Must not hold a figure that the report lacks.

use super::{course, figure::Figure, latencies};
use crate::{
    bench::report::{Audit, Exhibit, Mark, Report, Standing, wording},
    domain::audit::Law,
};

/// Findings shown; the JSON has all.
const FINDINGS_SHOWN: usize = 25;

/// A number with its name.
pub struct Tile {
    pub name: &'static str,
    pub number: String,
    pub note: String,
}

/// A mark or a law.
pub struct Check {
    pub class: &'static str,
    pub sign: &'static str,
    pub name: String,
    pub words: String,
}

/// A line of the table of latencies.
pub struct Span {
    pub name: String,
    pub cells: [String; 6],
}

/// One run.
pub struct Part<'a> {
    pub name: &'a str,
    pub class: &'static str,
    pub verdict: &'static str,
    pub reasons: &'a [String],
    pub tiles: Vec<Tile>,
    pub figures: Vec<Figure>,
    pub fairness: Vec<Figure>,
    pub marks: Vec<Check>,
    pub laws: Vec<Check>,
    pub audited: String,
    pub findings: Vec<String>,
    pub spans: Vec<Span>,
    pub validity: &'static str,
    pub validity_reasons: &'a [String],
    pub facts: Vec<(String, String)>,
    pub command: String,
}

impl<'a> Part<'a> {
    /// Of a run.
    pub fn of(run: &'a Exhibit) -> Self {
        let report = &run.report;
        let mut figures =
            vec![course::stock(run), course::arrivals(run), latencies::percentiles(run), course::heat(run)];
        figures.extend(course::queue(run));
        figures.extend(course::cpu(run));
        figures.push(latencies::refusals(report));
        Self {
            name: &run.name,
            class: super::class(report.verdict),
            verdict: wording::verdict(report.verdict),
            reasons: &report.reasons,
            tiles: tiles(report),
            figures,
            fairness: latencies::first_come(report).into_iter().chain(latencies::classes(report)).collect(),
            marks: report.thresholds.iter().chain(&report.expectations).map(mark).collect(),
            laws: report.audit.as_ref().map_or_else(Vec::new, laws),
            audited: audited(report),
            findings: report.audit.as_ref().map_or_else(Vec::new, findings),
            spans: spans(report),
            validity: validity(report.validity.standing),
            validity_reasons: &report.validity.reasons,
            facts: facts(report),
            command: wording::command(report),
        }
    }
}

fn tiles(report: &Report) -> Vec<Tile> {
    let (sale, speed) = (&report.sale, &report.speed);
    let tile = |name, number: String, note: String| Tile { name, number, note };
    let seconds = |s: f64| format!("{} s", wording::number(s));
    let mut tiles = vec![
        tile(
            "seats sold",
            wording::count(sale.sold),
            format!(
                "of {}; {} held, {} free",
                wording::count(sale.capacity),
                wording::count(sale.held),
                wording::count(sale.available)
            ),
        ),
        tile(
            "sold out after",
            sale.sell_out_s.map_or_else(|| "never".to_owned(), seconds),
            sale.over_time_s.map_or_else(String::new, |s| format!("over-time {}", seconds(s))),
        ),
        tile(
            "orders created",
            format!("{}/s", wording::number(speed.created_per_s)),
            format!("{} in the books", wording::count(sale.created)),
        ),
        tile(
            "orders accepted",
            format!("{}/s", wording::number(speed.accepted_per_s)),
            speed
                .accepted_of_ceiling_pct
                .map_or_else(String::new, |pct| format!("{} % of this machine's ceiling", wording::number(pct))),
        ),
    ];
    for (name, step, outcome) in
        [("confirmed within", "confirm", "done"), ("told sold out within", "create", "sold_out")]
    {
        if let Some(latency) = wording::latency(report, step, outcome) {
            let tail = latency.response.p99_ms.map_or_else(
                || format!("slowest {}", wording::span_ms(latency.response.max_ms)),
                |p99| format!("99 % within {}", wording::span_ms(p99)),
            );
            let (half, of) = match latency.response.p50_ms {
                Some(p50) => (wording::span_ms(p50), "half of all; "),
                None => ("–".to_owned(), "too few for a half; "),
            };
            tiles.push(tile(name, half, format!("{of}{tail}")));
        }
    }
    tiles.push(tile(
        "requests",
        wording::count(speed.requests),
        format!("{} % failed", wording::number(speed.errors_pct)),
    ));
    if let Some(times) = report.repeats.amplification {
        tiles.push(tile(
            "submits per buyer",
            wording::number(times),
            format!("{} repeats absorbed", wording::count(report.repeats.absorbed)),
        ));
    }
    tiles
}

fn check(good: bool, name: String, words: String) -> Check {
    let (class, sign) = if good { ("good", "✓") } else { ("bad", "✗") };
    Check { class, sign, name, words }
}

fn mark(mark: &Mark) -> Check {
    let found =
        mark.found.map_or_else(|| "there is no such figure".to_owned(), |f| format!("it is {}", wording::number(f)));
    check(mark.met, mark.text.clone(), found)
}

fn laws(audit: &Audit) -> Vec<Check> {
    let law = |law: Law| {
        let name = law.to_string();
        match audit.laws.get(&name).map(|standing| (standing.verdict.as_str(), standing.by.join(" and "))) {
            Some(("kept", by)) => check(true, format!("{name} kept, as {by} saw"), law.words().to_owned()),
            Some(("broken", _)) => check(false, format!("{name} broken"), law.words().to_owned()),
            _ => {
                Check { class: "none", sign: "–", name: format!("{name} not checked"), words: law.words().to_owned() }
            }
        }
    };
    Law::ALL.into_iter().map(law).collect()
}

fn audited(report: &Report) -> String {
    report.audit.as_ref().map_or_else(
        || "The audit was switched off: nothing is known of the laws of the sale.".to_owned(),
        |audit| {
            format!(
                "{} orders in the books were joined with {} answers that buyers were given.",
                wording::count(audit.orders),
                wording::count(audit.answers)
            )
        },
    )
}

fn findings(audit: &Audit) -> Vec<String> {
    let line = |finding: &crate::bench::report::AuditFinding| {
        let order = finding.order.as_ref().map_or_else(String::new, |order| format!(", order {order}"));
        format!("{}{order}: {} (found by {})", finding.law, finding.detail, finding.by)
    };
    let mut lines: Vec<_> = audit.findings.iter().take(FINDINGS_SHOWN).map(line).collect();
    if audit.findings.len() > FINDINGS_SHOWN {
        lines.push(format!("and {} more in report.json", audit.findings.len() - FINDINGS_SHOWN));
    }
    lines
}

fn spans(report: &Report) -> Vec<Span> {
    let told = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), wording::number);
    let span = |latency: &crate::bench::report::StepLatency| Span {
        name: format!("{}, {}", latency.step.replace('_', " "), latency.outcome.replace('_', " ")),
        cells: [
            wording::count(latency.count),
            told(latency.response.p50_ms),
            told(latency.response.p90_ms),
            told(latency.response.p99_ms),
            wording::number(latency.response.max_ms),
            told(latency.service.p99_ms),
        ],
    };
    report.latency.iter().map(span).collect()
}

const fn validity(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "valid: the figures describe the server",
        Standing::GeneratorLimited => "generator-limited: the figures describe the load generator",
        Standing::Noisy => "noisy: something else used the machine",
        Standing::Aborted => "aborted: the run was broken off",
    }
}

fn facts(report: &Report) -> Vec<(String, String)> {
    let (machine, played, generator) = (&report.machine, &report.scenario, &report.generator);
    let mut facts = vec![
        ("machine", format!("{} × {}, {}", machine.cpus, machine.cpu, machine.kernel)),
        ("tpp", format!("{} ({})", machine.tpp, machine.build)),
        (
            "scenario",
            format!(
                "{} ({}), {} buyers, {} accounts",
                played.name,
                played.digest,
                wording::count(played.buyers),
                wording::count(u64::from(played.accounts))
            ),
        ),
        ("seed and scale", format!("{}, {}", played.seed, played.scale)),
        (
            "generator",
            format!(
                "{} threads, {} connections; 99 % of buyers were let go at most {} late",
                generator.workers,
                generator.connections,
                wording::span_ms(generator.dispatch_p99_ms)
            ),
        ),
    ];
    for (name, share) in [
        ("CPU of the generator", report.validity.generator_cpu_pct),
        ("CPU of the server", report.validity.server_cpu_pct),
        ("CPU of others", report.validity.others_cpu_pct),
        ("CPU stolen", report.validity.stolen_pct),
    ] {
        facts.extend(share.map(|share| (name, format!("{} %", wording::number(share)))));
    }
    let mut facts: Vec<_> = facts.into_iter().map(|(name, words)| (name.to_owned(), words)).collect();
    if let Some(server) = &report.server {
        let memory = server.rss_bytes >> 20;
        facts.push((
            "server".to_owned(),
            format!(
                "tpp {}, {}, durability {}, {memory} MiB, {} s of CPU",
                server.tpp,
                server.engine,
                server.durability,
                wording::number(server.cpu_s)
            ),
        ));
        facts.extend(server.details.iter().map(|(name, value)| (name.replace('_', " "), value.clone())));
    }
    facts
}

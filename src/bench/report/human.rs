//! A report as text: the verdict first, at most 40 lines.
//! Must not hold a figure that the report lacks.

use std::{collections::BTreeMap, fmt::Write};

use super::{Report, Spread, Standing, StepLatency, Verdict, wording::count};
use crate::wire::admin::Environment;

/// Most lines: what fits on a screen without scrolling.
pub const LINES_MAX: usize = 40;
/// Widest line; what is longer is cut, the JSON has it whole.
pub const COLUMNS_MAX: usize = 100;
/// Findings shown; the JSON has all.
const FINDINGS_SHOWN: usize = 5;
/// Classes of buyers shown.
const CLASSES_SHOWN: usize = 4;
/// Reasons shown.
const REASONS_SHOWN: usize = 6;

/// The report.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = Page::default();
    headline(report, &mut out);
    sale(report, &mut out);
    fairness(report, &mut out);
    repeats(report, &mut out);
    latencies(report, &mut out);
    rejections(report, &mut out);
    load(report, &mut out);
    environment(report, &mut out);
    audit(report, &mut out);
    out.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, label: &str, text: &str) {
        let text = format!("  {label:<12}{text}");
        let text = text.trim_end();
        match text.char_indices().nth(COLUMNS_MAX) {
            None => writeln!(self.0, "{text}"),
            Some(_) => writeln!(self.0, "{}…", text.chars().take(COLUMNS_MAX - 1).collect::<String>()),
        }
        .expect("memory takes every write");
    }
}

fn headline(report: &Report, out: &mut Page) {
    let word = match report.verdict {
        Verdict::Passed => "PASSED",
        Verdict::MarkMissed => "MARK MISSED",
        Verdict::NotValid => "NOT VALID",
        Verdict::AuditFailed => "AUDIT FAILED",
        Verdict::Interrupted => "INTERRUPTED",
    };
    let laws = match &report.audit {
        Some(audit) if audit.clean => "nothing oversold, nothing lost",
        Some(_) => "laws are broken",
        None => "not audited",
    };
    let played = &report.scenario;
    let head = format!("{word}: {} {}, {laws}", played.name, played.version);
    writeln!(out.0, "{head}").expect("memory takes every write");
    for reason in report.reasons.iter().take(REASONS_SHOWN) {
        out.line(if report.verdict == Verdict::Passed { "note" } else { "why" }, reason);
    }
}

fn sale(report: &Report, out: &mut Page) {
    let (sale, speed) = (&report.sale, &report.speed);
    let late = report.scenario.buyers - report.scenario.released.min(report.scenario.buyers);
    let missing = if late > 0 { format!(", {} of them not let go", count(late)) } else { String::new() };
    out.line("buyers", &format!("{}{missing}, in {:.1} s", count(report.scenario.buyers), speed.run_s));
    out.line(
        "seats",
        &format!(
            "{} of {} sold, {} held, {} free{}",
            count(sale.sold),
            count(sale.capacity),
            count(sale.held),
            count(sale.available),
            resale(report)
        ),
    );
    let over = sale.over_time_s.map_or_else(String::new, |s| format!("; the last of them knew {s:.2} s later"));
    let sell_out = sale.sell_out_s.map_or_else(|| "not sold out".to_owned(), |s| format!("sold out after {s:.2} s"));
    out.line("", &(sell_out + &over));
    let share = match (speed.ceiling_per_s, speed.accepted_of_ceiling_pct) {
        (Some(ceiling), Some(share)) => format!(", {share:.0} % of this machine's ceiling of {}/s", rounded(ceiling)),
        _ => String::new(),
    };
    out.line("orders", &format!("{} created, {}/s", count(sale.created), rounded(speed.created_per_s)));
    out.line("", &format!("{} accepted, {}/s{share}", count(sale.accepted), rounded(speed.accepted_per_s)));
    if let Some(drain) = speed.drain_s {
        out.line("queue", &format!("empty {drain:.2} s after the rush, at most {} deep", speed.queue_max));
    }
}

fn rounded(figure: f64) -> String {
    count(figure.round().max(0.0) as u64)
}

fn resale(report: &Report) -> String {
    let resale = &report.resale;
    let within = match (resale.p50_ms, resale.max_ms) {
        (Some(half), _) => format!(", half within {half:.0} ms"),
        (None, Some(last)) => format!(", within {last:.0} ms"),
        (None, None) => String::new(),
    };
    if report.sale.resold == 0 { String::new() } else { format!(", {} sold again{within}", count(report.sale.resold)) }
}

fn fairness(report: &Report, out: &mut Page) {
    let fairness = &report.fairness;
    if let Some(fcfs) = fairness.fcfs {
        let (score, low, high) = (fcfs.score, fcfs.low, fcfs.high);
        let text = format!("first come, first served {score:.3} ({low:.3} to {high:.3}); 1 is a queue, 0.5 a lottery");
        out.line("fairness", &text);
    }
    let mut parts = Vec::new();
    if let Some(overtakes) = fairness.overtakes {
        let told = [("p50", overtakes.p50), ("p99", overtakes.p99), ("max", Some(overtakes.max))];
        let told: Vec<String> = told.iter().filter_map(|(word, n)| n.map(|n| format!("{word} {n}"))).collect();
        parts.push(format!("winners were overtaken {} times", told.join(", ")));
    }
    let classes = fairness.classes.iter().filter(|class| class.buyers > 0);
    let won: Vec<String> = classes.map(|class| format!("{} {:.1} %", class.name, class.win_pct)).collect();
    if !won.is_empty() {
        let more = won.len().saturating_sub(CLASSES_SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        parts.push(format!("won: {}{more}", won[..won.len().min(CLASSES_SHOWN)].join(", ")));
    }
    if !parts.is_empty() {
        out.line(if fairness.fcfs.is_some() { "" } else { "fairness" }, &parts.join("; "));
    }
}

fn repeats(report: &Report, out: &mut Page) {
    let (sale, repeats) = (&report.sale, &report.repeats);
    if repeats.submits > repeats.visits || sale.indeterminate > 0 {
        let rate = repeats.amplification.unwrap_or(1.0);
        let (absorbed, open) = (repeats.absorbed, sale.indeterminate);
        let text = format!("{rate:.2} submits a buyer, {absorbed} absorbed; {open} submits without an answer");
        out.line("repeats", &text);
    }
    if let Some(storm) = repeats.storm {
        let ended = match storm.recovered_after_s {
            Some(after_s) => format!("over {after_s:.1} s later"),
            None => "NEVER OVER".to_owned(),
        };
        let (peak_s, peak) = (storm.peak_s, storm.peak);
        out.line("storm", &format!("worst after {peak_s:.1} s ({peak} repeats and failures), {ended}"));
    }
}

fn latencies(report: &Report, out: &mut Page) {
    out.line(
        "latency",
        &format!("{:<12}{:>13}{:>13}{:>15}{:>11}", "ms since due", "p50", "p99", "service p99", "answers"),
    );
    for (step, outcome, label) in [
        ("create", "done", "order"),
        ("confirm", "done", "confirmed"),
        ("create", "sold_out", "sold out"),
        ("poll", "done", "poll"),
        ("pay", "done", "pay"),
    ] {
        if let Some(found) = report.latency.iter().find(|l| l.step == step && l.outcome == outcome) {
            out.line("", &latency(label, found));
        }
    }
    if let Some(polls) = report.speed.polls_per_order {
        out.line("polls", &format!("{polls:.2} per order, one each 200 ms"));
    }
}

/// A row of the table of latencies.
fn latency(label: &str, found: &StepLatency) -> String {
    let p99 = |spread: &Spread| match spread.p99_ms {
        Some(p99) => format!("{p99:.1}"),
        None => format!("max {:.1}", spread.max_ms),
    };
    let (response, service) = (&found.response, &found.service);
    let half = response.p50_ms.map_or_else(|| "-".to_owned(), |p50| format!("{p50:.1}"));
    let answers = count(found.count);
    format!("{label:<12}{half:>13}{:>13}{:>15}{answers:>11}", p99(response), p99(service))
}

fn rejections(report: &Report, out: &mut Page) {
    let mut by_count: Vec<_> = report.rejections.iter().collect();
    by_count.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let words: Vec<String> =
        by_count.iter().take(8).map(|(word, times)| format!("{word} {}", count(**times))).collect();
    let words = if words.is_empty() { "nobody".to_owned() } else { words.join(", ") };
    out.line("rejected", &words);
}

fn load(report: &Report, out: &mut Page) {
    let generator = &report.generator;
    let kept_up = match (generator.saturating, generator.kept_up) {
        (true, _) => "saturating: lag says nothing",
        (false, true) => "kept up",
        (false, false) => "WAS THE LIMIT",
    };
    out.line(
        "generator",
        &format!(
            "{kept_up}; p99 late: buyers {:.1} ms, requests {:.1} ms; {} {}, {} connections",
            generator.dispatch_p99_ms,
            generator.lag_p99_ms,
            generator.workers,
            if generator.workers == 1 { "thread" } else { "threads" },
            generator.connections
        ),
    );
    let validity = &report.validity;
    let pct = |pct: Option<f64>| pct.map_or_else(|| "unknown".to_owned(), |pct| format!("{pct:.0} %"));
    let threads = pct(validity.generator_cpu_pct);
    let [server, others, stolen] = [validity.server_cpu_pct, validity.others_cpu_pct, validity.stolen_pct].map(pct);
    out.line(
        "cpu",
        &format!("generator's threads {threads}; of the machine: server {server}, others {others}, stolen {stolen}"),
    );
    let (requests, errors) = (report.speed.requests, report.speed.errors_pct);
    let standing = match validity.standing {
        Standing::Valid => "valid",
        Standing::GeneratorLimited => "GENERATOR-LIMITED",
        Standing::Noisy => "NOISY",
        Standing::Aborted => "ABORTED",
    };
    out.line("validity", &format!("{standing}; {} requests, {errors:.2} % failed", count(requests)));
}

fn environment(report: &Report, out: &mut Page) {
    let (machine, played) = (&report.machine, &report.scenario);
    out.line("machine", &format!("{} × {}, {}", machine.cpus, machine.cpu, machine.kernel));
    match &report.server {
        Some(told) => server(told, out),
        None => out.line("server", "does not tell what it runs on"),
    }
    out.line(
        "run",
        &format!(
            "tpp {} ({}), seed {}, scale {}, scenario {}",
            machine.tpp, machine.build, played.seed, played.scale, played.digest
        ),
    );
}

fn server(server: &Environment, out: &mut Page) {
    let details: Vec<String> = server
        .details
        .iter()
        .filter(|(name, _)| name.contains("version"))
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let memory = server.rss_bytes >> 20;
    out.line(
        "server",
        &format!("tpp {}, {}, durability {}, {memory} MiB", server.tpp, server.engine, server.durability),
    );
    if !details.is_empty() {
        out.line("", &details.join(", "));
    }
}

fn audit(report: &Report, out: &mut Page) {
    let Some(audit) = &report.audit else {
        out.line("audit", "switched off");
        return;
    };
    let named = |verdict: &str| -> Vec<&str> {
        audit.laws.iter().filter(|(_, law)| law.verdict == verdict).map(|(name, _)| name.as_str()).collect()
    };
    let mut text =
        format!("{} orders, {} answers; laws kept {}", count(audit.orders), count(audit.answers), named("kept").len());
    for word in ["broken", "unchecked"] {
        let laws = named(word);
        if !laws.is_empty() {
            write!(text, ", {word} {}", laws.join(" ")).expect("memory takes every write");
        }
    }
    out.line("audit", &text);
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, law) in &audit.laws {
        reasons.entry(law.reason.as_deref().unwrap_or_default()).or_default().push(name);
    }
    for (reason, laws) in reasons.into_iter().filter(|(reason, _)| !reason.is_empty()) {
        out.line("", &format!("{} not checked: {reason}", laws.join(" ")));
    }
    for finding in audit.findings.iter().take(FINDINGS_SHOWN) {
        let order = finding.order.as_ref().map_or_else(String::new, |order| format!(" order {order}"));
        out.line("", &format!("{}{order}: {} [{}]", finding.law, finding.detail, finding.by));
    }
    if audit.findings.len() > FINDINGS_SHOWN {
        out.line("", &format!("and {} more in --output json", audit.findings.len() - FINDINGS_SHOWN));
    }
}

#[cfg(test)]
mod tests;

//! Every figure of a run by its name.
//! Must not compute what the report or the tally does not hold already, nor tell a percentile of too few samples.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::Report;
use crate::bench::{
    percentile,
    tally::{Outcome, Step, Tally},
};

/// Names and figures; what a run does not have is not among them.
#[must_use]
pub fn figures(report: &Report, tally: &Tally) -> BTreeMap<String, f64> {
    let mut named = Named::default();
    sale(report, &mut named);
    speed(report, &mut named);
    refusals(report, &mut named);
    fairness(report, &mut named);
    machines(report, &mut named);
    spans(tally, &mut named);
    steps(tally, &mut named);
    named.0
}

#[derive(Default)]
struct Named(BTreeMap<String, f64>);

impl Named {
    fn is(&mut self, name: &str, figure: f64) {
        self.may_be(name, Some(figure));
    }

    fn counts(&mut self, name: &str, count: u64) {
        self.is(name, count as f64);
    }

    fn may_be(&mut self, name: &str, figure: Option<f64>) {
        if let Some(figure) = figure.filter(|figure| figure.is_finite()) {
            self.0.insert(name.to_owned(), figure);
        }
    }

    /// Percentiles and the maximum of a span, in milliseconds.
    fn span(&mut self, name: &str, histogram: Option<&Histogram<u64>>) {
        let Some(histogram) = histogram.filter(|histogram| !histogram.is_empty()) else { return };
        for (word, share) in percentile::NAMED {
            let told = percentile::of_histogram(histogram, share);
            self.may_be(&format!("{name}_{word}_ms"), told.map(|us| us as f64 / 1000.0));
        }
        self.is(&format!("{name}_max_ms"), histogram.max() as f64 / 1000.0);
    }
}

fn sale(report: &Report, named: &mut Named) {
    let sale = &report.sale;
    for (name, count) in [
        ("capacity", sale.capacity),
        ("sold", sale.sold),
        ("held", sale.held),
        ("available", sale.available),
        ("created", sale.created),
        ("accepted", sale.accepted),
        ("resold", sale.resold),
        ("duplicates_absorbed", sale.duplicates_absorbed),
        ("indeterminate", sale.indeterminate),
        ("released", report.scenario.released),
    ] {
        named.counts(name, count);
    }
    named.is("taken_pct", percent(sale.sold + sale.held, sale.capacity));
    named.is("unsold_pct", percent(sale.available, sale.capacity));
    named.may_be("sell_out_s", sale.sell_out_s);
    named.may_be("over_time_s", sale.over_time_s);
    let resale = &report.resale;
    named.may_be("resale_p50_ms", resale.p50_ms);
    named.may_be("resale_p99_ms", resale.p99_ms);
    named.may_be("resale_max_ms", resale.max_ms);
}

fn speed(report: &Report, named: &mut Named) {
    let speed = &report.speed;
    let per_run_s = |count: u64| (speed.run_s > 0.0).then(|| count as f64 / speed.run_s);
    named.is("run_s", speed.run_s);
    named.is("accepted_per_s", speed.accepted_per_s);
    named.is("created_per_s", speed.created_per_s);
    named.may_be("placed_per_s", per_run_s(report.sale.accepted));
    named.may_be("requests_per_s", per_run_s(speed.requests));
    named.may_be("drain_s", speed.drain_s);
    named.counts("queue_max", speed.queue_max);
    named.may_be("polls_per_order", speed.polls_per_order);
    named.counts("requests", speed.requests);
    named.is("errors_pct", speed.errors_pct);
    named.may_be("ceiling_per_s", speed.ceiling_per_s);
    named.may_be("accepted_of_ceiling_pct", speed.accepted_of_ceiling_pct);
}

/// Rejections and repeats. "Sold out" is a sale's plain answer, so that `rejected_pct` leaves it out.
fn refusals(report: &Report, named: &mut Named) {
    let repeats = &report.repeats;
    let all: u64 = report.rejections.values().sum();
    let sold_out = report.rejections.get("sold_out").copied().unwrap_or(0);
    named.counts("rejected", all);
    named.counts("sold_out", sold_out);
    named.is("rejected_pct", percent(all - sold_out, repeats.submits));
    named.is("sold_out_pct", percent(sold_out, repeats.submits));
    for (word, count) in &report.rejections {
        named.counts(&format!("rejected.{word}"), *count);
    }
    named.counts("submits", repeats.submits);
    named.counts("visits", repeats.visits);
    named.may_be("amplification", repeats.amplification);
    match repeats.storm {
        // Without a storm nothing had to recover; after one that never ended there is no such figure.
        None => named.is("recovered_after_s", 0.0),
        Some(storm) => {
            named.counts("storm_peak", storm.peak);
            named.may_be("recovered_after_s", storm.recovered_after_s);
        }
    }
}

fn fairness(report: &Report, named: &mut Named) {
    let fairness = &report.fairness;
    if let Some(fcfs) = fairness.fcfs {
        named.is("fcfs_score", fcfs.score);
        named.is("fcfs_low", fcfs.low);
        named.is("fcfs_high", fcfs.high);
    }
    if let Some(overtakes) = fairness.overtakes {
        named.may_be("overtakes_p50", overtakes.p50.map(|n| n as f64));
        named.may_be("overtakes_p99", overtakes.p99.map(|n| n as f64));
        named.counts("overtakes_max", overtakes.max);
    }
    for class in fairness.classes.iter().filter(|class| class.buyers > 0) {
        named.is(&format!("win_pct.{}", class.name), class.win_pct);
    }
}

fn machines(report: &Report, named: &mut Named) {
    let validity = &report.validity;
    named.may_be("generator_cpu_pct", validity.generator_cpu_pct);
    named.may_be("server_cpu_pct", validity.server_cpu_pct);
    named.may_be("others_cpu_pct", validity.others_cpu_pct);
    named.may_be("stolen_pct", validity.stolen_pct);
    named.counts("missed_connections", validity.missed_connections);
    named.may_be("generator_cpu_s", report.generator.cpu_s);
    if let Some(server) = &report.server {
        named.is("server_cpu_s", server.cpu_s);
        named.is("server_rss_mib", (server.rss_bytes >> 20) as f64);
    }
}

/// Spans by their short names.
fn spans(tally: &Tally, named: &mut Named) {
    let create = tally.any_outcome(Step::Create);
    named.span("create", create.as_ref().map(|latency| &latency.response));
    named.span("create_service", create.as_ref().map(|latency| &latency.service));
    named.span("lag", create.as_ref().map(|latency| &latency.lag));
    named.span("dispatch", tally.dispatch());
    let response = |step, outcome| tally.latency(step, outcome).map(|latency| &latency.response);
    named.span("confirm", response(Step::Confirm, Outcome::Done));
    named.span("sold_out", response(Step::Create, Outcome::SoldOut));
    named.span("pay", response(Step::Pay, Outcome::Done));
}

fn steps(tally: &Tally, named: &mut Named) {
    for (step, outcome, latency) in tally.steps() {
        let name = format!("{}.{}", step.word(), outcome.word());
        named.counts(&format!("{name}.count"), latency.response.len());
        for (kind, histogram) in [("service", &latency.service), ("response", &latency.response), ("lag", &latency.lag)]
        {
            named.span(&format!("{name}.{kind}"), Some(histogram));
        }
    }
}

fn percent(part: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { part as f64 * 100.0 / all as f64 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bench::{
        metric,
        report::{Storm, sample::sample},
        tally::Times,
    };

    fn full_tally(samples: u64) -> Tally {
        let mut tally = Tally::default();
        for step in Step::ALL {
            for outcome in Outcome::ALL {
                (0..samples).for_each(|at| {
                    tally.step(step, outcome, Times { intended_us: 0, sent_us: at, answered_us: 2 * at });
                });
            }
        }
        (0..samples).for_each(|at| tally.dispatched(at));
        tally
    }

    #[test]
    fn every_figure_has_a_known_name_and_every_plain_name_a_figure() {
        let mut report = sample();
        report.resale.p99_ms = Some(1.0);
        report.rejections = BTreeMap::from([("sold_out".to_owned(), 3), ("code_7".to_owned(), 1)]);
        let figures = figures(&report, &full_tally(10_000));
        for name in figures.keys() {
            assert_eq!(metric::check(name), Ok(()));
        }
        let named: BTreeSet<&str> = figures.keys().map(String::as_str).collect();
        let missing: Vec<_> = metric::PLAIN.into_iter().filter(|name| !named.contains(name)).collect();
        assert_eq!(missing, [""; 0]);
        for span in metric::SPANS {
            assert!(metric::endings().all(|ending| figures.contains_key(&format!("{span}{ending}"))), "{span}");
        }
        assert!((figures["rejected_pct"] - 100.0 / 12.0).abs() < 1e-9);
    }

    #[test]
    fn a_percentile_of_too_few_samples_is_no_figure() {
        let figures = figures(&sample(), &full_tally(999));
        assert!(figures.contains_key("confirm_p95_ms") && figures.contains_key("confirm_max_ms"));
        let p99 = |name: &&String| name.starts_with("confirm") && name.contains("p99");
        assert_eq!(figures.keys().filter(p99).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn a_storm_that_never_ended_has_no_time_of_recovery_and_no_storm_needs_none() {
        let recovered = |storm| {
            let mut report = sample();
            report.repeats.storm = storm;
            figures(&report, &Tally::default()).get("recovered_after_s").copied()
        };
        let storm = Storm { peak_s: 1.0, peak: 50, recovered_after_s: None };
        assert_eq!(recovered(None), Some(0.0));
        assert_eq!(recovered(Some(storm)), None);
        assert_eq!(recovered(Some(Storm { recovered_after_s: Some(2.5), ..storm })), Some(2.5));
    }
}

//! Puts a report together from what was told, seen and measured.
//! Must not ask the server anything.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use super::{
    Settings,
    usage::{Usage, is_here},
};
use crate::{
    bench::{
        floor::{Ground, Pulse},
        machine::Machine,
        report::{
            self, Report, SCHEMA, Validity, Verdict, fairness,
            figures::{self, Course},
            judgement, named, resale, storm,
            validity::{self, Facts},
        },
        runner::Played,
        scenario::digest,
        series::Series,
        watcher::Seen,
    },
    wire::admin::{Environment, OrderLine, ProgramLine},
};

/// Everything that a report is made of.
pub(super) struct Evidence<'a> {
    pub(super) settings: &'a Settings,
    pub(super) ground: &'a Ground,
    pub(super) pulse: &'a Pulse,
    pub(super) played: &'a Played,
    pub(super) seen: &'a Seen,
    pub(super) series: &'a Series,
    pub(super) usage: Usage,
    pub(super) orders: &'a [OrderLine],
    pub(super) program: &'a ProgramLine,
    pub(super) url: &'a str,
    /// The run was broken off by hand.
    pub(super) interrupted: bool,
}

impl Evidence<'_> {
    /// The report, but for audit, verdict and reasons.
    pub(super) fn report(&self, server: Option<Environment>) -> Report {
        let (ground, Played { journal, tally, .. }) = (self.ground, self.played);
        let scenario = &ground.scenario;
        let sale = figures::sale(journal, self.orders, self.program);
        let workers = self.settings.workers;
        let generator = figures::generator(tally, workers, scenario.connections, scenario.saturate);
        let generator = report::Generator { cpu_s: self.usage.generator_s, ..generator };
        let speed = self.speed(&sale);
        let mut report = Report {
            schema: SCHEMA,
            verdict: Verdict::Passed,
            reasons: Vec::new(),
            validity: self.validity(&generator, speed.requests),
            scenario: self.scenario(),
            speed,
            sale,
            fairness: fairness::fairness(journal, &scenario.buyers),
            repeats: storm::repeats(journal, self.series),
            resale: resale::resale(self.orders),
            figures: BTreeMap::new(),
            rejections: BTreeMap::clone(&tally.rejections),
            latency: figures::latency(tally),
            generator,
            machine: Machine::read(),
            server,
            thresholds: Vec::new(),
            expectations: Vec::new(),
            audit: None,
        };
        report.figures = named::figures(&report, tally);
        report.thresholds = judgement::thresholds(&report, scenario);
        report.thresholds.extend(self.seen.referee.marks());
        report.expectations = judgement::expectations(&report, scenario);
        report
    }

    fn scenario(&self) -> report::Played {
        let (ground, scenario) = (self.ground, &self.ground.scenario);
        report::Played {
            name: scenario.name.clone(),
            about: scenario.about.clone(),
            digest: digest(&self.settings.text),
            version: scenario.version,
            seed: ground.seed,
            scale: self.settings.scale,
            program: ground.hall.title.clone(),
            buyers: ground.schedule.buyers(),
            released: self.played.released,
            accounts: scenario.dataset.accounts,
        }
    }

    fn speed(&self, sale: &report::Sale) -> report::Speed {
        let Played { journal, tally, length_us, .. } = self.played;
        let (orders, queue) = (self.orders, &self.seen.queue);
        let speed =
            figures::speed(Course { journal, tally, orders, capacity: sale.capacity, queue, length_us: *length_us });
        let ceiling_per_s = self.settings.ceiling_per_s;
        let share = ceiling_per_s.map(|ceiling| speed.accepted_per_s * 100.0 / ceiling);
        report::Speed { ceiling_per_s, accepted_of_ceiling_pct: share, ..speed }
    }

    fn validity(&self, generator: &report::Generator, requests: u64) -> Validity {
        let by_rule = self.seen.referee.reason();
        let by_hand = self.interrupted.then_some("broken off before the end");
        validity::validity(&Facts {
            generator,
            played_s: self.usage.played_s,
            workers_pct: self.seen.workers_pct,
            generator_s: self.usage.generator_s,
            server_s: self.usage.server_s,
            server_is_here: is_here(self.url),
            machine: self.usage.machine,
            missed_connections: self.pulse.missed_connections.load(Ordering::Relaxed),
            requests,
            noise_is_allowed: self.settings.allow_noise,
            broken_off: by_rule.as_deref().or(by_hand),
        })
    }
}

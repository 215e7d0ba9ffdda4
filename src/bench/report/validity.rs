//! Whether a run's figures describe the server: what was measured around it, and what follows.
//! Must not measure.

use super::{Generator, Standing, Validity};

/// CPU shares of shorter runs are not judged: the kernel counts in hundredths of a second.
const JUDGED_FROM_S: f64 = 1.0;
/// A worker thread that computes this much of its time has no time left to wait: it sends when it can, not when it
/// should.
const WORKERS_BUSY_PCT: f64 = 95.0;
/// A request that found no connection was never sent: beyond one in a hundred, another load was played than planned.
const MISSED_CONNECTIONS_PCT: f64 = 1.0;
/// A quarter of the machine is half of what the server has where it shares the machine with the generator. A desktop or
/// a CI runner at rest stays far below.
const OTHERS_PCT: f64 = 25.0;
/// A hypervisor that gives a twentieth of the machine away stops it for whole time slices, which is where 99 % lie.
const STOLEN_PCT: f64 = 5.0;

/// What was measured while buyers played. CPU times are of that stretch alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts<'a> {
    /// What drove the load.
    pub generator: &'a Generator,
    /// How long buyers played.
    pub played_s: f64,
    /// CPU of the worker threads, in percent of as many CPUs.
    pub workers_pct: Option<f64>,
    /// CPU seconds of the generator's process.
    pub generator_s: Option<f64>,
    /// CPU seconds of the server and of all that works for it; `None` where it does not tell all of it.
    pub server_s: Option<f64>,
    /// It runs on the generator's machine.
    pub server_is_here: bool,
    /// CPU seconds of the whole machine.
    pub machine: Option<MachineTime>,
    /// Connections that could not be opened.
    pub missed_connections: u64,
    /// Requests sent.
    pub requests: u64,
    /// Why the run was broken off, if it was.
    pub broken_off: Option<&'a str>,
    /// Noise is told, and not held against the run.
    pub noise_is_allowed: bool,
}

/// CPU seconds of the whole machine, over all CPUs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MachineTime {
    /// Computing.
    pub busy_s: f64,
    /// Taken away by the hypervisor.
    pub stolen_s: f64,
    /// All, idle time among it.
    pub all_s: f64,
}

/// Judges. Whoever broke the run off is named first; figures are not to be trusted when the generator was the limit or
/// the machine was noisy, however the run ended.
#[must_use]
pub fn validity(facts: &Facts<'_>) -> Validity {
    let share = |part_s: f64| facts.machine.filter(|m| m.all_s > 0.0).map(|m| part_s * 100.0 / m.all_s);
    let server_s = facts.server_s.filter(|_| facts.server_is_here);
    let others_s = facts.machine.zip(facts.generator_s).and_then(|(machine, generator_s)| {
        // A server that is here and does not tell would look like a stranger.
        let server_s = if facts.server_is_here { facts.server_s? } else { 0.0 };
        Some((machine.busy_s - generator_s - server_s).max(0.0))
    });
    let mut validity = Validity {
        standing: Standing::Valid,
        trusted: true,
        reasons: Vec::new(),
        generator_cpu_pct: facts.workers_pct,
        server_cpu_pct: server_s.and_then(share),
        others_cpu_pct: others_s.and_then(share),
        stolen_pct: facts.machine.and_then(|m| share(m.stolen_s)),
        missed_connections: facts.missed_connections,
    };
    let limits = limits(facts);
    let noise = if facts.played_s < JUDGED_FROM_S { Vec::new() } else { noise(&validity) };
    let is_quiet = noise.is_empty() || facts.noise_is_allowed;
    validity.trusted = limits.is_empty() && is_quiet;
    validity.standing = match () {
        () if facts.broken_off.is_some() => Standing::Aborted,
        () if !limits.is_empty() => Standing::GeneratorLimited,
        () if !is_quiet => Standing::Noisy,
        () => Standing::Valid,
    };
    validity.reasons = facts.broken_off.map(str::to_owned).into_iter().chain(limits).chain(noise).collect();
    validity
}

/// How the generator was the limit.
fn limits(facts: &Facts<'_>) -> Vec<String> {
    let generator = facts.generator;
    let mut reasons = Vec::new();
    if !generator.kept_up {
        reasons.push(format!(
            "the generator was the limit: 1 % of buyers were let go over {:.1} ms late (lag p99 {:.1} ms)",
            generator.dispatch_p99_ms, generator.lag_p99_ms
        ));
    }
    let busy = facts.workers_pct.filter(|pct| *pct >= WORKERS_BUSY_PCT && facts.played_s >= JUDGED_FROM_S);
    if let Some(pct) = busy.filter(|_| !generator.saturating) {
        reasons.push(format!("the generator was the limit: its threads were busy {pct:.0} % of the time"));
    }
    let missed = facts.missed_connections;
    if missed as f64 * 100.0 > facts.requests as f64 * MISSED_CONNECTIONS_PCT {
        reasons.push(format!("the load was not the planned one: {missed} connections could not be opened"));
    }
    reasons
}

/// Who else used the machine.
fn noise(validity: &Validity) -> Vec<String> {
    let above = |pct: Option<f64>, most: f64| pct.filter(|pct| *pct >= most);
    let others = above(validity.others_cpu_pct, OTHERS_PCT)
        .map(|pct| format!("the machine was noisy: other programs took {pct:.0} % of it"));
    let stolen = above(validity.stolen_pct, STOLEN_PCT)
        .map(|pct| format!("the machine was noisy: its hypervisor gave {pct:.0} % of it to others"));
    others.into_iter().chain(stolen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generator() -> Generator {
        Generator {
            workers: 2,
            connections: 8,
            cpu_s: Some(10.0),
            dispatch_p99_ms: 1.0,
            lag_p99_ms: 2.0,
            saturating: false,
            kept_up: true,
        }
    }

    fn facts(generator: &Generator) -> Facts<'_> {
        Facts {
            generator,
            played_s: 10.0,
            workers_pct: Some(50.0),
            generator_s: Some(10.0),
            server_s: Some(20.0),
            server_is_here: true,
            machine: Some(MachineTime { busy_s: 31.0, stolen_s: 0.4, all_s: 40.0 }),
            missed_connections: 0,
            requests: 1_000,
            broken_off: None,
            noise_is_allowed: false,
        }
    }

    #[test]
    fn a_quiet_run_is_valid_and_shows_its_shares() {
        let found = validity(&facts(&generator()));
        assert_eq!((found.standing, found.trusted, found.reasons.len()), (Standing::Valid, true, 0));
        assert_eq!((found.generator_cpu_pct, found.server_cpu_pct), (Some(50.0), Some(50.0)));
        assert_eq!((found.others_cpu_pct, found.stolen_pct), (Some(2.5), Some(1.0)));
    }

    #[test]
    fn a_late_or_busy_generator_or_one_without_connections_is_the_limit() {
        let late = Generator { kept_up: false, dispatch_p99_ms: 80.0, ..generator() };
        let quiet = generator();
        let busy = Facts { workers_pct: Some(95.0), ..facts(&quiet) };
        let missed = Facts { missed_connections: 11, ..facts(&quiet) };
        for (facts, word) in [(facts(&late), "80.0 ms late"), (busy, "busy 95 %"), (missed, "11 connections")] {
            let found = validity(&facts);
            assert_eq!((found.standing, found.trusted), (Standing::GeneratorLimited, false), "{word}");
            assert!(found.reasons[0].contains(word), "{:?}", found.reasons);
        }
    }

    #[test]
    fn a_generator_that_sends_as_fast_as_it_can_may_be_busy() {
        let saturating = Generator { saturating: true, ..generator() };
        assert_eq!(validity(&Facts { workers_pct: Some(99.0), ..facts(&saturating) }).standing, Standing::Valid);
    }

    #[test]
    fn strangers_and_the_hypervisor_make_noise() {
        let generator = generator();
        let strangers = MachineTime { busy_s: 40.0, stolen_s: 0.0, all_s: 40.0 };
        let stolen = MachineTime { busy_s: 30.0, stolen_s: 2.0, all_s: 40.0 };
        for (machine, word) in [(strangers, "took 25 %"), (stolen, "gave 5 %")] {
            let found = validity(&Facts { machine: Some(machine), ..facts(&generator) });
            assert_eq!((found.standing, found.trusted), (Standing::Noisy, false));
            assert!(found.reasons[0].contains(word), "{:?}", found.reasons);
        }
    }

    #[test]
    fn a_server_that_does_not_tell_is_not_taken_for_a_stranger() {
        let generator = generator();
        let found = validity(&Facts { server_s: None, ..facts(&generator) });
        assert_eq!((found.standing, found.others_cpu_pct, found.server_cpu_pct), (Standing::Valid, None, None));
        let elsewhere = Facts { server_s: None, server_is_here: false, ..facts(&generator) };
        assert_eq!(validity(&elsewhere).standing, Standing::Noisy, "what is busy here is neither of the two");
    }

    #[test]
    fn a_short_run_is_not_judged_by_cpu() {
        let generator = generator();
        let short = Facts { played_s: 0.9, workers_pct: Some(100.0), server_s: Some(0.0), ..facts(&generator) };
        assert_eq!(validity(&short).standing, Standing::Valid);
    }

    #[test]
    fn a_run_that_was_broken_off_says_so_first_and_keeps_its_other_faults() {
        let late = Generator { kept_up: false, ..generator() };
        let found = validity(&Facts { broken_off: Some("by hand"), ..facts(&late) });
        assert_eq!((found.standing, found.trusted, found.reasons.len()), (Standing::Aborted, false, 2));
        let quiet = generator();
        assert!(validity(&Facts { broken_off: Some("by hand"), ..facts(&quiet) }).trusted);
    }

    #[test]
    fn noise_that_is_allowed_is_told_and_the_run_counts() {
        let generator = generator();
        let machine = Some(MachineTime { busy_s: 19.0, stolen_s: 0.0, all_s: 20.0 });
        let noisy = Facts { machine, server_s: Some(1.0), generator_s: Some(1.0), ..facts(&generator) };
        assert_eq!((validity(&noisy).standing, validity(&noisy).trusted), (Standing::Noisy, false));
        let allowed = validity(&Facts { noise_is_allowed: true, ..noisy });
        assert_eq!((allowed.standing, allowed.trusted, allowed.reasons.len()), (Standing::Valid, true, 1));
    }
}

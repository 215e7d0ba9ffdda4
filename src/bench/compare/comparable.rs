//! Whether runs may be compared at all: what must be the same, and what to do when it is not.
//! Must not look at a figure.

use std::collections::{BTreeMap, BTreeSet};

use super::saved::SavedRun;

/// What a run was, aspect by aspect. One that is not known yet is left out and not compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity(BTreeMap<Aspect, String>);

/// What must be the same on both sides. Version and engine are the axes of a comparison and looked at apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Name of the scenario.
    Scenario,
    /// Digest of its text.
    Text,
    /// Size relative to it.
    Scale,
    /// Seed of the schedule.
    Seed,
    /// Title of the program played on.
    Program,
    /// Buyers planned.
    Buyers,
    /// Connections of the generator.
    Connections,
    /// Threads of the generator.
    Workers,
    /// `release` or `debug`.
    Build,
    /// Model of the CPU.
    Cpu,
    /// Logical CPUs.
    Cpus,
    /// What a commit survives.
    Durability,
}

impl Aspect {
    /// What it is called, and what helps.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Scenario => ("scenario", "play the same scenario on both sides"),
            Self::Text => {
                ("text of the scenario", "the file was changed in between: play both sides with the same file")
            }
            Self::Scale => ("scale", "give the same --scale"),
            Self::Seed => ("seed", "give the same --seed"),
            Self::Program => ("program", "play on the same program"),
            Self::Buyers => ("number of buyers", "play the same scenario at the same scale"),
            Self::Connections => ("number of connections", "give the same --connections"),
            Self::Workers => ("number of workers", "give the same --workers"),
            Self::Build => ("build", "compare release with release"),
            Self::Cpu => ("CPU", "play both sides on one machine, best with --against"),
            Self::Cpus => ("number of CPUs", "play both sides on one machine, best with --against"),
            Self::Durability => ("durability", "give the same --durability"),
        }
    }
}

impl Identity {
    /// Adds what is known.
    #[must_use]
    pub fn with(mut self, aspect: Aspect, value: impl ToString) -> Self {
        self.0.insert(aspect, value.to_string());
        self
    }

    /// Of a run that was played.
    #[must_use]
    pub fn of(run: &SavedRun) -> Self {
        let (played, machine) = (&run.scenario, &run.machine);
        let known = Self::default()
            .with(Aspect::Scenario, &played.name)
            .with(Aspect::Text, &played.digest)
            .with(Aspect::Scale, played.scale)
            .with(Aspect::Seed, played.seed)
            .with(Aspect::Program, &played.program)
            .with(Aspect::Buyers, played.buyers)
            .with(Aspect::Connections, run.generator.connections)
            .with(Aspect::Workers, run.generator.workers)
            .with(Aspect::Build, &machine.build)
            .with(Aspect::Cpu, &machine.cpu)
            .with(Aspect::Cpus, machine.cpus);
        match &run.server {
            Some(server) => known.with(Aspect::Durability, &server.durability),
            None => known,
        }
    }

    /// Each aspect that differs, in a sentence that says what to do.
    #[must_use]
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let both = self.0.iter().filter_map(|(aspect, before)| Some((aspect, before, later.0.get(aspect)?)));
        let differing = both.filter(|(_, before, after)| before != after);
        let sentence = |(aspect, before, after): (&Aspect, &String, &String)| {
            let (name, advice) = aspect.words();
            format!("the {name} differs: {before} before, {after} now; {advice}")
        };
        differing.map(sentence).collect()
    }
}

/// Why these runs cannot be compared, one sentence each; empty when they can.
#[must_use]
pub fn refusals(before: &[SavedRun], after: &[SavedRun]) -> Vec<String> {
    let mut reasons = Vec::new();
    for (side, runs) in [("before", before), ("now", after)] {
        let first = runs.first().map(Identity::of);
        let odd =
            runs.iter().position(|run| first.as_ref().is_some_and(|f| !f.differences(&Identity::of(run)).is_empty()));
        if let Some(at) = odd {
            let why = first.iter().flat_map(|first| first.differences(&Identity::of(&runs[at]))).collect::<Vec<_>>();
            reasons.push(format!(
                "the runs of one side ({side}) are not of one kind: run {} of it: {}",
                at + 1,
                why[0]
            ));
        }
    }
    if let (Some(first), Some(second)) = (before.first(), after.first()) {
        reasons.extend(Identity::of(first).differences(&Identity::of(second)));
    }
    reasons.extend(missing_cells(&cells(before), &cells(after)));
    reasons
}

/// Kinds of runs that are now, and were not before.
#[must_use]
pub fn missing_cells(before: &BTreeSet<(String, String)>, after: &BTreeSet<(String, String)>) -> Option<String> {
    let names = |cells: Vec<&(String, String)>| {
        cells.iter().map(|(version, engine)| format!("{version} {engine}")).collect::<Vec<_>>().join(", ")
    };
    let missing: Vec<_> = after.difference(before).collect();
    (!missing.is_empty()).then(|| {
        let (missing, there) = (names(missing), names(before.iter().collect()));
        format!(
            "the version or engine differs: there are no runs of {missing} before, only of {there}; \
             give the same --version and --redis"
        )
    })
}

/// Versions and engines of runs.
#[must_use]
pub fn cells(runs: &[SavedRun]) -> BTreeSet<(String, String)> {
    runs.iter().map(SavedRun::cell).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::saved::tests::run, *};

    type Change = fn(&mut SavedRun);

    #[test]
    fn each_difference_is_named_with_what_to_do() {
        let changes: [(&str, Change); 11] = [
            ("the scenario differs", |run| run.scenario.name = "other".to_owned()),
            ("the file was changed", |run| run.scenario.digest = "other".to_owned()),
            ("--scale", |run| run.scenario.scale = 0.5),
            ("--seed", |run| run.scenario.seed -= 1),
            ("--connections", |run| run.generator.connections += 1),
            ("--workers", |run| run.generator.workers += 1),
            ("on one machine", |run| run.machine.cpu = "other".to_owned()),
            ("number of CPUs", |run| run.machine.cpus += 1),
            ("release with release", |run| run.machine.build = "other".to_owned()),
            ("--durability", |run| run.server.as_mut().unwrap().durability = "normal".to_owned()),
            ("--redis", |run| run.server.as_mut().unwrap().engine = "redis".to_owned()),
        ];
        let before = vec![run(&[]); 5];
        assert_eq!(refusals(&before, &before), Vec::<String>::new());
        for (words, change) in changes {
            let mut after = before.clone();
            after.iter_mut().for_each(change);
            let reasons = refusals(&before, &after);
            assert!(reasons.len() == 1 && reasons[0].contains(words), "{words}: {reasons:?}");
        }
    }

    #[test]
    fn another_version_of_the_program_or_the_kernel_is_no_obstacle() {
        let before = vec![run(&[]); 5];
        let mut after = before.clone();
        for run in &mut after {
            (run.machine.tpp, run.machine.kernel) = ("9".to_owned(), "other".to_owned());
        }
        assert!(refusals(&before, &after).is_empty());
    }

    #[test]
    fn a_side_of_two_kinds_is_refused() {
        let mut before = vec![run(&[]); 5];
        before[3].scenario.seed -= 1;
        let reasons = refusals(&before, &[run(&[])]);
        assert!(reasons[0].contains("run 4 of it") && reasons[0].contains("seed"), "{reasons:?}");
    }

    #[test]
    fn what_is_not_known_yet_is_not_compared() {
        let planned = Identity::default().with(Aspect::Scenario, "flash_sale").with(Aspect::Seed, 5);
        let differences = Identity::of(&run(&[])).differences(&planned);
        assert!(differences.len() == 1 && differences[0].contains("seed"), "{differences:?}");
    }
}

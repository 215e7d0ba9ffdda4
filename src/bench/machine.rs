//! What the generator runs on, and what it cost.
//! Must not look at the server: it describes itself.

use std::fs;

use serde::Serialize;

/// Clock ticks per second in `/proc`: 100 on every Linux that Rust runs on.
const TICKS_PER_S: f64 = 100.0;

/// The machine of the generator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Program version.
    pub tpp: &'static str,
    /// `release` or `debug`.
    pub build: &'static str,
    /// Model of the CPU.
    pub cpu: String,
    /// Logical CPUs that this process may use.
    pub cpus: usize,
    /// Kernel, or the operating system where that is not known.
    pub kernel: String,
}

/// Resident memory of this process in bytes; 0 where the system does not tell.
#[must_use]
pub fn rss_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = resident.and_then(|rest| rest.trim().strip_suffix("kB")).and_then(|kib| kib.trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

impl Machine {
    /// Reads it.
    #[must_use]
    pub fn read() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
        Self {
            tpp: env!("CARGO_PKG_VERSION"),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
            cpu: model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned()),
            cpus: cpus(),
            kernel: kernel.map_or_else(
                |_| std::env::consts::OS.to_owned(),
                |release| format!("{} {}", std::env::consts::OS, release.trim()),
            ),
        }
    }
}

/// Logical CPUs that this process may use.
#[must_use]
pub fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Worker threads that drive load unless told otherwise: half of the machine, the other half is the server's.
#[must_use]
pub fn default_workers() -> usize {
    (cpus() / 2).clamp(1, 8)
}

/// CPU seconds of this process so far, user and system; `None` where there is no `/proc`.
#[must_use]
pub fn cpu_s() -> Option<f64> {
    process_cpu_s(&fs::read_to_string("/proc/self/stat").ok()?)
}

/// CPU seconds in a text like `/proc/PID/stat`, user and system; `None` when it is none.
#[must_use]
pub fn process_cpu_s(stat: &str) -> Option<f64> {
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS_PER_S)
}

/// Threads of this process whose name begins so, and their CPU seconds so far; `None` where there is no `/proc`.
#[must_use]
pub fn threads_cpu_s(name: &str) -> Option<(usize, f64)> {
    let mut sum = (0, 0.0);
    for thread in fs::read_dir("/proc/self/task").ok()? {
        // One that ends meanwhile is not there any more.
        let Ok(stat) = fs::read_to_string(thread.ok()?.path().join("stat")) else { continue };
        if stat.split_once('(').is_some_and(|(_, rest)| rest.starts_with(name)) {
            sum = (sum.0 + 1, sum.1 + process_cpu_s(&stat)?);
        }
    }
    Some(sum)
}

/// What all CPUs of the machine have done since it started, in seconds over all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MachineCpu {
    /// Worked, for whomever; without waiting for a disk.
    pub busy_s: f64,
    /// Had nothing to do, or waited for a disk.
    pub idle_s: f64,
    /// Wanted to work while the hypervisor gave the CPU to others.
    pub stolen_s: f64,
}

impl MachineCpu {
    /// Now; `None` where there is no `/proc`.
    #[must_use]
    pub fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/stat").ok()?)
    }

    /// From a text like `/proc/stat`; `None` when it is none.
    #[must_use]
    pub fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let ticks: Vec<f64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
        // Guests are counted in user and nice already. Old kernels know no stolen time.
        let &[user, nice, system, idle, wait, irq, soft_irq, ref rest @ ..] = &*ticks else { return None };
        let seconds = |ticks: f64| ticks / TICKS_PER_S;
        Some(Self {
            busy_s: seconds(user + nice + system + irq + soft_irq),
            idle_s: seconds(idle + wait),
            stolen_s: seconds(rest.first().copied().unwrap_or(0.0)),
        })
    }

    /// What was done since an earlier moment.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            busy_s: self.busy_s - earlier.busy_s,
            idle_s: self.idle_s - earlier.idle_s,
            stolen_s: self.stolen_s - earlier.stolen_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_is_read_behind_its_name() {
        let stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0";
        assert_eq!(process_cpu_s(stat), Some(2.0));
        assert_eq!(process_cpu_s("42 (tpp) S 1 2"), None);
        assert_eq!(process_cpu_s(""), None);
    }

    #[test]
    fn the_time_of_a_machine_is_that_of_all_its_cpus() {
        let stat = "cpu  100 20 30 4000 500 6 7 80 90 9\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\n";
        let cpu = MachineCpu::parse(stat).unwrap();
        assert_eq!(cpu, MachineCpu { busy_s: 1.63, idle_s: 45.0, stolen_s: 0.8 });
        let old = MachineCpu::parse("cpu 0 0 0 100 0 0 0").unwrap();
        assert_eq!((old.idle_s, old.stolen_s), (1.0, 0.0));
        let since = cpu.since(MachineCpu { busy_s: 1.0, idle_s: 40.0, stolen_s: 0.5 });
        assert!((since.busy_s - 0.63).abs() < 1e-9 && (since.idle_s - 5.0).abs() < 1e-9, "{since:?}");
        assert_eq!(MachineCpu::parse("cpu0 1 2 3 4 5 6 7"), None);
        assert_eq!(MachineCpu::parse("cpu  1 2 x 4 5 6 7"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_and_this_machine_have_worked() {
        let (process, machine) = (cpu_s().unwrap(), MachineCpu::read().unwrap());
        assert!(process >= 0.0 && machine.busy_s > 0.0, "{process} {machine:?}");
    }

    #[test]
    fn a_thread_s_time_is_found_by_its_name() {
        let (done, ended) = std::sync::mpsc::sync_channel(0);
        let work = move || {
            let begun = std::time::Instant::now();
            while begun.elapsed().as_millis() < 60 {}
            done.send(()).unwrap();
            done.send(()).unwrap();
        };
        let thread = std::thread::Builder::new().name("cpu-test-0".to_owned()).spawn(work).unwrap();
        ended.recv().unwrap();
        let found = threads_cpu_s("cpu-test-");
        ended.recv().unwrap();
        thread.join().unwrap();
        assert!(found.is_some_and(|(threads, cpu_s)| threads == 1 && cpu_s > 0.0), "{found:?}");
        assert_eq!(threads_cpu_s("no-such-thread").map(|found| found.0), Some(0));
    }
}

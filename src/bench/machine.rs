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

fn process_cpu_s(stat: &str) -> Option<f64> {
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS_PER_S)
}

/// CPU seconds of the whole machine so far, over all its CPUs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MachineCpu {
    /// Computing, for whomever.
    pub busy_s: f64,
    /// Taken away by the hypervisor.
    pub stolen_s: f64,
    /// Waiting.
    pub idle_s: f64,
}

/// CPU time of the whole machine; `None` where there is no `/proc`.
#[must_use]
pub fn machine_cpu() -> Option<MachineCpu> {
    parse_machine_cpu(&fs::read_to_string("/proc/stat").ok()?)
}

/// The first line: user, nice, system, idle, waiting for a disk, two kinds of interrupts, stolen; guests count as user.
fn parse_machine_cpu(stat: &str) -> Option<MachineCpu> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let ticks: Vec<f64> = fields.map_while(|field| field.parse().ok()).collect();
    let [user, nice, system, idle, waiting, hard, soft, stolen, ..] = ticks[..] else { return None };
    let seconds = |ticks: f64| ticks / TICKS_PER_S;
    Some(MachineCpu {
        busy_s: seconds(user + nice + system + hard + soft),
        stolen_s: seconds(stolen),
        idle_s: seconds(idle + waiting),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_s_time_is_read_from_the_kernel_s_first_line() {
        let stat = "cpu  1000 20 300 5000 60 7 3 40 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        assert_eq!(parse_machine_cpu(stat), Some(MachineCpu { busy_s: 13.3, stolen_s: 0.4, idle_s: 50.6 }));
        assert_eq!(parse_machine_cpu("cpu  1000 20"), None);
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

//! The machine: system, processors, memory, open files, and the Redis on PATH.
//! Must not fail where a fact cannot be read: it is then unknown.

use std::{fs, process::Command, thread};

use super::Check;

/// Fewer open files than this and a flash sale of some thousand connections meets the limit.
const OPEN_FILES_WANTED: u64 = 8_192;
/// Below this, a hall of a million seats and its buyers do not fit comfortably.
const MEMORY_KIB_WANTED: u64 = 1024 * 1024;

pub fn checks() -> Vec<Check> {
    vec![Check::ok("system", system()), processors(), memory(), open_files(), redis()]
}

fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).map(|name| name.trim_matches('"'));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{} {} {}", name.unwrap_or(std::env::consts::OS), std::env::consts::ARCH, kernel.trim()).trim().to_owned()
}

fn processors() -> Check {
    let Ok(cores) = thread::available_parallelism() else {
        return Check::warning("processors", "unknown", "results cannot be compared between machines");
    };
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpus.lines().find(|l| l.starts_with("model name")).and_then(|l| l.split_once(": ")).map(|(_, name)| name);
    let found = format!("{cores} × {}", model.unwrap_or("unknown model"));
    if cores.get() == 1 {
        return Check::warning("processors", found, "server and load generator share one: a bench measures both");
    }
    Check::ok("processors", found)
}

fn memory() -> Check {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.split_whitespace().next()?.parse().ok()
    };
    let (Some(total), Some(available)) = (kib("MemTotal"), kib("MemAvailable")) else {
        return Check::ok("memory", "unknown");
    };
    let found = format!("{} MiB, {} MiB available", total / 1024, available / 1024);
    if available < MEMORY_KIB_WANTED {
        return Check::warning("memory", found, "a large hall or many accounts may not fit");
    }
    Check::ok("memory", found)
}

fn open_files() -> Check {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let Some(soft) = line.and_then(|line| line.split_whitespace().next()) else {
        return Check::ok("open files", "unknown");
    };
    let found = format!("at most {soft}");
    match soft.parse::<u64>() {
        Ok(limit) if limit < OPEN_FILES_WANTED => {
            let advice = format!("raise it for scenarios with many buyers: ulimit -n {OPEN_FILES_WANTED}");
            Check::warning("open files", found, advice)
        }
        _ => Check::ok("open files", found),
    }
}

fn redis() -> Check {
    let advice = "only `--redis managed` needs it: apt-get install redis-server, or brew install redis";
    match Command::new("redis-server").arg("--version").output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let version = text.split_whitespace().find_map(|word| word.strip_prefix("v="));
            judge_redis(version, advice)
        }
        Err(e) => Check::warning("redis-server", format!("not on PATH ({e})"), advice),
    }
}

/// The inventory's scripts need 6.2.
fn judge_redis(version: Option<&str>, advice: &str) -> Check {
    let mut numbers = version.unwrap_or_default().split('.').map(str::parse::<u32>);
    match (version, numbers.next(), numbers.next()) {
        (Some(version), Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= (6, 2) => {
            Check::ok("redis-server", version)
        }
        (version, ..) => {
            Check::warning("redis-server", format!("{}: 6.2 or later is needed", version.unwrap_or("unknown")), advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_redis_that_is_too_old_or_unknown_is_a_warning() {
        assert_eq!(judge_redis(Some("7.0.15"), "").verdict, Verdict::Ok);
        assert_eq!(judge_redis(Some("6.2.0"), "").verdict, Verdict::Ok);
        assert_eq!(judge_redis(Some("6.0.9"), "").verdict, Verdict::Warning);
        assert_eq!(judge_redis(None, "").verdict, Verdict::Warning);
    }
}

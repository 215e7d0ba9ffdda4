//! What the process has used of the machine, from the kernel's own text.
//! Must not be asked on an order's way: each look opens a file.

use std::fs;

/// Ticks a second in `/proc/self/stat`: 100 on every Linux, whatever the kernel's own clock.
const TICKS_PER_S: f64 = 100.0;

/// CPU seconds so far, user and system; zero where the kernel does not tell.
#[must_use]
pub fn cpu_s() -> f64 {
    fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_s_in(&stat)).unwrap_or_default()
}

/// Resident memory in bytes; zero where the kernel does not tell.
#[must_use]
pub fn rss_bytes() -> u64 {
    fs::read_to_string("/proc/self/status").ok().and_then(|status| rss_bytes_in(&status)).unwrap_or_default()
}

/// User and system time: the 14th and 15th field, counted after the name, which may hold blanks.
fn cpu_s_in(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) as f64 / TICKS_PER_S)
}

fn rss_bytes_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_memory_are_read_from_the_kernels_text() {
        let stat = "4242 (a) b) S 1 4242 4242 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 4 0 100 1 2";
        assert_eq!(cpu_s_in(stat), Some(2.0));
        assert_eq!(rss_bytes_in("VmPeak:\t  99 kB\nVmRSS:\t   2048 kB\n"), Some(2_097_152));
        assert_eq!((cpu_s_in("nothing"), rss_bytes_in("nothing")), (None, None));
        assert!(rss_bytes() > 0, "this kernel tells");
    }
}

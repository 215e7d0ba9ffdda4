//! CPU time around a run: of the generator, the server and the whole machine.
//! Must not judge it: `report::validity` does.

use std::time::Instant;

use crate::bench::{
    machine::{self, MachineCpu},
    report::validity::MachineTime,
    witness::Witness,
};

/// CPU time so far.
#[derive(Debug)]
pub(super) struct Clocks {
    at: Instant,
    machine: Option<MachineCpu>,
    generator_s: Option<f64>,
    server_s: Option<f64>,
}

/// CPU time of a stretch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    pub(super) played_s: f64,
    pub(super) machine: Option<MachineTime>,
    pub(super) generator_s: Option<f64>,
    pub(super) server_s: Option<f64>,
}

impl Clocks {
    pub(super) async fn read(witness: Witness<'_>) -> Self {
        let server = witness.environment().await.ok().flatten();
        Self {
            at: Instant::now(),
            machine: MachineCpu::read(),
            generator_s: machine::cpu_s(),
            // What a Redis beside the server takes is the server's doing, and it does not tell.
            server_s: server.filter(|server| server.engine != "redis").map(|server| server.cpu_s),
        }
    }

    pub(super) fn since(&self, before: &Self) -> Usage {
        let between = |after: Option<f64>, before: Option<f64>| after.zip(before).map(|(after, before)| after - before);
        Usage {
            played_s: self.at.duration_since(before.at).as_secs_f64(),
            machine: self.machine.zip(before.machine).map(|(after, before)| {
                let MachineCpu { busy_s, idle_s, stolen_s } = after.since(before);
                MachineTime { busy_s, stolen_s, all_s: busy_s + stolen_s + idle_s }
            }),
            generator_s: between(self.generator_s, before.generator_s),
            server_s: between(self.server_s, before.server_s),
        }
    }
}

/// Does this address lead to the machine that we are on? One that cannot be read does not.
pub(super) fn is_here(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    ["127.", "localhost", "[::1]"].iter().any(|here| host.starts_with(here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_address_is_here_and_another_is_not() {
        assert!(["http://127.0.0.1:80", "http://localhost/x", "http://[::1]:8"].iter().all(|url| is_here(url)));
        assert!(["http://10.0.0.7:80", "http://example.org", ""].iter().all(|url| !is_here(url)));
    }
}

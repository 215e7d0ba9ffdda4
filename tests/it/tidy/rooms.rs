//! Which room may name which, and which crate lives where: the table that the referee reads.
//! Must not hold an exception without its reason.

/// A room and the rooms that it may name beside itself.
pub struct Room {
    pub name: &'static str,
    pub may_name: &'static [&'static str],
}

/// From the bottom to the top. A folder of `src` that is not here is a finding.
pub const ROOMS: &[Room] = &[
    Room { name: "domain", may_name: &[] },
    Room { name: "wire", may_name: &["domain"] },
    Room { name: "inventory", may_name: &["domain"] },
    Room { name: "ledger", may_name: &["domain"] },
    Room { name: "server", may_name: &["domain", "wire", "inventory", "ledger"] },
    Room { name: "client", may_name: &["domain", "wire"] },
    Room { name: "bench", may_name: &["domain", "wire", "client"] },
    Room { name: "tui", may_name: &["domain", "wire", "client", "bench"] },
];

/// A crate, and the paths in which it may be named.
pub struct Tool {
    pub krate: &'static str,
    pub lives_in: &'static [&'static str],
}

/// Crates that have a home. Others may be named anywhere but in `domain`.
pub const TOOLS: &[Tool] = &[
    Tool { krate: "redis", lives_in: &["src/inventory/redis/"] },
    Tool { krate: "rusqlite", lives_in: &["src/ledger/"] },
    Tool { krate: "axum", lives_in: &["src/server/"] },
    Tool { krate: "tower_http", lives_in: &["src/server/"] },
    Tool { krate: "hyper", lives_in: &["src/server/"] },
    Tool { krate: "hyper_util", lives_in: &["src/server/"] },
    Tool { krate: "argon2", lives_in: &["src/server/"] },
    Tool { krate: "reqwest", lives_in: &["src/client/"] },
    Tool { krate: "httparse", lives_in: &["src/client/"] },
    Tool { krate: "hdrhistogram", lives_in: &["src/bench/", "src/tui/"] },
    Tool { krate: "askama", lives_in: &["src/bench/"] },
    Tool { krate: "quick_junit", lives_in: &["src/bench/"] },
    Tool { krate: "csv", lives_in: &["src/bench/"] },
    Tool { krate: "ratatui", lives_in: &["src/tui/"] },
    Tool { krate: "crossterm", lives_in: &["src/tui/"] },
    Tool { krate: "rustix", lives_in: &["src/tui/"] },
    Tool { krate: "clap", lives_in: &["src/bin/"] },
    Tool { krate: "clap_complete", lives_in: &["src/bin/"] },
    Tool { krate: "clap_mangen", lives_in: &["src/bin/"] },
    Tool { krate: "anyhow", lives_in: &["src/bin/"] },
    Tool { krate: "comfy_table", lives_in: &["src/bin/"] },
    Tool { krate: "mimalloc", lives_in: &["src/bin/"] },
    Tool { krate: "tracing_subscriber", lives_in: &["src/bin/"] },
];

/// Words that `domain` must not hold: it is pure.
pub const NOT_IN_DOMAIN: &[(&str, &str)] = &[
    ("async", "domain must not await"),
    ("await", "domain must not await"),
    ("tokio", "domain must not await"),
    ("serde", "domain must not know serde: what goes over HTTP has types of its own in wire"),
    ("Serialize", "domain must not know serde: what goes over HTTP has types of its own in wire"),
    ("Deserialize", "domain must not know serde: what goes over HTTP has types of its own in wire"),
    ("SystemTime", "domain must not read a clock: hand the moment in"),
    ("Instant", "domain must not read a clock: hand the moment in"),
    ("rand_chacha", "domain must not draw random numbers: hand them in"),
    ("tracing", "domain must not log: say it in the result"),
];

/// A crate named outside its home, with the reason why that is right.
pub struct Exception {
    pub path: &'static str,
    pub krate: &'static str,
    pub reason: &'static str,
}

/// Every exception there is.
pub const EXCEPTIONS: &[Exception] = &[Exception {
    path: "src/bin/tpp/ceiling.rs",
    krate: "axum",
    reason: "the bare endpoint that bench results are read against: axum without the server, so it cannot be in server",
}];

/// The room that a path lies in.
pub fn room_of(path: &str) -> Option<&'static Room> {
    let inner = path.strip_prefix("src/")?;
    let first = inner.split(['/', '.']).next()?;
    ROOMS.iter().find(|room| room.name == first)
}

#[test]
fn every_exception_has_a_reason_and_names_a_tool() {
    for exception in EXCEPTIONS {
        assert!(exception.reason.len() > 20, "{} needs a reason", exception.path);
        assert!(TOOLS.iter().any(|t| t.krate == exception.krate), "{} is no tool", exception.krate);
    }
}

#[test]
fn a_room_names_only_rooms_below_it() {
    for (at, room) in ROOMS.iter().enumerate() {
        for named in room.may_name {
            assert!(ROOMS[..at].iter().any(|below| below.name == *named), "{} stands above {}", named, room.name);
        }
    }
}

//! A generator that stands still or is starved: its report must not lay that on the server.
//! Must not stop any process but the `tpp bench` that a test has started.
//!
//! The other direction, a server that stands still, is in `liars`.

use std::{
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::harness::{ADMIN_TOKEN, Engine, Office, wait_until};

/// 600 buyers in three seconds: little for any server, so that lateness is the generator's; and seats for all of them.
const SALE: &str = r#"
name = "stall"
about = "a steady sale with seats to spare"
connections = 16
version = 3

[dataset]
accounts = 700
categories = [{ name = "Hall", price = "100", rows = 100, seats_per_row = 20 }]

[[phases]]
arrival = "constant"
rate = 200
duration = "3s"

[[buyers]]
name = "buyer"
"#;
const BUYERS: u64 = 600;
/// How long the generator stands still: far above any answer, far below any time-out.
const STALL: Duration = Duration::from_secs(1);
/// A starved generator gets this much, and then nothing for this much.
const FED: Duration = Duration::from_millis(100);
const STARVED: Duration = Duration::from_millis(300);

/// A bench against this office, which ends with the test at the latest.
struct Bench {
    child: Option<Child>,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn start(office: &Office) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scenario = folder.path().join("stall.toml");
        std::fs::write(&scenario, SALE).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
        command.arg("bench").arg(&scenario).args(["--output", "json", "--no-ceiling", "--strict"]);
        command.args(["--url", &format!("http://{}", office.door().address()), "--admin-token", ADMIN_TOKEN]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until("the sale to be under way", || office.programs().iter().any(|p| p.held > 20));
        Self { child: Some(child), _folder: folder }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("it runs until its output is read").id();
        let status = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status().unwrap();
        assert!(status.success(), "cannot send {signal} to our own child");
    }

    /// Lets it stand still for so long.
    #[expect(clippy::disallowed_methods, reason = "the sleep is the stall, not a guess at how long something takes")]
    fn stalls(&self, span: Duration) {
        self.signal("STOP");
        thread::sleep(span);
        self.signal("CONT");
    }

    fn output(mut self) -> Output {
        self.child.take().expect("its output is read once").wait_with_output().unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // An error means that it has ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The report of a run that must call itself generator-limited.
#[track_caller]
fn generator_limited(output: &Output) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = format!("{}\n{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(13), "{all}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {all}"));
    assert_eq!(document["generator"]["kept_up"], false, "{all}");
    let reasons = document["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|reason| reason.as_str().unwrap().contains("the generator was the limit")), "{all}");
    assert_eq!(document["audit"]["clean"], true, "{all}");
    document
}

#[track_caller]
fn create_ms(document: &Value, kind: &str, at: &str) -> f64 {
    let steps = document["latency"].as_array().unwrap();
    let orders = steps.iter().find(|l| l["step"] == "create" && l["outcome"] == "done").expect("orders were made");
    orders[kind][at].as_f64().unwrap_or_else(|| panic!("no {kind} {at} in {orders}"))
}

#[test]
fn a_stalled_generator_shows_in_lag_and_response_times_and_not_in_service_times() {
    let office = Office::open(Engine::Embedded);
    let bench = Bench::start(&office);
    bench.stalls(STALL);
    let document = generator_limited(&bench.output());
    let (planned, released) = (&document["scenario"]["buyers"], &document["scenario"]["released"]);
    assert_eq!((planned.as_u64(), released.as_u64()), (Some(BUYERS), Some(BUYERS)), "late, and not skipped");
    assert_eq!(document["sale"]["created"].as_u64(), Some(BUYERS), "each of them got an order");
    // A third of all came while it stood still, evenly late by up to a second.
    for kind in ["lag", "response"] {
        assert!(
            create_ms(&document, kind, "p90_ms") > 300.0,
            "the stall is missing in {kind}: {}",
            document["latency"]
        );
    }
    let (service, response) = (create_ms(&document, "service", "p90_ms"), create_ms(&document, "response", "p90_ms"));
    assert!(service < response / 5.0, "the server is blamed: {service} of {response} ms");
}

#[test]
fn a_starved_generator_says_that_it_was_the_limit() {
    let office = Office::open(Engine::Embedded);
    let mut bench = Bench::start(&office);
    while bench.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none()) && office_is_busy(&office) {
        bench.stalls(STARVED);
        fed();
    }
    let document = generator_limited(&bench.output());
    assert_eq!(document["scenario"]["released"].as_u64(), Some(BUYERS), "late, and not skipped");
}

/// Not all orders have come.
fn office_is_busy(office: &Office) -> bool {
    office.programs().iter().any(|p| p.held < BUYERS)
}

#[expect(clippy::disallowed_methods, reason = "the sleep is the stretch in which the generator may run")]
fn fed() {
    thread::sleep(FED);
}

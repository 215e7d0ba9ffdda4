//! Every scenario that is shipped keeps its promise at a small size, in process and on Redis.
//! Must not judge speed: a busy machine is no fault of the sale.

use std::{path::Path, process::Command};

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];

        $(mod $name {
            #[test]
            fn keeps_its_promise_in_process() {
                super::plays(stringify!($name), "off");
            }

            #[test]
            fn keeps_its_promise_on_redis() {
                super::plays(stringify!($name), "managed");
            }
        })*
    };
}

scenarios!(
    accept_rate,
    bot_attack,
    breaking_point,
    flash_sale,
    hot_category,
    mixed_versions,
    retries,
    retry_storm,
    seat_map,
    slow_clients,
    slow_payers,
    smoke,
    steady_day,
    thundering_reload,
    two_waves
);

#[test]
fn every_shipped_scenario_is_played_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let scenarios = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut names: Vec<_> = scenarios.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, TESTED);
}

/// Ends with 0; or with 10 or 13 (slow, or too busy to generate the load), and yet correct.
fn plays(name: &str, redis: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
    command.args(["bench", name, "--version", "4", "--scale", "0.02", "--output", "json", "--redis", redis]);
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 10 | 13)), "{name}: {}\n{out}\n{err}", output.status);
}

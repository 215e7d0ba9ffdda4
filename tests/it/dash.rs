//! The dashboard in a real terminal, over a real server: screens, keys that act, a server that goes and comes back, and a
//! terminal that is as it was whatever ended the program.
//! Must not look at what a screen says beyond the words that tell it from others: snapshots beside the screens do.

use std::{fs, net::TcpListener, path::Path, time::Instant};

use serde_json::{Value, json};
use tpp::domain::order::OrderVersion;

use crate::{
    cli::{says, tpp},
    harness::{Engine, Hall, Office, Program, Terminal, Wish, office::ADMIN_TOKEN, wait_until},
};

/// A dashboard in a terminal, beside the office that it shows.
struct Desk {
    office: Office,
    program: Program,
    terminal: Terminal,
}

/// What stands beside the key that confirms.
const ASKED: &str = "yes, cancel the order";

impl Desk {
    /// An office with a hall of 80 seats, two of them in an unpaid order, and a terminal of 120 by 40.
    fn open() -> Self {
        let office = Office::open(Engine::Embedded);
        let program = office.program(&Hall::of(8, 10));
        office.buyer().buys(OrderVersion::V3, &program, &Wish::best(2)).unwrap();
        Self { office, program, terminal: Terminal::of(120, 40) }
    }

    fn command(&self, more: &str) -> String {
        command(&self.office.door().url(), more)
    }

    /// Starts it, and waits until it has the server.
    fn watches(&self, more: &str) {
        self.terminal.runs(&self.command(more));
        self.terminal.shows("LIVE");
        assert!(self.terminal.is_taken());
    }

    fn status(&self) -> u8 {
        self.office.orders(&self.program)[0].status
    }
}

fn command(url: &str, more: &str) -> String {
    let tpp = Path::new(env!("CARGO_BIN_EXE_tpp")).display();
    format!("{tpp} dash --url {url} --admin-token {ADMIN_TOKEN} {more}")
}

#[test]
fn every_tab_is_there_and_q_is_the_end() {
    let desk = Desk::open();
    desk.watches("");
    let mut seen = Vec::new();
    for key in ["1", "2", "3", "4", "5", "6"] {
        desk.terminal.presses(key);
        wait_until(&format!("another screen at {key}"), || {
            let pane = desk.terminal.pane();
            let another = !seen.contains(&pane) && pane.contains("LIVE");
            if another {
                seen.push(pane);
            }
            another
        });
    }
    desk.terminal.presses("?");
    desk.terminal.shows("back to the shell; fg returns");
    desk.terminal.presses("Escape");
    wait_until("the help to go", || !desk.terminal.pane().contains("back to the shell"));
    desk.terminal.presses("q");
    desk.terminal.shows("code=0");
    desk.terminal.is_as_it_was();
}

#[test]
fn an_order_is_cancelled_by_a_key_and_its_confirmation_and_the_ledger_knows() {
    let desk = Desk::open();
    desk.watches("--tab orders");
    let number = desk.office.orders(&desk.program)[0].order_number.to_string();
    desk.terminal.shows(&number);
    desk.terminal.presses("x");
    desk.terminal.shows(ASKED);
    // The key that asked does not confirm, nor does the default.
    desk.terminal.presses("x");
    desk.terminal.presses("Enter");
    assert_eq!(desk.status(), 1, "an order was cancelled without a confirmation");
    wait_until("nothing to confirm", || !desk.terminal.pane().contains(ASKED));
    desk.terminal.presses("x");
    desk.terminal.shows(ASKED);
    desk.terminal.presses("y");
    wait_until("the order to be cancelled in the ledger", || desk.status() == 2);
    desk.terminal.shows("cancelled");
    desk.terminal.presses("q");
    desk.terminal.shows("code=0");
}

#[test]
fn nothing_is_changed_by_a_read_only_dashboard() {
    let desk = Desk::open();
    desk.watches("--tab orders --read-only");
    desk.terminal.shows(&desk.office.orders(&desk.program)[0].order_number.to_string());
    desk.terminal.presses("x");
    desk.terminal.shows("read-only");
    desk.terminal.presses("y");
    desk.terminal.presses("q");
    desk.terminal.shows("code=0");
    assert_eq!(desk.status(), 1);
}

#[test]
fn a_server_that_dies_is_offline_and_live_again_when_it_is_back() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut office = Office::open_with(Engine::Embedded, &["--listen", &port.to_string()]);
    let program = office.program(&Hall::of(8, 10));
    let terminal = Terminal::of(120, 40);
    terminal.runs(&command(&office.door().url(), ""));
    terminal.shows("LIVE");
    office.kill();
    terminal.shows("OFFLINE");
    // Keys are answered all the same.
    terminal.presses("?");
    terminal.shows("back to the shell; fg returns");
    terminal.presses("Escape");
    office.start();
    wait_until("LIVE again", || terminal.pane().contains("LIVE"));
    office.buyer().buys(OrderVersion::V3, &program, &Wish::best(3)).unwrap();
    terminal.presses("3");
    terminal.shows(&office.orders(&program)[0].order_number.to_string());
    terminal.presses("q");
    terminal.shows("code=0");
}

#[test]
fn a_server_that_was_never_there_is_offline_and_keys_are_answered() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let terminal = Terminal::open();
    terminal.runs(&command(&format!("http://{free}"), ""));
    terminal.shows("OFFLINE");
    terminal.presses("q");
    terminal.shows("code=0");
    terminal.is_as_it_was();
}

#[test]
fn the_terminal_is_given_back_after_ctrl_c_signals_and_a_panic() {
    let desk = Desk::open();
    let terminal = &desk.terminal;
    desk.watches("--mouse");
    terminal.presses("C-c");
    terminal.shows("code=0");
    terminal.is_as_it_was();
    for signal in ["TERM", "HUP", "INT"] {
        desk.watches("--mouse");
        terminal.signals(signal);
        terminal.shows("code=130");
        terminal.is_as_it_was();
        assert_eq!(terminal.tmux(&["display-message", "-p", "#{mouse_any_flag}"]), "0", "the mouse is still caught");
    }
    // Only debug builds know this flag: it breaks the loop from inside, as a bug would.
    terminal.runs(&desk.command("--mouse --panic-after 500"));
    terminal.shows("code=1");
    terminal.shows("a panic was asked for");
    terminal.is_as_it_was();
    assert_eq!(terminal.tmux(&["display-message", "-p", "#{mouse_any_flag}"]), "0", "the mouse is still caught");
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let desk = Desk::open();
    let terminal = &desk.terminal;
    desk.watches("");
    for suspend in ["key", "signal"] {
        if suspend == "key" {
            terminal.presses("C-z")
        } else {
            terminal.signals("TSTP")
        }
        terminal.shows("Stopped");
        terminal.is_as_it_was();
        terminal.types("fg");
        wait_until("the dashboard to come back", || terminal.is_taken() && terminal.pane().contains("LIVE"));
    }
    terminal.presses("q");
    wait_until("the screen to be given back", || !terminal.is_taken());
    terminal.is_as_it_was();
}

#[test]
fn a_terminal_that_goes_away_ends_the_dashboard() {
    let desk = Desk::open();
    desk.watches("");
    let there = Path::new("/proc").join(desk.terminal.pid().to_string());
    assert!(there.exists());
    desk.terminal.tmux(&["kill-server"]);
    wait_until("the dashboard to end", || !there.exists());
}

#[test]
fn a_saved_screen_is_what_was_on_the_screen() {
    let desk = Desk::open();
    desk.watches("--dump-as svg");
    desk.terminal.presses("S");
    desk.terminal.shows("tpp-dash-");
    desk.terminal.presses("q");
    desk.terminal.shows("code=0");
    let names = fs::read_dir(desk.terminal.path(".")).unwrap().map(|entry| entry.unwrap().path());
    let saved: Vec<_> = names.filter(|path| path.extension().is_some_and(|end| end == "svg")).collect();
    assert_eq!(saved.len(), 1, "{saved:?}");
    assert!(fs::read_to_string(&saved[0]).unwrap().contains("LIVE"));
}

#[test]
fn keys_are_answered_soon() {
    let desk = Desk::open();
    desk.watches("--pace pace.json");
    // Another screen each time, so that there is always something to see. A capture costs time of its own: it is measured, too.
    let mut took = Vec::new();
    for key in ["2", "3", "4", "5", "6", "1"].repeat(3) {
        let before = desk.terminal.pane();
        let pressed = Instant::now();
        desk.terminal.presses(key);
        wait_until("an answer to the key", || desk.terminal.pane() != before);
        took.push(pressed.elapsed());
    }
    took.sort();
    let looking = Instant::now();
    desk.terminal.pane();
    println!(
        "from pressing to a changed pane: median {:?}, a look costs {:?}",
        took[took.len() / 2],
        looking.elapsed()
    );
    desk.terminal.presses("q");
    desk.terminal.shows("code=0");
    let told: Value = serde_json::from_str(&fs::read_to_string(desk.terminal.path("pace.json")).unwrap()).unwrap();
    println!("as the dashboard saw it: {told}");
    assert!(told["keys"].as_u64().unwrap() >= 18, "a key without a frame of its own: {told}");
}

#[test]
fn one_look_is_json_text_or_a_screen() {
    let office = Office::open(Engine::Embedded);
    let program = office.program(&Hall::of(8, 10));
    office.buyer().buys(OrderVersion::V3, &program, &Wish::best(2)).unwrap();
    let url = office.door().url();
    let once = |more: &[&str]| {
        let base = ["dash", "--url", &url, "--admin-token", ADMIN_TOKEN, "--lang", "en", "--once"];
        says(&[&base as &[&str], more].concat(), 0)
    };
    let frame: Value = serde_json::from_str(&once(&["--output", "json"])).unwrap();
    assert_eq!(
        (&frame["whole"], &frame["followed"]["id"]),
        (&json!(true), &json!(program.id().to_string())),
        "{frame}"
    );
    assert_eq!(frame["programs"][0]["held"], 2, "{frame}");
    let text = once(&[]);
    assert!(text.contains("78 available   2 held   0 sold") && text.contains("orders v3           1 placed"), "{text}");
    let screen = once(&["--output", "screen", "--size", "100x30"]);
    assert!(screen.contains("LIVE") && screen.lines().count() <= 30, "{screen}");
    assert!(once(&["--output", "svg"]).starts_with("<svg "));
}

#[test]
fn what_cannot_be_shown_ends_with_its_code() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    assert!(says(&["dash", "--url", &url, "--admin-token", "x", "--once"], 4).contains("cannot reach"));
    assert!(says(&["dash", "--url", &url, "--admin-token", "x"], 2).contains("--once"));
    assert!(says(&["dash", "--tab", "hall"], 2).contains("sale, seats, orders"));
    assert!(says(&["dash", "--size", "9x9"], 2).contains("--once"));
    let folder = tempfile::tempdir().unwrap();
    let missing = tpp(&["dash", "--once", "--data", folder.path().to_str().unwrap()]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("--admin-token"));
}

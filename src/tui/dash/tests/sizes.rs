//! Every screen in the middle of a sale, from the smallest terminal to the largest, in both languages, and of a recorded run.
//! Must not hold a state that another file has.

use super::stage::{SIZES, Stage, chinese, keep, setup};
use crate::{
    bench::journal::{Answer, Journal, Later, Reason, Scene, SceneCategory, Sequel, Told},
    domain::{ids::OrderNumber, order::OrderVersion, rejection::Rejection},
    tui::{
        dash::{
            Setup, Tab,
            ask::{Ask, News, Playback},
            command::Command,
            replay::Replay,
            sample::SERVER_MS,
        },
        theme::Theme,
    },
};

#[test]
fn every_screen_fits_every_size() {
    for tab in Tab::ALL {
        for size in SIZES {
            keep(tab, size, Theme::Normal, "busy", &Stage::busy(setup(tab)).picture(size));
        }
    }
}

#[test]
fn every_screen_speaks_chinese() {
    for tab in Tab::ALL {
        for size in [(40, 12), (80, 24), (120, 40)] {
            keep(tab, size, Theme::Normal, "chinese", &Stage::busy(chinese(tab)).picture(size));
        }
    }
}

#[test]
fn every_screen_has_something_to_say_of_a_recorded_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    journal().save(&path).unwrap();
    for tab in Tab::ALL {
        let mut replay = Replay::open(&path).unwrap();
        let mut stage = Stage::set(Setup { subject: "journal".to_owned(), replay: true, ..setup(tab) });
        for _ in 0..20 {
            stage.now_ms += 100;
            for news in replay.step(stage.now_ms) {
                stage.hear(news);
            }
        }
        stage.obey(Command::Tab(tab));
        for ask in stage.dash.tick(stage.now_ms) {
            if let Some(news) = replay.answer(&ask) {
                stage.hear(news);
            }
        }
        for size in [(80, 24), (120, 40)] {
            keep(tab, size, Theme::Normal, "replay", &stage.picture(size));
        }
    }
}

#[test]
fn a_recorded_run_shows_where_it_is_and_how_fast() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    journal().save(&path).unwrap();
    let states: [(&str, &[Playback]); 3] = [
        ("replay-fast", &[Playback::Faster, Playback::Faster, Playback::Seek(1_500)]),
        ("replay-paused", &[Playback::Seek(1_500), Playback::Toggle]),
        ("replay-end", &[Playback::Seek(60_000)]),
    ];
    for (state, wanted) in states {
        let mut replay = Replay::open(&path).unwrap();
        let mut stage = Stage::set(Setup { subject: "journal".to_owned(), replay: true, ..setup(Tab::Sale) });
        wanted.iter().for_each(|&playback| replay.play(playback));
        for news in replay.step(stage.now_ms) {
            stage.hear(news);
        }
        for size in [(40, 12), (80, 24)] {
            keep(Tab::Sale, size, Theme::Normal, state, &stage.picture(size));
        }
    }
}

#[test]
fn a_recorded_run_cannot_be_changed() {
    let mut stage = Stage::busy(Setup { replay: true, ..setup(Tab::Orders) });
    stage.obey(Command::First);
    let asks = stage.dash.obey(Command::Cancel);
    assert!(!asks.iter().any(|ask| matches!(ask, Ask::Do(_))), "{asks:?}");
}

/// Three seconds in which 400 buyers want 300 seats.
fn journal() -> Journal {
    let category = |name: &str, price_cents, seats| SceneCategory { name: name.to_owned(), price_cents, seats };
    let mut journal = Journal {
        scene: Scene {
            scenario: "smoke".to_owned(),
            categories: vec![category("Stalls", 48_800, 200), category("看台", 28_850, 100)],
            classes: vec!["payer".to_owned()],
        },
        start_wall_ms: SERVER_MS,
        ..Journal::default()
    };
    for n in 1..=400_u32 {
        let sent_us = u64::from(n) * 7_000;
        let number = OrderNumber::new(u64::from(n)).unwrap();
        let answer =
            if n < 280 { Answer::Accepted(number) } else { Answer::Rejected(Reason::Sale(Rejection::SoldOut)) };
        journal.told.push(Told {
            arrival: n,
            account: n % 90,
            class: 0,
            attempt: 0,
            intended_us: sent_us,
            sent_us,
            answered_us: sent_us + 900 + u64::from(n % 50) * 300,
            answer,
            category: u16::from(n % 3 == 0),
            tickets: 1,
            version: OrderVersion::V4,
            keyed: false,
            picked: false,
        });
        let mut later = |after_us, what| {
            journal.sequels.push(Sequel { order: number, account: n % 90, at_us: sent_us + after_us, what });
        };
        if n < 280 {
            later(220_000, Later::Created);
            match n % 10 {
                0 => later(400_000, Later::Cancelled),
                1 | 2 => {}
                _ => later(500_000, Later::Paid),
            }
        }
    }
    journal.sequels.sort_by_key(|sequel| sequel.at_us);
    journal
}

#[test]
fn a_recorded_run_answers_what_screens_ask_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    journal().save(&path).unwrap();
    let mut replay = Replay::open(&path).unwrap();
    replay.seek_to(60_000);
    let mut stage = Stage::set(Setup { replay: true, ..setup(Tab::Orders) });
    for news in replay.step(stage.now_ms) {
        stage.hear(news);
    }
    let life = replay.answer(&Ask::Life(OrderNumber::new(3).unwrap())).expect("a life is answered");
    assert!(matches!(&life, News::Life(_, Ok(life)) if life.steps.len() == 4), "{life:?}");
    stage.hear(life);
}

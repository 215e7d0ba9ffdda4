//! Every screen before, after and without a sale, and when server or connection are in trouble.
//! Must not hold a state that another file has.

use super::stage::{Stage, fresh, keep, name, setup};
use crate::tui::{
    dash::{
        Setup, Tab,
        ask::{Link, News},
        command::Command,
        sample::{orders, states},
    },
    theme::Theme,
};

const SIZE: (u16, u16) = (80, 24);

/// Keeps a picture of every screen in this state.
fn every_screen(state: &str, stage: impl Fn(Tab) -> Stage) {
    for tab in Tab::ALL {
        keep(tab, SIZE, Theme::Normal, state, &stage(tab).picture(SIZE));
    }
}

fn lost() -> Link {
    let cause = "connection refused (os error 111)".to_owned();
    Link::Lost { cause, attempt: 4, again_at_ms: crate::tui::dash::sample::SERVER_MS + 11_000 }
}

#[test]
fn before_the_first_news_it_connects() {
    every_screen("connecting", |tab| Stage::set(setup(tab)));
}

#[test]
fn a_server_that_was_never_there_is_offline() {
    let stage = |tab| {
        let mut stage = Stage::set(setup(tab));
        stage.hear(News::Link(lost())).wait(3_000);
        stage
    };
    every_screen("never-there", stage);
}

#[test]
fn nothing_is_sold_yet() {
    every_screen("empty", |tab| Stage::live(setup(tab), fresh()));
}

#[test]
fn everything_is_sold() {
    every_screen("sold-out", |tab| Stage::live(setup(tab), states::course_to_the_end()));
}

#[test]
fn the_feed_has_been_silent() {
    let stage = |tab| {
        let mut stage = Stage::busy(setup(tab));
        stage.wait(7_000);
        stage
    };
    every_screen("stale", stage);
}

#[test]
fn the_server_went_away() {
    let stage = |tab| {
        let mut stage = Stage::busy(setup(tab));
        stage.hear(News::Link(lost())).wait(8_000);
        stage
    };
    every_screen("offline", stage);
    for size in [(20, 5), (120, 40)] {
        keep(Tab::Sale, size, Theme::Mono, "offline", &stage(Tab::Sale).picture(size));
    }
}

#[test]
fn the_engine_is_in_trouble() {
    let stage = |tab| {
        let mut stage = Stage::busy(setup(tab));
        stage.hear(News::Frame(Box::new(states::in_trouble())));
        stage
    };
    every_screen("trouble", stage);
    let engine = stage(Tab::Engine).picture_and_looks((120, 40));
    keep(Tab::Engine, (120, 40), Theme::Normal, "trouble-looks", &engine);
}

#[test]
fn what_is_asked_is_refused() {
    for tab in [Tab::Seats, Tab::Orders, Tab::Audit, Tab::Programs] {
        let mut stage = Stage::busy(setup(tab));
        stage.answers = false;
        stage.obey(Command::Refresh).obey(Command::Audit).obey(Command::Open);
        keep(tab, SIZE, Theme::Normal, "refused", &stage.picture(SIZE));
    }
}

#[test]
fn laws_are_kept_or_broken() {
    for (state, audit) in [("kept", orders::audit_clean()), ("broken", orders::audit_broken())] {
        for size in [(40, 12), (80, 24), (120, 40)] {
            let mut stage = Stage::busy(setup(Tab::Audit));
            stage.audit = audit.clone();
            stage.obey(Command::Audit);
            keep(Tab::Audit, size, Theme::Normal, state, &stage.picture(size));
        }
    }
    let mut stage = Stage::busy(Setup { theme: Theme::Mono, ..setup(Tab::Audit) });
    stage.audit = orders::audit_broken();
    stage.obey(Command::Audit).obey(Command::Down).obey(Command::Open);
    keep(Tab::Audit, SIZE, Theme::Mono, "finding-looks", &stage.picture_and_looks(SIZE));
}

#[test]
fn live_stale_and_offline_do_not_look_alike_without_colour() {
    for tab in Tab::ALL {
        let mono = || Stage::busy(Setup { theme: Theme::Mono, ..setup(tab) });
        let (live, mut stale, mut offline) = (mono(), mono(), mono());
        stale.wait(7_000);
        offline.hear(News::Link(lost())).wait(7_000);
        let pictures = [live, stale, offline].map(|stage| stage.picture((40, 12)));
        assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2], "{}", name(tab));
    }
}

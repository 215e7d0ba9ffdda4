//! What lies on top of a screen or is typed into it: help, palette, filter, confirmation, an order's life; and a picture that
//! stands still.
//! Must not hold a state that another file has.

use crossterm::event::KeyCode;

use super::stage::{Stage, chinese, keep, setup};
use crate::tui::{
    dash::{
        Setup, Tab,
        ask::News,
        command::Command,
        sample::{orders, states},
    },
    theme::Theme,
};

const WIDTHS: [(u16, u16); 3] = [(20, 5), (80, 24), (120, 40)];

fn kept(tab: Tab, sizes: &[(u16, u16)], state: &str, stage: &Stage) {
    for &size in sizes {
        keep(tab, size, Theme::Normal, state, &stage.picture(size));
    }
}

#[test]
fn the_help_shows_the_keys_of_the_screen() {
    for tab in Tab::ALL {
        kept(tab, &[(80, 24)], "help", Stage::busy(setup(tab)).obey(Command::Help));
    }
    kept(Tab::Orders, &[(20, 5), (40, 12), (120, 40)], "help", Stage::busy(setup(Tab::Orders)).obey(Command::Help));
    kept(Tab::Orders, &WIDTHS, "help-chinese", Stage::busy(chinese(Tab::Orders)).obey(Command::Help));
}

#[test]
fn the_palette_finds_commands_by_what_is_typed() {
    for (state, words) in [("palette", ""), ("palette-typed", "sa"), ("palette-nothing", "xyzzy")] {
        let mut stage = Stage::busy(setup(Tab::Sale));
        stage.obey(Command::Palette).type_in(words);
        kept(Tab::Sale, &WIDTHS, state, &stage);
    }
}

#[test]
fn a_filter_is_typed_refused_and_stays_on() {
    let typed = |tab, words: &str| {
        let mut stage = Stage::busy(setup(tab));
        stage.obey(Command::Filter).type_in(words);
        stage
    };
    kept(Tab::Orders, &WIDTHS, "filter-typed", &typed(Tab::Orders, "status:unpaid version:1"));
    kept(Tab::Orders, &[(80, 24)], "filter-on", typed(Tab::Orders, "status:unpaid").press(KeyCode::Enter));
    kept(Tab::Orders, &[(80, 24)], "filter-refused", typed(Tab::Orders, "status:happy").press(KeyCode::Enter));
    kept(Tab::Programs, &[(80, 24)], "filter-on", typed(Tab::Programs, "刘德华").press(KeyCode::Enter));
    kept(Tab::Programs, &[(80, 24)], "filter-nothing", typed(Tab::Programs, "nobody").press(KeyCode::Enter));
}

/// An order in this status is chosen.
fn chosen(setup: Setup, status: &str) -> Stage {
    let mut stage = Stage::busy(setup);
    stage.obey(Command::Filter).type_in(&format!("status:{status}")).press(KeyCode::Enter);
    stage.obey(Command::First);
    stage
}

#[test]
fn what_changes_the_sale_is_asked_for_twice() {
    kept(Tab::Orders, &WIDTHS, "confirm-cancel", chosen(setup(Tab::Orders), "unpaid").obey(Command::Cancel));
    kept(Tab::Orders, &[(80, 24)], "confirm-refund", chosen(setup(Tab::Orders), "paid").obey(Command::Refund));
    kept(Tab::Orders, &[(80, 24)], "confirm-chinese", chosen(chinese(Tab::Orders), "unpaid").obey(Command::Cancel));
    kept(Tab::Programs, &WIDTHS, "confirm-sale", Stage::busy(setup(Tab::Programs)).obey(Command::ToggleSale));
    let mut refused = chosen(setup(Tab::Orders), "unpaid");
    refused.obey(Command::Cancel).press(KeyCode::Enter);
    kept(Tab::Orders, &[(80, 24)], "confirm-declined", &refused);
    let read_only = Setup { read_only: true, ..setup(Tab::Orders) };
    kept(Tab::Orders, &[(80, 24)], "read-only", chosen(read_only, "unpaid").obey(Command::Cancel));
}

#[test]
fn an_orders_life_is_told_step_by_step() {
    for status in ["unpaid", "paid", "cancelled", "refunded"] {
        let state = format!("life-{status}");
        kept(Tab::Orders, &[(80, 24)], &state, chosen(setup(Tab::Orders), status).obey(Command::Open));
    }
    kept(
        Tab::Orders,
        &[(20, 5), (40, 12), (120, 40)],
        "life-paid",
        chosen(setup(Tab::Orders), "paid").obey(Command::Open),
    );
    kept(Tab::Orders, &[(80, 24)], "life-chinese", chosen(chinese(Tab::Orders), "paid").obey(Command::Open));
}

#[test]
fn a_picture_that_stands_still_says_how_much_it_has_missed() {
    let mut stage = Stage::busy(setup(Tab::Orders));
    stage.obey(Command::Pause);
    let mut frame = states::course().pop().expect("a course has frames");
    frame.orders = orders::news();
    frame.orders_left_out = 7;
    stage.hear(News::Frame(Box::new(frame)));
    kept(Tab::Orders, &WIDTHS, "paused", &stage);
    kept(Tab::Sale, &[(80, 24)], "paused", Stage::busy(setup(Tab::Sale)).obey(Command::Pause));
}

#[test]
fn the_hall_is_looked_at_more_closely() {
    let mut stage = Stage::busy(setup(Tab::Seats));
    stage.obey(Command::ZoomIn).obey(Command::ZoomIn).obey(Command::Down).obey(Command::Right);
    kept(Tab::Seats, &[(80, 24), (120, 40)], "zoomed", &stage);
    stage.obey(Command::Open);
    kept(Tab::Seats, &[(80, 24)], "seat", &stage);
    for (state, times) in [("by-category", 1), ("by-age", 2)] {
        let mut stage = Stage::busy(setup(Tab::Seats));
        for _ in 0..times {
            stage.obey(Command::Colour);
        }
        keep(Tab::Seats, (80, 24), Theme::Normal, state, &stage.picture_and_looks((80, 24)));
    }
}

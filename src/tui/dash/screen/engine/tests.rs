//! The machine room, drawn.

use super::*;
use crate::tui::{
    dash::{
        sale::Sale,
        screen::made_up::{broken, busy, keep, snapshots, view},
    },
    lang::Lang,
    panel::drawing::spoken,
    theme::Theme,
};

#[test]
fn a_calm_machine_room() {
    let sale = busy();
    snapshots("engine_busy", Lang::En, |area, sheet| EngineScreen::default().draw(&view(&sale), area, sheet));
}

#[test]
fn what_is_wrong_stands_first_and_in_words() {
    let sale = broken();
    snapshots("engine_broken", Lang::En, |area, sheet| EngineScreen::default().draw(&view(&sale), area, sheet));
    let screen = spoken((78, 22), Theme::Normal, Lang::Zh, |area, sheet| {
        EngineScreen::default().draw(&view(&sale), area, sheet);
    });
    keep("engine_broken_zh_78x22", &screen);
}

#[test]
fn before_the_first_word() {
    let screen = spoken((78, 22), Theme::Normal, Lang::Zh, |area, sheet| {
        EngineScreen::default().draw(&view(&Sale::default()), area, sheet);
    });
    keep("engine_nothing_zh_78x22", &screen);
}

//! Every screen in every theme, with the looks of its cells; without colour, states are told apart all the same.
//! Must not hold a state that another file has.

use super::stage::{Stage, keep, setup};
use crate::tui::{
    dash::{Setup, Tab},
    theme::Theme,
};

#[test]
fn every_screen_has_its_looks_in_every_theme() {
    for theme in Theme::ALL {
        for tab in Tab::ALL {
            let stage = Stage::busy(Setup { theme, ..setup(tab) });
            keep(tab, (80, 24), theme, "looks", &stage.picture_and_looks((80, 24)));
        }
    }
}

//! The sale, drawn.

use super::*;
use crate::tui::{
    dash::{
        sale::Sale,
        screen::made_up::{broken, busy, heard, keep, snapshots, sold_out, unfollowed, view},
    },
    panel::drawing::spoken,
    theme::Theme,
};

fn drawn(name: &str, sale: &Sale, lang: Lang) {
    snapshots(name, lang, |area, sheet| SaleScreen::default().draw(&view(sale), area, sheet));
}

#[test]
fn a_sale_that_goes() {
    drawn("sale_busy", &busy(), Lang::En);
}

#[test]
fn a_sale_in_chinese() {
    drawn("sale_busy_zh", &busy(), Lang::Zh);
}

#[test]
fn a_sale_that_is_sold_out() {
    let sale = sold_out();
    for (width, height) in [(18, 4), (78, 22), (118, 38)] {
        let screen = spoken((width, height), Theme::Normal, Lang::En, |area, sheet| {
            SaleScreen::default().draw(&view(&sale), area, sheet);
        });
        keep(&format!("sale_sold_out_{width}x{height}"), &screen);
    }
}

#[test]
fn states_in_which_something_is_missing_or_wrong() {
    for (name, sale) in [
        ("nothing", Sale::default()),
        ("first_frame", heard(0..=0, |_| {})),
        ("unfollowed", unfollowed()),
        ("broken", broken()),
    ] {
        let screen = spoken((78, 22), Theme::Normal, Lang::En, |area, sheet| {
            SaleScreen::default().draw(&view(&sale), area, sheet);
        });
        keep(&format!("sale_{name}_78x22"), &screen);
    }
}

#[test]
fn the_number_can_be_copied_with_its_outlook() {
    let copied = SaleScreen::default().copied(&view(&busy()));
    assert_eq!(copied.as_deref(), Some("539 seats left of 2,600, about 18 s to go at 29/s"));
    assert_eq!(SaleScreen::default().copied(&view(&Sale::default())), None);
}

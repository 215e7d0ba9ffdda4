//! Orders a second, over time.
//! Must not count an order twice: accepted or created, not both.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Fold, Track},
    panel::Sheet,
    text,
    theme::Meaning,
};

/// What the panel shows, in orders a second.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Orders {
    /// Over time.
    pub placed: Track,
    /// In the last second.
    pub per_s: f64,
}

/// Draws it.
pub fn draw(orders: &Orders, area: Rect, sheet: &mut Sheet<'_>) {
    let note = Line::from(vec![
        sheet.say(Meaning::Plain, text::rate(orders.per_s)),
        sheet.say(Meaning::Quiet, sheet.lang.pick("/s now  peak ", "/s 当前  峰值 ")),
        sheet.say(Meaning::Plain, text::rate(orders.placed.peak())),
    ]);
    let inner = sheet.titled(area, sheet.lang.pick("Orders", "订单"), note);
    if orders.placed.peak() == 0.0 {
        sheet.put(inner, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("none yet", "暂无")));
        return;
    }
    let style = sheet.theme.style(Meaning::Came);
    chart::columns(&orders.placed, Fold::Mean, orders.placed.top(inner.width, Fold::Mean), inner, sheet.buf, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn the_pace_and_its_peak_are_named() {
        let values = (0..20).map(|at| f64::from(at * (20 - at)) * 30.0).collect();
        let orders = Orders { placed: Track { values, slots: 30 }, per_s: 570.0 };
        insta::assert_snapshot!(drawn((40, 5), Theme::Normal, |area, sheet| draw(&orders, area, sheet)));
    }

    #[test]
    fn no_order_yet() {
        insta::assert_snapshot!(drawn((40, 3), Theme::Normal, |area, sheet| draw(&Orders::default(), area, sheet)));
    }
}

//! Buyers that came against those that were planned.
//! Must not hide that somebody is late: what is planned stays visible behind what came.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Fold, Track},
    panel::Sheet,
    text,
    theme::Meaning,
};

/// What the panel shows; tracks in buyers a second.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arrivals {
    /// Planned, to the end of the run; empty where it is not known.
    pub planned: Track,
    /// Came, so far.
    pub came: Track,
    /// Came in the last second.
    pub per_s: f64,
}

/// Draws it.
pub fn draw(arrivals: &Arrivals, area: Rect, sheet: &mut Sheet<'_>) {
    let note = Line::from(vec![
        sheet.say(Meaning::Plain, text::rate(arrivals.per_s)),
        sheet.say(Meaning::Quiet, "/s  "),
        sheet.say(Meaning::Planned, "░"),
        sheet.say(Meaning::Quiet, sheet.lang.pick(" plan ", " 计划 ")),
        sheet.say(Meaning::Came, "█"),
        sheet.say(Meaning::Quiet, sheet.lang.pick(" came", " 到达")),
    ]);
    let inner = sheet.titled(area, sheet.lang.pick("Arrivals", "到达"), note);
    let top = arrivals.planned.top(inner.width, Fold::Mean).max(arrivals.came.top(inner.width, Fold::Mean));
    if top == 0.0 {
        sheet.put(inner, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("nobody yet", "暂无")));
        return;
    }
    let style = sheet.theme.style(Meaning::Planned);
    chart::plan(&arrivals.planned, top, inner, sheet.buf, style);
    let style = sheet.theme.style(Meaning::Came);
    chart::columns(&arrivals.came, Fold::Mean, top, inner, sheet.buf, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn the_plan_stands_behind_what_came() {
        let planned = (0..40).map(|at| 9_000.0 / f64::from(at + 1)).collect::<Vec<_>>();
        let came = planned[..12].iter().map(|rate| rate * 0.7).collect();
        let arrivals = Arrivals {
            planned: Track { values: planned, slots: 40 },
            came: Track { values: came, slots: 40 },
            per_s: 812.0,
        };
        insta::assert_snapshot!(drawn((40, 7), Theme::Normal, |area, sheet| draw(&arrivals, area, sheet)));
    }

    #[test]
    fn nobody_came_yet() {
        insta::assert_snapshot!(drawn((40, 3), Theme::Normal, |area, sheet| draw(&Arrivals::default(), area, sheet)));
    }
}

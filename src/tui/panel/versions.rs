//! Orders a second by version, one chart each, all to the same measure.
//! Must not count an order twice: accepted or created, not both.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Fold, Track},
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Columns of a version's name, of its pace and of its total.
const NAME: usize = 3;
const PACE: usize = 9;
const TOTAL: usize = 10;
/// Fewest columns of a chart that says anything.
const CHART_MIN: u16 = 8;

/// One version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Version {
    /// Orders so far.
    pub placed: u64,
    /// Orders a second now.
    pub per_s: Option<f64>,
    /// Over time.
    pub over_time: Track,
}

/// Draws v1 to v4.
pub fn draw(versions: &[Version], area: Rect, sheet: &mut Sheet<'_>) {
    let placed: u64 = versions.iter().map(|version| version.placed).sum();
    let per_s: f64 = versions.iter().filter_map(|version| version.per_s).sum();
    let note = Line::from(vec![
        sheet.say(Meaning::Plain, format!("{}/s", text::rate(per_s))),
        sheet.say(Meaning::Quiet, sheet.lang.pick("  so far ", "  累计 ")),
        sheet.say(Meaning::Plain, text::count(placed)),
    ]);
    let mut rest = sheet.titled(area, sheet.lang.pick("Orders", "订单"), note);
    if placed == 0 {
        sheet.put(rest, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("none yet", "暂无")));
        return;
    }
    let numbers = NAME + PACE + TOTAL + 2;
    let with_total = usize::from(rest.width) >= numbers + usize::from(CHART_MIN);
    let left = if with_total { numbers } else { numbers - TOTAL };
    let chart_width = rest.width.saturating_sub(left as u16);
    let top = versions.iter().map(|version| version.over_time.top(chart_width, Fold::Mean)).fold(0.0, f64::max);
    // Versions that sold nothing take one row; the others share the rest.
    let idle = versions.iter().filter(|version| version.placed == 0).count() as u16;
    let busy = (versions.len() as u16 - idle).max(1);
    let each = (rest.height.saturating_sub(idle) / busy).max(1);
    for (number, version) in versions.iter().enumerate() {
        let (mine, after) = split_rows(rest, if version.placed == 0 { 1 } else { each });
        draw_version(number + 1, version, (with_total, left as u16, top), mine, sheet);
        rest = after;
    }
}

fn draw_version(
    number: usize,
    version: &Version,
    (with_total, left, top): (bool, u16, f64),
    area: Rect,
    sheet: &mut Sheet<'_>,
) {
    let idle = version.placed == 0;
    let meaning = if idle { Meaning::Quiet } else { Meaning::Plain };
    let pace = version.per_s.map_or_else(|| "–".to_owned(), |per_s| format!("{}/s", text::rate(per_s)));
    let pace = if idle { "–".to_owned() } else { pace };
    let mut line = vec![
        sheet.say(meaning, text::fitted(&format!("v{number}"), NAME)),
        sheet.say(meaning, text::right(&pace, PACE)),
    ];
    if with_total {
        line.push(sheet.say(Meaning::Quiet, text::right(&text::count(version.placed), TOTAL)));
    }
    sheet.put(area, 0, line);
    let (_, chart) = split_columns(area, left);
    // A line between two tall charts.
    let (chart, _) = split_rows(chart, if chart.height > 2 { chart.height - 1 } else { chart.height });
    let style = sheet.theme.style(Meaning::Came);
    chart::columns(&version.over_time, Fold::Mean, top, chart, sheet.buf, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn versions_are_drawn_to_one_measure_and_idle_ones_take_a_row() {
        let version = |scale: f64| Version {
            placed: (scale * 50.0) as u64,
            per_s: Some(scale),
            over_time: Track { values: (0..40).map(|at| scale * f64::from(at % 7) / 3.0).collect(), slots: 60 },
        };
        let versions = [Version::default(), version(30.0), version(120.0), version(480.0)];
        for (width, height) in [(30, 5), (60, 5), (60, 12)] {
            let screen = drawn((width, height), Theme::Normal, |area, sheet| draw(&versions, area, sheet));
            insta::assert_snapshot!(format!("versions_{width}x{height}"), screen);
        }
    }
}

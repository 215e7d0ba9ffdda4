//! How long something takes: now, over the run, and its p99 over time.
//! Must not average a percentile: each value comes from a histogram.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Fold, Track},
    panel::{Sheet, latency::Percentiles, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Columns of a name and of a time.
const NAME: usize = 8;
const VALUE: usize = 8;
/// Columns left of the chart.
const NUMBERS: u16 = (NAME + 2 * (VALUE + 1)) as u16 + 2;
/// Rows of the table.
const TABLE: u16 = 3;
/// Fewest columns of a chart that says anything.
const CHART_MIN: u16 = 14;

/// What the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timing {
    /// In the last seconds; nothing when there was none.
    pub now: Option<Percentiles>,
    /// Since one looked.
    pub run: Option<Percentiles>,
    /// Its p99 over time, in microseconds.
    pub p99_us: Track,
}

/// Draws it under its title.
pub fn draw(title: &str, timing: &Timing, area: Rect, sheet: &mut Sheet<'_>) {
    let inner = sheet.titled(area, title, Line::default());
    if timing.now.is_none() && timing.run.is_none() {
        sheet.nothing_yet(inner);
        return;
    }
    let beside = inner.width >= NUMBERS + CHART_MIN;
    let (table, below) = split_rows(inner, TABLE);
    draw_table(timing, table, sheet);
    let chart = if beside {
        let (_, right) = split_columns(inner, NUMBERS);
        right
    } else {
        split_rows(below, below.height.min(6)).0
    };
    let peak = timing.p99_us.peak();
    if chart.height >= 2 && peak > 0.0 {
        let (caption, columns) = split_rows(chart, 1);
        let words = format!("{} {}", sheet.lang.pick("p99 up to", "p99 最高"), text::span(peak as u64));
        sheet.put(caption, 0, sheet.say(Meaning::Quiet, words));
        let style = sheet.theme.style(Meaning::Came);
        chart::columns(&timing.p99_us, Fold::Max, peak, columns, sheet.buf, style);
    }
}

fn draw_table(timing: &Timing, area: Rect, sheet: &mut Sheet<'_>) {
    let names = format!("{}{} {}", " ".repeat(NAME), text::right("p50", VALUE), text::right("p99", VALUE));
    sheet.put(area, 0, sheet.say(Meaning::Quiet, names));
    let (now, run) = (sheet.lang.pick("now", "当前"), sheet.lang.pick("overall", "全程"));
    for (row, name, of, meaning) in [(1, now, timing.now, Meaning::Headline), (2, run, timing.run, Meaning::Plain)] {
        let value = |us: Option<u64>| text::right(&us.map_or_else(|| "–".to_owned(), text::span), VALUE);
        let line = Line::from(vec![
            sheet.say(Meaning::Quiet, text::fitted(name, NAME)),
            sheet.say(Meaning::Plain, value(of.map(|of| of.p50_us))),
            sheet.say(meaning, format!(" {}", value(of.map(|of| of.p99_us)))),
        ]);
        sheet.put(area, row, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn the_chart_stands_beside_the_numbers_or_below() {
        let p99_us = Track { values: (1..50).map(|at| f64::from(at % 9) * 900.0).collect(), slots: 60 };
        let run = Some(Percentiles { p50_us: 2_110, p99_us: 48_000 });
        let timing = Timing { now: Some(Percentiles { p50_us: 1_830, p99_us: 12_400 }), run, p99_us };
        for (width, height) in [(28, 4), (28, 9), (60, 4), (60, 9)] {
            let screen = drawn((width, height), Theme::Normal, |area, sheet| draw("Answers", &timing, area, sheet));
            insta::assert_snapshot!(format!("timing_{width}x{height}"), screen);
        }
    }
}

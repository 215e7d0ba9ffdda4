//! Latencies now: half and 99 of 100 answers came within these, and how the 99 went over time.
//! Must not average a percentile: each value comes from a histogram.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Fold, Track},
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Columns of a name and of a latency.
const NAME: usize = 8;
const VALUE: usize = 8;
/// Columns left of the sparkline.
const NUMBERS: u16 = (NAME + 2 * (VALUE + 1)) as u16 + 2;

/// Two percentiles in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of them.
    pub p50_us: u64,
    /// 99 of 100.
    pub p99_us: u64,
}

/// One step of a visit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// In the last second or so; nothing when there was no answer.
    pub now: Option<Percentiles>,
    /// Its p99 over time, in microseconds.
    pub p99_us: Track,
}

/// Draws it: a row each, or charts under each other where there is room.
pub fn draw(rows: &[Row], area: Rect, sheet: &mut Sheet<'_>) {
    let inner = sheet.titled(area, sheet.lang.pick("Latency now", "当前延迟"), Line::default());
    if rows.iter().all(|row| row.now.is_none() && row.p99_us.values.is_empty()) {
        sheet.nothing_yet(inner);
        return;
    }
    let (head, body) = split_rows(inner, 1);
    let names = format!("{}{} {}", " ".repeat(NAME), text::right("p50", VALUE), text::right("p99", VALUE));
    sheet.put(head, 0, sheet.say(Meaning::Quiet, names));
    if head.width > NUMBERS + 16 {
        let (_, right) = split_columns(head, NUMBERS);
        sheet.put(right, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("p99 over time", "p99 走势")));
    }
    let each = (body.height / rows.len().max(1) as u16).max(1);
    let mut rest = body;
    for row in rows {
        let (mine, after) = split_rows(rest, each);
        draw_row(row, mine, sheet);
        rest = after;
    }
}

fn draw_row(row: &Row, area: Rect, sheet: &mut Sheet<'_>) {
    let value = |us: Option<u64>| text::right(&us.map_or_else(|| "–".to_owned(), text::span), VALUE);
    let line = Line::from(vec![
        sheet.say(Meaning::Plain, text::fitted(row.name, NAME)),
        sheet.say(Meaning::Plain, value(row.now.map(|now| now.p50_us))),
        sheet.say(Meaning::Headline, format!(" {}", value(row.now.map(|now| now.p99_us)))),
    ]);
    sheet.put(area, 0, line);
    let (_, chart) = split_columns(area, NUMBERS);
    // A line between two tall charts.
    let (chart, _) = split_rows(chart, if chart.height > 2 { chart.height - 1 } else { chart.height });
    let style = sheet.theme.style(Meaning::Came);
    chart::columns(&row.p99_us, Fold::Max, row.p99_us.peak(), chart, sheet.buf, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    fn rows() -> Vec<Row> {
        let track = |scale: f64| Track { values: (1..25).map(|at| f64::from(at % 9) * scale).collect(), slots: 30 };
        let now = Some(Percentiles { p50_us: 1_830, p99_us: 12_400 });
        vec![
            Row { name: "create", now, p99_us: track(900.0) },
            Row { name: "confirm", now: None, p99_us: track(9_000.0) },
        ]
    }

    #[test]
    fn a_step_without_an_answer_has_a_dash() {
        insta::assert_snapshot!(drawn((60, 5), Theme::Normal, |area, sheet| draw(&rows(), area, sheet)));
    }

    #[test]
    fn a_taller_panel_has_taller_charts() {
        insta::assert_snapshot!(drawn((60, 10), Theme::Normal, |area, sheet| draw(&rows(), area, sheet)));
    }

    #[test]
    fn a_narrow_panel_has_numbers_only() {
        insta::assert_snapshot!(drawn((28, 4), Theme::Normal, |area, sheet| draw(&rows(), area, sheet)));
    }

    #[test]
    fn no_answer_yet() {
        insta::assert_snapshot!(drawn((40, 3), Theme::Normal, |area, sheet| draw(&[], area, sheet)));
    }
}

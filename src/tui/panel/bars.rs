//! Counts by name, each with a bar for its weight.
//! Must not colour a bar by its name: whoever hands the rows says what they mean.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Track},
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Widest column of names.
const NAME_MAX: usize = 22;
/// Longest bar.
const BAR_MAX: u16 = 40;

/// What the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    /// Names, counts and what they mean, in the order in which they are shown.
    pub rows: Vec<(String, u64, Option<Meaning>)>,
}

/// Draws it under its title, with a note at the right.
pub fn draw(title: &str, note: Line<'static>, bars: &Bars, area: Rect, sheet: &mut Sheet<'_>) {
    let inner = sheet.titled(area, title, note);
    rows(bars, inner, sheet);
}

/// Draws the rows alone, as many as there is room for.
pub fn rows(bars: &Bars, area: Rect, sheet: &mut Sheet<'_>) {
    if bars.rows.is_empty() {
        sheet.put(area, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("none yet", "暂无")));
        return;
    }
    let most = bars.rows.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let names = bars.rows.iter().map(|(name, ..)| text::width(name)).max().unwrap_or(0).min(NAME_MAX);
    let numbers = bars.rows.iter().map(|(_, count, _)| text::width(&text::count(*count))).max().unwrap_or(0).max(5);
    let names = names.min(usize::from(area.width).saturating_sub(numbers + 1));
    let mut rest = area;
    for (name, count, meaning) in bars.rows.iter().take(usize::from(area.height)) {
        let (mine, after) = split_rows(rest, 1);
        let shown = if *count == 0 { Meaning::Quiet } else { meaning.unwrap_or(Meaning::Plain) };
        let line = vec![
            sheet.say(Meaning::Plain, text::fitted(name, names)),
            sheet.say(shown, format!(" {}", text::right(&text::count(*count), numbers))),
        ];
        sheet.put(mine, 0, line);
        let (_, bar) = split_columns(mine, (names + numbers + 2) as u16);
        let room = bar.width.min(BAR_MAX);
        let columns = (*count as f64 / most.max(1) as f64 * f64::from(room)).ceil() as u16;
        let (bar, _) = split_columns(bar, columns.min(room));
        let style = sheet.theme.style(Meaning::Quiet);
        chart::columns(&Track { values: vec![4.0], slots: 1 }, chart::Fold::Last, 8.0, bar, sheet.buf, style);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn names_of_every_width_stand_in_a_column() {
        let row = |name: &str, count| (name.to_owned(), count, None);
        let bars = Bars { rows: vec![row("paid", 1_090), row("已取消", 44), row("expired", 0)] };
        insta::assert_snapshot!(drawn((40, 4), Theme::Normal, |area, sheet| {
            draw("Ends", Line::default(), &bars, area, sheet);
        }));
    }
}

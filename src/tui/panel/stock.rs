//! Seats of each category: a gauge of sold, held and free, and the seats left over time.
//! Must not forecast: whoever has the pace says so elsewhere.

use ratatui::{layout::Rect, text::Line};

use crate::{
    bench::series::Seats,
    tui::{
        chart::{self, Fold, Part, Track},
        lang::Lang,
        panel::{Sheet, split_columns, split_rows},
        text,
        theme::Meaning,
    },
};

/// Widest column of names.
const NAME_MAX: usize = 16;
/// Narrowest gauge that says anything.
const GAUGE_MIN: u16 = 4;
/// Fewest rows of a burn-down that says anything: its caption and two more.
const BURN_DOWN_MIN: u16 = 3;

/// What the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stock {
    /// Categories in the order of the hall.
    pub categories: Vec<(String, Seats)>,
    /// Free seats of all categories over time.
    pub left: Track,
}

/// Draws it.
pub fn draw(stock: &Stock, area: Rect, sheet: &mut Sheet<'_>) {
    let inner = titled(area, sheet);
    if stock.categories.is_empty() {
        sheet.nothing_yet(inner);
        return;
    }
    let wanted = stock.categories.len() as u16;
    let with_chart = inner.height >= wanted + BURN_DOWN_MIN && !stock.left.values.is_empty();
    let (gauges, below) = split_rows(inner, if with_chart { wanted } else { inner.height });
    gauge_rows(&stock.categories, gauges, sheet);
    if with_chart {
        burn_down(&stock.left, below, sheet);
    }
}

/// The title with its legend; the area below comes back.
pub fn titled(area: Rect, sheet: &mut Sheet<'_>) -> Rect {
    let legend = Line::from(vec![
        sheet.say(Meaning::Sold, "█"),
        sheet.say(Meaning::Quiet, sheet.lang.pick(" sold ", " 已售 ")),
        sheet.say(Meaning::Held, "▓"),
        sheet.say(Meaning::Quiet, sheet.lang.pick(" held ", " 锁定 ")),
        sheet.say(Meaning::Free, "░"),
        sheet.say(Meaning::Quiet, sheet.lang.pick(" free", " 可售")),
    ]);
    sheet.titled(area, sheet.lang.pick("Seats", "座位"), legend)
}

/// As many categories as there are rows; the last row says how many more there are.
pub fn gauge_rows(categories: &[(String, Seats)], area: Rect, sheet: &mut Sheet<'_>) {
    let rows = usize::from(area.height);
    let shown = if categories.len() > rows { rows.saturating_sub(1) } else { categories.len() };
    let names = categories.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0).min(NAME_MAX);
    let numbers = categories.iter().map(|(_, seats)| text::width(&left_of(*seats, sheet.lang))).max().unwrap_or(0);
    for (row, (name, seats)) in (0..).zip(&categories[..shown]) {
        let (_, line) = split_rows(area, row);
        gauge_row(name, *seats, (names, numbers), line, sheet);
    }
    if shown < categories.len() && rows > 0 {
        let more = categories.len() - shown;
        let more = match sheet.lang {
            Lang::En => format!("and {more} more"),
            Lang::Zh => format!("另有 {more} 个票档"),
        };
        sheet.put(area, shown as u16, sheet.say(Meaning::Quiet, more));
    }
}

fn left_of(seats: Seats, lang: Lang) -> String {
    if seats.available == 0 { lang.pick("gone", "售罄").to_owned() } else { text::count(seats.available) }
}

fn gauge_row(name: &str, seats: Seats, (names, numbers): (usize, usize), area: Rect, sheet: &mut Sheet<'_>) {
    sheet.put(area, 0, sheet.say(Meaning::Plain, text::fitted(name, names)));
    let gone = seats.available == 0;
    let number = sheet
        .say(if gone { Meaning::Quiet } else { Meaning::Plain }, text::right(&left_of(seats, sheet.lang), numbers));
    sheet.put_right(area, 0, number);
    let (_, rest) = split_columns(area, names as u16 + 1);
    let (gauge, _) = split_columns(rest, rest.width.saturating_sub(numbers as u16 + 1));
    if gauge.width >= GAUGE_MIN {
        let part = |amount, cell, meaning| Part { amount, cell, style: sheet.theme.style(meaning) };
        let parts = [
            part(seats.sold, "█", Meaning::Sold),
            part(seats.held, "▓", Meaning::Held),
            part(seats.available, "░", Meaning::Free),
        ];
        chart::gauge(&parts, gauge, sheet.buf);
    }
}

fn burn_down(left: &Track, area: Rect, sheet: &mut Sheet<'_>) {
    let (_, area) = split_rows(area, u16::from(area.height > BURN_DOWN_MIN));
    let (caption, columns) = split_rows(area, 1);
    sheet.put(caption, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("free seats over time", "余票走势")));
    let style = sheet.theme.style(Meaning::Sold);
    chart::columns(left, Fold::Last, left.peak(), columns, sheet.buf, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    fn hall() -> Stock {
        let seats = |available, held, sold| Seats { available, held, sold };
        let categories = vec![
            ("VIP".to_owned(), seats(0, 40, 1_960)),
            ("内场看台".to_owned(), seats(1_200, 800, 4_000)),
            ("Gallery".to_owned(), seats(4_000, 0, 0)),
        ];
        let left = Track { values: (0..30).map(|at| 12_000.0 - 200.0 * f64::from(at)).collect(), slots: 60 };
        Stock { categories, left }
    }

    #[test]
    fn gauges_line_up_under_chinese_names() {
        insta::assert_snapshot!(drawn((40, 4), Theme::Normal, |area, sheet| draw(&hall(), area, sheet)));
    }

    #[test]
    fn a_taller_panel_shows_the_burn_down() {
        insta::assert_snapshot!(drawn((60, 10), Theme::Normal, |area, sheet| draw(&hall(), area, sheet)));
    }

    #[test]
    fn categories_without_a_row_are_counted() {
        insta::assert_snapshot!(drawn((30, 3), Theme::Normal, |area, sheet| draw(&hall(), area, sheet)));
    }

    #[test]
    fn nobody_asked_yet() {
        insta::assert_snapshot!(drawn((40, 3), Theme::Normal, |area, sheet| draw(&Stock::default(), area, sheet)));
    }
}

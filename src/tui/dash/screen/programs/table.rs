//! The table of programs: as many columns as there is room for.
//! Must not cut a number: a column that has no room is left out.

use ratatui::{layout::Rect, text::Span};

use super::order::Column;
use crate::{
    domain::ids::ProgramId,
    tui::{
        chart::{self, Part},
        dash::screen::View,
        lang::Lang,
        panel::{Sheet, split_columns, split_rows},
        text,
        theme::Meaning,
    },
    wire::feed::ProgramStock,
};

/// Columns of a title, at least and at most.
const TITLE_MIN: usize = 12;
const TITLE_TINY: usize = 8;
const TITLE_MAX: usize = 44;
/// Columns of a place.
const PLACE: usize = 20;
/// Widest gauge.
const GAUGE_MAX: usize = 40;

/// What the table shows.
#[derive(Debug)]
pub struct Table<'a> {
    /// Programs in their order.
    pub programs: &'a [&'a ProgramStock],
    /// Which one is chosen.
    pub cursor: usize,
    /// The first that is shown.
    pub first: usize,
    /// By what they are sorted, and whether it is turned round.
    pub sorted: (Column, bool),
    /// The one that is followed.
    pub followed: Option<ProgramId>,
}

/// A column as it is drawn: what it sorts, its words, its width.
type Head = (Column, &'static str, usize);

/// The columns that have room, the most important kept longest; then the width of title and gauge.
fn columns(programs: &[&ProgramStock], width: usize, lang: Lang) -> (Vec<Head>, usize, usize) {
    let widest = |of: fn(&ProgramStock) -> u64| {
        programs.iter().map(|program| text::count(of(program)).len()).max().unwrap_or(1).max(6)
    };
    let ids = programs.iter().map(|program| program.id.to_string().len()).max().unwrap_or(1).clamp(3, 19);
    let all: [Head; 8] = [
        (Column::Left, lang.pick("left", "余票"), widest(|program| program.available)),
        (Column::Sale, lang.pick("sale", "状态"), 9),
        (Column::Sold, lang.pick("sold", "售出"), 6),
        (Column::Id, lang.pick("id", "编号"), ids.max(5)),
        (Column::Held, lang.pick("held", "锁定"), widest(|program| program.held)),
        (Column::Total, lang.pick("total", "总数"), widest(|program| program.total)),
        (Column::Show, lang.pick("show", "演出时间"), 16),
        (Column::Place, lang.pick("place", "场馆"), PLACE),
    ];
    let least = if width < 30 { TITLE_TINY } else { TITLE_MIN };
    let mut left = width.saturating_sub(2 + least);
    let mut kept = Vec::new();
    for head in all {
        // A long title is worth more than a place.
        let spare = if matches!(head.0, Column::Show | Column::Place) { TITLE_MIN } else { 0 };
        if head.2 + 1 + spare > left {
            break;
        }
        left -= head.2 + 1;
        kept.push(head);
    }
    let titles = programs.iter().map(|program| text::width(&program.title)).max().unwrap_or(0).max(TITLE_MIN);
    let title = (least + left).min(TITLE_MAX).min(titles);
    let gauge = (least + left).saturating_sub(title + 1).min(GAUGE_MAX);
    let order = [
        Column::Id,
        Column::Title,
        Column::Place,
        Column::Show,
        Column::Sale,
        Column::Total,
        Column::Left,
        Column::Held,
        Column::Sold,
    ];
    kept.sort_by_key(|head| order.iter().position(|column| *column == head.0));
    (kept, title, if gauge >= 8 { gauge } else { 0 })
}

/// Draws it.
pub fn draw(table: &Table<'_>, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let (heads, title, gauge) = columns(table.programs, area.width.into(), sheet.lang);
    let (mut head, body) = split_rows(area, 1);
    head = split_columns(head, 2).1;
    for (column, words, width, left) in laid(&heads, title, sheet.lang) {
        let arrow = match table.sorted {
            (sorted, false) if sorted == column => "↑",
            (sorted, true) if sorted == column => "↓",
            _ => "",
        };
        let words = format!("{words}{arrow}");
        let words = if left { text::fitted(&words, width) } else { text::right(&words, width) };
        let meaning = if arrow.is_empty() { Meaning::Quiet } else { Meaning::Title };
        sheet.put(head, 0, sheet.say(meaning, words));
        head = split_columns(head, width as u16 + 1).1;
    }
    for (row, (at, program)) in (0..body.height).zip(table.programs.iter().enumerate().skip(table.first)) {
        let (_, line) = split_rows(body, row);
        let (line, _) = split_rows(line, 1);
        draw_row(table, (at, program), view, (&heads, title, gauge), line, sheet);
    }
}

/// All columns from the left, the title among them; whether their words stand at the left.
fn laid(heads: &[Head], title: usize, lang: Lang) -> Vec<(Column, &'static str, usize, bool)> {
    let mut all: Vec<_> = heads
        .iter()
        .map(|(column, words, width)| {
            (*column, *words, *width, matches!(column, Column::Place | Column::Show | Column::Sale))
        })
        .collect();
    let after_id = usize::from(all.first().is_some_and(|head| head.0 == Column::Id));
    all.insert(after_id, (Column::Title, lang.pick("title", "节目"), title, true));
    all
}

fn draw_row(
    table: &Table<'_>,
    (at, program): (usize, &ProgramStock),
    view: &View<'_>,
    (heads, title, gauge): (&[Head], usize, usize),
    area: Rect,
    sheet: &mut Sheet<'_>,
) {
    let followed = table.followed == Some(program.id);
    let chosen = at == table.cursor;
    let sign = match (chosen, followed) {
        (true, true) => "▶●",
        (true, false) => "▶ ",
        (false, true) => " ●",
        (false, false) => "  ",
    };
    let mut spans = vec![sheet.say(Meaning::Key, text::fitted(sign, 2))];
    for (column, _, width, left) in laid(heads, title, sheet.lang) {
        let (words, meaning) = cell(column, program, view, sheet.lang);
        let meaning = if chosen && column == Column::Title { Meaning::Headline } else { meaning };
        let words = if left { text::fitted(&words, width) } else { text::right(&words, width) };
        spans.push(sheet.say(meaning, words));
        spans.push(Span::raw(" "));
    }
    let taken: usize = spans.iter().map(Span::width).sum();
    sheet.put(area, 0, spans);
    if gauge > 0 && program.total > 0 {
        let (_, bar) = split_columns(area, taken as u16);
        let (bar, _) = split_columns(bar, gauge as u16);
        let part = |amount, cell, meaning| Part { amount, cell, style: sheet.theme.style(meaning) };
        let parts = [
            part(program.sold, "█", Meaning::Sold),
            part(program.held, "▓", Meaning::Held),
            part(program.available, "░", Meaning::Free),
        ];
        chart::gauge(&parts, bar, sheet.buf);
    }
}

fn cell(column: Column, program: &ProgramStock, view: &View<'_>, lang: Lang) -> (String, Meaning) {
    let number = |number: u64| (text::count(number), if number == 0 { Meaning::Quiet } else { Meaning::Plain });
    match column {
        Column::Id => (program.id.to_string(), Meaning::Quiet),
        Column::Title => (program.title.clone(), Meaning::Plain),
        Column::Place => (program.place.clone(), Meaning::Quiet),
        Column::Show => (program.show_time.chars().take(16).collect(), Meaning::Quiet),
        Column::Sale => sale(program, view.server_ms, lang),
        Column::Total => (text::count(program.total), Meaning::Quiet),
        Column::Left if program.available == 0 && program.total > 0 => {
            (lang.pick("gone", "售罄").to_owned(), Meaning::Quiet)
        }
        Column::Left => (text::count(program.available), Meaning::Plain),
        Column::Held => number(program.held),
        Column::Sold if program.total == 0 => ("–".to_owned(), Meaning::Quiet),
        Column::Sold => {
            let share = program.sold as f64 * 100.0 / program.total as f64;
            // Not all is all only when all of it is.
            let share = if program.sold < program.total { share.min(99.0) } else { share };
            (format!("{share:.0} %"), if program.sold == 0 { Meaning::Quiet } else { Meaning::Plain })
        }
    }
}

/// Whether it is on sale, told apart by sign and word.
fn sale(program: &ProgramStock, server_ms: i64, lang: Lang) -> (String, Meaning) {
    if program.closed {
        return (lang.pick("✗ off", "✗ 下架").to_owned(), Meaning::Warning);
    }
    if program.on_sale {
        return (lang.pick("✓ on", "✓ 在售").to_owned(), Meaning::Good);
    }
    match program.opens_at_ms.map(|opens| opens.saturating_sub(server_ms) / 1_000).filter(|wait| *wait >= 0) {
        Some(wait) => (format!("{} {}", lang.pick("in", "距"), wait_of(wait)), Meaning::Plain),
        None => (lang.pick("– ended", "– 已停").to_owned(), Meaning::Quiet),
    }
}

/// Seconds in six columns at most.
fn wait_of(seconds: i64) -> String {
    match seconds {
        ..6_000 => format!("{}:{:02}", seconds / 60, seconds % 60),
        6_000..172_800 => format!("{} h", seconds / 3_600),
        172_800..86_400_000 => format!("{} d", seconds / 86_400),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_has_room_in_its_column() {
        assert_eq!([0, 59, 3_725, 7_200, 200_000, i64::MAX].map(wait_of), ["0:00", "0:59", "62:05", "2 h", "2 d", "…"]);
    }
}

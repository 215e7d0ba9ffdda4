//! Names with their values: pairs in columns.
//! Must not stretch a pair over the whole width: a value stands near its name.

use ratatui::layout::Rect;

use crate::tui::{
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Cells between two columns of pairs.
const GAP: usize = 2;
/// Most columns: more are hard to read.
const COLUMNS_MAX: usize = 4;

/// A name, its value, and what that means.
pub type Fact = (String, String, Meaning);

/// Draws them below each other, and beside each other where there is room. The rows that are left come back.
pub fn draw(facts: &[Fact], area: Rect, sheet: &mut Sheet<'_>) -> Rect {
    let fits = |columns: &usize| {
        let taken: usize = columns_of(facts, *columns).map(|column| pair(column) + GAP).sum();
        taken <= usize::from(area.width) + GAP
    };
    let columns = (1..=COLUMNS_MAX.min(facts.len())).rev().find(fits).unwrap_or(1);
    let mut rest = area;
    for column in columns_of(facts, columns) {
        draw_column(column, rest, sheet);
        rest = split_columns(rest, (pair(column) + GAP) as u16).1;
    }
    split_rows(area, facts.len().div_ceil(columns) as u16).1
}

/// The pairs of each column; no column is shorter than the one before but the last.
fn columns_of(facts: &[Fact], columns: usize) -> impl Iterator<Item = &[Fact]> {
    facts.chunks(facts.len().div_ceil(columns).max(1))
}

fn widths(column: &[Fact]) -> (usize, usize) {
    let widest = |of: fn(&Fact) -> &str| column.iter().map(|fact| text::width(of(fact))).max().unwrap_or(0);
    (widest(|fact| &fact.0), widest(|fact| &fact.1))
}

fn pair(column: &[Fact]) -> usize {
    let (names, values) = widths(column);
    names + 2 + values
}

fn draw_column(column: &[Fact], area: Rect, sheet: &mut Sheet<'_>) {
    let (names, values) = widths(column);
    for (row, (name, value, meaning)) in (0..area.height).zip(column) {
        let room = usize::from(area.width).saturating_sub(names + 2);
        let spans = vec![
            sheet.say(Meaning::Quiet, format!("{}  ", text::fitted(name, names))),
            sheet.say(*meaning, text::right(value, values.min(room))),
        ];
        sheet.put(area, row, spans);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn pairs_stand_beside_each_other_where_there_is_room() {
        let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned(), Meaning::Plain);
        let facts = [fact("commits", "12/s"), fact("待写", "0"), fact("file", "12.4 MB"), fact("jobs", "8.1")];
        for width in [20, 44, 90] {
            let screen = drawn((width, 4), Theme::Normal, |area, sheet| {
                draw(&facts, area, sheet);
            });
            insta::assert_snapshot!(format!("facts_{width}"), screen);
        }
    }
}

//! Names with their values: pairs in columns.
//! Must not stretch a pair over the whole width: a value stands near its name.

use ratatui::layout::Rect;

use crate::tui::{
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Cells between two columns of pairs.
const GAP: usize = 3;

/// A name, its value, and what that means.
pub type Fact = (String, String, Meaning);

/// Draws them below each other, and beside each other where there is room. The rows that are left come back.
pub fn draw(facts: &[Fact], area: Rect, sheet: &mut Sheet<'_>) -> Rect {
    let widest = |of: fn(&Fact) -> &str| facts.iter().map(|fact| text::width(of(fact))).max().unwrap_or(0);
    let (names, values) = (widest(|fact| &fact.0), widest(|fact| &fact.1));
    let pair = names + 2 + values;
    let columns = ((usize::from(area.width) + GAP) / (pair + GAP)).clamp(1, 3);
    let rows = facts.len().div_ceil(columns).max(1);
    for (at, (name, value, meaning)) in facts.iter().enumerate() {
        let (_, line) = split_rows(area, (at % rows) as u16);
        let (_, mine) = split_columns(line, ((at / rows) * (pair + GAP)) as u16);
        let room = usize::from(mine.width).saturating_sub(names + 2);
        let spans = vec![
            sheet.say(Meaning::Quiet, format!("{}  ", text::fitted(name, names))),
            sheet.say(*meaning, text::right(value, values.min(room))),
        ];
        sheet.put(mine, 0, spans);
    }
    split_rows(area, rows as u16).1
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

//! The one number that matters, large, and the totals beside it.
//! Must not hold a second large number.

use ratatui::layout::Rect;

use crate::tui::{
    digits,
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Rows it takes.
pub const ROWS: u16 = digits::ROWS;
/// Columns of a total: its name, count and pace.
const NAME: usize = 10;
const COUNT: usize = 10;
const PACE: usize = 9;
const TOTAL: u16 = (NAME + COUNT + PACE) as u16;

/// What it says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Headline {
    /// The number.
    pub number: u64,
    /// What it counts.
    pub caption: String,
    /// What is to be expected of it, or what became of it.
    pub outlook: String,
    /// What is wrong, if anything.
    pub alarm: String,
    /// Totals: a name, a count, a pace a second.
    pub totals: Vec<(&'static str, u64, f64)>,
}

/// Draws it.
pub fn draw(headline: &Headline, area: Rect, sheet: &mut Sheet<'_>) {
    let style = sheet.theme.style(Meaning::Headline);
    digits::draw(headline.number, area, sheet.buf, style);
    let (_, words) = split_columns(area, digits::width(headline.number) + 2);
    let wide = words.width > TOTAL + 16;
    let (words, totals) = split_columns(words, if wide { words.width - TOTAL } else { words.width });
    let words = split_columns(words, if wide { words.width - 1 } else { words.width }).0;
    sheet.put(words, 0, sheet.say(Meaning::Plain, text::cut(&headline.caption, usize::from(words.width))));
    sheet.put(words, 1, sheet.say(Meaning::Quiet, text::cut(&headline.outlook, usize::from(words.width))));
    sheet.put(words, 2, sheet.say(Meaning::Bad, text::cut(&headline.alarm, usize::from(words.width))));
    if wide {
        draw_totals(&headline.totals, totals, sheet);
    }
}

fn draw_totals(totals: &[(&'static str, u64, f64)], area: Rect, sheet: &mut Sheet<'_>) {
    for (row, (name, count, per_s)) in (0..).zip(totals.iter().take(usize::from(area.height))) {
        let (_, mine) = split_rows(area, row);
        let pace = if *per_s > 0.0 { format!("{}/s", text::rate(*per_s)) } else { String::new() };
        let line = vec![
            sheet.say(Meaning::Quiet, text::fitted(name, NAME)),
            sheet.say(Meaning::Plain, text::right(&text::count(*count), COUNT)),
            sheet.say(Meaning::Quiet, text::right(&pace, PACE)),
        ];
        sheet.put(mine, 0, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn the_number_is_large_and_totals_stand_at_the_right() {
        let headline = Headline {
            number: 12_345,
            caption: "seats left of 20,000".to_owned(),
            outlook: "about 2.1 s to go".to_owned(),
            alarm: "12 without an answer".to_owned(),
            totals: vec![("orders", 4_120, 2_310.0), ("paid", 3_010, 912.4), ("sold out", 0, 0.0)],
        };
        for width in [50, 90] {
            let screen = drawn((width, ROWS), Theme::Normal, |area, sheet| draw(&headline, area, sheet));
            insta::assert_snapshot!(format!("headline_{width}"), screen);
        }
    }
}

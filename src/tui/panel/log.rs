//! Sentences with their times, the newest first.
//! Must not cut a sentence while there are rows for it.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    panel::Sheet,
    text::{self, wrapped},
    theme::Meaning,
};

/// Rows that one sentence may take.
const ROWS_MAX: usize = 3;

/// A sentence: how long ago, whether it is worth a look, and its words.
pub type Entry = (String, bool, String);

/// Draws as many as there is room for.
pub fn draw(entries: &[Entry], area: Rect, sheet: &mut Sheet<'_>) {
    let times = entries.iter().map(|(time, ..)| text::width(time)).max().unwrap_or(0);
    let words = usize::from(area.width).saturating_sub(times + 4);
    let mut row = 0;
    for (time, warning, sentence) in entries {
        let lines = wrapped(sentence, words, ROWS_MAX);
        for (at, line) in lines.into_iter().enumerate() {
            let first = at == 0;
            let sign = if *warning && first { "! " } else { "  " };
            let time = if first { text::fitted(time, times) } else { " ".repeat(times) };
            let spans = vec![
                sheet.say(Meaning::Quiet, format!("{time}  ")),
                sheet.say(Meaning::Warning, sign),
                sheet.say(if *warning { Meaning::Warning } else { Meaning::Plain }, line),
            ];
            sheet.put(area, row, Line::from(spans));
            row = row.saturating_add(1);
        }
        if row >= area.height {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn a_long_sentence_goes_on_under_its_first_word() {
        let entry = |time: &str, warning, words: &str| (time.to_owned(), warning, words.to_owned());
        let entries = [
            entry(
                "3 s ago",
                true,
                "inventory of program 1 was rebuilt from the ledger: 12 holds were lost and put right",
            ),
            entry("2:05 ago", false, "节目 1 的库存已由账本重建"),
        ];
        insta::assert_snapshot!(drawn((44, 5), Theme::Normal, |area, sheet| draw(&entries, area, sheet)));
    }
}

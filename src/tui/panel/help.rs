//! The help over a screen: every key and what it does.
//! Must not hold a word of its own about a key: rows come from the keymap.

use ratatui::layout::Rect;

use crate::tui::{panel::Sheet, text, theme::Meaning};

/// Cells around the rows.
const EDGE: u16 = 2;

/// Draws it in the middle of the area, over what is there.
pub fn draw(rows: &[(String, &'static str)], area: Rect, sheet: &mut Sheet<'_>) {
    let keys = rows.iter().map(|(keys, _)| text::width(keys)).max().unwrap_or(0);
    let words = rows.iter().map(|(_, words)| text::width(words)).max().unwrap_or(0);
    let wanted = Rect::new(0, 0, (keys + 2 + words) as u16 + 2 * EDGE, rows.len() as u16 + 2);
    let (width, height) = (wanted.width.min(area.width), wanted.height.min(area.height));
    let frame = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    sheet.blank(frame);
    edge(frame, sheet);
    let inner = Rect {
        x: frame.x + EDGE.min(width),
        y: frame.y + 1.min(height),
        width: width.saturating_sub(2 * EDGE),
        height: height.saturating_sub(2),
    };
    let room = usize::from(inner.width).saturating_sub(keys + 2);
    for (row, (names, words)) in (0..).zip(rows) {
        let line = vec![
            sheet.say(Meaning::Key, text::fitted(names, keys)),
            sheet.say(Meaning::Plain, format!("  {}", text::cut(words, room))),
        ];
        sheet.put(inner, row, line);
    }
}

fn edge(frame: Rect, sheet: &mut Sheet<'_>) {
    let across = usize::from(frame.width.saturating_sub(2));
    let style = Meaning::Quiet;
    for row in 1..frame.height.saturating_sub(1) {
        sheet.put(frame, row, sheet.say(style, "│"));
        sheet.put_right(frame, row, sheet.say(style, "│"));
    }
    sheet.put(frame, 0, sheet.say(style, format!("╭{}╮", "─".repeat(across))));
    sheet.put(
        frame,
        0,
        vec![
            sheet.say(style, "╭─ "),
            sheet.say(Meaning::Title, sheet.lang.pick("Keys", "按键")),
            sheet.say(style, " "),
        ],
    );
    sheet.put(frame, frame.height.saturating_sub(1), sheet.say(style, format!("╰{}╯", "─".repeat(across))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn every_row_of_the_keymap_is_shown() {
        let rows = [("q, Ctrl-C".to_owned(), "stop the run and report"), ("?".to_owned(), "show this help")];
        insta::assert_snapshot!(drawn((50, 6), Theme::Normal, |area, sheet| draw(&rows, area, sheet)));
    }
}

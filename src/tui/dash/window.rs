//! A box over a screen, and words broken into lines for it.
//! Must not know what stands in it.

use ratatui::layout::Rect;

use crate::tui::{panel::Sheet, text, theme::Meaning};

/// Columns between the edge and what stands inside.
const MARGIN: u16 = 2;

/// Opens a box in the middle of the area for so many columns and rows of content, fewer where there is less room. The place
/// for the content comes back.
pub fn open(title: &str, (columns, rows): (u16, u16), area: Rect, sheet: &mut Sheet<'_>) -> Rect {
    let width = columns.saturating_add(2 * MARGIN).min(area.width);
    let height = rows.saturating_add(2).min(area.height);
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    open_at(title, Rect { x, y, width, height }, sheet)
}

/// Opens a box at the bottom of the area.
pub fn open_below(title: &str, rows: u16, area: Rect, sheet: &mut Sheet<'_>) -> Rect {
    let height = rows.saturating_add(2).min(area.height);
    open_at(title, Rect { y: area.bottom() - height, height, ..area }, sheet)
}

/// How many rows of content a box has room for.
pub const fn room(area: Rect) -> u16 {
    area.height.saturating_sub(2)
}

fn open_at(title: &str, frame: Rect, sheet: &mut Sheet<'_>) -> Rect {
    sheet.blank(frame);
    let across = usize::from(frame.width.saturating_sub(2));
    let quiet = Meaning::Quiet;
    for row in 1..frame.height.saturating_sub(1) {
        sheet.put(frame, row, sheet.say(quiet, "│"));
        sheet.put_right(frame, row, sheet.say(quiet, "│"));
    }
    if frame.height > 1 {
        sheet.put(frame, frame.height - 1, sheet.say(quiet, format!("╰{}╯", "─".repeat(across))));
    }
    sheet.put(frame, 0, sheet.say(quiet, format!("╭{}╮", "─".repeat(across))));
    let title = text::cut(title, across.saturating_sub(4));
    if !title.is_empty() {
        sheet.put(frame, 0, vec![sheet.say(quiet, "╭─ "), sheet.say(Meaning::Title, title), sheet.say(quiet, " ")]);
    }
    Rect {
        x: frame.x + MARGIN.min(frame.width),
        y: frame.y + 1.min(frame.height),
        width: frame.width.saturating_sub(2 * MARGIN),
        height: frame.height.saturating_sub(2),
    }
}

/// The words in lines of at most so many columns, broken at spaces, or after any Chinese character. Nothing is cut off: a number
/// that is too long goes on in the next line.
pub fn wrapped(words: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(words) {
        let wide = text::width(piece.trim_end());
        if wide <= columns {
            put(piece, wide, columns, &mut lines);
        } else {
            for (at, char) in piece.char_indices() {
                let char = &piece[at..at + char.len_utf8()];
                put(char, text::width(char), columns, &mut lines);
            }
        }
    }
    lines.iter().map(|line| text::cut(line.trim_end(), columns)).collect()
}

/// Adds a piece to the last line, or to a new one where it has no room.
fn put(piece: &str, wide: usize, columns: usize, lines: &mut Vec<String>) {
    let taken = lines.last().map_or(0, |line| text::width(line));
    if taken > 0 && taken + wide > columns {
        lines.push(String::new());
    }
    if let Some(line) = lines.last_mut() {
        line.push_str(piece);
    }
}

/// What must not be broken: a word with the space after it, or one wide character with the mark after it.
fn pieces(words: &str) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let mut chars = words.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let end = at + char.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        let wide = |char: char| text::width(char.encode_utf8(&mut [0; 4])) > 1;
        let may_break = char == ' ' || wide(char) || next.is_some_and(wide);
        let clings =
            next.is_some_and(|next| matches!(next, ' ' | '，' | '。' | '：' | '；' | '？' | '」' | '》' | '”'));
        if may_break && !clings && char != '《' && char != '“' {
            pieces.push(&words[start..end]);
            start = end;
        }
    }
    pieces.push(&words[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn english_breaks_at_spaces_and_chinese_between_characters() {
        assert_eq!(wrapped("its 2 seats go back on sale", 12), ["its 2 seats", "go back on", "sale"]);
        assert_eq!(wrapped("取消订单：座位重新开售。", 10), ["取消订单：", "座位重新开", "售。"]);
        assert_eq!(wrapped("取消 7 的订单 12345。", 8), ["取消 7", "的订单", "12345。"]);
        assert_eq!(wrapped("1234567890：座", 4), ["1234", "5678", "90：", "座"]);
        assert_eq!(wrapped("", 4), [""]);
        assert!(wrapped("a b", 0).iter().all(String::is_empty));
    }

    #[test]
    fn a_box_copes_with_any_room() {
        for width in 0..12 {
            for height in 0..5 {
                drawn((width, height), Theme::Normal, |area, sheet| {
                    let inner = open("座位 Title", (40, 9), area, sheet);
                    assert_eq!(inner.intersection(area), inner, "inside {width}×{height}");
                    open_below("Title", 9, area, sheet);
                });
            }
        }
    }
}

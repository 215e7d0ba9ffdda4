//! The last line of a screen: the keys that help most.
//! Must not name a key that is not in the keymap.

use ratatui::layout::Rect;

use crate::tui::{panel::Sheet, theme::Meaning};

/// Draws as many as there is room for, each a key and what it does.
pub fn draw(keys: &[(String, &'static str)], area: Rect, sheet: &mut Sheet<'_>) {
    let mut line = Vec::new();
    let mut taken = 0;
    for (key, word) in keys {
        let spans = [sheet.say(Meaning::Key, key.clone()), sheet.say(Meaning::Quiet, format!(" {word}   "))];
        let width: usize = spans.iter().map(ratatui::text::Span::width).sum();
        if taken + width.saturating_sub(3) > usize::from(area.width) {
            break;
        }
        taken += width;
        line.extend(spans);
    }
    sheet.put(area, 0, line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn a_key_is_shown_whole_or_not_at_all() {
        let keys = [("q".to_owned(), "stop"), ("p".to_owned(), "freeze"), ("?".to_owned(), "help")];
        let line = |width| drawn((width, 1), Theme::Normal, |area, sheet| draw(&keys, area, sheet)).to_string();
        assert_eq!(line(26), "\"q stop   p freeze   ? help\"\n");
        assert_eq!(line(25), "\"q stop   p freeze        \"\n");
        assert_eq!(line(5), "\"     \"\n");
    }
}

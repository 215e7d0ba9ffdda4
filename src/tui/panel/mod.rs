//! Panels, one a file: plain values in, cells out. Whatever screen has the values can show the panel.
//! Must not know whose values they are, nor remember anything between two frames.

pub mod arrivals;
pub mod bars;
pub mod burn_down;
pub mod facts;
pub mod footer;
pub mod generator;
pub mod heading;
pub mod headline;
pub mod help;
pub mod latency;
pub mod log;
pub mod orders;
pub mod queue;
pub mod rejections;
pub mod stock;
pub mod timing;
pub mod versions;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::{Line, Span},
};

use crate::tui::{
    lang::Lang,
    text,
    theme::{Meaning, Theme},
};

/// What is drawn on, and in which theme.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The cells.
    pub buf: &'a mut Buffer,
    /// Their looks.
    pub theme: Theme,
    /// The language of words.
    pub lang: Lang,
}

impl Sheet<'_> {
    /// Words in the style of their meaning.
    pub fn say(&self, meaning: Meaning, words: impl Into<String>) -> Span<'static> {
        Span::styled(words.into(), self.theme.style(meaning))
    }

    /// Puts a line into a row of the area, if it has that row. Nothing of what was there shines through.
    pub fn put(&mut self, area: Rect, row: u16, line: impl Into<Line<'static>>) {
        let at = Position { x: area.x, y: area.y.saturating_add(row) };
        // A terminal may be smaller than whatever is drawn in it.
        if row >= area.height || !self.buf.area.contains(at) {
            return;
        }
        let (line, y) = (line.into(), at.y);
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
        self.blank(Rect { y, width, height: 1, ..area });
        self.buf.set_line(area.x, y, &line, area.width);
    }

    /// Puts a line at the right end of a row.
    pub fn put_right(&mut self, area: Rect, row: u16, line: impl Into<Line<'static>>) {
        let line = line.into();
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
        self.put(Rect { x: area.right() - width, width, ..area }, row, line);
    }

    /// The head of a panel: its name, a rule, a note at the right. What is left for its content comes back.
    pub fn titled(&mut self, area: Rect, name: &str, note: Line<'static>) -> Rect {
        let columns = usize::from(area.width);
        self.put(area, 0, self.say(Meaning::Quiet, "─".repeat(columns)));
        let room = columns.saturating_sub(text::width(name) + 2);
        let name = self.say(Meaning::Title, format!("{name} "));
        self.put(area, 0, name);
        if note.width() > 0 && note.width() < room {
            let mut spans = vec![Span::raw(" ")];
            spans.extend(note.spans);
            self.put_right(area, 0, spans);
        }
        Rect { y: area.y.saturating_add(1).min(area.bottom()), height: area.height.saturating_sub(1), ..area }
    }

    /// Says that there is nothing to show yet.
    pub fn nothing_yet(&mut self, area: Rect) {
        self.put(area, 0, self.say(Meaning::Quiet, self.lang.pick("no data yet", "暂无数据")));
    }

    /// Makes every cell of the area empty.
    pub fn blank(&mut self, area: Rect) {
        for position in area.intersection(self.buf.area).positions() {
            self.buf[position].reset();
        }
    }
}

/// The first rows of an area, and the rest of it.
pub fn split_rows(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// The first columns of an area, and the rest of it.
pub fn split_columns(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (Rect { width: columns, ..area }, Rect { x: area.x + columns, width: area.width - columns, ..area })
}

/// Areas below each other, each with at least and at most so many rows. Those at the end get none where there is no room for
/// them; what is left over goes to all that can use it, from the first.
pub fn stack(area: Rect, wanted: &[(u16, u16)]) -> Vec<Rect> {
    let mut rows = Vec::with_capacity(wanted.len());
    let mut left = area.height;
    for (least, _) in wanted {
        let mine = if *least <= left { *least } else { 0 };
        left -= mine;
        rows.push(mine);
    }
    let mut given = true;
    while left > 0 && given {
        given = false;
        for (mine, (_, most)) in rows.iter_mut().zip(wanted) {
            if *mine > 0 && *mine < *most && left > 0 {
                (*mine, left, given) = (*mine + 1, left - 1, true);
            }
        }
    }
    let mut rest = area;
    let take = |rows| {
        let (mine, after) = split_rows(rest, rows);
        rest = after;
        mine
    };
    rows.into_iter().map(take).collect()
}

/// Columns beside each other, equally wide, with a gap between them.
pub fn beside<const N: usize>(area: Rect, gap: u16) -> [Rect; N] {
    let all = u16::try_from(N).unwrap_or(1).max(1);
    let each = area.width.saturating_sub(gap.saturating_mul(all - 1)) / all;
    let mut rest = area;
    std::array::from_fn(|at| {
        if at + 1 == N {
            return rest;
        }
        let (mine, after) = split_columns(rest, each);
        rest = split_columns(after, gap).1;
        mine
    })
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;

    #[test]
    fn areas_get_what_they_need_first_and_what_they_can_use_then() {
        let heights = |height, wanted: &[(u16, u16)]| -> Vec<u16> {
            stack(Rect::new(0, 0, 9, height), wanted).iter().map(|area| area.height).collect()
        };
        assert_eq!(heights(20, &[(2, 4), (3, 99), (2, 3)]), [4, 13, 3]);
        assert_eq!(heights(6, &[(2, 4), (3, 99), (2, 3)]), [3, 3, 0]);
        assert_eq!(heights(50, &[(2, 4), (3, 9)]), [4, 9]);
        assert_eq!(heights(0, &[(2, 4)]), [0]);
    }

    #[test]
    fn a_line_beside_the_cells_is_left_out() {
        let mut buf = Buffer::empty(Rect::new(3, 2, 0, 5));
        let sheet = &mut Sheet { theme: Theme::Normal, lang: Lang::En, buf: &mut buf };
        sheet.put(Rect::new(2, 4, 1, 1), 0, Span::raw("x"));
        sheet.put_right(Rect::new(0, 0, 9, 9), 8, Span::raw("x"));
        assert_eq!(buf, Buffer::empty(Rect::new(3, 2, 0, 5)));
    }

    #[test]
    fn a_line_over_another_keeps_its_own_looks() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 2));
        let area = buf.area;
        let sheet = &mut Sheet { theme: Theme::Normal, lang: Lang::En, buf: &mut buf };
        sheet.titled(area, "Seats", Line::default());
        assert_eq!(buf[(0, 0)].modifier, Modifier::BOLD, "the rule under the name is dim, the name is not");
        assert_eq!(buf[(19, 0)].modifier, Modifier::DIM);
    }
}

#[cfg(test)]
pub mod drawing {
    //! Panels drawn for a look at them.

    use ratatui::{Frame, Terminal, backend::TestBackend, layout::Rect};

    use super::Sheet;
    use crate::tui::{lang::Lang, theme::Theme};

    /// Draws over a screen of this size.
    pub fn drawn(size: (u16, u16), theme: Theme, draw: impl FnOnce(Rect, &mut Sheet<'_>)) -> TestBackend {
        spoken(size, theme, Lang::En, draw)
    }

    /// Draws over a screen of this size, in this language.
    pub fn spoken(
        (width, height): (u16, u16),
        theme: Theme,
        lang: Lang,
        draw: impl FnOnce(Rect, &mut Sheet<'_>),
    ) -> TestBackend {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let over = |frame: &mut Frame<'_>| {
            draw(frame.area(), &mut Sheet { theme, lang, buf: frame.buffer_mut() });
        };
        terminal.draw(over).unwrap();
        terminal.backend().clone()
    }
}

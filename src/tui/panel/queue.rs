//! Orders that wait to be written.
//! Must not draw an empty queue as a missing one.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Fold, Track},
    panel::Sheet,
    text,
    theme::Meaning,
};

/// Fewest columns in which both peak and age stand beside the title.
const BOTH_MIN: u16 = 52;

/// What the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Queue {
    /// Waiting now, where somebody could be asked.
    pub depth: Option<u64>,
    /// Over time.
    pub depths: Track,
    /// For how long the oldest has waited, where that is known.
    pub oldest_us: Option<u64>,
}

/// Draws it.
pub fn draw(queue: &Queue, area: Rect, sheet: &mut Sheet<'_>) {
    let mut note = Line::default();
    if let Some(depth) = queue.depth {
        note.push_span(sheet.say(Meaning::Plain, text::count(depth)));
        note.push_span(sheet.say(Meaning::Quiet, sheet.lang.pick(" waiting", " 等待")));
        if queue.oldest_us.is_none() || area.width >= BOTH_MIN {
            note.push_span(sheet.say(Meaning::Quiet, sheet.lang.pick("  peak ", "  峰值 ")));
            note.push_span(sheet.say(Meaning::Plain, text::count(queue.depths.peak() as u64)));
        }
    }
    if let Some(oldest_us) = queue.oldest_us {
        note.push_span(sheet.say(Meaning::Quiet, sheet.lang.pick("  oldest ", "  最久 ")));
        note.push_span(sheet.say(Meaning::Plain, text::span(oldest_us)));
    }
    let inner = sheet.titled(area, sheet.lang.pick("Queue", "队列"), note);
    if queue.depth.is_none() {
        sheet.nothing_yet(inner);
    } else if queue.depths.peak() == 0.0 {
        sheet.put(inner, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("empty all along", "一直为空")));
    } else {
        let style = sheet.theme.style(Meaning::Held);
        chart::columns(&queue.depths, Fold::Max, queue.depths.peak(), inner, sheet.buf, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn a_queue_that_grew_and_drains() {
        let values = (0..20).map(|at| f64::from(at * (20 - at))).collect();
        let queue = Queue { depth: Some(19), depths: Track { values, slots: 30 }, oldest_us: None };
        insta::assert_snapshot!(drawn((40, 4), Theme::Normal, |area, sheet| draw(&queue, area, sheet)));
    }

    #[test]
    fn an_empty_queue_is_not_a_missing_one() {
        let empty = Queue { depth: Some(0), depths: Track { values: vec![0.0; 9], slots: 30 }, oldest_us: None };
        insta::assert_snapshot!(drawn((40, 3), Theme::Normal, |area, sheet| draw(&empty, area, sheet)));
        let missing = drawn((40, 3), Theme::Normal, |area, sheet| draw(&Queue::default(), area, sheet));
        assert!(missing.to_string().contains("no data yet"));
    }
}

//! Free seats over time, and where they will be if they go on like that.
//! Must not draw a projection without saying at which pace.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Fold, Track},
    panel::{Sheet, split_rows},
    text,
    theme::Meaning,
};

/// The cell of a projection.
const DOT: &str = "·";
/// The future takes at most as many slots as the past, and at least so many.
const FUTURE_MIN: usize = 30;

/// What the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BurnDown {
    /// Free seats, one value a slot.
    pub left: Track,
    /// All seats: as many fill the chart. 0 where nobody knows: then as many as were ever left.
    pub total: u64,
    /// Seats a slot that go now; none where that cannot be known.
    pub per_slot: Option<f64>,
    /// Seconds of a slot.
    pub slot_s: f64,
}

/// Draws it.
pub fn draw(burn: &BurnDown, area: Rect, sheet: &mut Sheet<'_>) {
    let mut note = Line::default();
    if burn.per_slot.is_some() {
        note.spans.push(sheet.say(Meaning::Planned, DOT.repeat(2)));
        note.spans.push(sheet.say(Meaning::Quiet, sheet.lang.pick(" at this pace", " 按当前速度")));
    }
    let inner = sheet.titled(area, sheet.lang.pick("Seats left", "余票走势"), note);
    if burn.left.peak() == 0.0 {
        let words = if burn.left.values.is_empty() { ("no data yet", "暂无数据") } else { ("none", "无余票") };
        sheet.put(inner, 0, sheet.say(Meaning::Quiet, sheet.lang.pick(words.0, words.1)));
        return;
    }
    let with_axis = inner.height >= 4;
    let (chart, axis) = split_rows(inner, inner.height.saturating_sub(u16::from(with_axis)));
    let past = burn.left.values.len();
    let last = burn.left.values.last().copied().unwrap_or(0.0);
    let to_go = burn.per_slot.map_or(0, |per_slot| (last / per_slot).ceil().min(1e9) as usize);
    let slots = (past + to_go.min(past.max(FUTURE_MIN))).max(burn.left.slots);
    let track = Track { values: burn.left.values.clone(), slots };
    let top = burn.left.peak().max(burn.total as f64);
    let style = sheet.theme.style(Meaning::Sold);
    if let Some(per_slot) = burn.per_slot {
        projection((past, slots), last, (per_slot, top), chart, sheet);
    }
    chart::columns(&track, Fold::Last, top, chart, sheet.buf, style);
    if with_axis {
        draw_axis(burn, (past, slots), top, axis, sheet);
    }
}

fn projection(
    (past, slots): (usize, usize),
    last: f64,
    (per_slot, top): (f64, f64),
    area: Rect,
    sheet: &mut Sheet<'_>,
) {
    let style = sheet.theme.style(Meaning::Planned);
    for column in 0..area.width {
        let slot = (usize::from(column) + 1) * slots / usize::from(area.width).max(1);
        let value = last - per_slot * (slot.saturating_sub(past)) as f64;
        if slot <= past || value < 0.0 {
            continue;
        }
        let above = (value / top * f64::from(area.height)).floor() as u16;
        let y = area.bottom().saturating_sub(1 + above.min(area.height.saturating_sub(1)));
        if area.height > 0 {
            sheet.buf.set_string(area.x + column, y, DOT, style);
        }
    }
}

/// How long ago it begins, where now is, and the top of the chart.
fn draw_axis(burn: &BurnDown, (past, slots): (usize, usize), top: f64, area: Rect, sheet: &mut Sheet<'_>) {
    let span = text::clock(past as f64 * burn.slot_s);
    let begins = sheet.lang.pick("ago", "前");
    sheet.put(area, 0, sheet.say(Meaning::Quiet, format!("{span} {begins}")));
    let peak = format!("{} {}", sheet.lang.pick("top", "最高"), text::count(top as u64));
    let taken = text::width(&span) + text::width(begins) + 1;
    let now = sheet.lang.pick("now", "现在");
    let at = (past * usize::from(area.width) / slots.max(1)).saturating_sub(text::width(now));
    let free = usize::from(area.width).saturating_sub(text::width(&peak) + 2);
    if at > taken + 1 && at + text::width(now) < free {
        let here = Rect { x: area.x + at as u16, width: area.width - at as u16, ..area };
        sheet.put(here, 0, sheet.say(Meaning::Quiet, now));
    }
    if taken + 2 < free {
        sheet.put_right(area, 0, sheet.say(Meaning::Quiet, peak));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn the_future_is_dotted_to_the_last_seat() {
        let left = Track { values: (0..40).map(|at| 9_000.0 - 120.0 * f64::from(at)).collect(), slots: 60 };
        let burn = BurnDown { left, total: 0, per_slot: Some(120.0), slot_s: 1.0 };
        for (width, height) in [(40, 6), (70, 12)] {
            let screen = drawn((width, height), Theme::Normal, |area, sheet| draw(&burn, area, sheet));
            insta::assert_snapshot!(format!("burn_down_{width}"), screen);
        }
    }

    #[test]
    fn without_a_pace_there_is_no_line() {
        let left = Track { values: vec![500.0; 50], slots: 60 };
        let burn = BurnDown { left, total: 0, per_slot: None, slot_s: 1.0 };
        let screen = drawn((40, 6), Theme::Normal, |area, sheet| draw(&burn, area, sheet)).to_string();
        assert!(!screen.contains(DOT) && !screen.contains("pace"), "{screen}");
    }
}

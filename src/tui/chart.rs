//! Charts of block characters: columns over time, a plan behind them, a gauge of parts.
//! Must not know what the values mean, nor draw outside the area.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// Fillings of a cell from the bottom, in eighths.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// A cell that is planned and not filled.
const SHADE: &str = "░";

/// Values of a run from its start, one a slot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Track {
    /// As far as the run has come.
    pub values: Vec<f64>,
    /// As many as there will be; at least as many as there are.
    pub slots: usize,
}

/// How the values of several slots become one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// Rates.
    Mean,
    /// What must not be missed: latencies, queues.
    Max,
    /// Levels.
    Last,
}

impl Track {
    /// The largest value, or 0.
    pub fn peak(&self) -> f64 {
        self.values.iter().copied().fold(0.0, f64::max)
    }

    /// One value a column; none where the run has not come to.
    fn columns(&self, columns: usize, fold: Fold) -> Vec<Option<f64>> {
        let slots = self.slots.max(self.values.len()).max(1);
        let column = |at: usize| {
            let from = at * slots / columns;
            let to = ((at + 1) * slots / columns).max(from + 1).min(self.values.len());
            let values = self.values.get(from..to)?;
            match fold {
                Fold::Mean if values.is_empty() => None,
                Fold::Mean => Some(values.iter().sum::<f64>() / values.len() as f64),
                Fold::Max => values.iter().copied().reduce(f64::max),
                Fold::Last => values.last().copied(),
            }
        };
        (0..columns).map(column).collect()
    }

    /// The largest column when drawn this wide, or 0.
    pub fn top(&self, columns: u16, fold: Fold) -> f64 {
        self.columns(usize::from(columns), fold).into_iter().flatten().fold(0.0, f64::max)
    }
}

/// Draws columns from the bottom of the area; `top` fills it. What is not nothing shows at least an eighth.
pub fn columns(track: &Track, fold: Fold, top: f64, area: Rect, buf: &mut Buffer, style: Style) {
    let full = f64::from(area.height) * 8.0;
    for (x, value) in (area.x..).zip(track.columns(usize::from(area.width), fold)) {
        let Some(value) = value.filter(|value| *value > 0.0 && top > 0.0) else { continue };
        let mut eighths = ((value / top).min(1.0) * full).round().max(1.0) as usize;
        for y in (area.y..area.bottom()).rev() {
            if eighths == 0 {
                break;
            }
            buf.set_string(x, y, EIGHTHS[eighths.min(8)], style);
            eighths = eighths.saturating_sub(8);
        }
    }
}

/// Shades whole cells up to what is planned, for [`columns`] to be drawn over.
pub fn plan(track: &Track, top: f64, area: Rect, buf: &mut Buffer, style: Style) {
    for (x, value) in (area.x..).zip(track.columns(usize::from(area.width), Fold::Mean)) {
        let Some(value) = value.filter(|value| *value > 0.0 && top > 0.0) else { continue };
        let cells = ((value / top).min(1.0) * f64::from(area.height)).round() as u16;
        for y in area.bottom() - cells.min(area.height)..area.bottom() {
            buf.set_string(x, y, SHADE, style);
        }
    }
}

/// A part of a whole, and the cells that show it.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// How much.
    pub amount: u64,
    /// Its cell.
    pub cell: &'static str,
    /// In this style.
    pub style: Style,
}

/// Draws the parts of a whole one after another over the first row of the area.
pub fn gauge(parts: &[Part], area: Rect, buf: &mut Buffer) {
    let whole: u64 = parts.iter().map(|part| part.amount).sum();
    if whole == 0 || area.is_empty() {
        return;
    }
    let mut before = 0;
    for part in parts {
        let cell = |amount: u64| (amount as f64 / whole as f64 * f64::from(area.width)).round() as u16;
        for x in cell(before)..cell(before + part.amount) {
            buf.set_string(area.x + x, area.y, part.cell, part.style);
        }
        before += part.amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(track: &Track, width: u16, height: u16) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        columns(track, Fold::Max, 16.0, buf.area, &mut buf, Style::new());
        buf
    }

    #[test]
    fn columns_grow_by_eighths_and_leave_the_future_empty() {
        let track = Track { values: vec![16.0, 12.0, 1.0, 0.0], slots: 6 };
        assert_eq!(drawn(&track, 6, 2), Buffer::with_lines(["█▄    ", "██▁   "]));
    }

    #[test]
    fn a_peak_is_not_lost_when_many_slots_share_a_column() {
        let mut values = vec![0.0; 1_000];
        values[617] = 16.0;
        assert_eq!(drawn(&Track { values, slots: 1_000 }, 5, 1), Buffer::with_lines(["   █ "]));
    }

    #[test]
    fn few_slots_are_stretched() {
        assert_eq!(drawn(&Track { values: vec![16.0], slots: 2 }, 6, 1), Buffer::with_lines(["███   "]));
    }

    #[test]
    fn a_gauge_is_always_full() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 7, 1));
        let parts = [(1, "a"), (1, "b"), (1, "c")];
        let parts = parts.map(|(amount, cell)| Part { amount, cell, style: Style::new() });
        gauge(&parts, buf.area, &mut buf);
        assert_eq!(buf, Buffer::with_lines(["aabbbcc"]));
    }
}

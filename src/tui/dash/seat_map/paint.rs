//! The picture of a hall: stage, names, row numbers, seats, cursor.
//! Must not draw outside its area, nor scan a seat that is not on screen.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::{
    layout::{Block, Layout, Scale},
    look::{Brush, ColourBy},
    plan::{Line, Plan},
    tally::{self, Seats, Tally},
};
use crate::tui::{
    panel::Sheet,
    text,
    theme::{Meaning, Theme},
};

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// The hall in seats.
    pub plan: &'a Plan,
    /// The hall in cells.
    pub layout: &'a Layout,
    /// How the seats are.
    pub seats: Seats<'a>,
    /// What each category is called, by its place in the plan.
    pub names: &'a [String],
    /// What cells look like.
    pub brush: Brush,
    /// The seat under the cursor.
    pub cursor: Option<usize>,
}

/// Which part of a layout is on screen, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its cells on screen.
    pub area: Rect,
    /// The cell of the layout at its upper left.
    pub origin: (u32, u32),
    /// Columns at the left of it that are kept for the numbers of rows.
    pub gutter: u16,
}

impl Window {
    /// The part of a layout that an area shows: as near as can be to `wanted`, with the cursor's cell in it.
    #[must_use]
    pub fn new(layout: &Layout, area: Rect, wanted: (u32, u32), cursor: Option<(u32, u32)>) -> Self {
        let wider = layout.width > u32::from(area.width);
        let gutter = if wider { (layout.gutter as u16).min(area.width / 2) } else { 0 };
        let inner = Rect { x: area.x + gutter, width: area.width - gutter, ..area };
        let (x, left) = slide(layout.width, inner.width, wanted.0, cursor.map(|cursor| cursor.0));
        let (y, above) = slide(layout.height, inner.height, wanted.1, cursor.map(|cursor| cursor.1));
        let area =
            Rect { x: inner.x + left, y: inner.y + above, width: inner.width - left, height: inner.height - above };
        Self { area, origin: (x, y), gutter }
    }

    /// The layout's cell at a position of the screen.
    #[must_use]
    pub fn cell(&self, x: u16, y: u16) -> Option<(u32, u32)> {
        let inside = self.area.contains((x, y).into());
        inside.then(|| (self.origin.0 + u32::from(x - self.area.x), self.origin.1 + u32::from(y - self.area.y)))
    }

    /// The position on screen of a layout's cell.
    fn place(&self, (x, y): (u32, u32)) -> Option<(u16, u16)> {
        let x = x.checked_sub(self.origin.0).filter(|x| *x < u32::from(self.area.width))?;
        let y = y.checked_sub(self.origin.1).filter(|y| *y < u32::from(self.area.height))?;
        Some((self.area.x + x as u16, self.area.y + y as u16))
    }
}

/// The first cell that is shown, and the cells that stay empty before it: what is smaller than the room stands in its middle.
fn slide(length: u32, room: u16, wanted: u32, cursor: Option<u32>) -> (u32, u16) {
    let room = u32::from(room);
    if length <= room {
        return (0, ((room - length) / 2) as u16);
    }
    let margin = (room / 6).min(4);
    let mut first = wanted;
    if let Some(cursor) = cursor {
        let (low, high) = ((cursor + margin + 1).saturating_sub(room), cursor.saturating_sub(margin));
        first = first.clamp(low.min(high), high);
    }
    (first.min(length - room), 0)
}

/// Draws it.
pub fn draw(picture: &Picture<'_>, window: Window, stage: &str, sheet: &mut Sheet<'_>) {
    let Picture { layout, .. } = picture;
    if layout.captions {
        draw_stage(layout, window, stage, sheet);
    }
    let mut row_numbers = Vec::new();
    for block in &layout.blocks {
        let right = window.origin.0 + u32::from(window.area.width);
        let bottom = window.origin.1 + u32::from(window.area.height);
        let seen = block.x < right && block.x + block.columns > window.origin.0;
        if !seen || block.y.saturating_sub(1) >= bottom || block.y + block.rows <= window.origin.1 {
            continue;
        }
        draw_name(picture, block, window, sheet);
        draw_block(picture, block, window, sheet.buf);
        row_numbers.push(block);
    }
    if layout.gutter > 0 {
        row_numbers.iter().for_each(|block| draw_numbers(picture, block, window, sheet));
    }
    draw_cursor(picture, window, sheet.buf);
}

fn draw_stage(layout: &Layout, window: Window, word: &str, sheet: &mut Sheet<'_>) {
    let Some((_, y)) = window.place((window.origin.0, 0)) else { return };
    let columns = (layout.width * 2 / 3).max(text::width(word) as u32 + 6).min(u32::from(window.area.width)) as usize;
    let rule = columns.saturating_sub(text::width(word) + 4) / 2;
    let line = format!("╭{0} {word} {0}╮", "─".repeat(rule));
    let span = u32::from(window.area.width).min(layout.width);
    let left = (span as usize).saturating_sub(text::width(&line)) / 2;
    let area = Rect { y, height: 1, ..window.area };
    let area = Rect { x: area.x + left as u16, width: area.width - left as u16, ..area };
    sheet.put(area, 0, sheet.say(Meaning::Quiet, text::cut(&line, usize::from(area.width))));
}

/// The name of a block's category, over the first of its blocks.
fn draw_name(picture: &Picture<'_>, block: &Block, window: Window, sheet: &mut Sheet<'_>) {
    let Some(y) = picture.layout.caption(block.group) else { return };
    if block.first_line > 0 {
        return;
    }
    let Some((_, y)) = window.place((window.origin.0, y)) else { return };
    let Some(name) = picture.names.get(block.group) else { return };
    let blocks = picture.layout.of_group(block.group);
    let (from, to) = (blocks[0].x, blocks.last().map_or(0, |last| last.x + last.columns));
    let left = from.max(window.origin.0);
    let right = to.min(window.origin.0 + u32::from(window.area.width));
    // A narrow block may have a wider name: it spreads evenly to both sides as far as there is room.
    let width = text::width(name) as u32;
    let middle = left + right.saturating_sub(left) / 2;
    let last = (window.origin.0 + u32::from(window.area.width)).saturating_sub(width);
    let x = middle.saturating_sub(width / 2).min(last).max(window.origin.0);
    let x = window.area.x + (x - window.origin.0) as u16;
    let area = Rect { x, y, width: window.area.right().saturating_sub(x), height: 1 };
    let place = picture.plan.groups[block.group].category.unwrap_or(0);
    let meaning = match picture.brush.by {
        ColourBy::Category => Meaning::Category(place as u8),
        _ => Meaning::Quiet,
    };
    sheet.put(area, 0, sheet.say(meaning, text::cut(name, usize::from(area.width))));
}

/// The seats of a block, as far as they are on screen.
fn draw_block(picture: &Picture<'_>, block: &Block, window: Window, buf: &mut Buffer) {
    let step = picture.layout.scale.step();
    let skipped = window.origin.0.saturating_sub(block.x).div_ceil(step);
    let end = (window.origin.0 + u32::from(window.area.width)).min(block.x + block.columns);
    let cells = end.saturating_sub(block.x + skipped * step).div_ceil(step) as usize;
    let first_row = window.origin.1.saturating_sub(block.y);
    let last_row = (window.origin.1 + u32::from(window.area.height)).saturating_sub(block.y).min(block.rows);
    let category = picture.plan.groups[block.group].category;
    let (mut upper, mut lower) = (vec![Tally::default(); cells], vec![Tally::default(); cells]);
    for row in first_row..last_row {
        let lines = picture.layout.lines(picture.plan, block, row);
        count(picture, lines, skipped, (&mut upper, &mut lower));
        let Some((mut x, y)) = window.place((block.x + skipped * step, block.y + row)) else { continue };
        for (upper, lower) in upper.iter().zip(&lower) {
            let look = match picture.layout.scale {
                Scale::Far { .. } => picture.brush.far(upper, category),
                Scale::Half => picture.brush.half(upper, lower, category),
                Scale::Single => picture.brush.seat(upper, category, false),
                Scale::Wide => picture.brush.seat(upper, category, true),
            };
            if let Some((glyph, style)) = look {
                let glyph = lettered(picture.brush, glyph, upper, category, picture.layout.scale).unwrap_or(glyph);
                buf[(x, y)].set_symbol(glyph).set_style(style);
            }
            x += step as u16;
        }
    }
}

/// Counts the seats of one line of cells: all rows together, or the two halves apart.
fn count(picture: &Picture<'_>, lines: &[Line], first: u32, (upper, lower): (&mut [Tally], &mut [Tally])) {
    let (across, _) = picture.layout.scale.seats();
    upper.fill(Tally::default());
    lower.fill(Tally::default());
    for (at, line) in lines.iter().enumerate() {
        let cells = if at == 1 && picture.layout.scale == Scale::Half { &mut *lower } else { &mut *upper };
        tally::add_line(picture.plan, *line, picture.seats, (first, across), cells);
    }
}

/// Categories without colour have letters, where a seat has a cell of its own: small while it is not sold.
fn lettered(brush: Brush, glyph: &str, tally: &Tally, category: Option<usize>, scale: Scale) -> Option<&'static str> {
    const SMALL: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
    const LARGE: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
    let asked = brush.by == ColourBy::Category && brush.theme == Theme::Mono && scale.numbers_rows();
    if !asked || glyph.is_empty() {
        return None;
    }
    let place = category? % SMALL.len();
    match (tally.free, tally.sold) {
        (0, 0) => Some(SMALL[place]),
        (0, _) => Some(LARGE[place]),
        _ => None,
    }
}

/// The numbers of a block's rows: before it, or at the left where the block begins further to the left.
fn draw_numbers(picture: &Picture<'_>, block: &Block, window: Window, sheet: &mut Sheet<'_>) {
    let digits = picture.layout.gutter.saturating_sub(1) as u16;
    let style = sheet.theme.style(Meaning::Quiet);
    for row in 0..block.rows {
        let Some((x, y)) = window.place((block.x.max(window.origin.0), block.y + row)) else { continue };
        let Some(line) = picture.layout.lines(picture.plan, block, row).first() else { continue };
        let Some(left) = x.checked_sub(digits + 1) else { continue };
        let start = window.area.x.saturating_sub(window.gutter);
        if left >= start {
            sheet.buf.set_stringn(
                left,
                y,
                text::right(&line.row.to_string(), usize::from(digits)),
                digits.into(),
                style,
            );
        }
    }
}

fn draw_cursor(picture: &Picture<'_>, window: Window, buf: &mut Buffer) {
    let spot = picture.cursor.and_then(|seat| picture.plan.spot(seat));
    let Some((x, y)) = spot.and_then(|spot| window.place(picture.layout.cell(spot))) else { return };
    let strong = Style::new().add_modifier(Modifier::BOLD);
    if picture.layout.scale == Scale::Wide {
        for (x, bracket) in [(x.checked_sub(1), "["), (x.checked_add(1), "]")] {
            let Some(x) = x.filter(|x| (window.area.x.saturating_sub(window.gutter)..window.area.right()).contains(x))
            else {
                continue;
            };
            buf[(x, y)].set_symbol(bracket).set_style(strong);
        }
    }
    let cell = &mut buf[(x, y)];
    let turned = cell.modifier ^ Modifier::REVERSED;
    cell.modifier = turned.difference(Modifier::DIM);
}

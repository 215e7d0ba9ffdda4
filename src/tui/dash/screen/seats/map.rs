//! Plan and layout of the hall on screen, kept from one frame to the next: they only change with hall, size and zoom.
//! Must not change what is drawn: what is kept is what would be made again.

use std::cell::RefCell;

use ratatui::layout::{Position, Rect};

use super::SeatsScreen;
use crate::{
    tui::{
        dash::{
            sale::Hall,
            screen::View,
            seat_map::{
                fit::{self, Fit},
                layout::{Layout, Scale},
                look::{Brush, ColourBy},
                paint::{self, Picture, Window},
                plan::Plan,
                steps::{self, Step},
                tally::Seats,
            },
        },
        panel::{Sheet, split_columns, split_rows},
        text,
        theme::Meaning,
    },
    wire::feed::HallRow,
};

/// From this width on there is a column at the side.
const WIDE: u16 = 100;
/// Columns at the side.
const SIDE: u16 = 34;
/// From this height on the map has a head.
const HEADED: u16 = 10;
/// The size that is assumed before anything was drawn.
const UNSEEN: Rect = Rect { x: 0, y: 0, width: 78, height: 20 };

/// Where what stands on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// Name and scale.
    pub head: Rect,
    /// The hall.
    pub map: Rect,
    /// At the right of it, or empty.
    pub side: Rect,
    /// Under it, or empty.
    pub below: Rect,
}

impl Places {
    /// The places of an area.
    #[must_use]
    pub fn new(area: Rect) -> Self {
        let side = if area.width >= WIDE && area.height >= 14 { SIDE } else { 0 };
        let (left, side) = split_columns(area, area.width - side);
        let (left, side) = if side.width == 0 { (left, side) } else { (Rect { width: left.width - 2, ..left }, side) };
        let (head, rest) = split_rows(left, u16::from(area.height >= HEADED));
        let below = match (side.width, area.height) {
            (1.., _) | (_, 0..=1) => 0,
            (_, 2..=8) => 1,
            (_, 9..=17) => 2,
            (_, 18..=29) => 4,
            _ => 8,
        };
        let (map, below) = split_rows(rest, rest.height.saturating_sub(below));
        Self { head, map, side, below }
    }
}

/// One hall, as it was last drawn.
#[derive(Debug, Clone)]
struct Kept {
    rows: Vec<HallRow>,
    seats: usize,
    plan: Plan,
    size: (u16, u16),
    fit: Fit,
    layout: Layout,
}

/// The kept plan and layout, and the size of the area that was last drawn over.
#[derive(Debug, Clone, Default)]
pub struct Maps {
    kept: RefCell<Option<Kept>>,
    area: std::cell::Cell<Option<Rect>>,
}

fn nearer(fit: Fit, zoom: u8) -> Scale {
    (0..zoom).fold(fit.scale, |scale, _| scale.closer())
}

impl Maps {
    fn with<R>(&self, hall: &Hall, zoom: u8, then: impl FnOnce(&Plan, &Layout, Fit) -> R) -> R {
        let map = Places::new(self.area.get().unwrap_or(UNSEEN)).map;
        let size = (map.width, map.height);
        let mut kept = self.kept.borrow_mut();
        let known = kept.take().filter(|kept| kept.rows == hall.rows && kept.seats == hall.seats.len());
        let mut this = match known {
            Some(known) if known.size == size => known,
            known => {
                let plan = known.map_or_else(|| Plan::new(hall), |known| known.plan);
                let fit = fit::fit(&plan, (u32::from(size.0), u32::from(size.1)), size.1 >= 6);
                let layout = Layout::new(&plan, nearer(fit, zoom), fit.arrangement);
                Kept { rows: hall.rows.clone(), seats: hall.seats.len(), plan, size, fit, layout }
            }
        };
        let scale = nearer(this.fit, zoom);
        if this.layout.scale != scale {
            this.layout = Layout::new(&this.plan, scale, this.fit.arrangement);
        }
        let result = then(&this.plan, &this.layout, this.fit);
        *kept = Some(this);
        result
    }

    /// Lines of a screen.
    pub fn page(&self) -> u32 {
        u32::from(Places::new(self.area.get().unwrap_or(UNSEEN)).map.height).max(1)
    }

    /// The first seat and the last.
    pub fn ends(&self, hall: &Hall) -> Option<(usize, usize)> {
        self.with(hall, 0, |plan, _, _| plan.ends())
    }

    /// The seat that the cursor starts from.
    pub fn front(&self, hall: &Hall) -> Option<usize> {
        self.with(hall, 0, |plan, _, _| plan.front())
    }

    /// Row and number of a seat.
    pub fn spot(&self, hall: &Hall, seat: usize) -> Option<(u32, u32)> {
        self.with(hall, 0, |plan, _, _| {
            plan.spot(seat).map(|spot| (plan.groups[spot.group].lines[spot.line].row, spot.col))
        })
    }

    /// Most steps of zoom that change anything.
    pub fn closest(&self, hall: &Hall) -> u8 {
        self.with(hall, 0, |_, _, fit| {
            let steps = (0..u8::MAX).find(|zoom| nearer(fit, *zoom) == Scale::Wide);
            steps.unwrap_or(u8::MAX)
        })
    }

    /// The seat that so many steps lead to.
    pub fn walk(&self, hall: &Hall, zoom: u8, cursor: usize, (step, times): (Step, u32)) -> usize {
        self.with(hall, zoom, |plan, layout, _| {
            (0..times).fold(cursor, |seat, _| steps::from(plan, layout, seat, step))
        })
    }

    /// The part of the hall that stays on screen with the cursor in it.
    pub fn origin(&self, hall: &Hall, zoom: u8, wanted: (u32, u32), cursor: Option<usize>) -> (u32, u32) {
        let map = Places::new(self.area.get().unwrap_or(UNSEEN)).map;
        self.with(hall, zoom, |plan, layout, _| window(plan, layout, map, (wanted, cursor)).origin)
    }

    /// The part of the hall with the cursor in its middle.
    pub fn centred(&self, hall: &Hall, zoom: u8, cursor: Option<usize>) -> (u32, u32) {
        let map = Places::new(self.area.get().unwrap_or(UNSEEN)).map;
        let cell = self.with(hall, zoom, |plan, layout, _| {
            cursor.and_then(|seat| plan.spot(seat)).map_or((0, 0), |spot| layout.cell(spot))
        });
        let half = (u32::from(map.width) / 2, u32::from(map.height) / 2);
        let wanted = (cell.0.saturating_sub(half.0), cell.1.saturating_sub(half.1));
        self.origin(hall, zoom, wanted, cursor)
    }

    /// The seat at a position of the screen.
    pub fn clicked(
        &self,
        hall: &Hall,
        area: Rect,
        (zoom, origin, cursor): (u8, (u32, u32), Option<usize>),
        at: Position,
    ) -> Option<usize> {
        self.area.set(Some(area));
        let map = Places::new(area).map;
        self.with(hall, zoom, |plan, layout, _| {
            let (x, y) = window(plan, layout, map, (origin, cursor)).cell(at.x, at.y)?;
            layout.seat_at(plan, x, y)
        })
    }
}

fn window(plan: &Plan, layout: &Layout, map: Rect, (wanted, cursor): ((u32, u32), Option<usize>)) -> Window {
    let cell = cursor.and_then(|seat| plan.spot(seat)).map(|spot| layout.cell(spot));
    Window::new(layout, map, wanted, cell)
}

impl SeatsScreen {
    /// Draws the hall and what there is to say of it.
    pub(super) fn draw_hall(&self, hall: &Hall, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
        self.maps.area.set(Some(area));
        let places = Places::new(area);
        let cursor = self.cursor_in(hall);
        let brush = Brush {
            theme: sheet.theme,
            by: self.colour,
            server_ms: view.server_ms,
            hold_ms: self.hold_ms.unwrap_or(super::HOLD_MS),
        };
        self.maps.with(hall, self.zoom, |plan, layout, fit| {
            let names: Vec<String> = plan.groups.iter().map(|group| self.name(hall, group.category, sheet)).collect();
            let seats = Seats { now: &hall.seats, fresh: self.flash.seats() };
            let picture = Picture { plan, layout, seats, names: &names, brush, cursor };
            self.draw_head(hall, layout.scale, places.head, sheet);
            let window = window(plan, layout, places.map, (self.origin, cursor));
            paint::draw(&picture, window, sheet.lang.pick("stage", "舞台"), sheet);
            let small = (self.zoom > 0).then_some((fit, window));
            self.draw_aside(hall, view, &picture, (places.side, places.below, small), sheet);
        });
    }

    fn name(&self, hall: &Hall, category: Option<usize>, sheet: &Sheet<'_>) -> String {
        let Some((place, line)) = category.and_then(|at| Some((at, hall.categories.get(at)?))) else {
            return String::new();
        };
        let letter = if self.colour == ColourBy::Category {
            format!("{} ", char::from(b'A' + (place % 6) as u8))
        } else {
            String::new()
        };
        let left = match line.available {
            0 => sheet.lang.pick("none left", "无余票").to_owned(),
            left => format!("{} {}", text::count(u64::from(left)), sheet.lang.pick("left", "余")),
        };
        format!("{letter}{} · {left}", line.name)
    }

    fn draw_head(&self, hall: &Hall, scale: Scale, area: Rect, sheet: &mut Sheet<'_>) {
        let colour = match self.colour {
            ColourBy::State => sheet.lang.pick("by state", "按状态"),
            ColourBy::Category => sheet.lang.pick("by category", "按票档"),
            ColourBy::Age => sheet.lang.pick("by age of hold", "按锁定时长"),
        };
        let (across, down) = scale.seats();
        let cell = match across * down {
            1 => sheet.lang.pick("every seat", "逐座").to_owned(),
            _ => format!("{} {across}×{down}", sheet.lang.pick("a cell is", "每格")),
        };
        let mut note = vec![sheet.say(Meaning::Quiet, format!("{cell} · {colour}"))];
        if hall.unknown {
            let words = sheet.lang.pick("not sure: as last heard · ", "状态未知：为上次所知 · ");
            note.insert(0, sheet.say(Meaning::Warning, words));
        }
        sheet.titled(area, sheet.lang.pick("Hall", "座位"), note.into());
    }
}

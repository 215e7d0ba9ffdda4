//! The hall, seat by seat.
//! Must not ask for a seat on every move of the cursor: it asks when the cursor rests.

mod aside;
mod flash;
mod inquiry;
mod map;
#[cfg(test)]
mod tests;

use ratatui::layout::{Position, Rect};

use super::View;
use crate::{
    domain::ids::ProgramId,
    tui::{
        dash::{
            ask::{Ask, Deed, News},
            command::Command,
            sale::Hall,
            seat_map::{look::ColourBy, steps::Step},
        },
        panel::Sheet,
        theme::Meaning,
    },
};
use flash::Flash;
use inquiry::Inquiry;
use map::Maps;

/// How long a hold lasts until an order has told.
const HOLD_MS: i64 = 15 * 60_000;
/// An order's status while it can be cancelled.
const UNPAID: u8 = 1;
/// An order's status while it can be refunded.
const PAID: u8 = 3;

/// What the screen remembers.
#[derive(Debug, Clone, Default)]
pub struct SeatsScreen {
    program: Option<ProgramId>,
    cursor: Option<usize>,
    origin: (u32, u32),
    /// Steps closer than the whole hall.
    zoom: u8,
    colour: ColourBy,
    /// The order's life is shown.
    open: bool,
    hold_ms: Option<i64>,
    flash: Flash,
    inquiry: Inquiry,
    maps: Maps,
}

impl SeatsScreen {
    /// Does what was asked for, as far as it is this screen's.
    pub fn obey(&mut self, command: Command, view: &View<'_>) -> Vec<Ask> {
        let Some(hall) = &view.sale.hall else { return Vec::new() };
        self.follow(hall, view);
        match command {
            Command::Up => self.go(hall, view, Step::Up, 1),
            Command::Down => self.go(hall, view, Step::Down, 1),
            Command::Left => self.go(hall, view, Step::Left, 1),
            Command::Right => self.go(hall, view, Step::Right, 1),
            Command::PageUp => self.go(hall, view, Step::Up, self.maps.page()),
            Command::PageDown => self.go(hall, view, Step::Down, self.maps.page()),
            Command::First => self.put(hall, view, self.maps.ends(hall).map(|ends| ends.0)),
            Command::Last => self.put(hall, view, self.maps.ends(hall).map(|ends| ends.1)),
            Command::ZoomIn => self.zoom_to(hall, self.zoom.saturating_add(1)),
            Command::ZoomOut => self.zoom_to(hall, self.zoom.saturating_sub(1)),
            Command::ZoomAll => self.zoom_to(hall, 0),
            Command::Colour => self.colour = self.colour.next(),
            Command::Refresh => self.inquiry.again(),
            Command::Open => return self.open(),
            Command::Back => self.open = false,
            Command::Cancel => return self.deed(hall, UNPAID, Deed::Cancel),
            Command::Refund => return self.deed(hall, PAID, Deed::Refund),
            _ => {}
        }
        Vec::new()
    }

    /// Takes in what concerns it; the sale has heard before.
    pub fn hear(&mut self, news: &News, view: &View<'_>) -> Vec<Ask> {
        match news {
            News::Frame(frame) => {
                let Some(hall) = &view.sale.hall else { return Vec::new() };
                self.follow(hall, view);
                let runs = frame.followed.as_ref().map_or(&[][..], |followed| &followed.seats);
                self.flash.hear(frame.whole, runs, hall.seats.len(), view.now_ms);
                let touched =
                    |at: usize| runs.iter().any(|run| at >= run.0 as usize && at - (run.0 as usize) < run.1 as usize);
                if !frame.whole && self.cursor.is_some_and(touched) {
                    self.inquiry.again();
                }
            }
            News::Seat(id, answer) => {
                self.inquiry.answered(*id, answer);
                let order = answer.as_ref().ok().and_then(|detail| detail.order.as_ref());
                let hold_ms = order.map(|order| order.hold_ends_at_ms - order.created_at_ms);
                self.hold_ms = hold_ms.filter(|ms| *ms > 0).or(self.hold_ms);
                return self.ask_for_life();
            }
            News::Life(number, answer) => self.inquiry.lived(*number, answer),
            News::Done(..) => self.inquiry.again(),
            _ => {}
        }
        Vec::new()
    }

    /// Ten times a second while it is shown.
    pub fn tick(&mut self, view: &View<'_>) -> Vec<Ask> {
        self.flash.fade(view.now_ms);
        let Some(hall) = view.sale.hall.as_ref().filter(|_| !view.replay) else { return Vec::new() };
        self.follow(hall, view);
        let id = self.cursor.and_then(|cursor| hall.seat_id(cursor));
        id.and_then(|id| self.inquiry.due(id, view.now_ms)).into_iter().collect()
    }

    /// A filter was typed, or is being typed; the reason when it is not one.
    pub fn filter(&mut self, _text: &str, _view: &View<'_>) -> Result<Vec<Ask>, String> {
        Err("there is nothing to filter here".to_owned())
    }

    /// The filter that is on.
    pub fn filtered_by(&self) -> &str {
        ""
    }

    /// What `y` copies.
    pub fn copied(&self, view: &View<'_>) -> Option<String> {
        let hall = view.sale.hall.as_ref()?;
        let cursor = self.cursor_in(hall)?;
        let spot = self.maps.spot(hall, cursor)?;
        let mut words = format!("seat {} row {} col {}", hall.seat_id(cursor)?, spot.0, spot.1);
        if let Some(order) = self.inquiry.order_of(hall.seat_id(cursor)?) {
            words.push_str(&format!(" order {}", order.order_number));
        }
        Some(words)
    }

    /// Somebody clicked into the area that the screen was drawn in.
    pub fn click(&mut self, at: Position, area: Rect, view: &View<'_>) -> Vec<Ask> {
        let Some(hall) = &view.sale.hall else { return Vec::new() };
        self.follow(hall, view);
        let seat = self.maps.clicked(hall, area, (self.zoom, self.origin, self.cursor), at);
        if seat.is_some() {
            self.put(hall, view, seat);
        }
        Vec::new()
    }

    /// Draws it.
    pub fn draw(&self, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
        match &view.sale.hall {
            None => say_what_to_do(area, sheet),
            Some(hall) if hall.seats.is_empty() => aside::gauges(hall, view.replay, area, sheet),
            Some(hall) => self.draw_hall(hall, view, area, sheet),
        }
    }

    /// Starts anew when another program is followed.
    fn follow(&mut self, hall: &Hall, view: &View<'_>) {
        let gone = self.cursor.is_some_and(|cursor| cursor >= hall.seats.len());
        if self.program != Some(hall.id) || gone || self.cursor.is_none() {
            let known = self.program == Some(hall.id);
            self.program = Some(hall.id);
            self.cursor = self.maps.front(hall);
            self.inquiry.moved(view.now_ms);
            if !known {
                (self.zoom, self.origin, self.open) = (0, (0, 0), false);
                self.hold_ms = None;
            }
        }
    }

    fn cursor_in(&self, hall: &Hall) -> Option<usize> {
        let own = self.cursor.filter(|cursor| *cursor < hall.seats.len() && self.program == Some(hall.id));
        own.or_else(|| self.maps.front(hall))
    }

    fn go(&mut self, hall: &Hall, view: &View<'_>, step: Step, times: u32) {
        let Some(cursor) = self.cursor else { return };
        let next = self.maps.walk(hall, self.zoom, cursor, (step, times));
        self.put(hall, view, Some(next));
    }

    fn put(&mut self, hall: &Hall, view: &View<'_>, seat: Option<usize>) {
        if seat.is_some() && seat != self.cursor {
            self.cursor = seat;
            self.inquiry.moved(view.now_ms);
        }
        self.origin = self.maps.origin(hall, self.zoom, self.origin, self.cursor);
    }

    fn zoom_to(&mut self, hall: &Hall, zoom: u8) {
        self.zoom = zoom.min(self.maps.closest(hall));
        self.origin = self.maps.centred(hall, self.zoom, self.cursor);
    }

    fn open(&mut self) -> Vec<Ask> {
        self.open = !self.open;
        self.ask_for_life()
    }

    fn ask_for_life(&self) -> Vec<Ask> {
        let order = self.inquiry.order().filter(|_| self.open);
        order.map(|order| Ask::Life(order.order_number)).into_iter().collect()
    }

    /// The deed on the order under the cursor, if it is in the status that allows it.
    fn deed(&self, hall: &Hall, status: u8, deed: impl FnOnce(crate::domain::ids::OrderNumber) -> Deed) -> Vec<Ask> {
        let id = self.cursor.and_then(|cursor| hall.seat_id(cursor));
        let order = id.and_then(|id| self.inquiry.order_of(id)).filter(|order| order.status == status);
        order.map(|order| Ask::Do(deed(order.order_number))).into_iter().collect()
    }
}

fn say_what_to_do(area: Rect, sheet: &mut Sheet<'_>) {
    let (what, how) = (
        sheet.lang.pick("No program is followed.", "尚未关注任何节目。"),
        sheet.lang.pick("Press 6, choose one, and press Enter.", "按 6 选择节目，再按 Enter。"),
    );
    let row = area.height / 3;
    sheet.put(area, row, sheet.say(Meaning::Title, what));
    sheet.put(area, row + 1, sheet.say(Meaning::Quiet, how));
}

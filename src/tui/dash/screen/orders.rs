//! Orders: a live tail, queries, and one order's life.
//! Must not change an order by itself: a deed is asked for.
//!
//! The feed tells what happens to orders; a page of the ledger's newest tells what was before, and what the feed had no room
//! for. The page is asked for on entering, for another query, after a reconnect, and where time alone changes what fits.

mod columns;
mod detail;
mod inquiry;
mod left_out;
mod life;
mod list;
mod pause;
mod row;
#[cfg(test)]
mod sample;
mod tail;
#[cfg(test)]
mod tests;
mod timeline;
mod words;

use ratatui::layout::{Position, Rect};

use super::View;
use crate::{
    domain::ids::OrderNumber,
    tui::{
        dash::{
            ask::{Ask, Deed, Link, News},
            command::Command,
            query::{Facts, Mistake, Query},
        },
        panel::Sheet,
    },
    wire::feed::{Frame, Happening},
};
use inquiry::{Inquiry, Want};
use left_out::LeftOut;
use life::Opened;
use pause::Pause;
use row::Row;
use tail::{Step, Tail};

/// An area this wide has the list and an order beside each other.
const SIDE_BY_SIDE_COLUMNS: u16 = 140;
/// After so long without a tick the screen was somewhere else.
const AWAY_MS: i64 = 1_000;
/// How long a refusal stands on the screen.
const REFUSAL_MS: i64 = 4_000;

/// What the screen remembers.
#[derive(Debug, Clone, Default)]
pub struct OrdersScreen {
    query: Query,
    printed: String,
    mistake: Option<(String, Mistake)>,
    tail: Tail,
    inquiry: Inquiry,
    left_out: LeftOut,
    pause: Option<Pause>,
    opened: Option<Opened>,
    refusal: Option<(Refusal, i64)>,
    ticked_ms: Option<i64>,
    lost: bool,
}

/// Why nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NothingChosen,
    /// Only an unpaid order can be cancelled; this one stands so.
    NotUnpaid(Happening),
    /// Only a paid order can be refunded.
    NotPaid(Happening),
}

impl OrdersScreen {
    /// Does what was asked for, as far as it is this screen's.
    pub fn obey(&mut self, command: Command, view: &View<'_>) -> Vec<Ask> {
        match command {
            Command::Up => return self.go(Step::Up(1), view),
            Command::Down => return self.go(Step::Down(1), view),
            Command::First => return self.go(Step::First, view),
            Command::Last => return self.go(Step::Last, view),
            Command::PageUp => self.page(Step::Up(tail::PAGE_ROWS)),
            Command::PageDown => self.page(Step::Down(tail::PAGE_ROWS)),
            Command::Open => return self.open_chosen(view),
            Command::Back => return self.back(view),
            Command::Sort => self.tail.sort_by_next(),
            Command::Reverse => self.tail.reverse(),
            Command::Pause => return self.toggle_pause(view),
            Command::Refresh => {
                self.inquiry.want(Want::ByHand);
                self.opened.iter_mut().for_each(Opened::refresh);
                return self.ask(view);
            }
            Command::Cancel => return self.cancel(view),
            Command::Refund => return self.refund(view),
            _ => {}
        }
        Vec::new()
    }

    /// Takes in what concerns it; the sale has heard before.
    pub fn hear(&mut self, news: &News, view: &View<'_>) -> Vec<Ask> {
        match news {
            News::Frame(frame) => self.hear_frame(frame, view),
            News::Link(link) => {
                self.lost = matches!(link, Link::Lost { .. });
                if self.lost {
                    self.inquiry.give_up();
                    self.opened.iter_mut().for_each(Opened::give_up);
                }
                return Vec::new();
            }
            News::Orders(asked, answer) => {
                if let Some(page) = self.inquiry.answered(asked, answer, view.now_ms, self.pause.is_some()) {
                    self.take_page(&page, view);
                }
            }
            News::Life(number, life) => {
                if let Some(opened) = self.opened.as_mut().filter(|opened| opened.number == *number) {
                    opened.answered(life.clone(), view.now_ms);
                }
            }
            News::Done(Deed::Cancel(number) | Deed::Refund(number), _) => {
                self.opened.iter_mut().filter(|opened| opened.number == *number).for_each(Opened::refresh);
            }
            _ => return Vec::new(),
        }
        self.ask(view)
    }

    /// Ten times a second while it is shown.
    pub fn tick(&mut self, view: &View<'_>) -> Vec<Ask> {
        if self.ticked_ms.is_none_or(|before| view.now_ms - before > AWAY_MS) {
            self.inquiry.want(Want::ByTime);
        }
        self.ticked_ms = Some(view.now_ms);
        self.refusal = self.refusal.filter(|(_, until_ms)| view.now_ms < *until_ms);
        if self.pause.is_none() {
            self.drop_those_that_left(view);
            if self.query.ages() || self.left_out.is_over(view.now_ms) {
                self.inquiry.want_after_a_while(view.now_ms);
            }
        }
        self.ask(view)
    }

    /// A filter was typed, or is being typed; the reason when it is not one.
    pub fn filter(&mut self, text: &str, view: &View<'_>) -> Result<Vec<Ask>, String> {
        let read = text.parse::<Query>().and_then(|query| query.check_names(text, view.sale).map(|()| query));
        match read {
            Err(mistake) => {
                let words = mistake.to_string();
                self.mistake = Some((text.to_owned(), mistake));
                Err(words)
            }
            Ok(query) => {
                self.mistake = None;
                if query == self.query {
                    return Ok(Vec::new());
                }
                self.printed = query.to_string();
                self.query = query;
                self.inquiry.ask_anew();
                let (query, facts) = (&self.query, Asked { view });
                self.tail.keep(|row| query.holds(&facts.of(row)));
                Ok(self.ask(view))
            }
        }
    }

    /// The filter that is on.
    pub fn filtered_by(&self) -> &str {
        &self.printed
    }

    /// What `y` copies.
    pub fn copied(&self, view: &View<'_>) -> Option<String> {
        match &self.opened {
            Some(opened) => Some(detail::as_text(opened, view)),
            None => self.tail.chosen().map(|row| row.line.order_number.to_string()),
        }
    }

    /// Opens the order of this number, whether or not it is in the list.
    pub fn open(&mut self, number: OrderNumber) -> Vec<Ask> {
        let row = self.tail.rows().iter().find(|row| row.line.order_number == number);
        let mut opened = Opened::new(number, row.cloned());
        let asked = opened.ask(self.ticked_ms.unwrap_or_default());
        self.opened = Some(opened);
        self.tail.choose(number);
        asked.into_iter().collect()
    }

    /// Somebody clicked into the area that the screen was drawn in.
    pub fn click(&mut self, at: Position, area: Rect, view: &View<'_>) -> Vec<Ask> {
        let (list, _) = self.areas(area);
        if !list.contains(at) {
            return Vec::new();
        }
        match list::hit(self, list, at) {
            Some(list::Hit::Heading(column)) => {
                self.tail.sort_by(column);
                Vec::new()
            }
            Some(list::Hit::Row(number)) => {
                let again = self.tail.chosen().is_some_and(|row| row.line.order_number == number);
                self.tail.choose(number);
                if again || self.opened.is_some() { self.open_chosen(view) } else { Vec::new() }
            }
            None => Vec::new(),
        }
    }

    /// Draws it.
    pub fn draw(&self, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
        let (list, detail) = self.areas(area);
        if list.width > 0 {
            list::draw(self, view, list, sheet);
        }
        if let Some(opened) = &self.opened {
            detail::draw(self, opened, view, detail, sheet);
        }
    }

    /// The list's area, and an opened order's.
    const fn areas(&self, area: Rect) -> (Rect, Rect) {
        let nothing = Rect { width: 0, height: 0, ..area };
        match self.opened {
            None => (area, nothing),
            Some(_) if area.width < SIDE_BY_SIDE_COLUMNS => (nothing, area),
            Some(_) => side_by_side(area),
        }
    }

    /// What must be asked now, if anything.
    fn ask(&mut self, view: &View<'_>) -> Vec<Ask> {
        if self.lost || view.sale.server_ms == 0 {
            return Vec::new();
        }
        let (query, held) = (&self.query, self.pause.is_some());
        let asked = self.inquiry.ask(view.now_ms, held, || query.asked_of_server(view.sale, view.server_ms));
        let life = self.opened.as_mut().and_then(|opened| opened.ask(view.now_ms));
        asked.map(Ask::Orders).into_iter().chain(life).collect()
    }

    fn hear_frame(&mut self, frame: &Frame, view: &View<'_>) {
        self.left_out.hear(frame.orders_left_out, view.now_ms);
        if frame.whole {
            self.inquiry.want(Want::ByTime);
            if view.replay {
                // The run may have been wound back: what was shown is perhaps yet to come.
                self.tail.keep(|_| false);
            }
        }
        for news in &frame.orders {
            let row = Row::of_news(news, view.now_ms);
            self.opened.iter_mut().for_each(|opened| opened.hear(&row));
            let fits = self.query.holds(&Asked { view }.of(&row));
            if !fits && !self.tail.has(row.line.order_number) {
                continue;
            }
            match &mut self.pause {
                Some(pause) => pause.wait(row),
                None => self.tail.take(row, fits),
            }
        }
        self.tail.settle();
    }

    fn take_page(&mut self, page: &inquiry::Page<'_>, view: &View<'_>) {
        let (query, facts) = (&self.query, Asked { view });
        let rows = page.lines.iter().cloned().map(Row::of_ledger);
        let fitting = rows.filter(|row| query.holds(&facts.of(row))).collect();
        self.tail.replace(fitting, page.asked_ms, view.now_ms);
        self.left_out.settled();
    }

    /// Rows that fit no longer are seen for a moment, so that one sees what became of them.
    fn drop_those_that_left(&mut self, view: &View<'_>) {
        let (query, facts) = (&self.query, Asked { view });
        let by_time = query.ages();
        self.tail.keep(|row| {
            let leaves = row.leaves || (by_time && !query.holds(&facts.of(row)));
            !leaves || row.flashes(view.now_ms)
        });
    }

    fn go(&mut self, step: Step, view: &View<'_>) -> Vec<Ask> {
        self.tail.go(step);
        if self.opened.is_some() { self.open_chosen(view) } else { Vec::new() }
    }

    fn page(&mut self, step: Step) {
        match &mut self.opened {
            Some(opened) => opened.scroll(step),
            None => self.tail.go(step),
        }
    }

    fn open_chosen(&mut self, view: &View<'_>) -> Vec<Ask> {
        let Some(number) = self.tail.choose_what_is_under_the_cursor() else {
            return self.refuse(Refusal::NothingChosen, view);
        };
        if self.opened.as_ref().is_some_and(|opened| opened.number == number) {
            return Vec::new();
        }
        self.opened = Some(Opened::new(number, self.tail.chosen().cloned()));
        self.ask(view)
    }

    fn back(&mut self, view: &View<'_>) -> Vec<Ask> {
        if self.opened.take().is_some() || self.mistake.take().is_some() {
            return Vec::new();
        }
        self.filter("", view).unwrap_or_default()
    }

    /// A replay stands still as a whole.
    fn toggle_pause(&mut self, view: &View<'_>) -> Vec<Ask> {
        if view.replay {
            return Vec::new();
        }
        let Some(pause) = self.pause.take() else {
            self.pause = Some(Pause::default());
            return Vec::new();
        };
        if pause.overflowed() {
            self.inquiry.want(Want::ByTime);
        }
        for row in pause.into_rows() {
            let fits = self.query.holds(&Asked { view }.of(&row));
            if fits || self.tail.has(row.line.order_number) {
                self.tail.take(row.changed_at(view.now_ms), fits);
            }
        }
        self.tail.settle();
        self.ask(view)
    }

    /// The order that a deed would be done to, and where it stands. It stays chosen.
    fn target(&mut self) -> Option<(OrderNumber, Happening)> {
        if let Some(opened) = &self.opened {
            return Some((opened.number, opened.standing()?));
        }
        let number = self.tail.choose_what_is_under_the_cursor()?;
        self.tail.chosen().map(|row| (number, row.standing))
    }

    fn cancel(&mut self, view: &View<'_>) -> Vec<Ask> {
        match self.target() {
            None => self.refuse(Refusal::NothingChosen, view),
            Some((number, Happening::Created)) => vec![Ask::Do(Deed::Cancel(number))],
            Some((_, standing)) => self.refuse(Refusal::NotUnpaid(standing), view),
        }
    }

    fn refund(&mut self, view: &View<'_>) -> Vec<Ask> {
        match self.target() {
            None => self.refuse(Refusal::NothingChosen, view),
            Some((number, Happening::Paid)) => vec![Ask::Do(Deed::Refund(number))],
            Some((_, standing)) => self.refuse(Refusal::NotPaid(standing), view),
        }
    }

    fn refuse(&mut self, refusal: Refusal, view: &View<'_>) -> Vec<Ask> {
        self.refusal = Some((refusal, view.now_ms + REFUSAL_MS));
        Vec::new()
    }
}

/// What a query is held against, but for the row.
struct Asked<'a> {
    view: &'a View<'a>,
}

impl<'a> Asked<'a> {
    fn of(&self, row: &'a Row) -> Facts<'a> {
        Facts {
            line: &row.line,
            standing: row.standing,
            reason: row.reason.as_deref(),
            sale: self.view.sale,
            server_ms: self.view.server_ms,
        }
    }
}

const fn side_by_side(area: Rect) -> (Rect, Rect) {
    const GAP: u16 = 3;
    let wanted = area.width * 2 / 5;
    let detail = if wanted > 76 { 76 } else { wanted };
    let list = Rect { width: area.width.saturating_sub(detail + GAP), ..area };
    (list, Rect { x: area.x + list.width + GAP, width: detail, ..area })
}

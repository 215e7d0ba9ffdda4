//! What stands beside the hall or under it: what is left, what the shapes mean, whose seat it is, where one is.
//! Must not ask for anything.

use ratatui::{
    layout::Rect,
    style::Modifier,
    text::{Line, Span},
};

use super::SeatsScreen;
use crate::{
    tui::{
        chart::{self, Part},
        dash::{
            sale::{Hall, SeatNow},
            screen::View,
            seat_map::{
                fit::{self, Fit},
                layout::Layout,
                look::{self, ColourBy},
                paint::{self, Picture, Window},
            },
        },
        digits,
        panel::{Sheet, split_columns, split_rows},
        text,
        theme::Meaning,
    },
    wire::admin::OrderLine,
};

/// Rows of the small map of the whole hall.
const OVERVIEW: u16 = 10;

/// Free, held and sold seats of a hall.
fn counts(hall: &Hall) -> [u64; 3] {
    hall.categories.iter().fold([0; 3], |[free, held, sold], line| {
        [free + u64::from(line.available), held + u64::from(line.held), sold + u64::from(line.sold)]
    })
}

fn share(part: u64, all: u64) -> String {
    let percent = part as f64 * 100.0 / all.max(1) as f64;
    format!("{percent:.0}%")
}

impl SeatsScreen {
    /// Draws it.
    pub(super) fn draw_aside(
        &self,
        hall: &Hall,
        view: &View<'_>,
        picture: &Picture<'_>,
        (side, below, small): (Rect, Rect, Option<(Fit, Window)>),
        sheet: &mut Sheet<'_>,
    ) {
        let seat = self.seat_lines(hall, view, picture.cursor, sheet);
        if side.width > 0 {
            let mut rest = split_rows(side, 1).1;
            if rest.height >= 20 {
                let free = counts(hall)[0];
                digits::draw(free, rest, sheet.buf, sheet.theme.style(Meaning::Headline));
                sheet.put(rest, 3, sheet.say(Meaning::Quiet, sheet.lang.pick("seats left", "余座")));
                rest = split_rows(rest, 5).1;
            }
            rest = self.column(hall, picture, &seat, rest, sheet);
            if let Some((_, window)) = small {
                overview(picture, window, split_rows(rest, OVERVIEW.max(rest.height / 2)).0, sheet);
            }
            return;
        }
        let (mut text_area, map) = (below, Rect::default());
        let mut map = map;
        if small.is_some() && below.height >= 3 && below.width >= 60 {
            (text_area, map) = split_columns(below, below.width - 24);
        }
        let legend = self.legend_line(hall, picture, usize::from(text_area.width), sheet);
        let lines = if text_area.height == 1 { vec![legend] } else { [vec![legend], seat].concat() };
        for (row, line) in (0..text_area.height).zip(lines) {
            sheet.put(text_area, row, line);
        }
        if let Some((_, window)) = small {
            overview(picture, window, map, sheet);
        }
    }

    /// The legend and the seat, one under the other; what is left of the area comes back.
    fn column(
        &self,
        hall: &Hall,
        picture: &Picture<'_>,
        seat: &[Line<'static>],
        area: Rect,
        sheet: &mut Sheet<'_>,
    ) -> Rect {
        let legend = self.legend(hall, picture, sheet);
        let mut row = 0;
        for (name, value) in &legend {
            sheet.put(area, row, name.clone());
            sheet.put_right(area, row, value.clone());
            row += 1;
        }
        let (_, area) = split_rows(area, row + 1);
        let inner = sheet.titled(area, sheet.lang.pick("Seat", "所选座位"), Line::default());
        for (row, line) in (0..).zip(seat) {
            sheet.put(inner, row, line.clone());
        }
        split_rows(inner, seat.len() as u16 + 1).1
    }

    /// What shapes and colours mean, with how many there are.
    fn legend(&self, hall: &Hall, picture: &Picture<'_>, sheet: &Sheet<'_>) -> Vec<(Line<'static>, Line<'static>)> {
        let entry = |glyph: &str, meaning: Meaning, name: &str, value: String| {
            let name = vec![sheet.say(meaning, glyph.to_owned()), sheet.say(Meaning::Plain, format!(" {name}"))];
            (Line::from(name), Line::from(sheet.say(Meaning::Plain, value)))
        };
        let [free, held, sold] = counts(hall);
        let near = picture.layout.scale.numbers_rows();
        match self.colour {
            ColourBy::State => {
                let all = free + held + sold;
                let value = |part| format!("{} {}", text::count(part), text::right(&share(part, all), 4));
                let glyphs = if near {
                    [look::FREE_SEAT, look::HELD_SEAT, look::SOLD_SEAT]
                } else {
                    [look::FREE, look::HELD, look::SOLD]
                };
                vec![
                    entry(glyphs[0], Meaning::Free, sheet.lang.pick("free", "可售"), value(free)),
                    entry(glyphs[1], Meaning::Held, sheet.lang.pick("held", "锁定"), value(held)),
                    entry(glyphs[2], Meaning::Sold, sheet.lang.pick("sold", "已售"), value(sold)),
                ]
            }
            ColourBy::Category => {
                let lines = hall.categories.iter().enumerate().take(8);
                let of = |(at, line): (usize, &crate::wire::admin::CategoryLine)| {
                    let letter = char::from(b'A' + (at % 6) as u8).to_string();
                    entry(
                        &letter,
                        Meaning::Category(at as u8),
                        &text::cut(&line.name, 18),
                        text::count(line.available.into()),
                    )
                };
                lines.map(of).collect()
            }
            ColourBy::Age => {
                let mut ages = [0_u64; look::AGES as usize];
                for seat in &hall.seats {
                    if let SeatNow::Held { since_ms } = seat {
                        ages[usize::from(picture.brush.age(*since_ms))] += 1;
                    }
                }
                let words = [
                    sheet.lang.pick("just held", "刚锁定"),
                    sheet.lang.pick("a quarter gone", "过四分之一"),
                    sheet.lang.pick("half gone", "过半"),
                    sheet.lang.pick("about to end", "即将到期"),
                ];
                let glyphs = if near { look::AGED_SEATS } else { look::AGED_CELLS };
                let step = |at: usize| entry(glyphs[at], Meaning::Age(at as u8), words[at], text::count(ages[at]));
                (0..ages.len()).map(step).collect()
            }
        }
    }

    /// The legend in one line, as much of it as there is room for.
    fn legend_line(&self, hall: &Hall, picture: &Picture<'_>, columns: usize, sheet: &Sheet<'_>) -> Line<'static> {
        let mut line = Line::default();
        for (name, value) in self.legend(hall, picture, sheet) {
            let value = value.to_string();
            let value = value.split_whitespace().next().unwrap_or_default().to_owned();
            if line.width() + name.width() + text::width(&value) + 1 > columns {
                break;
            }
            line.spans.extend(name.spans);
            line.spans.push(sheet.say(Meaning::Title, format!(" {value}")));
            line.spans.push(Span::raw("   "));
        }
        line
    }

    /// The seat under the cursor and whose it is.
    fn seat_lines(&self, hall: &Hall, view: &View<'_>, cursor: Option<usize>, sheet: &Sheet<'_>) -> Vec<Line<'static>> {
        let Some(cursor) = cursor else { return Vec::new() };
        let (Some((row, col)), Some(id)) = (self.maps_spot(hall, cursor), hall.seat_id(cursor)) else {
            return Vec::new();
        };
        let category = hall.row_of(cursor).and_then(|row| hall.category(row.category));
        let (name, price) =
            category.map_or_else(Default::default, |(_, line)| (line.name.clone(), line.price.to_string()));
        let place = match sheet.lang {
            crate::tui::lang::Lang::En => format!("row {row} seat {col}"),
            crate::tui::lang::Lang::Zh => format!("{row} 排 {col} 座"),
        };
        let mut first = vec![sheet.say(Meaning::Title, place)];
        first.push(sheet.say(Meaning::Quiet, format!("  {name} ¥{price}")));
        let mut lines = vec![Line::from(first), self.state_line(hall.seats[cursor], view, sheet)];
        match self.inquiry.of(id) {
            Some(Ok(detail)) => {
                let order = detail.order.as_ref();
                let buyer = detail.buyer.as_ref().map(|buyer| format!("{} {}", buyer.name, buyer.mobile));
                lines.extend(order.map(|order| order_line(order, sheet)));
                lines.extend(buyer.map(|buyer| Line::from(sheet.say(Meaning::Plain, buyer))));
                if self.open {
                    lines.extend(order.map_or_else(Vec::new, |order| self.life_lines(order, sheet)));
                }
            }
            Some(Err(cause)) => lines.push(Line::from(sheet.say(Meaning::Warning, cause.clone()))),
            None => {}
        }
        lines
    }

    fn maps_spot(&self, hall: &Hall, cursor: usize) -> Option<(u32, u32)> {
        let row = hall.row_of(cursor)?;
        Some((row.row, row.first_col.saturating_add((cursor - row.first_seat as usize) as u32)))
    }

    fn state_line(&self, seat: SeatNow, view: &View<'_>, sheet: &Sheet<'_>) -> Line<'static> {
        match seat {
            SeatNow::Free => sheet.say(Meaning::Free, sheet.lang.pick("free", "可售")).into(),
            SeatNow::Sold => sheet.say(Meaning::Sold, sheet.lang.pick("sold", "已售")).into(),
            SeatNow::Held { since_ms } => {
                let passed_ms = (view.server_ms - since_ms).max(0);
                let seconds = |ms: i64| text::clock(ms as f64 / 1000.0);
                let mut words = format!("{} {}", sheet.lang.pick("held for", "已锁定"), seconds(passed_ms));
                if let Some(hold_ms) = self.hold_ms {
                    let left_ms = (hold_ms - passed_ms).max(0);
                    words.push_str(&format!(" · {} {}", seconds(left_ms), sheet.lang.pick("left", "剩余")));
                }
                sheet.say(Meaning::Held, words).into()
            }
        }
    }

    fn life_lines(&self, order: &OrderLine, sheet: &Sheet<'_>) -> Vec<Line<'static>> {
        match self.inquiry.life_of(order.order_number) {
            None => vec![sheet.say(Meaning::Quiet, sheet.lang.pick("asking …", "查询中 …")).into()],
            Some(Err(cause)) => vec![sheet.say(Meaning::Warning, cause.clone()).into()],
            Some(Ok(life)) => {
                let start_ms = life.steps.iter().find_map(|step| step.at_ms).unwrap_or(0);
                let step = |step: &crate::wire::admin::LifeStep| {
                    let at = step
                        .at_ms
                        .map_or_else(String::new, |at| format!("+{}", text::clock((at - start_ms) as f64 / 1000.0)));
                    let at = sheet.say(Meaning::Quiet, format!("{} ", text::right(&at, 9)));
                    Line::from(vec![at, sheet.say(Meaning::Plain, format!("{} {}", step.what, step.detail))])
                };
                life.steps.iter().map(step).collect()
            }
        }
    }
}

fn order_line(order: &OrderLine, sheet: &Sheet<'_>) -> Line<'static> {
    let status = match order.status {
        1 => sheet.lang.pick("unpaid", "未支付"),
        2 => sheet.lang.pick("cancelled", "已取消"),
        3 => sheet.lang.pick("paid", "已支付"),
        _ => sheet.lang.pick("refunded", "已退款"),
    };
    let number = sheet.say(Meaning::Plain, order.order_number.to_string());
    vec![number, sheet.say(Meaning::Quiet, format!(" v{} {status}", order.version))].into()
}

/// The whole hall, small, with what is on screen turned over.
fn overview(picture: &Picture<'_>, window: Window, area: Rect, sheet: &mut Sheet<'_>) {
    if area.width < 4 || area.height < 2 || window.area.is_empty() {
        return;
    }
    let fit = fit::fit(picture.plan, (u32::from(area.width), u32::from(area.height)), false);
    let layout = Layout::new(picture.plan, fit.scale, fit.arrangement);
    let whole = Window::new(&layout, area, (0, 0), None);
    paint::draw(&Picture { layout: &layout, cursor: None, ..*picture }, whole, "", sheet);
    // What is on screen is what lies in the same parts of both layouts.
    let part = |at: u32, of: u32, room: u16| (u64::from(at) * u64::from(room) / u64::from(of.max(1))) as u16;
    let (width, height) =
        (layout.width.min(whole.area.width.into()) as u16, layout.height.min(whole.area.height.into()) as u16);
    let far = (window.origin.0 + u32::from(window.area.width), window.origin.1 + u32::from(window.area.height));
    let of = (picture.layout.width, picture.layout.height);
    let (left, right) = (part(window.origin.0, of.0, width), part(far.0.min(of.0), of.0, width));
    let (top, bottom) = (part(window.origin.1, of.1, height), part(far.1.min(of.1), of.1, height));
    let seen = Rect {
        x: whole.area.x + left,
        y: whole.area.y + top,
        width: (right - left).max(1),
        height: (bottom - top).max(1),
    };
    for position in seen.intersection(area).positions() {
        sheet.buf[position].modifier.insert(Modifier::REVERSED);
    }
}

/// A hall whose seats are not named: a gauge of every category.
pub(super) fn gauges(hall: &Hall, replay: bool, area: Rect, sheet: &mut Sheet<'_>) {
    let words = match (replay, hall.categories.iter().any(|line| line.total > 0)) {
        (true, _) => sheet.lang.pick("a journal does not name seats", "日志不记录座位"),
        (_, true) => sheet.lang.pick("the server does not name seats", "服务器未提供座位"),
        _ => sheet.lang.pick("this hall has no seats", "此场馆没有座位"),
    };
    let inner = sheet.titled(area, sheet.lang.pick("Hall", "座位"), Line::from(sheet.say(Meaning::Quiet, words)));
    let rows = usize::from(inner.height);
    for (row, line) in (0..).zip(hall.categories.iter().take(rows)) {
        let (_, area) = split_rows(inner, row);
        let names = area.width.min(18);
        sheet.put(area, 0, sheet.say(Meaning::Plain, text::fitted(&line.name, usize::from(names).saturating_sub(2))));
        sheet.put_right(area, 0, sheet.say(Meaning::Plain, text::count(line.available.into())));
        let (_, rest) = split_columns(area, names);
        let (gauge, _) = split_columns(rest, rest.width.saturating_sub(10));
        let part = |amount: u32, cell, meaning| Part { amount: amount.into(), cell, style: sheet.theme.style(meaning) };
        let parts = [
            part(line.sold, look::SOLD, Meaning::Sold),
            part(line.held, look::HELD, Meaning::Held),
            part(line.available, look::FREE, Meaning::Free),
        ];
        chart::gauge(&parts, Rect { height: gauge.height.min(1), ..gauge }, sheet.buf);
    }
}

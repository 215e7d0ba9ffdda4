//! Which panel of the sale stands where, by how much room there is.
//! Must not look into a panel, nor assume that a rectangle has any cells.

use ratatui::{layout::Rect, text::Line};

use super::figures;
use crate::tui::{
    dash::screen::View,
    panel::{
        Sheet, bars, beside, burn_down, facts, headline, queue, rejections, split_rows, stack, stock, timing, versions,
    },
    text,
    theme::Meaning,
};

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A few lines of words.
    Tiny,
    /// One column.
    Small,
    /// Two columns.
    Normal,
    /// Three columns.
    Wide,
}

impl Level {
    /// The richest that has room for what it shows.
    pub const fn of(area: Rect) -> Self {
        match (area.width, area.height) {
            (150.., 26..) => Self::Wide,
            (70.., 18..) => Self::Normal,
            (34.., 9..) => Self::Small,
            _ => Self::Tiny,
        }
    }
}

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    if view.sale.left().is_none() {
        let words = if view.sale.server_ms == 0 {
            ("waiting for the first word of the server", "等待服务器的第一条消息")
        } else {
            ("there is no program yet", "暂无节目")
        };
        sheet.put(area, 0, sheet.say(Meaning::Quiet, text::cut(sheet.lang.pick(words.0, words.1), area.width.into())));
        return;
    }
    match Level::of(area) {
        Level::Tiny => tiny(view, area, sheet),
        Level::Small => small(view, area, sheet),
        Level::Normal => normal(view, area, sheet),
        Level::Wide => wide(view, area, sheet),
    }
}

/// Lines, the most important first.
fn tiny(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let headline = figures::headline(view, sheet.lang);
    let (words, outlook) = figures::brief(view, sheet.lang);
    let columns = usize::from(area.width);
    let number = text::count(headline.number);
    let room = columns.saturating_sub(number.len() + 1);
    let mut lines = vec![
        vec![sheet.say(Meaning::Headline, number), sheet.say(Meaning::Plain, format!(" {}", text::cut(&words, room)))],
        vec![sheet.say(Meaning::Bad, text::cut(&headline.alarm, columns))],
        vec![sheet.say(Meaning::Plain, text::cut(&outlook, columns))],
    ];
    for (name, count, per_s) in headline.totals {
        let pace = if per_s > 0.0 { format!(" {}/s", text::rate(per_s)) } else { String::new() };
        lines.push(vec![
            sheet.say(Meaning::Plain, text::count(count)),
            sheet.say(Meaning::Quiet, format!(" {name}{pace}")),
        ]);
    }
    lines.retain(|line| line.iter().any(|span| !span.content.is_empty()));
    for (row, line) in (0..).zip(lines) {
        sheet.put(area, row, line);
    }
}

fn small(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let categories = figures::stock(view).len().clamp(1, 12) as u16;
    let wanted = [(headline::ROWS, headline::ROWS), (3, categories + 1), (5, 5), (4, 4), (3, 9), (4, 4), (3, 5)];
    let areas = stack(area, &wanted);
    headline::draw(&figures::headline(view, sheet.lang), areas[0], sheet);
    draw_stock(view, areas[1], sheet);
    versions::draw(&figures::versions(view), areas[2], sheet);
    draw_answers(view, areas[3], sheet);
    rejections::draw(&figures::rejections(view, sheet.lang), areas[4], sheet);
    draw_holds(view, areas[5], sheet);
    draw_ends(view, areas[6], sheet);
}

/// The headline with air below it; the rest comes back.
fn head(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) -> Rect {
    let (top, rest) = split_rows(area, headline::ROWS);
    headline::draw(&figures::headline(view, sheet.lang), top, sheet);
    split_rows(rest, 1).1
}

fn normal(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let area = head(view, area, sheet);
    let [left, right] = beside(area, 2);
    let categories = figures::stock(view).len().clamp(1, 12) as u16 + 1;
    let areas = stack(left, &[(categories.min(6), categories), (4, 16), (3, 8), (3, 5)]);
    draw_stock(view, areas[0], sheet);
    burn_down::draw(&figures::burn_down(view), areas[1], sheet);
    queue::draw(&figures::queue(view), areas[2], sheet);
    draw_ends(view, areas[3], sheet);
    let reasons = view.sale.numbers.rejections.len().clamp(1, 12) as u16 + 1;
    let areas = stack(right, &[(5, 13), (4, 10), (3, reasons.max(3)), (4, 4)]);
    versions::draw(&figures::versions(view), areas[0], sheet);
    draw_answers(view, areas[1], sheet);
    rejections::draw(&figures::rejections(view, sheet.lang), areas[2], sheet);
    draw_holds(view, areas[3], sheet);
}

fn wide(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let area = head(view, area, sheet);
    let [left, middle, right] = beside(area, 3);
    let categories = figures::stock(view).len().clamp(1, 24) as u16 + 1;
    let areas = stack(left, &[(categories.min(12), categories), (8, 24)]);
    draw_stock(view, areas[0], sheet);
    burn_down::draw(&figures::burn_down(view), areas[1], sheet);
    let areas = stack(middle, &[(5, 17), (4, 12), (3, 10)]);
    versions::draw(&figures::versions(view), areas[0], sheet);
    draw_answers(view, areas[1], sheet);
    queue::draw(&figures::queue(view), areas[2], sheet);
    let reasons = view.sale.numbers.rejections.len().clamp(1, 24) as u16 + 1;
    let areas = stack(right, &[(3, reasons.max(8)), (5, 5), (5, 5)]);
    rejections::draw(&figures::rejections(view, sheet.lang), areas[0], sheet);
    draw_holds(view, areas[1], sheet);
    draw_ends(view, areas[2], sheet);
}

/// Gauges alone: the burn-down has a panel of its own.
fn draw_stock(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let categories = figures::stock(view);
    let inner = stock::titled(area, sheet);
    stock::gauge_rows(&categories, inner, sheet);
}

fn draw_answers(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let title = sheet.lang.pick("Answers to orders", "下单应答");
    timing::draw(title, &figures::answers(&view.sale.course), area, sheet);
}

fn draw_holds(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let all = view.sale.numbers.holds.all;
    let note = Line::from(vec![
        sheet.say(Meaning::Plain, text::count(all)),
        sheet.say(Meaning::Quiet, sheet.lang.pick(" unpaid", " 单未支付")),
    ]);
    let title = sheet.lang.pick("Holds that end", "即将到期的锁定");
    let nothing = match all {
        0 => Some(sheet.lang.pick("nothing is held", "无锁定")),
        _ if view.replay => Some(sheet.lang.pick("a journal does not say when holds end", "日志不记录锁定期限")),
        _ => None,
    };
    if let Some(words) = nothing {
        let inner = sheet.titled(area, title, if all == 0 { Line::default() } else { note });
        sheet.put(inner, 0, sheet.say(Meaning::Quiet, words));
        return;
    }
    bars::draw(title, note, &figures::holds(view, sheet.lang), area, sheet);
}

/// Bars where there are rows for all four, else pairs.
fn draw_ends(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let title = sheet.lang.pick("How orders ended", "订单结果");
    let ends = figures::ends(view, sheet.lang);
    if usize::from(area.height) > ends.rows.len() {
        bars::draw(title, Line::default(), &ends, area, sheet);
        return;
    }
    let inner = sheet.titled(area, title, Line::default());
    let pairs: Vec<_> =
        ends.rows.into_iter().map(|(name, count, _)| (name, text::count(count), Meaning::Plain)).collect();
    facts::draw(&pairs, inner, sheet);
}

//! Which panel stands where, by how much room there is.
//! Must not look into a panel, nor assume that a rectangle has any cells.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{BenchState, KEYS, Overlay, course::Course, figures};
use crate::tui::{
    lang::Lang,
    panel::{
        Sheet, arrivals, footer, generator, heading, headline, help, latency, orders, queue, rejections, split_columns,
        split_rows, stock,
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
            (150.., 30..) => Self::Wide,
            (72.., 22..) => Self::Normal,
            (36.., 10..) => Self::Small,
            _ => Self::Tiny,
        }
    }
}

/// Draws the whole view.
pub fn draw(state: &BenchState, buf: &mut Buffer) {
    let screen = buf.area;
    let sheet = &mut Sheet { theme: state.theme, lang: Lang::En, buf };
    let course = state.shown();
    match Level::of(screen) {
        Level::Tiny => tiny(state, screen, sheet),
        Level::Small => framed(state, screen, sheet, |body, sheet| small(course, body, sheet)),
        Level::Normal => framed(state, screen, sheet, |body, sheet| normal(course, body, sheet)),
        Level::Wide => framed(state, screen, sheet, |body, sheet| wide(course, body, sheet)),
    }
    if state.overlay == Overlay::Help {
        help::draw(&KEYS.help(), screen, sheet);
    }
}

/// Lines, the most important first.
fn tiny(state: &BenchState, area: Rect, sheet: &mut Sheet<'_>) {
    let course = state.shown();
    let heading = figures::heading(state);
    let headline = figures::headline(course);
    let mut lines = vec![
        vec![
            sheet.say(Meaning::Headline, text::count(headline.number)),
            sheet.say(Meaning::Plain, format!(" {}", headline.caption)),
        ],
        vec![sheet.say(if heading.frozen { Meaning::Frozen } else { Meaning::Plain }, heading.standing)],
        vec![sheet.say(Meaning::Bad, headline.alarm)],
        vec![sheet.say(Meaning::Quiet, headline.outlook)],
    ];
    for (name, count, _) in headline.totals {
        lines.push(vec![sheet.say(Meaning::Plain, text::count(count)), sheet.say(Meaning::Quiet, format!(" {name}"))]);
    }
    lines.retain(|line| line.iter().any(|span| !span.content.is_empty()));
    for (row, line) in (0..).zip(lines) {
        sheet.put(area, row, line);
    }
}

/// Heading and footer around the rest.
fn framed(state: &BenchState, screen: Rect, sheet: &mut Sheet<'_>, body: impl FnOnce(Rect, &mut Sheet<'_>)) {
    let area = Rect { x: screen.x + 1, width: screen.width.saturating_sub(2), ..screen };
    let (head, rest) = split_rows(area, 1);
    let (middle, foot) = split_rows(rest, rest.height.saturating_sub(1));
    heading::draw(&figures::heading(state), head, sheet);
    footer::draw(&KEYS.footer(), foot, sheet);
    body(middle, sheet);
}

fn small(course: &Course, area: Rect, sheet: &mut Sheet<'_>) {
    let (top, rest) = split_rows(area, headline::ROWS);
    headline::draw(&figures::headline(course), top, sheet);
    let stock = figures::stock(course);
    let wanted = (stock.categories.len().max(1) as u16 + 1).min(rest.height.saturating_sub(2).max(2));
    let (seats, rest) = split_rows(rest, wanted);
    stock::draw(&stock, seats, sheet);
    let (latencies, rest) = split_rows(rest, if rest.height < 4 { 0 } else { 4 });
    latency::draw(&figures::latency(course), latencies, sheet);
    if rest.height >= 2 {
        rejections::draw(&figures::rejections(course), rest, sheet);
    }
}

fn normal(course: &Course, area: Rect, sheet: &mut Sheet<'_>) {
    let (_, area) = split_rows(area, 1);
    let (top, area) = split_rows(area, headline::ROWS);
    headline::draw(&figures::headline(course), top, sheet);
    let (_, area) = split_rows(area, 1);
    let gap = 2;
    let half = (area.width - gap) / 2;
    let (left, right) = split_columns(area, half);
    let (_, right) = split_columns(right, gap);

    let [first, second, third] = thirds(left);
    stock::draw(&figures::stock(course), first, sheet);
    orders::draw(&figures::orders(course), second, sheet);
    let (queue_area, generator_area) = split_rows(third, third.height.saturating_sub(3));
    queue::draw(&figures::queue(course), queue_area, sheet);
    generator::draw(&figures::generator(course), generator_area, sheet);

    let [first, second, third] = thirds(right);
    arrivals::draw(&figures::arrivals(course), first, sheet);
    latency::draw(&figures::latency(course), second, sheet);
    rejections::draw(&figures::rejections(course), third, sheet);
}

fn wide(course: &Course, area: Rect, sheet: &mut Sheet<'_>) {
    let (_, area) = split_rows(area, 1);
    let (top, area) = split_rows(area, headline::ROWS);
    headline::draw(&figures::headline(course), top, sheet);
    let (_, area) = split_rows(area, 1);
    let gap = 3;
    let third = (area.width - 2 * gap) / 3;
    let (left, rest) = split_columns(area, third);
    let (_, rest) = split_columns(rest, gap);
    let (middle, right) = split_columns(rest, third);
    let (_, right) = split_columns(right, gap);

    let [.., lower] = thirds(left);
    let (seats, _) = split_rows(left, left.height - lower.height);
    stock::draw(&figures::stock(course), seats, sheet);
    queue::draw(&figures::queue(course), lower, sheet);
    let (upper, lower) = split_rows(middle, middle.height.div_ceil(2));
    arrivals::draw(&figures::arrivals(course), upper, sheet);
    orders::draw(&figures::orders(course), lower, sheet);
    let (generator_area, upper) = {
        let (upper, lower) = split_rows(right, right.height.saturating_sub(3));
        (lower, upper)
    };
    let (latencies, reasons) = split_rows(upper, upper.height / 2);
    latency::draw(&figures::latency(course), latencies, sheet);
    rejections::draw(&figures::rejections(course), reasons, sheet);
    generator::draw(&figures::generator(course), generator_area, sheet);
}

/// Three areas under each other; the first takes what is left over.
fn thirds(area: Rect) -> [Rect; 3] {
    let each = area.height / 3;
    let (first, rest) = split_rows(area, area.height - 2 * each);
    let (second, third) = split_rows(rest, each);
    [first, second, third]
}

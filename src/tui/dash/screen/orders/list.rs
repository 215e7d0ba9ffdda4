//! The list, drawn: what is asked, what is held back, the rows.
//! Must not change anything.

use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};

use super::{
    OrdersScreen, Refusal,
    columns::{self, Column, Placed},
    row::Row,
    words,
};
use crate::{
    domain::ids::OrderNumber,
    tui::{
        dash::{
            query::{Mistake, standing_word},
            screen::View,
        },
        lang::Lang,
        panel::{Sheet, split_rows},
        text,
        theme::Meaning,
    },
};

/// An area lower than this has no room for more than the rows.
const LOW_ROWS: u16 = 8;

/// What somebody clicked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    Heading(Column),
    Row(OrderNumber),
}

/// Where things stand.
struct Places {
    query: Rect,
    headings: Rect,
    rows: Rect,
    foot: Rect,
    /// The first row that is shown.
    top: usize,
}

impl Places {
    fn of(screen: &OrdersScreen, area: Rect) -> Self {
        let low = area.height < LOW_ROWS;
        let (_, rest) = split_rows(area, 1);
        let query_rows = match (&screen.mistake, screen.query.is_all()) {
            (Some(_), _) if low => 1,
            (Some(_), _) => 4,
            (None, true) => 0,
            (None, false) => 1,
        };
        let (query, rest) = split_rows(rest, query_rows);
        let (headings, rest) = split_rows(rest, if low { 0 } else { 1 });
        let foot_rows = u16::from(screen.refusal.is_some());
        let (rows, foot) = split_rows(rest, rest.height.saturating_sub(foot_rows));
        let shown = usize::from(rows.height);
        let latest = screen.tail.rows().len().saturating_sub(shown);
        // The cursor's row is in the middle, except at both ends: it stands still while others come and go.
        let top = screen.tail.at().saturating_sub(shown / 2).min(latest);
        Self { query, headings, rows, foot, top }
    }
}

/// What stands at a place.
pub fn hit(screen: &OrdersScreen, area: Rect, at: Position) -> Option<Hit> {
    let places = Places::of(screen, area);
    if places.headings.contains(at) {
        let x = at.x - area.x;
        let placed = columns::placed(area.width);
        return placed.iter().rfind(|placed| placed.x <= x).map(|placed| Hit::Heading(placed.column));
    }
    let row = places.rows.contains(at).then(|| places.top + usize::from(at.y - places.rows.y))?;
    screen.tail.rows().get(row).map(|row| Hit::Row(row.line.order_number))
}

/// Draws it.
pub fn draw(screen: &OrdersScreen, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let places = Places::of(screen, area);
    let name = sheet.lang.pick("Orders", "订单");
    let note = note(screen, view, usize::from(area.width).saturating_sub(text::width(name) + 4), sheet);
    sheet.titled(area, name, note);
    match &screen.mistake {
        Some((typed, mistake)) => wrong(typed, mistake, places.query, sheet),
        None => {
            let room = usize::from(area.width).saturating_sub(2);
            let query = sheet.say(Meaning::Plain, text::cut(&screen.printed, room));
            sheet.put(places.query, 0, vec![sheet.say(Meaning::Key, "/ "), query]);
        }
    }
    let placed = columns::placed(area.width);
    headings(screen, &placed, places.headings, sheet);
    rows(screen, view, &placed, &places, sheet);
    if let Some((refusal, _)) = screen.refusal {
        refused(refusal, places.foot, sheet);
    }
}

/// Why nothing was done, quietly.
pub fn refused(refusal: Refusal, area: Rect, sheet: &mut Sheet<'_>) {
    let lang = sheet.lang;
    let words = match (refusal, lang) {
        (Refusal::NothingChosen, _) => lang.pick("no order is chosen", "没有选中订单").to_owned(),
        (Refusal::NotUnpaid(standing), Lang::En) => {
            format!("this order is {}: only an unpaid one can be cancelled", standing_word(standing, lang))
        }
        (Refusal::NotUnpaid(standing), Lang::Zh) => {
            format!("该订单{}：只能取消未支付的订单", standing_word(standing, lang))
        }
        (Refusal::NotPaid(standing), Lang::En) => {
            format!("this order is {}: only a paid one can be refunded", standing_word(standing, lang))
        }
        (Refusal::NotPaid(standing), Lang::Zh) => {
            format!("该订单{}：只能为已支付的订单退款", standing_word(standing, lang))
        }
    };
    sheet.put(area, 0, sheet.say(Meaning::Quiet, text::cut(&words, usize::from(area.width))));
}

/// What there is to know about the list, as much as there is room for, the weightiest at the right.
fn note(screen: &OrdersScreen, view: &View<'_>, room: usize, sheet: &Sheet<'_>) -> Line<'static> {
    let mut parts: Vec<Vec<Span<'static>>> = Vec::new();
    let mut left = room;
    for mut part in notes(screen, view, sheet) {
        let between = if parts.is_empty() { 0 } else { 3 };
        // What is said after the first words is left out before they are.
        while !part.is_empty() && part.iter().map(Span::width).sum::<usize>() + between > left {
            part.pop();
        }
        if part.is_empty() {
            break;
        }
        left -= part.iter().map(Span::width).sum::<usize>() + between;
        parts.push(part);
    }
    parts.reverse();
    Line::from(parts.join(&sheet.say(Meaning::Quiet, " · ")))
}

/// The weightiest first.
fn notes(screen: &OrdersScreen, view: &View<'_>, sheet: &Sheet<'_>) -> Vec<Vec<Span<'static>>> {
    let lang = sheet.lang;
    let mut notes = Vec::new();
    if let Some(pause) = &screen.pause {
        let waiting = format!("{} {} ", text::count(pause.changes()), lang.pick("waiting", "条待显示"));
        let paused = sheet.say(Meaning::Frozen, lang.pick(" PAUSED ", " 已暂停 "));
        notes.push(vec![paused, sheet.say(Meaning::Frozen, waiting)]);
    }
    if screen.lost {
        let age = words::ago(view.now_ms - view.sale.heard_at_ms, lang);
        let silent = lang.pick(", no news since", "，此后无消息");
        notes.push(vec![sheet.say(Meaning::Warning, age), sheet.say(Meaning::Quiet, silent)]);
    }
    if let Some(cause) = screen.inquiry.failure() {
        let silent = lang.pick("no answer", "无应答");
        notes.push(vec![
            sheet.say(Meaning::Bad, silent),
            sheet.say(Meaning::Quiet, text::cut(&format!(": {cause}"), 60)),
        ]);
    }
    notes.extend(left_out(screen, view, sheet));
    let count = screen.tail.rows().len();
    let word = match (screen.query.is_all(), lang) {
        (true, Lang::En) => "orders",
        (false, Lang::En) => "match",
        (true, Lang::Zh) => "个订单",
        (false, Lang::Zh) => "个符合",
    };
    if count > 0 {
        notes.push(vec![sheet.say(Meaning::Quiet, format!("{} {word}", text::count(count as u64)))]);
    }
    if let Some(searched) = screen.inquiry.searched(&screen.query) {
        let words = match lang {
            Lang::En => format!("newest {searched} searched"),
            Lang::Zh => format!("已查最新 {searched} 个"),
        };
        notes.push(vec![sheet.say(Meaning::Quiet, words)]);
    }
    notes
}

fn left_out(screen: &OrdersScreen, view: &View<'_>, sheet: &Sheet<'_>) -> Option<Vec<Span<'static>>> {
    let (lang, per_s) = (sheet.lang, screen.left_out.per_s(view.now_ms));
    let number = match (per_s, screen.left_out.since_page()) {
        (_, 0) => return None,
        (0, count) => text::count(count),
        (per_s, _) => format!("+{}/s", text::count(per_s)),
    };
    let words = lang.pick(" not shown", " 未显示");
    let remedy = lang.pick("; r asks the ledger", "；按 r 查账本");
    Some(vec![sheet.say(Meaning::Warning, number), sheet.say(Meaning::Quiet, words), sheet.say(Meaning::Quiet, remedy)])
}

/// What was typed, the wrong word marked, what is wrong with it, and what would be right.
fn wrong(typed: &str, mistake: &Mistake, area: Rect, sheet: &mut Sheet<'_>) {
    let width = usize::from(area.width);
    if area.height < 4 {
        sheet.put(area, 0, sheet.say(Meaning::Bad, text::cut(&mistake.words_within(width, sheet.lang), width)));
        return;
    }
    let before: String = typed.chars().take(mistake.at).collect();
    let after: String = typed.chars().skip(mistake.at + mistake.word.chars().count()).collect();
    let line = vec![
        sheet.say(Meaning::Key, "/ "),
        sheet.say(Meaning::Plain, before.clone()),
        sheet.say(Meaning::Bad, mistake.word.clone()),
        sheet.say(Meaning::Plain, after),
    ];
    sheet.put(area, 0, line);
    let marks = "^".repeat(text::width(&mistake.word).max(1));
    let marks = text::cut(&format!("  {}{marks}", " ".repeat(text::width(&before))), width);
    sheet.put(area, 1, sheet.say(Meaning::Bad, marks));
    let words = format!("  {}", mistake.words_within(width.saturating_sub(2), sheet.lang));
    sheet.put(area, 2, sheet.say(Meaning::Warning, text::cut(&words, width)));
    let allowed = format!("  {} {}", sheet.lang.pick("allowed:", "可用："), mistake.allowed(sheet.lang));
    sheet.put(area, 3, sheet.say(Meaning::Quiet, text::cut(&allowed, width)));
}

fn headings(screen: &OrdersScreen, placed: &[Placed], area: Rect, sheet: &mut Sheet<'_>) {
    let (sorted, reversed) = screen.tail.sorted_by();
    for place in placed {
        let (mut title, mut meaning) = (place.column.title(sheet.lang).to_owned(), Meaning::Quiet);
        if place.column == sorted {
            title.push(if reversed { '▴' } else { '▾' });
            meaning = Meaning::Title;
        }
        // The mark of the sorted column may lean into the gap beside it.
        let own = usize::from(place.width);
        let width = if place.column == sorted { own.max(text::width(&title)) } else { own };
        let cell = Rect { x: area.x + place.x, width: width as u16, ..area }.intersection(area);
        let title = if place.column.is_right() { text::right(&title, width) } else { text::cut(&title, width) };
        sheet.put(cell, 0, sheet.say(meaning, title));
    }
}

fn rows(screen: &OrdersScreen, view: &View<'_>, placed: &[Placed], places: &Places, sheet: &mut Sheet<'_>) {
    let area = places.rows;
    let all = screen.tail.rows();
    if all.is_empty() {
        nothing(screen, area, sheet);
        return;
    }
    let shown = all.iter().enumerate().skip(places.top).take(usize::from(area.height));
    for (line, (at, row)) in (0..).zip(shown) {
        let chosen = at == screen.tail.at();
        let own = split_rows(split_rows(area, line).1, 1).0;
        drawn_row(row, view, placed, own, sheet);
        if screen.lost || row.leaves {
            sheet.buf.set_style(own, sheet.theme.style(Meaning::Quiet));
        }
        if chosen {
            sheet.put(own, 0, sheet.say(Meaning::Key, if screen.tail.follows() { "▹" } else { "▸" }));
            // A cursor that only stays at the top has chosen nothing yet.
            if !screen.tail.follows() {
                sheet.buf.set_style(own, sheet.theme.style(Meaning::Frozen));
            }
        }
    }
}

fn drawn_row(row: &Row, view: &View<'_>, placed: &[Placed], area: Rect, sheet: &mut Sheet<'_>) {
    let flashes = row.flashes(view.now_ms);
    if flashes {
        let mark = Rect { x: area.x.saturating_add(1), width: area.width.min(2) / 2, ..area };
        sheet.put(mark, 0, sheet.say(Meaning::Came, "•"));
    }
    for place in placed {
        let width = usize::from(place.width);
        let (meaning, words) = place.column.cell(row, width, view.server_ms, sheet.lang);
        let words = if place.column.is_right() { text::right(&words, width) } else { text::cut(&words, width) };
        let cell = Rect { x: area.x + place.x, width: place.width, ..area }.intersection(area);
        sheet.put(cell, 0, sheet.say(meaning, words));
        if flashes && matches!(place.column, Column::Number | Column::Status) {
            sheet.buf.set_style(cell, sheet.theme.style(Meaning::Headline));
        }
    }
}

fn nothing(screen: &OrdersScreen, area: Rect, sheet: &mut Sheet<'_>) {
    let lang = sheet.lang;
    let words = if screen.inquiry.failure().is_some() {
        lang.pick("nothing is known yet; r asks again", "暂无数据；按 r 重试")
    } else if screen.inquiry.is_waiting() {
        lang.pick("asking the ledger …", "正在查询账本 …")
    } else if screen.query.is_all() {
        lang.pick("no orders yet: they appear as they are placed", "还没有订单：下单后会立即出现")
    } else {
        lang.pick("no order fits; Esc takes the filter away", "没有符合的订单；Esc 清除筛选")
    };
    let row = u16::from(area.height > 4);
    let words = text::cut(words, usize::from(area.width).saturating_sub(usize::from(columns::GUTTER)));
    let indented = Rect { x: area.x + columns::GUTTER.min(area.width), ..area }.intersection(area);
    sheet.put(indented, row, sheet.say(Meaning::Quiet, words));
}

//! One order's whole life, drawn: what comes next, every step, every ticket.
//! Must not change anything.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use super::{
    OrdersScreen,
    columns::{self, end_of, price},
    life::Opened,
    list, timeline, words,
};
use crate::{
    tui::{
        dash::{
            query::{category_name, standing_word},
            screen::View,
        },
        lang::Lang,
        panel::{Sheet, split_rows},
        text,
        theme::Meaning,
    },
    wire::{
        admin::{MaskedBuyer, OrderLine},
        feed::Happening,
    },
};

/// An area lower than this has no room for air between the lines.
const LOW_ROWS: u16 = 18;

/// An area narrower than this has no room for words in its head.
const NARROW_COLUMNS: u16 = 32;

/// Draws it.
pub fn draw(screen: &OrdersScreen, opened: &Opened, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let lang = sheet.lang;
    let status = opened.standing().map_or_else(Line::default, |standing| {
        Line::from(sheet.say(words::meaning(standing), words::marked(standing, lang)))
    });
    let name = if area.width < NARROW_COLUMNS { "" } else { lang.pick("Order ", "订单 ") };
    let room = usize::from(area.width).saturating_sub(text::width(name) + status.width() + 4);
    let number = end_of(&opened.number.to_string(), room.max(6));
    let (_, rest) = split_rows(area, 1);
    sheet.titled(area, &text::cut(&format!("{name}{number}"), usize::from(area.width)), status);
    let (body, foot) = split_rows(rest, rest.height.saturating_sub(u16::from(screen.refusal.is_some())));
    let paper = Paper { view, width: usize::from(body.width), roomy: area.height >= LOW_ROWS, stale: screen.lost };
    let lines = paper.lines(opened, sheet);
    let most = lines.len().saturating_sub(usize::from(body.height));
    for (row, line) in (0..body.height).zip(lines.into_iter().skip(opened.scrolled.min(most))) {
        sheet.put(body, row, line);
    }
    if let Some((refusal, _)) = screen.refusal {
        list::refused(refusal, foot, sheet);
    }
}

/// The same as plain words, for the clipboard.
pub fn as_text(opened: &Opened, view: &View<'_>) -> String {
    let lang = Lang::En;
    let standing = opened.standing().map_or("", |standing| standing_word(standing, lang));
    let mut lines = vec![format!("order {} {standing}", opened.number)];
    if let Some(life) = &opened.life {
        lines.push(life.program_title.clone());
        lines.extend(life.buyer.as_ref().map(|buyer| buyer_words(buyer, lang)));
        for step in timeline::steps(life, view.server_ms, lang) {
            let time = step.time.unwrap_or_else(|| " ".repeat(12));
            let span = step.span.map(|span| format!("  {span}")).unwrap_or_default();
            lines.push(format!("{time}  {}  {}{span}", step.what, step.detail));
        }
    }
    if let Some(line) = line_of(opened) {
        for ticket in &line.tickets {
            let category = category_words(view, line, ticket.category_id, lang);
            lines.push(format!("{}-{}  {category}  {}", ticket.row, ticket.col, price(ticket.price.0)));
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// The order as it was last heard of, from whomever.
fn line_of(opened: &Opened) -> Option<&OrderLine> {
    let life = opened.life.as_ref().and_then(|life| life.order.as_ref());
    opened.row.as_ref().map(|row| &row.line).or(life)
}

fn buyer_words(buyer: &MaskedBuyer, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{} {}, user {}", buyer.name, buyer.mobile, buyer.user_id),
        Lang::Zh => format!("{} {}，用户 {}", buyer.name, buyer.mobile, buyer.user_id),
    }
}

fn category_words(view: &View<'_>, line: &OrderLine, id: crate::domain::ids::CategoryId, lang: Lang) -> String {
    category_name(view.sale, line, id)
        .map_or_else(|| format!("{} {id}", lang.pick("category", "票档")), ToOwned::to_owned)
}

/// What lines are written on.
struct Paper<'a> {
    view: &'a View<'a>,
    width: usize,
    roomy: bool,
    stale: bool,
}

impl Paper<'_> {
    fn lines(&self, opened: &Opened, sheet: &Sheet<'_>) -> Vec<Line<'static>> {
        let lang = sheet.lang;
        let mut lines = Vec::new();
        if let Some(cause) = &opened.failure {
            let words = format!("{} {cause}", lang.pick("the server did not tell:", "服务器没有应答："));
            lines.push(sheet.say(Meaning::Bad, text::cut(&words, self.width)).into());
        }
        if opened.life.is_none() && opened.failure.is_none() {
            lines.push(sheet.say(Meaning::Quiet, lang.pick("asking …", "查询中 …")).into());
        }
        self.next(opened, sheet, &mut lines);
        self.about(opened, sheet, &mut lines);
        if opened.life.is_some() {
            self.section(lang.pick("Life", "经过"), lang.pick("UTC+8", "UTC+8"), sheet, &mut lines);
            self.life(opened, sheet, &mut lines);
        }
        if let Some(line) = line_of(opened).filter(|line| !line.tickets.is_empty()) {
            let note = words::tickets(line.tickets.len(), lang);
            self.section(lang.pick("Tickets", "票"), &note, sheet, &mut lines);
            self.tickets(line, sheet, &mut lines);
        }
        lines
    }

    /// What comes next, with the number that matters.
    fn next(&self, opened: &Opened, sheet: &Sheet<'_>, lines: &mut Vec<Line<'static>>) {
        let lang = sheet.lang;
        let seats = line_of(opened).map_or(0, |line| line.tickets.len());
        let ends = line_of(opened).map(|line| line.hold_ends_at_ms).filter(|ends_at_ms| *ends_at_ms > 0);
        let until = ends.map(|ends_at_ms| ends_at_ms - self.view.server_ms);
        let position = opened.life.as_ref().and_then(|life| life.position);
        let (number, what) = match (opened.standing(), until) {
            (None, _) => return,
            (Some(Happening::Queued), _) => (
                position.map_or_else(|| "…".to_owned(), text::count),
                lang.pick("is its place in the queue", "是它在队列中的位置"),
            ),
            (Some(Happening::Created), Some(..=0)) => {
                ("0:00".to_owned(), lang.pick("its hold is over: it expires any moment", "锁定已到期：随时失效"))
            }
            (Some(Happening::Created), Some(left)) => {
                (words::countdown(left), lang.pick("until its hold ends", "后锁定到期"))
            }
            (Some(Happening::Created), None) => return,
            (Some(Happening::Paid), _) => (
                text::count(seats as u64),
                match seats {
                    1 => lang.pick("ticket sold", "张票已售出"),
                    _ => lang.pick("tickets sold", "张票已售出"),
                },
            ),
            (Some(Happening::Cancelled | Happening::Expired), _) => (
                text::count(seats as u64),
                match seats {
                    1 => lang.pick("seat back on sale", "个座位已放回销售"),
                    _ => lang.pick("seats back on sale", "个座位已放回销售"),
                },
            ),
            (Some(Happening::Refunded), _) => {
                (line_of(opened).map_or_else(String::new, |line| price(line.price.0)), lang.pick("paid back", "已退还"))
            }
            (Some(Happening::Rejected), _) => {
                let reason = opened.row.as_ref().and_then(|row| row.reason.clone()).unwrap_or_default();
                let words = if reason.is_empty() { String::new() } else { columns::reason(&reason, lang) };
                let never = lang.pick("never an order: ", "没有成为订单：");
                lines.push(sheet.say(Meaning::Bad, text::cut(&format!("{never}{words}"), self.width)).into());
                return;
            }
        };
        let number = sheet.say(Meaning::Headline, number);
        let stale = if self.stale { lang.pick(" (no news)", "（无新消息）") } else { "" };
        lines.push(vec![number, sheet.say(Meaning::Plain, format!(" {what}{stale}"))].into());
        if self.roomy {
            lines.push(Line::default());
        }
    }

    /// Whose, for what, how much.
    fn about(&self, opened: &Opened, sheet: &Sheet<'_>, lines: &mut Vec<Line<'static>>) {
        let lang = sheet.lang;
        let mut put = |name: &str, value: String| {
            let name = text::fitted(name, 8.min(self.width));
            let value = text::cut(&value, self.width.saturating_sub(8));
            lines.push(vec![sheet.say(Meaning::Quiet, name), sheet.say(Meaning::Plain, value)].into());
        };
        if let Some(life) = &opened.life {
            put(lang.pick("program", "节目"), life.program_title.clone());
            if let Some(buyer) = &life.buyer {
                put(lang.pick("buyer", "购票人"), buyer_words(buyer, lang));
            }
        }
        if let Some(line) = line_of(opened) {
            let what =
                format!("v{} · {} · {}", line.version, words::tickets(line.tickets.len(), lang), price(line.price.0));
            put(lang.pick("order", "订单"), what);
            if let Some(key) = line.request_id.as_ref().filter(|_| self.roomy) {
                put(lang.pick("key", "幂等键"), key.clone());
            }
        }
    }

    fn section(&self, name: &str, note: &str, sheet: &Sheet<'_>, lines: &mut Vec<Line<'static>>) {
        if self.roomy {
            lines.push(Line::default());
        }
        let rule = self.width.saturating_sub(text::width(name) + text::width(note) + 2);
        lines.push(
            vec![
                sheet.say(Meaning::Title, format!("{name} ")),
                sheet.say(Meaning::Quiet, format!("{} {note}", "─".repeat(rule))),
            ]
            .into(),
        );
    }

    /// Steps under each other; the time between two stands between them where there is room.
    fn life(&self, opened: &Opened, sheet: &Sheet<'_>, lines: &mut Vec<Line<'static>>) {
        let Some(life) = &opened.life else { return };
        let steps = timeline::steps(life, self.view.server_ms, sheet.lang);
        let times = if self.width >= 36 { 12 } else { 8 };
        let whats = steps.iter().map(|step| text::width(&step.what)).max().unwrap_or(0) + 2;
        for (at, step) in steps.into_iter().enumerate() {
            if let Some(span) = step.span.as_ref().filter(|_| self.roomy && at > 0) {
                let bar = if step.ahead { "┊" } else { "│" };
                let words = format!("{}  {bar} {span}", " ".repeat(times));
                lines.push(sheet.say(Meaning::Quiet, text::cut(&words, self.width)).into());
            }
            let time = text::fitted(step.time.as_deref().map_or("–", |time| &time[..times]), times);
            let mut line: Vec<Span<'static>> = vec![
                sheet.say(Meaning::Quiet, format!("{time}  ")),
                sheet.say(step.meaning, format!("{} {}", step.glyph, text::fitted(&step.what, whats))),
            ];
            let used: usize = line.iter().map(Span::width).sum();
            let span = step.span.filter(|_| !self.roomy).unwrap_or_default();
            let room = self.width.saturating_sub(used + text::width(&span) + 1);
            line.push(sheet.say(Meaning::Plain, text::fitted(&step.detail, room)));
            line.push(sheet.say(Meaning::Quiet, format!(" {span}")));
            lines.push(line.into());
        }
    }

    fn tickets(&self, line: &OrderLine, sheet: &Sheet<'_>, lines: &mut Vec<Line<'static>>) {
        let names: Vec<String> =
            line.tickets.iter().map(|ticket| category_words(self.view, line, ticket.category_id, sheet.lang)).collect();
        let widest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
        let name_columns = widest.min(self.width.saturating_sub(22));
        for (ticket, name) in line.tickets.iter().zip(names) {
            let seat = text::fitted(columns::place(ticket).as_deref().unwrap_or("–"), 8);
            let person = format!("  {} {}", sheet.lang.pick("person", "观演人"), ticket.ticket_user_id);
            let mut spans = vec![
                sheet.say(Meaning::Plain, seat),
                sheet.say(Meaning::Plain, format!("{}  ", text::fitted(&name, name_columns))),
                sheet.say(Meaning::Plain, text::right(&price(ticket.price.0), 9)),
            ];
            let used: usize = spans.iter().map(Span::width).sum();
            if used + text::width(&person) <= self.width {
                spans.push(sheet.say(Meaning::Quiet, person));
            }
            lines.push(spans.into());
        }
    }
}

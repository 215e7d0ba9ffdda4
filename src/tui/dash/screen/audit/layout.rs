//! The laws and what breaks them, drawn.
//! Must not assume that a rectangle has any cells.

use ratatui::{layout::Rect, text::Line};

use super::{
    AuditScreen, Done, Outcome,
    laws::{self, Verdict},
};
use crate::{
    tui::{
        dash::screen::View,
        lang::Lang,
        panel::{Sheet, split_columns, split_rows},
        text,
        theme::Meaning,
    },
    wire::api::FindingAnswer,
};

/// What turns while one waits.
const SPINNER: [&str; 4] = ["◐", "◓", "◑", "◒"];
/// Columns of a verdict's word.
const WORD: usize = 10;

/// Draws the screen.
pub fn draw(screen: &AuditScreen, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    if view.replay {
        let words = sheet.lang.pick(
            "the laws can only be checked on a server: a recording does not hold its ledger",
            "只能在服务器上审计：录像中没有账本",
        );
        for (row, line) in (0..).zip(text::wrapped(words, area.width.into(), 4)) {
            sheet.put(area, row, sheet.say(Meaning::Quiet, line));
        }
        return;
    }
    if let Some(finding) = screen.opened(view) {
        draw_finding(finding, area, sheet);
        return;
    }
    let rest = draw_standing(screen, view, area, sheet);
    // On a watch the standing says it all; the laws that are not kept come first.
    let findings = screen.findings(view);
    let laws_rows = if findings.is_empty() { rest.height } else { rest.height.saturating_sub(3).min(11) };
    let laws_rows = if rest.height < 8 && !findings.is_empty() { 0 } else { laws_rows };
    let (upper, lower) = split_rows(rest, laws_rows);
    draw_laws(screen, view, upper, sheet);
    if !findings.is_empty() {
        draw_findings(findings, screen.cursor(findings), lower, sheet);
    }
}

/// How it stands: a line or two at the top; the rest comes back.
fn draw_standing(screen: &AuditScreen, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) -> Rect {
    let lang = sheet.lang;
    let columns = usize::from(area.width);
    let scope = scope(screen, view, lang);
    let (line, meaning) = match &screen.outcome {
        Outcome::Never => (lang.pick("not checked yet", "尚未审计").to_owned(), Meaning::Plain),
        Outcome::Running { since_ms } => {
            let elapsed = view.now_ms.saturating_sub(*since_ms).max(0);
            let turn = SPINNER[usize::try_from(elapsed / 100).unwrap_or(0) % SPINNER.len()];
            let words = lang.pick("checking", "正在审计");
            (format!("{turn} {words}  {}", text::clock(elapsed as f64 / 1e3)), Meaning::Title)
        }
        Outcome::Failed(cause) => {
            (format!("✗ {}: {cause}", lang.pick("could not be checked", "审计失败")), Meaning::Bad)
        }
        Outcome::Done(done) if screen.unveiling(view) => {
            let all = done.answer.laws.len();
            (format!("{} {}/{all}", lang.pick("laws", "规则"), screen.unveiled(view)), Meaning::Title)
        }
        Outcome::Done(done) => result(done, lang),
    };
    sheet.put(area, 0, sheet.say(meaning, text::cut(&line, columns)));
    let taken = text::width(&line) + 3;
    if taken + text::width(&scope) <= columns {
        sheet.put_right(area, 0, sheet.say(Meaning::Quiet, scope));
    }
    let below = match &screen.outcome {
        Outcome::Done(done) => looked_at(done, view, lang),
        Outcome::Running { .. } => lang.pick("waiting until the queue is empty", "等待队列清空").to_owned(),
        _ => lang.pick("left and right choose what is checked", "左右键选择审计范围").to_owned(),
    };
    if area.height < 3 {
        return split_rows(area, 1).1;
    }
    sheet.put(area, 1, sheet.say(Meaning::Quiet, text::cut(&below, columns)));
    split_rows(area, if area.height >= 14 { 3 } else { 2 }).1
}

fn result(done: &Done, lang: Lang) -> (String, Meaning) {
    let of = |wanted| done.answer.laws.iter().filter(|law| Verdict::of(law) == wanted).count();
    let (broken, unchecked) = (of(Verdict::Broken), of(Verdict::Unchecked));
    let findings = done.answer.findings.len();
    if broken > 0 || findings > 0 || !done.answer.clean {
        let words = match lang {
            Lang::En if broken == 1 => format!("✗ 1 law broken, findings: {findings}"),
            Lang::En => format!("✗ {broken} laws broken, findings: {findings}"),
            Lang::Zh => format!("✗ 违反 {broken} 条规则，{findings} 处问题"),
        };
        return (words, Meaning::Bad);
    }
    let kept = of(Verdict::Kept);
    match (lang, unchecked) {
        (Lang::En, 0) => (format!("✓ all {kept} laws are kept"), Meaning::Good),
        (Lang::Zh, 0) => (format!("✓ {kept} 条规则全部成立"), Meaning::Good),
        (Lang::En, _) => (format!("✓ {kept} laws are kept, {unchecked} could not be checked"), Meaning::Warning),
        (Lang::Zh, _) => (format!("✓ {kept} 条规则成立，{unchecked} 条未能审计"), Meaning::Warning),
    }
}

/// What was looked at, when, and how long that took.
fn looked_at(done: &Done, view: &View<'_>, lang: Lang) -> String {
    let count = text::count;
    let (programs, orders, seats) = (count(done.answer.programs), count(done.answer.orders), count(done.answer.seats));
    let took = text::clock(done.took_ms.max(0) as f64 / 1e3);
    let ago = text::clock(view.now_ms.saturating_sub(done.at_ms).max(0) as f64 / 1e3);
    match lang {
        Lang::En => {
            let programs = if programs == "1" { "1 program".to_owned() } else { format!("{programs} programs") };
            format!("{programs}, {orders} orders, {seats} seats in {took}, {ago} ago")
        }
        Lang::Zh => format!("{programs} 个节目，{orders} 个订单，{seats} 个座位；用时 {took}，{ago} 前"),
    }
}

fn scope(screen: &AuditScreen, view: &View<'_>, lang: Lang) -> String {
    match screen.scope(view).and_then(|_| view.sale.program()) {
        Some(program) => format!("‹ {} ›", text::cut(&program.title, 30)),
        None if view.sale.hall.is_some() => format!("‹ {} ›", lang.pick("all programs", "全部节目")),
        None => lang.pick("all programs", "全部节目").to_owned(),
    }
}

fn draw_laws(screen: &AuditScreen, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let lang = sheet.lang;
    let inner = if area.height > 10 { sheet.titled(area, lang.pick("Laws", "规则"), Line::default()) } else { area };
    let unveiled = screen.unveiled(view);
    // Where not all have a row, those that are not kept must.
    let mut lines: Vec<_> = laws::names().enumerate().map(|(at, name)| law_of(screen, (at, name), unveiled)).collect();
    if lines.len() > usize::from(inner.height) {
        lines.sort_by_key(|(_, verdict, _)| match verdict {
            Verdict::Broken => 0,
            Verdict::Unchecked => 1,
            Verdict::Open | Verdict::Kept => 2,
        });
    }
    let wide = area.width >= 60;
    for (row, (name, verdict, reason)) in (0..inner.height).zip(lines) {
        let (sign, word, meaning) = verdict.shown(lang);
        let (_, mine) = split_rows(inner, row);
        let mut spans = vec![sheet.say(meaning, format!("{sign} ")), sheet.say(Meaning::Plain, text::fitted(name, 4))];
        if wide {
            spans.push(sheet.say(meaning, text::fitted(word, WORD)));
        }
        let taken: usize = spans.iter().map(ratatui::text::Span::width).sum();
        let dim = if verdict == Verdict::Open { Meaning::Quiet } else { Meaning::Plain };
        let room = usize::from(area.width).saturating_sub(taken);
        let says = laws::words(name, lang);
        match reason {
            Some(reason) if room >= 10 => {
                spans.push(sheet.say(Meaning::Quiet, text::cut(&reason, room)));
            }
            _ => spans.push(sheet.say(dim, text::cut(says, room))),
        }
        sheet.put(mine, 0, spans);
    }
}

/// A law's name, verdict as far as it is unveiled, and the reason where it could not be checked.
fn law_of(
    screen: &AuditScreen,
    (at, name): (usize, &'static str),
    unveiled: usize,
) -> (&'static str, Verdict, Option<String>) {
    let Outcome::Done(done) = &screen.outcome else { return (name, Verdict::Open, None) };
    match done.answer.laws.iter().find(|law| law.law == name) {
        Some(law) if at < unveiled => (name, Verdict::of(law), law.reason.clone()),
        Some(_) => (name, Verdict::Open, None),
        None if at < unveiled => (name, Verdict::Unchecked, None),
        None => (name, Verdict::Open, None),
    }
}

fn draw_findings(findings: &[FindingAnswer], cursor: usize, area: Rect, sheet: &mut Sheet<'_>) {
    let note = Line::from(sheet.say(Meaning::Bad, text::count(findings.len() as u64)));
    let inner = sheet.titled(area, sheet.lang.pick("Findings", "问题"), note);
    let rows = usize::from(inner.height);
    let first = cursor.saturating_sub(rows / 2).min(findings.len().saturating_sub(rows));
    for (row, (at, finding)) in (0..inner.height).zip(findings.iter().enumerate().skip(first)) {
        let chosen = at == cursor;
        let taken = 2 + 4;
        let detail = text::cut(&finding.detail, usize::from(inner.width).saturating_sub(taken));
        let line = vec![
            sheet.say(Meaning::Key, if chosen { "▶ " } else { "  " }),
            sheet.say(Meaning::Bad, finding.law.clone()),
            sheet.say(Meaning::Plain, " ".repeat(4usize.saturating_sub(text::width(&finding.law)))),
            sheet.say(if chosen { Meaning::Headline } else { Meaning::Plain }, detail),
        ];
        sheet.put(inner, row, line);
    }
}

/// A finding whole.
fn draw_finding(finding: &FindingAnswer, area: Rect, sheet: &mut Sheet<'_>) {
    let lang = sheet.lang;
    let name = format!("{} {}", lang.pick("Finding", "问题"), finding.law);
    let inner = sheet.titled(area, &name, Line::default());
    let inner = split_columns(inner, 100).0;
    let width = usize::from(inner.width);
    let mut row = 0;
    let mut say = |meaning, words: &str, sheet: &mut Sheet<'_>| {
        for line in text::wrapped(words, width, 8) {
            sheet.put(inner, row, sheet.say(meaning, line));
            row += 1;
        }
    };
    say(Meaning::Bad, &finding.detail, sheet);
    if let Some(program) = finding.program_id {
        say(Meaning::Plain, &format!("{} {program}", lang.pick("program", "节目")), sheet);
    }
    if let Some(order) = finding.order_number {
        say(Meaning::Plain, &format!("{} {order}", lang.pick("order", "订单")), sheet);
    }
    say(Meaning::Quiet, laws::words(&finding.law, lang), sheet);
}

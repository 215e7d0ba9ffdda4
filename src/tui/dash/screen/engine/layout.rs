//! Which panel of the machine room stands where, by how much room there is.
//! Must not look into a panel, nor assume that a rectangle has any cells.

use ratatui::{layout::Rect, text::Line};

use super::{figures, troubles::troubles};
use crate::tui::{
    dash::{course::Timed, screen::View},
    panel::{
        Sheet, bars, beside,
        facts::{self, Fact},
        log, queue, split_rows, stack, timing,
    },
    text,
    theme::Meaning,
};

/// Draws the screen.
pub fn draw(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    if view.sale.server_ms == 0 {
        let words = sheet.lang.pick("waiting for the first word of the server", "等待服务器的第一条消息");
        sheet.put(area, 0, sheet.say(Meaning::Quiet, text::cut(words, area.width.into())));
        return;
    }
    match (area.width, area.height) {
        (150.., 26..) => wide(view, area, sheet),
        (70.., 18..) => normal(view, area, sheet),
        _ => small(view, area, sheet),
    }
}

/// What is wrong, each on a line, or that nothing is; the rest comes back.
fn state(view: &View<'_>, area: Rect, most: usize, sheet: &mut Sheet<'_>) -> Rect {
    let troubles = troubles(view, sheet.lang);
    let columns = usize::from(area.width);
    if troubles.is_empty() {
        let words = sheet.lang.pick("✓ all is well", "✓ 一切正常");
        sheet.put(area, 0, sheet.say(Meaning::Good, text::cut(words, columns)));
    }
    let shown = if troubles.len() > most { most.saturating_sub(1) } else { troubles.len() };
    for (row, (meaning, words)) in (0..).zip(&troubles[..shown]) {
        let sign = if *meaning == Meaning::Bad { "✗" } else { "!" };
        sheet.put(area, row, sheet.say(*meaning, text::cut(&format!("{sign} {words}"), columns)));
    }
    if shown < troubles.len() {
        let more = format!("+{}", troubles.len() - shown);
        sheet.put(area, shown as u16, sheet.say(Meaning::Warning, more));
    }
    split_rows(area, troubles.len().clamp(1, most) as u16).1
}

fn small(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let lines = if area.height < 8 { 2 } else { 4 };
    let rest = state(view, area, lines, sheet);
    let lang = sheet.lang;
    let depth = view.sale.numbers.queue.depth.map_or_else(|| "–".to_owned(), text::count);
    let mut all = vec![(lang.pick("queue", "队列").to_owned(), depth, Meaning::Plain)];
    all.extend(figures::requests(view, lang));
    all.extend(figures::ledger(view, lang));
    all.extend(figures::machine(view, lang));
    facts::draw(&all, rest, sheet);
}

fn normal(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let rest = state(view, area, if area.height < 30 { 4 } else { 8 }, sheet);
    let entries = view.sale.log.len().clamp(1, 5) as u16 + 1;
    let panels = if area.height < 30 { 15 } else { 24 };
    let areas = stack(rest, &[(panels.min(rest.height), 60), (2, entries.max(8))]);
    let (upper, lower) = (areas[0], areas[1]);
    let [left, right] = beside(upper, 2);
    let areas = stack(left, &[(4, 12), (4, 5), (4, 13)]);
    queue::draw(&figures::queue(view), areas[0], sheet);
    draw_worker(view, areas[1], sheet);
    draw_batches(view, areas[2], sheet);
    let areas = stack(right, &[(3, 3), (4, 9), (3, 6), (3, 3), (3, 3)]);
    draw_facts(
        ("Ledger", "账本"),
        &view.sale.numbers.ledger.durability,
        &figures::ledger(view, sheet.lang),
        areas[0],
        sheet,
    );
    draw_commits(view, areas[1], sheet);
    draw_inventory(view, areas[2], sheet);
    draw_facts(("Requests", "请求"), "", &figures::requests(view, sheet.lang), areas[3], sheet);
    draw_facts(("Server", "服务器"), "", &figures::machine(view, sheet.lang), areas[4], sheet);
    draw_log(view, lower, sheet);
}

fn wide(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let rest = split_rows(state(view, area, 8, sheet), 1).1;
    let [left, middle, right] = beside(rest, 3);
    let areas = stack(left, &[(5, 16), (4, 5), (4, 14)]);
    queue::draw(&figures::queue(view), areas[0], sheet);
    draw_worker(view, areas[1], sheet);
    draw_batches(view, areas[2], sheet);
    let areas = stack(middle, &[(3, 4), (5, 13), (4, 14)]);
    draw_facts(
        ("Ledger", "账本"),
        &view.sale.numbers.ledger.durability,
        &figures::ledger(view, sheet.lang),
        areas[0],
        sheet,
    );
    draw_commits(view, areas[1], sheet);
    draw_inventory(view, areas[2], sheet);
    let areas = stack(right, &[(3, 4), (3, 4), (4, 40)]);
    draw_facts(("Requests", "请求"), "", &figures::requests(view, sheet.lang), areas[0], sheet);
    draw_facts(("Server", "服务器"), "", &figures::machine(view, sheet.lang), areas[1], sheet);
    draw_log(view, areas[2], sheet);
}

fn draw_facts(title: (&'static str, &'static str), note: &str, all: &[Fact], area: Rect, sheet: &mut Sheet<'_>) {
    let note = Line::from(sheet.say(Meaning::Quiet, note.to_owned()));
    let inner = sheet.titled(area, sheet.lang.pick(title.0, title.1), note);
    facts::draw(all, inner, sheet);
}

/// Pace and room of the worker, with the time of its batches below.
fn draw_worker(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let inner = sheet.titled(area, sheet.lang.pick("Its worker", "写入线程"), Line::default());
    let rest = facts::draw(&figures::worker(view, sheet.lang), inner, sheet);
    let timing = figures::timing(view, Timed::Batch);
    let Some(run) = timing.now.or(timing.run) else { return };
    let line = vec![
        sheet.say(Meaning::Quiet, sheet.lang.pick("a batch takes  ", "每批耗时  ")),
        sheet.say(Meaning::Plain, text::span(run.p50_us)),
        sheet.say(Meaning::Quiet, sheet.lang.pick("  p99 ", "  p99 ")),
        sheet.say(Meaning::Plain, text::span(run.p99_us)),
    ];
    sheet.put(rest, 0, line);
}

fn draw_batches(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let batches = figures::batches(view, area.height.saturating_sub(1).into(), sheet.lang);
    let all: u64 = batches.rows.iter().map(|(_, count, _)| count).sum();
    let note = Line::from(sheet.say(Meaning::Plain, text::count(all)));
    bars::draw(sheet.lang.pick("Batches by size", "批次大小"), note, &batches, area, sheet);
}

fn draw_commits(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    timing::draw(sheet.lang.pick("A commit takes", "提交耗时"), &figures::timing(view, Timed::Commit), area, sheet);
}

fn draw_inventory(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let all = figures::inventory(view, sheet.lang);
    draw_facts(("Inventory", "库存"), &view.sale.numbers.inventory.engine, &all, area, sheet);
}

fn draw_log(view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let inner = sheet.titled(area, sheet.lang.pick("Repairs", "修复记录"), Line::default());
    let entries = figures::log(view, sheet.lang);
    if entries.is_empty() {
        sheet.put(inner, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("nothing had to be repaired", "无需修复")));
        return;
    }
    log::draw(&entries, inner, sheet);
}

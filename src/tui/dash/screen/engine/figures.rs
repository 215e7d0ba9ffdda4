//! What each panel of the machine room is to show, out of what was heard.
//! Must not draw.

use crate::{
    tui::{
        dash::{
            course::{Past, Timed},
            screen::View,
        },
        lang::Lang,
        panel::{bars::Bars, facts::Fact, log::Entry, queue::Queue, timing::Timing},
        text,
        theme::Meaning,
    },
    wire::feed::{BATCH_BOUNDS, Numbers},
};

fn fact(lang: Lang, (english, chinese): (&'static str, &'static str), value: String) -> Fact {
    (lang.pick(english, chinese).to_owned(), value, Meaning::Plain)
}

/// A value that stands out unless it is zero.
fn odd(lang: Lang, words: (&'static str, &'static str), value: f64, meaning: Meaning, text: String) -> Fact {
    let (name, text, plain) = fact(lang, words, text);
    (name, text, if value > 0.0 { meaning } else { plain })
}

fn per_s(view: &View<'_>, of: fn(&Numbers) -> u64) -> (f64, String) {
    let per_s = view.sale.course.per_s(|numbers| of(numbers) as f64);
    (per_s.unwrap_or(0.0), per_s.map_or_else(|| "–".to_owned(), |per_s| format!("{}/s", text::rate(per_s))))
}

/// Bytes in the unit that fits.
pub fn bytes(bytes: u64) -> String {
    let all = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", all / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", all / 1e6),
        _ => format!("{:.1} GB", all / 1e9),
    }
}

/// v4's queue over time.
pub fn queue(view: &View<'_>) -> Queue {
    let queue = &view.sale.numbers.queue;
    let waits = |oldest: i64| u64::try_from(view.server_ms.saturating_sub(oldest)).unwrap_or(0).saturating_mul(1_000);
    Queue {
        depth: queue.depth,
        depths: view.sale.course.track(Past::Recent, |point| point.depth.map(|depth| depth as f64)),
        oldest_us: queue.oldest_ms.filter(|_| queue.depth != Some(0)).map(waits),
    }
}

/// What the worker does.
pub fn worker(view: &View<'_>, lang: Lang) -> Vec<Fact> {
    let queue = &view.sale.numbers.queue;
    vec![
        fact(lang, ("written", "写入"), per_s(view, |numbers| numbers.queue.written).1),
        fact(lang, ("room for", "容量"), text::count(queue.max)),
        odd(lang, ("unsettled", "待补"), queue.unsettled as f64, Meaning::Warning, text::count(queue.unsettled)),
    ]
}

/// Batches since the server's start, by size; sizes that did not occur at either end are left out, and neighbours stand
/// together where there are fewer rows than sizes.
pub fn batches(view: &View<'_>, rows: usize, lang: Lang) -> Bars {
    let counts = &view.sale.numbers.queue.batches;
    let first = counts.iter().position(|count| *count > 0).unwrap_or(0);
    let last = counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
    let each = (last - first).div_ceil(rows.max(1)).max(1);
    let row = |from: usize| {
        let to = (from + each).min(last);
        (sizes(from, to - 1, lang), counts[from..to].iter().sum(), None)
    };
    Bars { rows: (first..last).step_by(each).map(row).collect() }
}

/// Sizes of these buckets, in words.
fn sizes(first: usize, last: usize, lang: Lang) -> String {
    let from = first.checked_sub(1).and_then(|below| BATCH_BOUNDS.get(below)).map_or(1, |below| below + 1);
    let words = match BATCH_BOUNDS.get(last) {
        Some(to) if *to == from => text::count(from),
        Some(to) => format!("{}–{}", text::count(from), text::count(*to)),
        None => format!("{}+", text::count(from)),
    };
    match lang {
        Lang::En => format!("of {words}"),
        Lang::Zh => format!("{words} 单"),
    }
}

/// How long something takes.
pub fn timing(view: &View<'_>, timed: Timed) -> Timing {
    let course = &view.sale.course;
    let p99_us = match timed {
        Timed::Create => course.track(Past::Recent, |point| point.create_us_p99.map(|us| us as f64)),
        Timed::Commit => course.track(Past::Recent, |point| point.commit_us_p99.map(|us| us as f64)),
        Timed::Batch => Default::default(),
    };
    Timing { now: course.now(timed), run: course.over_the_run(timed), p99_us }
}

/// The ledger's writer.
pub fn ledger(view: &View<'_>, lang: Lang) -> Vec<Fact> {
    let ledger = &view.sale.numbers.ledger;
    let (commits, commits_text) = per_s(view, |numbers| numbers.ledger.commits);
    let (jobs, _) = per_s(view, |numbers| numbers.ledger.jobs);
    let each = if commits > 0.0 { format!("{:.1}", jobs / commits) } else { "–".to_owned() };
    vec![
        fact(lang, ("commits", "提交"), commits_text),
        fact(lang, ("jobs each", "每次任务"), each),
        fact(lang, ("waiting", "待写任务"), text::count(ledger.waiting)),
        fact(lang, ("file", "文件"), bytes(ledger.file_bytes)),
    ]
}

/// The engine, and what it says of itself.
pub fn inventory(view: &View<'_>, lang: Lang) -> Vec<Fact> {
    let inventory = &view.sale.numbers.inventory;
    let state = match (inventory.engine.is_empty(), inventory.up) {
        (true, _) => (String::from("–"), Meaning::Quiet),
        (_, true) => (format!("✓ {}", lang.pick("up", "正常")), Meaning::Good),
        (_, false) => (format!("✗ {}", lang.pick("silent", "无应答")), Meaning::Bad),
    };
    let rebuilding = inventory.rebuilding;
    let mut facts = vec![
        (lang.pick("state", "状态").to_owned(), state.0, state.1),
        fact(lang, ("last answer", "上次应答"), text::span(inventory.answer_us)),
        odd(lang, ("rebuilding", "重建中"), rebuilding as f64, Meaning::Warning, text::count(rebuilding)),
    ];
    let details = inventory.details.iter();
    facts.extend(details.map(|(name, value)| (name.replace('_', " "), text::cut(value, 24), Meaning::Plain)));
    facts
}

/// What the server is asked.
pub fn requests(view: &View<'_>, lang: Lang) -> Vec<Fact> {
    let numbers = &view.sale.numbers;
    let (refused, refused_text) = per_s(view, |numbers| numbers.refused);
    let (failed, failed_text) = per_s(view, |numbers| numbers.failed);
    let (now, most) = (text::count(numbers.in_flight), text::count(numbers.in_flight_max));
    vec![
        fact(lang, ("in flight", "处理中"), format!("{now}/{most}")),
        fact(lang, ("answered", "已应答"), per_s(view, |numbers| numbers.requests).1),
        odd(lang, ("refused", "被拒"), refused, Meaning::Warning, refused_text),
        odd(lang, ("failed", "失败"), failed, Meaning::Bad, failed_text),
    ]
}

/// What it takes.
pub fn machine(view: &View<'_>, lang: Lang) -> Vec<Fact> {
    let numbers = &view.sale.numbers;
    let cpu = view.sale.course.per_s(|numbers| numbers.cpu_s);
    vec![
        fact(lang, ("CPU", "CPU"), cpu.map_or_else(|| "–".to_owned(), |cpu| format!("{:.0} %", cpu * 100.0))),
        fact(lang, ("memory", "内存"), bytes(numbers.rss_bytes)),
        fact(lang, ("up for", "运行"), text::clock(numbers.uptime_s.clamp(0.0, 1e12))),
        fact(lang, ("watchers", "看板"), text::count(numbers.watchers)),
    ]
}

/// The log of repairs, the newest first.
pub fn log(view: &View<'_>, lang: Lang) -> Vec<Entry> {
    let ago = |at_ms: i64| {
        let seconds = (view.server_ms.saturating_sub(at_ms).max(0) / 1_000) as u64;
        let time = match seconds {
            ..100 => format!("{seconds} s"),
            _ => text::clock(seconds as f64),
        };
        match lang {
            Lang::En => format!("{time} ago"),
            Lang::Zh => format!("{time} 前"),
        }
    };
    view.sale.log.iter().rev().map(|line| (ago(line.at_ms), line.warning, line.words.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::dash::screen::made_up::{busy, view};

    #[test]
    fn sizes_read_easily() {
        assert_eq!([999, 12_400, 48_234_496, 2_500_000_000].map(bytes), ["999 B", "12 kB", "48.2 MB", "2.5 GB"]);
    }

    #[test]
    fn batches_are_named_by_what_they_hold() {
        let mut sale = busy();
        sale.numbers.queue.batches = vec![0, 3, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0];
        let names = |bars: Bars| bars.rows.into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
        assert_eq!(names(batches(&view(&sale), 9, Lang::En)), ["of 2", "of 3–4", "of 5–8"]);
        assert_eq!(names(batches(&view(&sale), 2, Lang::En)), ["of 2–4", "of 5–8"]);
        sale.numbers.queue.batches = vec![0; 11].into_iter().chain([1]).collect();
        assert_eq!(names(batches(&view(&sale), 9, Lang::Zh)), ["1,025+ 单"]);
    }
}

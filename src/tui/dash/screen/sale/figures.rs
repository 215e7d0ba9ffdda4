//! What each panel of the sale is to show, out of what was heard.
//! Must not draw.

use crate::{
    bench::series::Seats,
    domain::rejection::Rejection,
    tui::{
        dash::{
            course::{Course, Past, Timed},
            screen::View,
        },
        lang::Lang,
        panel::{
            bars::Bars, burn_down::BurnDown, headline::Headline, queue::Queue, rejections::Rejections, timing::Timing,
            versions::Version,
        },
        text,
        theme::Meaning,
    },
    wire::feed::ProgramStock,
};

/// Seats of the program that is followed, or of all.
pub fn headline(view: &View<'_>, lang: Lang) -> Headline {
    let numbers = &view.sale.numbers;
    let course = &view.sale.course;
    let per_s = |of: fn(&crate::wire::feed::Numbers) -> u64| course.per_s(|numbers| of(numbers) as f64).unwrap_or(0.0);
    Headline {
        number: view.sale.left().unwrap_or(0),
        caption: caption(view, lang),
        outlook: outlook(view, lang),
        alarm: alarm(view, lang),
        totals: vec![
            (
                lang.pick("orders", "订单"),
                numbers.versions.iter().map(|version| version.placed).sum(),
                per_s(|numbers| numbers.versions.iter().map(|version| version.placed).sum()),
            ),
            (lang.pick("paid", "已支付"), numbers.ends.paid, per_s(|numbers| numbers.ends.paid)),
            (
                lang.pick("rejected", "被拒绝"),
                numbers.versions.iter().map(|version| version.rejected).sum(),
                per_s(|numbers| numbers.versions.iter().map(|version| version.rejected).sum()),
            ),
        ],
    }
}

fn total(view: &View<'_>) -> u64 {
    match &view.sale.hall {
        Some(hall) => hall.categories.iter().map(|category| u64::from(category.total)).sum(),
        None => view.sale.programs.values().map(|program| program.total).sum(),
    }
}

fn caption(view: &View<'_>, lang: Lang) -> String {
    let total = text::count(total(view));
    let words = match lang {
        Lang::En => format!("seats left of {total}"),
        Lang::Zh => format!("张余票，共 {total} 张"),
    };
    if view.sale.hall.is_none() {
        let programs = view.sale.programs.len();
        return match lang {
            Lang::En => format!("left of {total} in {programs} programs"),
            Lang::Zh => format!("{words}（全部 {programs} 个节目）"),
        };
    }
    match view.sale.program() {
        Some(program) if program.closed => format!("{words} · {}", lang.pick("off sale", "已下架")),
        Some(program) if !program.on_sale => format!("{words} · {}", window(program, view.server_ms, lang)),
        _ => words,
    }
}

/// Why a program is not on sale by its times.
fn window(program: &ProgramStock, server_ms: i64, lang: Lang) -> String {
    match program.opens_at_ms.filter(|opens| *opens > server_ms) {
        Some(opens) => {
            let wait = text::clock(opens.saturating_sub(server_ms) as f64 / 1e3);
            match lang {
                Lang::En => format!("opens in {wait}"),
                Lang::Zh => format!("{wait} 后开售"),
            }
        }
        None => lang.pick("not on sale", "未在售").to_owned(),
    }
}

/// What fits on a watch: seats left, and for how long.
pub fn brief(view: &View<'_>, lang: Lang) -> (String, String) {
    let total = text::count(total(view));
    let left = match lang {
        Lang::En => format!("left of {total}"),
        Lang::Zh => format!("余票/共 {total}"),
    };
    let outlook = view.sale.course.to_go_s().map(|to_go| match lang {
        Lang::En => format!("{} to go", roughly(to_go)),
        Lang::Zh => format!("约 {} 后售罄", roughly(to_go)),
    });
    (left, outlook.unwrap_or_else(|| outlook_without_pace(view, lang)))
}

/// No more digits than a forecast deserves.
fn roughly(seconds: f64) -> String {
    if (9.95..99.5).contains(&seconds) { format!("{seconds:.0} s") } else { text::clock(seconds) }
}

/// When the last seat went, or may go at the pace of the last seconds; nothing where nobody can know.
fn outlook(view: &View<'_>, lang: Lang) -> String {
    let course = &view.sale.course;
    if let (Some(to_go), Some(pace)) = (course.to_go_s(), course.pace()) {
        let (to_go, pace) = (roughly(to_go), text::rate(pace));
        return match lang {
            Lang::En => format!("about {to_go} to go at {pace}/s"),
            Lang::Zh => format!("按 {pace} 张/秒，约 {to_go} 后售罄"),
        };
    }
    outlook_without_pace(view, lang)
}

fn outlook_without_pace(view: &View<'_>, lang: Lang) -> String {
    if view.sale.left() == Some(0) && total(view) > 0 {
        return sold_out(view, lang);
    }
    match (&view.sale.hall, view.sale.programs.is_empty()) {
        (None, false) => lang.pick("choose one among the programs", "在“节目”中选择要跟踪的节目").to_owned(),
        _ => String::new(),
    }
}

fn sold_out(view: &View<'_>, lang: Lang) -> String {
    let held: u64 = match &view.sale.hall {
        Some(hall) => hall.categories.iter().map(|category| u64::from(category.held)).sum(),
        None => view.sale.programs.values().map(|program| program.held).sum(),
    };
    let when =
        view.sale.course.gone_ms().map(|gone| text::clock(view.server_ms.saturating_sub(gone).max(0) as f64 / 1e3));
    let back = text::count(held);
    let (when, back) = match lang {
        Lang::En => (
            when.map_or_else(|| "sold out".to_owned(), |when| format!("sold out {when} ago")),
            format!("; {back} held may come back"),
        ),
        Lang::Zh => (
            when.map_or_else(|| "已售罄".to_owned(), |when| format!("{when}前售罄")),
            format!("；{back} 张锁定中，可能释放"),
        ),
    };
    if held > 0 { when + &back } else { when }
}

/// The worst that is going on, if anything is.
fn alarm(view: &View<'_>, lang: Lang) -> String {
    let numbers = &view.sale.numbers;
    let failed: u64 = numbers.versions.iter().map(|version| version.failed).sum();
    let failed = text::count(failed);
    if view.sale.hall.as_ref().is_some_and(|hall| hall.unknown) {
        lang.pick("seats as last known", "座位为最后已知状态").to_owned()
    } else if numbers.inventory.rebuilding > 0 {
        lang.pick("inventory is being rebuilt", "正在重建库存，暂停售票").to_owned()
    } else if failed != "0" {
        match lang {
            Lang::En => format!("{failed} orders failed"),
            Lang::Zh => format!("{failed} 个订单因服务器故障失败"),
        }
    } else {
        String::new()
    }
}

/// Seats by category, or by program while none is followed.
pub fn stock(view: &View<'_>) -> Vec<(String, Seats)> {
    match &view.sale.hall {
        Some(hall) => {
            let seats = |category: &crate::wire::admin::CategoryLine| Seats {
                available: category.available.into(),
                held: category.held.into(),
                sold: category.sold.into(),
            };
            hall.categories.iter().map(|category| (category.name.clone(), seats(category))).collect()
        }
        None => {
            let seats = |of: &ProgramStock| Seats { available: of.available, held: of.held, sold: of.sold };
            view.sale.programs.values().map(|program| (program.title.clone(), seats(program))).collect()
        }
    }
}

/// Free seats over time.
pub fn burn_down(view: &View<'_>) -> BurnDown {
    let course = &view.sale.course;
    let per_slot = course.to_go_s().and_then(|_| course.pace()).map(|pace| pace * course.point_s());
    BurnDown {
        left: course.track(Past::Whole, |point| point.left.map(|left| left as f64)),
        total: total(view),
        per_slot,
        slot_s: course.point_s(),
    }
}

/// v1 to v4.
pub fn versions(view: &View<'_>) -> Vec<Version> {
    let course = &view.sale.course;
    let version = |at: usize| Version {
        placed: view.sale.numbers.versions[at].placed,
        per_s: course.per_s(|numbers| numbers.versions[at].placed as f64),
        over_time: course.track(Past::Recent, |point| point.placed_per_s(at)),
    };
    (0..4).map(version).collect()
}

/// Answers to orders.
pub fn answers(course: &Course) -> Timing {
    Timing {
        now: course.now(Timed::Create),
        run: course.over_the_run(Timed::Create),
        p99_us: course.track(Past::Recent, |point| point.create_us_p99.map(|us| us as f64)),
    }
}

/// v4's queue.
pub fn queue(view: &View<'_>) -> Queue {
    let queue = &view.sale.numbers.queue;
    let waits = |oldest: i64| u64::try_from(view.server_ms.saturating_sub(oldest)).unwrap_or(0).saturating_mul(1_000);
    Queue {
        depth: queue.depth,
        depths: view.sale.course.track(Past::Recent, |point| point.depth.map(|depth| depth as f64)),
        oldest_us: queue.oldest_ms.filter(|_| queue.depth != Some(0)).map(waits),
    }
}

/// Reasons since the server's start, the most frequent first.
pub fn rejections(view: &View<'_>, lang: Lang) -> Rejections {
    let name = |word: &String| match (lang, Rejection::from_word(word)) {
        (Lang::Zh, Some(rejection)) => rejection.chinese().to_owned(),
        _ => word.clone(),
    };
    let mut reasons: Vec<_> = view.sale.numbers.rejections.iter().filter(|(_, count)| **count > 0).collect();
    reasons.sort_by_key(|(word, count)| (std::cmp::Reverse(**count), (*word).clone()));
    Rejections { reasons: reasons.into_iter().map(|(word, count)| (name(word), *count)).collect(), unanswered: 0 }
}

/// Holds that will end soon.
pub fn holds(view: &View<'_>, lang: Lang) -> Bars {
    let holds = view.sale.numbers.holds;
    let soon = (holds.within_10s > 0).then_some(Meaning::Held);
    let row = |english, chinese, count, meaning| (lang.pick(english, chinese).to_owned(), count, meaning);
    Bars {
        rows: vec![
            row("within 10 s", "10 秒内", holds.within_10s, soon),
            row("within 1 min", "1 分钟内", holds.within_1m, None),
            row("within 5 min", "5 分钟内", holds.within_5m, None),
        ],
    }
}

/// How orders ended.
pub fn ends(view: &View<'_>, lang: Lang) -> Bars {
    let ends = view.sale.numbers.ends;
    let row = |english, chinese, count| (lang.pick(english, chinese).to_owned(), count, None);
    Bars {
        rows: vec![
            row("paid", "已支付", ends.paid),
            row("cancelled", "已取消", ends.cancelled),
            row("expired", "已超时", ends.expired),
            row("refunded", "已退款", ends.refunded),
        ],
    }
}

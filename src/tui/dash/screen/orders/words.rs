//! Times and standings as they are written in the list and in an order's life.
//! Must not know where they stand on the screen.

use crate::{
    tui::{dash::query::standing_word, lang::Lang, theme::Meaning},
    wire::feed::Happening,
};

/// The clock of buyers is eight hours ahead, as everywhere on the wire.
const OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// `21:03:04.123`, UTC+8.
pub fn time_of_day(at_ms: i64) -> String {
    let ms = (at_ms.saturating_add(OFFSET_MS)).rem_euclid(DAY_MS);
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

/// What is left of a time: `4:12`, `1:02:05`; the last second is 0:01.
pub fn countdown(left_ms: i64) -> String {
    let seconds = left_ms.max(0).saturating_add(999) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A time in the units that fit: `38 ms`, `12.4 s`, `5 min 3 s`, `2 h`, `4 d`.
pub fn length(ms: i64, lang: Lang) -> String {
    let ms = ms.max(0);
    match ms {
        ..1_000 => format!("{ms} {}", lang.pick("ms", "毫秒")),
        1_000..60_000 => format!("{}.{} {}", ms / 1_000, ms / 100 % 10, lang.pick("s", "秒")),
        60_000..3_600_000 => two((ms / 60_000, lang.pick("min", "分")), (ms / 1_000 % 60, lang.pick("s", "秒"))),
        3_600_000..DAY_MS => two((ms / 3_600_000, lang.pick("h", "小时")), (ms / 60_000 % 60, lang.pick("min", "分"))),
        _ => format!("{} {}", ms / DAY_MS, lang.pick("d", "天")),
    }
}

/// The smaller unit only where there is some of it.
fn two((large, unit): (i64, &str), (small, part): (i64, &str)) -> String {
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {part}") }
}

/// How long ago: `just now`, `12 s ago`, in one whole unit.
pub fn ago(ms: i64, lang: Lang) -> String {
    let seconds = ms.max(0) / 1_000;
    let (count, unit) = match seconds {
        ..1 => return lang.pick("just now", "刚刚").to_owned(),
        1..60 => (seconds, lang.pick("s", "秒")),
        60..3_600 => (seconds / 60, lang.pick("min", "分钟")),
        3_600..86_400 => (seconds / 3_600, lang.pick("h", "小时")),
        _ => (seconds / 86_400, lang.pick("d", "天")),
    };
    match lang {
        Lang::En => format!("{count} {unit} ago"),
        Lang::Zh => format!("{count} {unit}前"),
    }
}

/// A mark for where an order stands; the word beside it says the same.
pub const fn glyph(standing: Happening) -> &'static str {
    match standing {
        Happening::Queued => "◌",
        Happening::Created => "◐",
        Happening::Paid => "●",
        Happening::Cancelled => "○",
        Happening::Expired => "×",
        Happening::Refunded => "↺",
        Happening::Rejected => "!",
    }
}

/// Its colour.
pub const fn meaning(standing: Happening) -> Meaning {
    match standing {
        Happening::Queued => Meaning::Plain,
        Happening::Created => Meaning::Held,
        Happening::Paid => Meaning::Sold,
        Happening::Refunded => Meaning::Came,
        Happening::Rejected => Meaning::Bad,
        Happening::Cancelled | Happening::Expired => Meaning::Quiet,
    }
}

/// `● paid`.
pub fn marked(standing: Happening, lang: Lang) -> String {
    format!("{} {}", glyph(standing), standing_word(standing, lang))
}

/// What happened, as a word of its own.
pub const fn happened(happening: Happening, lang: Lang) -> &'static str {
    match happening {
        Happening::Created => lang.pick("created", "已下单"),
        other => standing_word(other, lang),
    }
}

/// An order, tickets and the like: `1 ticket`, `2 tickets`.
pub fn tickets(count: usize, lang: Lang) -> String {
    match (lang, count) {
        (Lang::Zh, _) => format!("{count} 张票"),
        (Lang::En, 1) => "1 ticket".to_owned(),
        (Lang::En, _) => format!("{count} tickets"),
    }
}

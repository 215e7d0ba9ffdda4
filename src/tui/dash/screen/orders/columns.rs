//! The columns of the list: which of them there is room for, how they sort, and what stands in a cell.
//! Must not draw.

use std::borrow::Cow;

use super::{row::Row, words};
use crate::{
    domain::rejection::Rejection,
    tui::{lang::Lang, text, theme::Meaning},
    wire::admin::TicketLine,
};

/// Columns before the first, for the marks of cursor and change.
pub const GUTTER: u16 = 2;
/// A hold that ends within this is worth a look.
const SOON_MS: i64 = 60_000;

/// A column of the list, from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    #[default]
    Time,
    Number,
    User,
    Version,
    Status,
    Tickets,
    Seats,
    Price,
    Left,
    Last,
}

/// A column and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub column: Column,
    pub x: u16,
    pub width: u16,
}

impl Column {
    pub const ALL: [Self; 10] = [
        Self::Time,
        Self::Number,
        Self::User,
        Self::Version,
        Self::Status,
        Self::Tickets,
        Self::Seats,
        Self::Price,
        Self::Left,
        Self::Last,
    ];
    /// The one without which the others say little comes first.
    const BY_WEIGHT: [Self; 10] = [
        Self::Number,
        Self::Status,
        Self::Left,
        Self::Price,
        Self::Time,
        Self::Version,
        Self::Tickets,
        Self::User,
        Self::Seats,
        Self::Last,
    ];
    /// Who gets what room is left over.
    const BY_HUNGER: [Self; 7] =
        [Self::Status, Self::Number, Self::Seats, Self::Last, Self::Time, Self::User, Self::Price];

    /// Its least and its most room.
    const fn room(self) -> (u16, u16) {
        match self {
            Self::Time => (8, 12),
            Self::Number => (6, 19),
            Self::User => (8, 19),
            Self::Version | Self::Tickets => (2, 2),
            Self::Status => (8, 11),
            Self::Seats => (9, 30),
            Self::Price => (7, 9),
            Self::Left => (6, 7),
            Self::Last => (19, 36),
        }
    }

    /// Its heading.
    pub const fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Time => lang.pick("Made", "下单"),
            Self::Number => lang.pick("Order", "订单号"),
            Self::User => lang.pick("User", "用户"),
            Self::Version => lang.pick("V", "版"),
            Self::Status => lang.pick("Status", "状态"),
            Self::Tickets => lang.pick("T", "票"),
            Self::Seats => lang.pick("Seats", "座位"),
            Self::Price => lang.pick("Price", "金额"),
            Self::Left => lang.pick("Left", "剩余"),
            Self::Last => lang.pick("Last", "最近变化"),
        }
    }

    /// Numbers stand at the right.
    pub const fn is_right(self) -> bool {
        matches!(self, Self::Tickets | Self::Price | Self::Left)
    }

    /// The next one to sort by.
    pub const fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// What rows are sorted by, the smallest first: what is looked for stands at the top.
    pub fn key(self, row: &Row) -> i64 {
        let line = &row.line;
        match self {
            Self::Time => -line.created_at_ms,
            Self::Number => -line.order_number.as_i64(),
            Self::User => line.user_id.as_i64(),
            Self::Version => i64::from(line.version),
            Self::Status => row.standing as i64,
            Self::Tickets => -(line.tickets.len() as i64),
            Self::Seats => {
                line.tickets.first().map_or(i64::MAX, |seat| i64::from(seat.row) << 32 | i64::from(seat.col))
            }
            Self::Price => -line.price.0,
            Self::Left => row.held_until_ms().unwrap_or(i64::MAX),
            Self::Last => -row.at_ms,
        }
    }

    /// What stands in its cell.
    pub fn cell(self, row: &Row, width: usize, server_ms: i64, lang: Lang) -> (Meaning, String) {
        let line = &row.line;
        match self {
            Self::Time => {
                let time = words::time_of_day(line.created_at_ms);
                (Meaning::Quiet, if width < time.len() { time[..8].to_owned() } else { time })
            }
            Self::Number => (Meaning::Plain, end_of(&line.order_number.to_string(), width)),
            Self::User => (Meaning::Quiet, end_of(&line.user_id.to_string(), width)),
            Self::Version => (Meaning::Quiet, format!("v{}", line.version)),
            Self::Status => (words::meaning(row.standing), words::marked(row.standing, lang)),
            Self::Tickets => (Meaning::Plain, line.tickets.len().to_string()),
            Self::Seats => {
                let seats: Vec<String> = line.tickets.iter().filter_map(place).collect();
                (Meaning::Plain, seats.join(" "))
            }
            Self::Price => (Meaning::Plain, price(line.price.0)),
            Self::Left => left(row, server_ms, lang),
            Self::Last => (Meaning::Quiet, last(row, server_ms, lang)),
        }
    }
}

/// Time left of the hold.
fn left(row: &Row, server_ms: i64, lang: Lang) -> (Meaning, String) {
    match row.held_until_ms().map(|until| until - server_ms) {
        None => (Meaning::Quiet, String::new()),
        Some(..=0) => (Meaning::Warning, lang.pick("over", "到期").to_owned()),
        Some(left) => (if left <= SOON_MS { Meaning::Warning } else { Meaning::Quiet }, words::countdown(left)),
    }
}

/// What happened last, how long ago, why or by whom.
fn last(row: &Row, server_ms: i64, lang: Lang) -> String {
    let why: Cow<'_, str> = match (&row.reason, row.line.closing.as_deref()) {
        (Some(word), _) => format!("{}{}", lang.pick(": ", "："), reason(word, lang)).into(),
        (None, Some("operator")) => lang.pick(" by operator", "（操作员）").into(),
        _ => "".into(),
    };
    format!("{} {}{why}", words::happened(row.standing, lang), words::ago(server_ms - row.at_ms, lang))
}

/// A rejection's word, to be read.
pub fn reason(word: &str, lang: Lang) -> String {
    match (lang, Rejection::from_word(word)) {
        (Lang::Zh, Some(rejection)) => rejection.chinese().to_owned(),
        _ => word.replace('_', " "),
    }
}

/// Main units with thousands apart, and cents where there are any.
pub fn price(cents: i64) -> String {
    let units = text::count((cents / 100).unsigned_abs());
    if cents % 100 == 0 { units } else { format!("{units}.{:02}", (cents % 100).abs()) }
}

/// The end of a long number, which is what tells it from others.
pub fn end_of(number: &str, columns: usize) -> String {
    if number.len() <= columns || columns == 0 {
        return number.to_owned();
    }
    format!("…{}", &number[number.len() - (columns - 1)..])
}

/// The columns that so much room is enough for, from the left.
pub fn placed(width: u16) -> Vec<Placed> {
    let gap = if width >= 100 { 2 } else { 1 };
    let room = width.saturating_sub(GUTTER);
    let mut widths = [0_u16; Column::ALL.len()];
    let mut used = 0;
    for column in Column::BY_WEIGHT {
        let (least, _) = column.room();
        let before = if used == 0 { 0 } else { gap };
        if used + before + least > room {
            break;
        }
        widths[column as usize] = least;
        used += before + least;
    }
    for column in Column::BY_HUNGER {
        let width = &mut widths[column as usize];
        let more = room.saturating_sub(used).min(column.room().1 - *width);
        if *width > 0 {
            *width += more;
            used += more;
        }
    }
    let mut x = GUTTER;
    let shown = Column::ALL.into_iter().filter(|column| widths[*column as usize] > 0);
    let place = |column| {
        let placed = Placed { column, x, width: widths[column as usize] };
        x += placed.width + gap;
        placed
    };
    shown.map(place).collect()
}

/// Row and number of a ticket's seat; nothing in a recorded run, which does not name seats.
pub fn place(ticket: &TicketLine) -> Option<String> {
    (ticket.row > 0).then(|| format!("{}-{}", ticket.row, ticket.col))
}

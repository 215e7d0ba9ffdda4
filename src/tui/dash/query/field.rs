//! The fields of a query and the words of an order's standing, English and Chinese.
//! Must not read a value.

use crate::{tui::lang::Lang, wire::feed::Happening};

/// What a term may ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Status,
    Version,
    User,
    Program,
    Category,
    Age,
    Price,
    Seats,
    Seat,
    Ends,
    Order,
}

impl Field {
    pub const ALL: [Self; 11] = [
        Self::Status,
        Self::Version,
        Self::User,
        Self::Program,
        Self::Category,
        Self::Age,
        Self::Price,
        Self::Seats,
        Self::Seat,
        Self::Ends,
        Self::Order,
    ];

    /// Its words: the one that is printed, and the Chinese one, which is understood as well.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Status => ("status", "状态"),
            Self::Version => ("version", "版本"),
            Self::User => ("user", "用户"),
            Self::Program => ("program", "节目"),
            Self::Category => ("category", "票档"),
            Self::Age => ("age", "时长"),
            Self::Price => ("price", "价格"),
            Self::Seats => ("seats", "座位数"),
            Self::Seat => ("seat", "座位"),
            Self::Ends => ("ends", "剩余"),
            Self::Order => ("order", "订单"),
        }
    }

    pub const fn word(self) -> &'static str {
        self.words().0
    }

    pub fn from_word(word: &str) -> Option<Self> {
        let lower = word.to_lowercase();
        Self::ALL.into_iter().find(|field| field.words().0 == lower || field.words().1 == lower)
    }

    /// What may stand after it.
    pub fn allowed(self, lang: Lang) -> String {
        let words = match self {
            Self::Status => return STANDINGS.map(|standing| standing_word(standing, Lang::En)).join(", "),
            Self::Version => ("1, 2, 3, 4", "1, 2, 3, 4"),
            Self::User => ("the number of an account", "用户编号"),
            Self::Program => ("an id, or part of a title", "节目编号或名称的一部分"),
            Self::Category => ("an id, or part of a name", "票档编号或名称的一部分"),
            Self::Age | Self::Ends => ("a time after < or >: 30s, 5m, 2h", "< 或 > 加时长：30s、5m、2h"),
            Self::Price => ("an amount: 380, 380.50", "金额：380、380.50"),
            Self::Seats => ("how many: 2", "张数：2"),
            Self::Seat => ("row-seat: 12-7", "排-座：12-7"),
            Self::Order => ("a number, or its start or end: 123*, *789", "订单号，或其开头或结尾：123*、*789"),
        };
        lang.pick(words.0, words.1).to_owned()
    }
}

/// Where an order can stand, in the order of its life; each is what happened to it last.
pub const STANDINGS: [Happening; 7] = [
    Happening::Queued,
    Happening::Created,
    Happening::Paid,
    Happening::Cancelled,
    Happening::Expired,
    Happening::Refunded,
    Happening::Rejected,
];

/// Where an order stands, in a word.
#[must_use]
pub const fn standing_word(standing: Happening, lang: Lang) -> &'static str {
    match standing {
        Happening::Queued => lang.pick("queued", "排队中"),
        Happening::Created => lang.pick("unpaid", "未支付"),
        Happening::Rejected => lang.pick("rejected", "已拒绝"),
        Happening::Paid => lang.pick("paid", "已支付"),
        Happening::Cancelled => lang.pick("cancelled", "已取消"),
        Happening::Expired => lang.pick("expired", "已过期"),
        Happening::Refunded => lang.pick("refunded", "已退款"),
    }
}

/// The standing of this word in any language.
pub fn standing(word: &str) -> Option<Happening> {
    let lower = word.to_lowercase();
    STANDINGS.into_iter().find(|&standing| Lang::ALL.iter().any(|&lang| standing_word(standing, lang) == lower))
}

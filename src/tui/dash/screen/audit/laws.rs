//! The ten laws as lines: what each says, and what came of it.
//! Must not call a law kept that nobody checked.

use crate::{
    tui::{lang::Lang, theme::Meaning},
    wire::api::LawAnswer,
};

/// What came of a law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has looked, or the answer is still to be unveiled.
    Open,
    /// Kept.
    Kept,
    /// Broken.
    Broken,
    /// Could not be checked.
    Unchecked,
}

impl Verdict {
    /// What the server says; a word that is not known is not good news.
    pub fn of(law: &LawAnswer) -> Self {
        match law.verdict.as_str() {
            "kept" => Self::Kept,
            "broken" => Self::Broken,
            _ => Self::Unchecked,
        }
    }

    /// Its sign, its word and its looks.
    pub const fn shown(self, lang: Lang) -> (&'static str, &'static str, Meaning) {
        match self {
            Self::Open => ("·", "", Meaning::Quiet),
            Self::Kept => ("✓", lang.pick("kept", "成立"), Meaning::Good),
            Self::Broken => ("✗", lang.pick("broken", "违反"), Meaning::Bad),
            Self::Unchecked => ("–", lang.pick("unchecked", "未查"), Meaning::Warning),
        }
    }
}

/// Laws by name, in Chinese; English words come from the server where it has answered.
const LAWS: [(&str, &str, &str); 10] = [
    ("L1", "available + held + sold = total, no seat in two of them", "可售 + 锁定 + 已售 = 总数，且座位不重叠"),
    ("L2", "a seat is in at most one live order", "一个座位至多属于一个有效订单"),
    ("L3", "inventory and ledger agree, once the queue is empty", "队列清空后，库存与账本逐票档一致"),
    ("L4", "every held seat has a live order or a hold that has not ended", "每个锁定座位都有有效订单或未到期的锁"),
    ("L5", "every accepted order ends as an order or as a rejection", "每个已受理订单终成订单或被明确拒绝"),
    ("L6", "sold seats, paid bills and refunds match their orders", "售出座位、已付账单、退款与订单相符"),
    ("L7", "no account, order or ticket user is above its limit", "账号、订单、实名购票人均不超限"),
    ("L8", "tickets = seats = ticket users, and prices add up", "票数 = 座位数 = 购票人数，价格相加无误"),
    ("L9", "the same idempotency key made at most one order", "同一幂等键至多产生一个订单"),
    ("L10", "nobody was told sold out while stock was there for good", "没有余票尚在却答“售罄”的情况"),
];

/// Names of all laws.
pub fn names() -> impl Iterator<Item = &'static str> {
    LAWS.iter().map(|(name, ..)| *name)
}

/// What a law says, short enough for a line.
pub fn words(name: &str, lang: Lang) -> &'static str {
    LAWS.iter().find(|law| law.0 == name).map_or("", |(_, english, chinese)| lang.pick(english, chinese))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::Law;

    #[test]
    fn every_law_has_its_line() {
        assert_eq!(names().collect::<Vec<_>>(), Law::ALL.map(|law| law.to_string()));
        assert!(names().all(|name| !words(name, Lang::En).is_empty() && !words(name, Lang::Zh).is_empty()));
    }

    #[test]
    fn a_verdict_that_is_not_known_is_not_kept() {
        let law = |verdict: &str| LawAnswer {
            law: "L1".to_owned(),
            words: String::new(),
            verdict: verdict.to_owned(),
            reason: None,
        };
        let verdicts = ["kept", "broken", "unchecked", "perhaps"].map(|verdict| Verdict::of(&law(verdict)));
        assert_eq!(verdicts, [Verdict::Kept, Verdict::Broken, Verdict::Unchecked, Verdict::Unchecked]);
    }
}

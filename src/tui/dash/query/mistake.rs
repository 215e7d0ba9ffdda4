//! Why a text is not a query: which word, where, and what would be right.
//! Must not read a query.

use super::field::{Field, STANDINGS, standing_word};
use crate::tui::{lang::Lang, text};

/// A word that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The word.
    pub word: String,
    /// Its first character in the text, from 0.
    pub at: usize,
    pub(super) wrong: Wrong,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// No field has this name.
    NoField,
    /// The field has no such value.
    NoValue(Field),
    /// The field knows no `<` and `>`.
    NotCompared(Field),
    /// The field knows nothing but `<` and `>`.
    OnlyCompared(Field),
    /// A comparison with several values.
    SeveralCompared,
    /// Nothing stands after the field.
    Missing(Field),
    /// Nothing stands after `-`.
    NothingNegated,
    /// Nothing stands between quotes.
    NothingQuoted,
    /// A quote is not closed.
    Unclosed,
    /// Nobody in this sale is called so; these are.
    NobodyCalled(Field, Vec<String>),
}

impl Mistake {
    /// The column where the word begins, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.at + 1
    }

    /// One sentence: the word, its column, what is wrong, what was perhaps meant.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        let place = match lang {
            Lang::En => format!("{:?} at column {}", self.word, self.column()),
            Lang::Zh => format!("第 {} 列“{}”", self.column(), self.word),
        };
        let near = match (self.near(), lang) {
            (None, _) => String::new(),
            (Some(near), Lang::En) => format!(": did you mean {near}?"),
            (Some(near), Lang::Zh) => format!("：是否指 {near}？"),
        };
        format!("{place} {}{near}", self.complaint(lang))
    }

    /// The same in so many columns, as far as that is possible: the word, and what was perhaps meant.
    #[must_use]
    pub fn words_within(&self, columns: usize, lang: Lang) -> String {
        let words = self.words(lang);
        match self.near() {
            _ if text::width(&words) <= columns => words,
            Some(near) => format!("{}: {near}?", self.word),
            None => format!("{} {}", self.word, self.complaint(lang)),
        }
    }

    /// What is allowed there; empty where there is nothing to choose from.
    #[must_use]
    pub fn allowed(&self, lang: Lang) -> String {
        match &self.wrong {
            Wrong::NoField => Field::ALL.map(Field::word).join(", "),
            Wrong::NoValue(field) | Wrong::Missing(field) | Wrong::OnlyCompared(field) | Wrong::NotCompared(field) => {
                field.allowed(lang)
            }
            Wrong::NobodyCalled(_, names) => names.join(", "),
            Wrong::SeveralCompared => lang.pick("one value after < or >", "< 或 > 后只能有一个值").to_owned(),
            Wrong::NothingNegated => lang.pick("-status:paid, -text", "-status:paid、-文字").to_owned(),
            Wrong::NothingQuoted | Wrong::Unclosed => lang.pick("\"some words\"", "\"文字\"").to_owned(),
        }
    }

    fn complaint(&self, lang: Lang) -> String {
        let say = |field: &Field, english: &str, chinese: &str| match lang {
            Lang::En => english.replace('#', field.word()),
            Lang::Zh => chinese.replace('#', field.word()),
        };
        match &self.wrong {
            Wrong::NoField => lang.pick("is not a field", "不是可查询的字段").to_owned(),
            Wrong::NoValue(field) => say(field, "does not fit #", "不是有效的 # 值"),
            Wrong::NotCompared(field) => say(field, "does not fit: # takes no < or >", "无效：# 不能用 < 或 >"),
            Wrong::OnlyCompared(field) => say(field, "does not fit: # takes < or >", "无效：# 需要 < 或 >"),
            Wrong::SeveralCompared => lang.pick("is one value too many", "多出一个值").to_owned(),
            Wrong::Missing(_) => lang.pick("has no value yet", "还缺少值").to_owned(),
            Wrong::NothingNegated => lang.pick("has nothing after it", "后面缺少条件").to_owned(),
            Wrong::NothingQuoted => lang.pick("is empty", "内容为空").to_owned(),
            Wrong::Unclosed => lang.pick("is not closed", "引号没有结束").to_owned(),
            Wrong::NobodyCalled(field, _) => say(field, "is no # of this sale", "没有这样的 #"),
        }
    }

    fn near(&self) -> Option<String> {
        match &self.wrong {
            Wrong::NoField => nearest(&self.word, Field::ALL.map(Field::word)),
            Wrong::NoValue(Field::Status) => {
                nearest(&self.word, STANDINGS.map(|standing| standing_word(standing, Lang::En)))
            }
            Wrong::NobodyCalled(_, names) => nearest(&self.word, names.iter().map(String::as_str)),
            _ => None,
        }
    }
}

/// For whoever only shows a text.
impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let allowed = self.allowed(Lang::En);
        write!(f, "{}; allowed: {allowed}", self.words(Lang::En))
    }
}

/// The word that takes the fewest changes, if those are few enough to be a slip.
fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = word.chars().count();
    let slips = if length > 64 { return None } else { (length / 3).clamp(1, 2) };
    let rated = among.into_iter().map(|name| (changes(&word.to_lowercase(), &name.to_lowercase()), name));
    rated.filter(|(changes, _)| *changes <= slips).min_by_key(|(changes, _)| *changes).map(|(_, name)| name.to_owned())
}

/// How many characters must be put in, left out or exchanged to make one word of the other.
fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, char) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = line + 1;
        for (at, other) in to.iter().enumerate() {
            let exchanged = corner + usize::from(char != *other);
            corner = row[at + 1];
            row[at + 1] = exchanged.min(corner + 1).min(row[at] + 1);
        }
    }
    row[to.len()]
}

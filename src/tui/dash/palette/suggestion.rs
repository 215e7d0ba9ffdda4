//! Which commands fit what has been typed, the best first.
//! Must not suggest what means nothing on the shown tab.

use super::Around;
use crate::tui::{
    dash::{
        command::Command,
        commands::{COMMANDS, Entry},
        keymap::Keymap,
    },
    lang::Lang,
    theme::Theme,
};

/// Shorter than this, in bytes, it would be in every sentence. One Chinese character is long enough.
const WORD_MIN: usize = 3;

/// A line that could be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it completes to; a space at the end waits for more.
    pub text: String,
    /// Its key.
    pub key: String,
    /// What it does.
    pub words: String,
}

/// All that fit, the best first.
pub fn fitting(typed: &str, around: Around<'_>) -> Vec<Suggestion> {
    let typed = typed.trim_start();
    let all = match typed.split_once(' ') {
        Some((name, _)) => arguments(name, around),
        None => commands(around),
    };
    let mut fitting: Vec<_> = all.into_iter().filter_map(|one| Some((distance(typed, &one)?, one))).collect();
    fitting.sort_by_key(|(distance, _)| *distance);
    fitting.into_iter().map(|(_, one)| one).collect()
}

fn commands(around: Around<'_>) -> Vec<Suggestion> {
    let lang = around.lang;
    let shown = COMMANDS.iter().filter(|entry| entry.is_offered(around.tab, around.replay, around.read_only));
    let mut all: Vec<_> = shown.map(|entry| of_table(entry, around.keymap, lang)).collect();
    let with = |text: &str, words: &'static str| Suggestion {
        text: text.to_owned(),
        key: String::new(),
        words: words.to_owned(),
    };
    if !around.replay {
        all.push(with("follow ", lang.pick("follow a program, seat by seat", "关注某个节目的座位")));
        all.push(with("order ", lang.pick("look at an order by its number", "按订单号查看订单")));
    }
    all
}

fn of_table(entry: &Entry, keymap: &Keymap, lang: Lang) -> Suggestion {
    Suggestion {
        text: entry.name.to_owned(),
        key: keymap.first(entry.command).unwrap_or_default(),
        words: lang.pick(entry.words.0, entry.words.1).to_owned(),
    }
}

/// What can stand behind a command.
fn arguments(name: &str, around: Around<'_>) -> Vec<Suggestion> {
    let plain = |word: &str, words: &str| Suggestion {
        text: format!("{name} {word}"),
        key: String::new(),
        words: words.to_owned(),
    };
    let lang = around.lang;
    match name {
        "theme" => Theme::ALL
            .into_iter()
            .map(|theme| {
                let words = match theme {
                    Theme::Normal => lang.pick("colours of the terminal", "终端配色"),
                    Theme::Safe => lang.pick("colours for every eye", "色觉友好"),
                    Theme::Mono => lang.pick("no colour", "无颜色"),
                };
                plain(theme.word(), words)
            })
            .collect(),
        "lang" => vec![plain("en", "English"), plain("zh", "中文")],
        "follow" => {
            let programs = around.sale.programs.values().map(|line| plain(&line.id.to_string(), &line.title));
            programs.chain([plain("none", lang.pick("no program", "不关注"))]).collect()
        }
        _ => Vec::new(),
    }
}

/// How far a suggestion is from what was typed: it begins so, holds it, holds its letters in order, or says it in its words.
fn distance(typed: &str, one: &Suggestion) -> Option<u8> {
    let (typed, text) = (typed.trim_end().to_lowercase(), one.text.to_lowercase());
    let last = typed.rsplit(' ').next().unwrap_or_default();
    let mut letters = text.chars();
    if text.starts_with(&typed) {
        Some(0)
    } else if text.contains(&typed) {
        Some(1)
    } else if typed.chars().all(|char| letters.any(|letter| letter == char)) {
        Some(2)
    } else if (last.len() >= WORD_MIN) && one.words.to_lowercase().contains(last) {
        Some(3)
    } else {
        None
    }
}

impl Entry {
    /// Can it do anything there?
    pub fn is_offered(&self, tab: crate::tui::dash::Tab, replay: bool, read_only: bool) -> bool {
        let fits = match self.command {
            Command::Cancel | Command::Refund | Command::ToggleSale => !replay && !read_only,
            Command::Faster | Command::Slower | Command::SeekForward | Command::SeekBack | Command::Restart => replay,
            Command::Refresh => !replay,
            _ => true,
        };
        fits && self.means_something_on(tab)
    }
}

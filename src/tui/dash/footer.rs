//! The last line of the dashboard: the keys that help most on the shown tab, or a word about what was done.
//! Must not name a key that is not set.

use ratatui::layout::Rect;

use super::{
    command::Command,
    commands::{COMMANDS, Entry},
    flash::Flash,
    help::Subject,
};
use crate::tui::{
    panel::{Sheet, footer, split_columns},
    text,
    theme::Meaning,
};

/// Keys that stand at the right of every tab.
const ALWAYS: [Command; 2] = [Command::Help, Command::Quit];
/// In fewer columns there are only the keys of the tab.
const ALWAYS_FROM: u16 = 32;

/// Draws the keys.
pub fn keys(subject: Subject<'_>, area: Rect, sheet: &mut Sheet<'_>) {
    let pairs = |entries: &[&Entry]| -> Vec<(String, &'static str)> {
        let pair = |entry: &&Entry| {
            Some((subject.keymap.first(entry.command)?, sheet.lang.pick(entry.short.0, entry.short.1)))
        };
        entries.iter().filter_map(pair).collect()
    };
    let offered =
        |entry: &&Entry| !entry.short.0.is_empty() && entry.is_offered(subject.tab, subject.replay, subject.read_only);
    let (always, mut shown): (Vec<&Entry>, Vec<&Entry>) =
        COMMANDS.iter().filter(offered).partition(|entry| ALWAYS.contains(&entry.command));
    // Those of this tab first.
    shown.sort_by_key(|entry| entry.tabs.is_empty());
    let (always, shown) = (pairs(&always), pairs(&shown));
    if area.width < ALWAYS_FROM {
        let all: Vec<_> = always.into_iter().chain(shown).collect();
        footer::draw(&all, area, sheet);
        return;
    }
    let width = |(key, word): &(String, &str)| text::width(key) + 1 + text::width(word) + 3;
    let wanted = always.iter().map(width).sum::<usize>().saturating_sub(3) as u16;
    let (left, right) = split_columns(area, area.width.saturating_sub(wanted));
    footer::draw(&shown, Rect { width: left.width.saturating_sub(3), ..left }, sheet);
    footer::draw(&always, right, sheet);
}

/// Draws what was done, or why not.
pub fn flash(flash: &Flash, area: Rect, sheet: &mut Sheet<'_>) {
    let words = text::cut(&flash.words, usize::from(area.width));
    sheet.put(area, 0, sheet.say(flash.meaning, words));
}

/// Draws what is being done.
pub fn under_way(words: &str, area: Rect, sheet: &mut Sheet<'_>) {
    sheet.put(area, 0, sheet.say(Meaning::Held, text::cut(words, usize::from(area.width))));
}

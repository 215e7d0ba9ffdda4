//! The first line of the dashboard: tabs at the left, what is watched in the middle, how it stands at the right.
//! Must not take a second line; the tab that is shown and how it stands are the last to go.

use ratatui::{layout::Rect, text::Line, text::Span};

use super::{Tab, ask::Playing, connection::Standing};
use crate::tui::{lang::Lang, panel::Sheet, text, theme::Meaning};

/// What the line says.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// The shown tab.
    pub tab: Tab,
    /// What is watched.
    pub title: &'a str,
    /// How the connection stands; none in a replay.
    pub standing: Option<Standing>,
    /// How the replay goes.
    pub playing: Option<Playing>,
    /// The picture is held, and so many frames wait.
    pub waiting: Option<u64>,
    /// Nothing may be changed.
    pub read_only: bool,
    /// Words.
    pub lang: Lang,
}

/// How much tabs say of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tabs {
    Full,
    Short,
    Numbers,
    Shown,
}

/// From the richest to the poorest: tabs, and how long the words at the right are.
const LEVELS: [(Tabs, usize); 8] = [
    (Tabs::Full, 0),
    (Tabs::Short, 0),
    (Tabs::Full, 1),
    (Tabs::Short, 1),
    (Tabs::Numbers, 1),
    (Tabs::Numbers, 2),
    (Tabs::Shown, 2),
    (Tabs::Shown, 3),
];
/// Columns between two things.
const GAP: usize = 2;
/// A title in fewer columns than this says nothing.
const TITLE_MIN: usize = 10;

impl Header<'_> {
    /// Draws it.
    pub fn draw(&self, area: Rect, sheet: &mut Sheet<'_>) {
        let (tabs, length) = self.level(area);
        let places = self.places(tabs, area);
        for (place, tab) in &places {
            let looks = if *tab == self.tab { Meaning::Selected } else { Meaning::Plain };
            let words = self.tab_words(tabs, *tab);
            sheet.put(*place, 0, sheet.say(looks, words));
        }
        let standing = Line::from(self.standing(length, sheet));
        let taken = places.last().map_or(area.x, |(place, _)| place.right());
        let room = usize::from(area.right().saturating_sub(taken)).saturating_sub(standing.width() + 2 * GAP);
        if room >= TITLE_MIN {
            let middle = Rect { x: taken + GAP as u16, width: room as u16, ..area };
            sheet.put(middle, 0, sheet.say(Meaning::Title, text::cut(self.title, room)));
        }
        let room = usize::from(area.right().saturating_sub(taken));
        if room > GAP {
            sheet.put_right(Rect { x: taken + 1, width: room as u16 - 1, ..area }, 0, standing);
        }
    }

    /// The tab at a column of the line.
    pub fn tab_at(&self, column: u16, area: Rect) -> Option<Tab> {
        let places = self.places(self.level(area).0, area);
        places.into_iter().find(|(place, _)| (place.x..place.right()).contains(&column)).map(|(_, tab)| tab)
    }

    fn level(&self, area: Rect) -> (Tabs, usize) {
        let fits = |&(tabs, length): &(Tabs, usize)| {
            let tabs: usize = self.shown(tabs).map(|tab| text::width(&self.tab_words(tabs, tab))).sum();
            tabs + GAP + self.words(length).iter().map(|(_, words)| text::width(words) + GAP).sum::<usize>()
                <= usize::from(area.width) + GAP
        };
        LEVELS.iter().copied().find(|level| fits(level)).unwrap_or((Tabs::Shown, 3))
    }

    fn shown(&self, tabs: Tabs) -> impl Iterator<Item = Tab> {
        Tab::ALL.into_iter().filter(move |tab| tabs != Tabs::Shown || *tab == self.tab)
    }

    fn places(&self, tabs: Tabs, area: Rect) -> Vec<(Rect, Tab)> {
        let mut x = area.x;
        let place = |tab| {
            let wanted = text::width(&self.tab_words(tabs, tab)) as u16;
            let width = wanted.min(area.right().saturating_sub(x));
            x += width;
            (Rect { x: x - width, width, height: area.height.min(1), ..area }, tab)
        };
        self.shown(tabs).map(place).collect()
    }

    fn tab_words(&self, tabs: Tabs, tab: Tab) -> String {
        let number = tab.number();
        match tabs {
            Tabs::Full => format!(" {number} {} ", tab.title(self.lang)),
            Tabs::Short => format!(" {number} {} ", tab.short_title(self.lang)),
            Tabs::Numbers if tab != self.tab => format!(" {number} "),
            Tabs::Numbers | Tabs::Shown => format!(" {number} {} ", tab.short_title(self.lang)),
        }
    }

    fn standing(&self, length: usize, sheet: &Sheet<'_>) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        for (meaning, words) in self.words(length) {
            if !spans.is_empty() {
                spans.push(Span::raw(" ".repeat(GAP)));
            }
            spans.push(sheet.say(meaning, words));
        }
        spans
    }

    /// What stands at the right: 0 in full, 1 short, 2 shortest, 3 only what is most worth knowing.
    fn words(&self, length: usize) -> Vec<(Meaning, String)> {
        let mut words = self.all_words(length.min(2));
        if length > 2 {
            // A lost connection stands last and is worth more than a pause, and that more than a good one.
            let lost = self.standing.is_some_and(Standing::is_old);
            words.drain(if lost || self.waiting.is_none() { 0..words.len().saturating_sub(1) } else { 1..words.len() });
        }
        words
    }

    fn all_words(&self, length: usize) -> Vec<(Meaning, String)> {
        let lang = self.lang;
        let mut words = Vec::new();
        if let Some(waiting) = self.waiting {
            let paused = lang.pick("PAUSED", "已暂停");
            let said = match (length, lang) {
                (0, Lang::En) => format!(" {paused} ({} waiting) ", text::count(waiting)),
                (0, Lang::Zh) => format!(" {paused}（{} 帧等待） ", text::count(waiting)),
                (1, _) => format!(" {paused} {} ", text::count(waiting)),
                _ => format!(" {paused} "),
            };
            words.push((Meaning::Frozen, said));
        }
        if self.read_only {
            let said = if length < 2 { lang.pick("READ-ONLY", "只读") } else { lang.pick("RO", "只读") };
            // Held and offline say more, where only one of them has room.
            if length < 2 || (self.waiting.is_none() && !self.standing.is_some_and(Standing::is_old)) {
                words.push((Meaning::Title, said.to_owned()));
            }
        }
        if let Some(playing) = self.playing {
            words.push((if playing.paused { Meaning::Frozen } else { Meaning::Came }, played(playing, length)));
        }
        if let Some(standing) = self.standing {
            let meaning = match standing {
                Standing::Connecting => Meaning::Quiet,
                Standing::Live => Meaning::Good,
                Standing::Stale { .. } => Meaning::Warning,
                Standing::Offline { .. } => Meaning::Bad,
            };
            let [full, short, shortest] = standing.words(lang);
            words.push((meaning, [full, short, shortest].into_iter().nth(length).unwrap_or_default()));
        }
        words
    }
}

/// `▶ 2× 0:12 / 0:40`, or `‖` for one that stands still.
fn played(playing: Playing, length: usize) -> String {
    let clock = |ms: i64| format!("{}:{:02}", ms.max(0) / 60_000, ms.max(0) / 1_000 % 60);
    let mark = if playing.paused { "‖" } else { "▶" };
    let at = clock(playing.at_ms);
    match length {
        0 => format!("{mark} {}× {at} / {}", playing.speed, clock(playing.length_ms)),
        1 => format!("{mark} {at} / {}", clock(playing.length_ms)),
        _ => format!("{mark} {at}"),
    }
}

//! Colours by their meaning, in three themes.
//! Must not hold a colour outside the sixteen of the terminal, nor paint its background: it may be dark or light.

use ratatui::style::{Color, Modifier, Style};

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Text.
    Plain,
    /// Text that explains other text: captions, rules, units.
    Quiet,
    /// Name of a panel or a thing.
    Title,
    /// The number that matters.
    Headline,
    /// Seats that are free.
    Free,
    /// Seats taken for a while.
    Held,
    /// Seats paid for.
    Sold,
    /// A seat given back a moment ago.
    FreshFree,
    /// A seat taken a moment ago.
    FreshHeld,
    /// A seat paid for a moment ago.
    FreshSold,
    /// One of six categories of a hall, by its place; further ones start again.
    Category(u8),
    /// The age of a hold in four steps, from 0, fresh, to 3, about to end.
    Age(u8),
    /// What was planned.
    Planned,
    /// What came.
    Came,
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Not as it should be.
    Bad,
    /// A key to press.
    Key,
    /// The screen does not move.
    Frozen,
    /// Where the cursor is; which of several is shown.
    Selected,
    /// What was true a while ago.
    Stale,
}

/// How meanings look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Colours of the terminal.
    #[default]
    Normal,
    /// Colours that every eye tells apart: blue and yellow, never green against red.
    Safe,
    /// No colour.
    Mono,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Safe, Self::Mono];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Safe => "safe",
            Self::Mono => "mono",
        }
    }

    /// The theme of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Normal => Self::Safe,
            Self::Safe => Self::Mono,
            Self::Mono => Self::Normal,
        }
    }

    /// How a meaning looks.
    #[must_use]
    pub const fn style(self, meaning: Meaning) -> Style {
        match self {
            Self::Mono => mono(meaning),
            Self::Normal => coloured(meaning, &NORMAL),
            Self::Safe => coloured(meaning, &SAFE),
        }
    }
}

/// The colours that differ between themes.
struct Paint {
    fresh_held: Color,
    fresh_sold: Color,
    categories: [Color; 6],
    ages: [Color; 4],
    held: Color,
    sold: Color,
    came: Color,
    good: Color,
    warning: Color,
    bad: Color,
}

const NORMAL: Paint = Paint {
    fresh_held: Color::LightYellow,
    fresh_sold: Color::LightGreen,
    categories: [Color::Cyan, Color::Magenta, Color::Yellow, Color::Green, Color::LightBlue, Color::LightRed],
    ages: [Color::Cyan, Color::Green, Color::Yellow, Color::LightRed],
    held: Color::Yellow,
    sold: Color::Green,
    came: Color::Cyan,
    good: Color::Green,
    warning: Color::Yellow,
    bad: Color::Red,
};

const SAFE: Paint = Paint {
    fresh_held: Color::LightYellow,
    fresh_sold: Color::LightCyan,
    categories: [Color::LightBlue, Color::Yellow, Color::Magenta, Color::Cyan, Color::LightYellow, Color::Blue],
    ages: [Color::Blue, Color::LightBlue, Color::Yellow, Color::LightYellow],
    held: Color::Yellow,
    sold: Color::LightBlue,
    came: Color::LightBlue,
    good: Color::LightBlue,
    warning: Color::Yellow,
    bad: Color::Magenta,
};

const fn coloured(meaning: Meaning, paint: &Paint) -> Style {
    let plain = mono(meaning);
    match meaning {
        Meaning::Plain
        | Meaning::Quiet
        | Meaning::Title
        | Meaning::Headline
        | Meaning::Free
        | Meaning::FreshFree
        | Meaning::Planned
        | Meaning::Key
        | Meaning::Frozen
        | Meaning::Selected
        | Meaning::Stale => plain,
        Meaning::FreshHeld => plain.fg(paint.fresh_held),
        Meaning::FreshSold => plain.fg(paint.fresh_sold),
        Meaning::Category(place) => plain.fg(paint.categories[place as usize % 6]),
        Meaning::Age(step) => plain.fg(paint.ages[if step > 3 { 3 } else { step as usize }]),
        Meaning::Held => plain.fg(paint.held),
        Meaning::Sold => plain.fg(paint.sold),
        Meaning::Came => plain.fg(paint.came),
        Meaning::Good => plain.fg(paint.good),
        Meaning::Warning => plain.fg(paint.warning),
        Meaning::Bad => plain.fg(paint.bad),
    }
}

const fn mono(meaning: Meaning) -> Style {
    let style = Style::new();
    match meaning {
        Meaning::Plain
        | Meaning::Held
        | Meaning::Sold
        | Meaning::Category(_)
        | Meaning::Age(0..=2)
        | Meaning::Came
        | Meaning::Good => style,
        Meaning::Quiet | Meaning::Free | Meaning::Planned | Meaning::Stale => style.add_modifier(Modifier::DIM),
        Meaning::FreshFree
        | Meaning::FreshHeld
        | Meaning::FreshSold
        | Meaning::Age(3..)
        | Meaning::Title
        | Meaning::Headline
        | Meaning::Warning
        | Meaning::Key => style.add_modifier(Modifier::BOLD),
        Meaning::Bad => style.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Meaning::Frozen | Meaning::Selected => style.add_modifier(Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Meaning; 29] = [
        Meaning::Plain,
        Meaning::Quiet,
        Meaning::Title,
        Meaning::Headline,
        Meaning::Free,
        Meaning::Held,
        Meaning::Sold,
        Meaning::FreshFree,
        Meaning::FreshHeld,
        Meaning::FreshSold,
        Meaning::Category(0),
        Meaning::Category(1),
        Meaning::Category(2),
        Meaning::Category(3),
        Meaning::Category(4),
        Meaning::Category(5),
        Meaning::Age(0),
        Meaning::Age(1),
        Meaning::Age(2),
        Meaning::Age(3),
        Meaning::Planned,
        Meaning::Came,
        Meaning::Good,
        Meaning::Warning,
        Meaning::Bad,
        Meaning::Key,
        Meaning::Frozen,
        Meaning::Selected,
        Meaning::Stale,
    ];

    #[test]
    fn no_theme_paints_the_background_and_mono_knows_no_colour() {
        for meaning in ALL {
            assert!(Theme::ALL.iter().all(|theme| theme.style(meaning).bg.is_none()), "{meaning:?}");
            assert_eq!(Theme::Mono.style(meaning).fg, None, "{meaning:?}");
        }
    }

    #[test]
    fn the_safe_theme_never_sets_green_against_red() {
        let used = ALL.map(|meaning| Theme::Safe.style(meaning).fg);
        assert!(!used.contains(&Some(Color::Green)) && !used.contains(&Some(Color::Red)), "{used:?}");
    }

    #[test]
    fn bad_news_differ_from_good_in_every_theme() {
        for theme in Theme::ALL {
            assert_ne!(theme.style(Meaning::Bad), theme.style(Meaning::Good), "{theme:?}");
        }
    }

    #[test]
    fn what_is_chosen_and_what_is_old_is_seen_without_colour() {
        let mono = |meaning| Theme::Mono.style(meaning);
        assert_ne!(mono(Meaning::Selected), mono(Meaning::Plain));
        assert_ne!(mono(Meaning::Stale), mono(Meaning::Plain));
    }

    #[test]
    fn every_theme_is_found_by_its_name_and_by_no_other() {
        assert!(Theme::ALL.into_iter().all(|theme| Theme::named(theme.word()) == Some(theme)));
        assert_eq!(Theme::named("Normal"), None);
    }

    #[test]
    fn every_theme_comes_round_again() {
        let round = Theme::ALL.map(Theme::next);
        assert!(Theme::ALL.iter().all(|theme| round.contains(theme)));
    }
}

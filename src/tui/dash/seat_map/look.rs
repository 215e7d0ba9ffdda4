//! What a cell of the hall looks like: a shape for its state, a colour for what is asked about it.
//! Must not need colour: free, held and sold differ by shape.
//!
//! What is sold is solid, what is held is dotted, what is free is one dot: a hall fills up while it sells.

use ratatui::style::{Modifier, Style};

use super::tally::Tally;
use crate::tui::theme::{Meaning, Theme};

/// What colours say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourBy {
    /// Free, held, sold.
    #[default]
    State,
    /// Which category.
    Category,
    /// How long a hold has lasted.
    Age,
}

impl ColourBy {
    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::State => Self::Category,
            Self::Category => Self::Age,
            Self::Age => Self::State,
        }
    }
}

/// Steps of a hold's age, from fresh to about to end.
pub const AGES: u8 = 4;
/// A hold's age as a seat of its own.
pub const AGED_SEATS: [&str; AGES as usize] = ["◔", "◑", "◕", "◉"];
/// A hold's age as a cell.
pub const AGED_CELLS: [&str; AGES as usize] = ["▂", "▄", "▆", "█"];
/// A free seat, or a cell of them.
pub const FREE: &str = "·";
/// A free seat where there is room.
pub const FREE_SEAT: &str = "○";
/// A held seat whose age does not matter.
pub const HELD_SEAT: &str = "◑";
/// A sold seat.
pub const SOLD_SEAT: &str = "●";
/// A cell of sold seats.
pub const SOLD: &str = "█";
/// A cell of held seats.
pub const HELD: &str = "⣿";
/// A cell of which up to a third, up to two thirds, and nearly all is gone, most of it sold.
const SOLD_PART: [&str; 3] = ["░", "▒", "▓"];
/// The same, most of it held.
const HELD_PART: [&str; 3] = ["⡀", "⡄", "⡶"];
/// A cell that is sold or held where the age of holds is asked for.
const ASIDE: &str = "░";

/// What cells are drawn with.
#[derive(Debug, Clone, Copy)]
pub struct Brush {
    /// Looks.
    pub theme: Theme,
    /// What colours say.
    pub by: ColourBy,
    /// The server's clock.
    pub server_ms: i64,
    /// How long a hold lasts.
    pub hold_ms: i64,
}

/// What most of a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Held,
    Sold,
}

fn state(tally: &Tally) -> State {
    match (tally.held, tally.sold) {
        (0, 0) => State::Free,
        (held, sold) if held > sold => State::Held,
        _ => State::Sold,
    }
}

impl Brush {
    /// Which step of its age a hold has come to.
    #[must_use]
    pub fn age(&self, since_ms: i64) -> u8 {
        let passed = self.server_ms.saturating_sub(since_ms).max(0);
        (passed.saturating_mul(i64::from(AGES)) / self.hold_ms.max(1)).clamp(0, i64::from(AGES) - 1) as u8
    }

    /// A cell of several seats; nothing where there are none.
    #[must_use]
    pub fn far(&self, tally: &Tally, category: Option<usize>) -> Option<(&'static str, Style)> {
        if tally.all() == 0 {
            return None;
        }
        if self.by == ColourBy::Age {
            return Some(self.aged(tally, &AGED_CELLS, (FREE, ASIDE)));
        }
        let gone = tally.held + tally.sold;
        let part = |parts: [&'static str; 3]| parts[(gone * 3 / tally.all()).min(2) as usize];
        let glyph = match state(tally) {
            State::Free => FREE,
            State::Held if gone == tally.all() => HELD,
            State::Held => part(HELD_PART),
            State::Sold if gone == tally.all() => SOLD,
            State::Sold => part(SOLD_PART),
        };
        Some((glyph, self.style(tally, category)))
    }

    /// A cell of two seats, or of none or one.
    #[must_use]
    pub fn half(&self, upper: &Tally, lower: &Tally, category: Option<usize>) -> Option<(&'static str, Style)> {
        let both = Tally {
            free: upper.free + lower.free,
            held: upper.held + lower.held,
            sold: upper.sold + lower.sold,
            fresh: upper.fresh + lower.fresh,
            since_ms: upper.since_ms.into_iter().chain(lower.since_ms).min(),
        };
        if self.by == ColourBy::Age || both.all() == 0 {
            return self.far(&both, category);
        }
        let glyph = match (state(upper), state(lower)) {
            (State::Free, State::Free) => FREE,
            (State::Sold, State::Sold) => SOLD,
            (State::Held, State::Held) => HELD,
            (State::Sold, State::Free) => "▀",
            (State::Free, State::Sold) => "▄",
            (State::Held, State::Free) => "⠛",
            (State::Free, State::Held) => "⣤",
            (State::Sold, State::Held) => "▛",
            (State::Held, State::Sold) => "▙",
        };
        Some((glyph, self.style(&both, category)))
    }

    /// A cell of one seat, with room around it or without.
    #[must_use]
    pub fn seat(&self, tally: &Tally, category: Option<usize>, wide: bool) -> Option<(&'static str, Style)> {
        if tally.all() == 0 {
            return None;
        }
        let free = if wide { FREE_SEAT } else { FREE };
        if self.by == ColourBy::Age {
            return Some(self.aged(tally, &AGED_SEATS, (FREE, SOLD_SEAT)));
        }
        let glyph = match (state(tally), tally.since_ms) {
            (State::Held, Some(since_ms)) => AGED_SEATS[usize::from(self.age(since_ms))],
            (State::Held, None) => HELD_SEAT,
            (State::Sold, _) => SOLD_SEAT,
            (State::Free, _) => free,
        };
        Some((glyph, self.style(tally, category)))
    }

    /// A cell where holds stand out by their age, and all else steps back.
    fn aged(
        &self,
        tally: &Tally,
        ages: &[&'static str; 4],
        (free, sold): (&'static str, &'static str),
    ) -> (&'static str, Style) {
        let quiet = self.theme.style(Meaning::Quiet);
        match tally.since_ms {
            Some(since_ms) => {
                let age = self.age(since_ms);
                (ages[usize::from(age)], self.flash(self.theme.style(Meaning::Age(age)), tally))
            }
            None if tally.sold > 0 => (sold, quiet),
            None => (free, quiet),
        }
    }

    fn style(&self, tally: &Tally, category: Option<usize>) -> Style {
        let state = state(tally);
        if self.by == ColourBy::Category {
            let style = self.theme.style(Meaning::Category(category.unwrap_or(0) as u8));
            let style = if state == State::Free { style.add_modifier(Modifier::DIM) } else { style };
            return self.flash(style, tally);
        }
        if tally.fresh > 0 && self.theme != Theme::Mono {
            return self.theme.style(match state {
                State::Free => Meaning::FreshFree,
                State::Held => Meaning::FreshHeld,
                State::Sold => Meaning::FreshSold,
            });
        }
        let style = self.theme.style(match state {
            State::Free => Meaning::Free,
            State::Held => Meaning::Held,
            State::Sold => Meaning::Sold,
        });
        self.flash(style, tally)
    }

    /// What changed a moment ago stands out; without colour, blocks must be turned over, for bold ones look like others.
    fn flash(&self, style: Style, tally: &Tally) -> Style {
        match (tally.fresh, self.theme) {
            (0, _) => style,
            (_, Theme::Mono) => style.remove_modifier(Modifier::DIM).add_modifier(Modifier::REVERSED),
            _ => style.remove_modifier(Modifier::DIM).add_modifier(Modifier::BOLD),
        }
    }
}

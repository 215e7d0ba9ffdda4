//! The tabs of the dashboard and their names.
//! Must not know what a screen shows.

use crate::tui::lang::Lang;

/// One screen of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tab {
    /// What is left, and how fast it goes.
    #[default]
    Sale,
    /// The hall, seat by seat.
    Seats,
    /// Orders.
    Orders,
    /// Queue, ledger, inventory.
    Engine,
    /// The laws.
    Audit,
    /// All programs.
    Programs,
}

impl Tab {
    /// All of them, from the left.
    pub const ALL: [Self; 6] = [Self::Sale, Self::Seats, Self::Orders, Self::Engine, Self::Audit, Self::Programs];

    /// Its name in settings and flags.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Seats => "seats",
            Self::Orders => "orders",
            Self::Engine => "engine",
            Self::Audit => "audit",
            Self::Programs => "programs",
        }
    }

    /// The tab of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.word() == word)
    }

    /// Its name on the screen.
    #[must_use]
    pub const fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Sale => lang.pick("Sale", "售票"),
            Self::Seats => lang.pick("Seats", "座位"),
            Self::Orders => lang.pick("Orders", "订单"),
            Self::Engine => lang.pick("Engine", "引擎"),
            Self::Audit => lang.pick("Audit", "审计"),
            Self::Programs => lang.pick("Programs", "节目"),
        }
    }

    /// Its name where there is little room.
    #[must_use]
    pub const fn short_title(self, lang: Lang) -> &'static str {
        match self {
            Self::Sale => lang.pick("Sale", "票"),
            Self::Seats => lang.pick("Seat", "座"),
            Self::Orders => lang.pick("Ord", "单"),
            Self::Engine => lang.pick("Eng", "引"),
            Self::Audit => lang.pick("Aud", "审"),
            Self::Programs => lang.pick("Prog", "目"),
        }
    }

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|tab| *tab == self).map_or(0, |at| at + 1)
    }

    /// The one at the right; the first after the last.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL[self.number() % Self::ALL.len()]
    }

    /// The one at the left; the last before the first.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::ALL[(self.number() + Self::ALL.len() - 2) % Self::ALL.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_go_round_in_both_directions_and_are_found_by_name() {
        for tab in Tab::ALL {
            assert_eq!((tab.next().previous(), tab.previous().next()), (tab, tab));
            assert_eq!(Tab::named(tab.word()), Some(tab));
        }
        assert_eq!((Tab::Programs.next(), Tab::Sale.previous()), (Tab::Sale, Tab::Programs));
        assert_eq!(Tab::named("Sale"), None);
    }
}

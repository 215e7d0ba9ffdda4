//! In which order programs stand.
//! Must not leave two programs without an order: ties go by id.

use std::cmp::Ordering;

use crate::wire::feed::ProgramStock;

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    /// Number.
    #[default]
    Id,
    /// Title.
    Title,
    /// Place.
    Place,
    /// Time of the show.
    Show,
    /// On sale, or when it will be.
    Sale,
    /// Seats.
    Total,
    /// Free seats.
    Left,
    /// Held seats.
    Held,
    /// Share that is sold.
    Sold,
}

impl Column {
    const ALL: [Self; 9] =
        [Self::Id, Self::Title, Self::Place, Self::Show, Self::Sale, Self::Total, Self::Left, Self::Held, Self::Sold];

    /// The one after it.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|column| *column == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// How two programs stand to each other.
    pub fn compare(self, a: &ProgramStock, b: &ProgramStock) -> Ordering {
        let ordering = match self {
            Self::Id => Ordering::Equal,
            Self::Title => a.title.cmp(&b.title),
            Self::Place => a.place.cmp(&b.place),
            Self::Show => a.show_time.cmp(&b.show_time),
            Self::Sale => (!a.on_sale, a.closed, a.opens_at_ms).cmp(&(!b.on_sale, b.closed, b.opens_at_ms)),
            Self::Total => a.total.cmp(&b.total),
            Self::Left => a.available.cmp(&b.available),
            Self::Held => a.held.cmp(&b.held),
            Self::Sold => (u128::from(a.sold) * u128::from(b.total)).cmp(&(u128::from(b.sold) * u128::from(a.total))),
        };
        ordering.then(a.id.cmp(&b.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::dash::sample::program;

    #[test]
    fn shares_are_compared_without_rounding_and_ties_go_by_id() {
        let (a, b) = (program(1, "b", (2, 0, 1)), program(2, "a", (1, 0, 1)));
        assert_eq!(Column::Sold.compare(&a, &b), Ordering::Less);
        assert_eq!(Column::Title.compare(&a, &b), Ordering::Greater);
        assert_eq!(Column::Place.compare(&a, &b), Ordering::Less, "the same place");
    }

    #[test]
    fn every_column_comes_round_again() {
        let mut column = Column::default();
        for _ in 0..Column::ALL.len() {
            column = column.next();
        }
        assert_eq!(column, Column::default());
    }
}

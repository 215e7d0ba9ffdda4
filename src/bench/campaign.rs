//! The order in which several runs are played: every cell once a round, forwards and backwards in turns.
//! Must not play: it only says what comes next.

use std::fmt;

use super::quantity::VersionChoice;

/// Runs on each side that a comparison needs at least: fewer say nothing about how runs differ by themselves.
pub const COMPARED_RUNS_MIN: usize = 5;
/// Most rounds: a campaign is watched by someone.
pub const ROUNDS_MAX: u16 = 200;

/// Which program's server is played against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The other program's (`--against`).
    Other,
    /// This program's.
    This,
}

/// A kind of run: everything else is the same for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Order version.
    pub version: VersionChoice,
    /// What the server is told about its inventory; absent when the server was there before.
    pub redis: Option<String>,
    /// Whose server.
    pub side: Side,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        match self.redis.as_deref() {
            Some("off") => f.write_str(", in process")?,
            // A URL may hold a password.
            Some(_) => f.write_str(", on Redis")?,
            None => {}
        }
        if self.side == Side::Other { f.write_str(", the other program") } else { Ok(()) }
    }
}

/// A run that is to be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// From 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// From 1.
    pub round: usize,
    /// Index of the cell.
    pub cell: usize,
}

/// Versions, engines and sides, each with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// In the order of the table.
    pub cells: Vec<Cell>,
    rounds: usize,
}

impl Campaign {
    /// Every version on every engine on every side, `rounds` times.
    #[must_use]
    pub fn plan(versions: &[VersionChoice], engines: &[Option<String>], sides: &[Side], rounds: usize) -> Self {
        let mut cells = Vec::new();
        for redis in engines {
            for &version in versions {
                cells.extend(sides.iter().map(|&side| Cell { version, redis: redis.clone(), side }));
            }
        }
        Self { cells, rounds }
    }

    /// Every run, in the order of playing. Odd rounds go from the first cell to the last and even ones back, so that a
    /// machine that grows slower or faster while it plays does so to all cells alike.
    #[must_use]
    pub fn turns(&self) -> Vec<Turn> {
        let (cells, of) = (self.cells.len(), self.cells.len() * self.rounds);
        let of_round = |round: usize| -> Vec<usize> {
            if round % 2 == 1 { (0..cells).collect() } else { (0..cells).rev().collect() }
        };
        let order = (1..=self.rounds).flat_map(|round| of_round(round).into_iter().map(move |cell| (round, cell)));
        order.enumerate().map(|(at, (round, cell))| Turn { number: at + 1, of, round, cell }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(rounds: usize) -> Campaign {
        let versions = ["1", "2", "3"].map(|v| v.parse().unwrap());
        Campaign::plan(&versions, &[Some("off".to_owned()), Some("managed".to_owned())], &[Side::This], rounds)
    }

    #[test]
    fn every_cell_is_played_once_a_round_and_rounds_turn_back() {
        let campaign = campaign(3);
        let turns = campaign.turns();
        assert_eq!(turns.len(), 18);
        for round in 1..=3 {
            let mut cells: Vec<_> = turns.iter().filter(|t| t.round == round).map(|t| t.cell).collect();
            cells.sort_unstable();
            assert_eq!(cells, [0, 1, 2, 3, 4, 5]);
        }
        assert_eq!(turns[..7].iter().map(|t| t.cell).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 5]);
        assert_eq!((turns[17].number, turns[17].of), (18, 18));
    }

    #[test]
    fn a_machine_that_grows_slower_steadily_does_so_to_all_cells_alike() {
        let campaign = campaign(4);
        let drift = |cell| campaign.turns().iter().filter(|t| t.cell == cell).map(|t| t.number).sum::<usize>();
        let drifts: Vec<_> = (0..6).map(drift).collect();
        assert!(drifts.iter().all(|sum| *sum == drifts[0]), "{drifts:?}");
    }

    #[test]
    fn a_cell_never_shows_the_password_of_a_url() {
        let cell =
            Cell { version: VersionChoice::Mixed, redis: Some("redis://:secret@host".to_owned()), side: Side::Other };
        assert_eq!(cell.to_string(), "mixed, on Redis, the other program");
    }
}

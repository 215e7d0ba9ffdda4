//! Replays a sale against a server, joins what every buyer was told with what the server holds, and judges it.
//! Must not open Redis or SQLite, nor know who is watching.
//!
//! `scenario` (a file) → `schedule` (every arrival, decided by a seed) → `stage` (program and `accounts`) → `runner`
//! (`buyer`, or a `journey` of steps, over `floor`) → `tally`, `series`, `journal` → `verdict` (by what a `witness` sees) →
//! `report` → `results`. `rehearsal` walks this way once, with a `watcher` beside it; `campaign` plans many such walks,
//! `compare` holds them against each other, `search` looks for the highest rate.

pub mod abort;
pub mod accounts;
pub mod baseline;
pub mod buyer;
pub mod campaign;
pub mod child;
pub mod closed_loop;
pub mod compare;
pub mod floor;
pub mod hall;
pub mod journal;
pub mod journey;
pub mod machine;
pub mod metric;
pub mod percentile;
pub mod quantity;
pub mod rehearsal;
pub mod report;
pub mod results;
pub mod runner;
pub mod scenario;
pub mod schedule;
pub mod search;
pub mod series;
pub mod shipped;
pub mod stage;
pub mod tally;
pub mod verdict;
pub mod watcher;
pub mod witness;

#[cfg(test)]
mod fake_office;

//! Screens in the terminal: the live view of a bench, and the parts that every other screen is made of.
//! Must not decide anything about a sale, print, or read a flag; drawing is a function of what it is handed.
//!
//! `bench_view` keeps the state of a screen and lays it out. It draws with `panel` (one a file: plain values in, cells
//! out), `chart`, `digits` and `text`; `theme` knows colours by their meaning, `keys` makes commands of keys and the help
//! of both; `terminal` is the only file that touches the terminal.

pub mod bell;
pub mod bench_view;
mod chart;
mod clipboard;
pub mod dash;
mod digits;
pub mod dump;
pub mod keys;
pub mod lang;
mod panel;
pub mod signals;
pub mod terminal;
pub mod text;
pub mod theme;

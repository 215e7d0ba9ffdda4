//! Screens in the terminal: the live view of a bench, the dashboard of a server, and the parts that both are made of.
//! Must not decide anything about a sale, print, or read a flag; drawing is a function of what it is handed.
//!
//! `bench_view` and `dash` keep the state of a screen and lay it out. They draw with `panel` (one a file: plain values in,
//! cells out), `chart`, `digits` and `text`; `theme` knows colours by their meaning, `keys` what a key is called, `dump` makes
//! files of screens; `terminal` is the only file that touches the terminal.

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

//! Where news come from and asks go to: a server, or the recording of a run.
//! Must not make the screen wait.

use super::ask::{Ask, News};
use crate::tui::bell::Bell;

/// A side of the border that is not the screen's.
pub trait Source {
    /// What rings when there are news; a source without one is looked at ten times a second.
    fn bell(&self) -> Option<&Bell>;

    /// The news since the last time, at this moment of this machine's clock.
    fn news(&mut self, now_ms: i64) -> Vec<News>;

    /// Something is asked. The answer comes with the news, later.
    fn ask(&mut self, ask: Ask);
}

//! Submits under way: begun, and neither answered nor given up.
//! Must not grow with the length of a run, only with how many are under way at once.

use super::Told;

/// Submits under way, each with a number that is used again once it is over.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    entries: Vec<Option<Told>>,
    free: Vec<usize>,
}

impl UnderWay {
    /// One begins.
    pub(super) fn begin(&mut self, entry: Told) -> usize {
        if let Some(at) = self.free.pop() {
            self.entries[at] = Some(entry);
            return at;
        }
        self.entries.push(Some(entry));
        self.entries.len() - 1
    }

    /// The one with this number is over.
    pub(super) fn end(&mut self, at: usize) {
        debug_assert!(self.entries[at].is_some(), "a submit ends once");
        self.entries[at] = None;
        self.free.push(at);
    }

    /// All that are left.
    pub(super) fn into_left(self) -> impl Iterator<Item = Told> {
        self.entries.into_iter().flatten()
    }

    /// Most that have been under way at once.
    #[cfg(test)]
    pub(super) const fn most(&self) -> usize {
        self.entries.len()
    }
}

//! The whole dashboard as it is seen: every screen in every size, theme, language and state, and any state at all.
//! Must not look inside: news and keys go in, cells come out.

mod anything;
mod looks;
mod sizes;
mod stage;
mod troubles;
mod windows;

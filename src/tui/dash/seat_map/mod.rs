//! A hall on a screen: where every seat stands, how many of them share a cell, and what that cell looks like.
//! Must not remember anything between two frames, nor know who asks: seats in, cells out.
//!
//! A [`plan::Plan`] is the hall in seats, a [`layout::Layout`] the same in cells of the terminal at one [`layout::Scale`], a
//! [`paint::Picture`] is drawn from both.

pub mod fit;
pub mod layout;
pub mod look;
pub mod paint;
pub mod plan;
pub mod steps;
pub mod tally;

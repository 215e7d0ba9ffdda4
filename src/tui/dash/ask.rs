//! What the dashboard asks of the world, and what the world tells it: the whole of its border.
//! Must not do anything: whoever holds terminal and connection does.

use std::path::PathBuf;

use crate::{
    client::OrderQuery,
    domain::ids::{OrderNumber, ProgramId, SeatId},
    wire::{
        admin::{OrderLife, OrderLine, SaleChange, SeatDetail},
        api::AuditAnswer,
        feed::Frame,
    },
};

/// Something that the dashboard cannot do by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Follow this program from now on, or none.
    Follow(Option<ProgramId>),
    /// A page of orders; [`News::Orders`] comes back.
    Orders(OrderQuery),
    /// An order's life; [`News::Life`] comes back.
    Life(OrderNumber),
    /// A seat and who has it; [`News::Seat`] comes back.
    Seat(SeatId),
    /// Something that changes the sale; [`News::Done`] comes back.
    Do(Deed),
    /// Check the laws of one program or all; [`News::Audited`] comes back.
    Audit(Option<ProgramId>),
    /// Replays only.
    Play(Playback),
    /// Put this on the clipboard.
    Copy(String),
    /// Save the screen to a file; [`News::Dumped`] comes back.
    Dump,
    /// Listen to the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Back to the shell for a while.
    Suspend,
    /// The end.
    Quit,
}

/// Something that changes the sale. Asked for twice: by a key, and by another one that confirms it.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Cancel an unpaid order.
    Cancel(OrderNumber),
    /// Refund a paid order.
    Refund(OrderNumber),
    /// Put a program on sale, or take it off sale.
    Sale(ProgramId, SaleChange),
}

/// What is wanted of a replay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Playback {
    /// Stop, or go on.
    Toggle,
    /// Twice as fast.
    Faster,
    /// Half as fast.
    Slower,
    /// So many milliseconds on, or back.
    Seek(i64),
    /// From the start.
    Restart,
}

/// How a replay is going.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playing {
    /// Milliseconds since the start of the run.
    pub at_ms: i64,
    /// Length of the run.
    pub length_ms: i64,
    /// Times real time.
    pub speed: f64,
    /// It stands still.
    pub paused: bool,
}

/// How the connection is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Link {
    /// Not there yet, for the first time.
    #[default]
    Connecting,
    /// The feed is open.
    Live,
    /// It is not, and is tried again.
    Lost {
        /// Why.
        cause: String,
        /// Which attempt comes next, from 1.
        attempt: u32,
        /// When, in ms of this machine's clock since 1970.
        again_at_ms: i64,
    },
}

/// What the world says.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A frame of the feed.
    Frame(Box<Frame>),
    /// The connection changed.
    Link(Link),
    /// A page of orders.
    Orders(OrderQuery, Result<Vec<OrderLine>, String>),
    /// An order's life.
    Life(OrderNumber, Result<Box<OrderLife>, String>),
    /// A seat.
    Seat(SeatId, Result<Box<SeatDetail>, String>),
    /// A deed was done, or why not.
    Done(Deed, Result<(), String>),
    /// The laws.
    Audited(Result<Box<AuditAnswer>, String>),
    /// A replay went on.
    Playing(Playing),
    /// Where the screen was saved, or why not.
    Dumped(Result<PathBuf, String>),
}

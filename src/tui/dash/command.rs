//! Everything that a key, a word in the palette or a click can ask of the dashboard.
//! Must not carry a command out.

use super::Tab;

/// What a key, a word in the palette or a click asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// To a tab.
    Tab(Tab),
    /// To the tab at the right.
    NextTab,
    /// To the tab at the left.
    PreviousTab,
    /// One up.
    Up,
    /// One down.
    Down,
    /// One to the left.
    Left,
    /// One to the right.
    Right,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// Look closer at what is chosen.
    Open,
    /// Back to where one came from: closes what lies on top.
    Back,
    /// Type a filter.
    Filter,
    /// Sort by the next column.
    Sort,
    /// Turn the order round.
    Reverse,
    /// Hold the picture, or let it go.
    Pause,
    /// Ask again.
    Refresh,
    /// Look closer at the hall.
    ZoomIn,
    /// See more of the hall.
    ZoomOut,
    /// See all of the hall.
    ZoomAll,
    /// Colour seats by state, by category, or by age.
    Colour,
    /// Cancel the chosen order.
    Cancel,
    /// Refund the chosen order.
    Refund,
    /// Put the chosen program on sale, or take it off sale.
    ToggleSale,
    /// Check the laws.
    Audit,
    /// Replay faster.
    Faster,
    /// Replay slower.
    Slower,
    /// Replay from later on.
    SeekForward,
    /// Replay from earlier on.
    SeekBack,
    /// Replay from the start.
    Restart,
    /// Copy what is chosen.
    Copy,
    /// Save the screen.
    Dump,
    /// Another theme.
    NextTheme,
    /// The other language.
    NextLang,
    /// Listen to the mouse, or leave it to the terminal.
    Mouse,
    /// Type a command.
    Palette,
    /// Show or hide the keys.
    Help,
    /// Back to the shell for a while.
    Suspend,
    /// The end.
    Quit,
}

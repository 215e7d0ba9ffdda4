//! Which scale, and how many blocks side by side, show a whole hall best in so much room.
//! Must not choose what does not fit while anything does.

use super::{
    layout::{Arrangement, Layout, Scale},
    plan::Plan,
};

/// Numbers of blocks side by side that are tried.
const BLOCKS: [usize; 14] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128, 256];
/// Further blocks must bring seats this much nearer, in percent.
const WORTH_PERCENT: u64 = 75;

/// How a whole hall is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// Seats of a cell.
    pub scale: Scale,
    /// Blocks and captions.
    pub arrangement: Arrangement,
}

/// The fit for an area of so many columns and lines, with captions where there is room for them.
#[must_use]
pub fn fit(plan: &Plan, (columns, lines): (u32, u32), captions: bool) -> Fit {
    let captions = captions && lines as usize > plan.groups.len() * 3;
    let longest = plan.lines_max().max(1);
    let mut best: Option<(u64, Fit)> = None;
    for count in BLOCKS {
        let arrangement = Arrangement { lines_max: longest.div_ceil(count), captions };
        let Some(scale) = scale(plan, arrangement, (columns, lines)) else { continue };
        let cost = cost(scale);
        if best.is_none_or(|(before, _)| cost * 100 < before * WORTH_PERCENT) {
            best = Some((cost, Fit { scale, arrangement }));
        }
        if count >= longest {
            break;
        }
    }
    best.map_or_else(|| smallest(plan, columns), |(_, fit)| fit)
}

/// How far away seats are, in quarters of a cell.
fn cost(scale: Scale) -> u64 {
    match scale {
        Scale::Wide => 3,
        Scale::Single => 4,
        Scale::Half => 8,
        Scale::Far { across, down } => u64::from(across) * u64::from(down) * 4,
    }
}

/// The nearest scale that fits.
fn scale(plan: &Plan, arrangement: Arrangement, (columns, lines): (u32, u32)) -> Option<Scale> {
    let fits = |scale| {
        let layout = Layout::new(plan, scale, arrangement);
        layout.width <= columns && layout.height <= lines
    };
    if let Some(near) = [Scale::Wide, Scale::Single, Scale::Half].into_iter().find(|scale| fits(*scale)) {
        return Some(near);
    }
    let widest = plan.groups.iter().map(|group| group.columns).max().unwrap_or(1);
    let width = |across| Layout::new(plan, Scale::Far { across, down: 1 }, arrangement).width;
    let height = |down| Layout::new(plan, Scale::Far { across: 1, down }, arrangement).height;
    let across = first(widest, |across| width(across) <= columns)?;
    let down = first(arrangement.lines_max as u32, |down| height(down) <= lines)?;
    // A cell of one seat without a number before its row would be the same as one that has it, so it takes two.
    Some(if (across, down) == (1, 1) { Scale::Half } else { Scale::of(across, down) })
}

/// The smallest number up to `last` for which it is true; it is true for all that are larger.
fn first(last: u32, fits: impl Fn(u32) -> bool) -> Option<u32> {
    if last == 0 || !fits(last) {
        return None;
    }
    let (mut low, mut high) = (1, last);
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

/// Nothing fits: as small as it can be without blocks side by side; the rest is scrolled to.
fn smallest(plan: &Plan, columns: u32) -> Fit {
    let arrangement = Arrangement { lines_max: plan.lines_max().max(1), captions: false };
    let widest = plan.groups.iter().map(|group| group.columns).max().unwrap_or(1);
    Fit { scale: Scale::of(widest.div_ceil(columns.max(1)), plan.lines_max().max(1) as u32), arrangement }
}

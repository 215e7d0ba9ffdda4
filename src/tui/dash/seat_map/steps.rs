//! From one seat to the next: a step goes as far as the eye sees it go, a cell.
//! Must not leave the hall: where nothing is further on, the seat stays.

use super::{
    layout::{Block, Layout, Scale},
    plan::{Plan, Spot},
};

/// Where a step leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Towards the stage.
    Up,
    /// Away from the stage.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// The seat one step on.
#[must_use]
pub fn from(plan: &Plan, layout: &Layout, seat: usize, step: Step) -> usize {
    let Some(spot) = plan.spot(seat) else { return seat };
    let next = match step {
        Step::Left | Step::Right => across(plan, layout, spot, step == Step::Right),
        Step::Up | Step::Down => down(plan, layout, spot, step == Step::Down),
    };
    next.unwrap_or(seat)
}

/// Along the row, then into the block beside it.
fn across(plan: &Plan, layout: &Layout, spot: Spot, right: bool) -> Option<usize> {
    let (across, _) = layout.scale.seats();
    let line = plan.groups[spot.group].lines[spot.line];
    // The edge of the next cell, so that a step is always seen and no cell is skipped.
    let edge = if right { (spot.at / across + 1) * across } else { (spot.at / across * across).wrapping_sub(1) };
    if right || edge != u32::MAX {
        let pieces = plan.line(line).iter();
        let beyond = |first: u32, last: u32| if right { last >= edge } else { first <= edge };
        let mut further = pieces.filter(|piece| beyond(piece.at, piece.at + piece.seats - 1));
        let piece = if right { further.next() } else { further.next_back() };
        if let Some(piece) = piece {
            let at = edge.clamp(piece.at, piece.at + piece.seats - 1);
            return Some(piece.first_seat + (at - piece.at) as usize);
        }
    }
    let here = layout.block_of(spot);
    let beside = if right { here + 1 } else { here.checked_sub(1)? };
    let block = layout.blocks.get(beside).filter(|block| block.group == spot.group)?;
    let inner = (spot.line - layout.blocks[here].first_line).min(block.lines - 1);
    let line = plan.groups[block.group].lines[block.first_line + inner];
    Some(plan.nearest(line, if right { 0 } else { u32::MAX }))
}

/// Through the block, then into the one behind it or before it that is nearest.
fn down(plan: &Plan, layout: &Layout, spot: Spot, down: bool) -> Option<usize> {
    let block = layout.blocks[layout.block_of(spot)];
    // Halves of a cell are seen one by one.
    let rows = if layout.scale == Scale::Half { 1 } else { layout.scale.seats().1 as usize };
    let inner = spot.line - block.first_line;
    let next = if down { (inner / rows + 1) * rows } else { (inner / rows * rows).wrapping_sub(1) };
    if next < block.lines {
        let line = plan.groups[spot.group].lines[block.first_line + next];
        return Some(plan.nearest(line, spot.at));
    }
    let (x, _) = layout.cell(spot);
    let block = beyond(layout, spot.group, x, down)?;
    let line = if down { block.first_line } else { block.first_line + block.lines - 1 };
    let at = x.saturating_sub(block.x) / layout.scale.step() * layout.scale.seats().0;
    Some(plan.nearest(plan.groups[block.group].lines[line], at))
}

/// The block of the next category that is nearest to a column.
fn beyond(layout: &Layout, group: usize, x: u32, down: bool) -> Option<&Block> {
    let group = if down { group + 1 } else { group.checked_sub(1)? };
    if layout.blocks.last()?.group < group {
        return None;
    }
    let away = |block: &&Block| block.x.saturating_sub(x).max(x.saturating_sub(block.x + block.columns - 1));
    layout.of_group(group).iter().min_by_key(away)
}

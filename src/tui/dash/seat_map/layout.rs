//! The hall in cells: at one scale, every seat has one cell, and every cell its seats.
//! Must not know what state a seat is in.

use super::plan::{Line, Plan, Spot};

/// Columns between blocks that stand side by side.
const AISLE: u32 = 2;

/// How many seats share a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Several; the cell shows how many of them are gone.
    Far {
        /// Seats side by side.
        across: u32,
        /// Rows.
        down: u32,
    },
    /// One seat over another, each a half of the cell.
    Half,
    /// One.
    Single,
    /// Half of one: the next column stays empty.
    Wide,
}

impl Scale {
    /// Seats of a cell, side by side and one behind another.
    #[must_use]
    pub const fn seats(self) -> (u32, u32) {
        match self {
            Self::Far { across, down } => (across, down),
            Self::Half => (1, 2),
            Self::Single | Self::Wide => (1, 1),
        }
    }

    /// Columns from one seat to the next.
    #[must_use]
    pub const fn step(self) -> u32 {
        match self {
            Self::Wide => 2,
            _ => 1,
        }
    }

    /// One step nearer; the same where there is none.
    #[must_use]
    pub fn closer(self) -> Self {
        match self {
            Self::Far { across, down } => Self::of(across.div_ceil(2), down.div_ceil(2)),
            Self::Half => Self::Single,
            Self::Single | Self::Wide => Self::Wide,
        }
    }

    /// The scale with so many seats in a cell.
    #[must_use]
    pub const fn of(across: u32, down: u32) -> Self {
        match (across, down) {
            (0 | 1, 0 | 1) => Self::Single,
            (0 | 1, 2) => Self::Half,
            _ => Self::Far { across, down },
        }
    }

    /// Is there a number before every row?
    #[must_use]
    pub const fn numbers_rows(self) -> bool {
        matches!(self, Self::Single | Self::Wide)
    }
}

/// Rows of a category that stand one behind another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Its category's place in the plan.
    pub group: usize,
    /// Its first row's place in the category.
    pub first_line: usize,
    /// Its rows of seats.
    pub lines: usize,
    /// Its left cell.
    pub x: u32,
    /// Its upper cell.
    pub y: u32,
    /// Cells across.
    pub columns: u32,
    /// Cells down.
    pub rows: u32,
}

/// What is asked of a layout beside its scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrangement {
    /// Most rows of seats in a block; a category with more has several side by side.
    pub lines_max: usize,
    /// A line for the stage, and one above every category for its name.
    pub captions: bool,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// At this scale.
    pub scale: Scale,
    /// Cells across.
    pub width: u32,
    /// Cells down.
    pub height: u32,
    /// Columns before a block for the numbers of its rows.
    pub gutter: u32,
    /// All blocks, from the stage backwards and from the left.
    pub blocks: Vec<Block>,
    /// There is a line for the stage and one above every category.
    pub captions: bool,
    /// First block of each category, and rows of seats in each of its blocks but the last.
    groups: Vec<(usize, usize)>,
}

impl Layout {
    /// The layout of a plan.
    #[must_use]
    pub fn new(plan: &Plan, scale: Scale, arrangement: Arrangement) -> Self {
        let gutter = if scale.numbers_rows() { plan.row_max().to_string().len() as u32 + 1 } else { 0 };
        let captions = arrangement.captions;
        let (blocks, groups) = (Vec::new(), Vec::new());
        let mut layout = Self { scale, width: 0, height: u32::from(captions), gutter, blocks, captions, groups };
        for (group, shape) in plan.groups.iter().enumerate() {
            layout.add(group, shape.columns, shape.lines.len(), arrangement.lines_max);
        }
        layout.centre();
        layout
    }

    /// Adds the blocks of a category, from the left.
    fn add(&mut self, group: usize, seats: u32, lines: usize, lines_max: usize) {
        let (across, down) = self.scale.seats();
        let count = lines.div_ceil(lines_max.max(1)).max(1);
        let each = lines.div_ceil(count).max(1);
        let columns = seats.div_ceil(across).saturating_mul(self.scale.step()).saturating_sub(self.scale.step() - 1);
        self.groups.push((self.blocks.len(), each));
        let (mut x, y) = (self.gutter, self.height + u32::from(self.captions));
        for first_line in (0..lines).step_by(each) {
            let lines = each.min(lines - first_line);
            let rows = (lines as u32).div_ceil(down);
            self.blocks.push(Block { group, first_line, lines, x, y, columns, rows });
            x = x.saturating_add(columns).saturating_add(AISLE + self.gutter);
        }
        self.width = self.width.max(x.saturating_sub(AISLE + self.gutter));
        self.height = y + (each as u32).div_ceil(down);
    }

    /// Moves the blocks of each category to the middle.
    fn centre(&mut self) {
        for group in 0..self.groups.len() {
            let last = self.groups.get(group + 1).map_or(self.blocks.len(), |next| next.0);
            let blocks = &mut self.blocks[self.groups[group].0..last];
            let end = blocks.last().map_or(0, |block| block.x.saturating_add(block.columns));
            let room = (self.width - end) / 2;
            blocks.iter_mut().for_each(|block| block.x += room);
        }
    }

    /// The line with the names of a category's blocks.
    #[must_use]
    pub fn caption(&self, group: usize) -> Option<u32> {
        self.captions.then(|| self.of_group(group)[0].y - 1)
    }

    /// The blocks of a category, from the left.
    #[must_use]
    pub fn of_group(&self, group: usize) -> &[Block] {
        let end = self.groups.get(group + 1).map_or(self.blocks.len(), |next| next.0);
        &self.blocks[self.groups[group].0..end]
    }

    /// The block of a spot, by its place in [`Layout::blocks`].
    #[must_use]
    pub fn block_of(&self, spot: Spot) -> usize {
        let (first, each) = self.groups[spot.group];
        first + spot.line / each
    }

    /// The cell of a spot: its left column, and its line.
    #[must_use]
    pub fn cell(&self, spot: Spot) -> (u32, u32) {
        let (across, down) = self.scale.seats();
        let block = self.blocks[self.block_of(spot)];
        let line = (spot.line - block.first_line) as u32;
        (block.x + spot.at / across * self.scale.step(), block.y + line / down)
    }

    /// A seat of a cell: the first of them.
    #[must_use]
    pub fn seat_at(&self, plan: &Plan, x: u32, y: u32) -> Option<usize> {
        let block = self.blocks.iter().find(|block| {
            (block.x..block.x + block.columns).contains(&x) && (block.y..block.y + block.rows).contains(&y)
        })?;
        let (across, _) = self.scale.seats();
        let from = (x - block.x) / self.scale.step() * across;
        let of_line = |line: &Line| {
            let piece =
                plan.line(*line).iter().find(|piece| piece.at < from + across && piece.at + piece.seats > from)?;
            Some(piece.first_seat + from.saturating_sub(piece.at) as usize)
        };
        self.lines(plan, block, y - block.y).iter().find_map(of_line)
    }

    /// The rows of seats in one line of a block's cells.
    #[must_use]
    pub fn lines<'a>(&self, plan: &'a Plan, block: &Block, row: u32) -> &'a [Line] {
        let (_, down) = self.scale.seats();
        let from = block.first_line + (row * down) as usize;
        let to = (from + down as usize).min(block.first_line + block.lines);
        plan.groups[block.group].lines.get(from..to).unwrap_or(&[])
    }
}

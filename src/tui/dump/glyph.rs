//! Characters that fill their cell by a rule of Unicode: blocks, quadrants, braille, lines. As shapes they meet at the edges of
//! cells, whatever font a picture is looked at with.
//! Must not guess: a character that has no rule here is left to the font.

/// A part of a cell, whose sides are 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// A rectangle: left, top, width, height.
    Block(f64, f64, f64, f64),
    /// A dot: its centre.
    Dot(f64, f64),
    /// A thin line from here to there.
    Stroke(f64, f64, f64, f64),
}

/// The shapes of a character, and how dense they are; nothing for a character of the font.
pub(super) fn shapes(symbol: &str) -> Option<(Vec<Shape>, f64)> {
    let mut chars = symbol.chars();
    let (char, None) = (chars.next()?, chars.next()) else { return None };
    let code = u32::from(char);
    let whole = vec![Shape::Block(0.0, 0.0, 1.0, 1.0)];
    Some(match char {
        '▀' => (vec![Shape::Block(0.0, 0.0, 1.0, 0.5)], 1.0),
        '▁'..='█' => {
            let height = f64::from(code - 0x2580) / 8.0;
            (vec![Shape::Block(0.0, 1.0 - height, 1.0, height)], 1.0)
        }
        '▉'..='▏' => (vec![Shape::Block(0.0, 0.0, f64::from(0x2590 - code) / 8.0, 1.0)], 1.0),
        '▐' => (vec![Shape::Block(0.5, 0.0, 0.5, 1.0)], 1.0),
        '░' => (whole, 0.25),
        '▒' => (whole, 0.5),
        '▓' => (whole, 0.75),
        '▔' => (vec![Shape::Block(0.0, 0.0, 1.0, 0.125)], 1.0),
        '▕' => (vec![Shape::Block(0.875, 0.0, 0.125, 1.0)], 1.0),
        '▖'..='▟' => (quadrants(code - 0x2596), 1.0),
        '\u{2800}'..='\u{28ff}' => (braille(code - 0x2800), 1.0),
        '─' => (vec![Shape::Stroke(0.0, 0.5, 1.0, 0.5)], 1.0),
        '│' => (vec![Shape::Stroke(0.5, 0.0, 0.5, 1.0)], 1.0),
        '┌' | '╭' => (corner(1.0, 1.0), 1.0),
        '┐' | '╮' => (corner(0.0, 1.0), 1.0),
        '└' | '╰' => (corner(1.0, 0.0), 1.0),
        '┘' | '╯' => (corner(0.0, 0.0), 1.0),
        _ => return None,
    })
}

/// From the middle to a side, and from the middle to above or below.
fn corner(x: f64, y: f64) -> Vec<Shape> {
    vec![Shape::Stroke(0.5, 0.5, x, 0.5), Shape::Stroke(0.5, 0.5, 0.5, y)]
}

/// U+2596 to U+259F: upper left, upper right, lower left, lower right.
fn quadrants(at: u32) -> Vec<Shape> {
    const FILLED: [[bool; 4]; 10] = [
        [false, false, true, false],
        [false, false, false, true],
        [true, false, false, false],
        [true, false, true, true],
        [true, false, false, true],
        [true, true, true, false],
        [true, true, false, true],
        [false, true, false, false],
        [false, true, true, false],
        [false, true, true, true],
    ];
    let corners = [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)];
    let filled = FILLED.get(at as usize).into_iter().flatten();
    filled.zip(corners).filter(|(filled, _)| **filled).map(|(_, (x, y))| Shape::Block(x, y, 0.5, 0.5)).collect()
}

/// Dots 1 to 8 are the bits from the lowest: 1, 2, 3 and 7 at the left from above, 4, 5, 6 and 8 at the right.
fn braille(bits: u32) -> Vec<Shape> {
    const PLACES: [(f64, f64); 8] = [
        (0.25, 0.125),
        (0.25, 0.375),
        (0.25, 0.625),
        (0.75, 0.125),
        (0.75, 0.375),
        (0.75, 0.625),
        (0.25, 0.875),
        (0.75, 0.875),
    ];
    PLACES.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, (x, y))| Shape::Dot(x, y)).collect()
}

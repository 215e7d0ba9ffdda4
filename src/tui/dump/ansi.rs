//! A screen for `cat`: text between the sequences that a terminal colours it by.
//! Must not move a cursor: the text scrolls like any other.

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

use super::rows;

/// The screen; every line ends plain.
#[must_use]
pub fn ansi(buf: &Buffer) -> String {
    let mut text = String::new();
    for row in rows(buf) {
        // Spaces at the end of a line say nothing unless they are seen.
        let end =
            row.iter().rposition(|at| at.cell.symbol() != " " || is_seen_when_empty(at.cell)).map_or(0, |at| at + 1);
        let mut looks = String::new();
        for at in &row[..end] {
            let wanted = codes(at.cell);
            if wanted != looks {
                text.push_str(&format!("\x1b[0{wanted}m"));
                looks = wanted;
            }
            text.push_str(at.cell.symbol());
        }
        if !looks.is_empty() {
            text.push_str("\x1b[0m");
        }
        text.push('\n');
    }
    text
}

fn is_seen_when_empty(cell: &Cell) -> bool {
    cell.bg != Color::Reset || cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED)
}

/// What comes after the 0 that makes everything plain.
fn codes(cell: &Cell) -> String {
    let marks = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
        (Modifier::CROSSED_OUT, "9"),
    ];
    let marks = marks.into_iter().filter(|(mark, _)| cell.modifier.contains(*mark)).map(|(_, code)| code.to_owned());
    let colours = [colour(cell.fg, 30), colour(cell.bg, 40)].into_iter().flatten();
    marks.chain(colours).map(|code| format!(";{code}")).collect()
}

fn colour(colour: Color, base: u8) -> Option<String> {
    if let Color::Rgb(r, g, b) = colour {
        return Some(format!("{};2;{r};{g};{b}", base + 8));
    }
    if let Color::Indexed(index) = colour {
        return Some(format!("{};5;{index}", base + 8));
    }
    let index = sixteen(colour)?;
    Some(if index < 8 { base + index } else { base + 60 + index - 8 }.to_string())
}

/// Its place among the sixteen colours of a terminal.
pub(super) const fn sixteen(colour: Color) -> Option<u8> {
    Some(match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index) if index < 16 => index,
        _ => return None,
    })
}

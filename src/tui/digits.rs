//! Large digits, three rows high, for the one number that matters.
//! Must not draw anything but digits.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// Rows of a digit.
pub const ROWS: u16 = 3;
/// Columns of a digit and the space after it.
const STEP: u16 = 4;
/// More space between thousands.
const THOUSANDS: u16 = 1;

const SHAPES: [[&str; ROWS as usize]; 10] = [
    ["█▀█", "█ █", "▀▀▀"],
    ["▀█ ", " █ ", "▀▀▀"],
    ["▀▀█", "█▀▀", "▀▀▀"],
    ["▀▀█", " ▀█", "▀▀▀"],
    ["█ █", "▀▀█", "  ▀"],
    ["█▀▀", "▀▀█", "▀▀▀"],
    ["█▀▀", "█▀█", "▀▀▀"],
    ["▀▀█", "  █", "  ▀"],
    ["█▀█", "█▀█", "▀▀▀"],
    ["█▀█", "▀▀█", "▀▀▀"],
];

/// Columns that a number takes.
pub fn width(number: u64) -> u16 {
    let digits = number.to_string().len() as u16;
    digits * STEP - 1 + (digits - 1) / 3 * THOUSANDS
}

/// Draws it at the left top of the area, or nothing where it does not fit.
pub fn draw(number: u64, area: Rect, buf: &mut Buffer, style: Style) {
    if area.height < ROWS || area.width < width(number) {
        return;
    }
    let digits = number.to_string();
    let mut x = area.x;
    for (at, digit) in digits.bytes().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            x += THOUSANDS;
        }
        let shape = SHAPES[usize::from(digit - b'0')];
        for (row, cells) in (area.y..).zip(shape) {
            buf.set_string(x, row, cells, style);
        }
        x += STEP;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_beside_each_other_with_thousands_apart() {
        let mut buf = Buffer::empty(Rect::new(0, 0, width(1_204), ROWS));
        draw(1_204, buf.area, &mut buf, Style::new());
        assert_eq!(buf, Buffer::with_lines(["▀█   ▀▀█ █▀█ █ █", " █   █▀▀ █ █ ▀▀█", "▀▀▀  ▀▀▀ ▀▀▀   ▀"]));
    }

    #[test]
    fn a_number_that_does_not_fit_is_not_drawn_in_part() {
        let mut buf = Buffer::empty(Rect::new(0, 0, width(999) - 1, ROWS));
        draw(999, buf.area, &mut buf, Style::new());
        assert_eq!(buf, Buffer::empty(buf.area));
    }
}

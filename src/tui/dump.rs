//! A screen as a file: plain text, text with colours for a terminal, or a picture.
//! Must not know what is on the screen, nor overwrite anything.

mod ansi;
mod glyph;
mod svg;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
};

use super::text::width;
pub use ansi::ansi;
pub use svg::svg;

/// Most screens that are saved in the same second.
const SAME_SECOND_MAX: u32 = 100;

/// How a screen is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Letters only.
    #[default]
    Text,
    /// With the colours, for `cat` in a terminal.
    Ansi,
    /// A picture for a browser.
    Svg,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Ansi, Self::Svg];

    /// Its word, and the end of a file's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Ansi => "ans",
            Self::Svg => "svg",
        }
    }

    /// The screen in this form, with a line end at its end.
    #[must_use]
    pub fn written(self, buf: &Buffer) -> String {
        match self {
            Self::Text => text(buf),
            Self::Ansi => ansi(buf),
            Self::Svg => svg(buf),
        }
    }

    /// The same of a screen that is drawn for it, so many columns by so many rows.
    #[must_use]
    pub fn drawn(self, (columns, rows): (u16, u16), draw: impl FnOnce(&mut Buffer)) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, columns, rows));
        draw(&mut buf);
        self.written(&buf)
    }
}

/// Saves a screen as `tpp-dash-TIME.txt` (or `.ans`, `.svg`) in a folder; a further one of the same second has a number.
///
/// # Errors
/// When the file cannot be made or written.
pub fn save(buf: &Buffer, format: Format, folder: &Path, now_ms: i64) -> io::Result<PathBuf> {
    let (stamp, end) = (stamp(now_ms), format.word());
    for more in 1..=SAME_SECOND_MAX {
        let more = if more == 1 { String::new() } else { format!("-{more}") };
        let path = folder.join(format!("tpp-dash-{stamp}{more}.{end}"));
        match File::create_new(&path) {
            Ok(mut file) => return file.write_all(format.written(buf).as_bytes()).map(|()| path),
            Err(taken) if taken.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, format!("{} screens were saved in a second", SAME_SECOND_MAX)))
}

/// Letters only, without spaces at the ends of lines.
#[must_use]
pub fn text(buf: &Buffer) -> String {
    let mut text = String::new();
    for row in rows(buf) {
        let line: String = row.iter().map(|at| at.cell.symbol()).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A cell that is seen, and where.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    column: u16,
    /// 2 for a wide character, whose second cell is not in the row.
    columns: u16,
    cell: &'a Cell,
}

/// The cells that are seen, row by row.
fn rows(buf: &Buffer) -> impl Iterator<Item = Vec<Seen<'_>>> {
    (0..buf.area.height).map(move |y| {
        let (mut row, mut column) = (Vec::new(), 0);
        while column < buf.area.width {
            let cell = &buf[(buf.area.x + column, buf.area.y + y)];
            let columns = u16::try_from(width(cell.symbol())).unwrap_or(1).max(1);
            row.push(Seen { column, columns, cell });
            column += columns;
        }
        row
    })
}

/// `20260102-030405`, in UTC.
fn stamp(now_ms: i64) -> String {
    let seconds = now_ms.div_euclid(1_000);
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    format!("{year:04}{month:02}{day:02}-{:02}{:02}{:02}", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

/// Year, month and day of a day since 1970, in the Gregorian calendar.
fn date(mut day: i64) -> (i64, usize, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    loop {
        let days = if leap(year) { 366 } else { 365 };
        if day < days {
            break;
        }
        day -= days;
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    (year, month, day + 1)
}

//! A screen as a picture that needs nothing beside it, readable where it is dark and where it is light.
//! Must not place a character by the width that a font gives it: cells decide.

use std::fmt::Write as _;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

use super::{
    Seen,
    ansi::sixteen,
    glyph::{Shape, shapes},
    rows,
};

/// A cell's width and height, a letter's size, where its foot stands, and the margin around the screen, in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
const LETTER: f64 = 14.0;
const FOOT: f64 = 13.5;
const MARGIN: f64 = 14.0;
/// Where it is dark, and where it is light: the sixteen colours, then text and paper.
const DARK: [&str; 18] = [
    "#3b4252", "#ef6b73", "#7fc97f", "#e5c07b", "#6ca8f0", "#c792ea", "#56c2d6", "#c8ced8", "#7b8494", "#ff8f96",
    "#a5e0a5", "#f5d894", "#8fc1ff", "#ddb0f7", "#82dcec", "#f4f6fa", "#d5dae3", "#15181e",
];
const LIGHT: [&str; 18] = [
    "#20242c", "#c4262e", "#2c7a34", "#94650a", "#1f5fbf", "#8a37a8", "#0f7285", "#5a6270", "#6f7785", "#d93b43",
    "#37913f", "#a9780f", "#2f74d9", "#a04cc0", "#15879c", "#14171c", "#23272f", "#fbfbfc",
];

/// The picture.
#[must_use]
pub fn svg(buf: &Buffer) -> String {
    let width = f64::from(buf.area.width) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(buf.area.height) * CELL.1 + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\">\n{}\
         <rect class=\"paper\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n",
        styles(),
        w = number(width),
        h = number(height),
    );
    for (y, row) in rows(buf).enumerate() {
        draw_row(&mut out, &row, MARGIN + y as f64 * CELL.1);
    }
    out.push_str("</svg>\n");
    out
}

fn styles() -> String {
    let rules = |colours: &[&str; 18]| {
        let mut rules = String::new();
        for (at, colour) in colours[..16].iter().enumerate() {
            let _ = write!(rules, ".c{at}{{fill:{colour};stroke:{colour}}}");
        }
        let _ = write!(rules, ".ink{{fill:{0};stroke:{0}}}.paper{{fill:{1};stroke:{1}}}", colours[16], colours[17]);
        rules
    };
    format!(
        "<style>text{{font:{LETTER}px ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,\"Noto Sans Mono CJK SC\",\
         \"Noto Sans CJK SC\",\"WenQuanYi Zen Hei\",\"PingFang SC\",\"Microsoft YaHei\",monospace;white-space:pre;\
         stroke:none!important}}\
         rect,circle{{stroke:none!important}}line{{stroke-width:1}}.b{{font-weight:700}}.d{{opacity:.62}}\
         {}@media(prefers-color-scheme:light){{{}}}</style>\n",
        rules(&DARK),
        rules(&LIGHT),
    )
}

/// Cells that look alike and stand side by side.
fn draw_row(out: &mut String, row: &[Seen<'_>], top: f64) {
    for alike in row.chunk_by(|a, b| looks(a.cell) == looks(b.cell)) {
        let (Some(first), Some(last)) = (alike.first(), alike.last()) else { continue };
        let looks = looks(first.cell);
        let left = left_of(first);
        let width = left_of(last) + f64::from(last.columns) * CELL.0 - left;
        if let Some(paper) = &looks.paper {
            rect(out, paper, (left, top, width, CELL.1));
        }
        if looks.underlined {
            let at = top + FOOT + 2.5;
            line(out, &looks.ink, (left, at, left + width, at));
        }
        let (mut word, mut at) = (String::new(), left);
        for seen in alike {
            if is_of_a_word(seen.cell.symbol()) {
                if word.is_empty() {
                    at = left_of(seen);
                }
                word.push_str(seen.cell.symbol());
                continue;
            }
            put_word(out, &looks, &mut word, (at, top));
            put_single(out, &looks, seen, top);
        }
        put_word(out, &looks, &mut word, (at, top));
    }
}

/// Characters that every monospaced font has at the width of one cell.
fn is_of_a_word(symbol: &str) -> bool {
    symbol.len() == 1 && symbol.bytes().all(|byte| byte.is_ascii_graphic())
}

fn put_word(out: &mut String, looks: &Looks, word: &mut String, (left, top): (f64, f64)) {
    if !word.is_empty() {
        let width = number(word.len() as f64 * CELL.0);
        let (x, y) = (number(left), number(top + FOOT));
        let (class, word) = (looks.class(), escaped(&std::mem::take(word)));
        let _ = writeln!(
            out,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\">{word}</text>"
        );
    }
}

/// A character that is a shape, or one of the font in the middle of its cells.
fn put_single(out: &mut String, looks: &Looks, seen: &Seen<'_>, top: f64) {
    let symbol = seen.cell.symbol();
    let left = left_of(seen);
    if let Some((shapes, density)) = shapes(symbol) {
        let (x, y) = (|part: f64| left + part * CELL.0, |part: f64| top + part * CELL.1);
        for shape in shapes {
            match shape {
                Shape::Block(from, above, w, h) => {
                    let class = looks.class();
                    let at = (x(from), y(above), w * CELL.0, h * CELL.1);
                    if density < 1.0 {
                        dense_rect(out, &class, at, density);
                    } else {
                        rect(out, &class, at);
                    }
                }
                Shape::Dot(across, down) => {
                    let (class, cx, cy) = (looks.class(), number(x(across)), number(y(down)));
                    let _ = writeln!(out, "<circle class=\"{class}\" cx=\"{cx}\" cy=\"{cy}\" r=\"1.5\"/>");
                }
                Shape::Stroke(x1, y1, x2, y2) => line(out, &looks.class(), (x(x1), y(y1), x(x2), y(y2))),
            }
        }
    } else if !symbol.trim().is_empty() {
        let (x, y) = (number(left + f64::from(seen.columns) * CELL.0 / 2.0), number(top + FOOT));
        let (class, symbol) = (looks.class(), escaped(symbol));
        let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{symbol}</text>");
    }
}

fn rect(out: &mut String, class: &str, (x, y, w, h): (f64, f64, f64, f64)) {
    let [x, y, w, h] = [x, y, w, h].map(number);
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" shape-rendering=\"crispEdges\"/>"
    );
}

fn dense_rect(out: &mut String, class: &str, (x, y, w, h): (f64, f64, f64, f64), density: f64) {
    let [x, y, w, h] = [x, y, w, h].map(number);
    let _ = writeln!(
        out,
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill-opacity=\"{density}\"/>"
    );
}

fn line(out: &mut String, class: &str, (x1, y1, x2, y2): (f64, f64, f64, f64)) {
    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(number);
    let _ = writeln!(out, "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
}

/// How a cell looks, by the classes of the picture's style.
#[derive(Debug, PartialEq, Eq)]
struct Looks {
    ink: String,
    paper: Option<String>,
    bold: bool,
    dim: bool,
    underlined: bool,
}

impl Looks {
    fn class(&self) -> String {
        let mut class = self.ink.clone();
        for (on, name) in [(self.bold, " b"), (self.dim, " d")] {
            class.push_str(if on { name } else { "" });
        }
        class
    }
}

fn looks(cell: &Cell) -> Looks {
    let class = |colour: Color| sixteen(colour).map(|at| format!("c{at}"));
    let (mut ink, mut paper) = (class(cell.fg).unwrap_or_else(|| "ink".to_owned()), class(cell.bg));
    let reversed = cell.modifier.contains(Modifier::REVERSED);
    if reversed {
        (ink, paper) = (paper.unwrap_or_else(|| "paper".to_owned()), Some(ink));
    }
    Looks {
        ink,
        paper,
        bold: cell.modifier.contains(Modifier::BOLD),
        // Dim letters on a bright ground would be hard to read.
        dim: cell.modifier.contains(Modifier::DIM) && !reversed,
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
    }
}

fn left_of(seen: &Seen<'_>) -> f64 {
    MARGIN + f64::from(seen.column) * CELL.0
}

/// Hundredths are enough.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

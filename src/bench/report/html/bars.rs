//! Rows with a name, a bar or a point with whiskers, and the number beside it.
//! Must not sort: rows stand as they are given.

use std::fmt::Write as _;

use super::{
    axis::Axis,
    svg::{WIDTH, at, escaped, sheet, text},
};

/// Where bars begin: names stand before.
const START: f64 = 150.0;
/// Where they end: numbers stand behind.
const END: f64 = WIDTH - 120.0;
/// Height of a row.
const ROW: f64 = 30.0;
/// Longest name, in characters; a longer one is cut, and whole in its tooltip.
const NAME_MAX: usize = 20;

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Name.
    pub name: String,
    /// Where it ends.
    pub value: f64,
    /// Words behind it.
    pub words: String,
    /// Look of the bar, as in [`super::line::line`].
    pub look: String,
}

/// A row that ends in an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Whisker {
    /// The row.
    pub row: Row,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Bars from 0.
#[must_use]
pub fn bars(about: &str, rows: &[Row]) -> String {
    let most = rows.iter().map(|row| row.value).fold(0.0, f64::max);
    let share = |value: f64| if most > 0.0 { value / most } else { 0.0 };
    let mut inner = String::new();
    for (nth, row) in rows.iter().enumerate() {
        let top = nth as f64 * ROW + 4.0;
        let width = (share(row.value) * (END - START)).max(1.5);
        named(&mut inner, row, top);
        let (x, y, width, height) = (at(START), at(top + 4.0), at(width), at(ROW - 12.0));
        write!(
            inner,
            "<rect class=\"bar {}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"2\"/>",
            row.look
        )
        .expect("memory takes every write");
        text(&mut inner, "value", START + share(row.value) * (END - START) + 8.0, top + ROW / 2.0 + 3.0, &row.words);
    }
    sheet("rows", rows.len() as f64 * ROW + 8.0, about, &inner)
}

/// Points with whiskers on an axis.
#[must_use]
pub fn whiskers(about: &str, axis: &Axis, rows: &[Whisker]) -> String {
    let place = |value: f64| START + axis.share(value) * (END - START);
    let bottom = rows.len() as f64 * ROW + 8.0;
    let mut inner = String::new();
    for tick in &axis.ticks {
        let x = at(place(tick.value));
        write!(inner, "<path class=\"grid\" d=\"M{x} 4V{}\"/>", at(bottom)).expect("memory takes every write");
        text(&mut inner, "tick mid", place(tick.value), bottom + 16.0, &tick.label);
    }
    for (nth, Whisker { row, low, high }) in rows.iter().enumerate() {
        let (top, middle) = (nth as f64 * ROW + 4.0, nth as f64 * ROW + 4.0 + ROW / 2.0);
        let (from, to, y) = (at(place(*low)), at(place(*high)), at(middle));
        named(&mut inner, row, top);
        let ends = format!("M{from} {y}H{to}M{from} {a}v10M{to} {a}v10", a = at(middle - 5.0));
        write!(inner, "<path class=\"line {}\" d=\"{ends}\"/>", row.look).expect("memory takes every write");
        write!(inner, "<circle class=\"dot {}\" cx=\"{}\" cy=\"{y}\" r=\"5\"/>", row.look, at(place(row.value)))
            .expect("memory takes every write");
        text(&mut inner, "value", END + 12.0, middle + 4.0, &row.words);
    }
    text(&mut inner, "unit end", END, bottom + 34.0, &axis.title);
    sheet("rows", bottom + 42.0, about, &inner)
}

fn named(out: &mut String, row: &Row, top: f64) {
    let name: String = if row.name.chars().count() > NAME_MAX {
        row.name.chars().take(NAME_MAX - 1).chain(['…']).collect()
    } else {
        row.name.clone()
    };
    write!(
        out,
        "<text class=\"name end\" x=\"{}\" y=\"{}\">{}<title>{}</title></text>",
        at(START - 10.0),
        at(top + ROW / 2.0 + 3.0),
        escaped(&name),
        escaped(&row.name)
    )
    .expect("memory takes every write");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, value: f64) -> Row {
        Row { name: name.to_owned(), value, words: value.to_string(), look: "s0".to_owned() }
    }

    #[test]
    fn the_longest_bar_takes_the_room_and_the_others_their_share() {
        let svg = bars("b", &[row("a", 10.0), row("b", 5.0), row("c", 0.0)]);
        assert!(
            svg.contains("width=\"250\"") && svg.contains("width=\"125\"") && svg.contains("width=\"1.5\""),
            "{svg}"
        );
        assert!(!bars("b", &[row("only", 0.0)]).contains("NaN"));
    }

    #[test]
    fn long_names_are_cut_and_whole_in_the_tooltip() {
        let svg = bars("b", &[row("<a name that is much too long>", 1.0)]);
        assert!(svg.contains(">&lt;a name that is muc…<title>&lt;a name that is much too long&gt;</title>"), "{svg}");
    }

    #[test]
    fn whiskers_end_at_the_interval() {
        let whisker = Whisker { row: row("human", 50.0), low: 40.0, high: 100.0 };
        let svg = whiskers("w", &Axis::linear("%", 100.0), &[whisker]);
        assert!(svg.contains("M250 19H400") && svg.contains("cx=\"275\""), "{svg}");
    }
}

//! The sheet that charts are drawn on: its size, its frame with axes, and text that cannot act as markup.
//! Must not know what is drawn.

use std::fmt::Write as _;

use super::axis::Axis;

/// Width of every chart in its own units; the page scales it.
pub const WIDTH: f64 = 520.0;
/// Height of a chart with two axes.
pub const HEIGHT: f64 = 270.0;
/// The plot's edges.
pub const LEFT: f64 = 56.0;
/// See [`LEFT`].
pub const RIGHT: f64 = WIDTH - 16.0;
/// See [`LEFT`].
pub const TOP: f64 = 30.0;
/// See [`LEFT`].
pub const BOTTOM: f64 = HEIGHT - 46.0;

/// Text for an element or an attribute.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A coordinate, as short as it can be.
#[must_use]
pub fn at(px: f64) -> String {
    let text = format!("{px:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// Where a value of the horizontal axis stands.
#[must_use]
pub fn across(axis: &Axis, value: f64) -> f64 {
    LEFT + axis.share(value) * (RIGHT - LEFT)
}

/// Where a value of the vertical axis stands.
#[must_use]
pub fn up(axis: &Axis, value: f64) -> f64 {
    BOTTOM - axis.share(value) * (BOTTOM - TOP)
}

/// A whole chart: what is drawn, within its axes. `about` is what a screen reader says.
#[must_use]
pub fn chart(x: &Axis, y: &Axis, about: &str, drawn: &str) -> String {
    let mut inner = String::new();
    for tick in &y.ticks {
        let line = at(up(y, tick.value));
        write!(inner, "<path class=\"grid\" d=\"M{} {line}H{}\"/>", at(LEFT), at(RIGHT))
            .expect("memory takes every write");
        text(&mut inner, "tick end", LEFT - 7.0, up(y, tick.value) + 4.0, &tick.label);
    }
    inner.push_str(drawn);
    write!(inner, "<path class=\"axis\" d=\"M{} {}H{}\"/>", at(LEFT), at(BOTTOM), at(RIGHT))
        .expect("memory takes every write");
    for tick in &x.ticks {
        let place = across(x, tick.value);
        write!(inner, "<path class=\"axis\" d=\"M{} {}v4\"/>", at(place), at(BOTTOM))
            .expect("memory takes every write");
        text(&mut inner, "tick mid", place, BOTTOM + 18.0, &tick.label);
    }
    text(&mut inner, "unit", 4.0, 15.0, &y.title);
    text(&mut inner, "unit end", RIGHT, HEIGHT - 8.0, &x.title);
    sheet("full", HEIGHT, about, &inner)
}

/// The root element. `look` names how the page places it.
#[must_use]
pub fn sheet(look: &str, height: f64, about: &str, inner: &str) -> String {
    format!(
        "<svg class=\"{look}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{inner}</svg>",
        at(WIDTH),
        at(height),
        escaped(about)
    )
}

/// A text at its base line.
pub fn text(out: &mut String, class: &str, x: f64, y: f64, words: &str) {
    write!(out, "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>", at(x), at(y), escaped(words))
        .expect("memory takes every write");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_act_as_markup() {
        assert_eq!(escaped("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
        let chart = chart(&Axis::linear("s", 1.0), &Axis::linear("<b>", 1.0), "\"><script>", "");
        assert!(!chart.contains("<script") && !chart.contains("<b>"), "{chart}");
    }

    #[test]
    fn the_vertical_axis_grows_upwards() {
        let axis = Axis::linear("n", 10.0);
        assert!(up(&axis, 10.0) < up(&axis, 0.0));
        assert!((across(&axis, 0.0) - LEFT).abs() < 1e-9);
    }
}

//! Lines and stacked areas over a common axis.
//! Must not choose what is drawn.

use std::fmt::Write as _;

use super::{
    axis::Axis,
    svg::{across, at, up},
};

/// Points from left to right.
pub type Points = Vec<(f64, f64)>;

/// A line. `look` names its colour and dashes in the page's style sheet: `s0`, `s1 thin`.
#[must_use]
pub fn line(x: &Axis, y: &Axis, look: &str, points: &[(f64, f64)]) -> String {
    if points.is_empty() {
        return String::new();
    }
    format!("<path class=\"line {look}\" d=\"{}\"/>", way(x, y, points.iter().copied()))
}

/// What lies between two lines over the same moments.
#[must_use]
pub fn area(x: &Axis, y: &Axis, look: &str, lower: &[(f64, f64)], upper: &[(f64, f64)]) -> String {
    if upper.is_empty() {
        return String::new();
    }
    let around = upper.iter().chain(lower.iter().rev()).copied();
    format!("<path class=\"area {look}\" d=\"{}Z\"/>", way(x, y, around))
}

fn way(x: &Axis, y: &Axis, points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut way = String::new();
    for (nth, (right, high)) in points.enumerate() {
        let letter = if nth == 0 { 'M' } else { 'L' };
        write!(way, "{letter}{} {}", at(across(x, right)), at(up(y, high))).expect("memory takes every write");
    }
    way
}

/// At most about this many of the points, the last among them.
#[must_use]
pub fn thinned<T: Copy>(points: &[T], most: usize) -> Vec<T> {
    let every = points.len().div_ceil(most.max(1)).max(1);
    let mut kept: Vec<T> = points.iter().copied().step_by(every).collect();
    if let Some(last) = points.last().filter(|_| !(points.len() - 1).is_multiple_of(every)) {
        kept.push(*last);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_its_points_and_an_area_comes_back() {
        let (x, y) = (Axis::until("s", 10.0), Axis::linear("n", 10.0));
        assert_eq!(line(&x, &y, "s0", &[(0.0, 0.0), (10.0, 10.0)]), "<path class=\"line s0\" d=\"M56 224L504 30\"/>");
        let area = area(&x, &y, "s1", &[(0.0, 0.0), (10.0, 0.0)], &[(0.0, 5.0), (10.0, 10.0)]);
        assert_eq!(area, "<path class=\"area s1\" d=\"M56 127L504 30L504 224L56 224Z\"/>");
        assert!(line(&x, &y, "s0", &[]).is_empty());
    }

    #[test]
    fn thinning_keeps_the_first_and_the_last() {
        let points: Vec<u32> = (0..1001).collect();
        let kept = thinned(&points, 100);
        assert!(kept.len() <= 102 && kept[0] == 0 && kept.last() == Some(&1000), "{kept:?}");
        assert_eq!(thinned(&[1, 2, 3], 100), [1, 2, 3]);
        assert!(thinned::<u8>(&[], 5).is_empty());
    }
}

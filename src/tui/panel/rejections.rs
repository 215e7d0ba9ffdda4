//! Why buyers were told no: each reason with its count.
//! Must not colour a "no" as a failure: it is an answer.

use ratatui::{layout::Rect, text::Line};

use crate::tui::{
    chart::{self, Track},
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Columns of a count.
const COUNT: usize = 9;
/// Widest column of reasons.
const REASON_MAX: usize = 20;

/// What the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rejections {
    /// Reasons with their counts, the most frequent first.
    pub reasons: Vec<(String, u64)>,
    /// Calls without an answer, which are failures.
    pub unanswered: u64,
}

/// Draws it.
pub fn draw(rejections: &Rejections, area: Rect, sheet: &mut Sheet<'_>) {
    let all: u64 = rejections.reasons.iter().map(|(_, count)| count).sum();
    let mut note = vec![sheet.say(Meaning::Plain, text::count(all))];
    if rejections.unanswered > 0 {
        note.push(sheet.say(Meaning::Quiet, "  "));
        note.push(sheet.say(
            Meaning::Bad,
            format!("{} {}", text::count(rejections.unanswered), sheet.lang.pick("unanswered", "无应答")),
        ));
    }
    let mut inner = sheet.titled(area, sheet.lang.pick("Rejections", "拒绝原因"), Line::from(note));
    if rejections.reasons.is_empty() {
        sheet.put(inner, 0, sheet.say(Meaning::Quiet, sheet.lang.pick("none yet", "暂无")));
        return;
    }
    let most = rejections.reasons.iter().map(|(_, count)| *count).max().unwrap_or(0);
    for (reason, count) in rejections.reasons.iter().take(usize::from(inner.height)) {
        let (mine, after) = split_rows(inner, 1);
        draw_row((reason, *count), most, mine, sheet);
        inner = after;
    }
}

fn draw_row((reason, count): (&str, u64), most: u64, area: Rect, sheet: &mut Sheet<'_>) {
    let names = REASON_MAX.min(usize::from(area.width).saturating_sub(COUNT + 1));
    let words = text::fitted(&reason.replace('_', " "), names);
    let line = vec![
        sheet.say(Meaning::Plain, words),
        sheet.say(Meaning::Plain, format!(" {}", text::right(&text::count(count), COUNT))),
    ];
    sheet.put(area, 0, line);
    let (_, bar) = split_columns(area, (names + COUNT + 2) as u16);
    let columns = (count as f64 / most.max(1) as f64 * f64::from(bar.width)).round() as u16;
    let (bar, _) = split_columns(bar, columns);
    let style = sheet.theme.style(Meaning::Quiet);
    chart::columns(&Track { values: vec![4.0], slots: 1 }, chart::Fold::Last, 8.0, bar, sheet.buf, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn reasons_stand_in_order_with_their_weight() {
        let reasons = [("sold_out", 21_007), ("account_limit", 1_310), ("seat_taken", 44), ("busy", 3)];
        let reasons = reasons.map(|(reason, count)| (reason.to_owned(), count)).to_vec();
        let rejections = Rejections { reasons, unanswered: 2 };
        insta::assert_snapshot!(drawn((60, 4), Theme::Normal, |area, sheet| draw(&rejections, area, sheet)));
    }

    #[test]
    fn nobody_was_told_no() {
        let none = Rejections::default();
        insta::assert_snapshot!(drawn((40, 3), Theme::Normal, |area, sheet| draw(&none, area, sheet)));
    }
}

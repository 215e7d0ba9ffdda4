//! Typing: every key of a line, in English and Chinese.

use super::*;
use crate::tui::{panel::drawing::drawn, theme::Theme};

fn typed(text: &str) -> Line {
    let mut line = Line::default();
    for char in text.chars() {
        assert_eq!(line.edit(Stroke::char(char)), Edit::Changed);
    }
    line
}

#[test]
fn the_cursor_goes_over_whole_characters_and_deletes_whole_ones() {
    let mut line = typed("北京a");
    line.edit(Stroke::LEFT);
    line.edit(Stroke::LEFT);
    assert_eq!(line.edit(Stroke::char('新')), Edit::Changed);
    assert_eq!(line.text(), "北新京a");
    assert_eq!(line.edit(Stroke::DELETE), Edit::Changed);
    assert_eq!(line.edit(Stroke::BACKSPACE), Edit::Changed);
    assert_eq!(line.text(), "北a");
    assert_eq!(
        (line.edit(Stroke::HOME), line.edit(Stroke::LEFT), line.edit(Stroke::BACKSPACE)),
        (Edit::Moved, Edit::Moved, Edit::Moved)
    );
    assert_eq!(line.edit(Stroke::ctrl('k')), Edit::Changed);
    assert_eq!(line.text(), "");
}

#[test]
fn a_character_and_the_marks_on_it_are_one() {
    let mut line = typed("xe\u{301}");
    line.edit(Stroke::LEFT);
    line.edit(Stroke::char('y'));
    assert_eq!(line.text(), "xye\u{301}");
    line.edit(Stroke::DELETE);
    assert_eq!(line.text(), "xy");
}

#[test]
fn words_and_lines_are_deleted_at_once() {
    let mut line = typed("status:unpaid 座位 user:42");
    line.edit(Stroke::ctrl('w'));
    assert_eq!(line.text(), "status:unpaid 座位 ");
    line.edit(Stroke::ctrl('w'));
    assert_eq!(line.text(), "status:unpaid ");
    line.edit(Stroke::LEFT);
    line.edit(Stroke::ctrl('u'));
    assert_eq!(line.text(), " ");
    assert_eq!(line.edit(Stroke::PAGE_UP), Edit::Nothing);
    assert_eq!(line.edit(Stroke::ctrl('q')), Edit::Nothing);
}

#[test]
fn a_pasted_text_is_one_line_with_a_limit() {
    let mut line = Line::default();
    line.paste("user:42\nage>5m\u{1b}[31m");
    assert_eq!(line.text(), "user:42 age>5m[31m");
    line.paste(&"票".repeat(1_000));
    assert_eq!(line.text().chars().count(), CHARS_MAX);
}

#[test]
fn the_cursor_is_always_in_sight() {
    let shown = |line: &Line, columns: usize| {
        let mut words = String::new();
        drawn((1, 1), Theme::Normal, |_, sheet| {
            words = line.spans(columns, sheet).iter().map(|span| format!("[{}]", span.content)).collect();
        });
        words
    };
    let mut line = typed("刘德华 user:42");
    assert_eq!(shown(&line, 20), "[刘德华 user:42][ ][]");
    assert_eq!(shown(&line, 10), "[ user:42][ ][]");
    line.edit(Stroke::HOME);
    assert_eq!(shown(&line, 10), "[][刘][德华 us…]");
    line.edit(Stroke::RIGHT);
    assert_eq!(shown(&line, 5), "[刘][德][…]");
    assert_eq!(shown(&line, 0), "[][德][]");
}

#[test]
fn old_lines_come_back_and_the_new_one_is_not_lost() {
    let mut history = History::default();
    for line in ["one", "two", "one", ""] {
        history.keep(line);
    }
    let text = |line: Option<Line>| line.map(|line| line.text().to_owned());
    assert_eq!(text(history.older("dra")), Some("one".to_owned()));
    assert_eq!(text(history.older("one")), Some("two".to_owned()));
    assert_eq!(text(history.older("two")), None);
    assert_eq!(text(history.newer()), Some("one".to_owned()));
    assert_eq!(text(history.newer()), Some("dra".to_owned()));
    assert_eq!(text(history.newer()), None);
}

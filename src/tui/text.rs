//! Numbers and words as cells: thousands apart, times in the unit that fits, texts cut and filled to a width.
//! Must not measure in characters: a Chinese one is two columns wide.

use ratatui::text::Span;

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// The text in exactly so many columns: cut with an ellipsis, or filled with spaces.
pub fn fitted(text: &str, columns: usize) -> String {
    let mut fitted = cut(text, columns);
    let missing = columns.saturating_sub(width(&fitted));
    fitted.extend(std::iter::repeat_n(' ', missing));
    fitted
}

/// The text in at most so many columns.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for char in text.chars() {
        kept.push(char);
        if width(&kept) > columns.saturating_sub(1) {
            kept.pop();
            break;
        }
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The text at the right end of so many columns.
pub fn right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let missing = columns.saturating_sub(width(&text));
    format!("{}{text}", " ".repeat(missing))
}

/// The text in lines of at most so many columns, broken between words, and within one only where it does not fit; what does
/// not fit into so many lines is cut.
pub fn wrapped(text: &str, columns: usize, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        if width(&line) + width(word.trim_end()) > columns && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(word);
    }
    lines.push(line);
    if lines.len() > lines_max && lines_max > 0 {
        let rest = lines.split_off(lines_max - 1).concat();
        lines.push(rest);
    }
    lines.iter().map(|line| cut(line.trim_end(), columns)).collect()
}

/// Words with the space after them. A wide character is a word: one may break after it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut from = 0;
    for (at, char) in text.char_indices() {
        let end = at + char.len_utf8();
        let next = text[end..].chars().next();
        // No line begins with a mark.
        let stays = next.is_some_and(|next| "，。、：；！？）》」』".contains(next));
        if (char == ' ' && next != Some(' ')) || (width(&text[at..end]) == 2 && !stays) {
            words.push(&text[from..end]);
            from = end;
        }
    }
    words.push(&text[from..]);
    words
}

/// 1234567 is 1,234,567.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A rate: whole where it is large, with a decimal where it is small.
pub fn rate(per_s: f64) -> String {
    if per_s >= 10.0 || per_s == 0.0 { count(per_s.round() as u64) } else { format!("{per_s:.1}") }
}

/// Microseconds in the unit that fits, three digits or so.
pub fn span(us: u64) -> String {
    let us = us as f64;
    match us {
        ..1_000.0 => format!("{us:.0} µs"),
        ..9_995.0 => format!("{:.2} ms", us / 1e3),
        ..99_950.0 => format!("{:.1} ms", us / 1e3),
        ..999_500.0 => format!("{:.0} ms", us / 1e3),
        ..99_950_000.0 => format!("{:.1} s", us / 1e6),
        _ => clock(us / 1e6),
    }
}

/// Seconds as 4.2 s, or 2:05 from a hundred on.
pub fn clock(seconds: f64) -> String {
    if seconds < 99.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_characters_are_two_columns_wide_when_cut_and_filled() {
        assert_eq!(fitted("北京国家体育场", 9), "北京国家…");
        assert_eq!(fitted("北京国家体育场", 8), "北京国… ");
        assert_eq!((fitted("内场", 6), right("内场", 6)), ("内场  ".to_owned(), "  内场".to_owned()));
        assert_eq!((fitted("内场", 1), cut("内场", 0)), ("…".to_owned(), String::new()));
    }

    #[test]
    fn lines_break_between_words_and_after_wide_characters() {
        assert_eq!(wrapped("one two three", 8, 9), ["one two", "three"]);
        assert_eq!(wrapped("库存已由账本重建，共三处。", 8, 9), ["库存已由", "账本重", "建，共三", "处。"]);
        assert_eq!(wrapped("one two three four", 8, 2), ["one two", "three f…"]);
        assert_eq!((wrapped("unbreakable", 5, 3), wrapped("", 5, 3)), (vec!["unbr…".to_owned()], vec![String::new()]));
        assert_eq!(wrapped("a b", 0, 2), ["", ""]);
    }

    #[test]
    fn numbers_read_easily() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 0.25, 9.96, 2310.4].map(rate), ["0", "0.2", "10.0", "2,310"]);
        let spans = [0, 840, 1_234, 12_340, 123_400, 1_234_000, 125_000_000, 3_725_000_000];
        assert_eq!(spans.map(span), ["0 µs", "840 µs", "1.23 ms", "12.3 ms", "123 ms", "1.2 s", "2:05", "1:02:05"]);
    }
}

//! Names and numbers of persons, made fit to be shown.
//! Must not be undone: what is hidden is not in the answer.

/// A name with its first character hidden: `*三`.
#[must_use]
pub fn name(name: &str) -> String {
    let mut rest = name.chars();
    match rest.next() {
        Some(_) => format!("*{}", rest.as_str()),
        None => String::new(),
    }
}

/// A document number with its first 4 and last 4 characters shown. One that is too short to hide 4 is hidden whole.
#[must_use]
pub fn document(number: &str) -> String {
    keep_ends(number, 4, 4)
}

/// A mobile number with its first 3 and last 4 digits shown.
#[must_use]
pub fn mobile(number: &str) -> String {
    keep_ends(number, 3, 4)
}

fn keep_ends(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    let shows = |at: usize| length >= first + last + 4 && (at < first || at >= length - last);
    text.chars().enumerate().map(|(at, c)| if shows(at) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ends_are_shown() {
        for (text, masked) in [
            ("110101199003077731", "1101**********7731"),
            ("E12345678901", "E123****8901"),
            ("12345678", "********"),
            ("身份证1", "****"),
            ("", ""),
        ] {
            assert_eq!(document(text), masked);
        }
        assert_eq!(mobile("13812345678"), "138****5678");
        assert_eq!(mobile("1381234"), "*******");
    }

    #[test]
    fn the_first_character_of_a_name_is_hidden() {
        for (text, masked) in [("张三", "*三"), ("王", "*"), ("Ann Lee", "*nn Lee"), ("", "")] {
            assert_eq!(name(text), masked);
        }
    }
}

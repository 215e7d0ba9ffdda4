//! Writes a query as it would be typed: read again, it is the same.
//! Must not lose a term.

use std::fmt::{self, Display, Formatter};

use super::{
    Compare, Digits, Field, Measure, Query, Term, What,
    field::standing_word,
    parse::{UNITS, is_comma, is_operator},
    word::is_quote,
};
use crate::{domain::money::Cents, tui::lang::Lang};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let terms: Vec<String> = self.terms.iter().map(Term::to_string).collect();
        f.write_str(&terms.join(" "))
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negated { "-" } else { "" })?;
        f.write_str(&match &self.what {
            What::Status(standings) => {
                listed(Field::Status, standings, |standing| standing_word(*standing, Lang::En).to_owned())
            }
            What::Version(versions) => listed(Field::Version, versions, |version| version.number().to_string()),
            What::User(users) => listed(Field::User, users, ToString::to_string),
            What::Program(names) => listed(Field::Program, names, |name| quoted(name)),
            What::Category(names) => listed(Field::Category, names, |name| quoted(name)),
            What::Seat(seats) => listed(Field::Seat, seats, |(row, seat)| format!("{row}-{seat}")),
            What::Order(numbers) => listed(Field::Order, numbers, digits),
            What::Price(measure) => measured(Field::Price, measure, |cents| Cents(cents).to_string()),
            What::Seats(measure) => measured(Field::Seats, measure, |seats| seats.to_string()),
            What::Age(compare, ms) => compared(Field::Age, *compare, &span(*ms)),
            What::Ends(compare, ms) => compared(Field::Ends, *compare, &span(*ms)),
            What::Text(text) => quoted(text),
        })
    }
}

fn listed<T>(field: Field, values: &[T], show: impl Fn(&T) -> String) -> String {
    format!("{}:{}", field.word(), values.iter().map(show).collect::<Vec<_>>().join(","))
}

fn measured(field: Field, measure: &Measure, show: impl Fn(i64) -> String) -> String {
    match measure {
        Measure::OneOf(values) => listed(field, values, |value| show(*value)),
        Measure::Beyond(compare, limit) => compared(field, *compare, &show(*limit)),
    }
}

fn compared(field: Field, compare: Compare, limit: &str) -> String {
    format!("{}{}{limit}", field.word(), compare.sign())
}

fn digits(number: &Digits) -> String {
    match number {
        Digits::Whole(number) => number.to_string(),
        Digits::Start(start) => format!("{start}*"),
        Digits::End(end) => format!("*{end}"),
    }
}

/// In the longest unit that it is a whole number of.
fn span(ms: i64) -> String {
    let fits = UNITS.into_iter().find(|(unit, ..)| ms != 0 && ms % unit == 0);
    fits.map_or_else(|| "0s".to_owned(), |(unit, name, _)| format!("{}{name}", ms / unit))
}

/// In quotes where it would be read as something else without them.
fn quoted(text: &str) -> String {
    let special = |char: char| char.is_whitespace() || is_quote(char) || is_operator(char) || is_comma(char);
    if !text.starts_with('-') && !text.contains(special) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for char in text.chars() {
        if is_quote(char) || char == '\\' {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    quoted
}

//! Reads a query.
//! Must not panic on any text, nor take a word for something it only resembles.

use std::str::FromStr;

use super::{
    Compare, Digits, Field, Measure, Mistake, Query, Term, What,
    field::standing,
    mistake::Wrong,
    word::{Letter, Word, text, words},
};
use crate::domain::money::Cents;

/// Longest time that can be asked about: ten years, in ms.
pub const SPAN_MS_MAX: i64 = 3_650 * 86_400_000;
/// Units of time in ms, the longest first, with the words that stand for them.
pub const UNITS: [(i64, &str, &str); 5] =
    [(86_400_000, "d", "天"), (3_600_000, "h", "时"), (60_000, "m", "分"), (1_000, "s", "秒"), (1, "ms", "毫秒")];

impl FromStr for Query {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Mistake> {
        let terms = words(text)?.iter().map(term).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }
}

fn term(word: &Word) -> Result<Term, Mistake> {
    let negated = word.letters.first().is_some_and(|letter| !letter.quoted && letter.char == '-');
    let letters = &word.letters[usize::from(negated)..];
    if letters.is_empty() {
        let (text, wrong) = if negated { ("-", Wrong::NothingNegated) } else { ("\"\"", Wrong::NothingQuoted) };
        return Err(Mistake { word: text.to_owned(), at: word.at, wrong });
    }
    let what = match letters.iter().position(|letter| !letter.quoted && is_operator(letter.char)) {
        None => What::Text(text(letters)),
        Some(at) => fielded(&letters[..at], &letters[at..], word.at + usize::from(negated))?,
    };
    Ok(Term { negated, what })
}

/// Letters that stand between a field and its values.
pub const fn is_operator(char: char) -> bool {
    matches!(char, ':' | '：' | '=' | '<' | '>' | '＜' | '＞')
}

/// Letters that stand between values.
pub const fn is_comma(char: char) -> bool {
    matches!(char, ',' | '，')
}

fn fielded(name: &[Letter], rest: &[Letter], at: usize) -> Result<What, Mistake> {
    let word = text(name);
    let Some(field) = Field::from_word(&word) else {
        let word = if word.is_empty() { text(rest) } else { word };
        return Err(Mistake { word, at, wrong: Wrong::NoField });
    };
    let (compare, values) = operator(rest);
    let values: Vec<Value> = values.split(|letter| !letter.quoted && is_comma(letter.char)).map(Value::new).collect();
    if let Some(missing) = values.iter().position(|value| value.text.is_empty()) {
        let at = values.get(missing).and_then(|value| value.at).unwrap_or(at);
        return Err(Mistake { word: format!("{word}{}", text(rest)), at, wrong: Wrong::Missing(field) });
    }
    let values = Values { field, compare, values };
    match field {
        Field::Status => Ok(What::Status(values.listed(standing)?)),
        Field::Version => Ok(What::Version(values.listed(|text| text.parse().ok())?)),
        Field::User => Ok(What::User(values.listed(|text| text.parse().ok())?)),
        Field::Program => Ok(What::Program(values.listed(|text| Some(text.to_owned()))?)),
        Field::Category => Ok(What::Category(values.listed(|text| Some(text.to_owned()))?)),
        Field::Seat => Ok(What::Seat(values.listed(seat)?)),
        Field::Order => Ok(What::Order(values.listed(digits)?)),
        Field::Price => Ok(What::Price(values.measured(|text| text.parse::<Cents>().ok().map(|cents| cents.0))?)),
        Field::Seats => Ok(What::Seats(values.measured(|text| text.parse::<u32>().ok().map(i64::from))?)),
        Field::Age => values.limited().map(|(compare, ms)| What::Age(compare, ms)),
        Field::Ends => values.limited().map(|(compare, ms)| What::Ends(compare, ms)),
    }
}

/// The comparison, if it is one, and what stands after it. `:` and `=` mean the same, also before `<` and `>`.
fn operator(mut rest: &[Letter]) -> (Option<Compare>, &[Letter]) {
    let mut next = |wanted: &[char]| match rest.split_first() {
        Some((letter, after)) if !letter.quoted && wanted.contains(&letter.char) => {
            rest = after;
            true
        }
        _ => false,
    };
    let _ = next(&[':', '：', '=']);
    let side = if next(&['<', '＜']) {
        Some((Compare::Less, Compare::AtMost))
    } else if next(&['>', '＞']) {
        Some((Compare::More, Compare::AtLeast))
    } else {
        None
    };
    let compare = side.map(|(without, with)| if next(&['=']) { with } else { without });
    (compare, rest)
}

struct Value {
    text: String,
    at: Option<usize>,
}

impl Value {
    fn new(letters: &[Letter]) -> Self {
        Self { text: text(letters), at: letters.first().map(|letter| letter.at) }
    }

    fn wrong(&self, wrong: Wrong) -> Mistake {
        Mistake { word: self.text.clone(), at: self.at.unwrap_or_default(), wrong }
    }
}

/// The values of a field, at least one.
struct Values {
    field: Field,
    compare: Option<Compare>,
    values: Vec<Value>,
}

impl Values {
    fn listed<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Mistake> {
        if let (Some(_), Some(first)) = (self.compare, self.values.first()) {
            return Err(first.wrong(Wrong::NotCompared(self.field)));
        }
        self.read(read)
    }

    fn read<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Mistake> {
        let one = |value: &Value| read(&value.text).ok_or_else(|| value.wrong(Wrong::NoValue(self.field)));
        self.values.iter().map(one).collect()
    }

    fn measured(&self, read: impl Fn(&str) -> Option<i64>) -> Result<Measure, Mistake> {
        let numbers = self.read(read)?;
        match (self.compare, numbers.first()) {
            (Some(compare), Some(limit)) => {
                self.single()?;
                Ok(Measure::Beyond(compare, *limit))
            }
            _ => Ok(Measure::OneOf(numbers)),
        }
    }

    fn limited(&self) -> Result<(Compare, i64), Mistake> {
        self.single()?;
        let spans = self.read(span_ms)?;
        match (self.compare, spans.first(), self.values.first()) {
            (Some(compare), Some(ms), _) => Ok((compare, *ms)),
            (_, _, value) => Err(Mistake {
                word: value.map(|value| value.text.clone()).unwrap_or_default(),
                at: value.and_then(|value| value.at).unwrap_or_default(),
                wrong: Wrong::OnlyCompared(self.field),
            }),
        }
    }

    fn single(&self) -> Result<(), Mistake> {
        self.values.get(1).map_or(Ok(()), |second| Err(second.wrong(Wrong::SeveralCompared)))
    }
}

fn seat(text: &str) -> Option<(u32, u32)> {
    let (row, seat) = text.split_once('-')?;
    Some((whole(row)?.try_into().ok()?, whole(seat)?.try_into().ok()?))
}

fn digits(text: &str) -> Option<Digits> {
    let dots = |char| matches!(char, '*' | '…');
    let part = |text: &str| (text.len() <= 19 && whole_digits(text)).then(|| text.to_owned());
    if let Some(start) = text.strip_suffix(dots) {
        part(start).map(Digits::Start)
    } else if let Some(end) = text.strip_prefix(dots) {
        part(end).map(Digits::End)
    } else {
        text.parse().ok().map(Digits::Whole)
    }
}

/// `1m30s`, `500ms`, `2h`.
fn span_ms(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit())?;
        let number = whole(rest.get(..digits)?)?;
        rest = rest.get(digits..)?;
        let unit = rest.find(|char: char| char.is_ascii_digit()).unwrap_or(rest.len());
        let name = rest.get(..unit)?;
        let (ms, ..) = UNITS.into_iter().find(|(_, english, chinese)| name == *english || name == *chinese)?;
        rest = rest.get(unit..)?;
        total = total.checked_add(number.checked_mul(ms)?)?;
    }
    (!text.is_empty() && total <= SPAN_MS_MAX).then_some(total)
}

fn whole_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn whole(text: &str) -> Option<i64> {
    if whole_digits(text) { text.parse().ok() } else { None }
}

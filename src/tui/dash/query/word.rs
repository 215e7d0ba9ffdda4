//! A text cut into words: at blanks, but not within quotes. Every character knows where it stood.
//! Must not know fields.

use super::mistake::{Mistake, Wrong};

/// A character of a word.
#[derive(Debug, Clone, Copy)]
pub struct Letter {
    pub char: char,
    /// It stood between quotes: it means itself and nothing else.
    pub quoted: bool,
    /// Its place in the text, from 0.
    pub at: usize,
}

/// A word, never without a place, perhaps without letters: `""`.
#[derive(Debug, Clone)]
pub struct Word {
    pub letters: Vec<Letter>,
    /// Its place in the text, from 0.
    pub at: usize,
}

/// Quotes of both kinds of keyboard; each of them opens and closes.
pub const fn is_quote(char: char) -> bool {
    matches!(char, '"' | '“' | '”')
}

/// Cuts a text into words.
pub fn words(text: &str) -> Result<Vec<Word>, Mistake> {
    let mut words: Vec<Word> = Vec::new();
    let mut open: Option<usize> = None;
    let mut within = false;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((at, char)) = chars.next() {
        if open.is_none() && char.is_whitespace() {
            within = false;
            continue;
        }
        if !within {
            words.push(Word { letters: Vec::new(), at });
            within = true;
        }
        if is_quote(char) {
            open = if open.is_some() { None } else { Some(at) };
            continue;
        }
        let escaped = open.is_some() && char == '\\';
        let meant = chars.next_if(|(_, next)| escaped && (is_quote(*next) || *next == '\\')).map_or(char, |(_, c)| c);
        if let Some(word) = words.last_mut() {
            word.letters.push(Letter { char: meant, quoted: open.is_some(), at });
        }
    }
    match open {
        Some(at) => Err(Mistake { word: text.chars().skip(at).collect(), at, wrong: Wrong::Unclosed }),
        None => Ok(words),
    }
}

/// The text of letters.
pub fn text(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.char).collect()
}

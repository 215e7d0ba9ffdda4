//! A source file as its code only: comments and literals blanked, test parts and functions found.
//! Must not judge.

use std::ops::Range;

/// A file, ready to be looked at.
pub struct Source {
    /// Its text with every comment, string and character literal blanked; lines stay where they are.
    pub code: String,
    /// Byte ranges of `code` that are compiled for tests only.
    tests: Vec<Range<usize>>,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

impl Source {
    pub fn new(text: &str) -> Self {
        let code = blank(text);
        let tests = test_parts(&code);
        Self { code, tests }
    }

    /// The line, from 1, of a byte of `code`.
    pub fn line(&self, at: usize) -> usize {
        line_of(&self.code, at)
    }

    pub fn in_tests(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }

    /// Words (identifiers and keywords) of the code, with where they start.
    pub fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        words(&self.code)
    }

    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        let mut words = self.words().peekable();
        while let Some((at, word)) = words.next() {
            let Some(&(name_at, name)) = words.peek() else { break };
            let named = self.code[at + word.len()..name_at].trim().is_empty();
            if word != "fn" || !named {
                continue;
            }
            if let Some(end) = body_end(&self.code, name_at) {
                let line = self.line(at);
                found.push(Function { name: name.to_owned(), line, lines: self.line(end) - line + 1 });
            }
        }
        found
    }
}

pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + code[at..].find(is_word)?;
        at = start + code[start..].find(|c| !is_word(c)).unwrap_or(code.len() - start);
        Some((start, &code[start..at]))
    })
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].bytes().filter(|&b| b == b'\n').count() + 1
}

/// Where the brace that closes the first body after `from` stands; `None` when a `;` ends the item first.
fn body_end(code: &str, from: usize) -> Option<usize> {
    let (mut round, mut curly) = (0_i32, 0_i32);
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => round += 1,
            b')' | b']' => round -= 1,
            b'{' => curly += 1,
            b'}' if curly == 1 => return Some(at),
            b'}' => curly -= 1,
            b';' if curly == 0 && round == 0 => return None,
            _ => {}
        }
        if curly < 0 || (curly == 0 && round < 0) {
            return None;
        }
    }
    None
}

/// Items under `#[cfg(test)]`, or the whole file under `#![cfg(test)]`.
fn test_parts(code: &str) -> Vec<Range<usize>> {
    if code.contains("#![cfg(test)]") {
        return std::iter::once(0..code.len()).collect();
    }
    marks(code).filter_map(|(at, after)| body_end(code, after).map(|end| at..end + 1)).collect()
}

/// Start and end of every attribute that keeps an item for tests: `#[cfg(test)]`, `#[cfg(all(test, unix))]`.
fn marks(code: &str) -> impl Iterator<Item = (usize, usize)> {
    let starts = code.match_indices("#[cfg(test)]").chain(code.match_indices("#[cfg(all(test,"));
    starts.filter_map(|(at, _)| Some((at, at + code[at..].find(']')? + 1)))
}

/// Names of the modules that a file declares as `#[cfg(test)] mod NAME;`.
pub fn test_only_modules(code: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (_, after) in marks(code) {
        let rest = &code[after..];
        let Some(end) = rest.find([';', '{']).filter(|end| rest[*end..].starts_with(';')) else { continue };
        let declaration: Vec<_> = words(&rest[..end]).map(|(_, word)| word).collect();
        if let [.., "mod", name] = declaration[..] {
            names.push(name);
        }
    }
    names
}

/// What the blanking is inside of.
enum Inside {
    Code,
    LineComment,
    /// Nested this deep.
    BlockComment(usize),
    /// A literal that ends with this text; backslashes escape when `escapes`.
    Literal {
        end: String,
        escapes: bool,
    },
}

/// Blanks comments and literals, byte for byte, keeping line ends.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = Inside::Code;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (step, keep, next) = match &inside {
            Inside::Code => in_code(rest, text[..at].chars().next_back()),
            Inside::LineComment => (1, false, rest.starts_with('\n').then_some(Inside::Code)),
            Inside::BlockComment(depth) => in_block_comment(rest, *depth),
            Inside::Literal { end, escapes } => in_literal(rest, end, *escapes),
        };
        let step = (at + step..=text.len()).find(|&to| text.is_char_boundary(to)).map_or(rest.len(), |to| to - at);
        let piece = &rest[..step];
        out.extend(piece.bytes().map(|b| if keep && b.is_ascii() || b == b'\n' { char::from(b) } else { ' ' }));
        at += step;
        inside = next.unwrap_or(inside);
    }
    out
}

/// How many bytes to take, whether they are code, and what comes next if it changes.
type Step = (usize, bool, Option<Inside>);

fn in_code(rest: &str, before: Option<char>) -> Step {
    if rest.starts_with("//") {
        return (2, false, Some(Inside::LineComment));
    }
    if rest.starts_with("/*") {
        return (2, false, Some(Inside::BlockComment(1)));
    }
    let starts_word = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if let Some((opening, hashes)) = raw_opening(rest).filter(|_| starts_word) {
        return (opening, false, Some(Inside::Literal { end: format!("\"{}", "#".repeat(hashes)), escapes: false }));
    }
    if rest.starts_with('"') {
        return (1, false, Some(Inside::Literal { end: "\"".to_owned(), escapes: true }));
    }
    match character_literal(rest) {
        Some(len) => (len, false, None),
        None => (1, true, None),
    }
}

fn in_block_comment(rest: &str, depth: usize) -> Step {
    if rest.starts_with("/*") {
        (2, false, Some(Inside::BlockComment(depth + 1)))
    } else if rest.starts_with("*/") {
        (2, false, Some(if depth == 1 { Inside::Code } else { Inside::BlockComment(depth - 1) }))
    } else {
        (1, false, None)
    }
}

fn in_literal(rest: &str, end: &str, escapes: bool) -> Step {
    if escapes && rest.starts_with('\\') {
        (2, false, None)
    } else if rest.starts_with(end) {
        (end.len(), false, Some(Inside::Code))
    } else {
        (1, false, None)
    }
}

/// Length and number of hashes of `r"`, `r##"`, `br#"`, `cr"`.
fn raw_opening(rest: &str) -> Option<(usize, usize)> {
    let prefix = ["br", "cr", "r"].into_iter().find(|p| rest.starts_with(p))?;
    let hashes = rest[prefix.len()..].bytes().take_while(|&b| b == b'#').count();
    rest[prefix.len() + hashes..].starts_with('"').then_some((prefix.len() + hashes + 1, hashes))
}

/// Length of `'x'` or `'\n'`; `None` for a lifetime.
fn character_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let mut chars = inner.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next()?;
        return chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 2);
    }
    chars.next().filter(|(_, c)| *c == '\'').map(|(at, _)| at + 2)
}

#[test]
fn comments_and_literals_are_blanked_and_lines_stay() {
    let text = "let a = \"fn x() {\\\"\"; // fn y() {\nlet b = r#\"} \" {\"#; /* { /* { */ } */ let c = '{'; let d: &'a str = b'\\'';\n";
    let code = blank(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.lines().count(), text.lines().count());
    for word in ["fn", "{", "}", "x", "y"] {
        assert!(!code.contains(word), "{word:?} was left in {code:?}");
    }
    for kept in ["let a =", "let b =", "let c =", "let d: &'a str ="] {
        assert!(code.contains(kept), "{kept:?} was lost from {code:?}");
    }
}

#[test]
fn a_function_is_as_long_as_its_braces_say() {
    let text =
        "trait T { fn none(&self) -> [u8; 2]; }\nfn one() -> [u8; 2] {\n    let s = \"}\";\n}\nconst P: fn(u8) = x;\n";
    let found = Source::new(text).functions();
    assert_eq!(found, [Function { name: "one".to_owned(), line: 2, lines: 3 }]);
}

#[test]
fn only_what_stands_under_cfg_test_is_a_test_part() {
    let source = Source::new("fn a() { x() }\n#[cfg(test)]\nmod tests {\n  fn b() { y() }\n}\nfn c() { z() }\n");
    let place = |word| source.code.find(word).unwrap();
    assert!(!source.in_tests(place("x()")) && source.in_tests(place("y()")) && !source.in_tests(place("z()")));
}

//! Programme lists and seating plans to programs: three formats in, one kind of program out. Pure.
//! Must not import half a file: the whole of it is good, or the first mistake is named with its place.

pub mod damai;
pub mod draft;
pub mod hall;
pub mod pretix;
pub mod tpp;

use std::fmt;

use serde::{Deserialize, de::IgnoredAny};

use crate::domain::{
    ids::{Millis, ProgramId},
    money::Cents,
    program::Program,
};

/// Most programs in one file.
pub const FILE_PROGRAMS_MAX: usize = 10_000;
/// Most seats in one file, over all its programs: what a program at its limit needs, twice.
pub const FILE_SEATS_MAX: u64 = 4_000_000;

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own, as TOML or JSON.
    Tpp,
    /// The programme list of the original, as JSON.
    Damai,
    /// A seating plan of pretix, as JSON.
    Pretix,
}

impl Format {
    /// `tpp`, `damai`, `pretix`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tpp => "tpp",
            Self::Damai => "damai",
            Self::Pretix => "pretix",
        }
    }

    /// From its word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Tpp, Self::Damai, Self::Pretix].into_iter().find(|format| format.word() == word)
    }
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ImportError {
    /// `line 3, column 14`, or `program 7, category 2 (VIP), row 3`.
    pub place: String,
    /// What is wrong there, and what would be right.
    pub reason: String,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl ImportError {
    /// A mistake at a place.
    pub fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }
}

/// What whoever imports says over, or beside, the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Of every program.
    pub real_name: Option<bool>,
    /// Of every program.
    pub permit_choose_seat: Option<bool>,
    /// Of every program.
    pub per_order_limit: Option<u32>,
    /// Of every program.
    pub per_account_limit: Option<u32>,
    /// Of every program.
    pub opens_at: Option<Millis>,
    /// Of every program.
    pub closes_at: Option<Millis>,
    /// Of the one program of the file.
    pub id: Option<ProgramId>,
    /// Of the one program of the file.
    pub title: Option<String>,
    /// Price of every category of a seating plan that `prices` does not name.
    pub price: Option<Cents>,
    /// Prices of a seating plan's categories, by name.
    pub prices: Vec<(String, Cents)>,
}

/// Reads a file. Without a format, its content says which it is. Seat bases are provisional: the ledger gives them.
///
/// # Errors
/// The first mistake.
pub fn read(bytes: &[u8], format: Option<Format>, over: &Overrides) -> Result<(Format, Vec<Program>), ImportError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}'),
        Err(error) => {
            return Err(ImportError::new(format!("byte {}", error.valid_up_to()), "the file is not UTF-8 text"));
        }
    };
    let format = match format {
        Some(format) => format,
        None => detect(text)?,
    };
    let mut drafts = match format {
        Format::Tpp => tpp::read(text)?,
        Format::Damai => damai::read(text)?,
        Format::Pretix => vec![pretix::read(text, over)?],
    };
    if format != Format::Pretix && (over.price.is_some() || !over.prices.is_empty()) {
        return Err(ImportError::new("the options", "price and prices are for seating plans: this file has prices"));
    }
    draft::check_file(&drafts)?;
    draft::say_over(&mut drafts, over)?;
    let programs = drafts.into_iter().map(hall::build).collect::<Result<Vec<_>, _>>()?;
    Ok((format, programs))
}

/// Which format a file has, by its outermost keys.
fn detect(text: &str) -> Result<Format, ImportError> {
    #[derive(Deserialize)]
    struct Outermost {
        #[serde(default)]
        tpp: Option<IgnoredAny>,
        #[serde(default)]
        programs: Option<IgnoredAny>,
        #[serde(default)]
        zones: Option<IgnoredAny>,
    }
    if !text.trim_start().starts_with('{') {
        return Ok(Format::Tpp);
    }
    let outermost: Outermost = parse_json(text)?;
    match (outermost.tpp, outermost.programs, outermost.zones) {
        (Some(_), _, _) => Ok(Format::Tpp),
        (None, Some(_), _) => Ok(Format::Damai),
        (None, None, Some(_)) => Ok(Format::Pretix),
        (None, None, None) => Err(ImportError::new(
            "the outermost object",
            "it has none of the keys tpp, programs and zones, by which the formats are told apart",
        )),
    }
}

/// JSON, with line and column of a mistake.
fn parse_json<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, ImportError> {
    serde_json::from_str(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        ImportError::new(format!("line {}, column {}", error.line(), error.column()), reason)
    })
}

/// TOML, with line and column of a mistake.
fn parse_toml<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, ImportError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
        let (line, last) = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or_default());
        ImportError::new(format!("line {line}, column {}", last.chars().count() + 1), error.message().trim())
    })
}

#[cfg(test)]
mod tests;

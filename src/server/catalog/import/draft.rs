//! A program as a file says it, before it is checked, and the checks that need no seats.
//! Must not let a text through that could not be shown on one line of a terminal.

use std::collections::HashSet;

use crate::domain::{
    ids::ProgramId,
    money::Cents,
    program::{ORDER_TICKETS_MAX, RowLabels, SaleWindow},
};

use super::{FILE_PROGRAMS_MAX, ImportError, Overrides};

/// Program ids stay below 2^53, since web clients send them as JSON numbers.
pub const PROGRAM_ID_LIMIT: u64 = 1 << 53;
/// Longest title, name or place, in characters.
const TEXT_CHARS_MAX: usize = 200;
/// Most live tickets of an account that a program may allow.
const ACCOUNT_LIMIT_MAX: u32 = 1_000_000;

/// A program.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where it stands in the file, for messages: `program 7`.
    pub at: String,
    /// As in [`crate::domain::program::Program`].
    pub id: u64,
    /// Same.
    pub title: String,
    /// Same.
    pub actor: String,
    /// Same.
    pub place: String,
    /// Same.
    pub area: String,
    /// Same.
    pub kind: String,
    /// Same; may be empty.
    pub show_time: String,
    /// Same.
    pub permit_choose_seat: bool,
    /// Same.
    pub real_name: bool,
    /// Same.
    pub per_order_limit: u32,
    /// Same.
    pub per_account_limit: u32,
    /// Same.
    pub sale: SaleWindow,
    /// Categories, in the file's order.
    pub categories: Vec<DraftCategory>,
}

/// A category.
#[derive(Debug, Clone)]
pub struct DraftCategory {
    /// In the program.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Price of each seat.
    pub price: Cents,
    /// How many seats the file says that there are.
    pub total: Option<u64>,
    /// Its seats.
    pub rows: Vec<DraftRow>,
}

/// Seats side by side.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// From 1.
    pub row: u32,
    /// From 1.
    pub first_col: u32,
    /// Not below the first.
    pub last_col: u32,
    /// The plan's own names.
    pub labels: Option<Box<RowLabels>>,
}

impl Draft {
    /// Where a category stands, for messages.
    #[must_use]
    pub fn at_category(&self, at: usize) -> String {
        let category = &self.categories[at];
        format!("{}, category {} ({})", self.at, at + 1, shown(&category.name))
    }

    /// Everything about it but its seats.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self) -> Result<(), ImportError> {
        let wrong = |reason: String| Err(ImportError::new(&self.at, reason));
        if self.id == 0 || self.id >= PROGRAM_ID_LIMIT {
            return wrong(format!("the id {} is not between 1 and 2^53 - 1", self.id));
        }
        if !(1..=ORDER_TICKETS_MAX).contains(&self.per_order_limit) {
            return wrong(format!(
                "the per-order limit {} is not between 1 and {ORDER_TICKETS_MAX}",
                self.per_order_limit
            ));
        }
        if !(1..=ACCOUNT_LIMIT_MAX).contains(&self.per_account_limit) {
            return wrong(format!(
                "the per-account limit {} is not between 1 and {ACCOUNT_LIMIT_MAX}",
                self.per_account_limit
            ));
        }
        if let (Some(opens), Some(closes)) = (self.sale.opens_at, self.sale.closes_at)
            && closes <= opens
        {
            return wrong("the sale closes before it opens".to_owned());
        }
        if !self.show_time.is_empty() && !is_date_time(&self.show_time) {
            return wrong(format!("the show time {:?} is not a date as yyyy-MM-dd HH:mm:ss", shown(&self.show_time)));
        }
        if self.title.trim().is_empty() {
            return wrong("the title is empty".to_owned());
        }
        let texts = [
            ("title", &self.title),
            ("actor", &self.actor),
            ("place", &self.place),
            ("area", &self.area),
            ("category", &self.kind),
        ];
        texts.into_iter().try_for_each(|(name, text)| check_text(&self.at, name, text))
    }
}

/// One line, not too long.
///
/// # Errors
/// When it is not.
pub fn check_text(at: &str, name: &str, text: &str) -> Result<(), ImportError> {
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(ImportError::new(at, format!("the {name} is longer than {TEXT_CHARS_MAX} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(ImportError::new(at, format!("the {name} holds a control character")));
    }
    Ok(())
}

/// What a file's programs must be among each other.
///
/// # Errors
/// The first mistake.
pub fn check_file(drafts: &[Draft]) -> Result<(), ImportError> {
    if drafts.is_empty() {
        return Err(ImportError::new("the file", "there is no program in it"));
    }
    if drafts.len() > FILE_PROGRAMS_MAX {
        return Err(ImportError::new("the file", format!("it has more than {FILE_PROGRAMS_MAX} programs")));
    }
    let mut ids = HashSet::new();
    match drafts.iter().find(|draft| !ids.insert(draft.id)) {
        Some(again) => {
            Err(ImportError::new(&again.at, format!("the program id {} stands twice in the file", again.id)))
        }
        None => Ok(()),
    }
}

/// Puts what was said beside the file over what the file says.
///
/// # Errors
/// When something for one program is said over several.
pub fn say_over(drafts: &mut [Draft], over: &Overrides) -> Result<(), ImportError> {
    if drafts.len() > 1 && (over.id.is_some() || over.title.is_some()) {
        return Err(ImportError::new("the options", "id and title are for a file with one program: this has several"));
    }
    for draft in drafts {
        draft.id = over.id.map_or(draft.id, ProgramId::get);
        draft.title = over.title.clone().unwrap_or_else(|| draft.title.clone());
        draft.real_name = over.real_name.unwrap_or(draft.real_name);
        draft.permit_choose_seat = over.permit_choose_seat.unwrap_or(draft.permit_choose_seat);
        draft.per_order_limit = over.per_order_limit.unwrap_or(draft.per_order_limit);
        draft.per_account_limit = over.per_account_limit.unwrap_or(draft.per_account_limit);
        draft.sale.opens_at = over.opens_at.or(draft.sale.opens_at);
        draft.sale.closes_at = over.closes_at.or(draft.sale.closes_at);
    }
    Ok(())
}

/// The start of a text, fit for a message.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `yyyy-MM-dd HH:mm:ss`, with a month, a day and a time that exist.
fn is_date_time(text: &str) -> bool {
    let shape = |(byte, mask): (u8, u8)| if mask == b'0' { byte.is_ascii_digit() } else { byte == mask };
    if text.len() != 19 || !text.bytes().zip(*b"0000-00-00 00:00:00").all(shape) {
        return false;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or(u32::MAX);
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day) && number(11, 13) < 24 && number(14, 16) < 60 && number(17, 19) < 60
}

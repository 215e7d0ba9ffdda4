//! What must hold between the keys of a scenario, and where in the file it does not.
//! Must not look at one key alone: its type in `quantity` refuses that.

use std::fmt;

use super::{ACCOUNTS_MAX, BUYERS_MAX, BuyerClass, CONNECTIONS_MAX, Dataset, Scenario};
use crate::domain::{
    program::{HALL_SEATS_MAX, ROW_SEATS_MAX},
    rejection::Rejection,
};

impl Scenario {
    pub(super) fn check(&self) -> Result<(), Complaint> {
        self.dataset.check()?;
        within("connections", self.connections as u64, 1, CONNECTIONS_MAX as u64)?;
        if self.phases.is_empty() {
            return Err(Complaint::new("phases", "at least one [[phases]] is needed"));
        }
        if self.buyers.is_empty() || self.buyers.iter().all(|b| b.weight == 0) {
            return Err(Complaint::new("buyers", "at least one [[buyers]] with a weight above 0 is needed"));
        }
        within("phases", self.buyers_planned(), 1, BUYERS_MAX)?;
        for (at, class) in self.buyers.iter().enumerate() {
            class.check(&self.dataset).map_err(|c| c.under(&format!("buyers.{at}")))?;
        }
        for word in self.expect.rejected_min.keys() {
            if Rejection::from_word(word).is_none() {
                return Err(Complaint::new(&format!("expect.rejected_min.{word}"), "no rejection has this word"));
            }
        }
        Ok(())
    }
}

impl Dataset {
    fn check(&self) -> Result<(), Complaint> {
        within("dataset.accounts", u64::from(self.accounts), 1, u64::from(ACCOUNTS_MAX))?;
        if self.programs.is_some() != self.categories.is_empty() {
            let reason = "either `programs = \"FILE\"` or [[dataset.categories]], and not both";
            return Err(Complaint::new("dataset", reason));
        }
        let mut seats = 0;
        for (at, category) in self.categories.iter().enumerate() {
            let key = |name: &str| format!("dataset.categories.{at}.{name}");
            within(&key("rows"), u64::from(category.rows), 1, u64::from(HALL_SEATS_MAX))?;
            within(&key("seats_per_row"), u64::from(category.seats_per_row), 1, u64::from(ROW_SEATS_MAX))?;
            seats += u64::from(category.rows) * u64::from(category.seats_per_row);
            within(&key("rows"), seats, 1, u64::from(HALL_SEATS_MAX))?;
            if self.categories[..at].iter().any(|c| c.name == category.name) {
                return Err(Complaint::new(&key("name"), "another category has this name"));
            }
        }
        Ok(())
    }
}

impl BuyerClass {
    fn check(&self, dataset: &Dataset) -> Result<(), Complaint> {
        if self.pays.0 + self.cancels.0 > 1.0 + 1e-9 {
            return Err(Complaint::new("pays", "pays and cancels together are above 1"));
        }
        if self.quantity.values().all(|&weight| weight == 0) {
            return Err(Complaint::new("quantity", "at least one number of tickets needs a weight above 0"));
        }
        let most = self.quantity.keys().map(|t| u32::from(t.0)).max().unwrap_or(0);
        if most > dataset.per_order_limit {
            return Err(Complaint::new("quantity", &format!("{most} tickets are above per_order_limit")));
        }
        if (self.retries > 0 || self.double_submits.0 > 0.0) && !self.request_id {
            return Err(Complaint::new("request_id", "repeats are only harmless with `request_id = true`"));
        }
        if dataset.programs.is_none() {
            for name in self.categories.keys() {
                if !dataset.categories.iter().any(|c| &c.name == name) {
                    return Err(Complaint::new(&format!("categories.{name}"), "the hall has no such category"));
                }
            }
        }
        if !self.categories.is_empty() && self.categories.values().all(|&weight| weight == 0) {
            return Err(Complaint::new("categories", "at least one category needs a weight above 0"));
        }
        Ok(())
    }
}

/// A key that makes no sense together with the others.
#[derive(Debug)]
pub(super) struct Complaint {
    key: String,
    reason: String,
}

impl Complaint {
    fn new(key: &str, reason: &str) -> Self {
        Self { key: key.to_owned(), reason: reason.to_owned() }
    }

    fn under(self, parent: &str) -> Self {
        Self { key: format!("{parent}.{}", self.key), reason: self.reason }
    }

    /// The complaint with the line of its key, or of the nearest table around it that stands in the file.
    pub(super) fn at_line_of(&self, text: &str) -> String {
        let place = toml::de::DeTable::parse(text).ok().and_then(|root| {
            let mut span = None;
            let at = root.span();
            let mut value = toml::Spanned::new(at, toml::de::DeValue::Table(root.into_inner()));
            for step in self.key.split('.') {
                let inner = match step.parse::<usize>() {
                    Ok(at) => value.get_ref().get(at).cloned(),
                    Err(_) => value.get_ref().get(step).cloned(),
                };
                let Some(inner) = inner else { break };
                span = Some(inner.span());
                value = inner;
            }
            span
        });
        let place = place.map(|span| Place::of(text, span.start));
        place.map_or_else(
            || format!("{}: {}", self.key, self.reason),
            |place| format!("{place}: {}: {}", self.key, self.reason),
        )
    }
}

struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(text: &str, at: usize) -> Self {
        let before = &text[..at.min(text.len())];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

fn within(key: &str, value: u64, least: u64, most: u64) -> Result<(), Complaint> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Complaint::new(key, &format!("{value} is not between {least} and {most}")))
}

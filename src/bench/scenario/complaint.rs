//! A mistake in a scenario, and where in the file it stands.
//! Must not know what is right.

use std::fmt;

/// A key that makes no sense together with the others.
#[derive(Debug)]
pub(super) struct Complaint {
    key: String,
    reason: String,
}

impl Complaint {
    pub(super) fn new(key: &str, reason: &str) -> Self {
        Self { key: key.to_owned(), reason: reason.to_owned() }
    }

    pub(super) fn under(self, parent: &str) -> Self {
        Self { key: format!("{parent}.{}", self.key), reason: self.reason }
    }

    /// The complaint with the line of its key, or of the nearest table around it that stands in the file.
    pub(super) fn at_line_of(&self, text: &str) -> String {
        format!("{}: {}: {}", Place::of(text, self.starts_at(text)), self.key, self.reason)
    }

    fn starts_at(&self, text: &str) -> usize {
        let Ok(root) = toml::de::DeTable::parse(text) else { return 0 };
        let mut start = 0;
        let mut value = toml::Spanned::new(root.span(), toml::de::DeValue::Table(root.into_inner()));
        for step in self.key.split('.') {
            let inner = match step.parse::<usize>() {
                Ok(at) => value.get_ref().get(at).cloned(),
                Err(_) => value.get_ref().get(step).cloned(),
            };
            let Some(inner) = inner else { break };
            start = inner.span().start;
            value = inner;
        }
        start
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

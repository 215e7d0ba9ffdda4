//! Named steps of a visit, for systems that are not of this family: what is sent, what must come back, what is kept of it.
//! Must not send anything; a step that could not be sent is refused when the file is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, de};

use super::{BuyerClass, Choice, Scenario, complaint::Complaint, retry::Policy};
use crate::{
    bench::quantity::Span,
    client::way::{is_header_name, is_header_value},
};

/// Most steps in a scenario: each has its own histograms.
pub const STEPS_MAX: usize = 32;
/// Most polls of one step.
const POLLS_MAX: u32 = 10_000;

/// One request of a visit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepPlan {
    /// Its name in reports.
    pub name: StepName,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`; `POST` with a body and `GET` without one when absent.
    #[serde(default)]
    pub method: Option<Method>,
    /// Path and query; values of placeholders are percent-encoded.
    pub path: Template,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// JSON; values of placeholders are escaped as in a JSON string.
    #[serde(default)]
    pub body: Option<Template>,
    /// HTTP statuses that are right; any from 200 to 299 when absent.
    #[serde(default)]
    pub expect_status: Statuses,
    /// What the answer must hold: JSON pointer to text.
    #[serde(default)]
    pub expect: BTreeMap<Pointer, String>,
    /// The answer says that nothing is left when it holds this: JSON pointer to text.
    #[serde(default)]
    pub sold_out_when: BTreeMap<Pointer, String>,
    /// What later steps need of the answer: name to JSON pointer.
    #[serde(default)]
    pub capture: BTreeMap<String, Pointer>,
    /// The captured value that is the order.
    #[serde(default)]
    pub order: Option<String>,
    /// Is sent again until the answer holds this: JSON pointer to text.
    #[serde(default)]
    pub until: BTreeMap<Pointer, String>,
    /// Between two of them.
    #[serde(default = "default_every")]
    pub every: Span,
    /// How often at most.
    #[serde(default = "default_at_most")]
    pub at_most: u32,
    /// Before it is sent for the first time.
    #[serde(default)]
    pub pause: Span,
}

impl StepPlan {
    /// The method that is sent.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method.map_or(if self.body.is_some() { "POST" } else { "GET" }, Method::word)
    }
}

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "each is the HTTP method of its name")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// HTTP statuses: one or several.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(untagged)]
pub enum Statuses {
    /// This one.
    One(u16),
    /// One of these.
    Several(Vec<u16>),
    /// 200 to 299.
    #[default]
    Good,
}

impl Statuses {
    /// Is it one of them?
    #[must_use]
    pub fn hold(&self, status: u16) -> bool {
        match self {
            Self::One(one) => *one == status,
            Self::Several(several) => several.contains(&status),
            Self::Good => (200..300).contains(&status),
        }
    }
}

/// The name of a step. Names are kept for the life of the program, each once: reports borrow them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepName(&'static str);

impl StepName {
    /// The name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for StepName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let name = String::deserialize(deserializer)?;
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if name.is_empty() || name.len() > 40 || !plain {
            return Err(de::Error::custom(format!("{name:?} is no name of a step: a-z, 0-9 and _, at most 40")));
        }
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = names.get(name.as_str()).copied().unwrap_or_else(|| String::leak(name));
        names.insert(known);
        Ok(Self(known))
    }
}

/// A JSON pointer (RFC 6901), or empty for the whole answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Pointer(pub String);

impl TryFrom<String> for Pointer {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.starts_with('/') {
            Ok(Self(text))
        } else {
            Err(format!("{text:?} is no JSON pointer: it starts with /"))
        }
    }
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// What is put in: the name between `${` and `}`.
    Value(String),
}

/// A text with placeholders, `${name}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template(Vec<Piece>);

impl TryFrom<String> for Template {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), text.as_str());
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind.split_once('}').ok_or_else(|| format!("a ${{ is not closed in {text:?}"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Value(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }
}

impl Template {
    /// The pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Names of its placeholders.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Value(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with each placeholder replaced by what `fill` says.
    ///
    /// # Errors
    /// What `fill` refuses.
    pub fn filled<E>(&self, mut fill: impl FnMut(&str) -> Result<String, E>) -> Result<String, E> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Value(name) => text.push_str(&fill(name)?),
            }
        }
        Ok(text)
    }

    fn with_zeros(&self) -> String {
        self.filled(|_| Ok::<_, fmt::Error>("0".to_owned())).unwrap_or_default()
    }
}

/// Placeholders that every visit has.
const KNOWN: [&str; 5] = ["program", "category", "tickets", "arrival", "random"];

impl Scenario {
    /// The steps that a class walks, in order.
    pub fn walk<'a>(&'a self, class: &'a BuyerClass) -> impl Iterator<Item = &'a StepPlan> {
        let all = class.steps.is_empty();
        let named = class.steps.iter().filter_map(|name| self.steps.iter().find(|step| step.name.word() == name));
        named.chain(self.steps.iter().filter(move |_| all))
    }

    /// Columns of accounts that its steps put in.
    #[must_use]
    pub fn account_columns(&self) -> BTreeSet<&str> {
        let templates = self.steps.iter().flat_map(StepPlan::templates);
        templates.flat_map(|(_, template)| template.names()).filter_map(|name| name.strip_prefix("account.")).collect()
    }

    pub(super) fn check_steps(&self) -> Result<(), Complaint> {
        if self.steps.len() > STEPS_MAX {
            return Err(Complaint::new("steps", &format!("more than {STEPS_MAX} steps")));
        }
        for (at, step) in self.steps.iter().enumerate() {
            let under = format!("steps.{at}");
            step.check().map_err(|c| c.under(&under))?;
            if self.steps[..at].iter().any(|other| other.name == step.name) {
                return Err(Complaint::new("name", "another step has this name").under(&under));
            }
        }
        for (at, class) in self.buyers.iter().enumerate() {
            let known = |name: &&String| self.steps.iter().any(|step| step.name.word() == name.as_str());
            if let Some(name) = class.steps.iter().find(|name| !known(name)) {
                let reason = format!("there is no step {name:?}");
                return Err(Complaint::new("steps", &reason).under(&format!("buyers.{at}")));
            }
            if !self.steps.is_empty() {
                class.check_walker().map_err(|c| c.under(&format!("buyers.{at}")))?;
            }
            self.check_walk(class)?;
        }
        Ok(())
    }

    /// Every placeholder is known, or captured before it is needed.
    fn check_walk(&self, class: &BuyerClass) -> Result<(), Complaint> {
        let mut captured: BTreeSet<&str> = BTreeSet::new();
        let mut orders = 0;
        for step in self.walk(class) {
            let at = self.steps.iter().position(|own| own.name == step.name).unwrap_or_default();
            for (key, template) in step.templates() {
                for name in template.names() {
                    let column = name.strip_prefix("account.").is_some_and(|column| !column.is_empty());
                    if !column && !KNOWN.contains(&name) && !captured.contains(name) {
                        let class = &class.name;
                        let reason = format!("nothing is called ${{{name}}} when buyers of {class:?} come here");
                        return Err(Complaint::new(&key, &reason).under(&format!("steps.{at}")));
                    }
                }
            }
            captured.extend(step.capture.keys().map(String::as_str));
            orders += usize::from(step.order.is_some());
        }
        if orders > 1 {
            let reason = format!("buyers of {:?} come to two steps with an order", class.name);
            return Err(Complaint::new("steps", &reason));
        }
        Ok(())
    }
}

impl BuyerClass {
    /// What only a visit to a server of the family knows is refused, not passed over.
    fn check_walker(&self) -> Result<(), Complaint> {
        let foreign = [
            ("pays", self.pays.0 > 0.0),
            ("cancels", self.cancels.0 > 0.0),
            ("double_submits", self.double_submits.0 > 0.0),
            ("retry", self.retry.policy != Policy::None),
            ("looks", !self.looks.is_empty()),
            ("submits", self.submits > 1),
            ("think", self.think.to.us() > 0),
            ("choice", self.choice == Choice::Pick),
        ];
        match foreign.into_iter().find(|(_, used)| *used) {
            Some((key, _)) => Err(Complaint::new(key, "buyers that walk [[steps]] do not know this; make it a step")),
            None => Ok(()),
        }
    }
}

impl StepPlan {
    fn templates(&self) -> impl Iterator<Item = (String, &Template)> {
        let path = std::iter::once(("path".to_owned(), &self.path));
        let headers = self.headers.iter().map(|(name, value)| (format!("headers.{name}"), value));
        path.chain(headers).chain(self.body.iter().map(|body| ("body".to_owned(), body)))
    }

    fn check(&self) -> Result<(), Complaint> {
        let path = self.path.with_zeros();
        if !path.starts_with('/') || path.bytes().any(|b| !b.is_ascii_graphic()) {
            return Err(Complaint::new("path", "a path starts with / and has no spaces"));
        }
        for (name, value) in &self.headers {
            let own = ["host", "content-length", "transfer-encoding", "connection"];
            if !is_header_name(name) || own.contains(&name.to_ascii_lowercase().as_str()) {
                return Err(Complaint::new(&format!("headers.{name}"), "no header can be called so here"));
            }
            if !is_header_value(&value.with_zeros()) {
                return Err(Complaint::new(&format!("headers.{name}"), "no header can have this value"));
            }
        }
        if let Some(body) = &self.body
            && let Err(error) = serde_json::from_str::<de::IgnoredAny>(&body.with_zeros())
        {
            return Err(Complaint::new("body", &format!("is not JSON: {error}")));
        }
        if let Some(name) = self.capture.keys().find(|name| KNOWN.contains(&name.as_str()) || name.contains('.')) {
            return Err(Complaint::new(&format!("capture.{name}"), "this name has a meaning already"));
        }
        if let Some(order) = self.order.as_ref().filter(|order| !self.capture.contains_key(*order)) {
            return Err(Complaint::new("order", &format!("this step captures nothing called {order:?}")));
        }
        if !(1..=POLLS_MAX).contains(&self.at_most) {
            return Err(Complaint::new("at_most", &format!("{} is not between 1 and {POLLS_MAX}", self.at_most)));
        }
        Ok(())
    }
}

fn default_every() -> Span {
    Span(std::time::Duration::from_millis(200))
}
const fn default_at_most() -> u32 {
    25
}

#[cfg(test)]
mod tests;

//! One request of a step, ready to be sent, and how its answer is read.
//! Must not wait for anything.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    bench::{
        floor::Reply,
        scenario::steps::{Pointer, StepPlan},
        tally::{Outcome, Step},
    },
    client::http1::{Answer, Route},
};

/// A request of a step.
#[derive(Debug)]
pub struct Letter<'a> {
    pub(in crate::bench) route: Route,
    pub(in crate::bench) body: String,
    pub(super) plan: &'a StepPlan,
}

/// The answer to it, as far as it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// How the step came out.
    pub outcome: Outcome,
    /// Why it was refused: the value that should have been another where that is a number, else the HTTP status.
    pub code: i32,
    /// Captured values, in the order of the plan.
    pub captured: Vec<String>,
}

impl Letter<'_> {
    pub(in crate::bench) const fn step(&self) -> Step {
        if self.plan.order.is_some() { Step::Ordering(self.plan.name) } else { Step::Named(self.plan.name) }
    }

    pub(in crate::bench) fn read(&self, answer: Answer<'_>) -> Reply {
        let plan = self.plan;
        let right_status = plan.expect_status.hold(answer.status);
        let json: Value = serde_json::from_slice(answer.body).unwrap_or_default();
        let word = |outcome, code| Reply::Word(Word { outcome, code, captured: Vec::new() });
        let status = i32::from(answer.status);
        if !plan.sold_out_when.is_empty() && missed(&plan.sold_out_when, &json).is_none() {
            return word(Outcome::SoldOut, status);
        }
        if !right_status {
            return match answer.status {
                429 => Reply::Overload(answer.retry_after_s),
                503 if answer.retry_after_s.is_some() => Reply::Overload(answer.retry_after_s),
                500.. => Reply::Broken,
                _ => word(Outcome::Refused, status),
            };
        }
        if let Some(pointer) = missed(&plan.expect, &json) {
            let code = text_at(&json, pointer).and_then(|text| text.parse().ok());
            return word(Outcome::Refused, code.unwrap_or(status));
        }
        if missed(&plan.until, &json).is_some() {
            return word(Outcome::Pending, status);
        }
        let captured: Option<Vec<String>> =
            plan.capture.values().map(|pointer| text_at(&json, pointer).filter(|text| !text.is_empty())).collect();
        captured.map_or(Reply::Broken, |captured| Reply::Word(Word { outcome: Outcome::Done, code: status, captured }))
    }
}

/// The first that does not hold.
fn missed<'a>(wanted: &'a BTreeMap<Pointer, String>, json: &Value) -> Option<&'a Pointer> {
    let mut wanted = wanted.iter();
    wanted.find(|(pointer, text)| text_at(json, pointer).as_ref() != Some(text)).map(|(pointer, _)| pointer)
}

/// A text, a number or a truth value as text; `None` for anything else.
fn text_at(json: &Value, Pointer(pointer): &Pointer) -> Option<String> {
    match json.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

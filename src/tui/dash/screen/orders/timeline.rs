//! An order's life as steps: what, when, how long after the step before, and what comes next.
//! Must not draw.

use super::{life::happening, words};
use crate::{
    tui::{lang::Lang, theme::Meaning},
    wire::admin::{LifeStep, OrderLife},
};

/// A step that happened, or will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Time of day; none where nobody wrote it down.
    pub time: Option<String>,
    pub glyph: &'static str,
    pub meaning: Meaning,
    pub what: String,
    pub detail: String,
    /// Since the step before, or until this one.
    pub span: Option<String>,
    /// It has not happened yet.
    pub ahead: bool,
}

/// The steps of a life, as seen at a moment of the server's clock.
pub fn steps(life: &OrderLife, server_ms: i64, lang: Lang) -> Vec<Step> {
    let mut before: Option<i64> = None;
    let mut steps = Vec::new();
    for step in &life.steps {
        let ahead = step.what == "ends";
        let span = match (step.at_ms, before) {
            (Some(at), _) if ahead => Some(until(at - server_ms, lang)),
            (Some(at), Some(before)) => Some(format!("+{}", words::length(at - before, lang))),
            _ => None,
        };
        before = step.at_ms.or(before);
        steps.push(of(step, span, ahead, lang));
    }
    steps
}

fn until(left_ms: i64, lang: Lang) -> String {
    match lang {
        _ if left_ms <= 0 => lang.pick("any moment", "随时").to_owned(),
        Lang::En => format!("in {}", words::countdown(left_ms)),
        Lang::Zh => format!("{} 后", words::countdown(left_ms)),
    }
}

fn of(step: &LifeStep, span: Option<String>, ahead: bool, lang: Lang) -> Step {
    let known = happening(&step.what);
    let (glyph, meaning) = match (known, step.what.as_str()) {
        (Some(happening), _) => (words::glyph(happening), words::meaning(happening)),
        (None, "ends") => ("◔", Meaning::Held),
        _ => ("·", Meaning::Plain),
    };
    let what = match (known, step.what.as_str()) {
        (Some(happening), _) => words::happened(happening, lang).to_owned(),
        (None, "ends") => lang.pick("hold ends", "锁定到期").to_owned(),
        (None, "bill") => lang.pick("bill", "支付单").to_owned(),
        (None, word) => word.to_owned(),
    };
    Step { time: step.at_ms.map(words::time_of_day), glyph, meaning, what, detail: step.detail.clone(), span, ahead }
}

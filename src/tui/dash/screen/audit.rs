//! The laws: checked when asked, one line each, and what breaks them.
//! Must not check anything itself: the server does.

mod laws;
mod layout;
#[cfg(test)]
mod tests;

use ratatui::layout::{Position, Rect};

use super::View;
use crate::{
    domain::ids::ProgramId,
    tui::{
        dash::{
            ask::{Ask, News},
            command::Command,
        },
        panel::Sheet,
    },
    wire::api::{AuditAnswer, FindingAnswer},
};

/// One law after another shows its verdict, each after so many ms.
const UNVEIL_MS: i64 = 50;
/// A page, for the keys that leaf.
const PAGE: usize = 10;

/// What the screen remembers.
#[derive(Debug, Clone, Default)]
pub struct AuditScreen {
    outcome: Outcome,
    /// All programs, though one is followed.
    all: bool,
    at: usize,
    open: bool,
}

/// What came of asking.
#[derive(Debug, Clone, Default)]
enum Outcome {
    /// Nobody has asked.
    #[default]
    Never,
    /// The server is at it.
    Running {
        /// Since this moment of this machine's clock.
        since_ms: i64,
    },
    /// It has answered.
    Done(Done),
    /// It could not.
    Failed(String),
}

#[derive(Debug, Clone)]
struct Done {
    answer: Box<AuditAnswer>,
    /// By this machine's clock.
    at_ms: i64,
    took_ms: i64,
    /// Somebody does not want to wait until all is unveiled.
    hurried: bool,
}

impl AuditScreen {
    /// Does what was asked for, as far as it is this screen's.
    pub fn obey(&mut self, command: Command, view: &View<'_>) -> Vec<Ask> {
        if view.replay {
            return Vec::new();
        }
        if let Outcome::Done(done) = &mut self.outcome {
            done.hurried = true;
        }
        let last = self.findings(view).len().saturating_sub(1);
        let at = self.at.min(last);
        match command {
            Command::Audit if !matches!(self.outcome, Outcome::Running { .. }) => {
                (self.at, self.open) = (0, false);
                self.outcome = Outcome::Running { since_ms: view.now_ms };
                return vec![Ask::Audit(self.scope(view))];
            }
            Command::Left | Command::Right => self.all = !self.all,
            Command::Up => self.at = at.saturating_sub(1),
            Command::Down => self.at = (at + 1).min(last),
            Command::PageUp => self.at = at.saturating_sub(PAGE),
            Command::PageDown => self.at = (at + PAGE).min(last),
            Command::First => self.at = 0,
            Command::Last => self.at = last,
            Command::Open => self.open = !self.findings(view).is_empty(),
            Command::Back => self.open = false,
            _ => {}
        }
        Vec::new()
    }

    /// Takes in what concerns it; the sale has heard before.
    pub fn hear(&mut self, news: &News, view: &View<'_>) -> Vec<Ask> {
        if let News::Audited(answer) = news {
            let since_ms = match self.outcome {
                Outcome::Running { since_ms } => since_ms,
                _ => view.now_ms,
            };
            (self.at, self.open) = (0, false);
            self.outcome = match answer {
                Ok(answer) => Outcome::Done(Done {
                    answer: answer.clone(),
                    at_ms: view.now_ms,
                    took_ms: view.now_ms.saturating_sub(since_ms),
                    hurried: false,
                }),
                Err(cause) => Outcome::Failed(cause.clone()),
            };
        }
        Vec::new()
    }

    /// Ten times a second while it is shown.
    pub fn tick(&mut self, _view: &View<'_>) -> Vec<Ask> {
        Vec::new()
    }

    /// A filter was typed, or is being typed; the reason when it is not one.
    pub fn filter(&mut self, _text: &str, _view: &View<'_>) -> Result<Vec<Ask>, String> {
        Err("there is nothing to filter here".to_owned())
    }

    /// The filter that is on.
    pub fn filtered_by(&self) -> &str {
        ""
    }

    /// What `y` copies.
    pub fn copied(&self, view: &View<'_>) -> Option<String> {
        let findings = self.findings(view);
        let finding = findings.get(self.cursor(findings))?;
        let program = finding.program_id.map(|id| format!(", program {id}")).unwrap_or_default();
        let order = finding.order_number.map(|number| format!(", order {number}")).unwrap_or_default();
        Some(format!("{}: {}{program}{order}", finding.law, finding.detail))
    }

    /// Somebody clicked into the area that the screen was drawn in.
    pub fn click(&mut self, _at: Position, _area: Rect, _view: &View<'_>) -> Vec<Ask> {
        Vec::new()
    }

    /// Draws it.
    pub fn draw(&self, view: &View<'_>, area: Rect, sheet: &mut Sheet<'_>) {
        layout::draw(self, view, area, sheet);
    }

    /// Which program is to be checked; none: all.
    fn scope(&self, view: &View<'_>) -> Option<ProgramId> {
        view.sale.hall.as_ref().map(|hall| hall.id).filter(|_| !self.all)
    }

    /// How many laws show their verdict by now.
    fn unveiled(&self, view: &View<'_>) -> usize {
        match &self.outcome {
            Outcome::Done(done) if done.hurried => usize::MAX,
            Outcome::Done(done) => usize::try_from(view.now_ms.saturating_sub(done.at_ms) / UNVEIL_MS).unwrap_or(0),
            _ => 0,
        }
    }

    /// Not all laws show their verdict yet.
    fn unveiling(&self, view: &View<'_>) -> bool {
        matches!(&self.outcome, Outcome::Done(done) if self.unveiled(view) < done.answer.laws.len())
    }

    /// What breaks a law, once all is unveiled.
    fn findings<'a>(&'a self, view: &View<'_>) -> &'a [FindingAnswer] {
        match &self.outcome {
            Outcome::Done(done) if !self.unveiling(view) => &done.answer.findings,
            _ => &[],
        }
    }

    fn cursor(&self, findings: &[FindingAnswer]) -> usize {
        self.at.min(findings.len().saturating_sub(1))
    }

    fn opened<'a>(&'a self, view: &View<'_>) -> Option<&'a FindingAnswer> {
        let findings = self.findings(view);
        findings.get(self.cursor(findings)).filter(|_| self.open)
    }
}

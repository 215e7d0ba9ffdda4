//! One buyer's visit to a system that is not of this family: walks the steps of the scenario in order.
//! Must not draw anything: every choice stands in the schedule, and `${random}` follows from seed and arrival.

mod letter;

use std::collections::BTreeMap;

pub use letter::{Letter, Word};
use sha2::{Digest, Sha256};

use crate::{
    bench::{
        floor::{Ask, Floor, Heard, Reply, Seen, Who},
        journal::{Answer, Later, Reason, Sequel, Told},
        scenario::{
            BuyerClass,
            steps::{StepPlan, Template},
        },
        schedule::Arrival,
        tally::{Outcome, Step, Times},
    },
    client::way::is_header_value,
    domain::{ids::OrderNumber, rejection::Rejection},
};

/// Plays one arrival of the schedule to its end: until the last step, or the first that does not come out right.
pub(super) async fn walk(floor: &Floor, ordinal: u32, arrival: Arrival) {
    let scenario = &floor.ground.scenario;
    let class = &scenario.buyers[usize::from(arrival.class)];
    let mut visit = Visit { floor, ordinal, arrival, captured: BTreeMap::new(), placed: None };
    let mut at_us = arrival.at_us;
    for plan in scenario.walk(class) {
        at_us += plan.pause.us();
        floor.until(at_us).await;
        let done =
            if plan.order.is_some() { visit.order(plan, class, at_us).await } else { visit.take(plan, at_us).await.1 };
        let Some(done_us) = done else { break };
        if !plan.until.is_empty() {
            visit.confirmed(done_us);
        }
        at_us = done_us;
    }
    visit.left_waiting();
    floor.saw(Seen::Left);
}

struct Visit<'a> {
    floor: &'a Floor,
    ordinal: u32,
    arrival: Arrival,
    captured: BTreeMap<&'a str, String>,
    /// An order that is not confirmed yet: its number, and when it was sent for.
    placed: Option<(OrderNumber, u64)>,
}

/// Where a value is put in.
#[derive(Clone, Copy)]
enum Into {
    Path,
    Header,
    Body,
}

impl<'a> Visit<'a> {
    /// One step, as often as it needs; its last reply, and when it came out right.
    async fn take(&mut self, plan: &'a StepPlan, mut at_us: u64) -> (Heard, Option<u64>) {
        let mut polls = 1;
        loop {
            let heard = self.send(plan, at_us).await;
            let outcome = match &heard.reply {
                Reply::Word(word) => word.outcome,
                _ => Outcome::Failed,
            };
            if outcome == Outcome::Done {
                self.capture(plan, &heard);
                let done_us = heard.times.answered_us;
                return (heard, Some(done_us));
            }
            if outcome != Outcome::Pending || polls == plan.at_most {
                return (heard, None);
            }
            polls += 1;
            at_us += plan.every.us();
            self.floor.until(at_us).await;
        }
    }

    const fn who(&self) -> Who {
        Who { account: self.arrival.account, class: self.arrival.class }
    }

    async fn send(&self, plan: &'a StepPlan, at_us: u64) -> Heard {
        let limit = self.floor.ground.scenario.request_timeout.0;
        if let Some(letter) = self.letter(plan) {
            return self.floor.call(&Ask::Step(&letter), self.who(), at_us, limit).await;
        }
        // A captured value that no header can carry: there is nothing to send.
        let now_us = self.floor.now_us().max(at_us);
        let times = Times { intended_us: at_us, sent_us: now_us, answered_us: now_us };
        self.floor.tally.borrow_mut().step(Step::Named(plan.name), Outcome::Failed, times);
        self.floor.saw(Seen::Failed(times));
        Heard { reply: Reply::Broken, times }
    }

    /// The step that orders: it stands in the journal, without an answer, before it is sent.
    async fn order(&mut self, plan: &'a StepPlan, class: &'a BuyerClass, at_us: u64) -> Option<u64> {
        let entry = self.entry(at_us);
        let begun = self.floor.begin(entry);
        let (Heard { reply, times }, done) = self.take(plan, at_us).await;
        let outcome = match &reply {
            Reply::Word(word) => word.outcome,
            Reply::Overload(_) => Outcome::Overload,
            _ => Outcome::Failed,
        };
        self.floor.tally.borrow_mut().step(Step::Create, outcome, times);
        let waits = plan.until.is_empty() && self.polls_after(plan, class);
        let answer = match &reply {
            Reply::Word(word) if outcome == Outcome::Done => match self.captured_order(plan) {
                Some(number) if waits => Answer::Accepted(number),
                Some(number) => Answer::Created(number),
                None => Answer::Rejected(Reason::Code(word.code)),
            },
            Reply::Word(_) if outcome == Outcome::SoldOut => Answer::Rejected(Reason::Sale(Rejection::SoldOut)),
            Reply::Word(word) if outcome == Outcome::Refused => Answer::Rejected(Reason::Code(word.code)),
            Reply::Overload(_) => Answer::Rejected(Reason::Overload),
            _ => Answer::Indeterminate,
        };
        let told = Told { sent_us: times.sent_us, answered_us: times.answered_us, answer, ..entry };
        self.floor.end(begun, told);
        self.placed = answer.order().map(|number| (number, times.sent_us));
        if matches!(answer, Answer::Created(_)) {
            self.confirmed(times.answered_us);
        }
        done
    }

    fn polls_after(&self, plan: &StepPlan, class: &'a BuyerClass) -> bool {
        let scenario = &self.floor.ground.scenario;
        scenario.walk(class).skip_while(|step| step.name != plan.name).skip(1).any(|step| !step.until.is_empty())
    }

    fn entry(&self, intended_us: u64) -> Told {
        let now_us = self.floor.now_us();
        let Arrival { class, account, category, tickets, version, .. } = self.arrival;
        Told {
            arrival: self.ordinal,
            class,
            attempt: 0,
            intended_us,
            account,
            sent_us: now_us,
            answered_us: now_us,
            answer: Answer::Indeterminate,
            category,
            tickets,
            version,
            keyed: false,
            picked: false,
        }
    }

    /// The order is known to be there.
    fn confirmed(&mut self, answered_us: u64) {
        if let Some((order, sent_us)) = self.placed.take() {
            self.note(order, answered_us, Later::Created);
            let times = Times { intended_us: self.arrival.at_us, sent_us, answered_us };
            self.floor.saw(Seen::Confirmed(times));
        }
    }

    /// An order that was waited for in vain.
    fn left_waiting(&mut self) {
        if let Some((order, _)) = self.placed.take() {
            self.note(order, self.floor.now_us(), Later::Pending);
        }
    }

    fn note(&self, order: OrderNumber, at_us: u64, what: Later) {
        self.floor.note(Sequel { order, account: self.arrival.account, at_us, what });
    }

    fn capture(&mut self, plan: &'a StepPlan, heard: &Heard) {
        if let Reply::Word(word) = &heard.reply {
            self.captured.extend(plan.capture.keys().map(String::as_str).zip(word.captured.iter().cloned()));
        }
    }

    fn captured_order(&self, plan: &StepPlan) -> Option<OrderNumber> {
        let text = self.captured.get(plan.order.as_deref()?)?;
        Some(number_of(text))
    }

    fn letter(&self, plan: &'a StepPlan) -> Option<Letter<'a>> {
        let fill = |template: &Template, into| template.filled(|name| self.value(name, into).ok_or(())).ok();
        let path = fill(&plan.path, Into::Path)?;
        let mut headers = Vec::with_capacity(plan.headers.len() + 1);
        if plan.body.is_some() && !plan.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        for (name, template) in &plan.headers {
            headers.push((name.as_str(), fill(template, Into::Header)?));
        }
        let body = match &plan.body {
            Some(body) => fill(body, Into::Body)?,
            None => String::new(),
        };
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let route = self.floor.ground.target.request(plan.method(), &path, &headers);
        Some(Letter { route, body, plan })
    }

    /// A placeholder's value as it stands at its place; `None` when it cannot stand there.
    fn value(&self, name: &str, into: Into) -> Option<String> {
        let ground = &self.floor.ground;
        let value = match name {
            "program" => ground.hall.program.to_string(),
            "category" => ground.hall.categories[usize::from(self.arrival.category)].name.clone(),
            "tickets" => self.arrival.tickets.to_string(),
            "arrival" => self.ordinal.to_string(),
            "random" => random(ground.seed, self.ordinal),
            _ => match name.strip_prefix("account.") {
                Some(column) => ground.accounts.cell(self.arrival.account, column)?,
                None => self.captured.get(name)?.clone(),
            },
        };
        match into {
            Into::Header => is_header_value(&value).then_some(value),
            Into::Path => Some(percent_encoded(&value)),
            Into::Body => {
                let quoted = serde_json::to_string(&value).expect("a text becomes JSON");
                Some(quoted[1..quoted.len() - 1].to_owned())
            }
        }
    }
}

/// 16 hex digits, the same for the same seed and arrival.
fn random(seed: u64, ordinal: u32) -> String {
    let digest = Sha256::digest(format!("{seed}/{ordinal}"));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A number as it is; any other text by 62 bits of its SHA-256.
fn number_of(text: &str) -> OrderNumber {
    text.parse().unwrap_or_else(|_| {
        let digest = Sha256::digest(text.as_bytes());
        let bits = digest.iter().take(8).fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        OrderNumber::new((bits >> 2) | 1).expect("62 bits and not 0")
    })
}

fn percent_encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().fold(String::with_capacity(value.len()), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_numbers_of_other_systems_may_be_texts() {
        assert_eq!(number_of("9223372036854775807").get(), i64::MAX as u64);
        let (a, b) = (number_of("R-2031-07"), number_of("R-2031-08"));
        assert!(a != b && a == number_of("R-2031-07"));
    }

    #[test]
    fn random_follows_from_seed_and_arrival() {
        assert_eq!(random(1, 2), random(1, 2));
        assert!(random(1, 2) != random(2, 1) && random(1, 2).len() == 16);
    }

    #[test]
    fn a_path_holds_no_character_that_would_end_it() {
        assert_eq!(percent_encoded("a b/ü?&-"), "a%20b%2F%C3%BC%3F%26-");
    }
}

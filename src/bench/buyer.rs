//! One buyer's visit: look around, submit, wait for the word, then pay, cancel or walk away.
//! Must not draw anything: every choice stands in the schedule.

use std::time::Duration;

use crate::{
    bench::{
        floor::{Ask, Floor, Heard, Reply, Seen, Who},
        journal::{Answer, Later, Reason, Sequel, Told},
        journey,
        scenario::{BuyerClass, Choice, Policy},
        schedule::{Arrival, Behaviour, between_us},
        tally::Times,
        witness::View,
    },
    domain::{ids::OrderNumber, money::Cents, order::OrderVersion, rejection::Rejection},
    wire::{api::OrderState, order::CreateOrder, pay::Pay},
};

/// The front end of the original asks this often; the first time this long after the answer.
pub const POLL_EVERY_US: u64 = 200_000;
/// And gives up after this many: five seconds.
pub const POLLS_MAX: u64 = 24;

/// Longest `Retry-After` that a buyer heeds, in seconds: a run must end.
const RETRY_AFTER_MAX_S: u32 = 60;

/// Plays one arrival of the schedule to its end.
pub async fn visit(floor: &Floor, ordinal: u32, arrival: Arrival) {
    if !floor.ground.scenario.steps.is_empty() {
        return journey::walk(floor, ordinal, arrival).await;
    }
    let buyer = Buyer::of(floor, ordinal, arrival, 0);
    buyer.look_around().await;
    let submit_us = buyer.arrival.submit_us;
    buyer.buy(submit_us).await;
    floor.saw(Seen::Left);
}

/// A buyer with one of its accounts.
struct Buyer<'a> {
    floor: &'a Floor,
    ordinal: u32,
    arrival: Arrival,
    class: &'a BuyerClass,
    /// Which of its submits this is, from 0.
    nth: u32,
    who: Who,
    body: CreateOrder,
    limit: Duration,
}

/// An order that the buyer was told of.
struct Placed {
    order: OrderNumber,
    /// When its first submit was due.
    intended_us: u64,
    sent_us: u64,
    at_us: u64,
    created: bool,
}

/// What came of submitting with one account.
struct Submitted {
    placed: Option<Placed>,
    sold_out: bool,
    at_us: u64,
}

impl<'a> Buyer<'a> {
    fn of(floor: &'a Floor, ordinal: u32, arrival: Arrival, nth: u32) -> Self {
        let ground = &floor.ground;
        let class = &ground.scenario.buyers[usize::from(arrival.class)];
        let account = (arrival.account + nth) % ground.scenario.dataset.accounts;
        let who = Who { account, class: arrival.class };
        let request = class.request_id.then(|| match nth {
            0 => format!("{:x}-{ordinal}", ground.seed),
            nth => format!("{:x}-{ordinal}-{nth}", ground.seed),
        });
        let body = CreateOrder { request_id: request, ..body(floor, account, &arrival, class) };
        Self { floor, ordinal, arrival, class, nth, who, body, limit: ground.scenario.request_timeout.0 }
    }

    /// Looks at what its class looks at. The plan's moments stand: a look that is answered late makes the next one late.
    async fn look_around(&self) {
        let mut intended_us = self.arrival.at_us;
        for (nth, look) in self.class.looks.iter().enumerate() {
            self.floor.until(intended_us).await;
            self.call(&Ask::Look(*look, self.floor.ground.hall.program), intended_us).await;
            intended_us += between_us(self.class.look_pause, self.arrival.dice.pause(nth));
        }
        self.floor.until(intended_us).await;
    }

    /// Submits, and sees what it got through to the end; who has more accounts goes on with the next one meanwhile.
    async fn buy(self, intended_us: u64) {
        let submitted = self.place(intended_us).await;
        let more = self.nth + 1 < self.class.submits.min(self.floor.ground.scenario.dataset.accounts);
        if more && !submitted.sold_out {
            let next = Self::of(self.floor, self.ordinal, self.arrival, self.nth + 1);
            tokio::join!(self.follow(submitted.placed), Box::pin(next.buy(submitted.at_us)));
        } else {
            self.follow(submitted.placed).await;
        }
    }

    /// Waits until the order is known, then pays, cancels or walks away.
    async fn follow(&self, placed: Option<Placed>) {
        let Some(placed) = placed else { return };
        let Some(at_us) = self.confirmed(&placed).await else { return };
        let times = Times { intended_us: placed.intended_us, sent_us: placed.sent_us, answered_us: at_us };
        self.floor.saw(Seen::Confirmed(times));
        self.settle(placed.order, at_us + self.arrival.think_us).await;
    }

    /// Submits until there is an order or no hope.
    async fn place(&self, first_us: u64) -> Submitted {
        let mut intended_us = first_us;
        self.floor.budgets.earn(self.who.class);
        let mut attempt = 0;
        loop {
            let (told, come_back_us) = if attempt == 0 && self.arrival.doubles {
                let (first, second) =
                    tokio::join!(self.submit(attempt, intended_us), self.submit(attempt, intended_us));
                if first.0.answer.order().is_some() { first } else { second }
            } else {
                self.submit(attempt, intended_us).await
            };
            let at_us = told.answered_us;
            let sold_out = told.answer == Answer::Rejected(Reason::Sale(Rejection::SoldOut));
            if let Some(order) = told.answer.order() {
                let created = matches!(told.answer, Answer::Created(_));
                let placed = Placed { order, intended_us: first_us, sent_us: told.sent_us, at_us, created };
                return Submitted { placed: Some(placed), sold_out, at_us };
            }
            if !self.tries_again(told.answer, attempt) {
                return Submitted { placed: None, sold_out, at_us };
            }
            let wait_us = self.class.retry.wait_us(attempt, self.arrival.dice.wait(self.nth, attempt));
            intended_us = at_us + wait_us.max(come_back_us);
            self.floor.until(intended_us).await;
            attempt += 1;
        }
    }

    fn tries_again(&self, answer: Answer, attempt: u8) -> bool {
        let retry = &self.class.retry;
        let hopeful = match answer {
            Answer::Rejected(reason) => reason.is_worth_a_retry(),
            _ => true,
        };
        let allowed = || retry.policy != Policy::Budget || self.floor.budgets.spend(self.who.class, retry.budget);
        hopeful && attempt < retry.times && allowed()
    }

    /// One submit, and how long the server asks to wait before another, in microseconds. It stands in the journal,
    /// without an answer, before it is sent: a visit may be broken off.
    async fn submit(&self, attempt: u8, intended_us: u64) -> (Told, u64) {
        let entry = self.entry(attempt, intended_us);
        let begun = self.floor.begin(entry);
        let limit = self.class.patience.map_or(self.limit, |patience| patience.0);
        let ask = Ask::Create(self.arrival.version, &self.body);
        let Heard { reply, times } = self.floor.call(&ask, self.who, intended_us, limit).await;
        let come_back_us = match reply {
            Reply::Overload(after_s) => u64::from(after_s.unwrap_or(0).min(RETRY_AFTER_MAX_S)) * 1_000_000,
            _ => 0,
        };
        let answer = match reply {
            Reply::Order(Some(number)) if self.arrival.version == OrderVersion::V4 => Answer::Accepted(number),
            Reply::Order(Some(number)) => Answer::Created(number),
            Reply::No(code) => Answer::Rejected(Reason::of_code(code)),
            Reply::Overload(_) => Answer::Rejected(Reason::Overload),
            _ => Answer::Indeterminate,
        };
        let told = Told { sent_us: times.sent_us, answered_us: times.answered_us, answer, ..entry };
        self.floor.end(begun, told);
        (told, come_back_us)
    }

    fn entry(&self, attempt: u8, intended_us: u64) -> Told {
        let now_us = self.floor.now_us();
        Told {
            arrival: self.ordinal,
            class: self.arrival.class,
            attempt,
            intended_us,
            account: self.who.account,
            sent_us: now_us,
            answered_us: now_us,
            answer: Answer::Indeterminate,
            category: self.arrival.category,
            tickets: self.arrival.tickets,
            version: self.arrival.version,
            keyed: self.body.request_id.is_some(),
            picked: self.body.seat_dto_list.is_some(),
        }
    }

    /// When the order was known to be in the books; `None` when it never was, or the buyer did not wait.
    async fn confirmed(&self, placed: &Placed) -> Option<u64> {
        if placed.created {
            return Some(placed.at_us);
        }
        if !self.class.polls {
            return None;
        }
        self.floor.tally.borrow_mut().polled.0 += 1;
        for poll in 1..=POLLS_MAX {
            let intended_us = placed.at_us + poll * POLL_EVERY_US;
            self.floor.until(intended_us).await;
            self.floor.tally.borrow_mut().polled.1 += 1;
            let heard = self.call(&Ask::Poll(placed.order), intended_us).await;
            match heard.reply {
                Reply::Order(Some(number)) if number == placed.order => {
                    self.note(number, heard.times.answered_us, Later::Created);
                    return Some(heard.times.answered_us);
                }
                // Another buyer's number is noted as told to this one: the verdict will say so.
                Reply::Order(Some(number)) => {
                    self.note(number, heard.times.answered_us, Later::Created);
                    return None;
                }
                Reply::No(_) => break,
                _ => {}
            }
        }
        self.ask_status(placed.order).await
    }

    /// The poll said no, or said nothing for five seconds: what became of the order?
    async fn ask_status(&self, order: OrderNumber) -> Option<u64> {
        if self.floor.ground.view != View::Operator {
            // The original has no such route: its poll was the last word.
            self.note(order, self.floor.now_us(), Later::Pending);
            return None;
        }
        let heard = self.call(&Ask::Status(order), self.floor.now_us()).await;
        let Reply::Progress(progress) = heard.reply else { return None };
        let at_us = heard.times.answered_us;
        match (progress.state, progress.reason) {
            (OrderState::Created, _) => {
                self.note(order, at_us, Later::Created);
                Some(at_us)
            }
            (OrderState::Rejected, reason) => {
                let reason = reason.map_or(Reason::Code(0), |reason| Reason::of_code(reason.code));
                self.floor.saw(Seen::TakenBack(reason, at_us));
                self.note(order, at_us, Later::Rejected(reason));
                None
            }
            (OrderState::Pending, _) => {
                self.note(order, at_us, Later::Pending);
                None
            }
        }
    }

    /// Pays or cancels, once the buyer has thought.
    async fn settle(&self, order: OrderNumber, intended_us: u64) {
        match self.arrival.behaviour {
            Behaviour::Abandons => {}
            Behaviour::Cancels => {
                self.floor.until(intended_us).await;
                let heard = self.call(&Ask::Cancel(order), intended_us).await;
                if heard.reply == Reply::Done {
                    self.note(order, heard.times.answered_us, Later::Cancelled);
                }
            }
            Behaviour::Pays => {
                self.floor.until(intended_us).await;
                self.pay(order, intended_us).await;
            }
        }
    }

    /// The way of the original's pages: start, the bank's form, then "is it paid?".
    async fn pay(&self, order: OrderNumber, intended_us: u64) {
        let price = self.floor.ground.hall.categories[usize::from(self.arrival.category)].price;
        let pay = Pay {
            platform: Some(3),
            order_number: order,
            subject: Some(self.floor.ground.hall.title.clone()),
            price: Cents(price.0 * i64::from(self.arrival.tickets)),
            channel: if self.floor.ground.has_bank() { "mock" } else { "alipay" }.to_owned(),
            pay_bill_type: Some(1),
        };
        let started = self.call(&Ask::Pay(&pay), intended_us).await;
        if started.reply != Reply::Done {
            return;
        }
        let mut at_us = started.times.answered_us;
        if self.floor.ground.has_bank() {
            at_us = self.call(&Ask::Bank(&pay), at_us).await.times.answered_us;
        }
        let check = self.call(&Ask::PayCheck(order), at_us).await;
        if check.reply == Reply::OrderStatus(3) {
            self.floor.saw(Seen::Paid(check.times.answered_us));
            self.note(order, check.times.answered_us, Later::Paid);
        }
    }

    async fn call(&self, ask: &Ask<'_>, intended_us: u64) -> Heard {
        self.floor.call(ask, self.who, intended_us, self.limit).await
    }

    fn note(&self, order: OrderNumber, at_us: u64, what: Later) {
        self.floor.note(Sequel { order, account: self.who.account, at_us, what });
    }
}

/// What is submitted with an account, but for its request id.
fn body(floor: &Floor, account: u32, arrival: &Arrival, class: &BuyerClass) -> CreateOrder {
    let ground = &floor.ground;
    let picks = class.choice == Choice::Pick;
    let category = &ground.hall.categories[usize::from(arrival.category)];
    let seats = picks.then(|| ground.hall.picked(arrival.category, arrival.pick.0, arrival.pick.1, arrival.tickets));
    let tickets = seats.as_ref().map_or(u32::from(arrival.tickets), |seats| seats.len() as u32);
    CreateOrder {
        program_id: ground.hall.program,
        user_id: ground.user(account),
        ticket_user_id_list: ground.ticket_users(account, tickets).collect(),
        seat_dto_list: seats,
        ticket_category_id: (!picks).then_some(category.id),
        ticket_count: (!picks).then_some(i64::from(arrival.tickets)),
        request_id: None,
        allow_split: (class.allow_split && !picks).then_some(true),
    }
}

#[cfg(test)]
mod tests;

//! What a buyer can ask of the server, and how its answers are read.
//! Must not wait for anything.

use crate::{
    bench::{
        journey::{Letter, Word},
        scenario::Look,
        tally::{Outcome, Step},
    },
    client::{
        answer,
        http1::{Answer, Connection, Route, Target},
    },
    domain::{
        ids::{OrderNumber, ProgramId},
        order::OrderVersion,
        rejection::Rejection,
    },
    wire::{
        api::OrderProgress,
        order::{CreateOrder, OrderRef},
        pay::{Pay, PayCheck},
        program::{OfProgram, ProgramRef},
    },
};

/// A request of a buyer.
#[derive(Debug)]
pub enum Ask<'a> {
    /// Look at a page of the program.
    Look(Look, ProgramId),
    /// Submit.
    Create(OrderVersion, &'a CreateOrder),
    /// Is it there?
    Poll(OrderNumber),
    /// What became of it?
    Status(OrderNumber),
    /// Start paying.
    Pay(&'a Pay),
    /// The bank's form.
    Bank(&'a Pay),
    /// Is it paid?
    PayCheck(OrderNumber),
    /// Cancel.
    Cancel(OrderNumber),
    /// A step of the scenario.
    Step(&'a Letter<'a>),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Yes, with nothing to tell.
    Done,
    /// An order number, or none yet.
    Order(Option<OrderNumber>),
    /// Status of the order, 1 to 4.
    OrderStatus(u8),
    /// Progress of the order.
    Progress(OrderProgress),
    /// A code that is not 0.
    No(i32),
    /// The answer to a step, as far as it is needed.
    Word(Word),
    /// HTTP 429, or 503 with `Retry-After`: after how many seconds to come back, where it says so.
    Overload(Option<u32>),
    /// No answer, or one that makes no sense.
    Broken,
}

pub(super) fn outcome(reply: &Reply) -> Outcome {
    match reply {
        Reply::Order(None) => Outcome::Pending,
        Reply::Done | Reply::Order(Some(_)) | Reply::OrderStatus(_) | Reply::Progress(_) => Outcome::Done,
        Reply::No(code) if *code == Rejection::SoldOut.code() => Outcome::SoldOut,
        Reply::No(_) => Outcome::Refused,
        Reply::Word(word) => word.outcome,
        Reply::Overload(_) => Outcome::Overload,
        Reply::Broken => Outcome::Failed,
    }
}

#[derive(Debug)]
pub(super) struct Routes {
    target: Target,
    list: Route,
    detail: Route,
    seats: Route,
    create: [Route; 4],
    poll: Route,
    pay: Route,
    bank: Route,
    pay_check: Route,
    cancel: Route,
}

impl Routes {
    pub(super) fn new(target: &Target) -> Self {
        let create = |version: u8| target.post_json(&format!("/program/order/create/v{version}"));
        Self {
            target: target.clone(),
            list: target.post_json("/ticket/category/select/list/by/program"),
            detail: target.post_json("/program/detail"),
            seats: target.post_json("/seat/relate/info"),
            create: [create(1), create(2), create(3), create(4)],
            poll: target.post_json("/order/get/cache"),
            pay: target.post_json("/order/pay"),
            bank: target.post_form("/mock/pay"),
            pay_check: target.post_json("/order/pay/check"),
            cancel: target.post_json("/order/cancel"),
        }
    }
}

impl Ask<'_> {
    pub(super) const fn step(&self) -> Step {
        match self {
            Self::Look(Look::List, _) => Step::LookList,
            Self::Look(Look::Detail, _) => Step::LookDetail,
            Self::Look(Look::Seats, _) => Step::LookSeats,
            Self::Create(..) => Step::Create,
            Self::Poll(_) => Step::Poll,
            Self::Status(_) => Step::Status,
            Self::Pay(_) => Step::Pay,
            Self::Bank(_) => Step::Bank,
            Self::PayCheck(_) => Step::PayCheck,
            Self::Cancel(_) => Step::Cancel,
            Self::Step(letter) => letter.step(),
        }
    }

    pub(super) fn compose(&self, routes: &Routes, token: &str, connection: &mut Connection) {
        let token = Some(token);
        match *self {
            Self::Look(Look::List, program_id) => {
                connection.compose_json(&routes.list, token, &OfProgram { program_id });
            }
            Self::Look(Look::Detail, id) => connection.compose_json(&routes.detail, token, &ProgramRef { id }),
            Self::Look(Look::Seats, program_id) => {
                connection.compose_json(&routes.seats, token, &OfProgram { program_id });
            }
            Self::Create(version, body) => {
                connection.compose_json(&routes.create[usize::from(version.number() - 1)], token, body);
            }
            Self::Poll(order_number) => connection.compose_json(&routes.poll, token, &OrderRef { order_number }),
            Self::Cancel(order_number) => connection.compose_json(&routes.cancel, token, &OrderRef { order_number }),
            Self::Status(order) => {
                connection.compose_form(&routes.target.get(&format!("/api/v1/orders/{order}/status")), token, "");
            }
            Self::Pay(pay) => connection.compose_json(&routes.pay, token, pay),
            Self::Bank(pay) => {
                let form = format!("out_trade_no={}&total_amount={}", pay.order_number, pay.price);
                connection.compose_form(&routes.bank, None, &form);
            }
            Self::Step(letter) => connection.compose_form(&letter.route, None, &letter.body),
            Self::PayCheck(order_number) => {
                connection.compose_json(
                    &routes.pay_check,
                    token,
                    &PayCheck { order_number, pay_channel_type: Some(1) },
                );
            }
        }
    }

    pub(super) fn read(&self, answer: Answer<'_>) -> Reply {
        if let Self::Step(letter) = self {
            return letter.read(answer);
        }
        match answer.status {
            200 => {}
            429 => return Reply::Overload(answer.retry_after_s),
            503 if answer.retry_after_s.is_some() => return Reply::Overload(answer.retry_after_s),
            _ => return Reply::Broken,
        }
        let reply = match self {
            Self::Create(..) => read_number(answer.body).map(|reply| match reply {
                Reply::Order(None) => Reply::Broken,
                reply => reply,
            }),
            Self::Poll(_) => read_number(answer.body),
            Self::Bank(_) => Some(Reply::Done),
            Self::Status(_) => serde_json::from_slice(answer.body).ok().map(Reply::Progress),
            Self::PayCheck(_) => {
                answer::order_status(answer.body).map(|told| told.map_or_else(Reply::No, Reply::OrderStatus))
            }
            Self::Look(..) | Self::Pay(_) | Self::Cancel(_) | Self::Step(_) => {
                answer::code(answer.body).map(|code| if code == 0 { Reply::Done } else { Reply::No(code) })
            }
        };
        reply.unwrap_or(Reply::Broken)
    }
}

fn read_number(body: &[u8]) -> Option<Reply> {
    let answer = answer::number(body)?;
    Some(if answer.code == 0 { Reply::Order(answer.data) } else { Reply::No(answer.code) })
}

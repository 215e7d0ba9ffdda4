//! Deeds that are under way, and what is known of the orders they are about.
//! Must not do a deed, nor remember more orders than its limit.

use std::collections::{BTreeMap, VecDeque};

use super::{
    ask::{Deed, News},
    sale::Sale,
};
use crate::{
    domain::{
        ids::{OrderNumber, ProgramId, UserId},
        money::Cents,
    },
    tui::lang::Lang,
    wire::admin::OrderLine,
};

/// A deed without an answer for this long is given up, so that it may be tried again.
const ANSWER_MAX_MS: i64 = 30_000;
/// Most orders of which something is known: a page of the longest and a long tail.
const ORDERS_MAX: usize = 20_000;

/// What a question about an order must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderFacts {
    /// Whose it is.
    pub user: UserId,
    /// How many seats.
    pub seats: usize,
    /// Its price.
    pub price: Cents,
    /// Of which program.
    pub program: ProgramId,
}

/// Orders that were heard of, the latest of them.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    facts: BTreeMap<OrderNumber, OrderFacts>,
    heard: VecDeque<OrderNumber>,
}

impl Orders {
    /// Takes in whatever news say of orders.
    pub fn hear(&mut self, news: &News) {
        match news {
            News::Frame(frame) => frame.orders.iter().for_each(|news| self.learn(&news.order)),
            News::Orders(_, Ok(lines)) => lines.iter().for_each(|line| self.learn(line)),
            News::Life(_, Ok(life)) => life.order.iter().for_each(|line| self.learn(line)),
            News::Seat(_, Ok(seat)) => seat.order.iter().for_each(|line| self.learn(line)),
            _ => {}
        }
    }

    fn learn(&mut self, line: &OrderLine) {
        let facts =
            OrderFacts { user: line.user_id, seats: line.tickets.len(), price: line.price, program: line.program_id };
        if self.facts.insert(line.order_number, facts).is_none() {
            self.heard.push_back(line.order_number);
        }
        if self.heard.len() > ORDERS_MAX
            && let Some(oldest) = self.heard.pop_front()
        {
            self.facts.remove(&oldest);
        }
    }

    /// What is known of an order.
    pub fn get(&self, order: OrderNumber) -> Option<OrderFacts> {
        self.facts.get(&order).copied()
    }
}

/// Deeds that were confirmed and have no answer yet.
#[derive(Debug, Clone, Default)]
pub struct UnderWay(Vec<(Deed, i64)>);

impl UnderWay {
    /// Something is being done to the same thing.
    pub fn touches(&self, deed: &Deed) -> bool {
        self.0.iter().any(|(other, _)| target(other) == target(deed))
    }

    /// A deed was confirmed.
    pub fn begin(&mut self, deed: Deed, now_ms: i64) {
        self.0.push((deed, now_ms));
    }

    /// Its answer came.
    pub fn end(&mut self, deed: &Deed) {
        self.0.retain(|(other, _)| other != deed);
    }

    /// Takes out a deed whose answer is not to be expected any more.
    pub fn given_up(&mut self, now_ms: i64) -> Option<Deed> {
        let at = self.0.iter().position(|(_, since_ms)| now_ms - since_ms >= ANSWER_MAX_MS)?;
        Some(self.0.remove(at).0)
    }

    /// What is being done, in words; of several the last.
    pub fn words(&self, lang: Lang) -> Option<String> {
        let (deed, _) = self.0.last()?;
        let words = match (deed, lang) {
            (Deed::Cancel(order), Lang::En) => format!("cancelling order {order} …"),
            (Deed::Cancel(order), Lang::Zh) => format!("正在取消订单 {order} …"),
            (Deed::Refund(order), Lang::En) => format!("refunding order {order} …"),
            (Deed::Refund(order), Lang::Zh) => format!("正在为订单 {order} 退款 …"),
            (Deed::Sale(program, change), Lang::En) => {
                format!("{} program {program} …", if change.closed { "taking off sale" } else { "putting on sale" })
            }
            (Deed::Sale(program, change), Lang::Zh) => {
                format!("正在{}节目 {program} …", if change.closed { "下架" } else { "上架" })
            }
        };
        Some(words)
    }
}

#[derive(PartialEq, Eq)]
enum Target {
    Order(OrderNumber),
    Program(ProgramId),
}

const fn target(deed: &Deed) -> Target {
    match deed {
        Deed::Cancel(order) | Deed::Refund(order) => Target::Order(*order),
        Deed::Sale(program, _) => Target::Program(*program),
    }
}

/// That it was done, in words.
pub fn done(deed: &Deed, sale: &Sale, lang: Lang) -> String {
    match (deed, lang) {
        (Deed::Cancel(order), Lang::En) => format!("order {order} is cancelled"),
        (Deed::Cancel(order), Lang::Zh) => format!("订单 {order} 已取消"),
        (Deed::Refund(order), Lang::En) => format!("order {order} is refunded"),
        (Deed::Refund(order), Lang::Zh) => format!("订单 {order} 已退款"),
        (Deed::Sale(program, change), _) => {
            let title = title(*program, sale);
            match (change.closed, lang) {
                (true, Lang::En) => format!("{title} is off sale"),
                (true, Lang::Zh) => format!("{title} 已下架"),
                (false, Lang::En) => format!("{title} is on sale"),
                (false, Lang::Zh) => format!("{title} 已上架"),
            }
        }
    }
}

/// That it was not done, in words, and why.
pub fn failed(deed: &Deed, why: &str, sale: &Sale, lang: Lang) -> String {
    let what = match (deed, lang) {
        (Deed::Cancel(order), Lang::En) => format!("order {order} was not cancelled"),
        (Deed::Cancel(order), Lang::Zh) => format!("订单 {order} 未能取消"),
        (Deed::Refund(order), Lang::En) => format!("order {order} was not refunded"),
        (Deed::Refund(order), Lang::Zh) => format!("订单 {order} 未能退款"),
        (Deed::Sale(program, _), Lang::En) => format!("{} is sold as before", title(*program, sale)),
        (Deed::Sale(program, _), Lang::Zh) => format!("{} 未能变更", title(*program, sale)),
    };
    format!("{what}{}{why}", lang.pick(": ", "："))
}

/// A program's title, or its id where it is not known.
pub fn title(program: ProgramId, sale: &Sale) -> String {
    sale.programs.get(&program).map_or_else(|| program.to_string(), |line| line.title.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::admin::SaleChange;

    fn order(number: u64) -> OrderNumber {
        OrderNumber::new(number).expect("above zero")
    }

    #[test]
    fn nothing_is_done_twice_at_once_to_the_same_thing() {
        let mut under_way = UnderWay::default();
        under_way.begin(Deed::Cancel(order(7)), 0);
        assert!(under_way.touches(&Deed::Refund(order(7))));
        assert!(!under_way.touches(&Deed::Cancel(order(8))));
        let program = ProgramId::new(7).expect("above zero");
        let change = SaleChange { closed: true, opens_at_ms: None, closes_at_ms: None };
        assert!(!under_way.touches(&Deed::Sale(program, change)), "an order and a program may have the same number");
        under_way.end(&Deed::Cancel(order(7)));
        assert!(!under_way.touches(&Deed::Cancel(order(7))));
    }

    #[test]
    fn a_deed_without_an_answer_is_given_up_once() {
        let mut under_way = UnderWay::default();
        under_way.begin(Deed::Cancel(order(7)), 1_000);
        assert_eq!(under_way.given_up(ANSWER_MAX_MS), None);
        assert_eq!(under_way.given_up(ANSWER_MAX_MS + 1_000), Some(Deed::Cancel(order(7))));
        assert_eq!(under_way.given_up(ANSWER_MAX_MS + 1_000), None);
    }
}

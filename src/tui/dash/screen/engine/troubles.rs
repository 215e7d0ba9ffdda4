//! What is wrong in the machine room, in words that say what it means for the sale.
//! Must not call anything wrong that the server does not say.

use crate::tui::{
    dash::screen::View,
    lang::Lang,
    text,
    theme::Meaning::{self, Bad, Warning},
};

/// Polls for a queued order end after this.
const POLL_MS: i64 = 5_000;
/// A queue or a server that is fuller than this is nearly full.
const NEARLY: f64 = 0.8;

/// All of it, the worst first; nothing when all is well.
pub fn troubles(view: &View<'_>, lang: Lang) -> Vec<(Meaning, String)> {
    let mut found = Vec::new();
    inventory(view, lang, &mut found);
    requests(view, lang, &mut found);
    queue(view, lang, &mut found);
    found.sort_by_key(|(meaning, _)| *meaning != Bad);
    found
}

fn say(lang: Lang, english: String, chinese: String) -> String {
    match lang {
        Lang::En => english,
        Lang::Zh => chinese,
    }
}

fn inventory(view: &View<'_>, lang: Lang, found: &mut Vec<(Meaning, String)>) {
    let inventory = &view.sale.numbers.inventory;
    if !inventory.up && !inventory.engine.is_empty() {
        let english = "the inventory does not answer: no seat can be held or given back";
        found.push((Bad, lang.pick(english, "库存引擎无应答：无法锁座，也无法释放").to_owned()));
    }
    if inventory.rebuilding > 0 {
        let programs = inventory.rebuilding;
        let words = say(
            lang,
            format!("rebuilt from the ledger: {programs} programs; their sale is closed meanwhile"),
            format!("{programs} 个节目正由账本重建库存，期间暂停售票"),
        );
        found.push((Warning, words));
    }
}

fn requests(view: &View<'_>, lang: Lang, found: &mut Vec<(Meaning, String)>) {
    let (numbers, course) = (&view.sale.numbers, &view.sale.course);
    if let Some(failed) = course.per_s(|numbers| numbers.failed as f64).filter(|failed| *failed > 0.0) {
        let failed = text::rate(failed);
        let words = say(
            lang,
            format!("{failed} requests a second fail: the server breaks, buyers get no answer"),
            format!("每秒 {failed} 个请求失败：服务器故障，买家得不到答复"),
        );
        found.push((Bad, words));
    }
    if let Some(refused) = course.per_s(|numbers| numbers.refused as f64).filter(|refused| *refused > 0.0) {
        let refused = text::rate(refused);
        let words = say(
            lang,
            format!("{refused} requests a second are turned away: buyers are told to come again"),
            format!("每秒 {refused} 个请求被拒之门外：买家须稍后重试"),
        );
        found.push((Warning, words));
    }
    if numbers.in_flight_max > 0 && numbers.in_flight as f64 >= numbers.in_flight_max as f64 * NEARLY {
        let words = (
            "nearly as many requests as are served at once: more will be turned away",
            "并发请求接近上限，超出者将被拒绝",
        );
        found.push((Warning, lang.pick(words.0, words.1).to_owned()));
    }
}

fn queue(view: &View<'_>, lang: Lang, found: &mut Vec<(Meaning, String)>) {
    let queue = &view.sale.numbers.queue;
    let depth = queue.depth.unwrap_or(0);
    if queue.max > 0 && depth >= queue.max {
        let words = ("the queue is full: v4 takes no more orders", "队列已满：v4 不再接受订单");
        found.push((Bad, lang.pick(words.0, words.1).to_owned()));
    } else if queue.max > 0 && depth as f64 >= queue.max as f64 * NEARLY {
        let words = ("the queue is nearly full: v4 will soon take no more orders", "队列将满：v4 即将停止接受订单");
        found.push((Warning, lang.pick(words.0, words.1).to_owned()));
    }
    let waits = queue.oldest_ms.filter(|_| depth > 0).map_or(0, |oldest| view.server_ms.saturating_sub(oldest));
    if waits > POLL_MS {
        let waits = text::span(u64::try_from(waits).unwrap_or(0).saturating_mul(1_000));
        let words = say(
            lang,
            format!("the oldest order waits for {waits}: its buyer has stopped asking"),
            format!("最久的订单已等待 {waits}：买家已停止查询"),
        );
        found.push((Warning, words));
    }
    if queue.unsettled > 0 {
        let steps = text::count(queue.unsettled);
        let words = say(
            lang,
            format!("{steps} steps of the inventory could not be done and are tried again"),
            format!("{steps} 个库存步骤未完成，正在重试"),
        );
        found.push((Warning, words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::dash::screen::made_up::{broken, busy, view};

    #[test]
    fn a_healthy_server_has_none_and_a_broken_one_has_each_once_the_worst_first() {
        assert_eq!(troubles(&view(&busy()), Lang::En), []);
        let sale = broken();
        let found = troubles(&view(&sale), Lang::En);
        assert_eq!(found.len(), 8, "{found:?}");
        assert!(found.is_sorted_by_key(|(meaning, _)| *meaning != Bad));
        assert!(found.iter().any(|(_, words)| words.contains("waits for 17.4 s")), "{found:?}");
    }

    #[test]
    fn a_server_that_was_not_heard_of_is_not_called_broken() {
        assert_eq!(troubles(&view(&crate::tui::dash::sale::Sale::default()), Lang::Zh), []);
    }
}

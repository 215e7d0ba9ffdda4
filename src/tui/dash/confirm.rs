//! The question before anything that changes the sale: what will happen, to whom, and how much of it.
//! Must not take the key that asked for a yes; every other key than the one for yes is a no.

use ratatui::layout::Rect;

use super::{
    ask::Deed,
    deeds::{OrderFacts, title},
    sale::Sale,
    window,
};
use crate::{
    domain::ids::{OrderNumber, ProgramId},
    tui::{keys::Stroke, lang::Lang, panel::Sheet, text, theme::Meaning},
    wire::admin::SaleChange,
};

/// Columns of the question where there is room.
const COLUMNS: u16 = 56;

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// What will be done.
    pub deed: Deed,
    /// The key for yes.
    pub yes: Stroke,
    facts: Option<OrderFacts>,
}

impl Confirm {
    /// Asks about a deed that this key asked for.
    pub fn new(deed: Deed, asked_by: Option<Stroke>, facts: Option<OrderFacts>) -> Self {
        let small = Stroke::char('y');
        let yes = if asked_by == Some(small) { Stroke::char('Y') } else { small };
        Self { deed, yes, facts }
    }

    /// Draws it over the area.
    pub fn draw(&self, sale: &Sale, area: Rect, sheet: &mut Sheet<'_>) {
        let columns = COLUMNS.min(area.width.saturating_sub(4));
        let mut lines = window::wrapped(&self.sentence(sale, sheet.lang), usize::from(columns));
        // The answers are more than the last words of a long title.
        lines.truncate(usize::from(window::room(area).saturating_sub(1)));
        let gap = u16::from(usize::from(window::room(area)) > lines.len() + 1);
        let rows = lines.len() as u16 + gap + 1;
        let inner = window::open(self.heading(sheet.lang), (columns, rows), area, sheet);
        for (row, line) in (0..).zip(&lines) {
            sheet.put(inner, row, sheet.say(Meaning::Plain, line.clone()));
        }
        let no = format!(" {} ", sheet.lang.pick("No", "否"));
        let yes = match text::width(self.agreement(sheet.lang)) + text::width(&no) + 7 {
            wanted if wanted <= usize::from(inner.width) => self.agreement(sheet.lang),
            _ => sheet.lang.pick("yes", "是"),
        };
        let answers = vec![
            sheet.say(Meaning::Selected, no),
            sheet.say(Meaning::Plain, "   "),
            sheet.say(Meaning::Key, self.yes.to_string()),
            sheet.say(Meaning::Plain, format!(" {yes}")),
        ];
        sheet.put(inner, inner.height.saturating_sub(1), answers);
    }

    const fn heading(&self, lang: Lang) -> &'static str {
        match &self.deed {
            Deed::Cancel(_) => lang.pick("Cancel this order?", "取消此订单？"),
            Deed::Refund(_) => lang.pick("Refund this order?", "为此订单退款？"),
            Deed::Sale(_, change) if change.closed => lang.pick("Take off sale?", "下架？"),
            Deed::Sale(..) => lang.pick("Put on sale?", "上架？"),
        }
    }

    const fn agreement(&self, lang: Lang) -> &'static str {
        match &self.deed {
            Deed::Cancel(_) => lang.pick("yes, cancel the order", "是，取消订单"),
            Deed::Refund(_) => lang.pick("yes, refund it", "是，退款"),
            Deed::Sale(_, change) if change.closed => lang.pick("yes, take it off sale", "是，下架"),
            Deed::Sale(..) => lang.pick("yes, put it on sale", "是，上架"),
        }
    }

    /// What a yes does.
    fn sentence(&self, sale: &Sale, lang: Lang) -> String {
        match &self.deed {
            Deed::Cancel(order) => {
                let subject = self.subject(*order, lang);
                let what = match lang {
                    Lang::En => format!("Cancel {subject}"),
                    Lang::Zh => format!("取消{subject}"),
                };
                self.with_seats(&what, sale, lang)
            }
            Deed::Refund(order) => {
                let subject = self.subject(*order, lang);
                let what = match (self.facts.map(|facts| facts.price), lang) {
                    (Some(price), Lang::En) => format!("Pay {price} back for {subject}"),
                    (Some(price), Lang::Zh) => format!("为{subject} 退还 {price} 元"),
                    (None, Lang::En) => format!("Pay back {subject}"),
                    (None, Lang::Zh) => format!("为{subject} 退款"),
                };
                self.with_seats(&what, sale, lang)
            }
            Deed::Sale(program, change) => about_sale(*program, change, sale, lang),
        }
    }

    fn subject(&self, order: OrderNumber, lang: Lang) -> String {
        match (self.facts.map(|facts| facts.user), lang) {
            (Some(user), Lang::En) => format!("order {order} of user {user}"),
            (Some(user), Lang::Zh) => format!("用户 {user} 的订单 {order}"),
            (None, Lang::En) => format!("order {order}"),
            (None, Lang::Zh) => format!("订单 {order}"),
        }
    }

    /// What becomes of the order's seats, and of which program they are.
    fn with_seats(&self, what: &str, sale: &Sale, lang: Lang) -> String {
        let known = self.facts.map(|facts| (facts.seats, title(facts.program, sale)));
        match (known, lang) {
            (Some((1, title)), Lang::En) => format!("{what}: its seat for {title} goes back on sale."),
            (Some((seats, title)), Lang::En) => format!("{what}: its {seats} seats for {title} go back on sale."),
            (Some((seats, title)), Lang::Zh) => format!("{what}：《{title}》的 {seats} 个座位将重新开售。"),
            (None, Lang::En) => format!("{what}: its seats go back on sale."),
            (None, Lang::Zh) => format!("{what}：其座位将重新开售。"),
        }
    }
}

fn about_sale(program: ProgramId, change: &SaleChange, sale: &Sale, lang: Lang) -> String {
    let title = title(program, sale);
    let left = sale.programs.get(&program).map(|line| text::count(line.available)).unwrap_or_default();
    let left = match (left.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::En) => format!(" {left} seats are free."),
        (false, Lang::Zh) => format!("空座 {left} 个。"),
    };
    match (change.closed, lang) {
        (true, Lang::En) => format!("Take {title} off sale: nobody can buy until it is put on sale again.{left}"),
        (true, Lang::Zh) => format!("下架《{title}》：重新上架之前无人可以购买。{left}"),
        (false, Lang::En) => format!("Put {title} on sale: whoever comes can buy.{left}"),
        (false, Lang::Zh) => format!("上架《{title}》：任何人都可以购买。{left}"),
    }
}

//! Made-up orders, and a screen that hears of them.
//! Must not be used outside tests.

use ratatui::{backend::TestBackend, layout::Rect};

use super::OrdersScreen;
use crate::{
    client::OrderQuery,
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatId, TicketUserId, UserId},
        money::Cents,
    },
    tui::{
        dash::{
            ask::{Ask, Link, News},
            command::Command,
            sale::Sale,
            sample::{SERVER_MS, busy, sale},
            screen::View,
        },
        lang::Lang,
        panel::{Sheet, drawing},
        theme::Theme,
    },
    wire::{
        admin::{LifeStep, MaskedBuyer, OrderLife, OrderLine, TicketLine},
        feed::{Frame, Happening, OrderNews},
    },
};

/// Hall order of categories in the sample hall: id, price in cents.
const CATEGORIES: [(u64, i64); 3] = [(11, 128_000), (12, 68_000), (13, 18_000)];
/// How long a hold lasts.
const HOLD_MS: i64 = 900_000;

/// An order number as numbering makes them.
pub fn number(n: u64) -> OrderNumber {
    OrderNumber::new(318_440_671_232_000_000 + n * 4_194_304 + n % 64).unwrap()
}

/// The `n`th order as it stands after what happened to it, made `n` seconds after the clock of samples minus 400 s.
pub fn line(n: u64, standing: Happening) -> OrderLine {
    let (category, cents) = CATEGORIES[n as usize % 3];
    let tickets: Vec<TicketLine> = (0..=n % 4)
        .map(|t| TicketLine {
            seat_id: SeatId::new(5_000 + n * 4 + t).unwrap(),
            category_id: CategoryId::new(category).unwrap(),
            row: (n % 20 + 1) as u32,
            col: (n * 4 % 36 + t + 1) as u32,
            price: Cents(cents),
            ticket_user_id: TicketUserId::new(70_000 + n * 8 + t).unwrap(),
        })
        .collect();
    let made = SERVER_MS - 400_000 + n as i64 * 1_000 + (n as i64 * 137) % 1_000;
    let (status, paid, closed, closing) = match standing {
        Happening::Queued | Happening::Created | Happening::Rejected => (1, None, None, None),
        Happening::Paid => (3, Some(made + 12_400), None, None),
        Happening::Cancelled if n.is_multiple_of(2) => (2, None, Some(made + 5_000), Some("operator")),
        Happening::Cancelled => (2, None, Some(made + 5_000), Some("buyer")),
        Happening::Expired => (2, None, Some(made + HOLD_MS), Some("expired")),
        Happening::Refunded => (4, Some(made + 12_400), Some(made + 60_000), None),
    };
    OrderLine {
        order_number: number(n),
        program_id: ProgramId::new(1).unwrap(),
        user_id: UserId::new(318_440_000_000_042 + n * 64).unwrap(),
        version: (n % 4 + 1) as u8,
        status,
        price: tickets.iter().map(|ticket| ticket.price).sum(),
        tickets,
        request_id: Some(format!("c6f1-{n:04}")),
        created_at_ms: made,
        hold_ends_at_ms: made + HOLD_MS,
        paid_at_ms: paid,
        closed_at_ms: closed,
        closing: closing.map(str::to_owned),
    }
}

/// News of the `n`th order at a moment.
pub fn news(n: u64, what: Happening, at_ms: i64) -> OrderNews {
    let reason = (what == Happening::Rejected).then(|| "queue_timeout".to_owned());
    OrderNews { at_ms, what, reason, order: line(n, what) }
}

/// What stands in the ledger: orders of every kind.
pub fn ledger(orders: u64) -> Vec<OrderLine> {
    const KINDS: [Happening; 6] = [
        Happening::Created,
        Happening::Paid,
        Happening::Paid,
        Happening::Cancelled,
        Happening::Created,
        Happening::Refunded,
    ];
    (0..orders).rev().map(|n| line(n, KINDS[n as usize % 6])).collect()
}

/// The life of the `n`th order.
pub fn life(n: u64, standing: Happening) -> OrderLife {
    let line = line(n, standing);
    let made = line.created_at_ms;
    let step = |at_ms: Option<i64>, what: &str, detail: &str| LifeStep {
        at_ms,
        what: what.to_owned(),
        detail: detail.to_owned(),
    };
    let queued = matches!(standing, Happening::Queued | Happening::Rejected) || line.version == 4;
    let mut steps = Vec::new();
    if queued {
        steps.push(step(Some(made - 38), "queued", "held and queued by v4"));
    }
    if !matches!(standing, Happening::Queued | Happening::Rejected) {
        steps.push(step(Some(made), "created", "v3"));
    }
    let bill = || step(Some(made + 8_250), "bill", "alipay, 1360");
    match standing {
        Happening::Queued => {}
        Happening::Rejected => steps.push(step(Some(made + 30_000), "rejected", "queue_timeout: seats given back")),
        Happening::Created => steps.push(step(Some(line.hold_ends_at_ms), "ends", "seats go back")),
        Happening::Paid => steps.extend([bill(), step(line.paid_at_ms, "paid", "alipay, 1360")]),
        Happening::Cancelled => steps.push(step(line.closed_at_ms, "cancelled", "by buyer")),
        Happening::Expired => steps.push(step(line.closed_at_ms, "expired", "the hold ended unpaid")),
        Happening::Refunded => {
            steps.extend([
                bill(),
                step(line.paid_at_ms, "paid", "alipay, 1360"),
                step(line.closed_at_ms, "refunded", "1360 by operator"),
            ]);
        }
    }
    OrderLife {
        order_number: line.order_number,
        buyer: Some(MaskedBuyer { user_id: line.user_id, name: "*三".to_owned(), mobile: "138****5678".to_owned() }),
        program_title: "刘德华2026巡回演唱会北京站".to_owned(),
        position: (standing == Happening::Queued).then_some(1_217),
        order: (!matches!(standing, Happening::Queued | Happening::Rejected)).then_some(line),
        steps,
    }
}

/// A screen, and the world around it.
pub struct Scene {
    pub screen: OrdersScreen,
    pub sale: Sale,
    pub now_ms: i64,
}

impl Scene {
    /// Somebody has just come to the screen.
    pub fn new() -> Self {
        Self { screen: OrdersScreen::default(), sale: sale(busy()), now_ms: SERVER_MS }
    }

    /// The ledger has told of so many orders.
    pub fn with(orders: u64) -> Self {
        let mut scene = Self::new();
        let asked = scene.asked();
        scene.answer(asked, ledger(orders));
        scene
    }

    /// Time goes on so far; what the screen asks for then.
    pub fn after(&mut self, ms: i64) -> Vec<Ask> {
        self.now_ms += ms;
        self.act(|screen, view| screen.tick(view))
    }

    /// The page that the screen asks for at the next tick.
    pub fn asked(&mut self) -> OrderQuery {
        page(&self.after(100)).expect("a page is asked for")
    }

    /// The same, when somebody asks.
    pub fn asked_by_hand(&mut self) -> OrderQuery {
        self.hear(News::Link(Link::Lost { cause: String::new(), attempt: 1, again_at_ms: 0 }));
        self.hear(News::Link(Link::Live));
        page(&self.obey(Command::Refresh)).expect("a page is asked for")
    }

    pub fn answer(&mut self, asked: OrderQuery, lines: Vec<OrderLine>) -> Vec<Ask> {
        self.hear(News::Orders(asked, Ok(lines)))
    }

    pub fn hear(&mut self, news: News) -> Vec<Ask> {
        self.act(|screen, view| screen.hear(&news, view))
    }

    /// A frame with news of orders, and so many left out.
    pub fn frame(&mut self, orders: Vec<OrderNews>, left_out: u64) -> Vec<Ask> {
        let server_ms = self.now_ms;
        let frame = Frame { server_ms, orders, orders_left_out: left_out, ..Frame::default() };
        self.hear(News::Frame(Box::new(frame)))
    }

    /// Something happens to the `n`th order now.
    pub fn happens(&mut self, n: u64, what: Happening) -> Vec<Ask> {
        self.frame(vec![news(n, what, self.now_ms)], 0)
    }

    pub fn obey(&mut self, command: Command) -> Vec<Ask> {
        self.act(|screen, view| screen.obey(command, view))
    }

    pub fn filter(&mut self, text: &str) -> Result<Vec<Ask>, String> {
        self.act(|screen, view| screen.filter(text, view))
    }

    /// The `n`th order is opened and its life known.
    pub fn opened(n: u64, standing: Happening) -> Self {
        let mut scene = Self::with(12);
        scene.happens(n, standing);
        scene.screen.open(number(n));
        scene.hear(News::Life(number(n), Ok(Box::new(life(n, standing)))));
        scene.now_ms += 5_000;
        scene
    }

    pub fn act<T>(&mut self, act: impl FnOnce(&mut OrdersScreen, &View<'_>) -> T) -> T {
        let view = view(&self.sale, self.now_ms);
        act(&mut self.screen, &view)
    }

    pub fn drawn(&self, size: (u16, u16), theme: Theme, lang: Lang) -> TestBackend {
        drawing::drawn(size, theme, |area, sheet| {
            sheet.lang = lang;
            self.draw(area, sheet);
        })
    }

    pub fn draw(&self, area: Rect, sheet: &mut Sheet<'_>) {
        self.screen.draw(&view(&self.sale, self.now_ms), area, sheet);
    }

    /// The order numbers of the list, counted as they were made.
    pub fn listed(&self) -> Vec<u64> {
        let n = |number: OrderNumber| (number.get() - 318_440_671_232_000_000) / 4_194_304;
        self.screen.tail.rows().iter().map(|row| n(row.line.order_number)).collect()
    }
}

/// The page among what is asked for.
pub fn page(asks: &[Ask]) -> Option<OrderQuery> {
    asks.iter().find_map(|ask| if let Ask::Orders(query) = ask { Some(query.clone()) } else { None })
}

const fn view(sale: &Sale, now_ms: i64) -> View<'_> {
    View { sale, now_ms, server_ms: sale.server_clock(now_ms), read_only: false, replay: false }
}

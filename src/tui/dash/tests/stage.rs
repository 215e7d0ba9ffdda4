//! A dashboard on a stage: news and commands go in, a world of samples answers what it asks, a picture comes out.
//! Must not know how the dashboard is made.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier},
};

use crate::{
    client::OrderQuery,
    tui::{
        dash::{
            Dash, Setup, Tab,
            ask::{Ask, Link, News},
            command::Command,
            sample::{self, SERVER_MS, orders, states},
        },
        lang::Lang,
        text,
        theme::Theme,
    },
    wire::{admin::OrderLine, api::AuditAnswer, feed::Frame},
};

/// Smallest to largest.
pub const SIZES: [(u16, u16); 5] = [(20, 5), (40, 12), (80, 24), (120, 40), (200, 60)];

/// Answers upon answers: more would be a dashboard that asks for ever.
const ANSWERS_MAX: usize = 20;

/// A dashboard and the world around it.
pub struct Stage {
    pub dash: Dash,
    pub now_ms: i64,
    /// What an audit finds.
    pub audit: AuditAnswer,
    /// The world answers; otherwise it says why not.
    pub answers: bool,
}

/// How a dashboard starts on a stage.
pub fn setup(tab: Tab) -> Setup {
    Setup { subject: "http://127.0.0.1:8080".to_owned(), tab, ..Setup::default() }
}

impl Stage {
    /// Before the first news.
    pub fn set(setup: Setup) -> Self {
        let dash = Dash::new(setup, SERVER_MS);
        Self { dash, now_ms: SERVER_MS, audit: orders::audit_clean(), answers: true }
    }

    /// Connected, with these frames heard, the last one now, and the screen's first questions answered.
    pub fn live(setup: Setup, frames: Vec<Frame>) -> Self {
        let tab = setup.tab;
        let mut stage = Self::set(setup);
        stage.hear(News::Link(Link::Live));
        for frame in frames {
            stage.now_ms = frame.server_ms;
            stage.hear(News::Frame(Box::new(frame)));
        }
        stage.obey(Command::Tab(tab));
        stage.wait(0);
        stage
    }

    /// In the middle of a sale, with news of orders.
    pub fn busy(setup: Setup) -> Self {
        let mut frames = states::course();
        frames.last_mut().expect("a course has frames").orders = orders::news();
        Self::live(setup, frames)
    }

    pub fn hear(&mut self, news: News) -> &mut Self {
        let asks = self.dash.hear(news, self.now_ms);
        self.answer(asks)
    }

    pub fn obey(&mut self, command: Command) -> &mut Self {
        let asks = self.dash.obey(command);
        self.answer(asks)
    }

    pub fn press(&mut self, code: KeyCode) -> &mut Self {
        let asks = self.dash.key(KeyEvent::new(code, KeyModifiers::NONE), self.now_ms);
        self.answer(asks)
    }

    pub fn type_in(&mut self, words: &str) -> &mut Self {
        for char in words.chars() {
            self.press(KeyCode::Char(char));
        }
        self
    }

    /// Nothing is heard for so long.
    pub fn wait(&mut self, ms: i64) -> &mut Self {
        self.now_ms += ms;
        let asks = self.dash.tick(self.now_ms);
        self.answer(asks)
    }

    fn answer(&mut self, asks: Vec<Ask>) -> &mut Self {
        let mut asks = std::collections::VecDeque::from(asks);
        for _ in 0..ANSWERS_MAX {
            let Some(ask) = asks.pop_front() else { return self };
            if let Some(news) = self.world(ask) {
                asks.extend(self.dash.hear(news, self.now_ms));
            }
        }
        assert!(asks.is_empty(), "it asks for ever: {asks:?}");
        self
    }

    fn world(&self, ask: Ask) -> Option<News> {
        let refused = || "the server said no (503): the inventory does not answer".to_owned();
        let told = |yes: bool| if yes { Ok(()) } else { Err(refused()) };
        match ask {
            Ask::Orders(query) => {
                let page = told(self.answers).map(|()| page(&query));
                Some(News::Orders(query, page))
            }
            Ask::Life(number) => {
                let found = orders::orders().into_iter().chain(orders::news().into_iter().map(|news| news.order));
                let order = found.into_iter().find(|order| order.order_number == number);
                let life = told(self.answers).and_then(|()| order.ok_or("there is no such order".to_owned()));
                Some(News::Life(number, life.map(|order| Box::new(orders::life(order)))))
            }
            Ask::Seat(id) => Some(News::Seat(id, told(self.answers).map(|()| Box::new(orders::seat(id))))),
            Ask::Audit(_) => Some(News::Audited(told(self.answers).map(|()| Box::new(self.audit.clone())))),
            Ask::Do(deed) => Some(News::Done(deed, told(self.answers))),
            _ => None,
        }
    }

    /// The screen as lines of text.
    pub fn picture(&self, (width, height): (u16, u16)) -> String {
        lines(&self.drawn(width, height), |buf, x, y| buf[(x, y)].symbol().to_owned())
    }

    /// The screen as lines of text, and beside each other the looks of its cells.
    pub fn picture_and_looks(&self, (width, height): (u16, u16)) -> String {
        let buf = self.drawn(width, height);
        let looks = lines(&buf, |buf, x, y| look(buf, x, y).repeat(text::width(buf[(x, y)].symbol()).max(1)));
        format!("{}\n{looks}", self.picture((width, height)))
    }

    fn drawn(&self, width: u16, height: u16) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        self.dash.draw(&mut buf);
        buf
    }
}

fn page(query: &OrderQuery) -> Vec<OrderLine> {
    let wanted = |order: &OrderLine| {
        query.status.is_none_or(|status| status.number() == order.status)
            && query.version.is_none_or(|version| version.number() == order.version)
            && query.user.is_none_or(|user| user == order.user_id)
            && query.after.is_none_or(|after| order.order_number > after)
            && query.before.is_none_or(|before| order.order_number < before)
    };
    let mut page: Vec<_> = orders::orders().into_iter().filter(wanted).collect();
    if query.newest {
        page.reverse();
    }
    page.truncate(query.limit as usize);
    page
}

/// A wide character covers the cell after it, which is not looked at.
fn lines(buf: &Buffer, cell: impl Fn(&Buffer, u16, u16) -> String) -> String {
    let mut all = String::new();
    for y in 0..buf.area.height {
        let (mut line, mut x) = (String::new(), 0);
        while x < buf.area.width {
            line.push_str(&cell(buf, x, y));
            x += u16::try_from(text::width(buf[(x, y)].symbol()).max(1)).expect("a cell is narrow");
        }
        all.push_str(line.trim_end());
        all.push('\n');
    }
    all
}

/// One letter for the looks of a cell: its colour, in capitals when it is bold; `.` dim, `#` reversed, `_` underlined.
fn look(buf: &Buffer, x: u16, y: u16) -> &'static str {
    let (symbol, style) = (buf[(x, y)].symbol(), buf[(x, y)].style());
    let has = |modifier| style.add_modifier.contains(modifier);
    if has(Modifier::REVERSED) {
        return "#";
    }
    if symbol.trim().is_empty() {
        return " ";
    }
    if has(Modifier::UNDERLINED) {
        return "_";
    }
    if has(Modifier::DIM) {
        return ".";
    }
    match (style.fg, has(Modifier::BOLD)) {
        (None | Some(Color::Reset), false) => "p",
        (None | Some(Color::Reset), true) => "P",
        (Some(Color::Yellow), false) => "y",
        (Some(Color::Yellow), true) => "Y",
        (Some(Color::Green), false) => "g",
        (Some(Color::Green), true) => "G",
        (Some(Color::Cyan), false) => "c",
        (Some(Color::Cyan), true) => "C",
        (Some(Color::Red), false) => "r",
        (Some(Color::Red), true) => "R",
        (Some(Color::LightBlue), false) => "b",
        (Some(Color::LightBlue), true) => "B",
        (Some(Color::Magenta), false) => "m",
        (Some(Color::Magenta), true) => "M",
        (_, false) => "o",
        (_, true) => "O",
    }
}

/// A tab's name in the name of a picture.
pub fn name(tab: Tab) -> String {
    format!("{tab:?}").to_lowercase()
}

/// Keeps a picture under the name `screen_size_theme_state`.
#[track_caller]
pub fn keep(tab: Tab, (width, height): (u16, u16), theme: Theme, state: &str, picture: &str) {
    insta::assert_snapshot!(format!("{}_{width}x{height}_{}_{state}", name(tab), theme.word()), picture);
}

/// Chinese words.
pub fn chinese(tab: Tab) -> Setup {
    Setup { lang: Lang::Zh, ..setup(tab) }
}

/// A hall in which nothing has happened.
pub fn fresh() -> Vec<Frame> {
    vec![sample::snapshot(&sample::HALL)]
}

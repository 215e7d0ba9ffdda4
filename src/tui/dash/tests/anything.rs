//! Any state at all: halls, numbers, orders, texts and keys that no sale has, on any terminal.
//! Must not expect anything but that it draws within its buffer, takes keys, and can be left.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::{collection::vec, prelude::*};
use ratatui::{buffer::Buffer, layout::Rect};

use super::stage::setup;
use crate::{
    client::OrderQuery,
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatId},
        money::Cents,
    },
    tui::{
        dash::{
            Dash, Setup, Tab,
            ask::{Ask, Deed, Link, News, Playing},
            commands::COMMANDS,
            sample::{SERVER_MS, orders, program, snapshot, states},
        },
        lang::Lang,
        theme::Theme,
    },
    wire::{
        admin::{CategoryLine, OrderLine},
        feed::{
            EndNumbers, Followed, Frame, HallRow, Happening, HoldNumbers, Latency, LogLine, Numbers, OrderNews,
            ProgramStock, QueueNumbers, SeatRun, VersionNumbers,
        },
    },
};

/// Something that comes from outside.
#[derive(Debug, Clone)]
enum Outside {
    News(Box<News>),
    Key(KeyEvent),
    Command(usize),
    Typed(String),
    Tick(i64),
    Size(u16, u16),
}

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..50_u64, 3 => 0..100_000_u64, 1 => Just(1 << 40)]
}

fn seats() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0..300_u32, 1 => Just(u32::MAX)]
}

fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![6 => (-100_000..100_000_i64).prop_map(|ms| SERVER_MS + ms), 1 => Just(0), 1 => Just(SERVER_MS * 9)]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[a-z ]{0,12}",
        1 => Just("刘德华2026巡回演唱会北京站（加场）".to_owned()),
        1 => Just("e\u{301}\u{200b}👩‍👩‍👧‍👦\t\u{1b}[31m".to_owned()),
        1 => "\\PC{0,40}",
    ]
}

fn latency() -> impl Strategy<Value = Latency> {
    (prop_oneof![Just(vec![]), vec(count(), 52..=52), vec(count(), 0..70)], count())
        .prop_map(|(counts, sum_us)| Latency { counts, sum_us })
}

fn version() -> impl Strategy<Value = VersionNumbers> {
    (count(), count(), count()).prop_map(|(placed, rejected, failed)| VersionNumbers { placed, rejected, failed })
}

prop_compose! {
    fn queue()(
        depth in prop::option::of(count()), oldest_ms in prop::option::of(moment()), (max, written, unsettled) in (count(), count(), count()),
        batches in vec(count(), 0..15), batch in latency(),
    ) -> QueueNumbers {
        QueueNumbers { depth, oldest_ms, max, written, batches, batch, unsettled }
    }
}

prop_compose! {
    fn numbers()(
        versions in [version(), version(), version(), version()], rejections in prop::collection::btree_map(words(), count(), 0..9),
        (create, commit) in (latency(), latency()), queue in queue(), (in_flight, in_flight_max, requests) in (count(), count(), count()),
        (paid, expired) in (count(), count()), (all, within_10s) in (count(), count()), engine in words(), up in any::<bool>(),
        uptime_s in prop_oneof![0.0..1e6, Just(f64::NAN), Just(f64::INFINITY)],
    ) -> Numbers {
        let mut numbers = Numbers {
            uptime_s, versions, rejections, create, in_flight, in_flight_max, requests, queue,
            ends: EndNumbers { paid, expired, ..EndNumbers::default() },
            holds: HoldNumbers { all, within_10s, ..HoldNumbers::default() },
            cpu_s: uptime_s,
            ..Numbers::default()
        };
        (numbers.ledger.commit, numbers.ledger.waiting) = (commit, requests);
        (numbers.inventory.engine, numbers.inventory.up) = (engine, up);
        numbers
    }
}

prop_compose! {
    fn a_program()(id in 1..5_u64, title in words(), seats in (count(), count(), count()), closed in any::<bool>(),
                   opens_at_ms in prop::option::of(moment()), actor in words()) -> ProgramStock {
        ProgramStock { closed, on_sale: !closed, opens_at_ms, actor, ..program(id, &title, seats) }
    }
}

prop_compose! {
    fn a_category()(id in 1..6_u64, name in words(), cents in -5..200_000_i64, first_seat in seats(),
                    (total, available) in (seats(), seats()), (held, sold) in (seats(), seats())) -> CategoryLine {
        let id = CategoryId::new(id).unwrap();
        CategoryLine { id, name, price: Cents(cents), first_seat, total, available, held, sold }
    }
}

/// Rows follow each other, as in a hall; their numbers need not, nor need their categories be known.
fn rows() -> impl Strategy<Value = Vec<HallRow>> {
    vec((1..7_u64, 0..200_u32, 0..40_u32, 0..90_u32), 0..60).prop_map(|rows| {
        let mut first_seat = 0;
        let row = |(category, row, first_col, seats): (u64, u32, u32, u32)| {
            let category = CategoryId::new(category).unwrap();
            let line = HallRow { category, row, first_col, seats, first_seat };
            first_seat += seats;
            line
        };
        rows.into_iter().map(row).collect()
    })
}

prop_compose! {
    fn followed()(id in 1..4_u64, categories in vec(a_category(), 0..6), rows in rows(), unknown in any::<bool>(),
                  runs in vec((seats(), seats(), 0..5_u8, seats()), 0..12)) -> Followed {
        let seats = runs.into_iter().map(|(first, count, state, held_s)| SeatRun(first, count, state, held_s)).collect();
        Followed { id: ProgramId::new(id).unwrap(), seat_base: 5_000, categories, rows, seats, unknown }
    }
}

prop_compose! {
    fn an_order()(place in 0..60_u64, status in 0..7_u8, version in 0..9_u8, cents in -1..1_000_000_i64, tickets in 0..9_usize,
                  (made_ms, ends_ms) in (moment(), moment()), paid_at_ms in prop::option::of(moment()), closing in prop::option::of(words()))
                  -> OrderLine {
        let mut order = orders::order(place, 1);
        order.tickets.truncate(tickets);
        OrderLine {
            status, version, price: Cents(cents), created_at_ms: made_ms, hold_ends_at_ms: ends_ms, paid_at_ms, closing, ..order
        }
    }
}

prop_compose! {
    fn order_news()(at_ms in moment(), what in 0..7_usize, reason in prop::option::of(words()), order in an_order()) -> OrderNews {
        OrderNews { at_ms, what: Happening::ALL[what], reason, order }
    }
}

prop_compose! {
    fn a_frame()(whole in any::<bool>(), sequence in count(), server_ms in moment(), numbers in numbers(),
                 programs in vec(a_program(), 0..4), followed in prop::option::of(followed()), orders in vec(order_news(), 0..20),
                 orders_left_out in count(), log in vec((moment(), any::<bool>(), words()), 0..5)) -> Frame {
        let log = log.into_iter().map(|(at_ms, warning, words)| LogLine { at_ms, warning, words }).collect();
        Frame { whole, sequence, server_ms, numbers, programs, followed, orders, orders_left_out, log }
    }
}

fn good_frame() -> impl Strategy<Value = Frame> {
    prop_oneof![
        Just(snapshot(&crate::tui::dash::sample::HALL)),
        (0..usize::try_from(states::COURSE_FRAMES).unwrap()).prop_map(|at| states::course().swap_remove(at)),
        Just(states::in_trouble()),
    ]
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![
        Just(Link::Connecting),
        Just(Link::Live),
        (words(), 0..99_u32, moment()).prop_map(|(cause, attempt, again_at_ms)| Link::Lost {
            cause,
            attempt,
            again_at_ms
        }),
    ]
}

fn answer() -> impl Strategy<Value = News> {
    let query = OrderQuery { newest: true, limit: 100, ..OrderQuery::default() };
    let number = OrderNumber::new(orders::FIRST_ORDER).unwrap();
    prop_oneof![
        vec(an_order(), 0..30).prop_map(move |lines| News::Orders(query.clone(), Ok(lines))),
        words().prop_map(|why| News::Orders(OrderQuery { limit: 5, ..OrderQuery::default() }, Err(why))),
        an_order().prop_map(|order| News::Life(order.order_number, Ok(Box::new(orders::life(order))))),
        words().prop_map(move |why| News::Life(number, Err(why))),
        (1..9_000_u64)
            .prop_map(|id| SeatId::new(id).unwrap())
            .prop_map(|id| News::Seat(id, Ok(Box::new(orders::seat(id))))),
        words().prop_map(move |why| News::Done(Deed::Cancel(number), Err(why))),
        Just(News::Done(Deed::Refund(number), Ok(()))),
        Just(News::Audited(Ok(Box::new(orders::audit_broken())))),
        Just(News::Audited(Ok(Box::new(orders::audit_clean())))),
        words().prop_map(|why| News::Audited(Err(why))),
        (moment(), moment(), 0.0..100.0_f64, any::<bool>())
            .prop_map(|(at_ms, length_ms, speed, paused)| News::Playing(Playing { at_ms, length_ms, speed, paused })),
        words().prop_map(|path| News::Dumped(Ok(path.into()))),
        words().prop_map(|why| News::Dumped(Err(why))),
    ]
}

fn key() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        4 => prop::char::range('!', '~').prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        3 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Backspace, KeyCode::Delete, KeyCode::Up,
            KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown, KeyCode::F(1),
        ]),
    ];
    let modifiers =
        prop_oneof![5 => Just(KeyModifiers::NONE), 1 => Just(KeyModifiers::CONTROL), 1 => Just(KeyModifiers::ALT)];
    (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn typed() -> impl Strategy<Value = String> {
    let queries = [
        "/status:unpaid version:4 user:42 age>5m\n",
        "/(((\"\n",
        "/刘德华\n",
        "/-price>=1 or\n",
        ":theme\n",
        ":\u{7f}",
        "/seat:1-1\n",
    ];
    prop_oneof![prop::sample::select(queries.to_vec()).prop_map(str::to_owned), "[/:][ -~]{0,30}\n?", words()]
}

fn outside() -> impl Strategy<Value = Outside> {
    prop_oneof![
        3 => a_frame().prop_map(|frame| Outside::News(Box::new(News::Frame(Box::new(frame))))),
        3 => good_frame().prop_map(|frame| Outside::News(Box::new(News::Frame(Box::new(frame))))),
        1 => link().prop_map(|link| Outside::News(Box::new(News::Link(link)))),
        3 => answer().prop_map(|news| Outside::News(Box::new(news))),
        4 => key().prop_map(Outside::Key),
        6 => (0..COMMANDS.len()).prop_map(Outside::Command),
        1 => typed().prop_map(Outside::Typed),
        1 => (-5_000..100_000_i64).prop_map(Outside::Tick),
        3 => size().prop_map(|(width, height)| Outside::Size(width, height)),
    ]
}

fn size() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![3 => (0..=250_u16, 0..=80_u16), 2 => (0..30_u16, 0..12_u16), 1 => prop::sample::select(vec![(80, 24), (0, 0), (1, 80), (250, 1)])]
}

/// Lines that end are entered.
fn pressed(char: char) -> KeyEvent {
    let code = if char == '\n' { KeyCode::Enter } else { KeyCode::Char(char) };
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn happens(dash: &mut Dash, event: Outside, size: &mut (u16, u16), now_ms: &mut i64) -> Vec<Ask> {
    match event {
        Outside::News(news) => dash.hear(*news, *now_ms),
        Outside::Key(key) => dash.key(key, *now_ms),
        Outside::Command(at) => dash.obey(COMMANDS[at].command),
        Outside::Typed(typed) => typed.chars().flat_map(|char| dash.key(pressed(char), *now_ms)).collect(),
        Outside::Tick(ms) => {
            *now_ms += ms;
            dash.tick(*now_ms)
        }
        Outside::Size(width, height) => {
            *size = (width, height);
            dash.touch();
            Vec::new()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn any_state_is_drawn_on_any_terminal_and_can_be_left(
        tab in 0..Tab::ALL.len(), theme in 0..Theme::ALL.len(), zh in any::<bool>(), (read_only, replay) in any::<(bool, bool)>(),
        first in size(), events in vec(outside(), 1..24),
    ) {
        let lang = if zh { Lang::Zh } else { Lang::En };
        let setup = Setup { theme: Theme::ALL[theme], lang, read_only, replay, ..setup(Tab::ALL[tab]) };
        let (mut dash, mut size, mut now_ms) = (Dash::new(setup, SERVER_MS), first, SERVER_MS);
        for event in events {
            happens(&mut dash, event, &mut size, &mut now_ms);
            // A buffer that does not begin at 0, 0: whoever counts from there writes outside of it.
            let mut buf = Buffer::empty(Rect::new(3, 2, size.0, size.1));
            dash.draw(&mut buf);
        }
        let quit = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        prop_assert!(dash.key(quit, now_ms).contains(&Ask::Quit), "there is no way out");
    }
}

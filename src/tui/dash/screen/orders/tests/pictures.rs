//! How the screen looks.

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::{super::sample::*, lost};
use crate::{
    domain::ids::CategoryId,
    tui::{
        dash::{
            ask::{Link, News},
            command::Command,
        },
        lang::Lang,
        panel::Sheet,
        theme::Theme,
    },
    wire::feed::Happening,
};

const SIZES: [(u16, u16); 5] = [(20, 5), (40, 12), (80, 22), (120, 38), (200, 58)];

fn pictures(name: &str, scene: &Scene, theme: Theme, lang: Lang, sizes: &[(u16, u16)]) {
    for &(width, height) in sizes {
        let name = format!("{name}_{width}x{height}");
        insta::assert_snapshot!(name, scene.drawn((width, height), theme, lang));
    }
}

/// Orders of every kind, some of which changed just now.
fn busy() -> Scene {
    let mut scene = Scene::with(60);
    let now = scene.now_ms;
    scene.frame(
        vec![
            news(390, Happening::Created, now - 900),
            news(391, Happening::Queued, now - 700),
            news(392, Happening::Rejected, now - 500),
            news(58, Happening::Paid, now - 400),
            news(57, Happening::Expired, now - 200),
        ],
        0,
    );
    scene.obey(Command::Down);
    scene.obey(Command::Down);
    scene.obey(Command::Down);
    scene
}

#[test]
fn busy_in_every_size() {
    pictures("busy", &busy(), Theme::Normal, Lang::En, &SIZES);
}

#[test]
fn busy_in_chinese() {
    pictures("chinese", &busy(), Theme::Normal, Lang::Zh, &SIZES);
}

#[test]
fn busy_in_other_themes() {
    pictures("safe", &busy(), Theme::Safe, Lang::En, &[(80, 22)]);
    pictures("mono", &busy(), Theme::Mono, Lang::En, &[(80, 22)]);
}

#[test]
fn before_the_answer_and_without_orders() {
    let mut scene = Scene::new();
    let asked = scene.asked();
    pictures("waiting", &scene, Theme::Normal, Lang::En, &[(80, 22)]);
    scene.answer(asked, Vec::new());
    pictures("empty", &scene, Theme::Normal, Lang::En, &[(20, 5), (40, 12), (80, 22)]);
}

#[test]
fn held_while_more_is_left_out() {
    let mut scene = busy();
    scene.obey(Command::Pause);
    for n in 0..312 {
        scene.frame(vec![news(400 + n, Happening::Created, scene.now_ms)], 59);
    }
    pictures("paused", &scene, Theme::Normal, Lang::En, &SIZES);
    pictures("paused_chinese", &scene, Theme::Mono, Lang::Zh, &[(80, 22)]);
}

#[test]
fn queries_right_wrong_and_without_a_match() {
    let mut scene = busy();
    let _ = scene.filter("status:unpaid,queued -category:VIP price>=180");
    pictures("query", &scene, Theme::Normal, Lang::En, &SIZES);
    let _ = scene.filter("category:内场看台 status:upaid age>5m");
    pictures("mistake", &scene, Theme::Normal, Lang::En, &SIZES);
    pictures("mistake_chinese", &scene, Theme::Normal, Lang::Zh, &[(80, 22)]);
    let _ = scene.filter("user:42 version:2");
    let asked = scene.asked_by_hand();
    scene.answer(asked, Vec::new());
    pictures("no_match", &scene, Theme::Normal, Lang::En, &[(40, 12), (80, 22)]);
}

#[test]
fn lives_of_orders() {
    for standing in Happening::ALL {
        let scene = Scene::opened(7, standing);
        let name = format!("life_{}", standing.word());
        pictures(&name, &scene, Theme::Normal, Lang::En, &[(40, 12), (80, 22)]);
    }
    let scene = Scene::opened(7, Happening::Created);
    pictures("life", &scene, Theme::Normal, Lang::En, &[(20, 5), (120, 38), (200, 58)]);
    pictures("life_chinese", &scene, Theme::Safe, Lang::Zh, &[(80, 22), (200, 58)]);
}

#[test]
fn categories_with_long_chinese_names_keep_the_columns() {
    let mut scene = Scene::opened(7, Happening::Refunded);
    if let Some(hall) = &mut scene.sale.hall {
        for category in &mut hall.categories {
            if category.id == CategoryId::new(12).unwrap() {
                category.name = "内场看台东侧含纪念品及优先入场权益套票".to_owned();
            }
        }
    }
    pictures("long_names", &scene, Theme::Mono, Lang::Zh, &[(40, 12), (80, 22)]);
}

#[test]
fn without_a_connection_what_was_known_stays_and_says_how_old_it_is() {
    let mut scene = busy();
    scene.hear(lost());
    scene.now_ms += 12_000;
    pictures("offline", &scene, Theme::Normal, Lang::En, &[(20, 5), (80, 22), (120, 38)]);
}

#[test]
fn errors_of_the_server() {
    let mut scene = busy();
    let asked = page(&scene.obey(Command::Refresh)).unwrap();
    scene.hear(News::Orders(asked, Err("503 the ledger is being rebuilt".to_owned())));
    pictures("error", &scene, Theme::Normal, Lang::En, &[(80, 22), (120, 38)]);
    scene.obey(Command::Open);
    let number = scene.screen.opened.as_ref().unwrap().number;
    scene.hear(News::Life(number, Err("404 there is no such order".to_owned())));
    pictures("life_error", &scene, Theme::Normal, Lang::En, &[(80, 22)]);
    scene.obey(Command::Refund);
    pictures("refused", &scene, Theme::Normal, Lang::En, &[(40, 12)]);
}

/// Anything that can happen to the screen.
#[derive(Debug, Clone)]
enum Event {
    Obey(Command),
    Filter(&'static str),
    Frame(u64, Happening, u64),
    Page(u64),
    Life(u64, Happening),
    Lost(bool),
    Time(i64),
}

fn events() -> impl Strategy<Value = Event> {
    use Command as C;
    let commands = vec![
        C::Up,
        C::Down,
        C::PageUp,
        C::PageDown,
        C::First,
        C::Last,
        C::Open,
        C::Back,
        C::Sort,
        C::Reverse,
        C::Pause,
        C::Refresh,
        C::Cancel,
        C::Refund,
    ];
    let filters = vec!["", "status:paid", "status:upaid 中文", "age<5m", "-内场", "category:VIP", "\"", "ends<1m v4"];
    let happenings = prop::sample::select(Happening::ALL.to_vec());
    prop_oneof![
        4 => prop::sample::select(commands).prop_map(Event::Obey),
        1 => prop::sample::select(filters).prop_map(Event::Filter),
        3 => (0..30_u64, happenings.clone(), 0..9_u64).prop_map(|(n, what, out)| Event::Frame(n, what, out)),
        1 => (0..40_u64).prop_map(Event::Page),
        1 => (0..30_u64, happenings).prop_map(|(n, what)| Event::Life(n, what)),
        1 => any::<bool>().prop_map(Event::Lost),
        2 => (0..4_000_i64).prop_map(Event::Time),
    ]
}

fn happen(scene: &mut Scene, event: Event) {
    match event {
        Event::Obey(command) => drop(scene.obey(command)),
        Event::Filter(text) => drop(scene.filter(text)),
        Event::Frame(n, what, out) => drop(scene.frame(vec![news(n, what, scene.now_ms)], out)),
        Event::Page(orders) => {
            if let Some(asked) = page(&scene.obey(Command::Refresh)) {
                scene.answer(asked, ledger(orders));
            }
        }
        Event::Life(n, what) => drop(scene.hear(News::Life(number(n), Ok(Box::new(life(n, what)))))),
        Event::Lost(true) => drop(scene.hear(lost())),
        Event::Lost(false) => drop(scene.hear(News::Link(Link::Live))),
        Event::Time(ms) => drop(scene.after(ms)),
    }
}

proptest! {
    #[test]
    fn no_state_in_no_size_makes_it_panic(
        events in prop::collection::vec(events(), 0..40), width in 0..250_u16, height in 0..80_u16,
        x in 0..9_u16, y in 0..9_u16, theme in prop::sample::select(Theme::ALL.to_vec()),
        lang in prop::sample::select(Lang::ALL.to_vec()),
    ) {
        let mut scene = Scene::new();
        events.into_iter().for_each(|event| happen(&mut scene, event));
        let mut buf = Buffer::empty(ratatui::layout::Rect::new(0, 0, width, height));
        let area = ratatui::layout::Rect {
            x: x.min(width), y: y.min(height),
            width: width.saturating_sub(x), height: height.saturating_sub(y),
        };
        scene.draw(area, &mut Sheet { buf: &mut buf, theme, lang });
        scene.act(|screen, view| {
            screen.click(ratatui::layout::Position { x: width / 2, y: height / 2 }, area, view);
            screen.copied(view)
        });
        let rows = scene.screen.tail.rows();
        prop_assert!(rows.is_empty() || scene.screen.tail.at() < rows.len());
    }
}

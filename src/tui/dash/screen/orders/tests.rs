//! How the screen behaves. How it looks: `pictures`.

mod pictures;

use ratatui::layout::{Position, Rect};

use super::{
    sample::{Scene, ledger, life, line, news, number, page},
    tail::ROWS_MAX,
};
use crate::{
    domain::order::OrderStatus,
    tui::{
        dash::{
            ask::{Ask, Deed, Link, News},
            command::Command,
        },
        lang::Lang,
        theme::Theme,
    },
    wire::feed::{Frame, Happening},
};

fn lost() -> News {
    News::Link(Link::Lost { cause: "connection refused".to_owned(), attempt: 1, again_at_ms: 0 })
}

#[test]
fn on_entering_the_newest_orders_are_asked_for_once() {
    let mut scene = Scene::new();
    let asked = scene.asked();
    assert!(asked.newest && asked.limit == 500);
    assert_eq!(scene.after(100), []);
    scene.answer(asked, ledger(5));
    assert_eq!(scene.listed(), [4, 3, 2, 1, 0]);
    assert_eq!(scene.after(100), []);
    assert!(page(&scene.after(5_000)).is_some(), "whoever comes back sees the newest");
}

#[test]
fn before_the_first_frame_and_without_a_connection_nothing_is_asked() {
    let mut scene = Scene::new();
    scene.sale.server_ms = 0;
    assert_eq!(scene.after(100), []);
    let mut scene = Scene::with(3);
    scene.hear(lost());
    assert_eq!((scene.obey(Command::Refresh), scene.after(5_000)), (vec![], vec![]));
    scene.hear(News::Link(Link::Live));
    let asks = scene.hear(News::Frame(Box::new(Frame { whole: true, ..Frame::default() })));
    assert!(page(&asks).is_some(), "a whole frame begins anew");
}

#[test]
fn news_change_rows_by_number_or_add_them_at_the_top() {
    let mut scene = Scene::with(3);
    scene.frame(vec![news(7, Happening::Created, scene.now_ms), news(1, Happening::Refunded, scene.now_ms)], 0);
    assert_eq!(scene.listed(), [7, 2, 1, 0]);
    assert_eq!(scene.screen.tail.rows()[2].standing, Happening::Refunded);
}

#[test]
fn a_row_that_fits_no_longer_is_seen_for_a_moment_and_goes() {
    let mut scene = Scene::with(6);
    let asked = page(&scene.filter("status:unpaid").unwrap()).expect("another query is asked at once");
    assert_eq!(asked.status, Some(OrderStatus::Unpaid));
    assert_eq!(scene.listed(), [4, 0], "what is known already is filtered before the answer");
    scene.answer(asked, vec![line(4, Happening::Created), line(0, Happening::Created)]);
    scene.happens(9, Happening::Paid);
    scene.happens(4, Happening::Paid);
    scene.after(100);
    assert_eq!(scene.listed(), [4, 0]);
    scene.after(900);
    scene.after(900);
    assert_eq!(scene.listed(), [0]);
}

#[test]
fn the_cursor_stays_on_its_order_while_rows_move() {
    let mut scene = Scene::with(6);
    scene.happens(6, Happening::Created);
    assert_eq!(scene.screen.tail.at(), 0, "nobody has chosen: it stays at the top");
    scene.obey(Command::Down);
    scene.obey(Command::Down);
    let chosen = |scene: &Scene| scene.screen.tail.chosen().map(|row| row.line.order_number);
    assert_eq!(chosen(&scene), Some(number(4)));
    for n in 7..40 {
        scene.happens(n, Happening::Created);
    }
    assert_eq!((chosen(&scene), scene.screen.tail.at()), (Some(number(4)), 35));
    scene.obey(Command::Reverse);
    assert_eq!((chosen(&scene), scene.screen.tail.at()), (Some(number(4)), 4));
    scene.obey(Command::First);
    scene.obey(Command::Reverse);
    scene.happens(50, Happening::Created);
    assert_eq!(chosen(&scene), Some(number(50)));
    scene.obey(Command::Last);
    assert_eq!(chosen(&scene), Some(number(0)));
    scene.obey(Command::PageUp);
    assert_eq!(chosen(&scene), Some(number(16)));
}

#[test]
fn rows_sort_by_every_column_and_back() {
    let mut scene = Scene::with(12);
    let mut seen = Vec::new();
    for _ in 0..10 {
        scene.obey(Command::Sort);
        let forth = scene.listed();
        let mut sorted = forth.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..12).collect::<Vec<_>>(), "no row is lost");
        scene.obey(Command::Reverse);
        assert_ne!(scene.listed(), forth);
        scene.obey(Command::Reverse);
        assert_eq!(scene.listed(), forth);
        seen.push(forth);
    }
    assert_eq!(seen[9], (0..12).rev().collect::<Vec<_>>(), "after the last column the first");
    let prices = |scene: &Scene| scene.screen.tail.rows().iter().map(|row| row.line.price.0).collect::<Vec<_>>();
    (0..7).for_each(|_| drop(scene.obey(Command::Sort)));
    assert!(prices(&scene).is_sorted_by(|a, b| a >= b), "{:?}", prices(&scene));
}

#[test]
fn a_held_list_counts_what_waits_and_lets_it_in_afterwards() {
    let mut scene = Scene::with(3);
    scene.obey(Command::Pause);
    let before = scene.drawn((60, 10), Theme::Normal, Lang::En).to_string();
    for n in 3..315 {
        scene.happens(n, Happening::Created);
    }
    scene.happens(314, Happening::Paid);
    assert_eq!(scene.listed(), [2, 1, 0]);
    let held = scene.drawn((60, 10), Theme::Normal, Lang::En).to_string();
    assert!(before.contains("PAUSED 0 waiting") && held.contains("PAUSED 313 waiting"), "{held}");
    scene.obey(Command::Pause);
    assert_eq!((scene.listed().len(), scene.listed()[0]), (315, 314));
    assert_eq!(scene.screen.tail.rows()[0].standing, Happening::Paid);
}

#[test]
fn a_held_list_takes_a_page_only_by_hand() {
    let mut scene = Scene::with(3);
    scene.obey(Command::Pause);
    assert_eq!(scene.after(9_000), [], "not even after an absence");
    let asked = page(&scene.obey(Command::Refresh)).expect("asked by hand");
    scene.answer(asked, ledger(5));
    assert_eq!(scene.listed().len(), 5);
    assert_eq!(scene.after(9_000), []);
    assert!(page(&scene.obey(Command::Pause)).is_some(), "what was put off is made up for");
}

#[test]
fn what_the_feed_left_out_is_shown_and_made_up_for_when_it_is_over() {
    let mut scene = Scene::with(3);
    for _ in 0..30 {
        scene.after(100);
        scene.frame(Vec::new(), 900);
    }
    let drawn = scene.drawn((80, 10), Theme::Normal, Lang::En).to_string();
    assert!(drawn.contains("+9,000/s not shown; r asks the ledger"), "{drawn}");
    assert_eq!(scene.after(100), [], "not in the middle of a storm");
    scene.after(900);
    scene.after(900);
    let asked = scene.asked();
    scene.answer(asked, ledger(9));
    let drawn = scene.drawn((80, 10), Theme::Normal, Lang::En).to_string();
    assert!(!drawn.contains("not shown") && scene.listed().len() == 9, "{drawn}");
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let mut scene = Scene::with(3);
    scene.obey(Command::Last);
    for n in 0..(ROWS_MAX as u64 + 500) {
        scene.screen.tail.take(super::Row::of_ledger(line(n, Happening::Created)), true);
    }
    scene.screen.tail.settle();
    assert_eq!(scene.screen.tail.rows().len(), ROWS_MAX);
    assert_eq!(scene.listed()[0], ROWS_MAX as u64 + 499, "the newest stay");
    assert_eq!(scene.screen.tail.chosen().map(|row| row.line.order_number), Some(number(0)), "and the chosen one");
    let mut pause = super::Pause::default();
    for n in 0..(ROWS_MAX as u64 + 100) {
        pause.wait(super::Row::of_ledger(line(n, Happening::Created)));
    }
    assert_eq!((pause.changes(), pause.overflowed()), (ROWS_MAX as u64 + 100, true));
    assert_eq!(pause.into_rows().count(), ROWS_MAX);
}

#[test]
fn a_change_flashes_and_a_page_does_not() {
    let mut scene = Scene::with(3);
    let flashing = |scene: &Scene| scene.screen.tail.rows().iter().filter(|row| row.flashes(scene.now_ms)).count();
    assert_eq!(flashing(&scene), 0);
    scene.happens(1, Happening::Refunded);
    assert_eq!(flashing(&scene), 1);
    assert!(scene.drawn((60, 8), Theme::Mono, Lang::En).to_string().contains("•"));
    scene.after(900);
    scene.after(900);
    assert_eq!(flashing(&scene), 0);
}

#[test]
fn a_page_does_not_undo_what_was_heard_after_it_was_asked_for() {
    let mut scene = Scene::new();
    let asked = scene.asked();
    scene.now_ms += 50;
    scene.happens(2, Happening::Paid);
    scene.happens(8, Happening::Created);
    scene.answer(asked, (0..3).map(|n| line(n, Happening::Created)).collect());
    assert_eq!(scene.listed(), [8, 2, 1, 0]);
    assert_eq!(scene.screen.tail.rows()[1].standing, Happening::Paid);
}

#[test]
fn a_query_about_time_is_asked_again_every_few_seconds_and_never_twice_at_once() {
    let mut scene = Scene::with(12);
    let asked = page(&scene.filter("age<5m").unwrap()).unwrap();
    assert_eq!(scene.filter("age<6m"), Ok(vec![]), "one is under way");
    let next = page(&scene.answer(asked, ledger(3))).expect("the other one follows when the first has come");
    assert_eq!(next.made_after_ms, Some(scene.now_ms - 359_999));
    scene.answer(next, ledger(12));
    let mut pages = 0;
    for _ in 0..70 {
        pages += scene.after(100).len();
    }
    assert_eq!(pages, 1, "no answer, no other question");
    assert_eq!(scene.listed().len(), 0, "they are older than six minutes by now");
    let mut scene = Scene::with(12);
    assert_eq!((0..70).map(|_| scene.after(100).len()).sum::<usize>(), 0, "time changes nothing here");
}

#[test]
fn a_mistake_leaves_the_list_as_it_was() {
    let mut scene = Scene::with(6);
    let _ = scene.filter("version:4");
    let before = scene.listed();
    let words = scene.filter("version:4 status:upaid").unwrap_err();
    assert!(words.contains("did you mean unpaid?") && words.contains("column 18"), "{words}");
    assert_eq!((scene.listed(), scene.screen.filtered_by()), (before, "version:4"));
    scene.obey(Command::Back);
    assert_eq!(scene.screen.filtered_by(), "version:4");
    scene.obey(Command::Back);
    assert_eq!(scene.screen.filtered_by(), "");
}

#[test]
fn an_error_of_the_server_is_shown_and_asked_about_again_after_a_while() {
    let mut scene = Scene::with(3);
    let asked = page(&scene.obey(Command::Refresh)).unwrap();
    assert_eq!(scene.hear(News::Orders(asked, Err("503 the ledger is busy".to_owned()))), []);
    assert!(scene.drawn((80, 8), Theme::Normal, Lang::En).to_string().contains("503 the ledger is busy"));
    assert_eq!(scene.after(900), []);
    assert_eq!(scene.after(900), []);
    assert_eq!(scene.after(900), []);
    assert!(page(&scene.after(900)).is_some());
    assert_eq!(scene.listed().len(), 3);
}

#[test]
fn an_order_is_opened_kept_up_to_date_and_left_for_the_same_row() {
    let mut scene = Scene::with(6);
    scene.obey(Command::Down);
    scene.obey(Command::Down);
    assert_eq!(scene.obey(Command::Open), [Ask::Life(number(3))]);
    assert_eq!(scene.after(500), [], "one at a time");
    scene.hear(News::Life(number(3), Ok(Box::new(life(3, Happening::Created)))));
    assert_eq!(scene.after(500), []);
    assert_eq!(scene.happens(3, Happening::Paid), [Ask::Life(number(3))]);
    scene.hear(News::Life(number(3), Ok(Box::new(life(3, Happening::Paid)))));
    for _ in 0..3 {
        assert_eq!(scene.after(500), []);
    }
    assert_eq!(scene.after(500), [Ask::Life(number(3))]);
    let copied = scene.act(|screen, view| screen.copied(view)).unwrap();
    assert!(copied.contains("paid") && copied.contains("+12.4 s") || copied.contains("+4.1 s"), "{copied}");
    scene.obey(Command::Back);
    let copied = scene.act(|screen, view| screen.copied(view));
    assert_eq!(copied, Some(number(3).to_string()));
}

#[test]
fn an_order_can_be_opened_by_its_number_although_it_is_not_listed() {
    let mut scene = Scene::with(3);
    assert_eq!(scene.screen.open(number(77)), [Ask::Life(number(77))]);
    assert_eq!(scene.after(100), []);
    scene.hear(News::Life(number(77), Err("there is no such order".to_owned())));
    assert!(scene.drawn((80, 10), Theme::Normal, Lang::En).to_string().contains("there is no such order"));
    scene.hear(News::Life(number(77), Ok(Box::new(life(77, Happening::Created)))));
    assert_eq!(scene.obey(Command::Cancel), [Ask::Do(Deed::Cancel(number(77)))]);
}

#[test]
fn deeds_are_asked_for_only_where_the_order_allows_them() {
    let mut scene = Scene::with(6);
    assert_eq!(scene.obey(Command::Refund), [], "the newest is refunded already");
    assert!(scene.drawn((80, 12), Theme::Normal, Lang::En).to_string().contains("only a paid one can be refunded"));
    scene.obey(Command::Down);
    assert_eq!(scene.obey(Command::Cancel), [Ask::Do(Deed::Cancel(number(4)))]);
    for _ in 0..2 {
        scene.obey(Command::Down);
    }
    assert_eq!(scene.obey(Command::Refund), [Ask::Do(Deed::Refund(number(2)))]);
    assert_eq!(scene.obey(Command::Cancel), []);
    let mut nothing = Scene::new();
    assert_eq!((nothing.obey(Command::Cancel), nothing.obey(Command::Open)), (vec![], vec![]));
    assert!(nothing.drawn((80, 12), Theme::Normal, Lang::En).to_string().contains("no order is chosen"));
}

#[test]
fn a_click_chooses_a_row_another_opens_it_and_a_heading_sorts() {
    let mut scene = Scene::with(6);
    let area = Rect::new(1, 1, 80, 20);
    let mut click = |x, y| scene.act(|screen, view| screen.click(Position { x, y }, area, view));
    assert_eq!(click(10, 5), []);
    assert_eq!(click(10, 5), [Ask::Life(number(3))]);
    scene.obey(Command::Back);
    scene.act(|screen, view| screen.click(Position { x: 4, y: 2 }, area, view));
    assert_eq!(scene.listed(), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_replay_that_is_wound_back_forgets_what_is_yet_to_come() {
    let mut scene = Scene::with(6);
    let frame = News::Frame(Box::new(Frame { whole: true, ..Frame::default() }));
    let asks = scene.act(|screen, view| screen.hear(&frame, &crate::tui::dash::screen::View { replay: true, ..*view }));
    assert!(page(&asks).is_some() && scene.listed().is_empty());
}

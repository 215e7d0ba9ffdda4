//! What keys, words and the mouse do to the dashboard as a whole.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::{buffer::Buffer, layout::Rect};

use super::*;
use crate::{
    domain::ids::{OrderNumber, ProgramId},
    tui::{
        dash::{
            Setup,
            ask::{Link, News, Playing},
            config::Config,
            connection::Standing,
            sample,
        },
        theme::Theme,
    },
    wire::{admin::SaleChange, feed::Frame},
};

const NOW_MS: i64 = sample::SERVER_MS;

fn dash(setup: Setup) -> Dash {
    let mut dash = Dash::new(setup, NOW_MS);
    dash.hear(News::Link(Link::Live), NOW_MS);
    dash.hear(News::Frame(Box::new(sample::busy())), NOW_MS);
    dash.take_change();
    dash
}

fn live() -> Dash {
    dash(Setup { subject: "http://127.0.0.1:7878".to_owned(), ..Setup::default() })
}

fn press(dash: &mut Dash, keys: &str) -> Vec<Ask> {
    let mut asks = Vec::new();
    for key in keys.split(' ') {
        let code = match key {
            "Enter" => KeyCode::Enter,
            "Esc" => KeyCode::Esc,
            "Up" => KeyCode::Up,
            "Down" => KeyCode::Down,
            "Tab" => KeyCode::Tab,
            "Backspace" => KeyCode::Backspace,
            "Space" => KeyCode::Char(' '),
            "Ctrl-C" => {
                asks.extend(dash.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL), NOW_MS));
                continue;
            }
            word => {
                for char in word.chars() {
                    asks.extend(dash.key(KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE), NOW_MS));
                }
                continue;
            }
        };
        asks.extend(dash.key(KeyEvent::new(code, KeyModifiers::NONE), NOW_MS));
    }
    asks
}

fn cancel() -> Deed {
    Deed::Cancel(OrderNumber::new(123_456_789).expect("above zero"))
}

/// A deed as a screen asks for it when this key was pressed.
fn asked(dash: &mut Dash, deed: Deed, key: char) {
    dash.asked_by = Some(Stroke::char(key));
    assert_eq!(dash.weighed(vec![Ask::Do(deed)]), [], "nobody confirmed it yet");
    dash.asked_by = None;
}

fn screen(dash: &Dash, width: u16, height: u16) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    dash.draw(&mut buf);
    let rows = (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>());
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn numbers_and_tab_lead_to_every_screen() {
    let mut dash = live();
    for tab in Tab::ALL {
        press(&mut dash, &tab.number().to_string());
        assert_eq!(dash.tab, tab);
    }
    press(&mut dash, "Tab");
    assert_eq!(dash.tab, Tab::Sale);
}

#[test]
fn a_deed_is_done_by_its_own_key_only_and_once() {
    let mut dash = live();
    asked(&mut dash, cancel(), 'x');
    assert_eq!(press(&mut dash, "x"), [], "the key that asked is no yes");
    assert!(matches!(dash.over, Over::Nothing));
    for no in ["Enter", "Esc", "n", "Y", "Space"] {
        asked(&mut dash, cancel(), 'x');
        assert_eq!(press(&mut dash, no), [], "{no} is no yes");
        assert!(matches!(dash.over, Over::Nothing), "{no} closes the question");
    }
    asked(&mut dash, cancel(), 'x');
    assert_eq!(press(&mut dash, "y"), [Ask::Do(cancel())]);
    asked(&mut dash, cancel(), 'x');
    assert!(matches!(dash.over, Over::Nothing), "it is under way");
    dash.hear(News::Done(cancel(), Err("it is paid".to_owned())), NOW_MS);
    assert!(screen(&dash, 80, 24).contains("order 123456789 was not cancelled: it is paid"));
    asked(&mut dash, cancel(), 'x');
    assert!(matches!(dash.over, Over::Confirm(_)), "it may be tried again");
}

#[test]
fn where_y_asks_a_capital_confirms() {
    let mut dash = live();
    asked(&mut dash, cancel(), 'y');
    assert_eq!(press(&mut dash, "y"), []);
    asked(&mut dash, cancel(), 'y');
    assert_eq!(press(&mut dash, "Y"), [Ask::Do(cancel())]);
}

#[test]
fn nothing_is_changed_when_read_only_or_in_a_replay() {
    for setup in [Setup { read_only: true, ..Setup::default() }, Setup { replay: true, ..Setup::default() }] {
        let mut dash = dash(setup);
        let change = SaleChange { closed: true, opens_at_ms: None, closes_at_ms: None };
        for deed in [cancel(), Deed::Sale(ProgramId::new(1).expect("above zero"), change)] {
            asked(&mut dash, deed, 'x');
            assert!(matches!(dash.over, Over::Nothing));
            assert!(dash.flash.is_some(), "it says why");
            let asks = press(&mut dash, "y");
            assert!(!asks.iter().any(|ask| matches!(ask, Ask::Do(_))), "there is nothing to confirm: {asks:?}");
        }
    }
}

#[test]
fn a_deed_without_an_answer_says_so() {
    let mut dash = live();
    asked(&mut dash, cancel(), 'x');
    press(&mut dash, "y");
    assert!(screen(&dash, 80, 24).contains("cancelling order 123456789"));
    dash.tick(NOW_MS + 40_000);
    assert!(screen(&dash, 80, 24).contains("was not cancelled: no answer"));
}

#[test]
fn a_held_picture_stays_while_frames_are_counted() {
    let mut dash = live();
    press(&mut dash, "Space");
    let held = dash.shown().sale.clone();
    for more in 1..=3 {
        let mut frame = sample::busy();
        frame.numbers.requests = more;
        frame.server_ms += 100;
        dash.hear(News::Frame(Box::new(frame)), NOW_MS + 100);
    }
    assert_eq!(dash.shown().sale, held);
    assert_eq!(dash.moment().server_ms, held.server_ms, "its clock stands still");
    assert!(screen(&dash, 100, 24).contains("PAUSED (3 waiting)"));
    press(&mut dash, "p");
    assert_eq!(dash.shown().sale.numbers.requests, 3, "everything was heard meanwhile");
    assert!(!screen(&dash, 100, 24).contains("PAUSED"));
}

#[test]
fn orders_hold_their_own_tail_and_a_replay_stands_still() {
    let mut dash = live();
    press(&mut dash, "3 Space");
    assert!(dash.held.is_none());
    let mut replay = self::dash(Setup { replay: true, ..Setup::default() });
    replay.hear(News::Playing(Playing { at_ms: 12_000, length_ms: 40_000, speed: 2.0, paused: false }), NOW_MS);
    assert_eq!(press(&mut replay, "Space"), [Ask::Play(Playback::Toggle)]);
    assert_eq!(press(&mut replay, "3 Space"), [Ask::Play(Playback::Toggle)]);
    assert_eq!(press(&mut replay, "]["), [Ask::Play(Playback::Seek(2_000)), Ask::Play(Playback::Seek(-2_000))]);
    assert_eq!(press(&mut dash, "] >"), [], "there is nothing to wind");
}

#[test]
fn nothing_is_drawn_while_nothing_changes() {
    let mut dash = live();
    dash.tick(NOW_MS + 100);
    dash.take_change();
    for later in [200, 300, 900] {
        dash.tick(NOW_MS + later);
        assert!(!dash.take_change(), "after {later} ms");
    }
    dash.tick(NOW_MS + 1_000);
    assert!(dash.take_change(), "times are shown to the second");
    dash.tick(NOW_MS + 1_100);
    assert!(!dash.take_change());
    press(&mut dash, "t");
    assert!(dash.take_change());
    dash.tick(NOW_MS + 1_200);
    assert!(!dash.take_change());
}

#[test]
fn a_change_is_drawn_until_it_has_faded() {
    let mut dash = live();
    let delta = Frame { whole: false, ..sample::busy() };
    dash.hear(News::Frame(Box::new(delta)), NOW_MS + 2_000);
    for later in [2_100, 2_200, 3_600] {
        dash.take_change();
        dash.tick(NOW_MS + later);
        assert!(dash.take_change(), "after {later} ms");
    }
    dash.tick(NOW_MS + 4_000);
    dash.take_change();
    dash.tick(NOW_MS + 4_100);
    assert!(!dash.take_change(), "it has faded");
}

#[test]
fn a_word_about_what_was_done_goes_away_by_itself() {
    let mut dash = live();
    press(&mut dash, "t");
    assert!(screen(&dash, 80, 24).contains("theme: safe"));
    dash.tick(NOW_MS + 3_900);
    assert!(screen(&dash, 80, 24).contains("theme: safe"));
    dash.tick(NOW_MS + 4_100);
    assert!(dash.take_change() && !screen(&dash, 80, 24).contains("theme: safe"));
}

#[test]
fn the_way_out_works_from_everywhere_and_q_closes_the_help_first() {
    for before in ["?", ":", "3 /", "Space"] {
        let mut dash = live();
        press(&mut dash, before);
        assert_eq!(press(&mut dash, "Ctrl-C"), [Ask::Quit], "after {before}");
    }
    let mut dash = live();
    assert_eq!(press(&mut dash, "? q"), []);
    assert_eq!(press(&mut dash, "q"), [Ask::Quit]);
    assert_eq!(press(&mut dash, ": q"), [], "a letter is typed there");
}

#[test]
fn the_palette_runs_what_is_typed_or_chosen() {
    let mut dash = live();
    press(&mut dash, ": theme Space mono Enter");
    assert_eq!(dash.setup.theme, Theme::Mono);
    press(&mut dash, ": lang Space zh Enter");
    assert_eq!(dash.setup.lang, Lang::Zh);
    assert_eq!(press(&mut dash, ": follow Space 2 Enter"), [Ask::Follow(ProgramId::new(2))]);
    assert_eq!(press(&mut dash, ": q Enter"), [Ask::Quit]);
    press(&mut dash, ": prog Enter");
    assert_eq!(dash.tab, Tab::Programs, "what is suggested first");
    press(&mut dash, ": fol Tab nonsense Enter");
    assert!(matches!(dash.over, Over::Palette(_)), "what cannot be done stays to be mended");
    press(&mut dash, "Esc : 引擎 Enter");
    assert_eq!(dash.tab, Tab::Engine, "by the words of the language");
    press(&mut dash, ": audit Enter");
    assert_eq!(dash.tab, Tab::Audit, "a command of another tab leads there");
}

#[test]
fn an_order_is_looked_for_by_its_number() {
    let mut dash = live();
    press(&mut dash, ": order Space 123 Enter");
    assert_eq!(dash.tab, Tab::Orders);
    press(&mut dash, "1 : order Space x Enter");
    assert_eq!(dash.tab, Tab::Sale);
    assert!(screen(&dash, 80, 24).contains("order takes an order's number"));
}

#[test]
fn what_was_entered_comes_back() {
    let mut dash = live();
    press(&mut dash, ": theme Space mono Enter");
    press(&mut dash, ": Up Enter");
    assert_eq!(dash.setup.theme, Theme::Mono);
    assert!(matches!(dash.over, Over::Nothing));
}

#[test]
fn a_mistaken_filter_says_so_and_is_not_kept() {
    let mut dash = live();
    dash.tab = Tab::Sale;
    dash.obey(Command::Filter);
    press(&mut dash, "座位");
    let shown = screen(&dash, 80, 24).replace("位 ", "位");
    assert!(shown.contains("there is nothing to filter here"), "{shown}");
    press(&mut dash, "Enter");
    assert!(matches!(dash.over, Over::Filter(_)));
    press(&mut dash, "Esc");
    assert!(matches!(dash.over, Over::Nothing));
}

#[test]
fn what_is_pasted_is_typed_and_never_taken_for_keys() {
    let mut dash = live();
    assert_eq!(dash.paste("q", NOW_MS), []);
    press(&mut dash, ":");
    dash.paste("theme mono", NOW_MS);
    press(&mut dash, "Enter");
    assert_eq!(dash.setup.theme, Theme::Mono);
}

#[test]
fn the_mouse_chooses_tabs_and_never_says_yes() {
    let area = Rect::new(0, 0, 120, 40);
    let at = |kind, column, row| MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    let click = |column, row| at(MouseEventKind::Down(MouseButton::Left), column, row);
    let mut dash = live();
    let column = screen(&dash, 120, 1).find("3 Orders").expect("its tab") as u16;
    dash.mouse(click(column, 0), area, NOW_MS);
    assert_eq!(dash.tab, Tab::Orders);
    asked(&mut dash, cancel(), 'x');
    for row in 0..area.height {
        for column in 0..area.width {
            assert_eq!(dash.mouse(click(column, row), area, NOW_MS), []);
        }
    }
    assert!(matches!(dash.over, Over::Nothing));
    press(&mut dash, "?");
    dash.mouse(at(MouseEventKind::ScrollDown, 5, 5), area, NOW_MS);
    assert!(matches!(dash.over, Over::Help(_)));
    assert_eq!(press(&mut live(), "m"), [Ask::Mouse(true)]);
}

#[test]
fn keys_of_the_settings_are_obeyed_and_helped_with() {
    let keymap = Config::parse("[keys]\npalette = [\"F2\"]\nquit = [\"Q\"]").unwrap().keymap;
    let mut dash = dash(Setup { keymap, ..Setup::default() });
    assert_eq!(press(&mut dash, "q"), []);
    press(&mut dash, "?");
    dash.mouse(
        MouseEvent { kind: MouseEventKind::ScrollDown, column: 0, row: 0, modifiers: KeyModifiers::NONE },
        Rect::new(0, 0, 80, 24),
        NOW_MS,
    );
    let help = screen(&dash, 80, 60);
    assert!(help.contains("F2") && help.contains("Q  "), "{help}");
    assert_eq!(press(&mut dash, "Esc Q"), [Ask::Quit]);
}

#[test]
fn a_dead_server_leaves_every_key_alive_and_the_picture_there() {
    let mut dash = live();
    let lost = Link::Lost { cause: "connection refused".to_owned(), attempt: 3, again_at_ms: NOW_MS + 15_000 };
    dash.hear(News::Link(lost.clone()), NOW_MS + 10_000);
    dash.tick(NOW_MS + 12_000);
    assert_eq!(dash.connection.standing(dash.now_ms), Standing::Offline { age_s: 12, again_s: 3 });
    dash.touch();
    let before = dash.shown().sale.clone();
    press(&mut dash, "5");
    assert_eq!((dash.tab, &dash.shown().sale), (Tab::Audit, &before));
    let mut unheard = Dash::new(Setup { subject: "http://127.0.0.1:1".to_owned(), ..Setup::default() }, NOW_MS);
    unheard.hear(News::Link(lost), NOW_MS);
    let shown = screen(&unheard, 80, 24);
    assert!(shown.contains("connection refused") && shown.contains("attempt 3 in 15 s"), "{shown}");
}

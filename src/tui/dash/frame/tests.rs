//! The frame around the screens, at every width, in both languages and in every state of the connection.

use ratatui::{buffer::Buffer, style::Modifier};

use super::*;
use crate::{
    domain::{
        ids::{OrderNumber, ProgramId, UserId},
        money::Cents,
    },
    tui::{
        dash::{
            Setup, Tab,
            ask::{Deed, Link, News, Playing},
            command::Command,
            confirm::Confirm,
            connection::Standing,
            deeds::OrderFacts,
            flash::Flash,
            help::Help,
            keymap::Keymap,
            line::History,
            palette::Palette,
            prompt::Prompt,
            sample,
        },
        keys::Stroke,
        lang::Lang,
        theme::Theme,
    },
    wire::admin::SaleChange,
};

const NOW_MS: i64 = sample::SERVER_MS;
const WIDTHS: [u16; 4] = [20, 40, 80, 120];

/// What a drawing leaves on a screen of this size, row by row.
fn rows((width, height): (u16, u16), lang: Lang, draw: impl FnOnce(Rect, &mut Sheet<'_>)) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let area = buf.area;
    draw(area, &mut Sheet { theme: Theme::Normal, lang, buf: &mut buf });
    text_of(&buf)
}

fn text_of(buf: &Buffer) -> String {
    let area = buf.area;
    let mut text = String::new();
    for y in 0..area.height {
        let mut x = 0;
        let mut row = String::new();
        while x < area.width {
            let symbol = buf[(x, y)].symbol();
            row.push_str(symbol);
            x += (crate::tui::text::width(symbol) as u16).max(1);
        }
        text.push_str(&format!("|{row}|\n"));
    }
    text
}

fn header(lang: Lang) -> Header<'static> {
    Header {
        tab: Tab::Orders,
        title: "刘德华2026巡回演唱会北京站",
        standing: Some(Standing::Live),
        playing: None,
        waiting: None,
        read_only: false,
        lang,
    }
}

fn headers(lang: Lang) -> Vec<Header<'static>> {
    let header = header(lang);
    let offline = Some(Standing::Offline { age_s: 12, again_s: 3 });
    let playing = |paused| Some(Playing { at_ms: 12_000, length_ms: 40_000, speed: 2.0, paused });
    vec![
        header,
        Header { standing: Some(Standing::Connecting), title: "http://127.0.0.1:7878", ..header },
        Header { standing: Some(Standing::Stale { age_s: 4 }), ..header },
        Header { standing: offline, tab: Tab::Programs, ..header },
        Header { read_only: true, ..header },
        Header { waiting: Some(1_234), tab: Tab::Sale, ..header },
        Header { waiting: Some(12), standing: offline, read_only: true, ..header },
        Header { standing: None, playing: playing(false), title: "journal.bin", ..header },
        Header { standing: None, playing: playing(true), title: "journal.bin", ..header },
    ]
}

#[test]
fn the_header_says_where_one_is_and_how_it_stands_at_every_width() {
    for lang in Lang::ALL {
        for width in WIDTHS {
            let lines =
                headers(lang).into_iter().map(|header| rows((width, 1), lang, |area, sheet| header.draw(area, sheet)));
            insta::assert_snapshot!(format!("header_{}_{width}", lang.word()), lines.collect::<String>());
        }
    }
}

#[test]
fn at_every_width_the_shown_tab_is_named_and_a_lost_connection_is_told() {
    for lang in Lang::ALL {
        for header in headers(lang) {
            for width in 20..200 {
                let line = rows((width, 1), lang, |area, sheet| header.draw(area, sheet));
                assert!(line.contains(&format!("{} ", header.tab.number())), "{line}");
                if let Some(standing) = header.standing.filter(|standing| standing.is_old()) {
                    let [.., word] = standing.words(lang);
                    assert!(line.contains(&word), "{line} does not say {word}");
                }
            }
        }
    }
}

#[test]
fn the_footer_names_keys_of_the_tab_before_those_of_all() {
    let keymap = Keymap::default();
    for lang in Lang::ALL {
        for width in WIDTHS {
            let mut lines = String::new();
            for tab in Tab::ALL {
                for (replay, read_only) in [(false, false), (false, true), (true, false)] {
                    let subject = super::super::help::Subject { tab, keymap: &keymap, replay, read_only };
                    lines += &rows((width, 1), lang, |area, sheet| footer::keys(subject, area, sheet));
                }
            }
            insta::assert_snapshot!(format!("footer_{}_{width}", lang.word()), lines);
        }
    }
}

fn facts() -> OrderFacts {
    OrderFacts {
        user: UserId::new(42).expect("above zero"),
        seats: 2,
        price: Cents(136_050),
        program: ProgramId::new(1).expect("above zero"),
    }
}

#[test]
fn a_question_says_what_happens_to_whom_and_stands_on_no() {
    let order = OrderNumber::new(7_340_032_111_222_333).expect("above zero");
    let sale = sample::sale(sample::busy());
    let change = |closed| SaleChange { closed, opens_at_ms: None, closes_at_ms: None };
    let questions = [
        Confirm::new(Deed::Cancel(order), Some(Stroke::char('x')), Some(facts())),
        Confirm::new(Deed::Cancel(order), Some(Stroke::char('y')), None),
        Confirm::new(Deed::Refund(order), Some(Stroke::char('R')), Some(OrderFacts { seats: 1, ..facts() })),
        Confirm::new(Deed::Sale(ProgramId::new(1).expect("above zero"), change(true)), None, None),
        Confirm::new(Deed::Sale(ProgramId::new(2).expect("above zero"), change(false)), None, None),
    ];
    for lang in Lang::ALL {
        for (width, height) in [(80, 9), (40, 9), (20, 7), (20, 3)] {
            let drawn =
                |question: &Confirm| rows((width, height), lang, |area, sheet| question.draw(&sale, area, sheet));
            let all: Vec<_> = questions.iter().map(drawn).collect();
            insta::assert_snapshot!(format!("confirm_{}_{width}x{height}", lang.word()), all.join("\n"));
        }
    }
}

#[test]
fn the_prompt_shows_the_text_and_what_is_wrong_with_it() {
    let mistaken = |text: &str, mistake: Option<&str>| {
        let mut prompt = Prompt::new(Tab::Orders, text, History::default());
        prompt.mistake = mistake.map(str::to_owned);
        prompt
    };
    let prompts = [
        mistaken("", None),
        mistaken("status:unpaid version:4 user:42 age>5m", None),
        mistaken("status:none", Some("status is unpaid, paid, cancelled or refunded")),
        mistaken("刘德华 北京国家体育场", Some("没有此字段")),
    ];
    for width in WIDTHS {
        let lines: String =
            prompts.iter().map(|prompt| rows((width, 1), Lang::En, |area, sheet| prompt.draw(area, sheet))).collect();
        insta::assert_snapshot!(format!("prompt_{width}"), lines);
    }
}

fn dash(lang: Lang) -> Dash {
    let mut dash = Dash::new(Setup { subject: "http://127.0.0.1:7878".to_owned(), lang, ..Setup::default() }, NOW_MS);
    dash.hear(News::Link(Link::Live), NOW_MS);
    dash.hear(News::Frame(Box::new(sample::busy())), NOW_MS);
    dash
}

#[test]
fn the_palette_suggests_what_fits() {
    for lang in Lang::ALL {
        let mut dash = dash(lang);
        dash.tab = Tab::Orders;
        for (width, height) in [(80, 14), (40, 14), (20, 6)] {
            let mut all = Vec::new();
            for typed in ["", "th", "theme ", "follow ", "cnl", "nothing like it"] {
                let mut palette = Palette::new(History::default());
                palette.paste(typed);
                palette.type_key(Stroke::DOWN, dash.around());
                all.push(rows((width, height), lang, |area, sheet| {
                    let areas = Areas::of(area);
                    palette.draw(dash.around(), areas.body, areas.foot, sheet);
                }));
            }
            insta::assert_snapshot!(format!("palette_{}_{width}x{height}", lang.word()), all.join("\n"));
        }
    }
}

#[test]
fn the_help_lists_every_key_of_the_tab_and_scrolls() {
    for lang in Lang::ALL {
        let mut dash = dash(lang);
        dash.tab = Tab::Orders;
        for (width, height) in [(80, 22), (40, 22), (20, 5), (80, 50)] {
            let drawn = |help: Help| rows((width, height), lang, |area, sheet| help.draw(dash.subject(), area, sheet));
            let mut further = Help::default();
            further.obey(Command::Last, dash.subject());
            let all = [drawn(Help::default()), drawn(further)].join("\n");
            insta::assert_snapshot!(format!("help_{}_{width}x{height}", lang.word()), all);
        }
    }
}

#[test]
fn before_the_first_picture_the_body_says_why_there_is_none() {
    for lang in Lang::ALL {
        for (width, height) in [(80, 12), (40, 12), (20, 5)] {
            let mut dash =
                Dash::new(Setup { subject: "http://127.0.0.1:7878".to_owned(), lang, ..Setup::default() }, NOW_MS);
            let drawn = |dash: &Dash| {
                let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                dash.draw(&mut buf);
                text_of(&buf)
            };
            let connecting = drawn(&dash);
            let cause = "cannot connect to 127.0.0.1:7878: connection refused".to_owned();
            dash.hear(News::Link(Link::Lost { cause, attempt: 4, again_at_ms: NOW_MS + 3_000 }), NOW_MS);
            let all = [connecting, drawn(&dash)].join("\n");
            insta::assert_snapshot!(format!("waiting_{}_{width}x{height}", lang.word()), all);
        }
    }
}

#[test]
fn an_old_picture_is_dim_and_a_live_one_is_not() {
    let mut dash = dash(Lang::En);
    let dim = |dash: &Dash| {
        let mut buf = Buffer::empty(Rect::new(0, 0, 80, 24));
        dash.draw(&mut buf);
        Areas::of(buf.area).body.positions().all(|at| buf[at].modifier.contains(Modifier::DIM))
    };
    assert!(!dim(&dash));
    dash.tick(NOW_MS + 2_500);
    assert!(dim(&dash));
    dash.hear(News::Frame(Box::new(sample::busy())), NOW_MS + 2_600);
    assert!(!dim(&dash));
}

#[test]
fn states_are_told_apart_without_colour() {
    let looks = |header: Header<'_>| {
        let mut buf = Buffer::empty(Rect::new(0, 0, 80, 1));
        let area = buf.area;
        header.draw(area, &mut Sheet { theme: Theme::Mono, lang: Lang::En, buf: &mut buf });
        (0..80).map(|x| (buf[(x, 0)].symbol().to_owned(), buf[(x, 0)].modifier)).collect::<Vec<_>>()
    };
    let all: Vec<_> = headers(Lang::En).into_iter().map(looks).collect();
    for (at, one) in all.iter().enumerate() {
        assert!(all[at + 1..].iter().all(|other| other != one));
        assert!(one.iter().any(|(_, modifier)| modifier.contains(Modifier::REVERSED)), "the shown tab");
    }
}

#[test]
fn the_frame_copes_with_any_size_in_any_state() {
    let order = OrderNumber::new(7).expect("above zero");
    for lang in Lang::ALL {
        for (width, height) in (0..30).flat_map(|width| (0..8).map(move |height| (width, height))) {
            for over in 0..6 {
                let mut dash = dash(lang);
                match over {
                    0 => drop(dash.obey(Command::Help)),
                    1 => drop(dash.obey(Command::Palette)),
                    2 => drop(dash.obey(Command::Filter)),
                    3 => drop(dash.weighed(vec![super::super::ask::Ask::Do(Deed::Cancel(order))])),
                    4 => drop(dash.obey(Command::Pause)),
                    _ => dash.flash = Some(Flash::good("已复制 7340032111222333", NOW_MS)),
                }
                let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                dash.draw(&mut buf);
            }
        }
    }
}

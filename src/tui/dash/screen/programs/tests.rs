//! The programs, drawn and used.

use super::*;
use crate::tui::{
    dash::{
        sale::Sale,
        sample::{self, SERVER_MS, program},
        screen::made_up::{busy, keep, snapshots, view},
    },
    panel::drawing::spoken,
    theme::Theme,
};

/// Forty-nine programs: titles in both scripts, some gone, some closed, some to come.
fn many() -> Sale {
    let titles =
        ["「海边的星期天」巡回演唱会", "Hamlet", "《回声》致敬经典老歌", "String Quartet No. 3", "冬夜歌会 · 长安站"];
    let places = ["长安大剧院", "Old Town Hall", "星光体育馆", "MAO Livehouse 北京", "国家大剧院音乐厅"];
    let mut frame = sample::busy();
    for number in 3..50_u64 {
        let at = number as usize;
        let total = 60 * (number % 9 + 1) * if number % 7 == 0 { 40 } else { 1 };
        let sold = if number % 6 == 0 { total } else { total * (number % 5) / 6 };
        let held = (total - sold) / 12;
        let mut program = program(number, titles[at % 5], (total - sold - held, held, sold));
        program.place = places[at % 5].to_owned();
        program.area = ["北京", "西安", "上海"][at % 3].to_owned();
        program.show_time = format!("2026-12-{:02} 19:30:00", number % 28 + 1);
        if number % 8 == 0 {
            (program.on_sale, program.closed) = (false, true);
        } else if number % 11 == 0 {
            (program.on_sale, program.opens_at_ms) = (false, Some(SERVER_MS + 1_000 * number as i64 * 61));
        }
        frame.programs.push(program);
    }
    sample::sale(frame)
}

fn after(sale: &Sale, commands: &[Command]) -> ProgramsScreen {
    let mut screen = ProgramsScreen::default();
    for command in commands {
        assert_eq!(screen.obey(*command, &view(sale)), []);
    }
    screen
}

#[test]
fn a_season_of_programs() {
    let sale = many();
    snapshots("programs_many", Lang::En, |area, sheet| ProgramsScreen::default().draw(&view(&sale), area, sheet));
    snapshots("programs_many_zh", Lang::Zh, |area, sheet| ProgramsScreen::default().draw(&view(&sale), area, sheet));
}

#[test]
fn a_list_that_is_filtered_sorted_and_scrolled() {
    let sale = many();
    let mut screen = after(&sale, &[Command::PageDown, Command::PageDown, Command::PageDown]);
    let drawn = |screen: &ProgramsScreen| {
        spoken((78, 14), Theme::Normal, Lang::En, |area, sheet| screen.draw(&view(&sale), area, sheet))
    };
    keep("programs_scrolled_78x14", &drawn(&screen));
    (0..8).for_each(|_| assert_eq!(screen.obey(Command::Sort, &view(&sale)), []));
    screen.obey(Command::Reverse, &view(&sale));
    screen.filter("西安 sale:on", &view(&sale)).unwrap();
    screen.obey(Command::First, &view(&sale));
    keep("programs_sorted_78x14", &drawn(&screen));
    assert!(screen.filter("sale:what", &view(&sale)).is_err());
    screen.filter("nothing like it", &view(&sale)).unwrap();
    keep("programs_none_78x14", &drawn(&screen));
    screen.obey(Command::Back, &view(&sale));
    assert_eq!(screen.filtered_by(), "");
}

#[test]
fn the_cursor_stays_with_its_program_when_the_order_changes() {
    let sale = many();
    let mut screen = after(&sale, &[Command::Down, Command::Down]);
    assert_eq!(screen.copied(&view(&sale)).as_deref(), Some("3 String Quartet No. 3"));
    screen.obey(Command::Reverse, &view(&sale));
    assert_eq!(screen.copied(&view(&sale)).as_deref(), Some("3 String Quartet No. 3"));
    screen.obey(Command::Up, &view(&sale));
    assert_eq!(screen.copied(&view(&sale)).map(|text| text.starts_with("4 ")), Some(true));
}

#[test]
fn enter_follows_and_o_asks_for_the_other_state_with_the_same_times() {
    let mut sale = many();
    let id = ProgramId::new(2).unwrap();
    sale.programs.get_mut(&id).unwrap().closes_at_ms = Some(SERVER_MS + 9);
    let mut screen = after(&sale, &[Command::Down]);
    assert_eq!(screen.obey(Command::Open, &view(&sale)), [Ask::Follow(Some(id))]);
    let change = SaleChange { closed: true, opens_at_ms: None, closes_at_ms: Some(SERVER_MS + 9) };
    assert_eq!(screen.obey(Command::ToggleSale, &view(&sale)), [Ask::Do(Deed::Sale(id, change))]);
    let nothing = Sale::default();
    assert_eq!(ProgramsScreen::default().obey(Command::Open, &view(&nothing)), []);
    assert_eq!(ProgramsScreen::default().copied(&view(&nothing)), None);
}

#[test]
fn a_click_chooses_the_row_under_it() {
    let sale = many();
    let mut screen = after(&sale, &[Command::Last]);
    let area = Rect::new(1, 1, 78, 14);
    screen.click(Position::new(9, 3), area, &view(&sale));
    assert_eq!(screen.copied(&view(&sale)).map(|text| text.starts_with("38 ")), Some(true));
    screen.click(Position::new(9, 1), area, &view(&sale));
    assert_eq!(screen.copied(&view(&sale)).map(|text| text.starts_with("38 ")), Some(true), "the head is no row");
}

#[test]
fn few_programs_and_none() {
    let sale = busy();
    for (name, sale) in [("few", &sale), ("empty", &Sale::default())] {
        let screen = spoken((78, 8), Theme::Normal, Lang::Zh, |area, sheet| {
            ProgramsScreen::default().draw(&view(sale), area, sheet);
        });
        keep(&format!("programs_{name}_zh_78x8"), &screen);
    }
}

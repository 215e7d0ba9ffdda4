//! Every size and odd numbers, over the screens that are made of panels.
//! Must not be used outside tests.

use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect, style::Color};

use super::{
    View,
    audit::AuditScreen,
    engine::EngineScreen,
    made_up::{broken, busy, heard, sold_out, unfollowed, view},
    programs::ProgramsScreen,
    sale::SaleScreen,
};
use crate::{
    tui::{
        dash::{
            ask::News,
            command::Command,
            sale::Sale,
            sample::{self, SERVER_MS},
        },
        lang::Lang,
        panel::Sheet,
        theme::Theme,
    },
    wire::{
        api::{AuditAnswer, FindingAnswer},
        feed::Frame,
    },
};

/// What no server says, but a broken one might.
fn odd(frame: &mut Frame, odd: [u64; 4]) {
    let numbers = &mut frame.numbers;
    numbers.queue.depth = Some(odd[0]);
    numbers.queue.oldest_ms = Some(odd[1] as i64);
    numbers.queue.batches = vec![odd[2] >> 8; 15];
    numbers.versions[3].placed = odd[3] >> 4;
    numbers.uptime_s = odd[1] as f64;
    numbers.create.counts = vec![odd[0] >> 8; 70];
    (numbers.holds.all, numbers.holds.within_10s, numbers.ends.paid) = (odd[0], odd[1], odd[2]);
    (numbers.in_flight, numbers.in_flight_max, numbers.rss_bytes) = (odd[0], odd[1], odd[2]);
    frame.server_ms = SERVER_MS + (odd[2] >> 20) as i64;
    frame.programs = vec![sample::program(1, "", (odd[0] >> 3, odd[1] >> 3, odd[2] >> 3))];
    if odd[3].is_multiple_of(2) {
        frame.followed = None;
    }
}

fn drawn(screens: (&SaleScreen, &EngineScreen, &AuditScreen, &ProgramsScreen), view: &View<'_>, sheet: &mut Sheet<'_>) {
    let area = sheet.buf.area;
    screens.0.draw(view, area, sheet);
    screens.1.draw(view, area, sheet);
    screens.2.draw(view, area, sheet);
    screens.3.draw(view, area, sheet);
}

fn audited(view: &View<'_>) -> AuditScreen {
    let mut screen = AuditScreen::default();
    let detail = "一个座位属于两个订单 a seat in two orders".to_owned();
    let finding = FindingAnswer { law: "L2".to_owned(), program_id: None, order_number: None, detail };
    let answer =
        AuditAnswer { clean: false, programs: 1, orders: 2, seats: 3, laws: Vec::new(), findings: vec![finding; 3] };
    screen.hear(&News::Audited(Ok(Box::new(answer))), view);
    screen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_size_and_no_state_panics(
        (width, height) in (0u16..=250, 0u16..=80),
        (theme, chinese, replay) in (0usize..3, any::<bool>(), any::<bool>()),
        state in 0usize..6,
        numbers in any::<[u64; 4]>(),
        commands in prop::collection::vec(0usize..8, 0..5),
    ) {
        let sale = match state {
            0 => Sale::default(),
            1 => heard(0..=30, |_| {}),
            2 => unfollowed(),
            3 => sold_out(),
            4 => broken(),
            _ => heard(0..=3, |frame| if frame.sequence > 1 { odd(frame, numbers) }),
        };
        let view = View { replay, ..view(&sale) };
        let (mut audit, mut programs) = (audited(&view), ProgramsScreen::default());
        let all = [Command::Down, Command::Open, Command::PageDown, Command::Last, Command::Sort, Command::Reverse, Command::Audit, Command::Up];
        for command in commands {
            audit.obey(all[command], &view);
            programs.obey(all[command], &view);
        }
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let lang = if chinese { Lang::Zh } else { Lang::En };
        let sheet = &mut Sheet { theme: Theme::ALL[theme], lang, buf: &mut buf };
        drawn((&SaleScreen::default(), &EngineScreen::default(), &audit, &programs), &view, sheet);
        prop_assert_eq!(buf.area, Rect::new(0, 0, width, height));
    }
}

#[test]
fn without_colour_the_same_words_are_there_and_no_colour_is() {
    for sale in [busy(), broken()] {
        let view = view(&sale);
        let words = |theme| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 78, 22));
            let sheet = &mut Sheet { theme, lang: Lang::En, buf: &mut buf };
            EngineScreen::default().draw(&view, Rect::new(0, 0, 78, 22), sheet);
            buf
        };
        let (mono, normal) = (words(Theme::Mono), words(Theme::Normal));
        let symbols = |buf: &Buffer| buf.content.iter().map(|cell| cell.symbol().to_owned()).collect::<String>();
        assert_eq!(symbols(&mono), symbols(&normal));
        assert_eq!(symbols(&words(Theme::Safe)), symbols(&normal));
        assert!(mono.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    }
}

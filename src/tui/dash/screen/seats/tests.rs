//! The screen of seats, drawn for a look at it, and asked what it does.

use proptest::prelude::*;
use ratatui::{backend::TestBackend, buffer::Buffer};

use super::*;
use crate::{
    domain::ids::SeatId,
    tui::{
        dash::{
            sale::Sale,
            sample::{self, SERVER_MS},
            seat_map::{
                fit,
                layout::Layout,
                plan::Plan,
                tally::{self, Seats, Tally},
            },
        },
        lang::Lang,
        panel::drawing::drawn,
        theme::Theme,
    },
    wire::feed::{Frame, SeatRun},
};

fn view(sale: &Sale) -> View<'_> {
    View { sale, now_ms: SERVER_MS, server_ms: SERVER_MS, read_only: false, replay: false }
}

fn shown(sale: &Sale, size: (u16, u16), theme: Theme, commands: &[Command]) -> TestBackend {
    let view = view(sale);
    let mut screen = SeatsScreen::default();
    let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let area = buf.area;
    screen.draw(&view, area, &mut Sheet { theme, lang: Lang::En, buf: &mut buf });
    for command in commands {
        screen.obey(*command, &view);
    }
    drawn(size, theme, |area, sheet| screen.draw(&view, area, sheet))
}

fn nearly_sold_out() -> Frame {
    let mut frame = sample::snapshot(&sample::HALL);
    let followed = frame.followed.as_mut().expect("a snapshot of a program");
    followed.seats = vec![SeatRun(0, 2_300, 3, 0), SeatRun(2_300, 200, 2, 800), SeatRun(2_510, 90, 3, 0)];
    for (line, (held, sold)) in followed.categories.iter_mut().zip([(0, 400), (0, 1_200), (200, 790)]) {
        (line.held, line.sold, line.available) = (held, sold, line.total - held - sold);
    }
    frame
}

const SIZES: [(u16, u16); 5] = [(20, 5), (40, 12), (80, 22), (120, 38), (200, 58)];

#[test]
fn a_busy_hall_in_every_size_and_theme() {
    let sale = sample::sale(sample::busy());
    for (width, height) in SIZES {
        for theme in Theme::ALL {
            let name = format!("busy_{width}x{height}_{}", theme.word());
            insta::assert_snapshot!(name, shown(&sale, (width, height), theme, &[]));
        }
    }
}

#[test]
fn a_hall_from_nearby() {
    let sale = sample::sale(sample::busy());
    for (width, height) in SIZES {
        for zoom in [1, 2] {
            let name = format!("zoom_{width}x{height}_{zoom}");
            insta::assert_snapshot!(name, shown(&sale, (width, height), Theme::Normal, &vec![Command::ZoomIn; zoom]));
        }
    }
}

#[test]
fn colours_by_category_and_age_have_shapes_too() {
    let sale = sample::sale(nearly_sold_out());
    for times in [0, 1, 2] {
        for (width, height) in [(80, 22), (120, 38)] {
            let name = format!("colour_{times}_{width}x{height}");
            insta::assert_snapshot!(name, shown(&sale, (width, height), Theme::Mono, &vec![Command::Colour; times]));
        }
    }
}

#[test]
fn halls_that_are_empty_unknown_missing_or_not_named() {
    for (width, height) in [(40, 12), (80, 22)] {
        let empty = sample::sale(sample::snapshot(&sample::HALL));
        insta::assert_snapshot!(format!("empty_{width}"), shown(&empty, (width, height), Theme::Normal, &[]));
        let mut unknown = sample::sale(sample::busy());
        unknown.hall.as_mut().expect("followed").unknown = true;
        insta::assert_snapshot!(format!("unknown_{width}"), shown(&unknown, (width, height), Theme::Normal, &[]));
        insta::assert_snapshot!(format!("none_{width}"), shown(&Sale::default(), (width, height), Theme::Normal, &[]));
        let mut replay = sample::sale(sample::busy());
        let hall = replay.hall.as_mut().expect("followed");
        (hall.seats, hall.rows) = (Vec::new(), Vec::new());
        let view = View { replay: true, ..view(&replay) };
        let screen = SeatsScreen::default();
        let drawn = drawn((width, height), Theme::Normal, |area, sheet| screen.draw(&view, area, sheet));
        insta::assert_snapshot!(format!("replay_{width}"), drawn);
    }
}

#[test]
fn a_seat_is_asked_for_once_the_cursor_rests() {
    let sale = sample::sale(sample::busy());
    let mut screen = SeatsScreen::default();
    let at = |ms| View { now_ms: SERVER_MS + ms, ..view(&sale) };
    screen.obey(Command::First, &at(0));
    screen.obey(Command::Right, &at(0));
    assert!(screen.tick(&at(100)).is_empty());
    let asked = screen.tick(&at(250));
    assert!(matches!(asked[..], [Ask::Seat(id)] if SeatId::new(5_001) == Some(id)), "{asked:?}");
    assert!(screen.tick(&at(350)).is_empty(), "it is on its way");
}

#[test]
fn a_change_flashes_and_fades() {
    let sale = sample::sale(sample::busy());
    let mut screen = SeatsScreen::default();
    let at = |ms| View { now_ms: SERVER_MS + ms, ..view(&sale) };
    screen.hear(&News::Frame(Box::new(sample::busy())), &at(0));
    let mut delta = sample::busy();
    delta.whole = false;
    delta.followed.as_mut().expect("followed").seats = vec![SeatRun(7, 2, 3, 0)];
    screen.hear(&News::Frame(Box::new(delta)), &at(100));
    assert_eq!(screen.flash.seats()[6..10], [0, 1, 1, 0]);
    screen.tick(&at(699));
    assert_eq!(screen.flash.seats()[7], 1);
    screen.tick(&at(700));
    assert_eq!(screen.flash.seats()[7], 0);
}

fn any_hall() -> impl Strategy<Value = Frame> {
    let category = (1_u32..40, 1_u32..60).prop_map(|(rows, seats)| (rows, seats));
    proptest::collection::vec(category, 0..6).prop_map(|shapes| {
        let plan: Vec<sample::Plan> =
            (11..).zip(shapes).map(|(id, (rows, seats))| (id, "内场看台", 100, rows, seats)).collect();
        sample::snapshot(&plan)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_seat_has_one_cell_and_cells_hold_all_seats(frame in any_hall(), columns in 1_u32..200, lines in 1_u32..70) {
        let sale = sample::sale(frame);
        let hall = sale.hall.as_ref().expect("followed");
        let plan = Plan::new(hall);
        let fit = fit::fit(&plan, (columns, lines), true);
        let mut scale = fit.scale;
        for _ in 0..8 {
            let layout = Layout::new(&plan, scale, fit.arrangement);
            for seat in 0..hall.seats.len() {
                let cell = layout.cell(plan.spot(seat).expect("every seat stands somewhere"));
                prop_assert!(cell.0 < layout.width && cell.1 < layout.height);
                let back = layout.seat_at(&plan, cell.0, cell.1).expect("its cell has a seat");
                prop_assert_eq!(layout.cell(plan.spot(back).expect("a seat")), cell);
            }
            let seats = Seats { now: &hall.seats, fresh: &[] };
            let mut free = 0;
            for block in &layout.blocks {
                let mut cells = vec![Tally::default(); block.columns.div_ceil(scale.step()) as usize];
                for row in 0..block.rows {
                    for line in layout.lines(&plan, block, row) {
                        tally::add_line(&plan, *line, seats, (0, scale.seats().0), &mut cells);
                    }
                }
                free += cells.iter().map(|cell| cell.free as usize).sum::<usize>();
            }
            prop_assert_eq!(free, hall.seats.len());
            scale = scale.closer();
        }
    }

    #[test]
    fn no_size_and_no_command_breaks_it(
        frame in any_hall(), width in 0_u16..250, height in 0_u16..80, keys in proptest::collection::vec(0_usize..14, 0..24),
    ) {
        const KEYS: [Command; 14] = [
            Command::Up, Command::Down, Command::Left, Command::Right, Command::PageUp, Command::PageDown, Command::First,
            Command::Last, Command::ZoomIn, Command::ZoomIn, Command::ZoomOut, Command::ZoomAll, Command::Colour, Command::Open,
        ];
        let sale = sample::sale(frame);
        let mut screen = SeatsScreen::default();
        let mut buf = Buffer::empty(Rect::new(0, 0, width + 6, height + 6));
        let area = Rect::new(3, 3, width, height);
        for key in keys {
            screen.draw(&view(&sale), area, &mut Sheet { theme: Theme::Mono, lang: Lang::Zh, buf: &mut buf });
            screen.obey(KEYS[key], &view(&sale));
            screen.click(Position::new(key as u16 * 5, 9), area, &view(&sale));
        }
        screen.draw(&view(&sale), area, &mut Sheet { theme: Theme::Mono, lang: Lang::Zh, buf: &mut buf });
        for position in buf.area.positions().filter(|position| !area.contains(*position)) {
            prop_assert_eq!(buf[position].symbol(), " ", "outside at {}", position);
        }
    }
}

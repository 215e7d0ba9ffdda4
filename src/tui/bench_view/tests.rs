//! The whole view, drawn.

use proptest::prelude::*;
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier},
};

use super::{
    BenchState, Command,
    simulated::{BUSY, COUNTS_ONLY, FAILING, SOLD_OUT, Sale, WIDE_NAMES, empty, simulate, watched},
};
use crate::tui::theme::Theme;

const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (200, 50), (40, 12), (20, 5)];

fn drawn(state: &BenchState, (width, height): (u16, u16)) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| state.draw(frame.buffer_mut())).unwrap();
    terminal.backend().clone()
}

/// One snapshot a size, named by the state.
fn snapshots(name: &str, state: &BenchState) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn(state, (width, height)));
    }
}

#[test]
fn a_busy_sale() {
    snapshots("busy", &watched(BUSY, Theme::Normal));
}

#[test]
fn before_anything_happened() {
    snapshots("empty", &empty(Theme::Normal));
}

#[test]
fn a_sale_that_is_sold_out() {
    snapshots("sold_out", &watched(SOLD_OUT, Theme::Normal));
}

#[test]
fn a_server_that_does_not_answer() {
    snapshots("failing", &watched(FAILING, Theme::Normal));
}

#[test]
fn a_run_that_has_counts_only() {
    snapshots("counts_only", &watched(COUNTS_ONLY, Theme::Normal));
}

#[test]
fn chinese_titles_keep_their_columns() {
    snapshots("chinese", &watched(WIDE_NAMES, Theme::Normal));
}

#[test]
fn a_frozen_picture_says_so_and_does_not_move() {
    let mut state = watched(BUSY, Theme::Normal);
    state.obey(Command::Freeze);
    snapshots("frozen", &state);
    let before = drawn(&state, (80, 24));
    state.take_change();
    state.hear(simulate(SOLD_OUT, &state));
    assert!(!state.take_change(), "a frozen picture is not drawn again");
    assert_eq!(drawn(&state, (80, 24)), before);
    state.obey(Command::Freeze);
    assert_ne!(drawn(&state, (80, 24)), before, "what came meanwhile is there at once");
}

#[test]
fn the_help_lies_over_the_view_and_goes_by_two_keys() {
    let mut state = watched(BUSY, Theme::Normal);
    let before = drawn(&state, (80, 24));
    state.obey(Command::Help);
    snapshots("help", &state);
    state.obey(Command::Close);
    assert_eq!(drawn(&state, (80, 24)), before);
    state.obey(Command::Help);
    state.obey(Command::Help);
    assert_eq!(drawn(&state, (80, 24)), before);
}

#[test]
fn a_run_that_is_being_stopped_says_so() {
    let mut state = watched(BUSY, Theme::Normal);
    state.obey(Command::Stop);
    assert!(drawn(&state, (80, 24)).to_string().lines().next().unwrap().contains("stopping"));
}

#[test]
fn every_theme_has_its_looks() {
    for theme in Theme::ALL {
        for (name, sale) in [("busy", BUSY), ("failing", FAILING)] {
            let screen = drawn(&watched(sale, theme), (80, 24));
            insta::assert_snapshot!(format!("looks_{}_{name}", theme.word()), looks(screen.buffer()));
        }
    }
}

/// A letter a cell for its colour, and capitals or signs for what modifies it.
fn looks(buffer: &Buffer) -> String {
    let letter = |x: u16, y: u16| {
        let cell = &buffer[(x, y)];
        let base = match cell.fg {
            Color::Reset => '.',
            Color::Red => 'r',
            Color::Green => 'g',
            Color::Yellow => 'y',
            Color::Cyan => 'c',
            Color::Magenta => 'm',
            Color::LightBlue => 'b',
            _ => '!',
        };
        match cell.modifier {
            m if m.contains(Modifier::REVERSED) => '#',
            m if m.contains(Modifier::UNDERLINED) => '_',
            m if m.contains(Modifier::DIM) => '-',
            m if m.contains(Modifier::BOLD) && base == '.' => '*',
            m if m.contains(Modifier::BOLD) => base.to_ascii_uppercase(),
            _ => base,
        }
    };
    let row = |y| (0..buffer.area.width).map(|x| letter(x, y)).collect::<String>();
    (0..buffer.area.height).map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn reasons_are_counted_once_however_often_a_stretch_is_read() {
    let state = watched(SOLD_OUT, Theme::Normal);
    let told: u64 = state.course.reasons().iter().map(|(_, count)| count).sum();
    assert_eq!(told, state.course.counts.sold_out + state.course.counts.rejected - lost_by_division(&state));
    assert!(told > 1_000);
}

/// The simulation splits the others' count by integer shares.
fn lost_by_division(state: &BenchState) -> u64 {
    let reasons = state.course.reasons();
    let of = |word: &str| reasons.iter().find(|(reason, _)| reason == word).map_or(0, |(_, count)| *count);
    state.course.counts.rejected - of("account_limit") - of("busy")
}

#[test]
fn a_series_that_is_taken_away_at_the_end_stays_on_the_screen() {
    let mut state = watched(SOLD_OUT, Theme::Normal);
    let before = drawn(&state, (120, 40));
    state.hear(simulate(Sale { series: false, ..SOLD_OUT }, &state));
    assert_eq!(drawn(&state, (120, 40)), before);
}

#[test]
fn a_long_run_that_has_counts_only_keeps_its_sums() {
    let mut state = empty(Theme::Normal);
    for minute in 1..=40 {
        let mut reading = simulate(Sale { tenths: 1, ..COUNTS_ONLY }, &state);
        reading.elapsed = std::time::Duration::from_secs(60 * minute);
        reading.counts.placed = 100 * minute;
        state.hear(reading);
    }
    assert_eq!(state.course.moments.iter().map(|moment| moment.placed).sum::<u64>(), 4_000);
    assert!(state.course.moments.len() <= 1_200);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_size_and_no_state_panics(
        width in 0u16..=250,
        height in 0u16..=80,
        tenths in 0usize..200,
        answers: bool,
        chinese: bool,
        series: bool,
        theme in 0usize..3,
        commands in prop::collection::vec(0usize..4, 0..4),
        odd in any::<[u64; 4]>(),
    ) {
        let sale = Sale { tenths, answers, chinese, series };
        let mut state = empty(Theme::ALL[theme]);
        let mut reading = simulate(sale, &state);
        if odd[0].is_multiple_of(3) {
            // Values that no run has, but a broken one might say.
            reading.counts.released = odd[1];
            reading.counts.placed = odd[2] / 2;
            reading.elapsed = std::time::Duration::from_millis(odd[3] >> 20);
            reading.samples.iter_mut().for_each(|sample| sample.queue = Some(odd[3]));
        }
        state.hear(reading);
        for command in commands {
            state.obey([Command::Freeze, Command::Help, Command::NextTheme, Command::Stop][command]);
        }
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        state.draw(&mut buffer);
        prop_assert_eq!(buffer.area, Rect::new(0, 0, width, height));
    }
}

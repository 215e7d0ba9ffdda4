//! Screens written down, and read back with the eye or a rule.
//! Must not need a terminal.

use std::fs;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
};

use super::{Format, ansi, glyph, save, stamp, svg, text};

fn sample() -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, 20, 4));
    buf.set_string(0, 0, "Seats <A&B>", Style::new().add_modifier(Modifier::BOLD));
    buf.set_string(0, 1, "内场 VIP", Style::new().fg(Color::Green));
    buf.set_string(0, 2, "▀█▄ ⠋ ─", Style::new().fg(Color::LightBlue).add_modifier(Modifier::DIM));
    buf.set_string(16, 3, "Q q ", Style::new().add_modifier(Modifier::REVERSED));
    buf
}

#[test]
fn plain_text_keeps_columns_and_drops_spaces_at_the_ends() {
    assert_eq!(text(&sample()), "Seats <A&B>\n内场 VIP\n▀█▄ ⠋ ─\n                Q q\n");
    assert_eq!(text(&Buffer::empty(Rect::default())), "");
}

#[test]
fn coloured_text_ends_every_line_plain() {
    let lines = [
        "\x1b[0;1mSeats <A&B>\x1b[0m",
        "\x1b[0;32m内场 VIP\x1b[0m",
        "\x1b[0;2;94m▀█▄ ⠋ ─\x1b[0m",
        "                \x1b[0;7mQ q \x1b[0m",
    ];
    assert_eq!(ansi(&sample()), lines.map(|line| format!("{line}\n")).concat());
}

#[test]
fn a_picture_places_wide_characters_by_cell_and_blocks_as_shapes() {
    let picture = svg(&sample());
    assert!(picture.contains("&lt;A&amp;B&gt;"), "{picture}");
    // The first wide character is centred between two cells, the word after four cells and a space.
    assert!(picture.contains("<text class=\"c2\" x=\"22.4\" y=\"45.5\" text-anchor=\"middle\">内</text>"), "{picture}");
    assert!(picture.contains("<text class=\"c2\" x=\"56\" y=\"45.5\" textLength=\"25.2\""), "{picture}");
    assert!(!picture.contains('█') && picture.matches("<rect class=\"c12 d\"").count() == 3, "{picture}");
    assert_eq!(picture.matches("<circle").count(), 3, "{picture}");
    assert!(picture.contains("<text class=\"paper\"") && picture.contains("<rect class=\"ink\""), "reversed");
    assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
}

#[test]
fn a_screen_never_overwrites_another() {
    let folder = tempfile::tempdir().unwrap();
    let names = [(); 3].map(|()| save(&sample(), Format::Text, folder.path(), 1_767_323_045_678).unwrap());
    let names = names.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    assert_eq!(
        names,
        ["tpp-dash-20260102-030405.txt", "tpp-dash-20260102-030405-2.txt", "tpp-dash-20260102-030405-3.txt"]
    );
    assert!(fs::read_to_string(folder.path().join(&names[0])).unwrap().starts_with("Seats"));
    let nowhere = folder.path().join("no such folder");
    let refused = save(&sample(), Format::Svg, &nowhere, 0).unwrap_err();
    assert!(refused.to_string().contains("tpp-dash-19700101-000000.svg"), "{refused}");
}

#[test]
fn days_are_those_of_the_calendar() {
    let stamps = [0, 951_782_399_000, 951_782_400_000, 951_868_800_000, 4_107_542_399_000].map(stamp);
    let days = ["19700101-000000", "20000228-235959", "20000229-000000", "20000301-000000", "21000228-235959"];
    assert_eq!(stamps, days);
}

#[test]
fn every_block_quadrant_and_braille_character_is_a_shape() {
    for char in ('\u{2580}'..='\u{259f}').chain('\u{2801}'..='\u{28ff}') {
        assert!(shapes(char) > 0, "{char} {:x}", u32::from(char));
    }
    assert_eq!((shapes('⣿'), shapes('▙'), shapes('x')), (8, 3, 0));
}

fn shapes(char: char) -> usize {
    glyph::shapes(&char.to_string()).map_or(0, |(shapes, _)| shapes.len())
}

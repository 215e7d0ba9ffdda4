//! The first line of a screen: what it shows, and how it stands.
//! Must not take a second line.

use ratatui::layout::Rect;

use crate::tui::{
    panel::{Sheet, split_columns},
    text,
    theme::Meaning,
};

/// Fewer columns than this say nothing about it.
const ABOUT_MIN: usize = 12;

/// What the line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// What is shown.
    pub name: String,
    /// More about it, cut where there is no room.
    pub about: String,
    /// How it stands.
    pub standing: String,
    /// The screen does not move.
    pub frozen: bool,
}

/// Draws it.
pub fn draw(heading: &Heading, area: Rect, sheet: &mut Sheet<'_>) {
    let mut standing = vec![sheet.say(Meaning::Plain, heading.standing.clone())];
    if heading.frozen {
        standing.insert(0, sheet.say(Meaning::Plain, " "));
        standing.insert(0, sheet.say(Meaning::Frozen, sheet.lang.pick(" FROZEN ", " 已定住 ")));
    }
    let taken: usize = standing.iter().map(ratatui::text::Span::width).sum();
    let (left, _) = split_columns(area, area.width.saturating_sub(taken as u16 + 2));
    let name = text::cut(&heading.name, usize::from(left.width));
    let room = usize::from(left.width).saturating_sub(text::width(&name) + 2);
    let mut line = vec![sheet.say(Meaning::Headline, name)];
    if room >= ABOUT_MIN {
        line.push(sheet.say(Meaning::Quiet, format!("  {}", text::cut(&heading.about, room))));
    }
    sheet.put(left, 0, line);
    sheet.put_right(area, 0, standing);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    #[test]
    fn what_is_shown_is_cut_and_how_it_stands_is_not() {
        let heading = Heading {
            name: "flash_sale v4".to_owned(),
            about: "《排练》北京国家体育场 第七场 50,000 buyers want 20,000 seats".to_owned(),
            standing: "run 2 of 8  playing 3.2 s".to_owned(),
            frozen: true,
        };
        for width in [40, 80] {
            let screen = drawn((width, 1), Theme::Normal, |area, sheet| draw(&heading, area, sheet));
            insta::assert_snapshot!(format!("heading_{width}"), screen);
        }
    }
}

//! How the load generator fares: whether it keeps to the plan, and what both ends cost.
//! Must not judge the run: that is done afterwards, with all figures.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::tui::{
    lang::Lang,
    panel::{Sheet, split_columns, split_rows},
    text,
    theme::Meaning,
};

/// Columns of a name, and of a name with its value.
const NAME: usize = 12;
const PAIR: u16 = 18;
/// Columns of a value.
const VALUE: usize = 6;

/// What the panel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Generator {
    /// Buyers inside.
    pub in_flight: u64,
    /// Buyers due by now who were not let go yet, where the plan is known.
    pub behind: Option<u64>,
    /// Buyers a second that are due now, as a measure for those behind.
    pub planned_per_s: f64,
    /// Percent of one CPU that the generator takes.
    pub cpu_pct: Option<f64>,
    /// Percent of one CPU that the server takes.
    pub server_cpu_pct: Option<f64>,
}

impl Generator {
    /// A tenth of a second's buyers, and then half a second's.
    fn lateness(&self, behind: u64) -> Meaning {
        let late_s = behind as f64 / self.planned_per_s.max(100.0);
        match late_s {
            ..0.1 => Meaning::Plain,
            ..0.5 => Meaning::Warning,
            _ => Meaning::Bad,
        }
    }

    fn pairs(&self, lang: Lang) -> Vec<(&'static str, String, Meaning)> {
        let unknown = || "–".to_owned();
        let percent = |share: Option<f64>| share.map_or_else(unknown, |share| format!("{share:.0} %"));
        let behind = self.behind.map_or_else(unknown, text::count);
        vec![
            (lang.pick("in flight", "进行中"), text::count(self.in_flight), Meaning::Plain),
            (
                lang.pick("behind plan", "落后计划"),
                behind,
                self.behind.map_or(Meaning::Plain, |behind| self.lateness(behind)),
            ),
            (lang.pick("own CPU", "本机 CPU"), percent(self.cpu_pct), Meaning::Plain),
            (lang.pick("server CPU", "服务器 CPU"), percent(self.server_cpu_pct), Meaning::Plain),
        ]
    }
}

/// Draws it: pairs of name and value, beside each other where there is room.
pub fn draw(generator: &Generator, area: Rect, sheet: &mut Sheet<'_>) {
    let mut rest = sheet.titled(area, sheet.lang.pick("Generator", "压测端"), Line::default());
    let pairs = generator.pairs(sheet.lang);
    let a_row = usize::from((rest.width + 2) / (PAIR + 2)).clamp(1, 4);
    // Three beside each other and one below look like a mistake.
    let a_row = if a_row == 3 { 2 } else { a_row };
    for row in pairs.chunks(a_row) {
        let (mut mine, after) = split_rows(rest, 1);
        for (name, value, meaning) in row {
            let (pair, beside) = split_columns(mine, PAIR + 2);
            sheet.put(pair, 0, pair_of(sheet, (name, value, *meaning)));
            mine = beside;
        }
        rest = after;
    }
}

fn pair_of(sheet: &Sheet<'_>, (name, value, meaning): (&str, &str, Meaning)) -> Vec<Span<'static>> {
    vec![sheet.say(Meaning::Quiet, text::fitted(name, NAME)), sheet.say(meaning, text::right(value, VALUE))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{panel::drawing::drawn, theme::Theme};

    fn busy() -> Generator {
        Generator {
            in_flight: 412,
            behind: Some(1_830),
            planned_per_s: 9_000.0,
            cpu_pct: Some(71.4),
            server_cpu_pct: None,
        }
    }

    #[test]
    fn pairs_stand_beside_each_other_where_there_is_room() {
        for (width, height) in [(30, 5), (60, 3), (110, 2)] {
            let name = format!("generator_{width}");
            let screen = drawn((width, height), Theme::Normal, |area, sheet| draw(&busy(), area, sheet));
            insta::assert_snapshot!(name, screen);
        }
    }

    #[test]
    fn lateness_is_measured_by_the_plan() {
        let generator = busy();
        assert_eq!(
            [0, 899, 901, 4_501].map(|behind| generator.lateness(behind)),
            [Meaning::Plain, Meaning::Plain, Meaning::Warning, Meaning::Bad]
        );
    }
}

//! The body while there is no picture yet: where it would come from, and why it does not.
//! Must not be shown once there is a picture, however old.

use ratatui::layout::Rect;

use super::{
    connection::{Connection, Standing},
    window,
};
use crate::tui::{lang::Lang, panel::Sheet, theme::Meaning};

/// Whose picture it would be, and how its connection is.
pub struct Waiting<'a> {
    /// Address or file.
    pub subject: &'a str,
    /// The connection.
    pub connection: &'a Connection,
    /// A recorded run is opened.
    pub replay: bool,
    /// This machine's clock.
    pub now_ms: i64,
}

impl Waiting<'_> {
    /// Draws it.
    pub fn draw(&self, area: Rect, sheet: &mut Sheet<'_>) {
        let columns = usize::from(area.width);
        let lines: Vec<_> = self
            .lines(sheet.lang)
            .into_iter()
            .flat_map(|(meaning, words)| window::wrapped(&words, columns).into_iter().map(move |line| (meaning, line)))
            .collect();
        let top = area.height.saturating_sub(lines.len() as u16) / 3;
        for (row, (meaning, line)) in (top..).zip(lines) {
            sheet.put(area, row, sheet.say(meaning, line));
        }
    }

    fn lines(&self, lang: Lang) -> Vec<(Meaning, String)> {
        let subject = (Meaning::Headline, self.subject.to_owned());
        let Some((cause, attempt)) = self.connection.cause() else {
            let words = match self.replay {
                true => lang.pick("reading the record", "正在读取记录"),
                false => lang.pick("waiting for the first picture", "正在等待第一帧数据"),
            };
            return vec![subject, (Meaning::Quiet, words.to_owned())];
        };
        let again_s = match self.connection.standing(self.now_ms) {
            Standing::Offline { again_s, .. } => again_s,
            Standing::Connecting | Standing::Live | Standing::Stale { .. } => 0,
        };
        let again = match (again_s, lang) {
            (0, Lang::En) => format!("attempt {attempt} is under way"),
            (0, Lang::Zh) => format!("正在进行第 {attempt} 次重连"),
            (_, Lang::En) => format!("attempt {attempt} in {again_s} s"),
            (_, Lang::Zh) => format!("{again_s} 秒后第 {attempt} 次重连"),
        };
        let hint = lang.pick(
            "it is tried again until it answers; tpp serve starts a server",
            "将持续重连；tpp serve 可启动服务器",
        );
        vec![subject, (Meaning::Bad, cause.to_owned()), (Meaning::Plain, again), (Meaning::Quiet, hint.to_owned())]
    }
}

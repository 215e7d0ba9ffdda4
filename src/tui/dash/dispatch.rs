//! Keys and commands: what concerns the whole dashboard is done here, the rest goes to the screen of the shown tab.
//! Must not let a deed through that nobody confirmed.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{
    Dash, Held, Over, Tab,
    ask::{Ask, Deed, Playback},
    command::Command,
    commands::COMMANDS,
    confirm::Confirm,
    flash::Flash,
    help::{Help, Subject, Turn},
    palette::{Around, Palette, Picking, Wish},
    prompt::{Prompt, Typing},
};
use crate::tui::{keys::Stroke, lang::Lang};

/// A seek goes so many parts of the run.
const SEEK_PARTS: i64 = 20;

impl Dash {
    /// A key was pressed at this moment of this machine's clock.
    pub fn key(&mut self, key: KeyEvent, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.changed = true;
        let stroke = Stroke::pressed(key);
        let command = self.setup.keymap.command(self.tab, stroke);
        // The way out works from everywhere, also while something is typed.
        if stroke.is_held_down() && matches!(command, Some(Command::Quit | Command::Suspend)) {
            return command.map_or_else(Vec::new, |command| self.obey(command));
        }
        match std::mem::take(&mut self.over) {
            Over::Nothing => {
                self.asked_by = Some(stroke);
                let asks = command.map_or_else(Vec::new, |command| self.obey(command));
                self.asked_by = None;
                asks
            }
            Over::Help(help) => {
                let Some(command) = command else {
                    self.over = Over::Help(help);
                    return Vec::new();
                };
                self.turn(help, command, stroke)
            }
            Over::Confirm(confirm) if stroke == confirm.yes => self.begin(confirm.deed),
            Over::Confirm(_) => Vec::new(),
            Over::Filter(prompt) => self.type_filter(prompt, stroke),
            Over::Palette(palette) => self.pick(palette, stroke),
        }
    }

    /// Text was pasted: it goes where something is typed, and is never taken for keys.
    pub fn paste(&mut self, text: &str, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        self.changed = true;
        match std::mem::take(&mut self.over) {
            Over::Filter(mut prompt) => {
                prompt.paste(text);
                let asks = self.try_filter(&mut prompt);
                self.over = Over::Filter(prompt);
                asks
            }
            Over::Palette(mut palette) => {
                palette.paste(text);
                self.over = Over::Palette(palette);
                Vec::new()
            }
            over => {
                self.over = over;
                Vec::new()
            }
        }
    }

    /// Does what was asked for.
    pub fn obey(&mut self, command: Command) -> Vec<Ask> {
        self.changed = true;
        match command {
            Command::Tab(tab) => self.tab = tab,
            Command::NextTab => self.tab = self.tab.next(),
            Command::PreviousTab => self.tab = self.tab.previous(),
            Command::Quit => return vec![Ask::Quit],
            Command::Suspend => return vec![Ask::Suspend],
            Command::Dump => return vec![Ask::Dump],
            Command::Copy => return self.copy(),
            Command::NextTheme => self.dress(self.setup.theme.next()),
            Command::NextLang => self.speak(self.setup.lang.other()),
            Command::Mouse => return self.toggle_mouse(),
            Command::Help => self.over = Over::Help(Help::default()),
            Command::Palette => self.over = Over::Palette(Box::new(Palette::new(std::mem::take(&mut self.wishes)))),
            Command::Filter => self.open_filter(),
            Command::Pause => return self.pause(),
            Command::Faster => return self.play(Playback::Faster),
            Command::Slower => return self.play(Playback::Slower),
            Command::Restart => return self.play(Playback::Restart),
            Command::SeekForward => return self.play(Playback::Seek(self.seek_ms())),
            Command::SeekBack => return self.play(Playback::Seek(-self.seek_ms())),
            command => return self.ask_screen(command),
        }
        Vec::new()
    }

    /// Hands a command to the shown screen; while the picture is held, to the one behind it too, so that letting go changes
    /// nothing but the picture.
    fn ask_screen(&mut self, command: Command) -> Vec<Ask> {
        let (tab, now, moment) = (self.tab, self.moment_of_now(), self.moment());
        let mut asks = self.picture.obey(tab, command, now);
        if let Some(held) = &mut self.held {
            asks = held.picture.obey(tab, command, moment);
        }
        self.weighed(asks)
    }

    /// Lets asks through, but deeds: they are refused, or asked about.
    pub(super) fn weighed(&mut self, asks: Vec<Ask>) -> Vec<Ask> {
        let mut let_through = Vec::new();
        for ask in asks {
            match ask {
                Ask::Do(deed) => self.weigh(deed),
                Ask::Follow(program) => {
                    // Another program's picture comes: the held one is not it.
                    self.held = None;
                    let_through.push(Ask::Follow(program));
                }
                Ask::Audit(program) => {
                    // It turns until the laws have come.
                    self.moves_until_ms = i64::MAX;
                    let_through.push(Ask::Audit(program));
                }
                ask => let_through.push(ask),
            }
        }
        let_through
    }

    fn weigh(&mut self, deed: Deed) {
        let lang = self.setup.lang;
        let refusal = if self.setup.replay {
            lang.pick("a recorded run cannot be changed", "回放中不能更改")
        } else if self.setup.read_only {
            lang.pick("read-only: nothing can be changed", "只读：不能更改")
        } else if self.under_way.touches(&deed) {
            lang.pick("that is being done already", "正在处理中")
        } else {
            let facts = match &deed {
                Deed::Cancel(order) | Deed::Refund(order) => self.orders.get(*order),
                Deed::Sale(..) => None,
            };
            self.over = Over::Confirm(Box::new(Confirm::new(deed, self.asked_by, facts)));
            return;
        };
        self.refuse(refusal);
    }

    /// A deed was confirmed.
    fn begin(&mut self, deed: Deed) -> Vec<Ask> {
        self.flash = None;
        self.under_way.begin(deed.clone(), self.now_ms);
        vec![Ask::Do(deed)]
    }

    fn turn(&mut self, mut help: Help, command: Command, stroke: Stroke) -> Vec<Ask> {
        match help.obey(command, self.subject()) {
            Turn::Stay => self.over = Over::Help(help),
            Turn::Close => {}
            Turn::Run(command) => {
                self.asked_by = Some(stroke);
                let asks = self.obey(command);
                self.asked_by = None;
                return asks;
            }
        }
        Vec::new()
    }

    fn open_filter(&mut self) {
        let before = self.shown().filtered_by(self.tab).to_owned();
        let history = self.filters.remove(self.tab.word()).unwrap_or_default();
        self.over = Over::Filter(Box::new(Prompt::new(self.tab, &before, history)));
    }

    fn type_filter(&mut self, mut prompt: Box<Prompt>, stroke: Stroke) -> Vec<Ask> {
        let mut asks = Vec::new();
        match prompt.type_key(stroke) {
            Typing::Same => {}
            Typing::Changed => asks = self.try_filter(&mut prompt),
            // A mistake is not kept: it stays there to be mended.
            Typing::Keep if prompt.mistake.is_some() => {}
            Typing::Keep => {
                self.filters.insert(prompt.tab.word(), prompt.into_history());
                return asks;
            }
            Typing::Cancel => {
                let asks = self.filter(prompt.tab, &prompt.before).unwrap_or_default();
                self.filters.insert(prompt.tab.word(), prompt.into_history());
                return asks;
            }
        }
        self.over = Over::Filter(prompt);
        asks
    }

    fn try_filter(&mut self, prompt: &mut Prompt) -> Vec<Ask> {
        let outcome = self.filter(prompt.tab, prompt.text());
        prompt.mistake = outcome.as_ref().err().cloned();
        outcome.unwrap_or_default()
    }

    fn filter(&mut self, tab: Tab, text: &str) -> Result<Vec<Ask>, String> {
        let (now, moment) = (self.moment_of_now(), self.moment());
        let mut outcome = self.picture.filter(tab, text, now);
        if let Some(held) = &mut self.held {
            outcome = held.picture.filter(tab, text, moment);
        }
        outcome.map(|asks| self.weighed(asks))
    }

    fn pick(&mut self, mut palette: Box<Palette>, stroke: Stroke) -> Vec<Ask> {
        let picking = palette.type_key(stroke, self.around());
        match picking {
            Picking::Same => self.over = Over::Palette(palette),
            Picking::Cancel => self.wishes = palette.into_history(),
            Picking::Run(wish) => {
                self.wishes = palette.into_history();
                self.asked_by = Some(stroke);
                let asks = self.grant(wish);
                self.asked_by = None;
                return asks;
            }
        }
        Vec::new()
    }

    fn grant(&mut self, wish: Wish) -> Vec<Ask> {
        match wish {
            Wish::Command(command) => return self.obey_wherever(command),
            Wish::Theme(theme) => self.dress(theme),
            Wish::Lang(lang) => self.speak(lang),
            Wish::Follow(_) if self.setup.replay => {
                self.refuse(self.setup.lang.pick("a recorded run has nobody to ask", "回放中无法查询"));
            }
            Wish::Follow(program) => return self.weighed(vec![Ask::Follow(program)]),
            Wish::Order(order) => {
                self.tab = Tab::Orders;
                return match self.filter(Tab::Orders, &format!("order:{order}")) {
                    Ok(asks) => asks.into_iter().chain(self.ask_screen(Command::Open)).collect(),
                    Err(why) => {
                        self.flash = Some(Flash::refusal(why, self.now_ms));
                        Vec::new()
                    }
                };
            }
        }
        Vec::new()
    }

    /// A command by its name, also one of another tab: that tab is shown, where there is no doubt which.
    fn obey_wherever(&mut self, command: Command) -> Vec<Ask> {
        let tabs = COMMANDS.iter().find(|entry| entry.command == command).map_or(&[][..], |entry| entry.tabs);
        if tabs.is_empty() || tabs.contains(&self.tab) {
            return self.obey(command);
        }
        if let [tab] = tabs {
            self.tab = *tab;
            return self.obey(command);
        }
        let lang = self.setup.lang;
        let named: Vec<_> = tabs.iter().map(|tab| tab.title(lang)).collect();
        let words = lang.pick("that means something only on ", "仅适用于：");
        self.refuse(&format!("{words}{}", named.join(", ")));
        Vec::new()
    }

    fn copy(&mut self) -> Vec<Ask> {
        let Some(text) = self.shown().copied(self.tab, self.moment()) else {
            self.refuse(self.setup.lang.pick("there is nothing to copy here", "此处没有可复制的内容"));
            return Vec::new();
        };
        let line = text.lines().next().unwrap_or_default();
        self.praise(&format!("{}{line}", self.setup.lang.pick("copied ", "已复制 ")));
        vec![Ask::Copy(text)]
    }

    fn toggle_mouse(&mut self) -> Vec<Ask> {
        self.setup.mouse = !self.setup.mouse;
        let words = if self.setup.mouse {
            self.setup.lang.pick("the mouse is listened to; m leaves it to the terminal", "已启用鼠标；按 m 释放")
        } else {
            self.setup.lang.pick("the mouse is the terminal's", "鼠标已交还终端")
        };
        self.praise(words);
        vec![Ask::Mouse(self.setup.mouse)]
    }

    fn dress(&mut self, theme: crate::tui::theme::Theme) {
        self.setup.theme = theme;
        self.praise(&format!("{}{}", self.setup.lang.pick("theme: ", "主题："), theme.word()));
    }

    fn speak(&mut self, lang: Lang) {
        self.setup.lang = lang;
        self.praise(lang.pick("English", "中文"));
    }

    /// Holds the picture, or lets it go. A replay stands still instead, and orders hold their own tail.
    fn pause(&mut self) -> Vec<Ask> {
        if self.setup.replay {
            return self.play(Playback::Toggle);
        }
        if self.held.take().is_some() {
            return Vec::new();
        }
        if self.tab == Tab::Orders {
            return self.ask_screen(Command::Pause);
        }
        let server_ms = self.moment().server_ms;
        self.held = Some(Held { picture: Box::new(self.picture.clone()), server_ms, waiting: 0 });
        Vec::new()
    }

    fn play(&mut self, playback: Playback) -> Vec<Ask> {
        if self.setup.replay {
            return vec![Ask::Play(playback)];
        }
        self.refuse(self.setup.lang.pick("only a recorded run can be wound", "仅回放时可用"));
        Vec::new()
    }

    fn seek_ms(&self) -> i64 {
        self.playing.map_or(0, |playing| (playing.length_ms / SEEK_PARTS).max(1_000))
    }

    fn refuse(&mut self, words: &str) {
        self.flash = Some(Flash::refusal(words, self.now_ms));
    }

    fn praise(&mut self, words: &str) {
        self.flash = Some(Flash::good(words, self.now_ms));
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        Subject {
            tab: self.tab,
            keymap: &self.setup.keymap,
            replay: self.setup.replay,
            read_only: self.setup.read_only,
        }
    }

    pub(super) fn around(&self) -> Around<'_> {
        Around {
            tab: self.tab,
            lang: self.setup.lang,
            replay: self.setup.replay,
            read_only: self.setup.read_only,
            keymap: &self.setup.keymap,
            sale: &self.shown().sale,
        }
    }
}

#[cfg(test)]
mod tests;

//! The loop of the dashboard: keys answered at once, news as they come, a tick ten times a second, and a frame only when
//! something changed.
//! Must not wait for anything but a key, a bell or its next tick.

mod pace;

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    sync::mpsc::{Receiver, TryRecvError},
    time::{Duration, Instant},
};

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    Dash,
    ask::{Ask, News},
    link::now_ms,
    source::Source,
};
use crate::tui::{
    dump::{self, Format},
    signals::{self, Hint},
    terminal::{Input, Screen},
};
pub use pace::Pace;

/// Between two ticks.
const TICK: Duration = Duration::from_millis(100);
/// Between two frames that no key asked for.
const FRAME: Duration = Duration::from_millis(33);
/// Keys that are taken before the screen is drawn: whoever pastes a book must see it go by.
const KEYS_MAX: usize = 64;
/// Asks that one key or piece of news may lead to, answers included.
const ASKS_MAX: usize = 256;

/// How the loop behaves.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Listen to the mouse from the start.
    pub mouse: bool,
    /// Where saved screens go.
    pub dumps: PathBuf,
    /// How they are written.
    pub format: Format,
    /// Panics at this moment of this machine's clock: how else could a test see that the terminal survives that?
    #[cfg(debug_assertions)]
    pub panics_at_ms: Option<i64>,
}

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Somebody pressed the key for it.
    Quit,
    /// The process was told to end.
    Stopped,
}

/// Takes the terminal and shows the dashboard until its end. Blocks.
///
/// # Errors
/// When the terminal is not there, or goes away.
pub fn show(
    dash: Dash,
    source: impl Source,
    hints: &Receiver<Hint>,
    manners: Manners,
    pace: &mut Pace,
) -> io::Result<End> {
    let mut screen = Screen::enter()?;
    screen.listen_to_mouse(manners.mouse)?;
    let now = Instant::now();
    let mut show = Show { screen, dash, source, hints, manners, pace, drawn_at: None, ticked_at: now };
    loop {
        if let Some(end) = show.step()? {
            return Ok(end);
        }
    }
}

struct Show<'a, S> {
    screen: Screen,
    dash: Dash,
    source: S,
    hints: &'a Receiver<Hint>,
    manners: Manners,
    pace: &'a mut Pace,
    drawn_at: Option<Instant>,
    ticked_at: Instant,
}

impl<S: Source> Show<'_, S> {
    /// Whatever is due, and then a wait for what comes next.
    fn step(&mut self) -> io::Result<Option<End>> {
        let mut end = self.heed()?;
        let now = now_ms();
        #[cfg(debug_assertions)]
        assert!(self.manners.panics_at_ms.is_none_or(|at| now < at), "a panic was asked for");
        for news in self.source.news(now) {
            let asks = self.dash.hear(news, now);
            end = end.or(self.carry_out(asks)?);
        }
        if self.ticked_at.elapsed() >= TICK {
            self.ticked_at = Instant::now();
            let asks = self.dash.tick(now);
            end = end.or(self.carry_out(asks)?);
        }
        if end.is_some() {
            return Ok(end);
        }
        let mut until = self.ticked_at + TICK;
        if let Some(early) = self.drawn_at.map(|at| at + FRAME).filter(|due| *due > Instant::now()) {
            // What changed in the meantime is drawn then.
            until = until.min(early);
        } else {
            self.draw()?;
        }
        self.wait(until)
    }

    /// Waits, and answers the keys that come.
    fn wait(&mut self, until: Instant) -> io::Result<Option<End>> {
        let first = match self.source.bell() {
            Some(bell) => self.screen.input_or_bell_before(until, bell)?,
            None => self.screen.input_before(until)?,
        };
        let Some(mut input) = first else { return Ok(None) };
        let came = Instant::now();
        for _ in 0..KEYS_MAX {
            let asks = self.take(input);
            let end = self.carry_out(asks)?;
            if end.is_some() {
                return Ok(end);
            }
            match self.screen.input_before(came)? {
                Some(next) => input = next,
                None => break,
            }
        }
        self.draw()?;
        self.pace.answered(came.elapsed());
        Ok(None)
    }

    fn take(&mut self, input: Input) -> Vec<Ask> {
        match input {
            Input::Key(key) => self.dash.key(key, now_ms()),
            Input::Mouse(event) => self.dash.mouse(event, self.area(), now_ms()),
            Input::Paste(text) => self.dash.paste(&text, now_ms()),
            Input::Redraw => {
                self.dash.touch();
                Vec::new()
            }
        }
    }

    /// Where the dashboard was drawn; nothing where nobody can tell.
    fn area(&self) -> Rect {
        self.screen.size().map_or_else(|_| Rect::default(), |size| Rect::new(0, 0, size.width, size.height))
    }

    /// What the process was told from outside.
    fn heed(&mut self) -> io::Result<Option<End>> {
        loop {
            match self.hints.try_recv() {
                Ok(Hint::Close | Hint::Stopping) | Err(TryRecvError::Disconnected) => return Ok(Some(End::Stopped)),
                Ok(Hint::Suspend) => {
                    if self.suspend()? {
                        return Ok(Some(End::Stopped));
                    }
                }
                Ok(Hint::Resume) => {
                    self.screen.enter_again()?;
                    self.dash.touch();
                }
                Err(TryRecvError::Empty) => return Ok(None),
            }
        }
    }

    /// Does what the dashboard cannot do by itself, and what follows from it.
    fn carry_out(&mut self, asks: Vec<Ask>) -> io::Result<Option<End>> {
        let mut asks = VecDeque::from(asks);
        for _ in 0..ASKS_MAX {
            let Some(ask) = asks.pop_front() else { break };
            match ask {
                Ask::Quit => return Ok(Some(End::Quit)),
                Ask::Suspend => {
                    if self.suspend()? {
                        return Ok(Some(End::Stopped));
                    }
                }
                Ask::Copy(text) => self.screen.copy(&text)?,
                Ask::Mouse(listen) => self.screen.listen_to_mouse(listen)?,
                Ask::Dump => {
                    let dumped = News::Dumped(self.dump());
                    asks.extend(self.dash.hear(dumped, now_ms()));
                }
                ask => self.source.ask(ask),
            }
        }
        Ok(None)
    }

    /// Back to the shell for a while. True when that was the end.
    fn suspend(&mut self) -> io::Result<bool> {
        let ends = |hint| matches!(hint, Hint::Close | Hint::Stopping);
        let ended = signals::suspend(&mut self.screen, self.hints, ends)?;
        self.dash.touch();
        Ok(ended)
    }

    fn dump(&self) -> Result<PathBuf, String> {
        let size = self.screen.size().map_err(|e| e.to_string())?;
        let mut buf = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        self.dash.draw(&mut buf);
        dump::save(&buf, self.manners.format, &self.manners.dumps, now_ms()).map_err(|e| e.to_string())
    }

    fn draw(&mut self) -> io::Result<()> {
        if !self.dash.take_change() {
            return Ok(());
        }
        let started = Instant::now();
        self.screen.draw(|buf| self.dash.draw(buf))?;
        self.drawn_at = Some(Instant::now());
        self.pace.drawn(started.elapsed());
        Ok(())
    }
}

//! The terminal: taken for a screen, and given back as it was, whatever happens.
//! Must not know what is shown, nor write to stdout: that is the result's.

use std::{
    io::{self, BufWriter, Stderr, Write as _, stderr, stdin},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crossterm::{
    cursor::{Hide, Show},
    event::{
        self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, KeyEvent,
        MouseEvent,
    },
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use ratatui::{Terminal, backend::CrosstermBackend, buffer::Buffer, layout::Size};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use super::{bell::Bell, clipboard};

/// Is the terminal ours at the moment? There is one terminal, and a panic in any thread must be able to give it back.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Does the terminal tell us of the mouse at the moment?
static MOUSE: AtomicBool = AtomicBool::new(false);
/// The panic hook is set once.
static HOOK: Once = Once::new();

type Cells = Terminal<CrosstermBackend<BufWriter<Stderr>>>;

/// The terminal, taken. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Screen {
    cells: Cells,
    /// The mouse is wanted whenever the terminal is ours.
    mouse: bool,
}

/// What came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// The mouse: only while it is listened to.
    Mouse(MouseEvent),
    /// Text that was pasted: its letters are no keys.
    Paste(String),
    /// Another size, or anything else after which the screen is to be drawn anew.
    Redraw,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When there is none.
    pub fn enter() -> io::Result<Self> {
        HOOK.call_once(give_back_before_a_panic_is_told);
        take()?;
        // Given back should its size not be known.
        let cells = new_cells().inspect_err(|_| give_back())?;
        Ok(Self { cells, mouse: false })
    }

    /// Gives the terminal back for a while.
    pub fn leave(&mut self) {
        give_back();
    }

    /// Takes the terminal again, as unknown: whoever had it meanwhile may have left anything on it.
    ///
    /// # Errors
    /// When it is gone.
    pub fn enter_again(&mut self) -> io::Result<()> {
        give_back();
        take()?;
        self.cells = new_cells()?;
        self.listen_to_mouse(self.mouse)
    }

    /// Listens to the mouse, or leaves it to the terminal, which then selects text with it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn listen_to_mouse(&mut self, listen: bool) -> io::Result<()> {
        self.mouse = listen;
        if listen && TAKEN.load(Ordering::SeqCst) {
            MOUSE.store(true, Ordering::SeqCst);
            execute!(stderr(), EnableMouseCapture)
        } else if MOUSE.swap(false, Ordering::SeqCst) {
            execute!(stderr(), DisableMouseCapture)
        } else {
            Ok(())
        }
    }

    /// Asks the terminal to put a text on the clipboard of whoever sits before it, also over ssh. It may refuse, silently.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut terminal = stderr();
        terminal.write_all(clipboard::sequence(text).as_bytes())?;
        terminal.flush()
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn size(&self) -> io::Result<Size> {
        self.cells.size()
    }

    /// Draws; only cells that changed are written. Does nothing while the terminal is given back.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) {
            self.cells.draw(|frame| draw(frame.buffer_mut()))?;
        }
        Ok(())
    }

    /// The next input, or nothing when none comes before the deadline.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn input_before(&self, deadline: Instant) -> io::Result<Option<Input>> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if let Some(input) = input_now()? {
                return Ok(Some(input));
            }
            if left.is_zero() {
                return Ok(None);
            }
            wait_for_input(left)?;
        }
    }

    /// The same, but a bell that rings ends the waiting, too. The bell is silenced by that.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn input_or_bell_before(&self, deadline: Instant, bell: &Bell) -> io::Result<Option<Input>> {
        if let Some(input) = input_now()? {
            return Ok(Some(input));
        }
        if wait_for(deadline.saturating_duration_since(Instant::now()), Some(bell))? {
            bell.silence();
        }
        input_now()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Input that is there already.
fn input_now() -> io::Result<Option<Input>> {
    // The reader of events never comes back from a terminal that is gone, so it is only asked when there is one.
    wait_for_input(Duration::ZERO)?;
    if !event::poll(Duration::ZERO)? {
        return Ok(None);
    }
    Ok(Some(match event::read()? {
        Event::Key(key) => Input::Key(key),
        Event::Mouse(mouse) => Input::Mouse(mouse),
        Event::Paste(text) => Input::Paste(text),
        _ => Input::Redraw,
    }))
}

/// Waits until there is something to read from standard input, or so long.
fn wait_for_input(at_most: Duration) -> io::Result<()> {
    wait_for(at_most, None).map(|_| ())
}

/// Waits for standard input and, if there is one, a bell. True when the bell rings.
fn wait_for(at_most: Duration, bell: Option<&Bell>) -> io::Result<bool> {
    let at_most = Timespec::try_from(at_most).map_err(io::Error::other)?;
    let keys = stdin();
    let mut watched = vec![PollFd::new(&keys, PollFlags::IN)];
    watched.extend(bell.map(|bell| PollFd::new(bell, PollFlags::IN)));
    match poll(&mut watched, Some(&at_most)) {
        // A signal: whoever waits looks again.
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    if watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the terminal is gone"));
    }
    Ok(watched.get(1).is_some_and(|bell| bell.revents().contains(PollFlags::IN)))
}

fn new_cells() -> io::Result<Cells> {
    Terminal::new(CrosstermBackend::new(BufWriter::new(stderr())))
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(stderr(), EnterAlternateScreen, EnableBracketedPaste, Hide).inspect_err(|_| give_back())
}

/// As it was: once, and without an error, for there is nobody left to tell.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        if MOUSE.swap(false, Ordering::SeqCst) {
            let _ = execute!(stderr(), DisableMouseCapture);
        }
        let _ = execute!(stderr(), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

fn give_back_before_a_panic_is_told() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        give_back();
        told(panic);
    }));
}

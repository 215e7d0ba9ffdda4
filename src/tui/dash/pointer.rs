//! The mouse: a click on a tab or into the screen, and the wheel.
//! Must not be needed for anything: every click has a key.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{Dash, Over, ask::Ask, command::Command, frame::Areas, help::Turn};
use crate::tui::keys::Stroke;

/// Lines of a turn of the wheel.
const WHEEL_LINES: usize = 3;

impl Dash {
    /// The mouse did something on a screen of this size.
    pub fn mouse(&mut self, event: MouseEvent, screen: Rect, now_ms: i64) -> Vec<Ask> {
        self.now_ms = now_ms;
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.changed = true;
                self.click(Position { x: event.column, y: event.row }, screen)
            }
            MouseEventKind::ScrollUp => self.wheel(Command::Up),
            MouseEventKind::ScrollDown => self.wheel(Command::Down),
            _ => Vec::new(),
        }
    }

    fn click(&mut self, at: Position, screen: Rect) -> Vec<Ask> {
        // Whatever lies over the screen is closed; that is never a yes.
        if let Over::Help(_) | Over::Confirm(_) = self.over {
            self.over = Over::Nothing;
            return Vec::new();
        }
        if !matches!(self.over, Over::Nothing) {
            return Vec::new();
        }
        let areas = Areas::of(screen);
        if areas.head.contains(at) {
            if let Some(tab) = self.header().tab_at(at.x, areas.head) {
                self.tab = tab;
            }
            return Vec::new();
        }
        if !areas.body.contains(at) || !self.connection.has_picture() {
            return Vec::new();
        }
        let (tab, now, moment) = (self.tab, self.moment_of_now(), self.moment());
        let mut asks = self.picture.click(tab, at, areas.body, now);
        if let Some(held) = &mut self.held {
            asks = held.picture.click(tab, at, areas.body, moment);
        }
        self.weighed(asks)
    }

    fn wheel(&mut self, command: Command) -> Vec<Ask> {
        self.changed = true;
        let mut asks = Vec::new();
        for _ in 0..WHEEL_LINES {
            let stroke = if command == Command::Up { Stroke::UP } else { Stroke::DOWN };
            match std::mem::take(&mut self.over) {
                Over::Nothing => asks.extend(self.obey(command)),
                Over::Help(mut help) => {
                    if help.obey(command, self.subject()) == Turn::Stay {
                        self.over = Over::Help(help);
                    }
                }
                Over::Palette(mut palette) => {
                    palette.type_key(stroke, self.around());
                    self.over = Over::Palette(palette);
                }
                over => self.over = over,
            }
        }
        asks
    }
}

//! The feed, kept open: follows what is wished for, goes on after the last event it had, and never gives up.
//! Must not try more often than its pauses allow, whatever the server does.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use super::{Says, now_ms};
use crate::{
    client::{Client, ClientError},
    domain::ids::ProgramId,
    tui::dash::ask::{Link, News},
    wire::feed::ProgramStock,
};

/// The pause before the second attempt; each further one is twice as long.
const PAUSE_MS_MIN: u64 = 500;
/// The longest pause, before chance makes it up to a fifth longer.
const PAUSE_MS_MAX: u64 = 5_000;

/// Which program is to be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// The busiest one, as soon as there is one.
    Busiest,
    /// This one, or none.
    Named(Option<ProgramId>),
}

/// Why reading ended.
enum Ended {
    /// Another program is wished for.
    Elsewhere,
    /// The connection was lost, for this reason.
    Lost(String),
    /// There is no screen any more.
    Over,
}

/// The feed of a link.
pub(super) struct Feeding {
    client: Client,
    wished: watch::Receiver<Wish>,
    says: Says,
    program: Option<ProgramId>,
    last_id: Option<String>,
    /// Attempts since a frame was last read.
    attempts: u32,
}

impl Feeding {
    pub(super) fn new(client: Client, wished: watch::Receiver<Wish>, says: Says) -> Self {
        Self { client, wished, says, program: None, last_id: None, attempts: 0 }
    }

    /// Until there is no screen any more.
    pub(super) async fn go_on(mut self) {
        loop {
            let wish = *self.wished.borrow_and_update();
            if let Wish::Named(program) = wish
                && program != self.program
            {
                self.turn_to(program);
            }
            match self.read(wish).await {
                Ended::Elsewhere => {}
                Ended::Over => return,
                Ended::Lost(cause) => {
                    if !self.pause(cause).await {
                        return;
                    }
                }
            }
        }
    }

    /// What was heard of one program says nothing of another: the next feed starts with a snapshot.
    fn turn_to(&mut self, program: Option<ProgramId>) {
        self.program = program;
        self.last_id = None;
    }

    async fn read(&mut self, wish: Wish) -> Ended {
        let opened = tokio::select! {
            opened = self.client.feed(self.program, self.last_id.as_deref()) => opened,
            changed = self.wished.changed() => return elsewhere(changed.is_ok()),
        };
        let mut feed = match opened {
            Ok(feed) => feed,
            Err(error) => return Ended::Lost(cause(error)),
        };
        if !self.says.say(News::Link(Link::Live)).await {
            return Ended::Over;
        }
        loop {
            let frame = tokio::select! {
                frame = feed.next() => frame,
                changed = self.wished.changed() => return elsewhere(changed.is_ok()),
            };
            let frame = match frame {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ended::Lost("the server ended the feed".to_owned()),
                Err(error) => return Ended::Lost(cause(error)),
            };
            self.attempts = 0;
            self.last_id = feed.last_id().map(ToOwned::to_owned);
            let chosen = if wish == Wish::Busiest && self.program.is_none() { busiest(&frame.programs) } else { None };
            if !self.says.say(News::Frame(Box::new(frame))).await {
                return Ended::Over;
            }
            if chosen.is_some() {
                self.turn_to(chosen);
                return Ended::Elsewhere;
            }
        }
    }

    /// Says that the connection was lost, and waits. False when there is no screen any more.
    async fn pause(&mut self, cause: String) -> bool {
        self.attempts += 1;
        let pause_ms = pause_ms(self.attempts, chance());
        let again_at_ms = now_ms().saturating_add_unsigned(pause_ms);
        let lost = Link::Lost { cause, attempt: self.attempts, again_at_ms };
        if !self.says.say(News::Link(lost)).await {
            return false;
        }
        tokio::select! {
            () = sleep(Duration::from_millis(pause_ms)) => true,
            // Whoever wishes for another program meanwhile gets it with the next attempt.
            () = self.says.says.closed() => false,
        }
    }
}

const fn elsewhere(there_is_a_screen: bool) -> Ended {
    if there_is_a_screen { Ended::Elsewhere } else { Ended::Over }
}

/// The address stands in the header already.
fn cause(error: ClientError) -> String {
    match error {
        ClientError::Unreachable { cause, .. } => cause,
        error => error.to_string(),
    }
}

/// The pause before the attempt after this many that failed. Chance, from 0 to 1, keeps the dashboards of a server from all
/// coming back at once.
fn pause_ms(failed: u32, chance: f64) -> u64 {
    let doubled = PAUSE_MS_MIN.saturating_mul(1 << failed.saturating_sub(1).min(10));
    let pause = doubled.min(PAUSE_MS_MAX);
    pause + (pause as f64 * 0.2 * chance) as u64
}

/// Good enough for a pause: the nanoseconds of this machine's clock.
fn chance() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    f64::from(since.subsec_nanos() % 1_000_000) / 1e6
}

/// The program with the most seats among those on sale, or among all when none is.
#[must_use]
pub fn busiest(programs: &[ProgramStock]) -> Option<ProgramId> {
    let size = |program: &&ProgramStock| (program.on_sale, program.total, std::cmp::Reverse(program.id));
    programs.iter().max_by_key(size).map(|program| program.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::dash::sample;

    #[test]
    fn pauses_grow_from_half_a_second_to_five_and_never_stop() {
        let pauses = [1, 2, 3, 4, 5, 50, u32::MAX].map(|failed| pause_ms(failed, 0.0));
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
        assert_eq!(pause_ms(u32::MAX, 1.0), 6_000);
        assert!((0..100).all(|_| (0.0..1.0).contains(&chance())));
    }

    #[test]
    fn the_busiest_program_is_the_largest_on_sale() {
        let mut off_sale = sample::program(3, "closed", (9_000, 0, 0));
        off_sale.on_sale = false;
        let small = sample::program(1, "small", (10, 0, 0));
        let large = sample::program(2, "large", (10, 20, 30));
        assert_eq!(busiest(&[small.clone(), off_sale.clone(), large.clone()]), Some(large.id));
        assert_eq!(busiest(&[off_sale.clone()]), Some(off_sale.id), "better than nothing");
        assert_eq!(busiest(&[]), None);
        let twin = sample::program(4, "twin", (60, 0, 0));
        assert_eq!(busiest(&[twin, large.clone()]), Some(large.id), "the older one of two alike");
    }
}

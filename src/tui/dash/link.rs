//! The connection to a server: the feed, opened again and again for as long as it takes, and whatever else is asked.
//! Must not hold the screen up: asking never waits, and what comes back waits for the screen in a queue with a limit.
//!
//! Nothing is thrown away on the way: a screen that does not keep up makes the feed wait, and the server then puts several
//! deltas into one.

mod desk;
mod feeding;

pub use desk::answer;
pub use feeding::busiest;

use std::{
    io,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::sync::{mpsc, watch};

use super::{
    ask::{Ask, Deed, News},
    source::Source,
};
use crate::{client::Client, domain::ids::ProgramId, tui::bell::Bell};
use desk::Desk;
use feeding::{Feeding, Wish};

/// News that may wait for the screen: beyond that the feed is not read.
const NEWS_MAX: usize = 16;

/// A connection that is looked after until it is dropped.
#[derive(Debug)]
pub struct Link {
    wish: watch::Sender<Wish>,
    desk: Desk,
    heard: mpsc::Receiver<News>,
    bell: Arc<Bell>,
    /// Asks that found no room are answered at once.
    refused: Vec<News>,
}

impl Link {
    /// Follows this program, or the busiest one that is on sale. Must be called within a runtime: its tasks do the work, and
    /// end when the link is dropped.
    ///
    /// # Errors
    /// When the system has no file left to open.
    pub fn open(client: &Client, program: Option<ProgramId>) -> io::Result<Self> {
        let bell = Arc::new(Bell::new()?);
        let (says, heard) = mpsc::channel(NEWS_MAX);
        let says = Says { says, bell: bell.clone() };
        let (wish, wished) = watch::channel(program.map_or(Wish::Busiest, |id| Wish::Named(Some(id))));
        tokio::spawn(Feeding::new(client.clone(), wished, says.clone()).go_on());
        let desk = Desk::open(client, &says);
        Ok(Self { wish, desk, heard, bell, refused: Vec::new() })
    }
}

impl Source for Link {
    fn bell(&self) -> Option<&Bell> {
        Some(&self.bell)
    }

    fn news(&mut self, _now_ms: i64) -> Vec<News> {
        let mut news = std::mem::take(&mut self.refused);
        news.extend(std::iter::from_fn(|| self.heard.try_recv().ok()).take(NEWS_MAX));
        news
    }

    fn ask(&mut self, ask: Ask) {
        match ask {
            Ask::Follow(program) => drop(self.wish.send_replace(Wish::Named(program))),
            ask => {
                if let Some(refused) = self.desk.take(ask) {
                    self.refused.push(refused);
                    self.bell.ring();
                }
            }
        }
    }
}

/// Tells the screen.
#[derive(Debug, Clone)]
struct Says {
    says: mpsc::Sender<News>,
    bell: Arc<Bell>,
}

impl Says {
    /// Waits while the screen has enough to do. False when there is no screen any more.
    async fn say(&self, news: News) -> bool {
        let told = self.says.send(news).await.is_ok();
        self.bell.ring();
        told
    }
}

/// A deed that found no room.
fn too_many(deed: Deed) -> News {
    News::Done(deed, Err("too much is being done already; wait for it".to_owned()))
}

/// This machine's clock, in ms since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

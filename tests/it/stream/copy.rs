//! A server's picture as a reader of the feed has it: a snapshot, and every delta on top.
//! Must not ask the server: what it holds came through the feed.

use std::collections::BTreeMap;

use tpp::{
    client::{Client, ClientError, feed::Feed},
    domain::ids::ProgramId,
    wire::feed::{Frame, ProgramStock, SeatRun},
};

use crate::harness::{ADMIN_TOKEN, Office, Program, wait::LIMIT};

/// A reader with its own copy of the picture.
pub struct Copy {
    runtime: tokio::runtime::Runtime,
    /// None while it is away.
    feed: Option<Feed>,
    /// The last frame.
    pub last: Frame,
    /// Frames so far.
    pub frames: usize,
    /// One a seat, by position.
    pub seats: Vec<u8>,
    pub programs: BTreeMap<ProgramId, ProgramStock>,
    /// All that was told.
    pub told: Vec<Frame>,
}

impl Copy {
    /// Opens the feed and reads its first frame.
    #[track_caller]
    pub fn of(office: &Office, program: Option<&Program>) -> Self {
        Self::after(office, program, None)
    }

    /// The same, going on after an event.
    #[track_caller]
    pub fn after(office: &Office, program: Option<&Program>, id: Option<&str>) -> Self {
        let runtime = runtime();
        let feed = runtime.block_on(open(office, program, id)).unwrap_or_else(|e| panic!("no feed: {e}"));
        let (last, seats, programs) = (Frame::default(), Vec::new(), BTreeMap::new());
        let mut copy = Self { runtime, feed: Some(feed), last, frames: 0, seats, programs, told: Vec::new() };
        assert!(copy.reads(), "a feed without a frame");
        copy
    }

    /// Reads one frame. False when the feed has ended.
    #[track_caller]
    pub fn reads(&mut self) -> bool {
        let next = self
            .runtime
            .block_on(async { tokio::time::timeout(LIMIT, self.feed.as_mut().expect("it is here").next()).await });
        match next.unwrap_or_else(|_| panic!("no frame for {LIMIT:?}")) {
            Ok(Some(frame)) => {
                self.takes(frame);
                true
            }
            Ok(None) | Err(ClientError::Unreachable { .. }) => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// Reads until the copy is as it should be.
    #[track_caller]
    pub fn reads_until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let began = std::time::Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < LIMIT, "waited {LIMIT:?} for {what}; last: {:?}", self.last);
            assert!(self.reads(), "the feed ended before {what}");
        }
    }

    /// Id of the last event.
    pub fn last_id(&self) -> String {
        let feed = self.feed.as_ref().expect("it is here");
        feed.last_id().expect("every event has an id").to_owned()
    }

    /// Closes the feed, and keeps the copy.
    pub fn leaves(&mut self) {
        self.feed = None;
        // With the runtime goes the connection.
        self.runtime = runtime();
    }

    /// Opens the feed again after this event, and reads a frame.
    #[track_caller]
    pub fn comes_back(&mut self, office: &Office, program: Option<&Program>, id: &str) {
        let feed = self.runtime.block_on(open(office, program, Some(id))).unwrap_or_else(|e| panic!("no feed: {e}"));
        self.feed = Some(feed);
        assert!(self.reads(), "a feed without a frame");
    }

    #[track_caller]
    fn takes(&mut self, frame: Frame) {
        assert!(frame.sequence > self.last.sequence, "{} after {}", frame.sequence, self.last.sequence);
        assert!(frame.server_ms >= self.last.server_ms, "the server's clock went back");
        self.frames += 1;
        if frame.whole {
            self.programs.clear();
            self.seats.clear();
        }
        self.programs.extend(frame.programs.iter().map(|line| (line.id, line.clone())));
        if let Some(followed) = &frame.followed {
            if frame.whole {
                self.seats = vec![1; followed.rows.iter().map(|row| row.seats as usize).sum()];
            }
            for &SeatRun(first, seats, state, held_for_s) in &followed.seats {
                assert!(state == 2 || held_for_s == 0, "only held seats have been held");
                self.seats[first as usize..(first + seats) as usize].fill(state);
            }
            for category in &followed.categories {
                let of = &self.seats[category.first_seat as usize..(category.first_seat + category.total) as usize];
                let count = |state| of.iter().filter(|&&seat| seat == state).count() as u32;
                let counted = (count(1), count(2), count(3));
                assert_eq!(counted, (category.available, category.held, category.sold), "counts and seats differ");
            }
        }
        self.told.push(frame.clone());
        self.last = frame;
    }

    /// Available, held and sold seats.
    pub fn counts(&self) -> (u64, u64, u64) {
        let count = |state| self.seats.iter().filter(|&&seat| seat == state).count() as u64;
        (count(1), count(2), count(3))
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Opens the feed as the client does.
///
/// # Errors
/// The client's.
pub async fn open(office: &Office, program: Option<&Program>, id: Option<&str>) -> Result<Feed, ClientError> {
    let client = Client::new(&office.door().url(), Some(ADMIN_TOKEN.to_owned())).unwrap();
    client.feed(program.map(|program| program.line.id), id).await
}

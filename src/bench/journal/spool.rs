//! The journal while it is written: each worker fills buffers of its own, one thread writes full ones to a file.
//! Must not make a buyer wait for the disk while there is room for full buffers, nor lose an entry without a word.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use tokio::sync::watch;

use super::{
    Scene, Sequel, Told,
    file::first_line,
    record::{RECORD_BYTES, Record},
    under_way::UnderWay,
};

/// Entries that a worker collects before it hands them over: a write of nearly 64 KiB.
const ENTRIES_A_BUFFER: usize = (64 << 10) / RECORD_BYTES;
/// Full buffers that may wait for the disk: 16 MiB, four seconds of a disk that does nothing at 80,000 entries a second.
/// Beyond it workers wait, and their buyers are late and counted so.
const BUFFERS_WAITING_MAX: usize = 256;

/// A journal that is being written.
#[derive(Debug)]
pub struct Spool {
    full: SyncSender<Vec<u8>>,
    empty: Arc<Mutex<Vec<Vec<u8>>>>,
    broken: watch::Receiver<bool>,
    writer: JoinHandle<io::Result<()>>,
}

impl Spool {
    /// Starts one in a new file, or in place of an old one.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::start(File::create(path)?)
    }

    fn start(file: impl Write + Send + 'static) -> io::Result<Self> {
        let (full, waiting) = mpsc::sync_channel(BUFFERS_WAITING_MAX);
        let (breaks, broken) = watch::channel(false);
        let empty = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let returned = empty.clone();
        let writer = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write(file, &waiting, &returned, &breaks))?;
        Ok(Self { full, empty, broken, writer })
    }

    /// Writes what comes before all entries.
    pub fn begin(&self, scene: &Scene, start_wall_ms: i64) {
        self.full.send(first_line(scene, start_wall_ms)).expect("the writer takes buffers as long as there are pens");
    }

    /// For one worker.
    #[must_use]
    pub fn pen(&self) -> Pen {
        let (full, empty) = (self.full.clone(), self.empty.clone());
        Pen { full, empty, buffer: Vec::new(), under_way: UnderWay::default() }
    }

    /// Turns true when entries are being lost, because they cannot be written.
    #[must_use]
    pub fn broken(&self) -> watch::Receiver<bool> {
        self.broken.clone()
    }

    /// Waits until all is written. All pens must have been put down.
    ///
    /// # Errors
    /// The first that writing met.
    ///
    /// # Panics
    /// When the writer did.
    pub fn close(self) -> io::Result<()> {
        drop(self.full);
        self.writer.join().expect("the writer does not panic")
    }
}

/// After an error the rest is taken and dropped, so that no worker waits for a disk that is full.
fn write(
    mut file: impl Write,
    waiting: &Receiver<Vec<u8>>,
    empty: &Mutex<Vec<Vec<u8>>>,
    breaks: &watch::Sender<bool>,
) -> io::Result<()> {
    let mut outcome = Ok(());
    while let Ok(mut buffer) = waiting.recv() {
        if outcome.is_ok() {
            outcome = file.write_all(&buffer);
            if outcome.is_err() {
                breaks.send_replace(true);
            }
        }
        buffer.clear();
        empty.lock().expect("nobody panics while it is held").push(buffer);
    }
    outcome.and_then(|()| file.flush())
}

/// One worker's part of a journal.
#[derive(Debug)]
pub struct Pen {
    full: SyncSender<Vec<u8>>,
    empty: Arc<Mutex<Vec<Vec<u8>>>>,
    buffer: Vec<u8>,
    under_way: UnderWay,
}

impl Pen {
    /// A submit is about to be sent: it counts as one without an answer until [`Self::end`].
    pub fn begin(&mut self, entry: Told) -> usize {
        self.under_way.begin(entry)
    }

    /// The submit that [`Self::begin`] gave this number was answered, or its answer was given up.
    pub fn end(&mut self, begun: usize, told: Told) {
        self.under_way.end(begun);
        self.write(&Record::Told(told));
    }

    /// A later word about an order.
    pub fn note(&mut self, sequel: Sequel) {
        self.write(&Record::Sequel(sequel));
    }

    /// Writes what is under way still, without an answer, and hands over the last entries.
    pub fn put_down(mut self) {
        let under_way = std::mem::take(&mut self.under_way);
        under_way.into_left().for_each(|told| self.write(&Record::Told(told)));
        self.hand_over();
    }

    fn write(&mut self, record: &Record) {
        self.buffer.extend_from_slice(&record.encode());
        if self.buffer.len() >= ENTRIES_A_BUFFER * RECORD_BYTES {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let next = self.empty.lock().expect("nobody panics while it is held").pop().unwrap_or_default();
        let full = std::mem::replace(&mut self.buffer, next);
        self.full.send(full).expect("the writer takes buffers as long as there are pens");
    }
}

#[cfg(test)]
mod tests;

//! One journal written by several workers, a long one, and a disk that is full.
//! Must not need a server.

use super::{
    super::{Answer, Journal, Later, Reason, SceneCategory},
    *,
};
use crate::domain::{ids::OrderNumber, order::OrderVersion};

fn entry(arrival: u32) -> Told {
    Told {
        arrival,
        account: arrival,
        class: 1,
        attempt: 0,
        intended_us: u64::from(arrival) * 10,
        sent_us: u64::from(arrival) * 10,
        answered_us: u64::from(arrival) * 10 + 5,
        answer: Answer::Indeterminate,
        category: 0,
        tickets: 2,
        version: OrderVersion::V4,
        keyed: true,
        picked: false,
    }
}

fn order(number: u64) -> OrderNumber {
    OrderNumber::new(number).unwrap()
}

#[test]
fn what_workers_write_is_read_back_by_time_and_what_was_under_way_has_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let category = SceneCategory { name: "内场\n".to_owned(), price_cents: 38_000, seats: 7 };
    let scene = Scene { scenario: "s".to_owned(), categories: vec![category], classes: vec!["bot".to_owned()] };
    let spool = Spool::create(&path).unwrap();
    let (mut one, mut other) = (spool.pen(), spool.pen());
    spool.begin(&scene, 77);
    let late = Told { answer: Answer::Accepted(order(9)), ..entry(3) };
    let begun = one.begin(entry(3));
    one.end(begun, late);
    other.begin(entry(2));
    let early = Told { answer: Answer::Rejected(Reason::Overload), ..entry(1) };
    let begun = other.begin(entry(1));
    other.end(begun, early);
    let sequel = Sequel { order: order(9), account: 3, at_us: 900, what: Later::Paid };
    one.note(sequel);
    one.put_down();
    other.put_down();
    spool.close().unwrap();
    let opened = Journal::open(&path).unwrap();
    assert_eq!(opened.torn_bytes, 0);
    let told = vec![early, entry(2), late];
    assert_eq!(opened.journal, Journal { scene, start_wall_ms: 77, told, sequels: vec![sequel] });
}

/// Kept in memory, these entries would take 14 MB; what is kept is the submits under way and a few buffers.
#[test]
fn a_long_run_keeps_no_more_in_memory_than_is_under_way() {
    const ARRIVALS: u32 = 200_000;
    const AT_ONCE: u32 = 64;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let spool = Spool::create(&path).unwrap();
    spool.begin(&Scene::default(), 0);
    let mut pen = spool.pen();
    let mut begun = std::collections::VecDeque::new();
    for arrival in 0..ARRIVALS {
        begun.push_back((arrival, pen.begin(entry(arrival))));
        if begun.len() == AT_ONCE as usize {
            let (first, at) = begun.pop_front().unwrap();
            pen.end(at, Told { answer: Answer::Created(order(u64::from(first) + 1)), ..entry(first) });
        }
    }
    assert_eq!(pen.under_way.most(), AT_ONCE as usize);
    assert!(pen.buffer.capacity() <= 2 * ENTRIES_A_BUFFER * RECORD_BYTES);
    let empty = pen.empty.clone();
    pen.put_down();
    spool.close().unwrap();
    let kept = empty.lock().unwrap().len();
    assert!(kept <= BUFFERS_WAITING_MAX + 2, "{kept} buffers were made");
    let journal = Journal::open(&path).unwrap().journal;
    assert_eq!(journal.told.len(), ARRIVALS as usize);
    assert_eq!(journal.indeterminate(), u64::from(AT_ONCE) - 1, "those that were under way at the end");
}

/// Takes this many bytes and is full then.
struct SmallDisk(usize);

impl Write for SmallDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_stops_nobody_from_writing_and_is_told_at_once_and_at_the_end() {
    let spool = Spool::start(SmallDisk(100_000)).unwrap();
    spool.begin(&Scene::default(), 0);
    let (broken, mut pen) = (spool.broken(), spool.pen());
    // More than may wait: if the writer did not go on taking buffers, this would never end.
    for arrival in 0..(2 * BUFFERS_WAITING_MAX * ENTRIES_A_BUFFER) as u32 {
        pen.note(Sequel { order: order(1), account: arrival, at_us: 0, what: Later::Created });
    }
    assert!(*broken.borrow());
    pen.put_down();
    assert_eq!(spool.close().unwrap_err().kind(), io::ErrorKind::StorageFull);
}

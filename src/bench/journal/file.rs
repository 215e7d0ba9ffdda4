//! A journal as a file: one line that says what was played, then records; see docs/JOURNAL.md.
//! Must not need the whole file: one that was cut off is read up to its last whole record.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    Journal, Scene,
    record::{RECORD_BYTES, Record},
};

/// First word of the file; the second is the number of the format.
const MAGIC: &str = "tpp-journal";
/// Changes whenever a byte changes its meaning.
const FORMAT: u32 = 1;
/// Longest first line: a hall with thousands of categories, and no memory problem when the file is something else.
const FIRST_LINE_BYTES_MAX: u64 = 4 << 20;
/// Bytes read or written at once.
const PIECE_BYTES: usize = 1 << 20;

/// What the first line holds behind its two words.
#[derive(Debug, Serialize, Deserialize)]
struct Header<S> {
    start_wall_ms: i64,
    record_bytes: usize,
    #[serde(flatten)]
    scene: S,
}

/// A journal from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What was in it.
    pub journal: Journal,
    /// Bytes at the end that make no whole record: the file was cut off while it was written.
    pub torn_bytes: u64,
}

impl Opened {
    /// A word about a file that was cut off; `None` when it is whole.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let (torn, entries) = (self.torn_bytes, self.journal.told.len() + self.journal.sequels.len());
        (torn > 0).then(|| format!("the journal was cut off: {entries} entries are whole, {torn} bytes are left out"))
    }
}

/// The first line, with its end.
pub(super) fn first_line(scene: &Scene, start_wall_ms: i64) -> Vec<u8> {
    let header = Header { start_wall_ms, record_bytes: RECORD_BYTES, scene };
    let json = serde_json::to_string(&header).expect("plain data becomes JSON in memory");
    format!("{MAGIC} {FORMAT} {json}\n").into_bytes()
}

impl Journal {
    /// Writes all of it to a new file, or in place of an old one.
    ///
    /// # Errors
    /// The file system's.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut file = BufWriter::with_capacity(PIECE_BYTES, File::create(path)?);
        file.write_all(&first_line(&self.scene, self.start_wall_ms))?;
        for told in &self.told {
            file.write_all(&Record::Told(*told).encode())?;
        }
        for sequel in &self.sequels {
            file.write_all(&Record::Sequel(*sequel).encode())?;
        }
        file.flush()
    }

    /// Reads a file, up to its last whole record.
    ///
    /// # Errors
    /// The file system's, or `InvalidData` when it is no journal, or one of another format.
    pub fn open(path: &Path) -> io::Result<Opened> {
        let file = File::open(path)?;
        let entries_max = usize::try_from(file.metadata()?.len()).unwrap_or(0) / RECORD_BYTES;
        let mut file = BufReader::with_capacity(PIECE_BYTES, file);
        let header = read_header(&mut file)?;
        let mut journal = Self { scene: header.scene, start_wall_ms: header.start_wall_ms, ..Self::default() };
        journal.told.reserve_exact(entries_max);
        let torn_bytes = read_records(&mut file, &mut journal)?;
        // Workers hand over in turns; whoever reads wants time to go one way.
        journal.told.sort_by_key(|told| (told.sent_us, told.arrival, told.attempt));
        journal.sequels.sort_by_key(|sequel| (sequel.at_us, sequel.order));
        Ok(Opened { journal, torn_bytes })
    }
}

fn read_header(file: &mut impl BufRead) -> io::Result<Header<Scene>> {
    let mut line = Vec::new();
    file.by_ref().take(FIRST_LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    let line = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
    let rest = line.and_then(|line| line.strip_prefix(MAGIC)).and_then(|rest| rest.strip_prefix(' '));
    let (format, json) = rest.and_then(|rest| rest.split_once(' ')).ok_or_else(|| invalid("not a journal of tpp"))?;
    if format != FORMAT.to_string() {
        let told = format!("a journal of format {format}; this program reads format {FORMAT}");
        return Err(invalid(&told));
    }
    let header: Header<Scene> =
        serde_json::from_str(json).map_err(|e| invalid(&format!("its first line is not understood: {e}")))?;
    if header.record_bytes == RECORD_BYTES { Ok(header) } else { Err(invalid("its records have another length")) }
}

/// Returns how many bytes are left behind the last whole record.
fn read_records(file: &mut impl BufRead, journal: &mut Journal) -> io::Result<u64> {
    let mut bytes = [0; RECORD_BYTES];
    for nth in 1.. {
        let mut filled = 0;
        while filled < RECORD_BYTES {
            match file.read(&mut bytes[filled..])? {
                0 => return Ok(filled as u64),
                read => filled += read,
            }
        }
        match Record::decode(&bytes) {
            Some(Record::Told(told)) => journal.told.push(told),
            Some(Record::Sequel(sequel)) => journal.sequels.push(sequel),
            None => return Err(invalid(&format!("its record {nth} means nothing"))),
        }
    }
    Ok(0)
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::{super::record::tests::record, *};

    fn journal_of(records: Vec<Record>) -> Journal {
        let mut journal = Journal { start_wall_ms: -5, ..Journal::default() };
        for record in records {
            match record {
                Record::Told(told) => journal.told.push(told),
                Record::Sequel(sequel) => journal.sequels.push(sequel),
            }
        }
        journal.told.sort_by_key(|told| (told.sent_us, told.arrival, told.attempt));
        journal.sequels.sort_by_key(|sequel| (sequel.at_us, sequel.order));
        journal
    }

    proptest! {
        #[test]
        fn what_is_saved_is_opened_and_what_was_cut_off_is_opened_as_far_as_it_goes(
            records in prop::collection::vec(record(), 1..20), cut in 0..1_000_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("journal");
            let journal = journal_of(records);
            journal.save(&path).unwrap();
            let opened = Journal::open(&path).unwrap();
            prop_assert_eq!(&opened.journal, &journal);
            prop_assert_eq!(opened.warning(), None);
            let bytes = fs::read(&path).unwrap();
            let head = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1;
            let left = cut % (bytes.len() - head);
            fs::write(&path, &bytes[..head + left]).unwrap();
            let cut_off = Journal::open(&path).unwrap();
            prop_assert_eq!(cut_off.journal.told.len() + cut_off.journal.sequels.len(), left / RECORD_BYTES);
            prop_assert_eq!(cut_off.torn_bytes, (left % RECORD_BYTES) as u64);
            prop_assert_eq!(cut_off.warning().is_some(), cut_off.torn_bytes > 0);
        }
    }

    #[test]
    fn what_is_no_journal_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let refused = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            Journal::open(&path).unwrap_err().to_string()
        };
        let head = first_line(&Scene::default(), 1);
        assert!(refused(b"").contains("not a journal"));
        assert!(refused(b"\x7fELF\n").contains("not a journal"));
        assert!(refused(&head[..head.len() - 1]).contains("not a journal"), "its first line is not whole");
        assert!(refused(b"tpp-journal 2 {}\n").contains("format 2; this program reads format 1"));
        assert!(refused(b"tpp-journal 1 {}\n").contains("not understood"));
        assert!(refused(&[&head[..], &[9; RECORD_BYTES]].concat()).contains("record 1 means nothing"));
    }
}

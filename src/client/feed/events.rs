//! Server-sent events out of pieces of bytes, cut anywhere. Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html>,
//! of which the name of an event and `retry` are of no use here and left out.
//! Must not look at a byte twice, however long an event is.

/// An event that has data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its data: lines are joined by line feeds.
    pub data: Vec<u8>,
    /// The last id so far, this event's included.
    pub id: Option<String>,
}

/// What has come, and is no event yet.
#[derive(Debug, Default)]
pub struct Events {
    unread: Vec<u8>,
    /// First byte that belongs to no line that was read.
    line: usize,
    /// First byte that was not looked at.
    at: usize,
    data: Vec<u8>,
    has_data: bool,
    id: Option<String>,
    last_was_cr: bool,
    begun: bool,
}

impl Events {
    /// More bytes.
    pub fn add(&mut self, piece: &[u8]) {
        if self.line > 0 {
            // Lines that were read go at once, so that a piece is moved once at most.
            self.unread.drain(..self.line);
            self.at -= self.line;
            self.line = 0;
        }
        self.unread.extend_from_slice(piece);
    }

    /// Bytes of the event that is not whole yet.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.data.len() + self.unread.len() - self.line
    }

    /// The next whole event with data. One without says only that the server is there.
    pub fn next(&mut self) -> Option<Event> {
        while let Some((start, end)) = self.next_line() {
            if start == end {
                if std::mem::take(&mut self.has_data) {
                    return Some(Event { data: std::mem::take(&mut self.data), id: self.id.clone() });
                }
                continue;
            }
            self.field(start, end);
        }
        None
    }

    /// The next line that is whole, without its end: a carriage return, a line feed, or both.
    fn next_line(&mut self) -> Option<(usize, usize)> {
        if !self.begun {
            const MARK: &[u8] = b"\xef\xbb\xbf";
            if MARK.starts_with(&self.unread) && self.unread.len() < MARK.len() {
                return None;
            }
            self.begun = true;
            if self.unread.starts_with(MARK) {
                (self.line, self.at) = (MARK.len(), MARK.len());
            }
        }
        if std::mem::take(&mut self.last_was_cr) {
            match self.unread.get(self.at) {
                None => {
                    self.last_was_cr = true;
                    return None;
                }
                Some(b'\n') => (self.line, self.at) = (self.at + 1, self.at + 1),
                Some(_) => {}
            }
        }
        let rest = &self.unread[self.at..];
        let Some(found) = rest.iter().position(|&byte| byte == b'\n' || byte == b'\r') else {
            self.at = self.unread.len();
            return None;
        };
        let (start, end) = (self.line, self.at + found);
        self.last_was_cr = self.unread[end] == b'\r';
        (self.line, self.at) = (end + 1, end + 1);
        Some((start, end))
    }

    fn field(&mut self, start: usize, end: usize) {
        let line = &self.unread[start..end];
        let (name, value) = match line.iter().position(|&byte| byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"id" if !value.contains(&0) => self.id = Some(String::from_utf8_lossy(value).into_owned()),
            // A comment, the event's name, or what a later server may say.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&[u8]]) -> Vec<(String, Option<String>)> {
        let (mut events, mut found) = (Events::default(), Vec::new());
        for piece in pieces {
            events.add(piece);
            while let Some(event) = events.next() {
                found.push((String::from_utf8(event.data).unwrap(), event.id));
            }
        }
        found
    }

    fn event(data: &str, id: &str) -> (String, Option<String>) {
        (data.to_owned(), (!id.is_empty()).then(|| id.to_owned()))
    }

    const STREAM: &str = "\u{feff}: hello\n\nevent: snapshot\nid: 1-1\ndata: {\"a\":\ndata:  \"天鹅湖\"}\n\n: still here\n\n\
        id:1-2\r\ndata:two\r\n\r\nretry: 5\rdata\rdata:x\r\rdata: not whole";

    #[test]
    fn events_are_the_same_however_the_bytes_are_cut() {
        let expected = [event("{\"a\":\n \"天鹅湖\"}", "1-1"), event("two", "1-2"), event("\nx", "1-2")];
        let bytes = STREAM.as_bytes();
        assert_eq!(all(&[bytes]), expected);
        let single: Vec<_> = bytes.chunks(1).collect();
        assert_eq!(all(&single), expected, "byte by byte");
        for cut in 0..bytes.len() {
            assert_eq!(all(&[&bytes[..cut], &bytes[cut..]]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn an_event_without_data_is_none_but_its_id_counts() {
        assert_eq!(all(&[b"id: 7\n\ndata: x\n\n"]), [event("x", "7")]);
        assert_eq!(all(&[b"id: 7\n\n\n\n:\n"]), []);
        assert_eq!(all(&[b"data: x\n\nid\ndata: y\n\n"]), [event("x", ""), (String::from("y"), Some(String::new()))]);
    }

    #[test]
    fn a_large_event_in_small_pieces_is_read_once() {
        let line = format!("data: {}\n\n", "x".repeat(20_000_000));
        let mut events = Events::default();
        let began = std::time::Instant::now();
        for piece in line.as_bytes().chunks(4_096) {
            assert!(events.next().is_none());
            events.add(piece);
        }
        assert!(events.waiting() > 20_000_000);
        assert_eq!(events.next().map(|event| event.data.len()), Some(20_000_000));
        // Looking at all of it again with each piece would be fifty thousand million bytes: many minutes.
        assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
        assert_eq!(events.waiting(), 0);
    }
}

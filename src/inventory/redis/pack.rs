//! The part of MessagePack that the scripts' `cmsgpack` and we exchange: texts, whole numbers, lists.
//! Must not be fed with anything but what we or our scripts packed: what does not fit reads as `None`.

/// Packs values one after another.
#[derive(Debug, Default)]
pub struct Packer(Vec<u8>);

impl Packer {
    /// Starts a list of `len` values, which must follow.
    pub fn list(&mut self, len: usize) -> &mut Self {
        let len = u16::try_from(len).expect("lists hold an order's seats or fields: far below 65536");
        self.0.push(0xdc);
        self.0.extend(len.to_be_bytes());
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        let len = u16::try_from(text.len()).expect("texts are ids and keys: far below 65536 bytes");
        self.0.push(0xda);
        self.0.extend(len.to_be_bytes());
        self.0.extend(text.as_bytes());
        self
    }

    /// An id, as text: it must not become a Lua number.
    pub fn id(&mut self, id: impl std::fmt::Display) -> &mut Self {
        self.text(&id.to_string())
    }

    /// A position, a row or a count.
    pub fn number(&mut self, number: u32) -> &mut Self {
        self.0.push(0xce);
        self.0.extend(number.to_be_bytes());
        self
    }

    /// A list of ids.
    pub fn ids<I: std::fmt::Display>(&mut self, ids: &[I]) -> &mut Self {
        self.list(ids.len());
        ids.iter().fold(self, |packer, id| packer.id(id))
    }

    /// A list of numbers.
    pub fn numbers(&mut self, numbers: &[u32]) -> &mut Self {
        self.list(numbers.len());
        numbers.iter().fold(self, |packer, &number| packer.number(number))
    }

    /// What was packed.
    #[must_use]
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Reads packed values one after another. `None` when the next value is not of that kind.
#[derive(Debug)]
pub struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    /// Starts at the front.
    #[must_use]
    pub const fn new(packed: &'a [u8]) -> Self {
        Self(packed)
    }

    /// The length of a list whose values follow.
    pub fn list(&mut self) -> Option<usize> {
        match self.byte()? {
            tag @ 0x90..=0x9f => Some(usize::from(tag & 0x0f)),
            // An empty table may be packed as an empty map.
            0x80 => Some(0),
            0xdc => self.big(2).and_then(|len| usize::try_from(len).ok()),
            _ => None,
        }
    }

    /// A text.
    pub fn text(&mut self) -> Option<&'a str> {
        let len = match self.byte()? {
            tag @ 0xa0..=0xbf => u64::from(tag & 0x1f),
            0xd9 => self.big(1)?,
            0xda => self.big(2)?,
            0xdb => self.big(4)?,
            _ => return None,
        };
        std::str::from_utf8(self.take(usize::try_from(len).ok()?)?).ok()
    }

    /// A text that says a value of this kind.
    pub fn parsed<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// A number.
    pub fn number(&mut self) -> Option<u32> {
        let number = match self.byte()? {
            small @ 0..=0x7f => u64::from(small),
            0xcc => self.big(1)?,
            0xcd => self.big(2)?,
            0xce => self.big(4)?,
            0xcf => self.big(8)?,
            // Signed forms, which a packer may choose for values that are not negative.
            0xd1 => self.big(2).filter(|n| *n < 0x8000)?,
            0xd2 => self.big(4).filter(|n| *n < 0x8000_0000)?,
            0xd3 => self.big(8)?,
            _ => return None,
        };
        u32::try_from(number).ok()
    }

    /// A list of texts that say values of this kind.
    pub fn parsed_list<T: std::str::FromStr>(&mut self) -> Option<Vec<T>> {
        (0..self.list()?).map(|_| self.parsed()).collect()
    }

    /// A list of numbers.
    pub fn numbers(&mut self) -> Option<Vec<u32>> {
        (0..self.list()?).map(|_| self.number()).collect()
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn big(&mut self, len: usize) -> Option<u64> {
        Some(self.take(len)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_reads_back() {
        let packed = Packer::default()
            .list(4)
            .text("v")
            .id(i64::MAX)
            .numbers(&[0, 127, 128, 65_536, u32::MAX])
            .number(9)
            .finish();
        let mut unpacker = Unpacker::new(&packed);
        assert_eq!(unpacker.list(), Some(4));
        assert_eq!(unpacker.text(), Some("v"));
        assert_eq!(unpacker.parsed::<i64>(), Some(i64::MAX));
        assert_eq!(unpacker.numbers(), Some(vec![0, 127, 128, 65_536, u32::MAX]));
        assert_eq!(unpacker.number(), Some(9));
        assert_eq!(unpacker.number(), None, "nothing is left");
    }

    #[test]
    fn what_is_cut_short_or_of_another_kind_reads_as_none() {
        let packed = Packer::default().text("abc").finish();
        for cut in 0..packed.len() {
            assert_eq!(Unpacker::new(&packed[..cut]).text(), None);
        }
        assert_eq!(Unpacker::new(&packed).number(), None);
        assert_eq!(Unpacker::new(&packed).list(), None);
    }
}

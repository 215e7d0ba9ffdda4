//! One entry of a journal as bytes: 48 of them, little-endian, so that a file is read without a parser.
//! Must not change what a byte means without a new number of the format; docs/JOURNAL.md says what each means.

use super::{Answer, Later, Reason, Sequel, Told};
use crate::domain::{ids::OrderNumber, order::OrderVersion};

/// Bytes of a record.
pub const RECORD_BYTES: usize = 48;

const TOLD: u8 = 1;
const SEQUEL: u8 = 2;

const KEYED: u8 = 1 << 4;
const PICKED: u8 = 1 << 5;

/// An entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// A submit.
    Told(Told),
    /// A later word.
    Sequel(Sequel),
}

impl Record {
    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; RECORD_BYTES] {
        match self {
            Self::Told(told) => encode_told(told),
            Self::Sequel(sequel) => encode_sequel(sequel),
        }
    }

    /// From bytes; `None` when they mean nothing.
    #[must_use]
    pub fn decode(bytes: &[u8; RECORD_BYTES]) -> Option<Self> {
        match bytes[0] {
            TOLD => decode_told(bytes).map(Self::Told),
            SEQUEL => decode_sequel(bytes).map(Self::Sequel),
            _ => None,
        }
    }
}

fn encode_told(told: &Told) -> [u8; RECORD_BYTES] {
    let (tag, value) = match told.answer {
        Answer::Created(order) => (0, order.get()),
        Answer::Accepted(order) => (1, order.get()),
        Answer::Rejected(reason) => reason_to(reason, 2),
        Answer::Indeterminate => (4, 0),
    };
    let mut bytes = [0; RECORD_BYTES];
    bytes[0] = TOLD;
    bytes[1] = told.attempt;
    put(&mut bytes, 2, told.class.to_le_bytes());
    put(&mut bytes, 4, told.arrival.to_le_bytes());
    put(&mut bytes, 8, told.account.to_le_bytes());
    put(&mut bytes, 12, told.category.to_le_bytes());
    bytes[14] = told.tickets;
    bytes[15] = told.version.number();
    if told.keyed {
        bytes[15] |= KEYED;
    }
    if told.picked {
        bytes[15] |= PICKED;
    }
    put(&mut bytes, 16, at_and_tag(told.intended_us, tag));
    put(&mut bytes, 24, told.sent_us.to_le_bytes());
    put(&mut bytes, 32, told.answered_us.to_le_bytes());
    put(&mut bytes, 40, value.to_le_bytes());
    bytes
}

fn decode_told(bytes: &[u8; RECORD_BYTES]) -> Option<Told> {
    let (intended_us, tag) = from_at_and_tag(take(bytes, 16));
    let value = u64::from_le_bytes(take(bytes, 40));
    Some(Told {
        arrival: u32::from_le_bytes(take(bytes, 4)),
        account: u32::from_le_bytes(take(bytes, 8)),
        class: u16::from_le_bytes(take(bytes, 2)),
        attempt: bytes[1],
        intended_us,
        sent_us: u64::from_le_bytes(take(bytes, 24)),
        answered_us: u64::from_le_bytes(take(bytes, 32)),
        answer: match tag {
            0 => Answer::Created(OrderNumber::new(value)?),
            1 => Answer::Accepted(OrderNumber::new(value)?),
            2 | 3 => Answer::Rejected(reason_from(tag, value, 2)?),
            4 => Answer::Indeterminate,
            _ => return None,
        },
        category: u16::from_le_bytes(take(bytes, 12)),
        tickets: bytes[14],
        version: OrderVersion::from_number(bytes[15] & !(KEYED | PICKED))?,
        keyed: bytes[15] & KEYED != 0,
        picked: bytes[15] & PICKED != 0,
    })
}

fn encode_sequel(sequel: &Sequel) -> [u8; RECORD_BYTES] {
    let (tag, value) = match sequel.what {
        Later::Created => (0, 0),
        Later::Pending => (1, 0),
        Later::Paid => (2, 0),
        Later::Cancelled => (3, 0),
        Later::Rejected(reason) => reason_to(reason, 4),
    };
    let mut bytes = [0; RECORD_BYTES];
    bytes[0] = SEQUEL;
    put(&mut bytes, 8, sequel.account.to_le_bytes());
    put(&mut bytes, 16, at_and_tag(sequel.at_us, tag));
    put(&mut bytes, 24, sequel.order.get().to_le_bytes());
    put(&mut bytes, 40, value.to_le_bytes());
    bytes
}

fn decode_sequel(bytes: &[u8; RECORD_BYTES]) -> Option<Sequel> {
    let (at_us, tag) = from_at_and_tag(take(bytes, 16));
    Some(Sequel {
        order: OrderNumber::new(u64::from_le_bytes(take(bytes, 24)))?,
        account: u32::from_le_bytes(take(bytes, 8)),
        at_us,
        what: match tag {
            0 => Later::Created,
            1 => Later::Pending,
            2 => Later::Paid,
            3 => Later::Cancelled,
            4 | 5 => Later::Rejected(reason_from(tag, u64::from_le_bytes(take(bytes, 40)), 4)?),
            _ => return None,
        },
    })
}

/// A code goes with tag `first`, an overload with the tag after it.
const fn reason_to(reason: Reason, first: u8) -> (u8, u64) {
    match reason {
        Reason::Sale(rejection) => (first, rejection.code().cast_unsigned() as u64),
        Reason::Code(code) => (first, code.cast_unsigned() as u64),
        Reason::Overload => (first + 1, 0),
    }
}

fn reason_from(tag: u8, value: u64, first: u8) -> Option<Reason> {
    if tag != first {
        return Some(Reason::Overload);
    }
    u32::try_from(value).ok().map(|code| Reason::of_code(code.cast_signed()))
}

/// A moment in seven bytes, 2,283 years of microseconds, and a tag in the eighth.
fn at_and_tag(at_us: u64, tag: u8) -> [u8; 8] {
    let mut bytes = at_us.to_le_bytes();
    bytes[7] = tag;
    bytes
}

fn from_at_and_tag(mut bytes: [u8; 8]) -> (u64, u8) {
    let tag = std::mem::take(&mut bytes[7]);
    (u64::from_le_bytes(bytes), tag)
}

fn put<const N: usize>(bytes: &mut [u8; RECORD_BYTES], at: usize, value: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&value);
}

fn take<const N: usize>(bytes: &[u8; RECORD_BYTES], at: usize) -> [u8; N] {
    let mut value = [0; N];
    value.copy_from_slice(&bytes[at..at + N]);
    value
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason() -> impl Strategy<Value = Reason> {
        prop_oneof![Just(Reason::Overload), any::<i32>().prop_map(Reason::of_code), Just(Reason::of_code(40011))]
    }

    fn order() -> impl Strategy<Value = OrderNumber> {
        (1..=i64::MAX as u64).prop_map(|number| OrderNumber::new(number).unwrap())
    }

    prop_compose! {
        fn told()(
            (arrival, account) in any::<(u32, u32)>(), (class, category) in any::<(u16, u16)>(),
            (attempt, tickets, keyed, picked) in any::<(u8, u8, bool, bool)>(),
            (sent_us, answered_us) in any::<(u64, u64)>(), intended_us in 0..1_u64 << 56, version in 0..4_usize,
            answer in prop_oneof![
                order().prop_map(Answer::Created), order().prop_map(Answer::Accepted),
                reason().prop_map(Answer::Rejected), Just(Answer::Indeterminate),
            ],
        ) -> Told {
            let version = OrderVersion::ALL[version];
            Told { arrival, account, class, attempt, intended_us, sent_us, answered_us, answer, category, tickets,
                version, keyed, picked }
        }
    }

    prop_compose! {
        fn sequel()(order in order(), account in any::<u32>(), at_us in 0..1_u64 << 56, what in prop_oneof![
            Just(Later::Created), Just(Later::Pending), Just(Later::Paid), Just(Later::Cancelled),
            reason().prop_map(Later::Rejected),
        ]) -> Sequel {
            Sequel { order, account, at_us, what }
        }
    }

    pub(in crate::bench::journal) fn record() -> impl Strategy<Value = Record> {
        prop_oneof![told().prop_map(Record::Told), sequel().prop_map(Record::Sequel)]
    }

    proptest! {
        #[test]
        fn every_entry_comes_back_as_it_was(record in record()) {
            prop_assert_eq!(Record::decode(&record.encode()), Some(record));
        }
    }

    /// The tables of docs/JOURNAL.md, byte by byte: they may only change with the number of the format.
    #[test]
    fn an_entry_has_the_bytes_that_are_documented() {
        let told = Told {
            arrival: 0x0403_0201,
            account: 0x0807_0605,
            class: 0x0a09,
            attempt: 11,
            intended_us: 0x12_1110_0f0e_0d0c,
            sent_us: 0x1a19_1817_1615_1413,
            answered_us: 0x2221_201f_1e1d_1c1b,
            answer: Answer::Rejected(Reason::Code(-2)),
            category: 0x2423,
            tickets: 37,
            version: OrderVersion::V4,
            keyed: true,
            picked: true,
        };
        let expected = [
            &[1, 11, 9, 10, 1, 2, 3, 4, 5, 6, 7, 8, 0x23, 0x24, 37, 4 + 16 + 32][..],
            &[12, 13, 14, 15, 16, 17, 18, 2, 19, 20, 21, 22, 23, 24, 25, 26],
            &[27, 28, 29, 30, 31, 32, 33, 34, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0],
        ];
        assert_eq!(Record::Told(told).encode().as_slice(), expected.concat());
        let what = Later::Rejected(Reason::Overload);
        let sequel = Sequel { order: OrderNumber::new(0x0102).unwrap(), account: 3, at_us: 4, what };
        let expected = [&[2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 5, 2, 1][..], &[0; 22]];
        assert_eq!(Record::Sequel(sequel).encode().as_slice(), expected.concat());
    }

    #[test]
    fn bytes_that_mean_nothing_are_no_entry() {
        assert_eq!(Record::decode(&[0; RECORD_BYTES]), None);
        let sequel = Sequel { order: OrderNumber::new(1).unwrap(), account: 1, at_us: 5, what: Later::Paid };
        let good = Record::Sequel(sequel).encode();
        for (at, byte) in [(0, 3), (23, 6), (24, 0)] {
            let mut bad = good;
            bad[at] = byte;
            assert_eq!(Record::decode(&bad), None, "byte {at}");
        }
    }
}

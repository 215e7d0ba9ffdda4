//! One buyer as `lua/hold.lua` reads it, and as the queue keeps it.
//! Must not decide anything.

use redis::Value;

use crate::{
    domain::{
        hold::{Choice, Fallback, Held, HoldRequest, QueuedOrder},
        ids::{Millis, ProgramId, SeatIx},
        order::{OrderVersion, RequestKey},
        rejection::Rejection,
    },
    inventory::{
        NotDone, Unavailable,
        redis::{
            layout::{Layout, MISSING},
            pack::{Packer, Unpacker},
        },
    },
};

const FIELDS: usize = 16;
const PICKED: u32 = 0;
const WHOLE: u32 = 1;
const SPLIT: u32 = 2;

/// Packs a request. With `queue` the script also queues what is packed here, for [`unpack`].
#[must_use]
pub fn pack(request: &HoldRequest, layout: &Layout, queue: bool) -> Vec<u8> {
    let mut picks = Vec::new();
    let (mode, category, count) = match &request.choice {
        Choice::Best { category, count, fallback: Fallback::Refuse } => (WHOLE, Some(*category), *count),
        Choice::Best { category, count, fallback: Fallback::Split } => (SPLIT, Some(*category), *count),
        Choice::Picked(seats) => {
            picks = seats.iter().flat_map(|&seat| [layout.row(seat), seat.0]).collect();
            (PICKED, None, u32::try_from(seats.len()).unwrap_or(u32::MAX))
        }
    };
    let (key, print) = request.request.as_ref().map_or(("", 0), |r| (&*r.key, r.fingerprint));
    Packer::default()
        .list(FIELDS)
        .id(request.order)
        .id(request.user)
        .text(key)
        .text(&fingerprint(print))
        .number(mode)
        .number(category.map_or(MISSING, |id| layout.category(id)))
        .number(count)
        .number(request.per_account_limit)
        .number(u32::from(request.real_name))
        .ids(&request.ticket_users)
        .numbers(&picks)
        .number(u32::from(queue))
        .id(request.hold_ends_at.0)
        .number(u32::from(request.version.number()))
        .id(request.created_at.0)
        .text(&category.map_or(String::new(), |id| id.to_string()))
        .finish()
}

/// A fingerprint as the hash `requests` keeps it.
#[must_use]
pub fn fingerprint(print: u64) -> String {
    format!("{print:016x}")
}

/// A queued order, from what [`pack`] packed and the seats that the script noted beside it.
#[must_use]
pub fn unpack(program: ProgramId, packed: &[u8], seats: &str) -> Option<QueuedOrder> {
    let mut fields = Unpacker::new(packed);
    if fields.list()? != FIELDS {
        return None;
    }
    let (order, user) = (fields.parsed()?, fields.parsed()?);
    let (key, print) = (fields.text()?, u64::from_str_radix(fields.text()?, 16).ok()?);
    let (mode, _, count) = (fields.number()?, fields.number()?, fields.number()?);
    let (per_account_limit, real_name) = (fields.number()?, fields.number()? == 1);
    let ticket_users = fields.parsed_list()?;
    let picks = fields.numbers()?;
    let (_, hold_ends_at) = (fields.number()?, Millis(fields.parsed()?));
    let version = OrderVersion::from_number(u8::try_from(fields.number()?).ok()?)?;
    let (created_at, category) = (Millis(fields.parsed()?), fields.text()?);
    let best = |fallback| Some(Choice::Best { category: category.parse().ok()?, count, fallback });
    let choice = match mode {
        PICKED => Choice::Picked(picks.chunks_exact(2).map(|pick| SeatIx(pick[1])).collect()),
        WHOLE => best(Fallback::Refuse)?,
        SPLIT => best(Fallback::Split)?,
        _ => return None,
    };
    let request = (!key.is_empty()).then(|| RequestKey { key: key.into(), fingerprint: print });
    let request = HoldRequest {
        program,
        order,
        user,
        version,
        choice,
        ticket_users,
        per_account_limit,
        real_name,
        request,
        created_at,
        hold_ends_at,
    };
    Some(QueuedOrder { request, seats: positions(seats)? })
}

/// What became of one buyer, from the script's word.
///
/// # Errors
/// A rejection, a full queue, or a word that no script says.
pub fn outcome(reply: &Value) -> Result<Held, NotDone> {
    let word = text(reply).ok_or_else(|| strange(&format!("{reply:?}")))?;
    let (head, rest) = word.split_once(' ').unwrap_or((word, ""));
    match head {
        "seats" => positions(rest).map(Held::Seats).ok_or_else(|| strange(word)),
        "repeat" => rest.parse().map(Held::Repeat).map_err(|_| strange(word)),
        "queue_full" => Err(Unavailable::QueueFull.into()),
        _ => Err(Rejection::from_word(head).map_or_else(|| strange(word), NotDone::from)),
    }
}

/// A reply as text.
#[must_use]
pub fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}

fn positions(text: &str) -> Option<Vec<SeatIx>> {
    text.split_ascii_whitespace().map(|seat| seat.parse().ok().map(SeatIx)).collect()
}

fn strange(word: &str) -> NotDone {
    NotDone::Unavailable(Unavailable::Unreachable(format!("the script answered {word:?}, which is not an answer")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::{CategoryId, OrderNumber, TicketUserId, UserId},
        inventory::redis::tests::stage,
    };

    #[test]
    fn what_is_queued_reads_back_whole() {
        let program = stage::program(7, &[(9_223_372_036_854_775_807, 2, 5)]);
        let layout = Layout::of(&program.hall);
        let category = CategoryId::new(9_223_372_036_854_775_807).unwrap();
        let seats = vec![SeatIx(3), SeatIx(8)];
        let request = |choice, request| HoldRequest {
            program: program.id,
            order: OrderNumber::new(9_223_372_036_854_775_806).unwrap(),
            user: UserId::new(9_223_372_036_854_775_805).unwrap(),
            version: OrderVersion::V4,
            choice,
            ticket_users: vec![TicketUserId::new(9_223_372_036_854_775_804).unwrap(), TicketUserId::new(1).unwrap()],
            per_account_limit: 6,
            real_name: true,
            request,
            created_at: Millis(1_700_000_000_123),
            hold_ends_at: Millis(1_700_000_900_123),
        };
        let key = RequestKey { key: "a:b'\"c".into(), fingerprint: u64::MAX };
        for (choice, key) in [
            (Choice::Best { category, count: 2, fallback: Fallback::Refuse }, Some(key)),
            (Choice::Best { category, count: 2, fallback: Fallback::Split }, None),
            (Choice::Picked(seats.clone()), None),
        ] {
            let request = request(choice, key);
            let packed = pack(&request, &layout, true);
            assert_eq!(unpack(program.id, &packed, "3 8"), Some(QueuedOrder { request, seats: seats.clone() }));
        }
    }

    #[test]
    fn only_words_that_a_script_says_are_answers() {
        let outcome = |word: &str| outcome(&Value::BulkString(word.into()));
        assert_eq!(outcome("seats 1 2"), Ok(Held::Seats(vec![SeatIx(1), SeatIx(2)])));
        assert_eq!(outcome("sold_out"), Err(Rejection::SoldOut.into()));
        assert_eq!(outcome("queue_full"), Err(Unavailable::QueueFull.into()));
        assert!(matches!(outcome("perhaps"), Err(NotDone::Unavailable(Unavailable::Unreachable(_)))));
        assert!(matches!(outcome("seats x"), Err(NotDone::Unavailable(Unavailable::Unreachable(_)))));
    }
}

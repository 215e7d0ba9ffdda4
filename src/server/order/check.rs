//! The check chain before any version: well-formed, theirs, on sale, at the server's price, within the order's limit.
//! Must not look at stock: that is decided inside the atomic step.

use std::{collections::HashSet, sync::Arc};

use super::{Purchase, Sale};
use crate::{
    domain::{
        hold::{Choice, Fallback},
        ids::{CategoryId, SeatIx},
        order::{REQUEST_KEY_BYTES_MAX, RequestKey},
        program::{ORDER_TICKETS_MAX, Program},
        rejection::Rejection,
    },
    server::{error::Refusal, state::State},
    wire::order::{CreateOrder, PickedSeat},
};

/// Runs the chain.
///
/// # Errors
/// The first check that says no.
pub async fn check(state: &Arc<State>, purchase: Purchase) -> Result<Sale, Refusal> {
    let Purchase { version, body, idempotency_key, user } = purchase;
    if body.user_id != user {
        return Err(Rejection::NotSignedIn.into());
    }
    let key = request_key(body.request_id.as_deref(), idempotency_key.as_deref())?;
    distinct(&body.ticket_user_id_list).then_some(()).ok_or(Rejection::TicketUserRepeated)?;
    let program = state.catalog.get(body.program_id).ok_or(Rejection::ProgramMissing)?;
    let choice = choice(&program, &body)?;
    if !program.sale.is_open(state.now()) {
        return Err(Rejection::NotOnSale.into());
    }
    if !state.accounts.owns_all(&state.ledger, user, &body.ticket_user_id_list).await? {
        return Err(Rejection::TicketUserMissing.into());
    }
    let request = key.map(|key| RequestKey { key: key.into(), fingerprint: fingerprint(&body) });
    Ok(Sale { program, version, user, choice, ticket_users: body.ticket_user_id_list, request })
}

/// The categories that a choice takes from, sorted, each once.
#[must_use]
pub fn categories(program: &Program, choice: &Choice) -> Vec<CategoryId> {
    let mut categories = match choice {
        Choice::Best { category, .. } => vec![*category],
        Choice::Picked(seats) => {
            seats.iter().filter_map(|&seat| program.hall.category_of(seat)).map(|c| c.id).collect()
        }
    };
    categories.sort_unstable();
    categories.dedup();
    categories
}

fn request_key<'a>(body: Option<&'a str>, header: Option<&'a str>) -> Result<Option<&'a str>, Rejection> {
    let given = [body, header].map(|key| key.filter(|k| !k.is_empty()));
    let key = match given {
        [Some(a), Some(b)] if a != b => return Err(Rejection::Malformed),
        [a, b] => a.or(b),
    };
    match key {
        Some(k) if k.len() > REQUEST_KEY_BYTES_MAX || !k.bytes().all(|b| b.is_ascii_graphic()) => {
            Err(Rejection::Malformed)
        }
        key => Ok(key),
    }
}

fn choice(program: &Program, body: &CreateOrder) -> Result<Choice, Rejection> {
    match body.seat_dto_list.as_deref() {
        Some(seats) if !seats.is_empty() => picked(program, body, seats),
        _ => best(program, body),
    }
}

fn best(program: &Program, body: &CreateOrder) -> Result<Choice, Rejection> {
    let category = body.ticket_category_id.ok_or(Rejection::CategoryNotGiven)?;
    let count = body.ticket_count.ok_or(Rejection::CountNotGiven)?;
    if count <= 0 {
        return Err(Rejection::CountNotPositive);
    }
    let count = u32::try_from(count).map_err(|_| Rejection::OrderLimit)?;
    within_order_limit(program, count)?;
    if body.ticket_user_id_list.len() != count as usize {
        return Err(Rejection::TicketUsersNotTickets);
    }
    program.hall.category(category).ok_or(Rejection::CategoryMissing)?;
    let fallback = if body.allow_split == Some(true) { Fallback::Split } else { Fallback::Refuse };
    Ok(Choice::Best { category, count, fallback })
}

fn picked(program: &Program, body: &CreateOrder, seats: &[PickedSeat]) -> Result<Choice, Rejection> {
    if !program.permit_choose_seat {
        return Err(Rejection::ChooseSeatNotPermitted);
    }
    let count = u32::try_from(seats.len()).map_err(|_| Rejection::OrderLimit)?;
    within_order_limit(program, count)?;
    if seats.len() != body.ticket_user_id_list.len() {
        return Err(Rejection::TicketUsersNotTickets);
    }
    let chosen = seats.iter().map(|seat| locate(program, seat)).collect::<Result<Vec<_>, _>>()?;
    if !distinct(&chosen) {
        return Err(Rejection::SeatRepeated);
    }
    Ok(Choice::Picked(chosen))
}

fn locate(program: &Program, seat: &PickedSeat) -> Result<SeatIx, Rejection> {
    let PickedSeat {
        id: Some(id),
        ticket_category_id: Some(category),
        row_code: Some(row),
        col_code: Some(col),
        price,
    } = *seat
    else {
        return Err(Rejection::SeatFieldMissing);
    };
    let price = price.ok_or(Rejection::SeatFieldMissing)?;
    let ix = program.hall.seat_ix(id).ok_or(Rejection::SeatMissing)?;
    let place = program.hall.place(ix).ok_or(Rejection::SeatMissing)?;
    if (place.category, place.row_code, place.col_code) != (category, row, col) {
        return Err(Rejection::SeatMissing);
    }
    if place.price == price { Ok(ix) } else { Err(Rejection::PriceWrong) }
}

fn within_order_limit(program: &Program, count: u32) -> Result<(), Rejection> {
    let limit = program.per_order_limit.min(ORDER_TICKETS_MAX);
    if count > limit { Err(Rejection::OrderLimit) } else { Ok(()) }
}

fn distinct<T: Eq + std::hash::Hash>(items: &[T]) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| seen.insert(item))
}

/// Digest of what is asked for: program, people, seats or category and count. FNV-1a, 64 bits: stable across versions of
/// this program, since it is kept in the ledger. Source: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn fingerprint(body: &CreateOrder) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |value: u64| {
        for byte in value.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    add(body.program_id.get());
    body.ticket_user_id_list.iter().for_each(|id| add(id.get()));
    add(u64::MAX);
    match body.seat_dto_list.as_deref() {
        Some(seats) if !seats.is_empty() => seats.iter().for_each(|seat| add(seat.id.map_or(0, |id| id.get()))),
        _ => {
            add(body.ticket_category_id.map_or(0, |id| id.get()));
            add(body.ticket_count.unwrap_or(0).cast_unsigned());
            add(u64::from(body.allow_split == Some(true)));
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_from_body_or_header_and_must_not_differ() {
        assert_eq!(request_key(Some("a"), None), Ok(Some("a")));
        assert_eq!(request_key(Some(""), Some("b")), Ok(Some("b")));
        assert_eq!(request_key(Some("a"), Some("a")), Ok(Some("a")));
        assert_eq!(request_key(None, None), Ok(None));
        assert_eq!(request_key(Some("a"), Some("b")), Err(Rejection::Malformed));
        assert_eq!(request_key(Some("a b"), None), Err(Rejection::Malformed));
        assert_eq!(request_key(Some(&"x".repeat(65)), None), Err(Rejection::Malformed));
    }

    #[test]
    fn the_fingerprint_tells_bodies_apart_and_ignores_the_key() {
        let body = |text: &str| serde_json::from_str::<CreateOrder>(text).expect("a body");
        let base = body(r#"{"programId":1,"userId":2,"ticketUserIdList":[3],"ticketCategoryId":4,"ticketCount":1}"#);
        let same = body(
            r#"{"programId":"1","userId":2,"ticketUserIdList":["3"],"ticketCategoryId":4,"ticketCount":1,"requestId":"k"}"#,
        );
        assert_eq!(fingerprint(&base), fingerprint(&same));
        for other in [
            r#"{"programId":1,"userId":2,"ticketUserIdList":[5],"ticketCategoryId":4,"ticketCount":1}"#,
            r#"{"programId":1,"userId":2,"ticketUserIdList":[3],"ticketCategoryId":6,"ticketCount":1}"#,
            r#"{"programId":1,"userId":2,"ticketUserIdList":[3],"ticketCategoryId":4,"ticketCount":1,"allowSplit":true}"#,
            r#"{"programId":1,"userId":2,"ticketUserIdList":[3],"seatDtoList":[{"id":4}]}"#,
        ] {
            assert_ne!(fingerprint(&base), fingerprint(&body(other)), "{other}");
        }
    }
}

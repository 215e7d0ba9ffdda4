//! L1: available + held + sold = total in every category, and no seat is in two of them.
//! Must not look at the ledger: this is the inventory against itself and the hall.

use crate::domain::{
    audit::findings::Findings,
    hold::{Census, Counts, SeatState},
    ids::SeatIx,
    program::{CategoryHall, Program},
};

/// Counts against a recount of the seats, and both against the hall.
pub(super) fn check(program: &Program, census: &Census, findings: &mut Findings) {
    let (known, planned) = (census.seats.len(), program.hall.seats());
    if known != planned as usize {
        findings.broken(|| format!("the inventory knows {known} seats, the hall has {planned}"));
    }
    for category in &program.hall.categories {
        check_category(category, census, findings);
    }
    for (id, _) in &census.counts {
        let times = census.counts.iter().filter(|(other, _)| other == id).count();
        if times != 1 || program.hall.category(*id).is_none() {
            findings.broken(|| format!("category {id} is counted {times} times, or is not in the hall"));
        }
    }
    for (at, (state, owner)) in census.seats.iter().enumerate() {
        match (state, owner) {
            (SeatState::Available, Some(order)) => {
                findings.blame(*order, || format!("the seat at position {at} is available and owned by order {order}"));
            }
            (SeatState::Held | SeatState::Sold, None) => {
                findings.broken(|| format!("the seat at position {at} is {state:?} and has no owner"));
            }
            _ => {}
        }
    }
}

/// Counts of some seats by their states.
pub(super) fn recount<'a>(states: impl Iterator<Item = &'a SeatState>) -> Counts {
    states.fold(Counts::default(), |mut counts, state| {
        match state {
            SeatState::Available => counts.available += 1,
            SeatState::Held => counts.held += 1,
            SeatState::Sold => counts.sold += 1,
        }
        counts
    })
}

fn check_category(category: &CategoryHall, census: &Census, findings: &mut Findings) {
    let id = category.id;
    let Some((_, counted)) = census.counts.iter().find(|(counted, _)| *counted == id) else {
        return findings.broken(|| format!("the inventory has no counts of category {id}"));
    };
    let total = u64::from(counted.available) + u64::from(counted.held) + u64::from(counted.sold);
    if total != u64::from(category.seats) {
        findings.broken(|| {
            let Counts { available, held, sold } = *counted;
            format!("category {id}: {available} available + {held} held + {sold} sold is not {}", category.seats)
        });
    }
    let SeatIx(first) = category.first_seat;
    let seats = census.seats.iter().skip(first as usize).take(category.seats as usize);
    let found = recount(seats.map(|(state, _)| state));
    if found != *counted {
        findings.broken(|| format!("category {id}: counted as {counted:?}, its seats are {found:?}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        audit::{
            Law,
            good_sale::{GoodSale, PAID},
        },
        hold::SeatState,
    };

    #[test]
    fn a_seat_that_is_counted_nowhere_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.counts[0].1.available -= 1;
        assert_eq!(sale.blamed_by(Law::L1), [None, None]);
    }

    #[test]
    fn counts_that_sum_up_but_differ_from_the_seats_are_noticed() {
        let mut sale = GoodSale::new();
        sale.census.counts[0].1.available -= 1;
        sale.census.counts[0].1.held += 1;
        assert_eq!(sale.blamed_by(Law::L1), [None]);
    }

    #[test]
    fn a_category_without_counts_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.counts.pop();
        assert_eq!(sale.blamed_by(Law::L1), [None]);
    }

    #[test]
    fn a_category_counted_twice_is_noticed() {
        let mut sale = GoodSale::new();
        let again = sale.census.counts[1];
        sale.census.counts.push(again);
        assert_eq!(sale.blamed_by(Law::L1), [None, None]);
    }

    #[test]
    fn a_lost_seat_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.seats.pop();
        assert_eq!(sale.blamed_by(Law::L1).len(), 2);
    }

    #[test]
    fn an_owner_that_does_not_fit_the_state_is_noticed() {
        let mut sale = GoodSale::new();
        sale.census.seats[5] = (SeatState::Available, Some(PAID));
        sale.census.seats[2].1 = None;
        assert_eq!(sale.blamed_by(Law::L1), [None, Some(PAID)]);
    }
}

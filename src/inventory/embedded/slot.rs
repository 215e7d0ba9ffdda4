//! One seat in eight bytes: its owner, and whether it is sold.
//! Must not know where the seat is.

use crate::domain::{hold::SeatState, ids::OrderNumber};

/// Order numbers have 63 bits; the 64th says that the seat is sold. Zero is nobody's.
const SOLD: u64 = 1 << 63;

/// A seat's state and owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(u64);

impl Slot {
    /// Nobody's.
    pub const FREE: Self = Self(0);

    /// Held by this order.
    pub const fn held(order: OrderNumber) -> Self {
        Self(order.get())
    }

    /// Sold to this order.
    pub const fn sold(order: OrderNumber) -> Self {
        Self(order.get() | SOLD)
    }

    /// Whose it is.
    pub const fn owner(self) -> Option<OrderNumber> {
        OrderNumber::new(self.0 & !SOLD)
    }

    /// Its state.
    pub const fn state(self) -> SeatState {
        match self {
            Self(0) => SeatState::Available,
            Self(bits) if bits & SOLD == 0 => SeatState::Held,
            _ => SeatState::Sold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_order_number_keeps_apart_from_the_sold_mark() {
        let largest = OrderNumber::new(i64::MAX as u64).expect("the largest id");
        assert_eq!((Slot::held(largest).owner(), Slot::held(largest).state()), (Some(largest), SeatState::Held));
        assert_eq!((Slot::sold(largest).owner(), Slot::sold(largest).state()), (Some(largest), SeatState::Sold));
        assert_eq!((Slot::FREE.owner(), Slot::FREE.state()), (None, SeatState::Available));
    }
}

//! Money: whole cents, never a float.
//! Must not know a currency's name or a locale.

use std::{fmt, iter::Sum, ops::Add, str::FromStr};

/// An amount in integer cents, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Cents(pub i64);

/// Largest amount accepted from outside, in cents: ten million of the main unit. Sums of tickets stay far below 2^63.
pub const AMOUNT_CENTS_MAX: i64 = 1_000_000_000;

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an amount between 0 and 10000000 with at most two decimals: {0:?}")]
pub struct MoneyError(pub String);

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), Add::add)
    }
}

/// Main units, with decimals only where there are cents: `488`, `488.50`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, cents) = (self.0 / 100, self.0 % 100);
        if cents == 0 { write!(f, "{units}") } else { write!(f, "{units}.{cents:02}") }
    }
}

impl FromStr for Cents {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let refuse = || MoneyError(text.chars().take(40).collect());
        let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, longest: usize| {
            !part.is_empty() && part.len() <= longest && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(units, 8) || !digits(decimals, 2) {
            return Err(refuse());
        }
        let scale = if decimals.len() == 1 { 10 } else { 1 };
        let (Ok(units), Ok(decimals)) = (units.parse::<i64>(), decimals.parse::<i64>()) else {
            return Err(refuse());
        };
        let total = units * 100 + decimals * scale;
        if total > AMOUNT_CENTS_MAX { Err(refuse()) } else { Ok(Self(total)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written_exactly() {
        for (text, cents, shown) in
            [("488", 48_800, "488"), ("488.5", 48_850, "488.50"), ("0.07", 7, "0.07"), ("0", 0, "0")]
        {
            let amount: Cents = text.parse().expect(text);
            assert_eq!((amount.0, amount.to_string().as_str()), (cents, shown));
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "1.234", "1e3", "١", "999999999", "１"] {
            assert!(text.parse::<Cents>().is_err(), "{text:?} was taken for money");
        }
    }
}

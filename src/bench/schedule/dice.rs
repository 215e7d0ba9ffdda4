//! What one arrival draws beyond its fixed fields, as often as its visit needs it: pauses between looks, waits.
//! Must not depend on what was drawn before: each use has a number, and the same number gives the same draw.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// The dice of one arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice(pub u64);

/// Waits have streams of their own, above every pause.
const WAITS: u64 = 1 << 32;

impl Dice {
    /// 0 to 1, 1 excluded: the chance of the pause after look `nth`, from 0.
    #[must_use]
    pub fn pause(self, nth: usize) -> f64 {
        self.draw(nth as u64)
    }

    /// 0 to 1, 1 excluded: the chance of the wait before repeat `nth`, from 0, of submit `submit`, from 0.
    #[must_use]
    pub fn wait(self, submit: u32, nth: u8) -> f64 {
        self.draw(WAITS + (u64::from(submit) << 8) + u64::from(nth))
    }

    fn draw(self, stream: u64) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(self.0);
        rng.set_stream(stream);
        super::unit(&mut rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_has_a_draw_of_its_own_that_stays() {
        let dice = Dice(7);
        let draws = [dice.pause(0), dice.pause(1), dice.wait(0, 0), dice.wait(0, 1), dice.wait(1, 0)];
        let again = [dice.pause(0), dice.pause(1), dice.wait(0, 0), dice.wait(0, 1), dice.wait(1, 0)];
        assert_eq!(draws.map(f64::to_bits), again.map(f64::to_bits));
        for (at, draw) in draws.iter().enumerate() {
            assert!((0.0..1.0).contains(draw) && !draws[..at].contains(draw), "{draws:?}");
        }
        assert_ne!(dice.pause(0).to_bits(), Dice(8).pause(0).to_bits());
    }

    #[test]
    fn draws_are_spread_evenly() {
        let low = (0..10_000).filter(|&seed| Dice(seed).wait(3, 2) < 0.25).count();
        assert!((2_300..2_700).contains(&low), "{low} of 10,000 are below a quarter");
    }
}

//! One bit a seat, and the runs of set bits in a stretch of them.
//! Must not know rows.

use std::{iter, ops::Range};

use super::steps::step;

const WORD_BITS: u32 = u64::BITS;

/// A fixed number of bits.
#[derive(Debug, Clone)]
pub struct Bits {
    words: Box<[u64]>,
}

impl Bits {
    /// This many bits, all set.
    pub fn all_set(len: u32) -> Self {
        Self { words: vec![u64::MAX; len.div_ceil(WORD_BITS) as usize].into_boxed_slice() }
    }

    /// Is it set?
    pub fn get(&self, at: u32) -> bool {
        self.words[(at / WORD_BITS) as usize] >> (at % WORD_BITS) & 1 == 1
    }

    /// Sets or clears it.
    pub fn put(&mut self, at: u32, set: bool) {
        let word = &mut self.words[(at / WORD_BITS) as usize];
        let bit = 1 << (at % WORD_BITS);
        if set { *word |= bit } else { *word &= !bit }
    }

    /// The longest stretches of set bits within a range, first to last.
    pub fn runs(&self, range: Range<u32>) -> impl Iterator<Item = Range<u32>> {
        let mut from = range.start;
        iter::from_fn(move || {
            let start = self.next(from, range.end, 0);
            let end = self.next(start, range.end, u64::MAX);
            from = end;
            (start < end).then_some(start..end)
        })
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// The first set bit of the words exclusive-or `flip`, from `from` on; `end` when there is none before it.
    fn next(&self, from: u32, end: u32, flip: u64) -> u32 {
        let mut at = from;
        while at < end {
            step();
            let rest = (self.words[(at / WORD_BITS) as usize] ^ flip) >> (at % WORD_BITS);
            if rest != 0 {
                return end.min(at + rest.trailing_zeros());
            }
            at = (at / WORD_BITS + 1) * WORD_BITS;
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_are_what_a_walk_over_the_bits_finds(
            bits in prop::collection::vec(prop::bool::weighted(0.8), 1..300),
            cut in (0usize..300, 0usize..300),
        ) {
            let len = bits.len();
            let (from, to) = (cut.0.min(cut.1).min(len), cut.0.max(cut.1).min(len));
            let mut packed = Bits::all_set(len as u32);
            for (at, &set) in bits.iter().enumerate() {
                packed.put(at as u32, set);
                prop_assert_eq!(packed.get(at as u32), set);
            }
            let mut expected: Vec<Range<u32>> = Vec::new();
            for at in (from..to).filter(|&at| bits[at]) {
                let at = at as u32;
                match expected.last_mut() {
                    Some(run) if run.end == at => run.end += 1,
                    _ => expected.push(at..at + 1),
                }
            }
            prop_assert_eq!(packed.runs(from as u32..to as u32).collect::<Vec<_>>(), expected);
        }
    }
}

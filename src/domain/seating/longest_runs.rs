//! The longest run of each row, as a binary tree of maxima over the rows.
//! Must not know seats.

use super::steps::step;

/// Node 1 is the root, node `n` has the children `2n` and `2n + 1`, row `r` is node `leaves + r`.
#[derive(Debug, Clone)]
pub struct LongestRuns {
    leaves: usize,
    nodes: Box<[u16]>,
}

impl LongestRuns {
    /// From the longest run of each row.
    pub fn new(rows: impl ExactSizeIterator<Item = u16>) -> Self {
        let leaves = rows.len().next_power_of_two();
        let mut nodes = vec![0; leaves * 2].into_boxed_slice();
        for (node, run) in nodes[leaves..].iter_mut().zip(rows) {
            *node = run;
        }
        for node in (1..leaves).rev() {
            nodes[node] = nodes[node * 2].max(nodes[node * 2 + 1]);
        }
        Self { leaves, nodes }
    }

    /// The longest run of all.
    pub fn longest(&self) -> u16 {
        self.nodes[1]
    }

    /// The first row with a run of at least `n`.
    pub fn first_row_with(&self, n: u16) -> Option<usize> {
        if self.longest() < n {
            return None;
        }
        let mut node = 1;
        while node < self.leaves {
            step();
            node *= 2;
            if self.nodes[node] < n {
                node += 1;
            }
        }
        Some(node - self.leaves)
    }

    /// The longest run of this row is now another.
    pub fn set(&mut self, row: usize, run: u16) {
        let mut node = self.leaves + row;
        self.nodes[node] = run;
        while node > 1 {
            step();
            node /= 2;
            let longest = self.nodes[node * 2].max(self.nodes[node * 2 + 1]);
            if self.nodes[node] == longest {
                break;
            }
            self.nodes[node] = longest;
        }
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_row_is_the_one_that_a_walk_finds(
            rows in prop::collection::vec(0u16..9, 1..70),
            changes in prop::collection::vec((0usize..70, 0u16..9, 1u16..10), 1..40),
        ) {
            let mut rows = rows;
            let mut tree = LongestRuns::new(rows.iter().copied());
            for (row, run, wanted) in changes {
                let row = row % rows.len();
                rows[row] = run;
                tree.set(row, run);
                prop_assert_eq!(tree.longest(), rows.iter().copied().max().expect("at least one row"));
                prop_assert_eq!(tree.first_row_with(wanted), rows.iter().position(|&r| r >= wanted));
            }
        }
    }

    #[test]
    fn no_rows_have_no_run() {
        let tree = LongestRuns::new(std::iter::empty::<u16>().collect::<Vec<_>>().into_iter());
        assert_eq!((tree.longest(), tree.first_row_with(1)), (0, None));
    }
}

//! Every key in Redis: its name, its type and its life. No other file spells a key.
//! Must not read or write any of them.
//!
//! All keys of a program carry the hash tag `{p<program id>}`, so that one script may touch them in a cluster. They are
//! written by a rebuild, changed by the scripts, and live until the program is forgotten or rebuilt; none expires but
//! the locks.
//!
//! | key | type | holds |
//! |---|---|---|
//! | `{p1}:gen` | string | generation mark; written last by a rebuild, so whoever finds it finds everything |
//! | `{p1}:seats` | string | one character a seat, in hall order: `0` free, `1` held, `2` sold |
//! | `{p1}:rows` | string | 8 bytes a row: first seat (u32), seats (u16), category index (u16), big-endian |
//! | `{p1}:cats` | string | 12 bytes a category: first row, rows, offset of its tree in `runs` (u32 each, big-endian) |
//! | `{p1}:runs` | string | per category a tree of fan-out 64 over its rows: longest free run, one byte each |
//! | `{p1}:counts` | hash | `a<i>`, `h<i>`, `s<i>`: available, held, sold of category index i |
//! | `{p1}:owners` | hash | seat position → order number, for every seat that is not free |
//! | `{p1}:accounts` | hash | user → live tickets |
//! | `{p1}:names` | hash | ticket user → order number (real-name programs) |
//! | `{p1}:requests` | hash | `<user>:<key>` → `<fingerprint, 16 hex digits>:<order number>` |
//! | `{p1}:holds` | hash | order number → hold record (see `lua/hall.lua`), for every order with held seats |
//! | `{p1}:queue` | stream | orders to be written: `o` the packed request, `s` its seats |
//! | `{p1}:pending` | hash | order number → `<place>:<stream id>`, for every order in `queue` |
//! | `{p1}:marks` | hash | `next`: orders ever queued; `done`: orders ever taken off |
//! | `{p1}:lock` | string | owner token of the program's lock; expires |
//! | `{p1}:lock:<category>` | string | owner token of a category's lock; expires |
//! | `tpp:programs` | set | ids of the programs that may have a queue; lives until they are forgotten |

use crate::{domain::ids::ProgramId, inventory::LockName};

/// The programs that may have a queue: what a start drains before it knows any program.
pub const REGISTRY: &str = "tpp:programs";

/// Keys that every script of a program is given, in the order in which `lua/hall.lua` names them.
const SUFFIXES: [&str; 14] = [
    "gen", "seats", "rows", "cats", "runs", "counts", "owners", "accounts", "names", "requests", "holds", "queue",
    "pending", "marks",
];

/// The keys of one program.
#[derive(Debug, Clone)]
pub struct Keys {
    all: [String; SUFFIXES.len()],
}

macro_rules! named {
    ($($name:ident = $at:literal),* $(,)?) => {
        $(
            #[doc = concat!("The key `", stringify!($name), "`.")]
            #[must_use]
            pub fn $name(&self) -> &str {
                &self.all[$at]
            }
        )*
    };
}

impl Keys {
    /// The keys of a program.
    #[must_use]
    pub fn of(program: ProgramId) -> Self {
        Self::tagged(&format!("p{program}"))
    }

    /// Keys that belong to no program, for measuring.
    #[must_use]
    pub fn scratch(tag: &str) -> Self {
        Self::tagged(tag)
    }

    fn tagged(tag: &str) -> Self {
        Self { all: SUFFIXES.map(|suffix| format!("{{{tag}}}:{suffix}")) }
    }

    /// All of them, generation mark first, as the scripts want them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }

    /// How many there are.
    #[must_use]
    pub const fn count() -> usize {
        SUFFIXES.len()
    }

    named! {
        generation = 0, seats = 1, rows = 2, cats = 3, runs = 4, counts = 5, owners = 6, accounts = 7, names = 8,
        requests = 9, holds = 10, queue = 11, pending = 12, marks = 13,
    }
}

/// The key of a lock.
#[must_use]
pub fn lock(name: &LockName) -> String {
    match name {
        LockName::Program(program) => format!("{{p{program}}}:lock"),
        LockName::Category(program, category) => format!("{{p{program}}}:lock:{category}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CategoryId;

    #[test]
    fn every_key_of_a_program_carries_its_hash_tag() {
        let program = ProgramId::new(9_007_199_254_740_991).unwrap();
        let category = CategoryId::new(7).unwrap();
        let locks = [lock(&LockName::Program(program)), lock(&LockName::Category(program, category))];
        let keys = Keys::of(program);
        for key in keys.all().chain(locks.iter().map(String::as_str)) {
            assert!(key.starts_with("{p9007199254740991}:"), "{key}");
        }
    }

    #[test]
    fn the_named_keys_are_the_keys_the_scripts_get() {
        let keys = Keys::of(ProgramId::new(1).unwrap());
        let named = [
            keys.generation(),
            keys.seats(),
            keys.rows(),
            keys.cats(),
            keys.runs(),
            keys.counts(),
            keys.owners(),
            keys.accounts(),
            keys.names(),
            keys.requests(),
            keys.holds(),
            keys.queue(),
            keys.pending(),
            keys.marks(),
        ];
        assert_eq!(named.to_vec(), keys.all().collect::<Vec<_>>());
        assert_eq!(keys.pending(), "{p1}:pending");
        assert_eq!(keys.generation(), "{p1}:gen");
    }
}

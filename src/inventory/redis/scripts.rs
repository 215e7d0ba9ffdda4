//! The scripts: their texts, and the only way to call them.
//! Must not load a script that Redis does not know: that it is gone is how a restart shows.
//!
//! A Redis that restarts with its append-only file has its data back, perhaps not the last second of it, and looks as if
//! nothing had happened. But it has lost its script cache. So the scripts of a program are called by digest only, and
//! "no such script" means: restarted, do not trust what is there. Each process salts its scripts, so that another
//! process that loads the same texts does not hide a restart from this one.

use redis::{Cmd, Script, aio::ConnectionLike};

pub use crate::inventory::redis::ceiling::ceiling_probe;
use crate::inventory::redis::keys::Keys;

/// What can be asked of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each has a file of its name in lua/, whose header says it all")]
pub enum Verb {
    Hold,
    Choose,
    Confirm,
    Release,
    Undo,
    Counts,
    Seats,
    Position,
    Check,
}

macro_rules! texts {
    ($($verb:ident = $file:literal),* $(,)?) => {
        /// In the order of [`Verb`].
        const TEXTS: &[(Verb, &str)] = &[
            $((Verb::$verb, concat!(include_str!("lua/hall.lua"), "\n", include_str!(concat!("lua/", $file, ".lua"))))),*
        ];
    };
}

texts! {
    Hold = "hold", Choose = "choose", Confirm = "confirm", Release = "release", Undo = "undo", Counts = "counts",
    Seats = "seats", Position = "position", Check = "check",
}

/// The scripts of this process.
#[derive(Debug)]
pub struct Scripts(Vec<Script>);

impl Scripts {
    /// With a salt that no other process has.
    #[must_use]
    pub fn salted(salt: &str) -> Self {
        Self(TEXTS.iter().map(|(_, text)| Script::new(&format!("-- process {salt}\n{text}"))).collect())
    }

    /// Puts them into Redis's script cache.
    ///
    /// # Errors
    /// As Redis says.
    pub async fn load(&self, link: &mut impl ConnectionLike) -> redis::RedisResult<()> {
        for script in &self.0 {
            load_one(script, link).await?;
        }
        Ok(())
    }

    /// Are all of them in Redis's script cache?
    ///
    /// # Errors
    /// As Redis says.
    pub async fn are_loaded(&self, link: &mut impl ConnectionLike) -> redis::RedisResult<bool> {
        let mut ask = redis::cmd("SCRIPT");
        ask.arg("EXISTS");
        for script in &self.0 {
            ask.arg(script.get_hash());
        }
        let known: Vec<bool> = ask.query_async(link).await?;
        Ok(known.into_iter().all(|known| known))
    }

    /// The call of a verb, to which the caller adds the verb's own arguments.
    #[must_use]
    pub fn call(&self, verb: Verb, keys: &Keys, generation: &str) -> Cmd {
        let mut cmd = redis::cmd("EVALSHA");
        cmd.arg(self.0[verb as usize].get_hash()).arg(Keys::count());
        for key in keys.all() {
            cmd.arg(key);
        }
        cmd.arg(generation);
        cmd
    }
}

async fn load_one(script: &Script, link: &mut impl ConnectionLike) -> redis::RedisResult<()> {
    script.prepare_invoke().load_async(link).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_calls_its_own_script() {
        for (at, (verb, _)) in TEXTS.iter().enumerate() {
            assert_eq!(at, *verb as usize, "{verb:?}");
        }
    }

    #[test]
    fn two_processes_do_not_share_a_script() {
        let (one, other) = (Scripts::salted("1"), Scripts::salted("2"));
        assert!(one.0.iter().zip(&other.0).all(|(a, b)| a.get_hash() != b.get_hash()));
    }

    #[test]
    fn every_script_says_what_it_takes_replies_and_keeps() {
        for (verb, text) in TEXTS {
            let own = text.rsplit_once("-- KEYS").map(|(_, own)| own).unwrap_or_default();
            for part in ["-- ARGV", "-- Reply", "-- Law"] {
                assert!(own.contains(part), "{verb:?} lacks {part}");
            }
        }
    }
}

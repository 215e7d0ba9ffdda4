//! The same histories on the embedded engine and on a real Redis: every reply must be the same.
//! Must not know what the right reply is; `inventory/embedded/model.rs` does.
//!
//! A history is drawn from a seed, which every failure names, with all the steps so far. To see one again, call
//! [`replay`] with that seed and world.

mod draw;
mod play;
mod world;

use crate::harness::redis_server::RedisServer;
use draw::Draw;
use play::Play;
use world::World;

/// Histories of each world.
const HISTORIES: u64 = 60;
/// Most steps of one.
const STEPS_MAX: u64 = 80;

/// Plays histories of one kind of world, each from an empty Redis. These words must have been among the replies, or the
/// histories do not go where they should.
fn replay(world: World, seeds: std::ops::Range<u64>, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let server = RedisServer::start(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut replies = Vec::new();
    for seed in seeds {
        assert_eq!(server.command(&["FLUSHALL"]), "+OK");
        replies.extend(runtime.block_on(async {
            let mut draw = Draw::seeded(seed);
            let steps = 20 + draw.below(STEPS_MAX - 19);
            let mut play = Play::begin(world, seed, draw, &server.url()).await;
            for _ in 0..steps {
                play.step().await;
            }
            play.end().await
        }));
    }
    assert!(replies.len() > 3_000, "only {} replies were compared", replies.len());
    for word in words {
        assert!(replies.iter().any(|reply| reply.contains(word)), "nobody was told {word}");
    }
}

#[test]
fn engines_agree_on_one_hall_of_odd_rows() {
    let words = [
        "CountNotPositive",
        "OrderLimit",
        "SeatRepeated",
        "CategoryMissing",
        "SoldOut",
        "SeatsOccupied",
        "SeatMissing",
        "SeatHeld",
        "SeatSold",
        "AccountLimit",
        "Split",
        "Some(3)",
    ];
    replay(World::OneHall, 0..HISTORIES, &words);
}

#[test]
fn engines_agree_on_real_name_programs_and_repeated_keys() {
    replay(World::Names, 1_000..1_000 + HISTORIES, &["NameLimit", "KeyReused", "Repeat(", "seats_freed: 1"]);
}

#[test]
fn engines_agree_when_the_queue_is_full() {
    replay(World::FullQueue, 2_000..2_000 + HISTORIES, &["QueueFull", "next_batch 3 -> 3"]);
}

#[test]
fn engines_agree_on_programs_that_come_and_go() {
    replay(World::Programs, 3_000..3_000 + HISTORIES, &["Stale", "was_empty: true", "seats_restored: 1"]);
}

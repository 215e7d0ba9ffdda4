//! The cases that every order test runs for: four versions, two engines.
//! Must not leave one out.

use tpp::domain::order::OrderVersion;

/// Where the server keeps its inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Embedded,
    /// A `redis-server` of the test's own.
    Redis,
    /// `--redis managed`.
    Managed,
}

/// One version on one engine.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub version: OrderVersion,
    pub engine: Engine,
}

/// Turns functions of a [`Case`] into eight tests each: `name::v1_embedded` … `name::v4_redis`.
macro_rules! every_order_case {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            use $crate::harness::{Case, Engine::{Embedded, Redis}};
            use tpp::domain::order::OrderVersion::{V1, V2, V3, V4};

            $crate::harness::cases::one_case!($name: v1_embedded V1 Embedded, v2_embedded V2 Embedded,
                v3_embedded V3 Embedded, v4_embedded V4 Embedded, v1_redis V1 Redis, v2_redis V2 Redis,
                v3_redis V3 Redis, v4_redis V4 Redis);
        })*
    };
}
macro_rules! one_case {
    ($name:ident: $($case:ident $version:ident $engine:ident),*) => {
        $(#[test]
        fn $case() {
            super::$name(Case { version: $version, engine: $engine });
        })*
    };
}
pub(crate) use {every_order_case, one_case};

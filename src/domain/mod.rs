//! What a sale is: ids, money, programs, seating, orders, holds, rejections and the laws.
//! Must not do I/O, await, read a clock, draw random numbers or derive serde.

pub mod audit;
pub mod hold;
pub mod ids;
pub mod money;
pub mod number;
pub mod order;
pub mod program;
pub mod rejection;
pub mod seating;

//! One test binary against the real program, and the referee of the house.
//! Must not share a server, a port or a folder between tests.

#[cfg(test)]
mod chaos;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod dash;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod engines;
#[cfg(test)]
mod expiry;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod liars;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod payment;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod repeats;
#[cfg(test)]
mod replays;
#[cfg(test)]
mod results;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod seats;
#[cfg(test)]
mod stalls;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod versus;
#[cfg(test)]
mod web_client;
#[cfg(test)]
mod wrong_input;

//! Which connections a buyer uses: those of all, or of its own class where the class has an address or reads slowly.
//! Must not make a call.

use std::io;

use super::pool::Pool;
use crate::{
    bench::scenario::{BuyerClass, Scenario},
    client::{
        http1::{Target, TargetError},
        line::Line,
    },
};

/// The pools of one worker.
#[derive(Debug)]
pub(super) struct Doors {
    front: Pool,
    /// By index of the class.
    own: Vec<Option<Pool>>,
}

impl Doors {
    /// Opens the connections, shared out by weight between the classes with a door of their own and all others; each
    /// door has at least one.
    pub(super) async fn open(target: &Target, scenario: &Scenario, connections: usize) -> io::Result<Self> {
        let weights = scenario.buyers.iter().map(|class| u64::from(class.weight)).sum::<u64>().max(1);
        let mut front = connections;
        let mut own = Vec::with_capacity(scenario.buyers.len());
        for class in &scenario.buyers {
            let line = line(class);
            if line == Line::default() {
                own.push(None);
                continue;
            }
            let share = ((connections as u64 * u64::from(class.weight)).div_ceil(weights) as usize).max(1);
            front = front.saturating_sub(share);
            let target = target.clone().over(line).map_err(io::Error::other)?;
            own.push(Some(Pool::open(&target, share).await?));
        }
        Ok(Self { front: Pool::open(target, front.max(1)).await?, own })
    }

    /// The pool of this class.
    pub(super) fn of(&self, class: u16) -> &Pool {
        self.own.get(usize::from(class)).and_then(Option::as_ref).unwrap_or(&self.front)
    }
}

/// Can every class reach this target from its address?
///
/// # Errors
/// [`TargetError::NotLoopback`] when a class has an address and the target is another machine.
pub fn check(target: &Target, scenario: &Scenario) -> Result<(), TargetError> {
    scenario.buyers.iter().try_for_each(|class| target.clone().over(line(class)).map(|_| ()))
}

fn line(class: &BuyerClass) -> Line {
    Line { from: class.address, reads_per_s: class.reads_per_s }
}

//! Whether and when a buyer tries again after no answer or "try again later".
//! Must not draw a number: the chance is handed in.

use serde::Deserialize;

use crate::bench::quantity::{Share, Span};

/// Most repeats of one submit: the journal counts them in a byte.
pub const TIMES_MAX: u8 = 100;

/// What a class does after no answer or "try again later".
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Retry {
    /// How waits grow.
    pub policy: Policy,
    /// Most repeats of one submit.
    pub times: u8,
    /// The first wait, or the first cap.
    pub wait: Span,
    /// No wait is longer, unless the server asks for it.
    pub max_wait: Span,
    /// [`Policy::Budget`]: repeats of the whole class, as a share of its first submits.
    pub budget: Share,
}

/// How waits grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Never tries again.
    None,
    /// The same wait each time.
    Fixed,
    /// Twice the wait each time, up to the longest.
    Exponential,
    /// Anything from nothing to what `exponential` would wait.
    FullJitter,
    /// As `full_jitter`, while the class as a whole stays within its budget.
    Budget,
}

impl Retry {
    /// Never.
    pub const NONE: Self = Self {
        policy: Policy::None,
        times: 0,
        wait: Span(std::time::Duration::ZERO),
        max_wait: Span(std::time::Duration::ZERO),
        budget: Share(0.0),
    };

    /// How long to wait before repeat `nth`, from 0, in microseconds; `chance` is 0 to 1.
    #[must_use]
    pub fn wait_us(&self, nth: u8, chance: f64) -> u64 {
        let doubled = 1u64.checked_shl(u32::from(nth)).unwrap_or(u64::MAX);
        let cap = self.wait.us().saturating_mul(doubled).min(self.max_wait.us());
        match self.policy {
            Policy::None => 0,
            Policy::Fixed => self.wait.us(),
            Policy::Exponential => cap,
            Policy::FullJitter | Policy::Budget => (chance * cap as f64) as u64,
        }
    }
}

/// The table as it stands in the file: which keys it takes depends on `policy`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    policy: Policy,
    times: Option<u8>,
    wait: Option<Span>,
    max_wait: Option<Span>,
    budget: Option<Share>,
}

impl Policy {
    /// Its name in a file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Fixed => "fixed",
            Self::Exponential => "exponential",
            Self::FullJitter => "full_jitter",
            Self::Budget => "budget",
        }
    }

    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Fixed => &["times", "wait"],
            Self::Exponential | Self::FullJitter => &["times", "wait", "max_wait"],
            Self::Budget => &["times", "wait", "max_wait", "budget"],
        }
    }
}

impl TryFrom<Written> for Retry {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let (policy, takes) = (written.policy, written.policy.keys());
        let given = [
            ("times", written.times.is_some()),
            ("wait", written.wait.is_some()),
            ("max_wait", written.max_wait.is_some()),
            ("budget", written.budget.is_some()),
        ];
        if let Some((key, _)) = given.into_iter().find(|(key, given)| *given && !takes.contains(key)) {
            let takes =
                if takes.is_empty() { "nothing beside it".to_owned() } else { format!("`{}`", takes.join("`, `")) };
            return Err(format!("policy = \"{}\" has no `{key}`: it takes {takes}", policy.word()));
        }
        if policy == Policy::None {
            return Ok(Self::NONE);
        }
        let times = written.times.unwrap_or(3);
        if !(1..=TIMES_MAX).contains(&times) {
            return Err(format!("times = {times} is not between 1 and {TIMES_MAX}; write policy = \"none\" for never"));
        }
        let wait = written.wait.unwrap_or(Span(std::time::Duration::from_millis(100)));
        let max_wait = written.max_wait.unwrap_or(Span(std::time::Duration::from_secs(5)).max(wait));
        if max_wait < wait {
            return Err("`max_wait` is shorter than `wait`: write a longer one".to_owned());
        }
        Ok(Self { policy, times, wait, max_wait, budget: written.budget.unwrap_or(Share(0.1)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits_ms(text: &str, chance: f64) -> Vec<u64> {
        let retry: Retry = toml::from_str(text).unwrap();
        (0..retry.times).map(|nth| retry.wait_us(nth, chance) / 1000).collect()
    }

    #[test]
    fn each_policy_waits_as_it_says() {
        let spans = "wait = \"100ms\"\ntimes = 5\n";
        assert!(waits_ms("policy = \"none\"", 0.5).is_empty());
        assert_eq!(waits_ms(&format!("policy = \"fixed\"\n{spans}"), 0.5), [100; 5]);
        let capped = format!("{spans}max_wait = \"500ms\"\n");
        assert_eq!(waits_ms(&format!("policy = \"exponential\"\n{capped}"), 0.1), [100, 200, 400, 500, 500]);
        assert_eq!(waits_ms(&format!("policy = \"full_jitter\"\n{capped}"), 0.5), [50, 100, 200, 250, 250]);
        assert_eq!(waits_ms(&format!("policy = \"budget\"\n{capped}"), 0.0), [0; 5]);
    }

    #[test]
    fn a_hundredth_wait_is_the_longest_and_not_an_overflow() {
        let retry: Retry = toml::from_str("policy = \"exponential\"\ntimes = 100\nwait = \"1s\"").unwrap();
        assert_eq!(retry.wait_us(99, 0.0), 5_000_000);
    }
}

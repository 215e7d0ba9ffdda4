//! A run as it is shown and written: its report, with the histograms and the course of time behind it.
//! Must not hold what every buyer was told: a campaign keeps many of these.

use crate::bench::{report::Report, series::Series, tally::Tally};

/// A run under the name that it has among the others.
#[derive(Debug, Clone)]
pub struct Exhibit {
    /// Version, engine and number: `v4-embedded-1`. Files are called after it.
    pub name: String,
    /// Figures.
    pub report: Report,
    /// Full histograms.
    pub tally: Tally,
    /// The run over time.
    pub series: Series,
}

impl Exhibit {
    /// The name without its number: runs that share it are repeats of each other.
    #[must_use]
    pub fn label(&self) -> &str {
        match self.name.rsplit_once('-') {
            Some((label, number)) if number.bytes().all(|b| b.is_ascii_digit()) => label,
            _ => &self.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::bench::report::sample_run::{empty_run, sample_run};

    #[test]
    fn repeats_share_a_label() {
        let mut run = sample_run("v4-embedded-12", 1);
        assert_eq!(run.label(), "v4-embedded");
        run.name = "mine".to_owned();
        assert_eq!(run.label(), "mine");
        assert_eq!(empty_run("v1-redis-1").label(), "v1-redis");
    }
}

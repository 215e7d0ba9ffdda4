//! `--version 1,2,3,4`, `mixed` or `all`.
//! Must not know what a version does.

use std::str::FromStr;

use tpp::{bench::quantity::VersionChoice, domain::order::OrderVersion};

/// One word of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions(Vec<VersionChoice>);

impl FromStr for Versions {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = || OrderVersion::ALL.into_iter().map(VersionChoice::One).collect();
        if text == "all" { Ok(Self(all())) } else { Ok(Self(vec![text.parse()?])) }
    }
}

/// Every version that was asked for, once, in the order of asking.
pub fn chosen(words: &[Versions]) -> Vec<VersionChoice> {
    let mut versions = Vec::new();
    for version in words.iter().flat_map(|word| &word.0) {
        if !versions.contains(version) {
            versions.push(*version);
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_every_version_and_none_is_played_twice() {
        let words: Vec<Versions> = ["4", "all", "mixed", "4"].map(|word| word.parse().unwrap()).to_vec();
        let names: Vec<_> = chosen(&words).iter().map(ToString::to_string).collect();
        assert_eq!(names, ["v4", "v1", "v2", "v3", "mixed"]);
        assert!("5".parse::<Versions>().is_err());
    }
}

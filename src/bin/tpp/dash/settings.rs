//! Which settings file the dashboard reads.
//! Must not know what may stand in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tpp::tui::dash::config::Config;

use super::around::AroundArgs;
use crate::exit::ConfigError;

/// The file that was named, or the user's own, or none.
pub fn read(named: Option<&Path>, around: &AroundArgs) -> anyhow::Result<Config> {
    let file = match (named, around.settings()) {
        (Some(named), _) => named.to_owned(),
        (None, Some(own)) => own,
        (None, None) => return Ok(Config::default()),
    };
    let refused = |cause: String| ConfigError(format!("{}: {cause}", file.display()));
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Config::parse(&text).map_err(|mistake| refused(mistake.to_string()))?),
        // Nobody needs to have one.
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => Ok(Config::default()),
        Err(error) => Err(refused(error.to_string()).into()),
    }
}

/// Where a user's own settings are.
pub fn own_file(config_home: Option<&str>, home: Option<&str>) -> Option<PathBuf> {
    let set = |folder: Option<&str>| folder.filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let folder = set(config_home).or_else(|| Some(set(home)?.join(".config")))?;
    Some(folder.join("tpp").join("dash.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_own_file_is_found_by_the_environment() {
        assert_eq!(own_file(Some("/c"), Some("/h")), Some("/c/tpp/dash.toml".into()));
        assert_eq!(own_file(Some(""), Some("/h")), Some("/h/.config/tpp/dash.toml".into()));
        assert_eq!(own_file(None, None), None);
    }

    #[test]
    fn a_file_that_was_named_must_be_there_and_right() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dash.toml");
        let around = AroundArgs::default();
        let words = |file: &Path| read(Some(file), &around).unwrap_err().to_string();
        assert!(words(&file).contains("dash.toml: "), "{}", words(&file));
        fs::write(&file, "theme = \"pink\"\n").unwrap();
        assert!(words(&file).contains("normal"), "{}", words(&file));
        fs::write(&file, "theme = \"safe\"\n").unwrap();
        assert_eq!(read(Some(&file), &around).unwrap().theme, Some(tpp::tui::theme::Theme::Safe));
        assert_eq!(read(None, &around).unwrap(), Config::default());
    }
}

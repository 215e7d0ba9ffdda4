//! Runs kept under a name, to compare later ones with: `.tpp/baselines/NAME.json`.
//! Must not leave half a file behind, nor one that holds a secret.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::compare::saved::{RunSet, SET_SCHEMA, SavedRun, read};

/// Where baselines are kept, from the current folder.
pub const FOLDER: &str = ".tpp/baselines";
/// Longest name.
const NAME_MAX: usize = 100;

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// A name that is no file name.
    #[error("a baseline's name has letters, digits, '.', '_' and '-', and starts with none of these signs: not {0:?}")]
    Name(String),
    /// There is none.
    #[error("there is no baseline {0} in {1}; make it with --save-baseline {0}")]
    Missing(String, PathBuf),
    /// The file system's.
    #[error("cannot use the baseline {0}: {1}")]
    File(PathBuf, io::Error),
    /// Its text.
    #[error("the baseline {0} is not valid: {1}")]
    Text(PathBuf, String),
}

/// Reads one.
///
/// # Errors
/// When it is not there or not a set of runs.
pub fn load(folder: &Path, name: &str) -> Result<Vec<SavedRun>, BaselineError> {
    let path = path(folder, name)?;
    match fs::read_to_string(&path) {
        Ok(text) => read(&text).map_err(|reason| BaselineError::Text(path, reason)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            Err(BaselineError::Missing(name.to_owned(), folder.to_owned()))
        }
        Err(e) => Err(BaselineError::File(path, e)),
    }
}

/// Writes one, over any that has this name: all of it or nothing. Says where it is.
///
/// # Errors
/// The file system's.
pub fn save(folder: &Path, name: &str, runs: Vec<SavedRun>) -> Result<PathBuf, BaselineError> {
    let path = path(folder, name)?;
    let set = RunSet { schema: SET_SCHEMA.to_owned(), runs };
    let mut text = serde_json::to_string_pretty(&set).expect("plain data becomes JSON");
    text.push('\n');
    write_whole(folder, &path, &text).map_err(|e| BaselineError::File(path.clone(), e))?;
    Ok(path)
}

/// Is this a name that a baseline can have?
///
/// # Errors
/// When it is not.
pub fn path(folder: &Path, name: &str) -> Result<PathBuf, BaselineError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts_well && name.len() <= NAME_MAX && name.chars().all(allowed) {
        Ok(folder.join(format!("{name}.json")))
    } else {
        Err(BaselineError::Name(name.to_owned()))
    }
}

fn write_whole(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let unfinished = path.with_extension(format!("json.{}", std::process::id()));
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&unfinished, path));
    if moved.is_err() {
        // It may not even have been made.
        let _ = fs::remove_file(&unfinished);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::compare::saved::tests::run;

    #[test]
    fn a_baseline_comes_back_as_it_was_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        let runs = vec![run(&[("sell_out_s", 1.5)]); 3];
        let path = save(&deep, "main", runs[..1].to_vec()).unwrap();
        assert_eq!(save(&deep, "main", runs.clone()).unwrap(), path);
        assert_eq!(load(&deep, "main").unwrap(), runs);
        assert_eq!(fs::read_dir(&deep).unwrap().count(), 1);
        fs::write(path, "{").unwrap();
        assert!(load(&deep, "main").unwrap_err().to_string().contains("not valid"));
    }

    #[test]
    fn a_name_stays_in_its_folder_and_a_missing_one_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../evil", "a/b", "", ".hidden", "-flag", "a b"] {
            assert!(matches!(path(folder.path(), name), Err(BaselineError::Name(_))), "{name:?}");
        }
        let missing = load(folder.path(), "main").unwrap_err().to_string();
        assert!(missing.contains("--save-baseline main"), "{missing}");
    }
}

//! The referee of the house: fails with file and line when a room names what it may not, or something outgrows its limit.
//! Must not trust itself: `planted` holds a violation of every rule, and each must be found where it stands.
//!
//! It reads text, not types: [`source`] blanks comments and literals, [`rules`] looks at the words that are left.

mod names;
mod planted;
mod rooms;
mod rules;
mod source;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// Something that is not as the house wants it.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.words)
    }
}

/// A file: its path from the root of the repository, and its text.
type File = (String, String);

#[test]
fn every_file_keeps_to_its_room_and_its_limits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["src", "tests"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 20, "only {} files found: the referee looks in the wrong place", paths.len());
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    let files: Vec<_> = paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect();
    let report: Vec<_> = judge(&files).iter().map(Finding::to_string).collect();
    assert!(report.is_empty(), "{} findings:\n{}", report.len(), report.join("\n"));
}

/// Everything that is wrong with these files.
fn judge(files: &[File]) -> Vec<Finding> {
    let modules: Vec<_> = files.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let is_test = |path: &str| {
        path.starts_with("tests/")
            || path.ends_with("_tests.rs")
            || modules
                .iter()
                .any(|module| path.strip_prefix(&**module).is_some_and(|rest| rest.starts_with(['.', '/'])))
    };
    files.iter().flat_map(|(path, text)| rules::check(path, text, is_test(path))).collect()
}

/// Where the modules live that a file declares for tests only, without their ending: `src/bench/fake_office`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let stem = path.trim_end_matches(".rs");
    let folder = ["/mod", "/lib", "/main"].into_iter().find_map(|root| stem.strip_suffix(root)).unwrap_or(stem);
    let source = source::Source::new(text);
    let names = source::test_only_modules(&source.code);
    names.iter().map(|name| format!("{folder}/{name}")).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("cannot read {}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|x| x == "rs" || x == "lua") {
            paths.push(path);
        }
    }
}

//! Names that say nothing, and versions where none belong.
//! Must not look at fields and local names: on the wire they are the original's.

use super::{rules::Report, source::Source};

/// Parts of a name that could stand for anything.
const EMPTY_WORDS: &[&str] =
    &["util", "utils", "helper", "helpers", "manager", "managers", "common", "service", "services"];
/// The same, but the original's own types carry them on the wire.
const EMPTY_OUTSIDE_WIRE: &[&str] = &["data", "impl", "info"];
/// Names that a trait of another crate asks for: file and name.
const FOREIGN: &[(&str, &str)] = &[("src/server/feed/watch.rs", "Data")];
const VERSIONS: &[&str] = &["v1", "v2", "v3", "v4"];
/// Words that declare the name after them.
const DECLARES: &[&str] = &["fn", "mod", "struct", "enum", "trait", "type", "union"];

pub fn check(source: &Source, report: &mut Report<'_>) {
    let path = report.path.to_owned();
    let on_wire = report.path.starts_with("src/wire/");
    let may_be_versioned = report.path.starts_with("src/server/order/");
    let stem = report.path.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or_default().to_owned();
    let mut judge = |name: &str, line: usize| {
        for part in parts(name) {
            let empty = EMPTY_WORDS.contains(&&*part) || (!on_wire && EMPTY_OUTSIDE_WIRE.contains(&&*part));
            if empty {
                report.add(line, format!("`{part}` in the name `{name}` says nothing: name the thing"));
            }
            if VERSIONS.contains(&&*part) && !may_be_versioned {
                report.add(
                    line,
                    format!("`{name}` carries a version: only OrderVersion and the files of server/order do"),
                );
            }
        }
    };
    judge(&stem, 1);
    let words: Vec<_> = source.words().collect();
    for pair in words.windows(2) {
        let [(at, word), (name_at, name)] = pair else { continue };
        let declared = DECLARES.contains(word) && source.code[at + word.len()..*name_at].trim().is_empty();
        if declared && !source.in_tests(*at) && !FOREIGN.contains(&(path.as_str(), *name)) {
            judge(name, source.line(*name_at));
        }
    }
}

/// `OrderInfo` and `order_info` are both order, info.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = '_';
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && before.is_lowercase()) {
            parts.push(String::new());
        }
        if c != '_' {
            parts.last_mut().unwrap().extend(c.to_lowercase());
        }
        before = c;
    }
    parts
}

#[test]
fn a_name_falls_into_its_words() {
    assert_eq!(parts("seat_info"), ["seat", "info"]);
    assert_eq!(parts("SeatInfo"), ["seat", "info"]);
    assert_eq!(parts("informed"), ["informed"]);
}

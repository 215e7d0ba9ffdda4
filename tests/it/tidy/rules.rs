//! The rules of the house, each a function over one file.
//! Must not know which files there are.

use super::{
    Finding, names,
    rooms::{EXCEPTIONS, NOT_IN_DOMAIN, ROOMS, TOOLS, room_of},
    source::{Source, words},
};

pub const FILE_LINES_MAX: usize = 400;
pub const FUNCTION_LINES_MAX: usize = 70;

/// Findings of one file, as they come.
pub struct Report<'a> {
    pub path: &'a str,
    /// The whole file is compiled for tests only.
    is_test: bool,
    findings: Vec<Finding>,
}

impl Report<'_> {
    pub fn add(&mut self, line: usize, words: impl Into<String>) {
        self.findings.push(Finding { path: self.path.to_owned(), line, words: words.into() });
    }
}

/// Everything that is wrong with a file; `is_test` when it is compiled for tests only.
pub fn check(path: &str, text: &str, is_test: bool) -> Vec<Finding> {
    let mut report = Report { path, is_test, findings: Vec::new() };
    file_length(text, &mut report);
    if path.ends_with(".lua") {
        lua_header(text, &mut report);
        return report.findings;
    }
    let source = Source::new(text);
    function_lengths(&source, &mut report);
    first_lines(text, &mut report);
    attributes(&source, &mut report);
    if path.starts_with("src/") {
        rooms(&source, &mut report);
    }
    if !is_test {
        names::check(&source, &mut report);
        tools(&source, &mut report);
        domain_is_pure(&source, &mut report);
        calls(&source, &mut report);
    }
    report.findings.sort_by_key(|finding| finding.line);
    report.findings
}

fn file_length(text: &str, report: &mut Report<'_>) {
    let lines = text.lines().count();
    if lines > FILE_LINES_MAX {
        report.add(
            FILE_LINES_MAX + 1,
            format!("the file has {lines} lines, more than {FILE_LINES_MAX}: split it by noun"),
        );
    }
}

fn function_lengths(source: &Source, report: &mut Report<'_>) {
    for function in source.functions() {
        if function.lines > FUNCTION_LINES_MAX {
            let (name, lines) = (function.name, function.lines);
            report.add(
                function.line,
                format!(
                    "`{name}` has {lines} lines, more than {FUNCTION_LINES_MAX}: keep the ifs, move straight work out"
                ),
            );
        }
    }
}

/// A script says what it takes, what it answers and which law it keeps.
fn lua_header(text: &str, report: &mut Report<'_>) {
    let header: Vec<_> = text.lines().take_while(|line| line.starts_with("--")).collect();
    for word in ["KEYS", "ARGV"] {
        if !header.iter().any(|line| line.contains(word)) {
            report.add(1, format!("the script's header does not say its {word}"));
        }
    }
}

/// First what the file is for, then what it must not do.
fn first_lines(text: &str, report: &mut Report<'_>) {
    let doc: Vec<_> = text.lines().take_while(|line| line.starts_with("//!")).collect();
    if doc.first().is_none_or(|line| line.len() < "//! Word.".len()) {
        report.add(1, "the first line must be a `//!` that says what the file is for");
        return;
    }
    let is_map = report.path == "src/lib.rs";
    if !report.is_test && !is_map && !doc.iter().any(|line| line.contains("ust not")) {
        report.add(1, "the `//!` lines must say what the file must not do (\"Must not …\")");
    }
}

fn attributes(source: &Source, report: &mut Report<'_>) {
    for (mark, words) in [
        ("#[allow(", "silence a lint by `#[expect(…, reason = \"…\")]`"),
        ("#![allow(", "silence a lint by `#![expect(…, reason = \"…\")]`"),
        ("#[ignore", "a test that is skipped proves nothing: mend it or remove it"),
    ] {
        for (at, _) in source.code.match_indices(mark) {
            report.add(source.line(at), words);
        }
    }
}

/// `crate::ROOM`, also inside `crate::{…}`, and `super::…::ROOM`.
fn rooms(source: &Source, report: &mut Report<'_>) {
    if report.path.starts_with("src/bin/") || report.path == "src/lib.rs" {
        return;
    }
    let Some(room) = room_of(report.path) else {
        report.add(1, "this room is not in the referee's table (tests/it/tidy/rooms.rs)");
        return;
    };
    for (at, named) in paths_from_root(&source.code) {
        let is_room = ROOMS.iter().any(|other| other.name == named);
        if is_room && named != room.name && !room.may_name.contains(&named) {
            report.add(source.line(at), format!("`{}` must not name `{named}`", room.name));
        }
    }
}

/// The first names after `crate::`, and names after a chain of `super::` that are rooms' names followed by `::`.
fn paths_from_root(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, mark) in code.match_indices("crate::") {
        let after = at + mark.len();
        let rest = &code[after..];
        if let Some(group) = rest.strip_prefix('{') {
            found.extend(group_heads(group).into_iter().map(|(offset, name)| (after + 1 + offset, name)));
        } else {
            found.extend(words(rest).next().map(|(offset, name)| (after + offset, name)));
        }
    }
    for (at, mark) in code.match_indices("super::") {
        let after = at + mark.len();
        let head = words(&code[after..]).next();
        found.extend(
            head.filter(|(offset, name)| *offset == 0 && code[after + name.len()..].starts_with("::"))
                .map(|(_, name)| (after, name)),
        );
    }
    found
}

/// First names of the entries of a `{…}` group that starts after its brace.
fn group_heads(group: &str) -> Vec<(usize, &str)> {
    let (mut depth, mut entry_starts) = (1, vec![0]);
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 1 => entry_starts.push(at + 1),
            _ => {}
        }
        if depth == 0 {
            let heads = entry_starts.into_iter().map(|start| (start, words(&group[start..at]).next()));
            return heads.filter_map(|(start, head)| head.map(|(offset, name)| (start + offset, name))).collect();
        }
    }
    Vec::new()
}

/// A crate is named as `NAME::` or `use NAME`, unless the file has a module of that name.
fn tools(source: &Source, report: &mut Report<'_>) {
    for tool in TOOLS {
        let at_home = tool.lives_in.iter().any(|home| report.path.starts_with(home));
        let excepted = EXCEPTIONS.iter().any(|e| e.path == report.path && e.krate == tool.krate);
        let own_module = source.code.contains(&format!("mod {};", tool.krate));
        if at_home || excepted || own_module {
            continue;
        }
        for (at, word) in source.words().filter(|(_, word)| *word == tool.krate) {
            let before = source.code[..at].trim_end();
            let names_crate = source.code[at + word.len()..].starts_with("::") || before.ends_with("use");
            if names_crate && !source.in_tests(at) && !is_inside_a_path(before) {
                let homes = tool.lives_in.join(", ");
                report.add(source.line(at), format!("the crate `{word}` may be named only in {homes}"));
            }
        }
    }
}

/// Is what comes next a part of a longer path, as in `inventory::redis` or `inventory::{embedded, redis}`?
fn is_inside_a_path(before: &str) -> bool {
    let follows_a_name = |before: &str| {
        let head = before.trim_end().strip_suffix("::");
        head.is_some_and(|head| head.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>'))
    };
    let mut depth = 0;
    for (at, byte) in before.bytes().enumerate().rev() {
        match byte {
            b'}' => depth += 1,
            b'{' if depth == 0 => return follows_a_name(before) || follows_a_name(&before[..at]),
            b'{' => depth -= 1,
            b';' if depth == 0 => break,
            _ => {}
        }
    }
    follows_a_name(before)
}

fn domain_is_pure(source: &Source, report: &mut Report<'_>) {
    if !report.path.starts_with("src/domain/") {
        return;
    }
    for (at, word) in source.words().filter(|(at, _)| !source.in_tests(*at)) {
        if let Some((_, why)) = NOT_IN_DOMAIN.iter().find(|(banned, _)| *banned == word) {
            report.add(source.line(at), *why);
        }
    }
}

/// Calls that only some rooms may make.
fn calls(source: &Source, report: &mut Report<'_>) {
    let in_bin = report.path.starts_with("src/bin/");
    let below_server =
        ["domain", "wire", "inventory", "ledger"].iter().any(|r| report.path.starts_with(&format!("src/{r}/")));
    for (at, word) in source.words() {
        if source.in_tests(at) {
            continue;
        }
        let before = &source.code[..at];
        let after = &source.code[at + word.len()..];
        match word {
            "println" | "eprintln" | "print" | "eprint" if after.starts_with('!') && !in_bin => {
                report.add(source.line(at), "only bin prints: hand the words up");
            }
            "unwrap" if after.starts_with("()") && before.ends_with('.') => {
                report
                    .add(source.line(at), "no unwrap outside tests: `expect(\"why it cannot happen\")`, or a Failure");
            }
            "todo" | "unimplemented" if after.starts_with('!') => {
                report.add(source.line(at), "not done");
            }
            "SystemTime" if after.starts_with("::now") && below_server => {
                report.add(source.line(at), "no wall clock below server: hand the moment in");
            }
            _ => {}
        }
    }
}

//! Settings files: those of `tests/dash_configs/valid` are taken, those of `invalid` refused with the words of their first line.

use std::path::Path;

use super::*;

fn corpus(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dash_configs").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn every_valid_file_is_taken() {
    let files = corpus("valid");
    assert!(files.len() >= 8, "only {} are left", files.len());
    for (name, text) in files {
        if let Err(why) = Config::parse(&text) {
            panic!("{name}: {why}");
        }
    }
}

#[test]
fn every_mistake_is_refused_with_its_place_and_what_is_allowed() {
    let files = corpus("invalid");
    assert!(files.len() >= 25, "only {} are left", files.len());
    let mut missed = Vec::new();
    for (name, text) in files {
        let words = text.lines().next().and_then(|line| line.strip_prefix("# error: ")).expect("a first line says it");
        match Config::parse(&text) {
            Ok(_) => missed.push(format!("{name}: was taken")),
            Err(why) if !why.to_string().contains(words) => missed.push(format!("{name}: {words:?} is not in: {why}")),
            Err(_) => {}
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn the_printed_file_changes_nothing_also_with_every_comment_taken_away() {
    let printed = Config::printed();
    assert_eq!(Config::parse(&printed), Ok(Config::default()));
    let lines = printed.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    let all = Config::parse(&lines.collect::<Vec<_>>().join("\n")).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(all.keymap, Keymap::default());
    assert_eq!((all.theme, all.lang, all.tab), (Some(Theme::Normal), Some(Lang::En), Some(Tab::Sale)));
    assert_eq!((all.mouse, all.read_only), (Some(false), Some(false)));
    assert!(all.url.is_some() && all.dump_folder.is_some());
    assert!(SETTINGS.iter().all(|setting| printed.contains(&format!("\n#{setting} = "))));
}

#[test]
fn a_list_of_keys_takes_the_place_of_those_there_were() {
    let config = Config::parse("[keys]\n\"cancel-order\" = [\"Delete\", \"Ctrl-x\"]\ncopy = []\n").unwrap();
    assert_eq!(config.keymap.command(Tab::Orders, Stroke::DELETE), Some(Command::Cancel));
    assert_eq!(config.keymap.command(Tab::Orders, Stroke::ctrl('x')), Some(Command::Cancel));
    assert_eq!(config.keymap.command(Tab::Orders, Stroke::char('x')), None);
    assert_eq!(config.keymap.command(Tab::Orders, Stroke::char('y')), None);
    assert_eq!(config.keymap.command(Tab::Orders, Stroke::char('q')), Some(Command::Quit));
}

#[test]
fn places_are_counted_in_characters() {
    let refused = Config::parse("url = \"http://售票\"\n# 座位\nmouse = \"座\"").unwrap_err();
    assert!(refused.to_string().starts_with("line 3, column 9: "), "{refused}");
    let refused = Config::parse("theme = \"safe\" lang = \"zh\"").unwrap_err();
    assert!(refused.to_string().starts_with("line 1, column 1"), "{refused}");
}

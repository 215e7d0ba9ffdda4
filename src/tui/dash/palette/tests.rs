//! What fits to what is typed, and what a whole line asks for.

use super::*;
use crate::tui::{
    dash::{command::Command, sample},
    theme::Theme,
};

fn texts(typed: &str, tab: Tab, (replay, read_only): (bool, bool)) -> Vec<String> {
    let sale = sample::sale(sample::busy());
    let around = Around { tab, lang: Lang::En, replay, read_only, keymap: &Keymap::default(), sale: &sale };
    suggestion::fitting(typed, around).into_iter().map(|one| one.text).collect()
}

#[test]
fn what_begins_so_comes_before_what_holds_it() {
    let here = |typed| texts(typed, Tab::Orders, (false, false));
    assert_eq!(here("or")[..2], ["orders", "order "]);
    assert_eq!(here("cnl"), ["cancel-order"], "its letters in order");
    assert!(here("order").contains(&"cancel-order".to_owned()), "somewhere in it");
    assert!(here("mouse").contains(&"mouse".to_owned()));
    assert!(here("zzz").is_empty());
    assert!(here("").len() > 30);
}

#[test]
fn what_cannot_be_done_here_is_not_suggested() {
    assert!(texts("zoom", Tab::Orders, (false, false)).is_empty());
    assert_eq!(texts("zoom-in", Tab::Seats, (false, false)), ["zoom-in"]);
    assert!(!texts("cancel", Tab::Orders, (false, true)).contains(&"cancel-order".to_owned()));
    assert!(!texts("faster", Tab::Sale, (false, false)).contains(&"faster".to_owned()));
    assert!(texts("faster", Tab::Sale, (true, false)).contains(&"faster".to_owned()));
    assert!(!texts("follow", Tab::Sale, (true, false)).contains(&"follow ".to_owned()));
}

#[test]
fn programs_are_found_by_their_titles() {
    assert_eq!(texts("follow 刘德华", Tab::Sale, (false, false)), ["follow 1"]);
    assert_eq!(texts("follow ham", Tab::Sale, (false, false)), ["follow 2"]);
    assert_eq!(texts("follow ", Tab::Sale, (false, false)), ["follow 1", "follow 2", "follow none"]);
    assert_eq!(texts("theme s", Tab::Sale, (false, false)), ["theme safe"]);
}

#[test]
fn a_line_says_one_thing_or_is_refused_with_what_it_lacks() {
    let read = |line| Wish::parse(line, Lang::En);
    assert_eq!(read(" theme  safe "), Ok(Wish::Theme(Theme::Safe)));
    assert_eq!(read("theme"), Ok(Wish::Command(Command::NextTheme)));
    assert_eq!(read("follow none"), Ok(Wish::Follow(None)));
    assert_eq!(read("q"), Ok(Wish::Command(Command::Quit)));
    for (line, words) in [
        ("", "which command?"),
        ("theme dark", "dark is not one of normal, safe, mono"),
        ("lang fr", "fr is not one of en, zh"),
        ("follow", "follow takes a program's id"),
        ("follow 0", "follow takes a program's id"),
        ("order", "order takes an order's number"),
        ("orders 7", "orders takes nothing after it"),
        ("cancel", "there is no command cancel"),
    ] {
        assert!(read(line).is_err_and(|why| why.contains(words)), "{line}");
    }
}

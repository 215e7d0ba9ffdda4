//! The page as a whole: nothing from elsewhere, nothing that acts, and it stands when there is nothing to show.

use super::*;
use crate::bench::report::{
    Report,
    sample::sample,
    sample_run::{empty_run, sample_run},
};

fn broken() -> Exhibit {
    let run = sample_run("v4-embedded-1", 1);
    Exhibit { report: Report { latency: run.report.latency.clone(), ..sample() }, ..run }
}

#[test]
fn the_page_needs_nothing_beside_itself() {
    let page = text(&[sample_run("v1-embedded-1", 3), broken()]);
    for needle in ["<script", "http://", "https://", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(needle), "{needle} is in the page");
    }
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
}

#[test]
fn names_cannot_act_as_markup() {
    let evil = "\"><script>alert('x')</script>&amp;<b";
    let mut run = broken();
    run.name = evil.to_owned();
    let report = &mut run.report;
    for text in
        [&mut report.scenario.name, &mut report.scenario.about, &mut report.scenario.program, &mut report.machine.cpu]
    {
        *text = evil.to_owned();
    }
    report.reasons = vec![evil.to_owned()];
    report.validity.reasons = vec![evil.to_owned()];
    report.thresholds[0].text = evil.to_owned();
    report.rejections = [(evil.to_owned(), 9)].into();
    report.fairness.classes[0].name = evil.to_owned();
    report.audit.as_mut().unwrap().findings[0].detail = evil.to_owned();
    report.server.as_mut().unwrap().details.insert(evil.to_owned(), evil.to_owned());
    let page = text(&[run, sample_run("v2-embedded-1", 1)]);
    assert!(!page.contains("<script"), "something came through");
    assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script&#62;"), "the name is shown all the same");
}

#[test]
fn the_verdict_is_said_in_words_and_the_worst_run_decides() {
    let page = text(&[sample_run("v1-embedded-1", 1), broken()]);
    let headline = page.split("<h1").nth(1).unwrap().split("</header>").next().unwrap();
    assert!(headline.contains("audit failed") && headline.contains("laws of the sale are broken"), "{headline}");
    assert!(page.contains("seat 7 is in two orders") && page.contains("and 175 more in report.json"));
    let page = text(&[sample_run("v1-embedded-1", 1)]);
    assert!(page.contains("passed") && page.contains("nothing oversold, nothing lost"));
    assert!(page.contains("tpp bench flash_sale --version mixed --seed"));
}

#[test]
fn every_element_that_opens_closes() {
    for runs in [vec![sample_run("v1-embedded-1", 1), broken()], vec![empty_run("v1-redis-1")], vec![]] {
        let page = text(&runs);
        for element in
            ["svg", "figure", "table", "details", "section", "div", "text", "tr", "td", "th", "li", "ul", "p", "dl"]
        {
            let opened = page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
            assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
        }
        assert!(!page.contains("NaN") && !page.contains("inf\""), "a broken number");
    }
}

#[test]
fn a_run_of_which_nothing_is_known_says_so() {
    let page = text(&[empty_run("v1-redis-1")]);
    for words in
        ["No submit was answered", "not seen often enough", "The audit was switched off", "No submit was refused"]
    {
        assert!(page.contains(words), "{words} is missing");
    }
    assert!(text(&[]).contains("no run was finished"));
}

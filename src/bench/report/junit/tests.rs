//! A JUnit file as its readers see it: the elements and attributes of Surefire's schema and no other, and counts that
//! agree with what is counted. `scripts/check_results` holds the same against a schema with a validator.

use std::collections::BTreeMap;

use super::*;
use crate::bench::report::sample_run::sample_run;

/// An element: its name, its attributes, what is in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn count(&self, attribute: &str) -> usize {
        self.attributes[attribute].parse().unwrap()
    }

    fn all(&self, name: &str) -> Vec<&Element> {
        self.children.iter().filter(|child| child.name == name).collect()
    }

    fn cases_with(&self, name: &str) -> Vec<&Element> {
        self.all("testcase").into_iter().filter(|case| !case.all(name).is_empty()).collect()
    }
}

/// Enough of an XML reader for files without comments and CDATA; panics where tags do not match.
fn read(text: &str) -> Element {
    let mut open = vec![Element::default()];
    let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("a declaration comes first");
    for part in body.split('<').skip(1) {
        let (tag, after) = part.split_once('>').expect("a tag ends");
        assert!(!after.contains('>') || !after.contains('"'), "unescaped: {after}");
        if let Some(name) = tag.strip_prefix('/') {
            let done = open.pop().unwrap();
            assert_eq!(done.name, name, "tags match");
            open.last_mut().unwrap().children.push(done);
        } else {
            let (inner, empty) = tag.strip_suffix('/').map_or((tag, false), |inner| (inner, true));
            open.push(element(inner));
            if empty {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
        }
        open.last_mut().unwrap().text += &plain(after);
    }
    assert_eq!(open.len(), 1, "everything is closed");
    open.remove(0).children.remove(0)
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = BTreeMap::new();
    while let Some((name, value)) = rest.trim_start().split_once("=\"") {
        let (value, after) = value.split_once('"').expect("a value ends");
        assert!(attributes.insert(name.to_owned(), plain(value)).is_none(), "{name} stands twice");
        rest = after;
    }
    Element { name: name.to_owned(), attributes, ..Element::default() }
}

fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

/// Element, attributes that it must have, attributes that it may have, elements that it may hold.
type Rule = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

const SCHEMA: [Rule; 8] = [
    ("testsuites", &["name", "tests", "failures", "errors", "time"], &[], &["testsuite"]),
    ("testsuite", &["name", "tests", "failures", "errors", "skipped", "time"], &[], &["properties", "testcase"]),
    ("properties", &[], &[], &["property"]),
    ("property", &["name", "value"], &[], &[]),
    ("testcase", &["name", "classname", "time"], &[], &["failure", "error", "skipped"]),
    ("failure", &["message", "type"], &[], &[]),
    ("error", &["message", "type"], &[], &[]),
    ("skipped", &["message"], &["type"], &[]),
];

fn check(element: &Element) {
    let (_, must, may, holds) = SCHEMA.iter().find(|rule| rule.0 == element.name).expect("a known element");
    for name in *must {
        assert!(element.attributes.contains_key(*name), "{name} is missing in {element:?}");
    }
    for name in element.attributes.keys() {
        assert!(must.contains(&&name[..]) || may.contains(&&name[..]), "{name} is not allowed in {}", element.name);
    }
    for child in &element.children {
        assert!(holds.contains(&&child.name[..]), "{} is not allowed in {}", child.name, element.name);
        check(child);
    }
}

fn broken_run() -> Exhibit {
    let sample = crate::bench::report::sample::sample();
    let mut run = sample_run("v4-embedded-1", 1);
    run.report.verdict = Verdict::AuditFailed;
    run.report.scenario.name = "<script>\"&' disabled=\"1\"".to_owned();
    (run.report.audit, run.report.thresholds) = (sample.audit, sample.thresholds);
    run
}

#[test]
fn the_file_keeps_to_the_schema_and_its_counts_are_true() {
    let root = read(&text(&[sample_run("v1-embedded-1", 1), broken_run()]));
    check(&root);
    assert_eq!(root.all("testsuite").len(), 2);
    for suite in root.all("testsuite") {
        assert_eq!(suite.count("tests"), suite.all("testcase").len());
        for (attribute, element) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            assert_eq!(suite.count(attribute), suite.cases_with(element).len(), "{attribute}");
        }
    }
    let tests: usize = root.all("testsuite").iter().map(|suite| suite.count("tests")).sum();
    assert_eq!(root.count("tests"), tests);
}

#[test]
fn a_broken_law_fails_with_its_findings_and_an_unchecked_one_is_skipped() {
    let root = read(&text(&[broken_run()]));
    let suite = root.all("testsuite")[0];
    assert!(suite.attributes["name"].contains("<script>\"&' disabled=\"1\""), "names survive");
    let failed = suite.cases_with("failure");
    let law = failed.iter().find(|case| case.attributes["name"].starts_with("L2: a seat is in at most")).unwrap();
    assert!(law.children[0].text.contains("order 0: seat 7 is in two orders [journal]"), "{law:?}");
    assert!(law.children[0].text.contains("and 180 more in report.json"), "{law:?}");
    let mark = failed.iter().find(|case| case.attributes["name"] == "threshold: t").unwrap();
    assert_eq!(mark.children[0].attributes["message"], "t: there is no such figure");
    // Nine of ten laws are not in the sample or not checked.
    assert_eq!(suite.cases_with("skipped").len(), 9);
}

#[test]
fn without_an_audit_no_law_counts_as_kept() {
    let mut run = sample_run("v1-embedded-1", 1);
    run.report.audit = None;
    let root = read(&text(&[run]));
    let skipped = root.all("testsuite")[0].cases_with("skipped");
    assert_eq!(skipped.len(), 10);
    assert!(skipped.iter().all(|case| case.children[0].attributes["message"] == "the audit was switched off"));
}

#[test]
fn a_run_that_is_not_valid_is_an_error_where_something_depends_on_it() {
    let mut run = sample_run("v1-embedded-1", 1);
    run.report.validity.standing = Standing::GeneratorLimited;
    run.report.validity.reasons = vec!["lag".to_owned()];
    let errors = |run: &Exhibit| read(&text(std::slice::from_ref(run))).all("testsuite")[0].cases_with("error").len();
    assert_eq!(errors(&run), 0, "nothing was gated on it");
    run.report.verdict = Verdict::NotValid;
    assert_eq!(errors(&run), 1);
}

//! Comparisons of made-up runs: how often chance is called a regression, and how often a planted slow-down is found.

use rand_chacha::{ChaCha8Rng, rand_core::Rng};

use super::{saved::tests::run, *};
use crate::bench::report::Verdict;

/// Normally distributed, by Box and Muller.
fn normal(dice: &mut ChaCha8Rng) -> f64 {
    let uniform = |dice: &mut ChaCha8Rng| (f64::from(dice.next_u32()) + 0.5) / (f64::from(u32::MAX) + 1.0);
    (-2.0 * uniform(dice).ln()).sqrt() * (uniform(dice) * std::f64::consts::TAU).cos()
}

/// Runs whose figures are lognormal around 100; `slow` multiplies latencies and divides rates.
fn runs(count: usize, noise: f64, slow: impl Fn(&str) -> f64, dice: &mut ChaCha8Rng) -> Vec<SavedRun> {
    let figures = |dice: &mut ChaCha8Rng| {
        JUDGED.map(|name| {
            let factor = if direction(name) == Direction::Higher { 1.0 / slow(name) } else { slow(name) };
            (name, 100.0 * factor * (noise * normal(dice)).exp())
        })
    };
    (0..count).map(|_| run(&figures(dice))).collect()
}

fn verdict(before: &[SavedRun], after: &[SavedRun]) -> Change {
    compare(before, after, &Terms::default()).unwrap().verdict
}

/// How many of `tries` comparisons end so.
fn share(tries: usize, wanted: Change, mut play: impl FnMut(&mut ChaCha8Rng) -> [Vec<SavedRun>; 2]) -> f64 {
    let mut dice = bootstrap::dice(42);
    let found = (0..tries).filter(|_| {
        let [before, after] = play(&mut dice);
        verdict(&before, &after) == wanted
    });
    found.count() as f64 / tries as f64
}

#[test]
fn runs_of_the_same_program_are_rarely_called_a_regression() {
    for (count, noise) in [(5, 0.05), (5, 0.15), (10, 0.05), (10, 0.10)] {
        let wrong = share(40, Change::Regressed, |dice| [(); 2].map(|()| runs(count, noise, |_| 1.0, dice)));
        assert!(wrong <= 0.10, "{count} runs at {noise}: {wrong} were called regressions");
    }
}

#[test]
fn of_ten_pairs_of_the_same_program_at_most_one_is_called_a_regression() {
    let mut dice = bootstrap::dice(3);
    let mut worst = 0;
    for _ in 0..10 {
        let pairs = (0..10).map(|_| [(); 2].map(|()| runs(5, 0.10, |_| 1.0, &mut dice)));
        let wrong = pairs.filter(|[before, after]| verdict(before, after) == Change::Regressed).count();
        worst = worst.max(wrong);
    }
    assert!(worst <= 1, "{worst} of ten");
}

#[test]
fn a_planted_slow_down_by_a_fifth_is_found() {
    for count in [5, 10] {
        let everything =
            share(40, Change::Regressed, |dice| [runs(count, 0.05, |_| 1.0, dice), runs(count, 0.05, |_| 1.2, dice)]);
        assert!(everything >= 0.9, "{count} runs: found in {everything}");
        let one = share(40, Change::Regressed, |dice| {
            let slow = |name: &str| if name == "confirm_p99_ms" { 1.2 } else { 1.0 };
            [runs(count, 0.05, |_| 1.0, dice), runs(count, 0.05, slow, dice)]
        });
        assert!(one >= 0.9, "{count} runs, one figure of six: found in {one}");
    }
}

#[test]
fn a_planted_gain_is_an_improvement_and_never_a_regression() {
    let mut dice = bootstrap::dice(5);
    let (before, after) = (runs(8, 0.04, |_| 1.0, &mut dice), runs(8, 0.04, |_| 0.75, &mut dice));
    assert_eq!(verdict(&before, &after), Change::Improved);
    assert_eq!(verdict(&after, &before), Change::Regressed);
}

#[test]
fn quiet_runs_of_the_same_program_are_unchanged_and_loud_ones_inconclusive() {
    let mut dice = bootstrap::dice(6);
    let quiet = [(); 2].map(|()| runs(8, 0.02, |_| 1.0, &mut dice));
    assert_eq!(verdict(&quiet[0], &quiet[1]), Change::Unchanged);
    let loud = [(); 2].map(|()| runs(5, 0.4, |_| 1.0, &mut dice));
    assert_eq!(verdict(&loud[0], &loud[1]), Change::Inconclusive);
}

#[test]
fn a_difference_below_the_tolerance_is_no_regression_however_sure() {
    let group = |figure: f64| vec![run(&[("sell_out_s", figure)]); 6];
    assert_eq!(verdict(&group(1.0), &group(1.02)), Change::Unchanged);
    assert_eq!(verdict(&group(1.0), &group(1.05)), Change::Regressed);
    let strict = Terms { tolerance_pct: 1.0, ..Terms::default() };
    assert_eq!(compare(&group(1.0), &group(1.02), &strict).unwrap().verdict, Change::Regressed);
}

#[test]
fn figures_that_nobody_judges_decide_nothing() {
    let group = |pay: f64| vec![run(&[("sell_out_s", 1.0), ("pay_p99_ms", pay), ("lag_p99_ms", pay)]); 5];
    let compared = compare(&group(1.0), &group(2.0), &Terms::default()).unwrap();
    assert_eq!(compared.verdict, Change::Unchanged);
    let names: Vec<_> = compared.cells[0].figures.iter().map(|f| (&*f.name, f.judged)).collect();
    assert_eq!(names, [("sell_out_s", true), ("lag_p99_ms", false), ("pay_p99_ms", false)]);
    let terms = Terms { judged: vec!["pay_p99_ms".to_owned()], ..Terms::default() };
    assert_eq!(compare(&group(1.0), &group(2.0), &terms).unwrap().verdict, Change::Regressed);
}

#[test]
fn runs_that_are_not_valid_do_not_count() {
    let mut after = vec![run(&[("sell_out_s", 1.0)]); 6];
    after[0].figures.insert("sell_out_s".to_owned(), Some(50.0));
    after[0].validity.standing = "noisy".to_owned();
    let before = vec![run(&[("sell_out_s", 1.0)]); 5];
    let compared = compare(&before, &after, &Terms::default()).unwrap();
    assert_eq!((compared.verdict, compared.spoiled), (Change::Unchanged, false));
    assert_eq!(compared.cells[0].after.valid, 5);
    after[1].validity.standing = "generator-limited".to_owned();
    let compared = compare(&before, &after, &Terms::default()).unwrap();
    assert_eq!((compared.verdict, compared.spoiled), (Change::Inconclusive, true));
}

#[test]
fn a_law_that_a_run_broke_is_told() {
    let before = vec![run(&[("sell_out_s", 1.0)]); 5];
    let mut after = before.clone();
    after[2].verdict = serde_json::to_value(Verdict::AuditFailed).unwrap().as_str().unwrap().to_owned();
    assert!(compare(&before, &after, &Terms::default()).unwrap().laws_broken);
    assert!(!compare(&after, &before, &Terms::default()).unwrap().laws_broken);
}

#[test]
fn zeros_have_no_ratio_and_a_figure_that_went_missing_is_not_passed_over() {
    let group = |errors: [f64; 5]| errors.map(|errors| run(&[("errors_pct", errors)]));
    let terms = Terms { judged: vec!["errors_pct".to_owned()], ..Terms::default() };
    let compared = compare(&group([0.0; 5]), &group([0.0; 5]), &terms).unwrap();
    assert_eq!(compared.verdict, Change::Unchanged);
    let compared = compare(&group([0.0; 5]), &group([0.0, 0.0, 1.0, 2.0, 0.0]), &terms).unwrap();
    assert_eq!(compared.verdict, Change::Inconclusive);
    let gone = compare(&group([1.0; 5]), &vec![run(&[]); 5], &terms).unwrap();
    assert_eq!(gone.verdict, Change::Inconclusive);
    assert_eq!(gone.cells[0].figures[0].reason.as_deref(), Some("0 runs, at least 5 are needed"));
}

#[test]
fn each_version_and_engine_is_compared_with_its_like() {
    let mut before = vec![run(&[("sell_out_s", 1.0)]); 5];
    let mut on_redis = vec![run(&[("sell_out_s", 3.0)]); 5];
    on_redis.iter_mut().for_each(|run| run.server.as_mut().unwrap().engine = "redis".to_owned());
    before.extend(on_redis.clone());
    let compared = compare(&before, &before, &Terms::default()).unwrap();
    assert_eq!((compared.verdict, compared.cells.len()), (Change::Unchanged, 2));
    let compared = compare(&before, &on_redis, &Terms::default()).unwrap();
    assert_eq!((compared.verdict, compared.cells.len()), (Change::Unchanged, 1));
    assert!(compared.notes[0].contains("mixed embedded was played before"), "{:?}", compared.notes);
}

#[test]
fn the_published_schemas_describe_every_field() {
    use crate::bench::report::json::tests::check;
    let group = vec![run(&[("sell_out_s", 1.0), ("errors_pct", 0.0)]); 5];
    let compared = compare(&group, &group, &Terms::default()).unwrap();
    let schema = serde_json::from_str(include_str!("../../../docs/schema/bench-compare-1.json")).unwrap();
    check(&schema, &schema, &serde_json::to_value(compared).unwrap(), "compared");
    let set = saved::RunSet { schema: saved::SET_SCHEMA.to_owned(), runs: group };
    let schema = serde_json::from_str(include_str!("../../../docs/schema/bench-set-1.json")).unwrap();
    check(&schema, &schema, &serde_json::to_value(set).unwrap(), "set");
}

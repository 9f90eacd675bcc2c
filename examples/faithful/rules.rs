//! What the table says and which fit is chosen, on fits made by hand.

use std::sync::Arc;

use gaussmix::fit::Outcome;
use gaussmix::{Error, Gmm};

use crate::args::MAX_K;
use crate::fit::{Component, Fitted, Job};
use crate::model::Placed;
use crate::report;
use crate::search::{Row, choose};
use crate::structure::Structure;

/// A fit of that log-likelihood, with ten parameters and 100 samples.
fn fitted(log_likelihood: f64, outcomes: &[Outcome]) -> Fitted {
    let model: Gmm<f64, 1, MAX_K> = Gmm::unfitted();
    let mut criteria = model.criteria([[0.0]]).expect("a sample in range");
    criteria.log_likelihood = log_likelihood;
    criteria.total_weight = 100.0;
    criteria.parameter_count = 10;
    criteria.log_certainty = -7.0;
    Fitted {
        job: Job { structure: Structure::Full, k: outcomes.len(), restarts: 5, seed: 1 },
        criteria,
        iterations: 42,
        converged: true,
        is_estimate: false,
        passed_over: None,
        healthy_restarts: 2,
        failed_restarts: 0,
        best_restart: 0,
        outcomes: outcomes.to_vec(),
        spurious: vec![false; outcomes.len()],
        components: vec![Component { weight: 1.0, mean: vec![0.0], covariance: vec![1.0] }],
        starts: Vec::new(),
        traces: Vec::new(),
        model: Arc::new(Placed::new(model, 1)),
    }
}

fn row(log_likelihood: f64, outcomes: &[Outcome]) -> Row {
    let fitted = fitted(log_likelihood, outcomes);
    (fitted.job, Ok(fitted))
}

const HEALTHY: &[Outcome] = &[Outcome::Updated; 2];
const FLOORED: &[Outcome] = &[Outcome::Updated, Outcome::Floored];
const STARVED: &[Outcome] = &[Outcome::Updated, Outcome::Starved];

/// A fit with a spurious component.
fn spurious(log_likelihood: f64) -> Row {
    let mut fitted = fitted(log_likelihood, FLOORED);
    fitted.spurious[1] = true;
    (fitted.job, Ok(fitted))
}

/// The likelihood of a fit with a spurious component says little: it does not compete with healthy ones. One that rests
/// on its floor with many samples does.
#[test]
fn the_least_bic_among_healthy_fits_is_chosen() {
    let rows = [row(-300.0, HEALTHY), spurious(-100.0), row(-200.0, FLOORED), row(-250.0, HEALTHY)];
    assert_eq!(choose(&rows).map(|f| f.criteria.log_likelihood), Some(-200.0));
    let rows = [spurious(-300.0), row(-100.0, STARVED), row(-400.0, &[Outcome::Kept; 2])];
    assert_eq!(choose(&rows).map(|f| f.criteria.log_likelihood), Some(-100.0), "none is healthy");
    let job = rows[0].0;
    let failed = [(job, Err(Error::EmptyData)), row(-500.0, HEALTHY), (job, Err(Error::EmptyData))];
    assert_eq!(choose(&failed).map(|f| f.criteria.log_likelihood), Some(-500.0));
    assert!(choose(&failed[..1]).is_none());
}

/// The cells of a table's line under the names of its header, which no cell here has spaces in.
fn cells(text: &str, line: usize) -> Vec<(String, String)> {
    let words =
        |line: &str| line.replace("best fit", "best_fit").split_whitespace().map(String::from).collect();
    let lines: Vec<Vec<String>> = text.trim_start().lines().map(words).collect();
    lines[0]
        .iter()
        .cloned()
        .zip(lines[line].iter().skip(usize::from(lines[line][0] == "*")).cloned())
        .collect()
}

#[test]
fn each_figure_stands_under_its_name() {
    let rows = [row(-300.0, HEALTHY), row(-200.0, HEALTHY)];
    let chosen = choose(&rows).expect("a fit");
    let text = report::table(&rows, chosen);
    let price = 10.0 * 100f64.ln();
    for (line, l) in [(1, -300.0), (2, -200.0)] {
        let due = [
            ("covariance", Structure::Full.name().to_string()),
            ("K", "2".into()),
            ("log-lik.", format!("{l:.2}")),
            ("params", "10".into()),
            ("BIC", format!("{:.2}", price - 2.0 * l)),
            ("ICL", format!("{:.2}", price - 2.0 * l + 14.0)),
            ("AIC", format!("{:.2}", 20.0 - 2.0 * l)),
            ("iter.", "42".into()),
            ("healthy", "2/5".into()),
            ("best_fit", "healthy".into()),
        ];
        let due: Vec<_> = due.map(|(name, cell)| (name.to_string(), cell)).into();
        assert_eq!(cells(&text, line), due, "{text}");
    }
    let marked: Vec<&str> =
        text.lines().filter(|line| line.starts_with("* ") && line.contains("full")).collect();
    assert_eq!(marked.len(), 1, "{text}");
    assert!(marked[0].contains("-200.00"), "{text}");
}

/// What is printed below the table.
fn verdict(rows: &[Row]) -> String {
    report::verdict(rows, choose(rows).expect("a fit"), &["'class' is a label".into()])
}

#[test]
fn a_table_without_a_healthy_fit_says_so() {
    let rows = [spurious(-300.0)];
    let text = report::table(&rows, choose(&rows).expect("a fit"));
    assert!(text.contains("1 spurious"), "{text}");
    assert!(verdict(&rows).starts_with("no fit is healthy"), "{}", verdict(&rows));
}

#[test]
fn the_verdict_names_the_runner_up() {
    let rows = [row(-300.0, HEALTHY), row(-296.0, FLOORED), spurious(-292.0)];
    let text = report::table(&rows, choose(&rows).expect("a fit"));
    assert!(text.contains("1 on floor") && text.contains("1 spurious"), "{text}");
    assert_eq!(verdict(&rows).lines().next(), Some("runner-up: full, K = 2, BIC more by 8.00"));
}

#[test]
fn a_much_better_fit_that_was_excluded_leaves_nothing_chosen() {
    let rows = [row(-300.0, HEALTHY), row(-296.0, HEALTHY), spurious(-290.0)];
    let text = verdict(&rows);
    assert!(
        text.starts_with(
            "undecided: full, K = 2 is excluded (component 2 made by a few close samples), although its BIC is less \
             by 12.00\n1 of 3 fits are excluded"
        ),
        "{text}"
    );
    assert!(text.contains("\na likely cause: 'class' is a label\n"), "{text}");
    let model = report::model(&["x".into()], &rows, choose(&rows).expect("a fit"));
    assert!(model.starts_with("\nnot chosen, but the best that is not excluded: full, K = 2"), "{model}");
}

#[test]
fn a_much_better_restart_that_was_passed_over_leaves_nothing_chosen() {
    let mut rows = [row(-300.0, HEALTHY), row(-310.0, HEALTHY)];
    for (gain, is_undecided) in [(4.9, false), (5.1, true)] {
        let Ok(best) = &mut rows[0].1 else { unreachable!("it is a fit") };
        best.passed_over = Some(-300.0 + gain);
        assert_eq!(verdict(&rows).starts_with("undecided: a restart of full, K = 2"), is_undecided);
    }
}

#[test]
fn fits_that_were_not_finished_are_marked_and_not_chosen() {
    let mut rows = [row(-300.0, HEALTHY), row(-200.0, HEALTHY)];
    let Ok(estimate) = &mut rows[1].1 else { unreachable!("it is a fit") };
    estimate.is_estimate = true;
    let chosen = choose(&rows).expect("a fit");
    assert_eq!(chosen.criteria.log_likelihood, -300.0);
    let text = report::table(&rows, chosen);
    assert!(text.contains("~-200.00") && text.contains("\n~ expected of a fit"), "{text}");
    assert!(!verdict(&rows).contains("runner-up"), "an estimate is none: {}", verdict(&rows));
}

#[test]
fn few_rows_and_the_end_of_the_range_are_said() {
    let mut one = fitted(-500.0, &HEALTHY[..1]);
    let rows = [(one.job, Ok(fitted(-500.0, &HEALTHY[..1]))), row(-300.0, HEALTHY)];
    let text = verdict(&rows);
    assert!(text.contains("2 components are the most that were tried: try --k 2-4"), "{text}");
    assert!(!text.contains("warning"), "100 rows for 10 parameters: {text}");
    one.criteria.total_weight = 49.0;
    let rows = [(one.job, Ok(one))];
    assert!(verdict(&rows).contains("warning: 49 rows for 10 parameters"), "{}", verdict(&rows));
}

/// The widest figures that fit: a million rows, ten thousand iterations.
#[test]
fn the_table_is_narrower_than_a_hundred_columns() {
    let mut rows = [row(-123_456_789.0, HEALTHY), spurious(-300.0)];
    for (job, result) in &mut rows {
        let Ok(fitted) = result else { unreachable!("both are fits") };
        job.structure = Structure::TiedSpherical;
        (fitted.job.structure, fitted.iterations, fitted.is_estimate) = (job.structure, 10_000, true);
    }
    let text = report::table(&rows, choose(&rows).expect("a fit"));
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest < Some(100), "{widest:?}\n{text}");
}

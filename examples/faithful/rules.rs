//! What the table says and which fit is chosen, on fits made by hand.

use gaussmix::fit::Outcome;
use gaussmix::{Error, Gmm};

use crate::fit::{Component, Fitted, Job};
use crate::report;
use crate::search::{Row, choose};
use crate::structure::Structure;

/// A fit of that log-likelihood, with ten parameters and 100 samples.
fn fitted(log_likelihood: f64, outcomes: &[Outcome]) -> Fitted {
    let classifier: Gmm<f64, 1, 1> = Gmm::unfitted();
    let mut criteria = classifier.criteria([[0.0]]).expect("a sample in range");
    criteria.log_likelihood = log_likelihood;
    criteria.total_weight = 100.0;
    criteria.parameter_count = 10;
    criteria.log_certainty = -7.0;
    Fitted {
        job: Job { structure: Structure::Full, k: outcomes.len(), restarts: 5, seed: 1 },
        criteria,
        iterations: 42,
        converged: true,
        healthy_restarts: 2,
        failed_restarts: 1,
        best_restart: 0,
        outcomes: outcomes.to_vec(),
        spurious: vec![false; outcomes.len()],
        components: vec![Component { weight: 1.0, mean: vec![0.0], covariance: vec![1.0] }],
        starts: Vec::new(),
        traces: Vec::new(),
        classifier: Box::new(classifier),
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
            ("log-likelihood", format!("{l:.2}")),
            ("parameters", "10".into()),
            ("BIC", format!("{:.2}", price - 2.0 * l)),
            ("ICL", format!("{:.2}", price - 2.0 * l + 14.0)),
            ("iterations", "42".into()),
            ("healthy", "2/5".into()),
            ("failed", "1".into()),
            ("best_fit", "healthy".into()),
        ];
        let due: Vec<_> = due.map(|(name, cell)| (name.to_string(), cell)).into();
        assert_eq!(cells(&text, line), due, "{text}");
    }
    let marked: Vec<&str> =
        text.lines().filter(|line| line.starts_with("* ") && line.contains("full")).collect();
    assert_eq!(marked.len(), 1, "{text}");
    assert!(marked[0].contains("-200.00"), "{text}");
    assert!(!text.contains("no fit is healthy"));
}

#[test]
fn a_table_without_a_healthy_fit_says_so() {
    let rows = [spurious(-300.0)];
    let text = report::table(&rows, choose(&rows).expect("a fit"));
    assert!(text.contains("no fit is healthy") && text.contains("component 2 made by"), "{text}");
}

#[test]
fn the_verdict_names_the_runner_up_or_a_strong_rival() {
    let said = |rows: &[Row]| report::table(rows, choose(rows).expect("a fit"));
    let text = said(&[row(-300.0, HEALTHY), row(-296.0, FLOORED), spurious(-292.0)]);
    assert!(text.contains("healthy, component 2 on its floor"), "{text}");
    assert!(text.ends_with("runner-up: full, K = 2, BIC more by 8.00\n"), "{text}");
    let text = said(&[row(-300.0, HEALTHY), row(-296.0, HEALTHY), spurious(-290.0)]);
    assert!(
        text.ends_with("undecided: full, K = 2, which is not healthy, has a BIC less by 12.00\n"),
        "{text}"
    );
}

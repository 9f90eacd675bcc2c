//! A model fitted to a table.

use gaussmix::fit::{BestOf, Outcome};
use gaussmix::{Covariance, Em, Error, Gmm, init};
use rand_pcg::Pcg32;

use super::component::{Component, out_of_range};
use super::csv::{self, Table};
use super::model::{Made, Model, Scalar};
use super::sizes::{Job, MAX, dispatch};
use super::structure::Structure;

/// What to fit, and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) k: usize,
    pub(crate) structure: Structure,
    pub(crate) restarts: u32,
    pub(crate) seed: u64,
}

/// Fits in `f64`, whatever type is written.
struct Training<'a> {
    table: &'a Table,
    plan: &'a Plan,
    scalar: Scalar,
}

/// The best of several fits.
pub(crate) fn export(text: &str, plan: &Plan, scalar: Scalar) -> Result<Made, String> {
    let table = csv::parse(text)?;
    let features = table.features();
    dispatch(features, plan.k, plan.structure, &Training { table: &table, plan, scalar })
        .ok_or_else(|| format!("{features} numeric columns; this program is built for 1 to {MAX}"))?
}

impl Job for Training<'_> {
    type Output = Result<Made, String>;

    fn run<const D: usize, const K: usize, C: Covariance>(&self) -> Self::Output {
        let data: Vec<[f64; D]> = self.table.rows().map(|row| core::array::from_fn(|j| row[j])).collect();
        let mut gmm: Gmm<f64, D, K, C> = Gmm::unfitted();
        let best = Em::default()
            .fit_best_of(
                &mut gmm,
                self.plan.restarts,
                init::mixed,
                data.as_slice(),
                &mut Pcg32::new(self.plan.seed, 0),
            )
            .map_err(|error| self.explain(error))?;
        let components = (0..K).map(|k| self.component(&gmm, k)).collect::<Result<_, _>>()?;
        let model = Model::new(self.plan.structure, self.scalar, gmm.weights(), components);
        Ok(Made { model, origin: self.origin(best.fit.mean_log_likelihood()), notes: notes(&best) })
    }
}

impl Training<'_> {
    fn component<const D: usize, const K: usize, C: Covariance>(
        &self,
        gmm: &Gmm<f64, D, K, C>,
        k: usize,
    ) -> Result<Component, String> {
        let matrices = gmm.factors().as_ref();
        let factor = matrices[k.min(matrices.len() - 1)];
        let alone: Gmm<f64, D, 1, C::Shape> = Gmm::from_parts([1.0], [0.0], [gmm.means()[k]], [factor]);
        Component::of(&alone, self.scalar).map_err(|error| out_of_range(k, error))
    }

    fn origin(&self, mean_log_likelihood: f64) -> String {
        let names: Vec<String> =
            self.table.names.iter().map(|name| name.escape_debug().to_string()).collect();
        format!(
            "{} samples of {}; best of {} fits, seed {}: mean log-likelihood {mean_log_likelihood:.6} in f64",
            self.table.rows().len(),
            names.join(", "),
            self.plan.restarts,
            self.plan.seed,
        )
    }

    /// The library counts samples and features; a user has lines and columns.
    fn explain(&self, error: Error) -> String {
        match error {
            Error::OutOfRange { sample } => {
                let line = usize::try_from(sample).ok().and_then(|i| self.table.lines.get(i));
                match line {
                    Some(line) => format!("line {line}: a number too large to be squared"),
                    None => error.to_string(),
                }
            }
            Error::ConstantFeature { feature } => {
                format!("column '{}' is constant: leave it out", self.table.names[feature])
            }
            Error::TooFewDistinctSamples { found } => {
                format!("only {found} distinct rows, fewer than {} components", self.plan.k)
            }
            other => other.to_string(),
        }
    }
}

/// What to know before the model is trusted.
fn notes<const K: usize>(best: &BestOf<f64, K>) -> Vec<String> {
    let mut notes = Vec::new();
    if !best.fit.converged {
        notes.push(format!("the fit had not converged after {} iterations", best.fit.iterations));
    }
    let outcomes = best.fit.last_update.iter().flat_map(|update| update.outcomes);
    for (k, outcome) in outcomes.enumerate() {
        let note = match outcome {
            _ if best.fit.spurious[k] => "is spurious, made by a few close samples: K may be too large",
            Outcome::Updated | Outcome::Improved => continue,
            Outcome::Floored => "rests on its floor: in it, some combination of columns hardly varies",
            Outcome::Starved => "starved: K may be too large",
            _ => "kept its covariance, since the new one was not positive definite",
        };
        notes.push(format!("component {k} {note}"));
    }
    if best.failed > 0 {
        notes.push(format!("{} of {} fits failed", best.failed, best.attempted));
    }
    notes
}

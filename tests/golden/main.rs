//! Against numbers that other programs computed (`tests/data/README.md` says which, and how to read the files).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod batch;
mod condition;
mod density;
mod distance;
mod map;
mod mclust;
mod missing;
mod models;
mod robust;
mod slow;
mod stepwise;
mod uniform;
mod weighted;

#[path = "../support"]
mod support {
    pub(crate) mod data;
    pub(crate) mod dense;
    pub(crate) mod reference;
    pub(crate) mod tolerance;
}

use crate::support::data::{matrix, number, numbers, vector};
use crate::support::dense::Structure;
use crate::support::reference::Job;
use crate::support::tolerance;
use gaussmix::fit::{Fit, Trace};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Em, Error, Gmm, MStep, Observation, Real};
use serde_json::Value;

/// Where a reference fit starts.
#[derive(Clone)]
struct Start<const D: usize> {
    weights: Vec<f64>,
    means: Vec<[f64; D]>,
    covariances: Vec<SMatrix<f64, D, D>>,
}

impl<const D: usize> Start<D> {
    /// The start called `id` in a reference file.
    fn read(file: &Value, id: &str) -> Self {
        let start = file["inits"].as_array().unwrap().iter().find(|start| start["id"] == id).unwrap();
        let means: Vec<_> = start["means"].as_array().unwrap().iter().map(vector).collect();
        let covariances = match &start["covariances_full"] {
            Value::Array(each) => each.iter().map(matrix).collect(),
            _ => vec![matrix(&start["covariance_full_all_components"]); means.len()],
        };
        Self { weights: numbers(&start["weights"]), means, covariances }
    }

    /// A model with room for `K` components. Slots that the start does not fill are dead.
    fn model<T: Real, const K: usize, C: Structure>(&self) -> Result<Gmm<T, D, K, C>, Error> {
        let live = self.weights.len();
        let (mut weights, mut means, mut covariances) = ([0.0; K], [[0.0; D]; K], [self.covariances[0]; K]);
        weights[..live].copy_from_slice(&self.weights);
        means[..live].copy_from_slice(&self.means);
        covariances[..live].copy_from_slice(&self.covariances);
        let covariances = C::from_matrices(&weights, &covariances).unwrap();
        let gmm: Gmm<f64, D, K, C> = Gmm::new(weights, means, covariances)?;
        gmm.cast()
    }
}

/// A fit by the crate: so many M-steps of maximum likelihood, with or without a ridge.
struct Case<'a, T, const D: usize, I> {
    data: I,
    /// Samples whose posterior is wanted.
    shown: &'a [[T; D]],
    start: &'a Start<D>,
    ridge: f64,
    iterations: u32,
}

/// What came of it, as plain numbers in the order of the reference files: those of the components that the start has.
struct Run {
    healthy: bool,
    mean_log_likelihood: f64,
    /// Mean log-likelihood after 0, 1, … 20 M-steps.
    trace: Vec<f64>,
    weights: Vec<f64>,
    means: Vec<f64>,
    covariances: Vec<f64>,
    responsibilities: Vec<f64>,
    log_densities: Vec<f64>,
    aic: f64,
    bic: f64,
}

impl<T: Real, const D: usize, I> Case<'_, T, D, I>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    fn fit<const K: usize, C: Structure>(&self, trace: &mut Trace<T, 21>) -> Fitted<T, D, K, C> {
        let mut gmm = self.start.model::<T, K, C>()?;
        let before = gmm.clone();
        let fit = Em::default()
            .with_m_step(MStep::exact().with_ridge(T::narrow(self.ridge)).unwrap())
            .with_tolerance(T::ZERO)
            .unwrap()
            .with_max_iterations(self.iterations)
            .fitting()
            .with_hook(trace.hook())
            .fit(&mut gmm, self.data.clone());
        if fit.is_err() {
            assert_eq!(gmm, before, "a failed fit moved the model");
        }
        let fit = fit?;
        assert_eq!(fit.iterations, self.iterations);
        Ok((gmm, fit))
    }
}

type Fitted<T, const D: usize, const K: usize, C> = Result<(Gmm<T, D, K, C>, Fit<T, K>), Error>;

impl<T: Real, const D: usize, I> Job for Case<'_, T, D, I>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    type Output = Result<Run, Error>;

    fn run<const K: usize, C: Structure>(&self) -> Result<Run, Error> {
        let mut trace = Trace::new();
        let (gmm, fit) = self.fit::<K, C>(&mut trace)?;
        let criteria = gmm.criteria(self.data.clone())?;
        let live = self.start.weights.len();
        let mut responsibilities = Vec::new();
        let mut log_densities = Vec::new();
        for x in self.shown {
            let posterior = gmm.posterior(x)?;
            responsibilities.extend(wide(&posterior.responsibilities[..live]));
            log_densities.push(posterior.log_density.widen());
        }
        Ok(Run {
            healthy: fit.is_healthy(),
            mean_log_likelihood: fit.mean_log_likelihood().widen(),
            trace: wide(trace.values()),
            weights: wide(&gmm.weights()[..live]),
            means: wide(gmm.means()[..live].as_flattened()),
            covariances: C::numbers(
                gmm.covariances().as_ref().get(..live).unwrap_or(gmm.covariances().as_ref()),
            ),
            responsibilities,
            log_densities,
            aic: criteria.aic().widen(),
            bic: criteria.bic().widen(),
        })
    }
}

fn wide<T: Real>(numbers: &[T]) -> Vec<f64> {
    numbers.iter().map(|v| v.widen()).collect()
}

/// A job in models with room for `A` components, or else for `B`: other sizes are not compiled. Dead slots change no bit
/// (`model::dead_slots_change_no_bit`).
struct Sizes<const A: usize, const B: usize, J>(J);

impl<const A: usize, const B: usize, J: Job> Job for Sizes<A, B, J> {
    type Output = J::Output;

    fn run<const K: usize, C: Structure>(&self) -> J::Output {
        self.0.run::<K, C>()
    }

    fn run_sized<C: Structure>(&self, k: usize) -> J::Output {
        match k {
            _ if k <= A => self.run::<A, C>(),
            _ if k <= B => self.run::<B, C>(),
            _ => panic!("no room for {k} components"),
        }
    }
}

impl Run {
    /// The numbers that the reference files call `name`.
    fn named(&self, name: &str) -> Vec<f64> {
        match name {
            "loglik_mean" => vec![self.mean_log_likelihood],
            "aic" => vec![self.aic],
            "bic" => vec![self.bic],
            "weights" => self.weights.clone(),
            "means" => self.means.clone(),
            "covariances" => self.covariances.clone(),
            "responsibilities_first5" => self.responsibilities.clone(),
            "log_density_first5" => self.log_densities.clone(),
            _ => panic!("nothing is called {name}"),
        }
    }

    /// Whether every number is one.
    fn is_finite(&self) -> bool {
        let ends = [self.mean_log_likelihood, self.aic, self.bic];
        [
            &self.trace,
            &self.weights,
            &self.means,
            &self.covariances,
            &self.responsibilities,
            &self.log_densities,
        ]
        .into_iter()
        .flatten()
        .chain(&ends)
        .all(|v| v.is_finite())
    }
}

/// Compares numbers and remembers what is off, so that one run shows all of it.
#[derive(Default)]
struct Tally {
    cases: usize,
    compared: usize,
    /// The largest deviation in units of its tolerance, and where it is.
    worst: (f64, String),
    off: Vec<String>,
}

impl Tally {
    /// Holds `ours` to within `tolerance`·max(1, |theirs|) of `theirs`.
    fn compare(&mut self, what: &str, ours: &[f64], theirs: &[f64], tolerance: f64) {
        assert_eq!(ours.len(), theirs.len(), "{what}: another number of numbers");
        for (ours, theirs) in ours.iter().zip(theirs) {
            let ratio = (ours - theirs).abs() / (tolerance * theirs.abs().max(1.0));
            self.compared += 1;
            if ratio > self.worst.0 {
                self.worst = (ratio, what.to_owned());
            }
            // Written so that a NaN is off.
            if !(ratio <= 1.0) {
                self.off.push(format!("{what}: {ours} instead of {theirs}, {ratio:.3} times the tolerance"));
            }
        }
    }

    /// Compares the mean log-likelihood after 0, 1, 2, 5 and 20 M-steps.
    fn compare_trace(&mut self, id: &str, ours: &Run, case: &Value) {
        for mark in [0, 1, 2, 5, 20] {
            let theirs = number(&case["loglik_mean_after"][mark.to_string()]);
            let what = format!("{id}, log-likelihood after {mark}");
            self.compare(&what, &[ours.trace[mark]], &[theirs], tolerance::GOLDEN_LOG_LIKELIHOOD);
        }
    }

    /// Compares what a fit ended with.
    fn compare_end(&mut self, id: &str, ours: &Run, case: &Value, names: &[&str], tolerance: f64) {
        for name in names {
            let theirs = numbers(&case["final"][name]);
            self.compare(&format!("{id}, {name}"), &ours.named(name), &theirs, tolerance);
        }
    }

    /// Adds what one case found to what the others did.
    fn add_to(self, total: &mut Self) {
        total.cases += 1;
        total.compared += self.compared;
        total.off.extend(self.off);
        if self.worst.0 > total.worst.0 {
            total.worst = self.worst;
        }
    }

    /// Fails if anything is off, or if not all cases were run.
    fn finish(self, cases: usize) {
        let (worst, at) = &self.worst;
        println!("{} numbers, the worst at {worst:.2e} of its tolerance: {at}", self.compared);
        assert!(self.off.is_empty(), "{}", self.off.join("\n"));
        assert_eq!(self.cases, cases, "cases that ran");
    }
}

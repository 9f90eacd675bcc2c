//! The methods, each from a start to where it ends.

use crate::climb::{Climb, End, Function, Point, lbfgs, steepest};
use gaussmix::fit::{Acceleration, Iteration};
use gaussmix::nalgebra::Cholesky;
use gaussmix::{Em, Error, Gmm, MStep, SufficientStats};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// So many evaluations a climb may have.
pub(crate) const CAP: u32 = 5000;
/// M-steps before L-BFGS where it does not begin at the start.
pub(crate) const FIRST: u32 = 30;
/// EM goes on until what is left is less, in ℓ/n.
const TOLERANCE: f64 = 1e-11;
/// A covariance is singular where a feature's variance, given the others, is below this share of the data's.
const LEAST_VARIANCE: f64 = 1e-6;

pub(crate) const METHODS: [&str; 6] =
    ["EM", "accelerated EM", "gradient", "L-BFGS", "L-BFGS after 30 of EM", "L-BFGS, raw units"];

/// Data of mean 0 and variance 1, and how to return to their units.
pub(crate) struct Data<const D: usize> {
    pub(crate) raw: Vec<[f64; D]>,
    pub(crate) standard: Vec<[f64; D]>,
    deviations: [f64; D],
    means: [f64; D],
}

impl<const D: usize> Data<D> {
    pub(crate) fn new(raw: Vec<[f64; D]>) -> Self {
        let n = raw.len() as f64;
        let (mut means, mut deviations) = ([0.0; D], [0.0; D]);
        for j in 0..D {
            means[j] = raw.iter().map(|x| x[j]).sum::<f64>() / n;
            let square = |x: &[f64; D]| (x[j] - means[j]) * (x[j] - means[j]);
            deviations[j] = (raw.iter().map(square).sum::<f64>() / n).sqrt();
        }
        let standard = |x: &[f64; D]| core::array::from_fn(|j| (x[j] - means[j]) / deviations[j]);
        let standard = raw.iter().map(standard).collect();
        Self { raw, standard, deviations, means }
    }

    /// By how much ℓ/n is larger where features are standardised.
    pub(crate) fn gain_of_units(&self) -> f64 {
        self.deviations.iter().map(|deviation| deviation.ln()).sum()
    }
}

/// A fit by one of the methods.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// ℓ/n, of standardised features, of each model on the way, after so many passes.
    pub(crate) trace: Vec<(u32, f64)>,
    pub(crate) end: End,
    /// Whether a covariance is singular at the end, or an M-step said so.
    pub(crate) is_singular: bool,
    pub(crate) time: Duration,
}

impl Run {
    pub(crate) fn last(&self) -> f64 {
        self.trace.last().map_or(f64::NEG_INFINITY, |(_, value)| *value)
    }
}

/// ℓ/n and its gradient: a pass over the data. `None` where a point is no model.
pub(crate) fn likelihood<const D: usize, const K: usize>(
    data: &[[f64; D]],
) -> impl Fn(&Point<D, K>) -> Option<(f64, Point<D, K>)> + '_ {
    move |point| {
        let gmm = point.to_model().ok()?;
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, data).ok()?;
        let mut gradient = stats.gradient(&gmm);
        let n = stats.total_weight();
        gradient.numbers_mut().for_each(|slope| *slope /= n);
        Some((stats.log_likelihood() / n, gradient))
    }
}

/// All methods from the same start, a model of standardised features, in the order of [`METHODS`].
pub(crate) fn all<const D: usize, const K: usize>(
    data: &Data<D>,
    start: &Gmm<f64, D, K>,
) -> Result<[Run; METHODS.len()], Error> {
    let in_raw_units = start.affine(&data.deviations, &data.means)?;
    let mut raw = by_gradient(&data.raw, 0, &in_raw_units, &data.deviations, lbfgs)?;
    raw.trace.iter_mut().for_each(|(_, value)| *value += data.gain_of_units());
    let (standard, ones) = (&data.standard[..], &[1.0; D]);
    Ok([
        em(standard, start, false)?,
        em(standard, start, true)?,
        by_gradient(standard, 0, start, ones, steepest)?,
        by_gradient(standard, 0, start, ones, lbfgs)?,
        by_gradient(standard, FIRST, start, ones, lbfgs)?,
        raw,
    ])
}

/// Data that are counted whenever they are read: refused steps of accelerated EM are passes, too.
#[derive(Clone)]
struct Counted<'a, const D: usize>(&'a [[f64; D]], &'a Cell<u32>);

impl<'a, const D: usize> IntoIterator for Counted<'a, D> {
    type Item = &'a [f64; D];
    type IntoIter = core::slice::Iter<'a, [f64; D]>;

    fn into_iter(self) -> Self::IntoIter {
        self.1.set(self.1.get() + 1);
        self.0.iter()
    }
}

fn em<const D: usize, const K: usize>(
    data: &[[f64; D]],
    start: &Gmm<f64, D, K>,
    is_accelerated: bool,
) -> Result<Run, Error> {
    let (began, passes, mut trace) = (Instant::now(), Cell::new(0), Vec::new());
    let hook = |i: &Iteration<f64>| {
        trace.push((passes.get(), i.mean_log_likelihood));
        ControlFlow::Continue(())
    };
    let em =
        Em::default().with_m_step(MStep::exact()).with_tolerance(TOLERANCE)?.with_max_iterations(CAP - 1);
    let (mut gmm, data) = (start.clone(), Counted(data, &passes));
    let fitting = em.fitting().with_hook(hook);
    let fit = match is_accelerated {
        true => fitting.with_acceleration(&mut Acceleration::new()).fit(&mut gmm, data),
        false => fitting.fit(&mut gmm, data),
    };
    let (end, is_singular) = match fit {
        Ok(fit) => (if fit.converged { End::Rest } else { End::Cap }, is_singular(&gmm, &[1.0; D])),
        Err(Error::NotPositiveDefinite { .. }) => (End::Rest, true),
        Err(error) => return Err(error),
    };
    Ok(Run { trace, end, is_singular, time: began.elapsed() })
}

/// A climb by gradients, after so many M-steps.
fn by_gradient<const D: usize, const K: usize>(
    data: &[[f64; D]],
    first: u32,
    start: &Gmm<f64, D, K>,
    deviations: &[f64; D],
    climb: impl FnOnce(Point<D, K>, u32, &Function<'_, D, K>) -> Climb<D, K>,
) -> Result<Run, Error> {
    let (began, mut gmm, mut trace) = (Instant::now(), start.clone(), Vec::new());
    for pass in 1..=first {
        let mut stats = SufficientStats::new();
        stats.observe_all(&gmm, data)?;
        trace.push((pass, stats.log_likelihood() / stats.total_weight()));
        MStep::exact().maximize(&stats, &mut gmm)?;
    }
    let climb = climb(Point::of(&gmm)?, CAP - first, &likelihood(data));
    trace.extend(climb.trace.iter().map(|(passes, value)| (passes + first, *value)));
    let is_singular = is_singular(&climb.point.to_model()?, deviations);
    Ok(Run { trace, end: climb.end, is_singular, time: began.elapsed() })
}

/// Whether a feature hardly varies within a component, given the others.
fn is_singular<const D: usize, const K: usize>(gmm: &Gmm<f64, D, K>, deviations: &[f64; D]) -> bool {
    gmm.components().any(|component| {
        let inverse = Cholesky::new(component.covariance_matrix()).map(|factor| factor.inverse());
        inverse.is_none_or(|inverse| {
            (0..D).any(|j| !(inverse[(j, j)] * deviations[j] * deviations[j] * LEAST_VARIANCE < 1.0))
        })
    })
}

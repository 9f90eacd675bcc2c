//! linfa: full covariance only.
//!
//! It has no call to set a start: it draws responsibilities from the generator it is given and estimates parameters
//! from them. Here that generator returns the responsibilities of the common start, so that its first parameters are
//! those of gaussmix after one iteration.
//!
//! A fit that reaches its limit of iterations returns an error instead of the model. With an infinite tolerance linfa
//! stops after two iterations more: that model, of three M-steps, is what its log-likelihood is compared with. Its
//! scoring gives responsibilities, for want of a log-density.

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use gaussmix::nalgebra::SMatrix;
use gaussmix::{Em, Full, Gmm, Posterior};
use linfa::traits::Fit;
use linfa::{DatasetBase, Float};
use linfa_clustering::{GaussianMixtureModel, GmmError, GmmInitMethod};
use ndarray::Array2;
use peers::case::{Case, Task};
use peers::clock::{LEAST, repeat, seconds};
use peers::for_size;
use peers::line::Line;

fn main() -> Result<(), Box<dyn Error>> {
    let case = Case::from_arguments()?;
    for_size!(case.size, size(&case))
}

fn size<const D: usize, const K: usize>(case: &Case) -> Result<(), Box<dyn Error>> {
    fits::<f32, D, K>(case, "f32")?;
    fits::<f64, D, K>(case, "f64")
}

/// Returns numbers prepared beforehand, each of which `Uniform::new(0.0, 1.0)` turns into one responsibility.
#[derive(Clone)]
struct Replay {
    bits: Arc<[u64]>,
    next: usize,
}

impl Replay {
    /// A uniform number in [0, 1) is the upper 52 bits as a fraction.
    fn new(responsibilities: impl Iterator<Item = f64>) -> Self {
        let steps = (1u64 << 52) as f64;
        let bits = responsibilities.map(|r| ((r * steps) as u64).min((1 << 52) - 1) << 12).collect();
        Self { bits, next: 0 }
    }
}

impl rand_core_06::RngCore for Replay {
    fn next_u64(&mut self) -> u64 {
        let bits = self.bits[self.next];
        self.next += 1;
        bits
    }
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        rand_core_06::impls::fill_bytes_via_next(self, dest);
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core_06::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

fn fits<F: Float, const D: usize, const K: usize>(case: &Case, scalar: &str) -> Result<(), Box<dyn Error>> {
    let samples: Vec<[f64; D]> = case.samples()?;
    let n = samples.len();
    let records = Array2::from_shape_fn((n, D), |(i, j)| F::cast(samples[i][j]));
    let dataset = DatasetBase::from(records.clone());

    let start: Gmm<f64, D, K, Full> = case.start()?;
    let mut posteriors = vec![Posterior { log_density: 0.0, responsibilities: [0.0; K] }; n];
    start.posteriors(&samples, &mut posteriors)?;
    let replay = Replay::new(posteriors.iter().flat_map(|p| p.responsibilities));

    let fit = |tolerance: f64, iterations: u32| {
        let parameters = GaussianMixtureModel::params_with_rng(K, replay.clone())
            .init_method(GmmInitMethod::Random)
            .reg_covariance(F::cast(1e-6))
            .tolerance(F::cast(tolerance))
            .max_n_iterations(iterations.into());
        seconds(|| parameters.fit(&dataset))
    };
    let line = |task: &str, values, iterations, found: Option<f64>, reference| {
        Line {
            task: task.into(),
            peer: "linfa".into(),
            structure: "full".into(),
            scalar: scalar.into(),
            d: D,
            k: K,
            values,
            iterations,
            mean_log_likelihood: found,
            reference,
        }
        .print()
    };

    if case.task == Task::Whole {
        let mut found = f64::NAN;
        let values = repeat(case.budget, 1, || {
            let (time, model) = fit(case.tolerance, 1000);
            found = mean_log_likelihood::<F, D, K>(&model?, &samples)?;
            Ok::<_, Box<dyn Error>>(time)
        })?;
        return line("whole", values, None, Some(found), None);
    }
    let fixed = |iterations| match fit(f64::from(f32::MIN_POSITIVE), iterations) {
        (time, Err(GmmError::NotConverged(_))) => Ok(time),
        (_, Ok(_)) => Err("linfa stopped early".to_string()),
        (_, Err(error)) => Err(error.to_string()),
    };
    let between = f64::from(case.long - case.short) * n as f64;
    let values = repeat(case.budget, LEAST, || -> Result<_, String> {
        Ok((fixed(case.long)? - fixed(case.short)?) / between * 1e9)
    })?;
    let model = fit(f64::INFINITY, 1000).1?;
    let mut same: Gmm<f64, D, K, Full> = start.clone();
    Em::default().with_tolerance(0.0)?.with_max_iterations(3).fit(&mut same, &samples)?;
    let reference = same.mean_log_likelihood(&samples)?;
    line("fit", values, Some(3), Some(mean_log_likelihood::<F, D, K>(&model, &samples)?), Some(reference))?;

    let values = repeat(case.budget, LEAST, || -> Result<_, Box<dyn Error>> {
        Ok(seconds(|| black_box(model.predict_proba(&records))).0 / n as f64 * 1e9)
    })?;
    line("score", values, None, None, None)
}

/// In `f64`, of the parameters as they are.
fn mean_log_likelihood<F: Float, const D: usize, const K: usize>(
    model: &GaussianMixtureModel<F>,
    samples: &[[f64; D]],
) -> Result<f64, Box<dyn Error>> {
    let number = |v: F| v.to_f64().unwrap_or(f64::NAN);
    let sum: f64 = model.weights().iter().map(|w| number(*w)).sum();
    let gmm: Gmm<f64, D, K, Full> = Gmm::new(
        core::array::from_fn(|k| number(model.weights()[k]) / sum), // which is 1 but for rounding
        core::array::from_fn(|k| core::array::from_fn(|j| number(model.means()[[k, j]]))),
        core::array::from_fn(|k| {
            // Rounding leaves linfa's matrices a little off symmetry.
            SMatrix::from_fn(|i, j| number(model.covariances()[[k, i.max(j), i.min(j)]]))
        }),
    )?;
    Ok(gmm.mean_log_likelihood(samples)?)
}

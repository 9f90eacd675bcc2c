//! The two streams.

use crate::START;
use crate::index::adjusted_rand;
use crate::motions::{ACTIVITIES, D, Sample};
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Em, Error, Gmm, OnlineEm, init};
use rand_pcg::Pcg32;
use std::time::Instant;

/// As many components as there are activities.
pub(crate) const K: usize = 4;

type Model = Gmm<f64, D, K, Diagonal>;

/// A run over the mixed stream.
#[derive(Clone, Debug)]
pub(crate) struct Mixed {
    /// Adjusted Rand index of the clusters that samples had when they came, without those of the start.
    pub(crate) as_they_came: f64,
    /// Of the clusters that all 4000 samples have in the last model.
    pub(crate) at_the_end: f64,
    /// Samples of each activity in each cluster of the last model.
    pub(crate) table: [[u32; ACTIVITIES.len()]; K],
    /// Time to assign and learn a sample.
    pub(crate) nanoseconds: f64,
}

/// The `i`-th run: it begins elsewhere in the stream, and its start has other random numbers.
pub(crate) fn mixed(samples: &[Sample], i: usize) -> Result<Mixed, Error> {
    let stream: Vec<Sample> =
        (0..samples.len()).map(|j| samples[(j + 397 * i) * 1597 % samples.len()]).collect();
    let first: Vec<[f64; D]> = stream[..START].iter().map(|s| s.x).collect();
    let mut gmm = Model::unfitted();
    let mut rng = Pcg32::new(i as u64, 1);
    Em::default().fit_best_of(&mut gmm, 10, init::k_means_plus_plus, &first, &mut rng)?;
    let mut online = OnlineEm::new(gmm, StepSize::decaying(0.7, 200.0)?)?;
    let mut pairs = Vec::with_capacity(stream.len());
    let start = Instant::now();
    for sample in &stream[START..] {
        let posterior = online.observe(sample.x)?;
        pairs.push((likeliest(&posterior.responsibilities), sample.activity));
    }
    let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / pairs.len() as f64;
    let mut table = [[0; ACTIVITIES.len()]; K];
    let mut last = Vec::with_capacity(stream.len());
    for sample in samples {
        let cluster = online.model().predict(sample.x)?;
        table[cluster][sample.activity] += 1;
        last.push((cluster, sample.activity));
    }
    let index = |pairs: &[(usize, usize)]| adjusted_rand::<K, { ACTIVITIES.len() }>(pairs.iter().copied());
    Ok(Mixed { as_they_came: index(&pairs), at_the_end: index(&last), table, nanoseconds })
}

fn likeliest(responsibilities: &[f64; K]) -> usize {
    (1..K).fold(0, |best, k| if responsibilities[k] > responsibilities[best] { k } else { best })
}

/// A run over the sorted stream.
#[derive(Clone, Debug)]
pub(crate) struct Sorted {
    /// ln p of every sample before it was learnt from, from [`START`] on.
    pub(crate) log_densities: Vec<f64>,
    /// Their means, by activity.
    pub(crate) as_they_came: [f64; ACTIVITIES.len()],
    /// The means under the last model.
    pub(crate) at_the_end: [f64; ACTIVITIES.len()],
}

pub(crate) fn sorted(samples: &[Sample], step: StepSize<f64>) -> Result<Sorted, Error> {
    let first: Vec<[f64; D]> = samples[..START].iter().map(|s| s.x).collect();
    let mut gmm = Model::unfitted();
    Em::default().fit_best_of(&mut gmm, 10, init::k_means_plus_plus, &first, &mut Pcg32::new(1, 1))?;
    let mut online = OnlineEm::new(gmm, step)?;
    let mut log_densities = Vec::with_capacity(samples.len());
    for sample in &samples[START..] {
        log_densities.push(online.observe(sample.x)?.log_density);
    }
    let last: Vec<f64> = samples.iter().map(|s| online.model().log_density(s.x)).collect::<Result<_, _>>()?;
    Ok(Sorted {
        as_they_came: means(&samples[START..], &log_densities),
        at_the_end: means(samples, &last),
        log_densities,
    })
}

fn means(samples: &[Sample], values: &[f64]) -> [f64; ACTIVITIES.len()] {
    let (mut sums, mut counts) = ([0.0; ACTIVITIES.len()], [0.0; ACTIVITIES.len()]);
    for (sample, value) in samples.iter().zip(values) {
        sums[sample.activity] += value;
        counts[sample.activity] += 1.0;
    }
    std::array::from_fn(|a| sums[a] / counts[a])
}

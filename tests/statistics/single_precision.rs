//! `f32` against `f64` of the same samples: far from zero, over many samples, one by one, with forgetting.
//!
//! Three components, 1 σ wide, 2 σ apart, in the plane. The unit throughout is σ.

use gaussmix::{Em, Full, Gmm, MStep, Real, Spherical, SufficientStats};

use crate::support::dense as structure;
use crate::support::dense::{Structure, covariances, spread};
use crate::support::noise::Noise;
use crate::support::tolerance::{
    SINGLE_FAR_MEAN, SINGLE_FAR_VARIANCE, SINGLE_LAG, SINGLE_LIKELIHOOD, SINGLE_MEAN, SINGLE_STREAM,
    SINGLE_VARIANCE,
};

const CORNERS: [[f64; 2]; 3] = [[0.0, 0.0], [2.0, 0.0], [1.0, 1.732_050_807_568_877_2]];
const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];
const ROUND: structure::Dense<2> = [[1.0, 0.0], [0.0, 1.0]];
const N: usize = 1_000_000;

type Model<T> = Gmm<T, 2, 3, Full>;

/// Samples for ever, rounded to `f32`, at an offset that both features share. A clone starts again from here.
#[derive(Clone)]
struct Stream {
    normals: Noise,
    offset: f64,
    drift: f64,
}

impl Iterator for Stream {
    type Item = [f32; 2];
    fn next(&mut self) -> Option<[f32; 2]> {
        let u = self.normals.uniform();
        let k = usize::from(u > WEIGHTS[0]) + usize::from(u > WEIGHTS[0] + WEIGHTS[1]);
        let radius = (-2.0 * self.normals.uniform().ln()).sqrt();
        let (sin, cos) = (core::f64::consts::TAU * self.normals.uniform()).sin_cos();
        self.offset += self.drift;
        let [x, y] = CORNERS[k];
        Some([(self.offset + x + radius * cos) as f32, (self.offset + y + radius * sin) as f32])
    }
}

fn stream(seed: u64, offset: f64) -> Stream {
    Stream { normals: Noise::new(seed), offset, drift: 0.0 }
}

fn widened(data: &[[f32; 2]]) -> impl Iterator<Item = [f64; 2]> + Clone + '_ {
    data.iter().map(|x| x.map(f64::from))
}

/// A start that is off by some tenths of σ, its numbers exact in `f32` up to offset 10⁵.
fn start<T: Real>(offset: f64) -> Model<T> {
    let means = [[-0.25, 0.5], [2.5, -0.25], [0.75, 1.25]].map(|m| m.map(|v| v + offset));
    structure::model([0.375, 0.375, 0.25], means, [[[1.5, 0.25], [0.25, 1.25]]; 3])
}

struct Limits {
    mean: f64,
    variance: f64,
}

const NEAR: Limits = Limits { mean: SINGLE_MEAN, variance: SINGLE_VARIANCE };

/// Means to the limit and one unit in the last place, covariances relative to their variances.
fn assert_near(single: &Model<f32>, double: &Model<f64>, limits: &Limits, what: &str) {
    let (a, b) = (covariances(single), covariances(double));
    let (mut worst_mean, mut worst_variance): (f64, f64) = (0.0, 0.0);
    for k in 0..3 {
        for i in 0..2 {
            let (found, due) = (single.means()[k][i], double.means()[k][i]);
            let ulp = f64::from(found.abs().next_up() - found.abs());
            worst_mean = worst_mean.max((f64::from(found) - due).abs() - ulp);
            for j in 0..2 {
                let scale = (b[k][i][i] * b[k][j][j]).sqrt();
                worst_variance = worst_variance.max((a[k][i][j] - b[k][i][j]).abs() / scale);
            }
        }
    }
    println!("{what}: means off {worst_mean:.1e} beyond an ulp, variances {worst_variance:.1e}");
    assert!(worst_mean <= limits.mean, "{what}: means off by {worst_mean} beyond an ulp");
    assert!(worst_variance <= limits.variance, "{what}: variances off by {worst_variance}");
}

/// The likelihood of the single-precision parameters, evaluated in `f64`.
fn assert_as_likely(single: &Model<f32>, double: &Model<f64>, data: &[[f32; 2]], what: &str) {
    let wide = single.cast::<f64>().unwrap();
    let (found, due) = (wide.mean_log_likelihood(widened(data)), double.mean_log_likelihood(widened(data)));
    let difference = (found.unwrap() - due.unwrap()).abs();
    println!("{what}: mean log-likelihood off {difference:.1e}");
    assert!(difference <= SINGLE_LIKELIHOOD, "{what}: mean log-likelihood off by {difference}");
}

fn em<T: Real>(iterations: u32) -> Em<T> {
    Em::default().with_tolerance(T::ZERO).unwrap().with_max_iterations(iterations)
}

/// After one M-step and after thirty, from the same start on the same samples.
fn fits_agree(offset: f64, thirty: &Limits) {
    let data: Vec<[f32; 2]> = stream(201, offset).take(N).collect();
    let (mut single, mut double) = (start::<f32>(offset), start::<f64>(offset));
    for (more, limits) in [(1, &NEAR), (29, thirty)] {
        em(more).fit(&mut single, &data).unwrap();
        em(more).fit(&mut double, widened(&data)).unwrap();
        let what = format!("offset {offset}, {more} M-steps");
        assert_near(&single, &double, limits, &what);
        assert_as_likely(&single, &double, &data, &what);
    }
}

#[test]
fn fits_at_offset_0() {
    fits_agree(0.0, &NEAR);
}

#[test]
fn fits_at_offset_1e3() {
    fits_agree(1e3, &NEAR);
}

#[test]
fn fits_at_offset_1e4() {
    fits_agree(1e4, &NEAR);
}

#[test]
fn fits_at_offset_1e5() {
    fits_agree(1e5, &Limits { mean: SINGLE_FAR_MEAN, variance: SINGLE_FAR_VARIANCE });
}

/// One M-step from the same start in both.
fn one_m_step_agrees(offset: f64, single: Model<f32>, double: Model<f64>, what: &str) {
    let data: Vec<[f32; 2]> = stream(202, offset).take(N).collect();
    let (mut single, mut double) = (single, double);
    em(1).fit(&mut single, &data).unwrap();
    em(1).fit(&mut double, widened(&data)).unwrap();
    assert_near(&single, &double, &NEAR, what);
    assert_as_likely(&single, &double, &data, what);
}

/// The model's means are no point near the samples: sums about them would cancel.
#[test]
fn one_m_step_from_a_start_1000_sigma_away() {
    for offset in [0.0, 1e4] {
        let away = offset - 1000.0;
        let what = format!("offset {offset}, start 1000 σ away");
        one_m_step_agrees(offset, start(away), start(away), &what);
    }
}

/// Here every component gets a share, the third of the plane that faces it.
#[test]
fn one_m_step_from_a_start_1000_sigma_away_on_three_sides() {
    fn around<T: Real>(offset: f64) -> Model<T> {
        let means = [[-999.0, 0.5], [501.0, -866.0], [501.0, 867.0]].map(|m| m.map(|v| v + offset));
        structure::model([0.375, 0.375, 0.25], means, [ROUND; 3])
    }
    for offset in [0.0, 1e3] {
        let what = format!("offset {offset}, starts 1000 σ away on three sides");
        one_m_step_agrees(offset, around(offset), around(offset), &what);
    }
}

/// Masses and means relative to mass and σ, variances relative, the likelihood per sample.
fn assert_statistics_near<C: Structure>(
    single: &SufficientStats<f32, 2, 3, C>,
    double: &SufficientStats<f64, 2, 3, C>,
    limit: f64,
    what: &str,
) {
    let mut worst = [0.0f64; 4];
    for k in 0..3 {
        let (found, due) = (f64::from(single.masses()[k]), double.masses()[k]);
        worst[0] = worst[0].max((found / due - 1.0).abs());
        let (a, b) = (spread(single, k), spread(double, k));
        for j in 0..2 {
            let mean = single.means()[k][j];
            let ulp = f64::from(mean.abs().next_up() - mean.abs());
            worst[1] = worst[1].max((f64::from(mean) - double.means()[k][j]).abs() - ulp);
            worst[2] = worst[2].max((a[j][j] / b[j][j] - 1.0).abs());
        }
    }
    let likelihood = f64::from(single.log_likelihood()) - double.log_likelihood();
    worst[3] = likelihood.abs() / double.total_weight();
    println!(
        "{what}: masses {:.1e}, means {:.1e}, variances {:.1e}, likelihood {:.1e}",
        worst[0], worst[1], worst[2], worst[3]
    );
    assert!(worst.iter().all(|w| *w <= limit), "{what}: {worst:?}");
    assert_eq!(single.count(), double.count());
}

#[test]
fn observing_one_by_one() {
    for offset in [0.0, 1e3, 1e4] {
        let (gmm, judge) = (start::<f32>(offset), start::<f64>(offset));
        let (mut single, mut double) = (SufficientStats::new(), SufficientStats::new());
        for x in stream(203, offset).take(N) {
            single.observe(&gmm, x).unwrap();
            double.observe(&judge, x.map(f64::from)).unwrap();
        }
        assert_statistics_near(&single, &double, SINGLE_VARIANCE, &format!("one by one at offset {offset}"));
    }
}

/// Ten million samples that are never in memory together.
#[test]
fn a_streamed_pass() {
    let samples = stream(204, 100.0).take(10 * N);
    let (gmm, judge) = (start::<f32>(100.0), start::<f64>(100.0));
    let (mut single, mut double) = (SufficientStats::new(), SufficientStats::new());
    single.observe_all(&gmm, samples.clone()).unwrap();
    double.observe_all(&judge, samples.map(|x| x.map(f64::from))).unwrap();
    assert_statistics_near(&single, &double, SINGLE_STREAM, "a pass over 10⁷ samples");
}

/// Follows a drifting mixture with exponential forgetting; returns how far the means lag behind on average, along the
/// drift.
fn lag<T: Real>(offset: f64) -> f64 {
    let (step, settled, n) = (1e-4, 100_000, 300_000);
    let mut gmm: Model<T> = structure::model(WEIGHTS, CORNERS.map(|m| m.map(|v| v + offset)), [ROUND; 3]);
    let mut stats = SufficientStats::from_model(&gmm, T::narrow(1.0 / step)).unwrap();
    let mut samples = Stream { drift: 5e-6, ..stream(205, offset) };
    let (mut lag, mut readings) = (0.0, 0.0);
    for i in 1..=n {
        let x = samples.next().unwrap();
        stats.discount(T::narrow(1.0 - step)).unwrap();
        stats.observe(&gmm, x.map(|v| T::narrow(f64::from(v)))).unwrap();
        if i % 100 == 0 {
            MStep::default().maximize(&stats, &mut gmm).unwrap();
            if i > settled {
                for (corner, mean) in CORNERS.iter().zip(gmm.means()) {
                    lag += (0..2).map(|j| samples.offset + corner[j] - mean[j].widen()).sum::<f64>() / 6.0;
                }
                readings += 1.0;
            }
        }
    }
    lag / readings
}

#[test]
fn forgetting_lags_no_more_than_in_f64() {
    for offset in [0.0, 1e4, 1e5] {
        let (single, double) = (lag::<f32>(offset), lag::<f64>(offset));
        println!("offset {offset}: lag {single:.4} in f32, {double:.4} in f64");
        assert!(double > 0.03, "the drift must be seen at all: {double}");
        assert!(single.abs() <= SINGLE_LAG * double, "offset {offset}: {single} against {double}");
    }
}

#[test]
fn a_component_that_fades_away_merges_without_a_nan() {
    let mut stats: SufficientStats<f32, 1, 2, Spherical> = SufficientStats::new();
    for i in 0..40_000u32 {
        // The second component has a share of the first samples only, of no round size.
        let share = if i < 100 { 0.3 + 1e-3 * i as f32 } else { 0.0 };
        stats.assign([1.0 + share], &[1.0, share]).unwrap();
        stats.discount(0.995).unwrap();
        let mut twice = stats.clone();
        twice.merge(&stats);
        assert!(twice.masses()[1] >= 0.0 && twice.means()[1][0].is_finite(), "after {i}");
        assert!(stats.validate().is_ok(), "after {i}");
    }
}

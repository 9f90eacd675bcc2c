//! The models that are measured, as each contender stores them, with samples and exact scores.

use crate::{Result, data, text};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Diagonal, Em, Full, Gmm, init};
use rand_pcg::Pcg32;
use std::fmt::Write;

/// Samples that are scored and learnt.
const SAMPLES: usize = 512;

/// All of it as C, and the models of gaussmix as Rust.
///
/// # Errors
/// If the data are not there, or a fit is broken.
pub fn write() -> Result<(String, String)> {
    // Walking and badminton. Beside them standing is so still that its variances are at their floors, in gaussmix
    // alone.
    let motions = data::motions()?.split_off(2000);
    let three: Vec<[f64; 3]> = motions.iter().map(|[x, y, z, ..]| [*x, *y, *z]).collect();
    // Six sensors, and two of them a sample before.
    let eight: Vec<[f64; 8]> = motions
        .iter()
        .zip(motions.iter().skip(1))
        .map(|([x, y, ..], [a, b, c, d, e, f])| [*a, *b, *c, *d, *e, *f, *x, *y])
        .collect();
    let mut out = String::from("/* Written by the host. */\n#include \"measure.h\"\n\n");
    let mut models = String::from("use gaussmix::covariance::Factor;\n");
    models.push_str("use gaussmix::nalgebra::{ArrayStorage, SMatrix, SVector};\n");
    models.push_str("use gaussmix::{Diagonal, Full, Gmm};\n");
    out.push_str("#if defined(FULL_3_4)\n");
    let full = case::<3, 4, Full>(&mut out, &three)?;
    rust(&mut models, "FULL_3_4: Gmm<f32, 3, 4, Full>", &full, full.factors().map(|f| square(&f.0)));
    out.push_str("#elif defined(DIAGONAL_3_4)\n");
    let axes = case::<3, 4, Diagonal>(&mut out, &three)?;
    let columns =
        axes.factors().map(|f| format!("SVector::from_array_storage(ArrayStorage({:?}))", f.0.data.0));
    rust(&mut models, "DIAGONAL_3_4: Gmm<f32, 3, 4, Diagonal>", &axes, columns);
    out.push_str("#else\n");
    let large = case::<8, 8, Full>(&mut out, &eight)?;
    rust(&mut models, "FULL_8_8: Gmm<f32, 8, 8, Full>", &large, large.factors().map(|f| square(&f.0)));
    out.push_str("#endif\n");
    Ok((out, models))
}

fn square<const D: usize>(matrix: &SMatrix<f32, D, D>) -> String {
    format!("SMatrix::from_array_storage(ArrayStorage({:?}))", matrix.data.0)
}

/// A model as a `static` of Rust, in digits that read back exactly.
fn rust<const D: usize, const K: usize, C: Covariance>(
    out: &mut String,
    name: &str,
    gmm: &Gmm<f32, D, K, C>,
    factors: [String; K],
) {
    let factors = factors.map(|factor| format!("Factor({factor})")).join(", ");
    let (weights, offsets, means) = (gmm.weights(), gmm.offsets(), gmm.means());
    let parts = format!("{weights:?}, {offsets:?}, {means:?}, [{factors}]");
    let _ = writeln!(out, "pub(crate) static {name} = Gmm::from_parts({parts});");
}

fn case<const D: usize, const K: usize, C: Covariance>(
    out: &mut String,
    data: &[[f64; D]],
) -> Result<Gmm<f32, D, K, C>> {
    let mut exact: Gmm<f64, D, K, C> = Gmm::unfitted();
    let generator = &mut Pcg32::new(1, 1);
    let best = Em::default().fit_best_of(&mut exact, 8, init::mixed, data, generator)?;
    if !best.fit.is_healthy() {
        return Err("a component is spurious".into());
    }
    let samples: Vec<[f64; D]> =
        data.iter().step_by(3).take(SAMPLES).map(|x| x.map(|v| f64::from(v as f32))).collect();
    let floats: Vec<String> = samples.as_flattened().iter().map(|x| text::float(*x as f32)).collect();
    text::array(out, "float", "samples", floats.iter());
    let scores: Vec<String> =
        samples.iter().map(|x| Ok(text::double(exact.log_density(x)?))).collect::<Result<_>>()?;
    text::array(out, "double", "exact_scores", scores.iter());

    parameters(out, &exact)?;
    Ok(exact.cast()?)
}

/// Rows of L⁻¹ and constants, in f64, rounded once: for C by hand the lower triangle (or the diagonal) by rows and ln
/// π − ½ ln |Σ| − D/2 ln 2π; for emlearn L⁻ᵀ whole, ln |Σ|^−½ and ln π, as its converter writes them.
fn parameters<const D: usize, const K: usize, C: Covariance>(
    out: &mut String,
    gmm: &Gmm<f64, D, K, C>,
) -> Result<()> {
    let (mut packed, mut whole, mut log_dets) = (Vec::new(), Vec::new(), Vec::new());
    let is_diagonal = gmm.components().all(|component| {
        let matrix = component.covariance_matrix();
        (0..D * D).all(|i| i % D == i / D || matrix[(i / D, i % D)] == 0.0)
    });
    for component in gmm.components() {
        let factor = component.covariance_matrix().cholesky().ok_or("a covariance is not definite")?;
        let inverse = factor.l().try_inverse().ok_or("a factor is singular")?;
        for i in 0..D {
            let from = if is_diagonal { i } else { 0 };
            packed.extend((from..=i).map(|j| inverse[(i, j)]));
        }
        whole.extend((0..D * D).map(|i| inverse[(i % D, i / D)]));
        log_dets.push((0..D).map(|i| inverse[(i, i)].ln()).sum::<f64>());
    }
    let half_log_2pi = 0.5 * (2.0 * std::f64::consts::PI).ln();
    let log_weights = gmm.weights().map(f64::ln);
    let offsets: Vec<f64> =
        log_weights.iter().zip(&log_dets).map(|(w, d)| w + d - half_log_2pi * D as f64).collect();
    let width = packed.len() / K;
    writeln!(out, "const mixture by_hand = {{")?;
    writeln!(out, "    {},", braces(&offsets))?;
    writeln!(out, "    {{{}}},", gmm.means().map(|mean| braces(&mean)).join(", "))?;
    writeln!(out, "    {{{}}},", packed.chunks(width).map(braces).collect::<Vec<_>>().join(", "))?;
    writeln!(out, "}};")?;
    for (name, numbers) in [
        ("weights", gmm.weights().as_slice()),
        ("means", gmm.means().as_flattened()),
        ("precisions", &whole),
        ("log_dets", &log_dets),
        ("log_weights", &log_weights),
    ] {
        let numbers: Vec<String> = numbers.iter().map(|x| text::float(*x as f32)).collect();
        text::array(out, "float", name, numbers.iter());
    }
    Ok(())
}

/// An initialiser of so many floats.
fn braces(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|x| text::float(*x as f32)).collect();
    format!("{{{}}}", numbers.join(", "))
}

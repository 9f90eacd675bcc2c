//! Models for the jobs `detect`, `sensor` and `fleet`: fitted on the host, written as Rust source.

use std::fmt::{self, Write};

use gaussmix::fit::BestOf;
use gaussmix::fixed::FixedGmm;
use gaussmix::{Covariance, Diagonal, Em, Error, Gmm, MStep, init};
use jobs::data::{Activity, RECORDING};
use jobs::detect::{Scorer, standing};
use jobs::{fixed, fleet, sensor};
use rand_pcg::Pcg32;

/// Added to every variance, in the squared units of the sensors: deviations below a thousandth are no news.
const RIDGE: f64 = 1e-6;

/// Fits a model of one activity, in `f64`: the best of twenty mixed starts.
///
/// Of the 500 samples of standing three lie far from all others, and the likeliest fits give them a component. Three
/// samples have no covariance in six dimensions, so such a fit is spurious, and the best of the others is taken.
///
/// # Errors
/// Where no fit succeeds.
pub fn fit_activity(training: &[[f32; 6]]) -> Result<(Gmm<f64, 6, 4>, BestOf<f64, 4>), Error> {
    let data: Vec<[f64; 6]> = training.iter().map(|x| x.map(f64::from)).collect();
    let mut gmm = Gmm::unfitted();
    let best = Em::default().with_m_step(MStep::exact().with_ridge(RIDGE)?).fit_best_of(
        &mut gmm,
        20,
        init::mixed,
        &data,
        &mut Pcg32::new(1, 1),
    )?;
    Ok((gmm, best))
}

/// The source file of `jobs::detect::model`.
///
/// # Errors
/// Where the model cannot be cast to `f32`.
pub fn source(gmm: &Gmm<f64, 6, 4>) -> Result<String, Box<dyn std::error::Error>> {
    let gmm: Gmm<f32, 6, 4> = gmm.cast()?;
    let (samples, windows) = training_scores(&gmm);
    let mut out = String::new();
    write_model(&mut out, &gmm, "export_detect", "Standing, by acceleration and turn rate")?;
    let thresholds = [("SAMPLE", "samples", quantile(samples)), ("WINDOW", "windows", quantile(windows))];
    for (name, of, threshold) in thresholds {
        writeln!(out, "/// Below it are 1 % of the training {of}.")?;
        writeln!(out, "pub const {name}_THRESHOLD: f32 = {threshold:?};")?;
    }
    Ok(out)
}

/// The recordings of all activities that the model of `jobs::sensor` is fitted to.
#[must_use]
pub fn all_activities() -> Vec<[f32; 6]> {
    let activities = [Activity::Standing, Activity::Running, Activity::Walking, Activity::Badminton];
    activities.into_iter().flat_map(|activity| sensor::halves(activity).0).copied().collect()
}

/// The source file of `jobs::sensor::model`.
///
/// # Errors
/// Where the model cannot be cast to `f32`.
pub fn sensor_source(gmm: &Gmm<f64, 6, 4>) -> Result<String, Box<dyn std::error::Error>> {
    let mut out = String::new();
    let what = "All activities, by acceleration and turn rate";
    write_model(&mut out, &gmm.cast()?, "export_sensor", what)?;
    Ok(out)
}

/// Fits the fleet's model, in the arithmetic of the boards.
///
/// # Errors
/// None, unless the fit is broken.
pub fn fit_fleet() -> Result<fleet::Model, Error> {
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, fleet::known())?;
    Em::default().with_max_iterations(50).fit(&mut gmm, fleet::known())?;
    Ok(gmm)
}

/// The source file of `jobs::fleet::model`.
///
/// # Errors
/// None: a `String` takes all that is written to it.
pub fn fleet_source(gmm: &fleet::Model) -> Result<String, fmt::Error> {
    let mut out = String::new();
    write_model(&mut out, gmm, "export_fleet", "All activities, by acceleration")?;
    Ok(out)
}

/// The source file of `jobs::fixed::model`: a diagonal model of what the fleet's was fitted to, and both in integers.
///
/// # Errors
/// None, unless the fit is broken or a model does not fit its integers.
pub fn fixed_source() -> Result<String, Box<dyn std::error::Error>> {
    let mut gmm: Gmm<f32, 3, 4, Diagonal> = Gmm::unfitted();
    init::farthest_first(&mut gmm, fleet::known())?;
    Em::default().with_max_iterations(50).fit(&mut gmm, fleet::known())?;

    let mut out = String::from(
        "//! Written by the host program `export_fixed`; `host/tests/model.rs` checks that it would be again.\n\n\
         use gaussmix::covariance::Factor;\nuse gaussmix::fixed::{FixedComponent, FixedGmm};\n\
         use gaussmix::nalgebra::{ArrayStorage, SVector};\nuse gaussmix::{Diagonal, Gmm};\n\n\
         /// All activities, by acceleration: four diagonal components.\n\
         pub static DIAGONAL: Gmm<f32, 3, 4, Diagonal> = Gmm::from_parts(\n",
    );
    writeln!(out, "    {:?},\n    {:?},\n    {:?},\n    [", gmm.weights(), gmm.offsets(), gmm.means())?;
    for factor in gmm.factors() {
        let [column] = factor.0.data.0;
        writeln!(out, "        Factor(SVector::from_array_storage(ArrayStorage([{column:?}]))),")?;
    }
    out.push_str("    ],\n);\n");
    write_fixed::<3, _>(&mut out, &fleet::MODEL, "FULL")?;
    write_fixed::<1, _>(&mut out, &gmm, "DIAGONAL")?;
    Ok(out)
}

fn write_fixed<const W: usize, C: Covariance>(
    out: &mut String,
    gmm: &Gmm<f32, 3, 4, C>,
    name: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let model = FixedGmm::<3, 4, W>::from_model(gmm, &fixed::SCALE, &fixed::OFFSET)?;
    let bound = model.error_bound(gmm, &fixed::SCALE, &fixed::OFFSET)?.worst();
    writeln!(out, "\n/// The same in integers, within {bound:.4}·(1 + |ln p|/30) nat.")?;
    writeln!(out, "pub static FIXED_{name}: FixedGmm<3, 4, {W}> = match FixedGmm::from_parts([")?;
    for component in model.components() {
        writeln!(out, "    {component:?},")?;
    }
    out.push_str("]) {\n    Ok(model) => model,\n    Err(_) => panic!(\"out of range\"),\n};\n");
    Ok(())
}

fn write_model<const D: usize>(
    out: &mut String,
    gmm: &Gmm<f32, D, 4>,
    program: &str,
    what: &str,
) -> fmt::Result {
    writeln!(
        out,
        "//! Written by the host program `{program}`; `host/tests/model.rs` checks that it would be again.\n"
    )?;
    out.push_str("use gaussmix::Gmm;\nuse gaussmix::covariance::Factor;\nuse gaussmix::nalgebra::{ArrayStorage, SMatrix};\n\n");
    writeln!(out, "/// {what}: a full covariance for each of four components.")?;
    writeln!(out, "pub static MODEL: Gmm<f32, {D}, 4> = Gmm::from_parts(")?;
    writeln!(out, "    {:?},\n    {:?},\n    [", gmm.weights(), gmm.offsets())?;
    for mean in gmm.means() {
        writeln!(out, "        {mean:?},")?;
    }
    out.push_str("    ],\n    [\n");
    for factor in gmm.factors() {
        out.push_str("        Factor(SMatrix::from_array_storage(ArrayStorage([\n");
        for column in factor.0.data.0 {
            writeln!(out, "            {column:?},")?;
        }
        out.push_str("        ]))),\n");
    }
    out.push_str("    ],\n);\n");
    Ok(())
}

/// What the scorer says of the data that the model was fitted to, by sample and by window.
fn training_scores(gmm: &Gmm<f32, 6, 4>) -> (Vec<f32>, Vec<f32>) {
    let (mut samples, mut windows) = (Vec::new(), Vec::new());
    let (training, _) = standing();
    for recording in training.chunks(RECORDING) {
        let mut scorer = Scorer::new(gmm);
        for x in recording {
            let (sample, window) = scorer.score(x);
            samples.push(sample);
            windows.extend(window);
        }
    }
    (samples, windows)
}

/// The 1 % quantile, between two values in proportion.
fn quantile(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    let place = 0.01 * (values.len() - 1) as f32;
    let (below, above) = (values[place as usize], values[place as usize + 1]);
    below + (above - below) * place.fract()
}

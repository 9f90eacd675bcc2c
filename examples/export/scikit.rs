//! Models that scikit-learn fitted, from the JSON of `sklearn_to_json.py`.

use gaussmix::{Error, Real};

use super::component::{Component, Estimate, Scaling, out_of_range};
use super::json::{Node, parse};
use super::model::{Made, Model, Scalar};
use super::sizes::MAX;
use super::structure::Structure;

/// How far a covariance may differ from its transpose, in units of its two standard deviations: eight roundings of
/// a model that was fitted in `float32`.
const ASYMMETRY: f64 = 1e-6;

/// What a `GaussianMixture` holds.
struct Mixture {
    structure: Structure,
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    /// By rows: one for each component, or one for all.
    covariances: Vec<Vec<f64>>,
}

/// Scalings in the order in which a sample meets them, then the mixture.
struct Pipeline {
    version: String,
    scalings: Vec<Scaling>,
    mixture: Mixture,
}

/// The model of raw samples.
pub(crate) fn export(text: &str, scalar: Scalar) -> Result<Made, String> {
    let mut pipeline = Pipeline::read(&Node::root(&parse(text)?))?;
    let mut notes = Vec::new();
    if pipeline.needs_axes() {
        pipeline.mixture.spheres_to_axes();
        notes.push("spherical in standardised units; as the units differ, diagonal in the raw ones".into());
    }
    let mixture = &pipeline.mixture;
    let components = (0..mixture.weights.len())
        .map(|k| mixture.component(k, &pipeline.scalings, scalar))
        .collect::<Result<_, _>>()?;
    let model = Model::new(mixture.structure, scalar, &mixture.weights, components);
    Ok(Made { model, origin: pipeline.origin(), notes })
}

impl Pipeline {
    fn read(file: &Node<'_>) -> Result<Self, String> {
        let version = file.field("sklearn")?.text()?.to_owned();
        let steps = file.field("steps")?;
        let elements = steps.elements()?;
        let Some((last, before)) = elements.split_last() else {
            return steps.refuse("is empty");
        };
        expect_class(last, "GaussianMixture")?;
        let mixture = Mixture::read(last)?;
        let features = mixture.means[0].len();
        let scalings = before.iter().map(|step| scaling(step, features)).collect::<Result<_, _>>()?;
        Ok(Self { version, scalings, mixture })
    }

    /// Whether balls in standardised units are ellipsoids in raw ones.
    fn needs_axes(&self) -> bool {
        let uniform = |scaling: &Scaling| scaling.scale.iter().all(|s| *s == scaling.scale[0]);
        self.mixture.structure == Structure::Spherical && !self.scalings.iter().all(uniform)
    }

    fn origin(&self) -> String {
        let scalers = "StandardScaler, ".repeat(self.scalings.len());
        let folded = match self.scalings.len() {
            0 => "",
            _ => ", the scaling folded in: samples are scored as they come",
        };
        format!("scikit-learn {}: {scalers}GaussianMixture{folded}", self.version.escape_debug())
    }
}

fn expect_class(step: &Node<'_>, class: &str) -> Result<(), String> {
    let found = step.field("class")?;
    match found.text()? {
        text if text == class => Ok(()),
        text => found.refuse(&format!(
            "is {}; only StandardScaler steps and a GaussianMixture after them can be exported",
            text.escape_debug()
        )),
    }
}

fn scaling(step: &Node<'_>, features: usize) -> Result<Scaling, String> {
    expect_class(step, "StandardScaler")?;
    let mut scaling = Scaling { mean: vec![0.0; features], scale: vec![1.0; features] };
    // A scaler without mean has a `mean_` all the same, but does not subtract it.
    if step.field("with_mean")?.boolean()? {
        scaling.mean = step.field("mean_")?.numbers(features, "feature")?;
    }
    if step.field("with_std")?.boolean()? {
        let scale = step.field("scale_")?;
        scaling.scale = scale.numbers(features, "feature")?;
        for (node, s) in scale.elements()?.iter().zip(&scaling.scale) {
            if !(*s > 0.0) {
                return node.refuse(&format!("is {s}, but a scale is positive"));
            }
        }
    }
    Ok(scaling)
}

impl Mixture {
    fn read(step: &Node<'_>) -> Result<Self, String> {
        let structure = covariance_type(&step.field("covariance_type")?)?;
        let weights = weights(&step.field("weights_")?)?;
        let means = step.field("means_")?;
        let rows = means.exactly(weights.len(), "component")?;
        let features = rows[0].elements()?.len();
        if !(1..=MAX).contains(&features) {
            return rows[0]
                .refuse(&format!("has length {features}; this program is built for 1 to {MAX} features"));
        }
        Ok(Self {
            structure,
            means: rows.iter().map(|row| row.numbers(features, "feature")).collect::<Result<_, _>>()?,
            covariances: matrices(structure, &step.field("covariances_")?, weights.len(), features)?,
            weights,
        })
    }

    /// Component `k` of raw samples.
    fn component(&self, k: usize, scalings: &[Scaling], scalar: Scalar) -> Result<Component, String> {
        let matrix = if self.structure.is_tied() { 0 } else { k };
        let estimate = Estimate { mean: &self.means[k], covariance: &self.covariances[matrix], scalings };
        estimate.finish(self.structure, scalar).map_err(|error| {
            let fits_f64 = estimate.finish(self.structure, Scalar::F64).is_ok();
            if fits_f64 { out_of_range(k, error) } else { self.explain(k, error) }
        })
    }

    fn explain(&self, k: usize, error: Error) -> String {
        match error {
            Error::NotPositiveDefinite { .. } if self.structure.is_tied() => {
                "covariances_ is not positive definite".into()
            }
            Error::NotPositiveDefinite { .. } => format!("covariances_[{k}] is not positive definite"),
            Error::NonFiniteMean { .. } => format!("means_[{k}] is out of range"),
            other => format!("component {k}: {other}"),
        }
    }

    /// The same balls, as ellipsoids that happen to be round.
    fn spheres_to_axes(&mut self) {
        let features = self.means[0].len();
        self.structure = Structure::Diagonal;
        for variances in &mut self.covariances {
            *variances = vec![variances[0]; features];
        }
    }
}

fn covariance_type(node: &Node<'_>) -> Result<Structure, String> {
    match node.text()? {
        "full" => Ok(Structure::Full),
        "tied" => Ok(Structure::TiedFull),
        "diag" => Ok(Structure::Diagonal),
        "spherical" => Ok(Structure::Spherical),
        other => node.refuse(&format!("is '{}', not full, tied, diag or spherical", other.escape_debug())),
    }
}

/// 1 to [`MAX`] of them.
fn weights(node: &Node<'_>) -> Result<Vec<f64>, String> {
    let components = node.elements()?;
    if !(1..=MAX).contains(&components.len()) {
        let found = components.len();
        return node.refuse(&format!("has length {found}; this program is built for 1 to {MAX} components"));
    }
    let weights: Vec<f64> = components.iter().map(Node::number).collect::<Result<_, _>>()?;
    for (node, w) in components.iter().zip(&weights) {
        if *w < 0.0 {
            return node.refuse(&format!("is {w}, but a weight is not negative"));
        }
    }
    let sum: f64 = weights.iter().sum();
    if !((sum - 1.0).abs() <= f64::WEIGHT_TOLERANCE) {
        return node.refuse(&format!("sums to {sum}, not to 1"));
    }
    Ok(weights)
}

fn matrices(
    structure: Structure,
    node: &Node<'_>,
    components: usize,
    features: usize,
) -> Result<Vec<Vec<f64>>, String> {
    if structure == Structure::TiedFull {
        return Ok(vec![symmetric(node, features)?]);
    }
    node.exactly(components, "component")?
        .iter()
        .map(|matrix| match structure {
            Structure::Full => symmetric(matrix, features),
            Structure::Diagonal => matrix.numbers(features, "feature"),
            _ => Ok(vec![matrix.number()?]),
        })
        .collect()
}

/// The matrix of the lower triangle, which is what scikit-learn itself factors, after a look at the upper one.
fn symmetric(node: &Node<'_>, features: usize) -> Result<Vec<f64>, String> {
    let mut rows: Vec<Vec<f64>> = node
        .exactly(features, "feature")?
        .iter()
        .map(|row| row.numbers(features, "feature"))
        .collect::<Result<_, _>>()?;
    for i in 0..features {
        for j in 0..i {
            let scale = rows[i][i].abs().sqrt() * rows[j][j].abs().sqrt();
            let (lower, upper) = (rows[i][j], rows[j][i]);
            if (lower - upper).abs() > ASYMMETRY * scale {
                return node
                    .refuse(&format!("is not symmetric: [{i}][{j}] is {lower}, [{j}][{i}] is {upper}"));
            }
            rows[j][i] = lower;
        }
    }
    Ok(rows.concat())
}

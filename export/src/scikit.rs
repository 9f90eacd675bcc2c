//! Models that scikit-learn fitted, from the JSON of `sklearn_to_json.py`.

use crate::json::{Node, parse};
use crate::model::Made;
use crate::number::Scalar;
use crate::parameters::{Parameters, Spelling, cast};
use crate::structure::Structure;

/// Eight roundings of a model that was fitted in `float32` may be between a covariance and its transpose.
const SPELLING: Spelling = Spelling {
    suffix: "_",
    structures: &[Structure::Full, Structure::Tied, Structure::Diag, Structure::Spherical],
    asymmetry: 1e-6,
};

const MIXTURES: [&str; 2] = ["GaussianMixture", "BayesianGaussianMixture"];

/// z = (x − mean) / scale, by a step of this class.
struct Scaling {
    class: String,
    mean: Vec<f64>,
    scale: Vec<f64>,
}

/// The model of raw samples.
pub fn export(text: &str, scalar: Scalar) -> Result<Made, String> {
    let value = parse(text)?;
    let file = Node::root(&value);
    let version = file.field("sklearn")?.text()?;
    let steps = file.field("steps")?;
    let elements = steps.elements()?;
    let Some((last, before)) = elements.split_last() else {
        return steps.refuse("is empty");
    };
    let class = last.field("class")?.text()?;
    if !MIXTURES.contains(&class) {
        return refuse_class(last);
    }
    let mut parameters = Parameters::read(last, &SPELLING)?;
    let features = parameters.means[0].len();
    let scalings: Vec<Scaling> =
        before.iter().map(|step| scaling(step, features)).collect::<Result<_, _>>()?;

    let mut notes = Vec::new();
    if class == MIXTURES[1] {
        notes.push(
            "scikit-learn scores it by expectations over its posterior, this file by its densities".into(),
        );
    }
    // Balls in scaled units are ellipsoids in raw ones.
    let uniform = |scaling: &Scaling| scaling.scale.iter().all(|s| *s == scaling.scale[0]);
    if parameters.structure == Structure::Spherical && !scalings.iter().all(uniform) {
        parameters.structure = Structure::Diag;
        parameters.covariances.iter_mut().for_each(|variances| *variances = vec![variances[0]; features]);
        notes.push("spherical in scaled units; as the units differ, diagonal in the raw ones".into());
    }

    let mut model = parameters.model(&SPELLING)?;
    // The scaling that a sample meets last is the first to be undone.
    for scaling in scalings.iter().rev() {
        model = model
            .affine(&scaling.scale, &scaling.mean)
            .map_err(|invalid| parameters.explain(invalid, &SPELLING))?;
    }
    let scalers: Vec<&str> = scalings.iter().map(|scaling| &*scaling.class).chain([class]).collect();
    let folded =
        if scalings.is_empty() { "" } else { ", the scaling folded in: samples are scored as they come" };
    let origin = format!("scikit-learn {}: {}{folded}", version.escape_debug(), scalers.join(", "));
    Ok(Made { model: cast(model, scalar)?, origin, notes })
}

/// What a step does to each feature by itself.
fn scaling(step: &Node<'_>, features: usize) -> Result<Scaling, String> {
    let class = step.field("class")?.text()?.to_owned();
    let numbers = |name: &str| step.field(name)?.numbers(features, "feature");
    let flag = |name: &str| step.field(name)?.boolean();
    if let Some(clip) = step.optional("clip")
        && clip.boolean()?
    {
        return clip.refuse("is true: what a scaler clips, no mixture of the raw samples knows");
    }
    let (mut mean, mut scale) = (vec![0.0; features], vec![1.0; features]);
    // Whether z = x · scale + mean instead.
    let mut multiplies = false;
    match &*class {
        // A scaler without mean has a `mean_` all the same, but does not subtract it.
        "StandardScaler" => {
            if flag("with_mean")? {
                mean = numbers("mean_")?;
            }
            if flag("with_std")? {
                scale = numbers("scale_")?;
            }
        }
        "RobustScaler" => {
            if flag("with_centering")? {
                mean = numbers("center_")?;
            }
            if flag("with_scaling")? {
                scale = numbers("scale_")?;
            }
        }
        "MaxAbsScaler" => scale = numbers("scale_")?,
        "MinMaxScaler" => (mean, scale, multiplies) = (numbers("min_")?, numbers("scale_")?, true),
        _ => return refuse_class(step),
    }
    for (j, s) in scale.iter_mut().enumerate() {
        if !(*s > 0.0) {
            return step.field("scale_")?.elements()?[j].refuse(&format!("is {s}, but a scale is positive"));
        }
        if multiplies {
            (mean[j], *s) = (-mean[j] / *s, 1.0 / *s);
        }
    }
    Ok(Scaling { class, mean, scale })
}

/// A step that is no scaling of features, or no mixture where one should be.
fn refuse_class<T>(step: &Node<'_>) -> Result<T, String> {
    let node = step.field("class")?;
    let class = node.text()?;
    let reason = match class {
        "PCA" | "IncrementalPCA" | "KernelPCA" | "TruncatedSVD" | "FastICA" | "FactorAnalysis" => {
            "it mixes features, and often drops some: what is left has no density over the raw ones"
        }
        "Normalizer" => "it divides each sample by its own norm, which scales no feature by a constant",
        "PowerTransformer" | "QuantileTransformer" | "SplineTransformer" | "KBinsDiscretizer" => {
            "it bends features, so that the mixture of the raw ones is none of Gaussians"
        }
        _ => "",
    };
    let known = "StandardScaler, MinMaxScaler, MaxAbsScaler and RobustScaler can be folded into a GaussianMixture or BayesianGaussianMixture at the end";
    let reason = if reason.is_empty() { known.to_owned() } else { format!("{reason}; {known}") };
    node.refuse(&format!("is {}: {reason}", class.escape_debug()))
}

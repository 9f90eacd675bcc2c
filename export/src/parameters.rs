//! Weights, means and covariances as scikit-learn names and shapes them, checked.

use crate::json::Node;
use crate::model::{Invalid, Model};
use crate::number::Scalar;
use crate::structure::{Shape, Structure};

/// The parameters of a mixture: D features, K components.
pub struct Parameters {
    pub structure: Structure,
    pub weights: Vec<f64>,
    pub means: Vec<Vec<f64>>,
    /// One for each component, or one for all: a full matrix by rows.
    pub covariances: Vec<Vec<f64>>,
}

/// How a kind of file spells the parameters.
pub struct Spelling {
    /// What follows on `weights`, `means` and `covariances`.
    pub suffix: &'static str,
    pub structures: &'static [Structure],
    /// How far a covariance may differ from its transpose, in units of its two standard deviations.
    pub asymmetry: f64,
}

impl Parameters {
    pub fn read(node: &Node<'_>, spelling: &Spelling) -> Result<Self, String> {
        let field = |name: &str| node.field(&format!("{name}{}", spelling.suffix));
        let structure = covariance_type(&node.field("covariance_type")?, spelling.structures)?;
        let weights = weights(&field("weights")?)?;
        let rows = field("means")?.exactly(weights.len(), "component")?;
        let features = rows[0].elements()?.len();
        if features == 0 {
            return rows[0].refuse("is empty");
        }
        let means = rows.iter().map(|row| row.numbers(features, "feature")).collect::<Result<_, _>>()?;
        let matrix = |node: &Node<'_>| match structure.shape() {
            Shape::Full => symmetric(node, features, spelling.asymmetry),
            Shape::Diagonal => node.numbers(features, "feature"),
            Shape::Spherical => Ok(vec![node.number()?]),
        };
        let node = field("covariances")?;
        let covariances = if structure.is_tied() {
            vec![matrix(&node)?]
        } else {
            node.exactly(weights.len(), "component")?.iter().map(matrix).collect::<Result<_, _>>()?
        };
        Ok(Self { structure, weights, means, covariances })
    }

    /// The model in `f64`. By rows or by columns is the same: a matrix is symmetric.
    pub fn model(&self, spelling: &Spelling) -> Result<Model, String> {
        Model::new(self.structure, &self.weights, &self.means, &self.covariances)
            .map_err(|invalid| self.explain(invalid, spelling))
    }

    /// What `invalid` says of these parameters.
    pub fn explain(&self, invalid: Invalid, spelling: &Spelling) -> String {
        let suffix = spelling.suffix;
        match invalid {
            Invalid::Weight(k) => format!("weights{suffix}[{k}] is out of range"),
            Invalid::Sum => format!("weights{suffix} sums to {}, not to 1", self.weights.iter().sum::<f64>()),
            Invalid::Mean(k) => format!("means{suffix}[{k}] is out of range"),
            Invalid::Covariance(_) if self.structure.is_tied() => {
                format!("covariances{suffix} is not positive definite")
            }
            Invalid::Covariance(k) => format!("covariances{suffix}[{k}] is not positive definite"),
            Invalid::Offset(k) => format!("the offset of component {k} is out of range"),
        }
    }
}

/// `model` in the type that is written.
pub fn cast(model: Model, scalar: Scalar) -> Result<Model, String> {
    model.cast(scalar).map_err(|invalid| {
        let (what, k) = match invalid {
            Invalid::Mean(k) => ("mean", k),
            Invalid::Covariance(k) => ("covariance", k),
            Invalid::Weight(k) | Invalid::Offset(k) => ("weight", k),
            Invalid::Sum => return "weights do not sum to 1 with the digits of f64; give --type f32".into(),
        };
        format!("the {what} of component {k} is out of range for f32; --type f64 has more")
    })
}

fn covariance_type(node: &Node<'_>, known: &[Structure]) -> Result<Structure, String> {
    let name = node.text()?;
    let structure = Structure::from_name(name).filter(|structure| known.contains(structure));
    structure.map_or_else(
        || {
            let known: Vec<&str> = known.iter().map(|structure| structure.name()).collect();
            node.refuse(&format!("is '{}', not one of {}", name.escape_debug(), known.join(", ")))
        },
        Ok,
    )
}

fn weights(node: &Node<'_>) -> Result<Vec<f64>, String> {
    let components = node.elements()?;
    if components.is_empty() {
        return node.refuse("is empty");
    }
    let weights: Vec<f64> = components.iter().map(Node::number).collect::<Result<_, _>>()?;
    for (node, w) in components.iter().zip(&weights) {
        if *w < 0.0 {
            return node.refuse(&format!("is {w}, but a weight is not negative"));
        }
    }
    Ok(weights)
}

/// The matrix of the lower triangle, which is what is factored, after a look at the upper one.
fn symmetric(node: &Node<'_>, features: usize, asymmetry: f64) -> Result<Vec<f64>, String> {
    let mut rows: Vec<Vec<f64>> = node
        .exactly(features, "feature")?
        .iter()
        .map(|row| row.numbers(features, "feature"))
        .collect::<Result<_, _>>()?;
    for i in 0..features {
        for j in 0..i {
            let scale = rows[i][i].abs().sqrt() * rows[j][j].abs().sqrt();
            let (lower, upper) = (rows[i][j], rows[j][i]);
            if (lower - upper).abs() > asymmetry * scale {
                return node
                    .refuse(&format!("is not symmetric: [{i}][{j}] is {lower}, [{j}][{i}] is {upper}"));
            }
            rows[j][i] = lower;
        }
    }
    Ok(rows.concat())
}

//! Models in the JSON that gaussmix's feature `serde` writes, or a person.

use crate::json::{Node, parse};
use crate::model::{Invalid, Made, Model};
use crate::number::{Number, Scalar};
use crate::parameters::{Parameters, Spelling, cast};
use crate::structure::{Shape, Structure};

/// As `Gmm::new` takes covariances.
const SPELLING: Spelling =
    Spelling { suffix: "", structures: &Structure::ALL, asymmetry: 64.0 * f64::EPSILON };

/// The version of the bits.
const VERSION: f64 = 2.0;

/// How far a number may be from the bits, as a share of itself. In `f32` ε is more, and counts.
const AGREEMENT: f64 = 1e-12;

/// The model of the bits if there are any, otherwise of the numbers.
pub fn export(text: &str, scalar: Scalar) -> Result<Made, String> {
    let value = parse(text)?;
    let file = Node::root(&value);
    if let Some(version) = file.optional("version")
        && version.number()? != VERSION
    {
        return version.refuse(&format!("should be {VERSION}"));
    }
    if let Some(noise) = file.optional("noise") {
        return noise.refuse("is there, but a model with a noise slot cannot be written as Rust yet");
    }
    let parameters = Parameters::read(&file, &SPELLING)?;
    let structure = parameters.structure;
    let model = match file.optional("bits") {
        Some(bits) => exact(&file, &bits, &parameters)?,
        None if structure.is_coupled() => {
            let reason = "which only the `bits` of a model that gaussmix wrote can bring";
            return file.field("covariance_type")?.refuse(&format!("is {}, {reason}", structure.name()));
        }
        None => parameters.model(&SPELLING)?,
    };
    if structure.is_coupled() && model.scalar == Scalar::F32 && scalar == Scalar::F64 {
        return Err(format!("{} in f32 is not exact enough for f64; give --type f32", structure.name()));
    }
    let (d, k) = (model.features(), model.components());
    let origin = format!("{k} components over {d} features, in {}", model.scalar.name());
    Ok(Made { model: cast(model, scalar)?, origin, notes: Vec::new() })
}

/// The model of the bits: all numbers in the order weights, offsets, means, factors, as hexadecimal digits.
fn exact(file: &Node<'_>, bits: &Node<'_>, parameters: &Parameters) -> Result<Model, String> {
    let node = file.field("scalar")?;
    let scalar = match node.text()? {
        "f32" => Scalar::F32,
        "f64" => Scalar::F64,
        other => return node.refuse(&format!("is '{}', not f32 or f64", other.escape_debug())),
    };
    let structure = parameters.structure;
    let (k, d, matrices) =
        (parameters.weights.len(), parameters.means[0].len(), parameters.covariances.len());
    let stored = match structure.shape() {
        Shape::Full => d * (d + 1) / 2,
        shape => shape.len(d),
    };
    let numbers = numbers(bits, scalar, k * (2 + d) + matrices * stored)?;
    let (weights, rest) = numbers.split_at(k);
    let (offsets, rest) = rest.split_at(k);
    let (means, factors) = rest.split_at(k * d);
    let model = Model {
        scalar,
        structure,
        weights: weights.to_vec(),
        offsets: offsets.to_vec(),
        means: means.chunks(d).map(<[f64]>::to_vec).collect(),
        factors: factors.chunks(stored).map(|numbers| spread(structure.shape(), numbers, d)).collect(),
    };
    model.validate().map_err(|invalid| match invalid {
        Invalid::Offset(k) => {
            format!("bits: the offset of component {k} is not that of its weight and covariance")
        }
        other => format!("bits: {}", parameters.explain(other, &SPELLING)),
    })?;
    agree(parameters, &model)?;
    Ok(model)
}

/// So many numbers of hexadecimal digits.
fn numbers(node: &Node<'_>, scalar: Scalar, count: usize) -> Result<Vec<f64>, String> {
    let (text, digits) = (node.text()?, 2 * scalar.bytes());
    if text.len() != digits * count {
        return node.refuse(&format!("has length {}, not {}", text.len(), digits * count));
    }
    let number = |digits: &[u8]| {
        let bits =
            digits.iter().try_fold(0, |bits, d| Some(bits << 4 | u64::from(char::from(*d).to_digit(16)?)))?;
        Some(match scalar {
            Scalar::F32 => f32::from_bits(bits as u32).into(),
            Scalar::F64 => f64::from_bits(bits),
        })
    };
    let numbers: Option<Vec<f64>> = text.as_bytes().chunks(digits).map(number).collect();
    numbers.map_or_else(|| node.refuse("should be hexadecimal digits"), Ok)
}

/// The columns of a lower triangle, with zeros above it; other shapes as they are.
fn spread(shape: Shape, numbers: &[f64], d: usize) -> Vec<f64> {
    if shape != Shape::Full {
        return numbers.to_vec();
    }
    let (mut columns, mut rest) = (vec![0.0; d * d], numbers);
    for (j, column) in columns.chunks_mut(d).enumerate() {
        let (below, others) = rest.split_at(d - j);
        column[j..].copy_from_slice(below);
        rest = others;
    }
    columns
}

/// Refuses numbers that are not those of the bits.
fn agree(parameters: &Parameters, model: &Model) -> Result<(), String> {
    let slack = match model.scalar {
        Scalar::F32 => f32::EPSILON.widen(),
        Scalar::F64 => AGREEMENT,
    };
    let near = |stated: f64, exact: f64, scale: f64, place: &dyn Fn() -> String| {
        // A number in a text may have the digits of an f32 only.
        let stated = model.scalar.round(stated);
        if (stated - exact).abs() <= slack * scale.abs() {
            return Ok(());
        }
        Err(format!("{} is {stated}, but `bits` say {exact}; without `bits` the numbers count", place()))
    };
    for (k, (stated, exact)) in parameters.weights.iter().zip(&model.weights).enumerate() {
        near(*stated, *exact, *exact, &|| format!("weights[{k}]"))?;
    }
    for (k, (stated, exact)) in parameters.means.iter().zip(&model.means).enumerate() {
        for (j, (stated, exact)) in stated.iter().zip(exact).enumerate() {
            near(*stated, *exact, *exact, &|| format!("means[{k}][{j}]"))?;
        }
    }
    let (shape, d) = (model.structure.shape(), model.features());
    for (k, (stated, exact)) in parameters.covariances.iter().zip(&model.covariances()).enumerate() {
        for (at, (stated, due)) in stated.iter().zip(exact).enumerate() {
            let (scale, place) = match shape {
                Shape::Full => {
                    let (i, j) = (at / d, at % d);
                    (exact[i * d + i].sqrt() * exact[j * d + j].sqrt(), format!("[{i}][{j}]"))
                }
                Shape::Diagonal => (*due, format!("[{at}]")),
                Shape::Spherical => (*due, String::new()),
            };
            let component = if model.structure.is_tied() { String::new() } else { format!("[{k}]") };
            near(*stated, *due, scale, &|| format!("covariances{component}{place}"))?;
        }
    }
    Ok(())
}

//! Models as JSON files: what the library's feature `serde` makes of a [`Gmm`].
//!
//! Here a model has room for `MAX_K` components, a file holds those that are used. Code for every number of components
//! would take minutes to compile, so the slots are chosen in the JSON, where their number is no type.

use gaussmix::{Covariance, Error, Gmm};
use serde_json::{Map, Value};

use crate::args::{MAX_D, MAX_K};
use crate::model::{Model, Placed};
use crate::sizes::{self, Work};
use crate::structure::Structure;

/// The slots of `order`, in that order.
pub(crate) fn write<const D: usize, C: Covariance>(
    gmm: &Gmm<f64, D, MAX_K, C>,
    order: &[usize],
) -> Result<String, String> {
    let of_all = serde_json::to_value(gmm).map_err(|error| error.to_string())?;
    let file = with_slots(&of_all, MAX_K, order).ok_or("the model has an unknown form")?;
    let line = |name: &&str| file.get(*name).map(|value| format!("  \"{name}\": {value}"));
    let names = ["version", "covariance_type", WEIGHTS, MEANS, COVARIANCES, "scalar", BITS];
    Ok(format!("{{\n{}\n}}", names.iter().filter_map(line).collect::<Vec<_>>().join(",\n")))
}

const WEIGHTS: &str = "weights";
const MEANS: &str = "means";
const COVARIANCES: &str = "covariances";
const BITS: &str = "bits";

/// The same model with other slots than its `k`: place i has what slot `slots[i]` has. A place of `FREE` is dead. None
/// if the model does not have the form that `gaussmix::persist` describes.
fn with_slots(model: &Value, k: usize, slots: &[usize]) -> Option<Map<String, Value>> {
    let mut model = model.as_object()?.clone();
    let shares_one = model.get("covariance_type")?.as_str()?.starts_with("tied");
    let d = model.get(MEANS)?[0].as_array()?.len();
    // What a dead slot has besides its weight is that of some other.
    let filled: Vec<usize> = slots.iter().map(|&slot| if slot == FREE { 0 } else { slot }).collect();
    let chosen = |numbers: &Value| {
        let numbers = numbers.as_array().filter(|numbers| numbers.len() == k)?;
        Some(filled.iter().map(|&slot| numbers[slot].clone()).collect::<Vec<Value>>())
    };
    let mut weights = chosen(model.get(WEIGHTS)?)?;
    for (weight, _) in weights.iter_mut().zip(slots).filter(|(_, slot)| **slot == FREE) {
        *weight = 0.0.into();
    }
    let means = chosen(model.get(MEANS)?)?;
    if !shares_one {
        let covariances = chosen(model.get(COVARIANCES)?)?;
        model.insert(COVARIANCES.into(), covariances.into());
    }
    model.insert(WEIGHTS.into(), weights.into());
    model.insert(MEANS.into(), means.into());
    if let Some(bits) = model.get(BITS) {
        let bits = bits_of(bits.as_str()?, [k, d], shares_one, slots, &filled)?;
        model.insert(BITS.into(), bits.into());
    }
    Some(model)
}

/// A slot that is not used.
const FREE: usize = usize::MAX;

/// Bits of a `f64` as digits.
const DIGITS: usize = 16;

/// The bits of the slots: weights, offsets, means, factors.
fn bits_of(
    bits: &str,
    [k, d]: [usize; 2],
    shares_one: bool,
    slots: &[usize],
    filled: &[usize],
) -> Option<String> {
    let (weights, rest) = bits.split_at_checked(k * DIGITS)?;
    let (offsets, rest) = rest.split_at_checked(k * DIGITS)?;
    let (means, factors) = rest.split_at_checked(k * d * DIGITS)?;
    let part = |part: &str, slot: usize| {
        let width = part.len() / k;
        part.get(slot * width..(slot + 1) * width).map(str::to_owned)
    };
    let mut new = String::new();
    for (numbers, dead) in [(weights, 0.0_f64), (offsets, f64::NEG_INFINITY)] {
        for &slot in slots {
            new += &if slot == FREE { format!("{:016x}", dead.to_bits()) } else { part(numbers, slot)? };
        }
    }
    for &slot in filled {
        new += &part(means, slot)?;
    }
    if shares_one {
        return Some(new + factors);
    }
    if factors.len() % (k * DIGITS) != 0 {
        return None;
    }
    for &slot in filled {
        new += &part(factors, slot)?;
    }
    Some(new)
}

/// A model that was read.
pub(crate) struct Read {
    pub(crate) structure: Structure,
    pub(crate) k: usize,
    pub(crate) model: Box<dyn Model>,
}

/// Reads a model over this many features.
pub(crate) fn read(text: &str, features: usize) -> Result<Read, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let name = value["covariance_type"].as_str().ok_or("it has no `covariance_type`")?;
    let structure = Structure::ALL.iter().copied().find(|s| type_name(*s) == name);
    let structure =
        structure.ok_or_else(|| format!("there is no code for the structure `{name}` in this build"))?;
    let k = value[WEIGHTS].as_array().ok_or("it has no array `weights`")?.len();
    let held = value[MEANS][0].as_array().ok_or("it has no matrix `means`")?.len();
    if !(1..=MAX_K).contains(&k) || held != features {
        return Err(format!(
            "it holds {held} features, {k} components; expected {features}, as the table has, and 1 to {MAX_K}"
        ));
    }
    debug_assert!(features <= MAX_D);
    let slots: Vec<usize> = (0..MAX_K).map(|slot| if slot < k { slot } else { FREE }).collect();
    let roomy = with_slots(&value, k, &slots)
        .ok_or_else(|| format!("`means`, `covariances` or `bits` are not those of {k} components"))?;
    let model = sizes::run(features, structure, Reading { roomy: roomy.into(), k })
        .map_err(|error| error.to_string())??;
    Ok(Read { structure, k, model })
}

/// The structure's name in files.
fn type_name(structure: Structure) -> String {
    match structure {
        Structure::Diagonal => "diag".into(),
        Structure::TiedDiagonal => "tied_diag".into(),
        Structure::TiedSpherical => "tied_spherical".into(),
        Structure::Full | Structure::TiedFull | Structure::Spherical => structure.flag().into(),
        #[cfg(feature = "wide-tables")]
        other => other.name().into(),
    }
}

struct Reading {
    roomy: Value,
    k: usize,
}

impl Work for Reading {
    type Output = Result<Box<dyn Model>, String>;

    fn run<const D: usize, C: Covariance>(self) -> Result<Self::Output, Error> {
        let read = serde_json::from_value::<Gmm<f64, D, MAX_K, C>>(self.roomy);
        Ok(read.map(|gmm| Box::new(Placed::new(gmm, self.k)) as _).map_err(|error| error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gaussmix::nalgebra::SMatrix;
    use gaussmix::{Diagonal, Full, Spherical, Tied};

    /// Slots 2 and 0 of a model with room for twelve are, bit for bit, the model of two; which comes back.
    fn slots_are_those_of_a_small_model<C: Covariance>(matrices: [[[f64; 2]; 2]; 3]) {
        let weights = std::array::from_fn(|k| [0.3, 0.0, 0.7].get(k).copied().unwrap_or(0.0));
        let means: [[f64; 2]; MAX_K] = std::array::from_fn(|k| [k as f64 + 0.1, -1.0 / (k + 1) as f64]);
        let first: [f64; MAX_K] = std::array::from_fn(|k| if k == 0 { 1.0 } else { 0.0 });
        let all = std::array::from_fn(|k| SMatrix::from(matrices[k.min(2)]));
        let covariances = C::from_matrices(&first, &all).expect("definite");
        let roomy: Gmm<f64, 2, MAX_K, C> = Gmm::new(weights, means, covariances).expect("a model");
        let covariances = C::from_matrices(&[0.0, 1.0], &[all[2], all[0]]).expect("definite");
        let small: Gmm<f64, 2, 2, C> =
            Gmm::new([0.7, 0.3], [means[2], means[0]], covariances).expect("a model");

        let text = write(&roomy, &[2, 0]).expect("JSON");
        assert!(text.starts_with("{\n  \"version\": 2,\n  \"covariance_type\": "), "{text}");
        assert_eq!(serde_json::from_str::<Gmm<f64, 2, 2, C>>(&text).expect("a model"), small);

        let read = read(&text, 2).expect("the same model");
        assert_eq!(read.k, 2);
        let score = read.model.score(&[1.5, 0.25]).expect("finite");
        let posterior = small.posterior([1.5, 0.25]).expect("finite");
        assert_eq!(score.log_density.to_bits(), posterior.log_density.to_bits());
        // In the order of the means, by the first feature.
        assert_eq!(score.responsibilities, [posterior.responsibilities[1], posterior.responsibilities[0]]);
    }

    #[test]
    fn slots_are_those_of_a_small_model_of_every_kind() {
        let round = [[2.0, 0.0], [0.0, 2.0]];
        let oval = [[2.0, 0.5], [0.5, 1.0]];
        slots_are_those_of_a_small_model::<Full>([oval, round, [[1.0, -0.25], [-0.25, 3.0]]]);
        slots_are_those_of_a_small_model::<Tied<Full>>([oval; 3]);
        slots_are_those_of_a_small_model::<Diagonal>([round, round, [[1.0, 0.0], [0.0, 3.0]]]);
        slots_are_those_of_a_small_model::<Tied<Diagonal>>([[[1.0, 0.0], [0.0, 3.0]]; 3]);
        slots_are_those_of_a_small_model::<Spherical>([round, round, [[3.0, 0.0], [0.0, 3.0]]]);
        slots_are_those_of_a_small_model::<Tied<Spherical>>([round; 3]);
        #[cfg(feature = "wide-tables")]
        slots_are_those_of_a_small_model::<gaussmix::covariance::Eev>([oval; 3]);
    }

    #[test]
    fn what_a_person_wrote_is_read_and_what_does_not_fit_is_named() {
        let hand = r#"{"covariance_type": "diag", "weights": [0.25, 0.75], "means": [[1.5, 80], [4.25, 54]],
            "covariances": [[0.0625, 36], [0.25, 25]]}"#;
        let read = |text: &str| read(text, 2);
        assert_eq!(read(hand).map(|read| (read.k, read.structure)), Ok((2, Structure::Diagonal)));
        let refusal = |text: &str| read(text).err().unwrap_or_default();
        assert!(refusal("{").contains("line 1"));
        assert!(refusal(&hand.replace("\"diag\"", "\"round\"")).contains("`round`"));
        assert!(refusal(&hand.replace("[0.25, 0.75]", "[0.25, 0.5]")).contains("weights"));
        assert!(refusal(&hand.replace("[0.25, 0.75]", "[1]")).contains("not those of 1 components"));
        assert!(refusal(&hand.replace(", [0.25, 25]", "")).contains("not those of 2 components"));
        assert!(refusal(&hand.replace("[0.25, 25]", "[0.25, -25]")).contains("positive"));
        assert!(refusal(&hand.replace("[4.25, 54]", "[4.25, 54, 1]")).contains("means[1]"));
    }
}

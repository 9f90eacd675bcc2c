//! Models as JSON files: what the library's feature `serde` makes of a [`Gmm`].

use gaussmix::select::{VisitSize, visit_size};
use gaussmix::{Covariance, Error, Gmm};
use serde_json::Value;

use crate::args::{MAX_D, MAX_K};
use crate::model::{Model, Placed};
use crate::sizes::{self, Work};
use crate::structure::Structure;

/// The slots of `order`, in that order.
pub(crate) fn write<const D: usize, C: Covariance>(
    gmm: &Gmm<f64, D, MAX_K, C>,
    order: &[usize],
) -> Result<String, String> {
    visit_size::<MAX_K, _>(order.len(), Writing { gmm, order }).unwrap_or(Err(NO_SUCH_NUMBER.into()))
}

const NO_SUCH_NUMBER: &str = "no such number of components";

struct Writing<'a, const D: usize, C: Covariance> {
    gmm: &'a Gmm<f64, D, MAX_K, C>,
    order: &'a [usize],
}

impl<const D: usize, C: Covariance> VisitSize for Writing<'_, D, C> {
    type Output = Result<String, String>;

    fn visit<const K: usize>(self) -> Self::Output {
        let gmm: Gmm<f64, D, K, C> = resized(self.gmm, |k| self.order.get(k).copied());
        serde_json::to_string_pretty(&gmm).map_err(|error| error.to_string())
    }
}

/// A model with room for `TO` components: in place k that of slot `from(k)`, or none.
fn resized<const D: usize, const FROM: usize, const TO: usize, C: Covariance>(
    gmm: &Gmm<f64, D, FROM, C>,
    from: impl Fn(usize) -> Option<usize>,
) -> Gmm<f64, D, TO, C> {
    let blank: Gmm<f64, D, TO, C> = Gmm::unfitted();
    let mut factors = *blank.factors();
    let own = gmm.factors().as_ref();
    for (k, factor) in factors.as_mut().iter_mut().enumerate() {
        // If components share a factor, there is one, whatever the order.
        if let Some(k) = from(if own.len() == 1 { 0 } else { k }) {
            *factor = own[k.min(own.len() - 1)];
        }
    }
    Gmm::from_parts(
        std::array::from_fn(|k| from(k).map_or(0.0, |k| gmm.weights()[k])),
        std::array::from_fn(|k| from(k).map_or(f64::NEG_INFINITY, |k| gmm.offsets()[k])),
        std::array::from_fn(|k| from(k).map_or([0.0; D], |k| gmm.means()[k])),
        factors,
    )
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
    let k = value["weights"].as_array().ok_or("it has no array `weights`")?.len();
    let held = value["means"][0].as_array().ok_or("it has no matrix `means`")?.len();
    if !(1..=MAX_K).contains(&k) || held != features {
        return Err(format!(
            "it holds {held} features, {k} components; expected {features}, as the table has, and 1 to {MAX_K}"
        ));
    }
    debug_assert!(features <= MAX_D);
    let model = sizes::run(features, structure, Reading { text, k }).map_err(|error| error.to_string())??;
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

struct Reading<'a> {
    text: &'a str,
    k: usize,
}

impl Work for Reading<'_> {
    type Output = Result<Box<dyn Model>, String>;

    fn run<const D: usize, C: Covariance>(self) -> Result<Self::Output, Error> {
        let read = visit_size::<MAX_K, _>(self.k, ReadingOf::<D, C>(self.text, std::marker::PhantomData));
        Ok(read.unwrap_or(Err(NO_SUCH_NUMBER.into())).map(|gmm| Box::new(Placed::new(gmm, self.k)) as _))
    }
}

struct ReadingOf<'a, const D: usize, C: Covariance>(&'a str, std::marker::PhantomData<C>);

impl<const D: usize, C: Covariance> VisitSize for ReadingOf<'_, D, C> {
    type Output = Result<Gmm<f64, D, MAX_K, C>, String>;

    fn visit<const K: usize>(self) -> Self::Output {
        let gmm: Gmm<f64, D, K, C> = serde_json::from_str(self.0).map_err(|error| error.to_string())?;
        Ok(resized(&gmm, |k| (k < K).then_some(k)))
    }
}

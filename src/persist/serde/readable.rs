//! A model in a format that people read: parameters by scikit-learn's names and in its shapes, the exact bits beside.

use core::cell::RefCell;
use core::fmt;

use ::serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use ::serde::ser::{SerializeStruct, Serializer};

use super::arrays::{At, Found, Lengths, Read, Written};
use super::bits::{Digits, FromDigits, due};
use super::deserialize::{CodeOf, refuse, wrong_sizes};
use super::noise::{NoiseRead, NoiseWritten};
use super::{NOISE, Names, SCALARS, STRUCTURES, name_of};
use crate::covariance::{Constant, Covariance, Extra, MatrixOf, Noise, Shape};
use crate::model::Gmm;
use crate::persist::PersistError;
use crate::persist::format::VERSION;
use crate::persist::value::Value;
use crate::real::Real;

const FIELDS: &[&str] =
    &["version", "covariance_type", "weights", "means", "covariances", "noise", "scalar", "bits"];

/// How far a number may be from the bits, as a share of itself. In `f32` ε is more than that, and counts.
const AGREEMENT: f64 = 1e-12;

/// How `covariances` are nested: K matrices, or one without an array around it. A matrix is its rows, its diagonal, or
/// a number.
const fn lengths<C: Covariance>(features: usize, components: usize) -> Lengths {
    match (C::SHARED, <C::Shape as Shape>::CODE) {
        (true, 1) => Lengths::of([features, features, 0], 2),
        (true, 2) => Lengths::of([features, 0, 0], 1),
        (true, _) => Lengths::of([0; 3], 0),
        (false, 1) => Lengths::of([components, features, features], 3),
        (false, 2) => Lengths::of([components, features, 0], 2),
        (false, _) => Lengths::of([components, 0, 0], 1),
    }
}

/// The number at a place of `covariances`.
fn number<T: Real, const D: usize, C: Covariance>(
    matrices: &mut [MatrixOf<T, D, C>],
    [a, b, c]: At,
) -> Option<&mut T> {
    let (slot, i, j) = if C::SHARED { (0, a, b) } else { (a, b, c) };
    C::Shape::at::<T, D>(matrices.get_mut(slot)?, i, j)
}

pub(super) fn serialize<T: Real, const D: usize, const K: usize, C: Covariance, S: Serializer>(
    gmm: &Gmm<T, D, K, C>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let layout = <Gmm<T, D, K, C> as Value>::LAYOUT;
    let weight = |[k, ..]: At| gmm.weights.get(k).copied();
    let mean = |[k, j, _]: At| gmm.means.get(k)?.get(j).copied();
    let covariances = RefCell::new(gmm.covariances());
    let covariance = |at| number::<T, D, C>(covariances.try_borrow_mut().ok()?.as_mut(), at).copied();
    let mut fields = serializer.serialize_struct("Gmm", FIELDS.len() - usize::from(!C::NOISE))?;
    fields.serialize_field("version", &VERSION)?;
    fields.serialize_field("covariance_type", name_of(STRUCTURES, layout.structure & !NOISE))?;
    fields.serialize_field("weights", &Written::new(Lengths::of([K, 0, 0], 1), &weight))?;
    fields.serialize_field("means", &Written::new(Lengths::of([K, D, 0], 2), &mean))?;
    fields.serialize_field("covariances", &Written::new(lengths::<C>(D, K), &covariance))?;
    if let Some(noise) = gmm.extra.noise() {
        fields.serialize_field("noise", &NoiseWritten(noise))?;
    }
    fields.serialize_field("scalar", name_of(SCALARS, layout.scalar))?;
    fields.serialize_field("bits", &Digits(gmm))?;
    fields.end()
}

pub(super) fn deserialize<
    'de,
    T: Real,
    const D: usize,
    const K: usize,
    C: Covariance,
    S: Deserializer<'de>,
>(
    deserializer: S,
) -> Result<Gmm<T, D, K, C>, S::Error> {
    let fields = Fields {
        is_typed: false,
        weights: ([T::ZERO; K], Found::new("weights", Lengths::of([K, 0, 0], 1))),
        means: ([[T::ZERO; D]; K], Found::new("means", Lengths::of([K, D, 0], 2))),
        covariances: (Constant::ZERO, Found::new("covariances", lengths::<C>(D, K))),
        noise: NoiseRead::NEW,
        bits: None,
    };
    deserializer.deserialize_struct("Gmm", FIELDS, fields)
}

/// What was read so far.
struct Fields<T: Real, const D: usize, const K: usize, C: Covariance> {
    /// Whether the structure was named, and is the right one.
    is_typed: bool,
    weights: ([T; K], Found),
    means: ([[T; D]; K], Found),
    covariances: (C::Covariances<T, D, K>, Found),
    noise: NoiseRead<T, D>,
    /// The model of the bits, or how many digits there were instead.
    bits: Option<Result<Gmm<T, D, K, C>, usize>>,
}

impl<'de, T: Real, const D: usize, const K: usize, C: Covariance> Visitor<'de> for Fields<T, D, K, C> {
    type Value = Gmm<T, D, K, C>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a model with covariance_type, weights, means and covariances")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let layout = <Self::Value as Value>::LAYOUT;
        while let Some(field) = map.next_key_seed(KeyOf(FIELDS))? {
            match field {
                "version" => {
                    let found = map.next_value()?;
                    if found != VERSION {
                        return Err(refuse::<Self::Value, _>(PersistError::UnknownVersion { found }));
                    }
                }
                "covariance_type" => {
                    let expected = layout.structure & !NOISE;
                    same(STRUCTURES, map.next_value_seed(CodeOf(STRUCTURES))?, expected, "")?;
                    self.is_typed = true;
                }
                "scalar" => {
                    let cure = "; without `scalar` and `bits` the numbers are converted";
                    same(SCALARS, map.next_value_seed(CodeOf(SCALARS))?, layout.scalar, cure)?;
                }
                "weights" => {
                    let (weights, found) = &mut self.weights;
                    let mut set = |[k, ..]: At, x| put(weights.get_mut(k), x);
                    map.next_value_seed(Read::new(found, &mut set))?;
                }
                "means" => {
                    let (means, found) = &mut self.means;
                    let mut set = |[k, j, _]: At, x| put(means.get_mut(k).and_then(|m| m.get_mut(j)), x);
                    map.next_value_seed(Read::new(found, &mut set))?;
                }
                "covariances" => {
                    let (matrices, found) = &mut self.covariances;
                    let mut set = |at, x| put(number::<T, D, C>(matrices.as_mut(), at), x);
                    map.next_value_seed(Read::new(found, &mut set))?;
                }
                "noise" => map.next_value_seed(&mut self.noise)?,
                "bits" => {
                    let mut gmm = Gmm::unfitted();
                    let odd = map.next_value_seed(FromDigits(&mut gmm))?;
                    self.bits = Some(odd.map_or(Ok(gmm), Err));
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.model()
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Fields<T, D, K, C> {
    /// The model, if the fields are there, have the right lengths, and agree.
    fn model<E: Error>(self) -> Result<Gmm<T, D, K, C>, E> {
        if !self.is_typed {
            return Err(E::missing_field("covariance_type"));
        }
        for found in [&self.weights.1, &self.means.1, &self.covariances.1] {
            if !found.is_read() {
                return Err(E::missing_field(found.name));
            }
        }
        let [components, features] = self.means.1.outer();
        if [components, features] != [K, D] {
            return Err(wrong_sizes(features, components, D, K));
        }
        for found in [&self.weights.1, &self.means.1, &self.covariances.1] {
            found.check()?;
        }
        self.noise.check(C::NOISE)?;
        match self.bits {
            None if C::NOISE => self.noisy(),
            None => Gmm::new(self.weights.0, self.means.0, self.covariances.0).map_err(E::custom),
            Some(Err(found)) => {
                let expected = due::<Gmm<T, D, K, C>>();
                Err(E::custom(format_args!("bits has length {found}; expected {expected}")))
            }
            Some(Ok(ref gmm)) => {
                gmm.validate().map_err(|error| E::custom(format_args!("bits: {error}")))?;
                self.agrees(gmm)?;
                Ok(gmm.clone())
            }
        }
    }

    /// The model of the decimals, with its noise.
    fn noisy<E: Error>(self) -> Result<Gmm<T, D, K, C>, E> {
        // A model that is all noise is one, but no other takes such noise.
        let mut noise = Noise::in_box(T::ZERO, self.noise.ranges).map_err(E::custom)?;
        noise.weight = self.noise.weight;
        let mut extra = <C::Extra<T, D, K> as Constant>::ZERO;
        if let Some(own) = extra.noise_mut() {
            *own = noise;
        }
        let gmm = Gmm::beside(extra, self.weights.0, self.means.0, self.covariances.0).map_err(E::custom)?;
        gmm.validate().map_err(E::custom)?;
        Ok(gmm)
    }

    /// Refuses numbers that are not those of the bits.
    fn agrees<E: Error>(&self, gmm: &Gmm<T, D, K, C>) -> Result<(), E> {
        for (k, (stated, exact)) in self.weights.0.iter().zip(&gmm.weights).enumerate() {
            near(&self.weights.1, [k, 0, 0], *stated, *exact, *exact)?;
        }
        for (k, (stated, exact)) in self.means.0.iter().zip(&gmm.means).enumerate() {
            for (j, (stated, exact)) in stated.iter().zip(exact).enumerate() {
                near(&self.means.1, [k, j, 0], *stated, *exact, *exact)?;
            }
        }
        if let Some(noise) = gmm.extra.noise() {
            let [weight, ranges] = self.noise.found();
            near(&weight, [0; 3], self.noise.weight, noise.weight, noise.weight)?;
            for (j, (stated, exact)) in self.noise.ranges.iter().zip(noise.ranges()).enumerate() {
                near(&ranges, [j, 0, 0], *stated, exact, exact)?;
            }
        }
        let (mut stated, mut exact) = (self.covariances.0, gmm.covariances());
        let full = <C::Shape as Shape>::CODE == 1;
        for slot in 0..exact.as_ref().len() {
            for (i, j) in (0..D).flat_map(|i| (0..D).map(move |j| (i, j))).filter(|(i, j)| full || i == j) {
                let at = if C::SHARED { [i, j, 0] } else { [slot, i, j] };
                let variance = |j| exact.as_ref().get(slot).map(|m| C::Shape::variance::<T, D>(m, j));
                let scale = variance(i).zip(variance(j)).map(|(a, b)| a.root() * b.root());
                let stated = number::<T, D, C>(stated.as_mut(), at).copied();
                let exact = number::<T, D, C>(exact.as_mut(), at).copied();
                if let (Some(stated), Some(exact), Some(scale)) = (stated, exact, scale) {
                    near(&self.covariances.1, at, stated, exact, scale)?;
                }
            }
        }
        Ok(())
    }
}

/// Refuses a number that is not what the bits say, for numbers of this scale.
fn near<T: Real, E: Error>(found: &Found, at: At, stated: T, exact: T, scale: T) -> Result<(), E> {
    if (stated - exact).abs() <= T::narrow(AGREEMENT).larger(T::EPSILON) * scale.abs() {
        return Ok(());
    }
    let place = found.place(at);
    Err(E::custom(format_args!(
        "{place} is {stated}, but `bits` say {exact}; without `bits` the numbers count"
    )))
}

pub(super) fn put<T: Real>(place: Option<&mut T>, number: f64) {
    if let Some(place) = place {
        *place = T::narrow(number);
    }
}

/// Refuses another structure or scalar than that of the type.
fn same<E: Error>(names: Names, found: u8, expected: u8, cure: &str) -> Result<(), E> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (name_of(names, found), name_of(names, expected));
    Err(E::custom(format_args!("holds `{found}`; expected `{expected}`{cure}")))
}

/// Reads a key: one of these names, or an empty one for any other.
pub(super) struct KeyOf(pub(super) &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for KeyOf {
    type Value = &'static str;

    fn deserialize<S: Deserializer<'de>>(self, deserializer: S) -> Result<Self::Value, S::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeyOf {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field of a model")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|field| **field == name).copied().unwrap_or_default())
    }
}

//! The noise of a model in a format that people read: its weight and the range of each feature.

use core::fmt;

use ::serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use ::serde::ser::{Serialize, SerializeStruct, Serializer};

use super::arrays::{At, Found, Lengths, Read, Written};
use crate::covariance::Noise;
use crate::real::Real;

/// `{"weight": .., "ranges": [..]}`
pub(super) struct NoiseWritten<'a, T, const D: usize>(pub(super) &'a Noise<T, D>);

impl<T: Real, const D: usize> Serialize for NoiseWritten<'_, T, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ranges = self.0.ranges();
        let mut fields = serializer.serialize_struct("Noise", 2)?;
        let weight = |_| Some(self.0.weight);
        fields.serialize_field("weight", &Written::new(Lengths::of([0; 3], 0), &weight))?;
        let range = |[j, ..]: At| ranges.get(j).copied();
        fields.serialize_field("ranges", &Written::new(Lengths::of([D, 0, 0], 1), &range))?;
        fields.end()
    }
}

/// What was read of it.
pub(super) struct NoiseRead<T, const D: usize> {
    pub(super) weight: T,
    pub(super) ranges: [T; D],
    found: Option<[Found; 2]>,
}

impl<T: Real, const D: usize> NoiseRead<T, D> {
    pub(super) const NEW: Self = Self { weight: T::ZERO, ranges: [T::ZERO; D], found: None };

    /// The places of weight and ranges.
    pub(super) fn found(&self) -> [Found; 2] {
        self.found.unwrap_or([
            Found::new("noise.weight", Lengths::of([0; 3], 0)),
            Found::new("noise.ranges", Lengths::of([D, 0, 0], 1)),
        ])
    }

    /// Refuses noise where there should be none, and the lack of it.
    pub(super) fn check<E: Error>(&self, is_due: bool) -> Result<(), E> {
        match &self.found {
            None if is_due => Err(E::missing_field("noise")),
            Some(_) if !is_due => Err(E::custom("holds `noise`; expected a structure without it")),
            None => Ok(()),
            Some(found) => found.iter().try_for_each(|found| {
                if found.is_read() { found.check() } else { Err(E::missing_field(found.name)) }
            }),
        }
    }
}

impl<'de, T: Real, const D: usize> DeserializeSeed<'de> for &mut NoiseRead<T, D> {
    type Value = ();

    fn deserialize<S: Deserializer<'de>>(self, deserializer: S) -> Result<(), S::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Real, const D: usize> Visitor<'de> for &mut NoiseRead<T, D> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("noise with weight and ranges")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let [mut weight, mut ranges] = self.found();
        while let Some(name) = map.next_key_seed(super::readable::KeyOf(&["weight", "ranges"]))? {
            match name {
                "weight" => {
                    let mut set = |_, x| self.weight = T::narrow(x);
                    map.next_value_seed(Read::new(&mut weight, &mut set))?;
                }
                "ranges" => {
                    let mut set = |[j, ..]: At, x| super::readable::put(self.ranges.get_mut(j), x);
                    map.next_value_seed(Read::new(&mut ranges, &mut set))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.found = Some([weight, ranges]);
        Ok(())
    }
}

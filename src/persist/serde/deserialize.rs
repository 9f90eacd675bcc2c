//! Deserialisation, with the checks of decoding.

use core::fmt;
use core::marker::PhantomData;

use ::serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::{ALL_STRUCTURES, FIELDS, INFINITE, KINDS, Names, SCALARS};
use crate::persist::PersistError;
use crate::persist::value::{Header, Source, Value};
use crate::real::Real;

pub(super) fn whole<'de, V: Value, S: Deserializer<'de>>(
    name: &'static str,
    deserializer: S,
) -> Result<V, S::Error> {
    let human = deserializer.is_human_readable();
    deserializer.deserialize_struct(name, FIELDS, Whole { human, of: PhantomData })
}

/// An error that says what was found, and what was expected.
pub(super) fn refuse<V: Value, E: Error>(error: PersistError) -> E {
    let layout = V::LAYOUT;
    match error {
        PersistError::WrongShape { features, components } => {
            let [features, components] = [features, components].map(usize::from);
            wrong_sizes(features, components, layout.features.into(), layout.components.into())
        }
        other => E::custom(other),
    }
}

pub(super) fn wrong_sizes<E: Error>(features: usize, components: usize, d: usize, k: usize) -> E {
    E::custom(format_args!("holds {features} features, {components} components; expected {d} and {k}"))
}

/// Reads a code of the header, or its name.
pub(super) struct CodeOf(pub(super) Names);

impl<'de> DeserializeSeed<'de> for CodeOf {
    type Value = u8;

    fn deserialize<S: Deserializer<'de>>(self, deserializer: S) -> Result<u8, S::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(self)
        } else {
            deserializer.deserialize_u8(self)
        }
    }
}

impl Visitor<'_> for CodeOf {
    type Value = u8;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of")?;
        self.0.iter().try_for_each(|(_, name)| write!(f, " `{name}`"))
    }

    fn visit_u8<E: Error>(self, code: u8) -> Result<u8, E> {
        Ok(code)
    }

    fn visit_u64<E: Error>(self, code: u64) -> Result<u8, E> {
        u8::try_from(code).map_err(|_| E::invalid_value(Unexpected::Unsigned(code), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u8, E> {
        let known = self.0.iter().find(|(_, name)| *name == text);
        known.map(|(code, _)| *code).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// Fills a value with numbers.
struct NumbersOf<'a, V> {
    value: &'a mut V,
    human: bool,
}

impl<'de, V: Value> DeserializeSeed<'de> for NumbersOf<'_, V> {
    type Value = ();

    fn deserialize<S: Deserializer<'de>>(self, deserializer: S) -> Result<(), S::Error> {
        deserializer.deserialize_tuple(V::LAYOUT.len(), self)
    }
}

impl<'de, V: Value> Visitor<'de> for NumbersOf<'_, V> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} numbers", V::LAYOUT.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<(), A::Error> {
        let mut taker = Taker { sequence, human: self.human, taken: 0, of: PhantomData::<&'de ()> };
        self.value.take(&mut taker)?;
        // Text may hold more numbers than were asked for. Binary formats state the length elsewhere, or do not mark the
        // end.
        match taker.sequence.next_element::<IgnoredAny>() {
            Ok(Some(_)) => Err(Error::invalid_length(taker.taken + 1, &"no more numbers")),
            _ => Ok(()),
        }
    }
}

struct Taker<'de, S> {
    sequence: S,
    human: bool,
    taken: usize,
    of: PhantomData<&'de ()>,
}

impl<'de, S: SeqAccess<'de>> Taker<'de, S> {
    fn next<X: DeserializeSeed<'de>>(&mut self, seed: X) -> Result<X::Value, S::Error> {
        let missing = Error::invalid_length(self.taken, &"more numbers");
        self.taken += 1;
        self.sequence.next_element_seed(seed)?.ok_or(missing)
    }
}

impl<'de, T: Real, S: SeqAccess<'de>> Source<T> for Taker<'de, S> {
    type Error = S::Error;

    fn real(&mut self) -> Result<T, S::Error> {
        match (self.human, size_of::<T>()) {
            (true, _) => self.next(AnyNumber).map(T::narrow),
            (false, 4) => self.next(PhantomData::<f32>).map(|x| T::from_raw_bits(x.to_raw_bits())),
            _ => self.next(PhantomData::<f64>).map(T::narrow),
        }
    }

    fn count(&mut self) -> Result<u64, S::Error> {
        self.next(PhantomData::<u64>)
    }

    fn small(&mut self) -> Result<u32, S::Error> {
        self.next(PhantomData::<u32>)
    }

    fn byte(&mut self) -> Result<u8, S::Error> {
        self.next(PhantomData::<u8>)
    }

    fn refuse(&self, error: crate::error::Error) -> S::Error {
        Error::custom(error)
    }
}

/// A number in a text, or minus infinity.
struct AnyNumber;

impl<'de> DeserializeSeed<'de> for AnyNumber {
    type Value = f64;

    fn deserialize<S: Deserializer<'de>>(self, deserializer: S) -> Result<f64, S::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for AnyNumber {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number or `{INFINITE}`")
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<f64, E> {
        Ok(x)
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<f64, E> {
        Ok(n as f64)
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<f64, E> {
        Ok(n as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        let infinite = (text == INFINITE).then_some(f64::NEG_INFINITY);
        infinite.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// Reads a whole value.
struct Whole<V> {
    human: bool,
    of: PhantomData<V>,
}

impl<'de, V: Value> Visitor<'de> for Whole<V> {
    type Value = V;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<V, A::Error> {
        let header = Header {
            version: fields.next_element()?.ok_or_else(|| missing(0))?,
            kind: fields.next_element_seed(CodeOf(KINDS))?.ok_or_else(|| missing(1))?,
            scalar: fields.next_element_seed(CodeOf(SCALARS))?.ok_or_else(|| missing(2))?,
            structure: fields.next_element_seed(CodeOf(ALL_STRUCTURES))?.ok_or_else(|| missing(3))?,
            features: fields.next_element()?.ok_or_else(|| missing(4))?,
            components: fields.next_element()?.ok_or_else(|| missing(5))?,
        };
        header.expect::<V>().map_err(refuse::<V, _>)?;
        let mut value = V::blank();
        let numbers = NumbersOf { value: &mut value, human: self.human };
        fields.next_element_seed(numbers)?.ok_or_else(|| missing(6))?;
        value.check().map_err(Error::custom)?;
        Ok(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<V, A::Error> {
        let (mut codes, mut sizes, mut value) = ([None; 4], [None; 2], None);
        while let Some(Field(index)) = fields.next_key()? {
            match index {
                0 => codes[0] = Some(fields.next_value()?),
                1 => codes[1] = Some(fields.next_value_seed(CodeOf(KINDS))?),
                2 => codes[2] = Some(fields.next_value_seed(CodeOf(SCALARS))?),
                3 => codes[3] = Some(fields.next_value_seed(CodeOf(ALL_STRUCTURES))?),
                4 => sizes[0] = Some(fields.next_value()?),
                5 => sizes[1] = Some(fields.next_value()?),
                _ => {
                    // The header mostly comes first. Checking it here blames the header, not a number that does not fit
                    // it.
                    header(codes, sizes)
                        .map_or(Ok(()), |h: Header| h.expect::<V>())
                        .map_err(refuse::<V, _>)?;
                    let blank = value.insert(V::blank());
                    fields.next_value_seed(NumbersOf { value: blank, human: self.human })?;
                }
            }
        }
        header(codes, sizes).map_err(missing)?.expect::<V>().map_err(refuse::<V, _>)?;
        let value = value.ok_or_else(|| missing(6))?;
        value.check().map_err(Error::custom)?;
        Ok(value)
    }
}

/// The header, or the index of a missing field.
fn header(
    [version, kind, scalar, structure]: [Option<u8>; 4],
    sizes: [Option<u16>; 2],
) -> Result<Header, usize> {
    let [features, components] = sizes;
    Ok(Header {
        version: version.ok_or(0usize)?,
        kind: kind.ok_or(1usize)?,
        scalar: scalar.ok_or(2usize)?,
        structure: structure.ok_or(3usize)?,
        features: features.ok_or(4usize)?,
        components: components.ok_or(5usize)?,
    })
}

fn missing<E: Error>(index: usize) -> E {
    E::missing_field(FIELDS.get(index).copied().unwrap_or_default())
}

/// The index in [`FIELDS`] of a key.
struct Field(usize);

impl<'de> Deserialize<'de> for Field {
    fn deserialize<S: Deserializer<'de>>(deserializer: S) -> Result<Self, S::Error> {
        struct Key;
        impl Visitor<'_> for Key {
            type Value = Field;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field of a stored value")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Field, E> {
                let index = FIELDS.iter().position(|field| *field == name);
                index.map(Field).ok_or_else(|| E::unknown_field(name, FIELDS))
            }

            fn visit_u64<E: Error>(self, index: u64) -> Result<Field, E> {
                let index = usize::try_from(index).ok().filter(|i| *i < FIELDS.len());
                index.map(Field).ok_or_else(|| E::custom("no such field"))
            }
        }
        deserializer.deserialize_identifier(Key)
    }
}

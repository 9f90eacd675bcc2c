//! Serialisation.

use ::serde::ser::{Serialize, SerializeStruct, SerializeTuple, Serializer};

use super::{ALL_STRUCTURES, FIELDS, INFINITE, KINDS, Names, SCALARS};
use crate::persist::format::VERSION;
use crate::persist::value::{Sink, Value};
use crate::real::Real;

pub(super) fn whole<V: Value, S: Serializer>(
    value: &V,
    name: &'static str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let layout = V::LAYOUT;
    let human = serializer.is_human_readable();
    let mut fields = serializer.serialize_struct(name, FIELDS.len())?;
    fields.serialize_field("version", &VERSION)?;
    fields.serialize_field("kind", &Code { code: layout.kind, names: KINDS })?;
    fields.serialize_field("scalar", &Code { code: layout.scalar, names: SCALARS })?;
    fields.serialize_field("structure", &Code { code: layout.structure, names: ALL_STRUCTURES })?;
    fields.serialize_field("features", &layout.features)?;
    fields.serialize_field("components", &layout.components)?;
    fields.serialize_field("numbers", &Numbers { value, human })?;
    fields.end()
}

/// A code of the header. Human-readable formats get its name.
struct Code {
    code: u8,
    names: Names,
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.names.iter().find(|(code, _)| *code == self.code) {
            Some((_, name)) if serializer.is_human_readable() => serializer.serialize_str(name),
            _ => serializer.serialize_u8(self.code),
        }
    }
}

/// All numbers of a value, in the order of the binary form.
struct Numbers<'a, V> {
    value: &'a V,
    human: bool,
}

impl<V: Value> Serialize for Numbers<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tuple = serializer.serialize_tuple(V::LAYOUT.len())?;
        let mut giver = Giver { tuple, human: self.human };
        self.value.give(&mut giver)?;
        giver.tuple.end()
    }
}

struct Giver<S> {
    tuple: S,
    human: bool,
}

impl<T: Real, S: SerializeTuple> Sink<T> for Giver<S> {
    type Error = S::Error;

    fn real(&mut self, x: T) -> Result<(), S::Error> {
        match (self.human, size_of::<T>()) {
            (true, _) if x == T::NEG_INFINITY => self.tuple.serialize_element(INFINITE),
            // A widened f32 is exact in any text that holds an f64 exactly.
            (false, 4) => self.tuple.serialize_element(&f32::from_raw_bits(x.to_raw_bits())),
            _ => self.tuple.serialize_element(&x.widen()),
        }
    }

    fn count(&mut self, n: u64) -> Result<(), S::Error> {
        self.tuple.serialize_element(&n)
    }

    fn small(&mut self, n: u32) -> Result<(), S::Error> {
        self.tuple.serialize_element(&n)
    }

    fn byte(&mut self, n: u8) -> Result<(), S::Error> {
        self.tuple.serialize_element(&n)
    }
}

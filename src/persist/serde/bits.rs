//! All bits of a value as text: hexadecimal digits, for numbers must come back exactly, whoever parses decimals.

use core::fmt;

use ::serde::de::{DeserializeSeed, Deserializer, Error, Visitor};
use ::serde::ser::{Serialize, Serializer};

use crate::persist::value::{Sink, Source, Value};
use crate::real::Real;

/// Digits of one number.
const fn digits<V: Value>() -> usize {
    2 * V::LAYOUT.scalar as usize
}

/// The numbers of a value, which are all of scalar type, in the order of the binary form: each as its bits, highest
/// first.
pub(super) struct Digits<'a, V>(pub(super) &'a V);

impl<V: Value> Serialize for Digits<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<V: Value> fmt::Display for Digits<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.give(&mut Writer(f))
    }
}

struct Writer<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl<T: Real> Sink<T> for Writer<'_, '_> {
    type Error = fmt::Error;

    fn real(&mut self, x: T) -> fmt::Result {
        write!(self.0, "{:0width$x}", x.to_raw_bits(), width = 2 * size_of::<T>())
    }

    fn count(&mut self, _: u64) -> fmt::Result {
        Err(fmt::Error)
    }

    fn small(&mut self, _: u32) -> fmt::Result {
        Err(fmt::Error)
    }

    fn byte(&mut self, _: u8) -> fmt::Result {
        Err(fmt::Error)
    }
}

/// Fills a value from its [`Digits`], or returns how many there are if that is not the right number.
pub(super) struct FromDigits<'a, V>(pub(super) &'a mut V);

impl<'de, V: Value> DeserializeSeed<'de> for FromDigits<'_, V> {
    type Value = Option<usize>;

    fn deserialize<S: Deserializer<'de>>(self, deserializer: S) -> Result<Option<usize>, S::Error> {
        deserializer.deserialize_str(self)
    }
}

/// How many digits a value has.
pub(super) const fn due<V: Value>() -> usize {
    V::LAYOUT.reals * digits::<V>()
}

impl<V: Value> Visitor<'_> for FromDigits<'_, V> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hexadecimal digits", due::<V>())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<usize>, E> {
        if text.len() != due::<V>() {
            return Ok(Some(text.len()));
        }
        let mut reader = Reader { rest: text };
        self.0.take(&mut reader).map_err(|NotDigits| E::custom("bits: not hexadecimal digits"))?;
        Ok(None)
    }
}

struct Reader<'a> {
    rest: &'a str,
}

struct NotDigits;

impl<T: Real> Source<T> for Reader<'_> {
    type Error = NotDigits;

    fn real(&mut self) -> Result<T, NotDigits> {
        let (number, rest) = self.rest.split_at_checked(2 * size_of::<T>()).ok_or(NotDigits)?;
        self.rest = rest;
        // A sign would pass for a digit.
        let sound = number.bytes().all(|b| b.is_ascii_hexdigit());
        let bits = u64::from_str_radix(number, 16).ok().filter(|_| sound);
        bits.map(T::from_raw_bits).ok_or(NotDigits)
    }

    fn count(&mut self) -> Result<u64, NotDigits> {
        Err(NotDigits)
    }

    fn small(&mut self) -> Result<u32, NotDigits> {
        Err(NotDigits)
    }

    fn byte(&mut self) -> Result<u8, NotDigits> {
        Err(NotDigits)
    }

    fn refuse(&self, _: crate::error::Error) -> NotDigits {
        NotDigits
    }
}

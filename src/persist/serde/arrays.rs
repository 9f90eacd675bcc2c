//! Numbers in nested arrays, without a heap.

use core::fmt;

use ::serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use ::serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::real::Real;

/// A place in nested arrays: an index for each level.
pub(super) type At = [usize; 3];

/// How arrays are nested: the length of each level, of `rank` levels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    of: At,
    rank: usize,
}

impl Lengths {
    pub(super) const fn of(of: At, rank: usize) -> Self {
        Self { of, rank }
    }

    fn at(&self, level: usize) -> usize {
        self.of.get(level).copied().unwrap_or_default()
    }
}

/// `at` with the index of one level.
fn with(mut at: At, level: usize, index: usize) -> At {
    if let Some(place) = at.get_mut(level) {
        *place = index;
    }
    at
}

/// Writes the numbers that `get` has at each place.
pub(super) struct Written<'a, G> {
    lengths: Lengths,
    level: usize,
    at: At,
    get: &'a G,
}

impl<'a, G> Written<'a, G> {
    pub(super) fn new(lengths: Lengths, get: &'a G) -> Self {
        Self { lengths, level: 0, at: [0; 3], get }
    }
}

impl<T: Real, G: Fn(At) -> Option<T>> Serialize for Written<'_, G> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { lengths, level, at, get } = *self;
        if level == lengths.rank {
            let number = get(at).unwrap_or_default();
            // An f32 in as few digits as tell it from others of its type.
            return match size_of::<T>() {
                4 => serializer.serialize_f32(f32::from_raw_bits(number.to_raw_bits())),
                _ => serializer.serialize_f64(number.widen()),
            };
        }
        let length = lengths.at(level);
        let mut elements = serializer.serialize_seq(Some(length))?;
        for index in 0..length {
            let at = with(at, level, index);
            elements.serialize_element(&Written { lengths, level: level + 1, at, get })?;
        }
        elements.end()
    }
}

/// What was read in nested arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) name: &'static str,
    lengths: Lengths,
    is_read: bool,
    /// The lengths of the first array of each level.
    first: [Option<usize>; 3],
    /// The first array that has another length than it should have.
    odd: Option<(At, usize, usize)>,
}

impl Found {
    pub(super) fn new(name: &'static str, lengths: Lengths) -> Self {
        Self { name, lengths, is_read: false, first: [None; 3], odd: None }
    }

    pub(super) fn is_read(&self) -> bool {
        self.is_read
    }

    /// How many arrays there are, and how many numbers are in the first of them.
    pub(super) fn outer(&self) -> [usize; 2] {
        let [arrays, numbers, _] = self.first.map(Option::unwrap_or_default);
        [arrays, numbers]
    }

    pub(super) fn place(&self, at: At) -> Place {
        Place { name: self.name, at, level: self.lengths.rank }
    }

    fn count(&mut self, at: At, level: usize, found: usize) {
        if let Some(first) = self.first.get_mut(level) {
            first.get_or_insert(found);
        }
        if found != self.lengths.at(level) {
            self.odd.get_or_insert((at, level, found));
        }
    }

    /// Refuses arrays of other lengths than expected.
    pub(super) fn check<E: Error>(&self) -> Result<(), E> {
        let Some((at, level, found)) = self.odd else { return Ok(()) };
        let (place, expected) = (Place { name: self.name, at, level }, self.lengths.at(level));
        Err(E::custom(format_args!("{place} has length {found}; expected {expected}")))
    }
}

/// A place as it is written: `means[1][0]`.
pub(super) struct Place {
    name: &'static str,
    at: At,
    /// How many indices it has.
    level: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.at.iter().take(self.level).try_for_each(|index| write!(f, "[{index}]"))
    }
}

/// Reads numbers and hands them to `set` with their place. Numbers beyond the lengths are counted, and dropped.
pub(super) struct Read<'a, F> {
    found: &'a mut Found,
    set: &'a mut F,
    level: usize,
    at: At,
    inside: bool,
}

impl<'a, F: FnMut(At, f64)> Read<'a, F> {
    pub(super) fn new(found: &'a mut Found, set: &'a mut F) -> Self {
        found.is_read = true;
        Self { found, set, level: 0, at: [0; 3], inside: true }
    }
}

impl<'de, F: FnMut(At, f64)> DeserializeSeed<'de> for Read<'_, F> {
    type Value = ();

    fn deserialize<S: Deserializer<'de>>(self, deserializer: S) -> Result<(), S::Error> {
        if self.level == self.found.lengths.rank {
            deserializer.deserialize_f64(self)
        } else {
            deserializer.deserialize_seq(self)
        }
    }
}

impl<'de, F: FnMut(At, f64)> Visitor<'de> for Read<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.found.lengths.rank.checked_sub(self.level) {
            None | Some(0) => "a number",
            Some(1) => "an array of numbers",
            Some(_) => "an array of arrays",
        };
        write!(f, "{what} at {}", Place { name: self.found.name, at: self.at, level: self.level })
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        if self.inside {
            (self.set)(self.at, number);
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_f64(number as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { found, set, level, at, inside } = self;
        let expected = found.lengths.at(level);
        let mut index = 0;
        while elements
            .next_element_seed(Read {
                at: with(at, level, index),
                level: level + 1,
                inside: inside && index < expected,
                found: &mut *found,
                set: &mut *set,
            })?
            .is_some()
        {
            index += 1;
        }
        found.count(at, level, index);
        Ok(())
    }
}

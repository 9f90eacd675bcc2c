//! The numbers of a value: the binary form, serde and digests share one walk over them.

use super::PersistError;
use super::format::VERSION;
use crate::covariance::{Covariance, Shape};
use crate::error::Error;
use crate::real::Real;

/// Receives the numbers of a value, in the order of the stored form.
pub trait Sink<T> {
    /// Why it cannot take a number.
    type Error;

    fn real(&mut self, x: T) -> Result<(), Self::Error>;
    fn count(&mut self, n: u64) -> Result<(), Self::Error>;
    fn small(&mut self, n: u32) -> Result<(), Self::Error>;
    fn byte(&mut self, n: u8) -> Result<(), Self::Error>;

    fn reals<'a, I: IntoIterator<Item = &'a T>>(&mut self, numbers: I) -> Result<(), Self::Error>
    where
        T: Real,
    {
        numbers.into_iter().try_for_each(|x| self.real(*x))
    }
}

/// Gives the numbers of a value back, in the same order.
pub trait Source<T> {
    /// Why it cannot give a number.
    type Error;

    fn real(&mut self) -> Result<T, Self::Error>;
    fn count(&mut self) -> Result<u64, Self::Error>;
    fn small(&mut self) -> Result<u32, Self::Error>;
    fn byte(&mut self) -> Result<u8, Self::Error>;

    /// The error for numbers that no valid value has.
    fn refuse(&self, error: Error) -> Self::Error;

    fn reals<'a, I: IntoIterator<Item = &'a mut T>>(&mut self, numbers: I) -> Result<(), Self::Error>
    where
        T: Real,
    {
        for x in numbers {
            *x = self.real()?;
        }
        Ok(())
    }
}

/// A value of fixed size that can be stored.
pub trait Value: Sized {
    /// The type of its numbers.
    type Scalar: Real;

    /// Its header and size.
    const LAYOUT: Layout;

    /// A valid value without information: an unfitted model or run, empty statistics.
    fn blank() -> Self;

    /// Makes it [`blank`](Value::blank), in place.
    fn clear(&mut self);

    /// Gives its numbers to `sink`.
    fn give<S: Sink<Self::Scalar>>(&self, sink: &mut S) -> Result<(), S::Error>;

    /// Takes its numbers from `source`, unchecked. If the source fails, the value is left partly written.
    fn take<S: Source<Self::Scalar>>(&mut self, source: &mut S) -> Result<(), S::Error>;

    /// Checks whether the crate could have made a value with these numbers.
    fn check(&self) -> Result<(), Error>;
}

/// What a run weighs beside the likelihood, as a part of the run that is stored. `()` stores nothing.
pub trait Part<T>: Sized {
    /// What a header says of a run that has it.
    const KIND: u8 = 5;
    /// Numbers of scalar type.
    const REALS: usize;
    /// Bytes: a code for each type in it.
    const BYTES: usize;

    fn blank() -> Self;
    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error>;
    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error>;
    fn check(&self) -> Result<(), Error>;
}

impl<T> Part<T> for () {
    const KIND: u8 = 3;
    const REALS: usize = 0;
    const BYTES: usize = 0;

    fn blank() -> Self {}

    fn give<S: Sink<T>>(&self, _sink: &mut S) -> Result<(), S::Error> {
        Ok(())
    }

    fn take<S: Source<T>>(&mut self, _source: &mut S) -> Result<(), S::Error> {
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl<T, A: Part<T>, B: Part<T>> Part<T> for (A, B) {
    const REALS: usize = A::REALS + B::REALS;
    const BYTES: usize = A::BYTES + B::BYTES;

    fn blank() -> Self {
        (A::blank(), B::blank())
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        self.0.give(sink)?;
        self.1.give(sink)
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        self.0.take(source)?;
        self.1.take(source)
    }

    fn check(&self) -> Result<(), Error> {
        self.0.check()?;
        self.1.check()
    }
}

/// Which type a value is, and how many numbers it has.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// 1 model, 2 statistics, 3 online, 4 average, 5 online with a regularizer, 6 novelty, 7 life cycle, 8 detector
    pub kind: u8,
    /// The structure's code.
    pub structure: u8,
    /// Bytes of a scalar.
    pub scalar: u8,
    pub features: u16,
    pub components: u16,
    /// Numbers of scalar type.
    pub reals: usize,
    /// Whole numbers of 64, 32 and 8 bits.
    pub whole: [usize; 3],
}

/// The header in front of stored numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) version: u8,
    pub(crate) kind: u8,
    pub(crate) scalar: u8,
    pub(crate) structure: u8,
    pub(crate) features: u16,
    pub(crate) components: u16,
}

impl Header {
    /// Refuses a header that is not that of a `V` in the current version.
    pub(crate) fn expect<V: Value>(&self) -> Result<(), PersistError> {
        let layout = V::LAYOUT;
        let Self { version, kind, scalar, structure, features, components } = *self;
        if version != VERSION {
            return Err(PersistError::UnknownVersion { found: version });
        }
        if kind != layout.kind {
            return Err(PersistError::WrongKind { found: kind });
        }
        if scalar != layout.scalar {
            return Err(PersistError::WrongScalar { found: scalar });
        }
        if structure != layout.structure {
            return Err(PersistError::WrongStructure { found: structure });
        }
        if (features, components) != (layout.features, layout.components) {
            return Err(PersistError::WrongShape { features, components });
        }
        Ok(())
    }
}

impl Layout {
    /// The layout of a value with `K` components over `D` features, and with these counts of numbers.
    pub(crate) const fn new<T: Real, const D: usize, const K: usize>(
        kind: u8,
        structure: u8,
        reals: usize,
        whole: [usize; 3],
    ) -> Self {
        const { assert!(D <= u16::MAX as usize && K <= u16::MAX as usize, "too large to be stored") };
        let scalar = size_of::<T>() as u8;
        Self { kind, structure, scalar, features: D as u16, components: K as u16, reals, whole }
    }

    /// The bytes of all numbers.
    pub(crate) const fn payload(&self) -> usize {
        let [wide, small, bytes] = self.whole;
        self.reals * self.scalar as usize + 8 * wide + 4 * small + bytes
    }

    /// The count of all numbers.
    #[cfg(feature = "serde")]
    pub(crate) const fn len(&self) -> usize {
        let [wide, small, bytes] = self.whole;
        self.reals + wide + small + bytes
    }

    /// The layout of a value that also contains the numbers of `other`.
    pub(crate) const fn and(mut self, other: &Self) -> Self {
        self.reals += other.reals;
        let mut i = 0;
        while i < 3 {
            self.whole[i] += other.whole[i];
            i += 1;
        }
        self
    }

    /// How many numbers are stored for all matrices of a structure.
    pub(crate) const fn matrices<C: Covariance>(features: usize, components: usize) -> usize {
        let shape = <C::Shape as Shape>::CODE;
        assert!(1 <= shape && shape <= 3, "a shape whose numbers nobody counted"); // in const: the build fails
        let matrix = match shape {
            1 => features * (features + 1) / 2,
            2 => features,
            _ => 1,
        };
        if C::SHARED { matrix } else { matrix * components }
    }
}

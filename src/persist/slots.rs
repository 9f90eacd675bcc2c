//! Stores a value alternately in two sectors; a power cut can damage only the older copy.

use core::fmt;

use super::crc::Crc32;
use super::format::{self, CHECKSUM};
use super::{Persist, PersistError};

/// A store with two sectors, each erased as a whole: two areas of flash, or two files.
///
/// The trait is small enough to implement over any driver. A sector holds one record of [`Slots`]; it may span several
/// sectors of the device. Reads and writes are multiples of [`WRITE_SIZE`](Self::WRITE_SIZE) from the start of a sector.
///
/// Most HALs have flash that implements `NorFlash` of embedded-storage. With the feature `embedded-storage`, `NorSectors`
/// makes sectors of it, and `AsyncSlots` are slots over its async form.
#[doc(alias("NorFlash", "embedded-storage", "EEPROM", "wear levelling"))]
pub trait Sectors {
    /// The error of the device.
    type Error;

    /// Bytes are written in multiples of this many, from offset 0 on.
    const WRITE_SIZE: usize;

    /// Bytes of one sector.
    fn sector_len(&self) -> usize;

    /// Reads the beginning of sector 0 or 1.
    ///
    /// # Errors
    /// The error of the device.
    fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), Self::Error>;

    /// Makes sector 0 or 1 ready to be written.
    ///
    /// # Errors
    /// The error of the device.
    fn erase(&mut self, sector: usize) -> Result<(), Self::Error>;

    /// Writes the beginning of sector 0 or 1, which was erased.
    ///
    /// # Errors
    /// The error of the device.
    fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// Keeps a value in two sectors in turn, so that it survives a power cut at any moment. Loading gives the value saved
/// last or, if that save was cut short, the value before it; never a mixture.
///
/// A record is the value's [binary form](super), a sequence number of 32 bits and a CRC-32 that binds the two. A save
/// erases and writes the sector that [`load`](Slots::load) would not use; a sector that cannot be read holds no good
/// record. Of two good records, the newer one is ahead by less than 2³¹ in its sequence number, so that the number may
/// wrap. Both sectors wear evenly.
///
/// It has no state beside the store, and works in a buffer of [`record_len`](Slots::record_len) bytes that the caller
/// lends.
///
/// ```
/// use gaussmix::persist::{Sectors, Slots};
/// use gaussmix::{Diagonal, Gmm};
///
/// /// Flash in RAM, for this example.
/// struct Device([[u8; 256]; 2]);
///
/// impl Sectors for Device {
///     type Error = core::convert::Infallible;
///     const WRITE_SIZE: usize = 8;
///
///     fn sector_len(&self) -> usize {
///         256
///     }
///     fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), Self::Error> {
///         bytes.copy_from_slice(&self.0[sector][..bytes.len()]);
///         Ok(())
///     }
///     fn erase(&mut self, sector: usize) -> Result<(), Self::Error> {
///         self.0[sector].fill(0xFF);
///         Ok(())
///     }
///     fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), Self::Error> {
///         self.0[sector][..bytes.len()].copy_from_slice(bytes);
///         Ok(())
///     }
/// }
///
/// type Model = Gmm<f32, 2, 3, Diagonal>;
/// let mut slots = Slots::new(Device([[0xFF; 256]; 2]));
/// let mut buffer = [0; Slots::<Device>::record_len::<Model>()];
///
/// let mut model = Model::unfitted();
/// assert!(slots.load(&mut model, &mut buffer).is_err()); // nothing there yet
/// slots.save(&model, &mut buffer)?;
/// slots.load(&mut model, &mut buffer)?;
/// # Ok::<(), gaussmix::persist::SlotsError<core::convert::Infallible>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Slots<S> {
    store: S,
}

/// Why nothing was loaded or saved.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SlotsError<E> {
    /// The device's error.
    Device(E),
    /// What is wrong with the bytes or the value. [`PersistError::NotStored`] if neither sector has a record.
    Value(PersistError),
    /// The sector does not read back as it was written.
    Unverified,
}

impl<E> From<PersistError> for SlotsError<E> {
    fn from(error: PersistError) -> Self {
        Self::Value(error)
    }
}

impl<E: fmt::Display> fmt::Display for SlotsError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(error) => error.fmt(f),
            Self::Value(error) => error.fmt(f),
            Self::Unverified => f.write_str("the sector does not read back as it was written"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for SlotsError<E> {}

const SEQUENCE: usize = 4;

/// The calls of slots, written once: for a `$store` whose calls return when they are done, and for one whose calls are
/// awaited.
macro_rules! calls {
    ([$($async:ident)?], $wait:ident, $store:ty, $error:ty) => {
        /// The bytes of a record of `V`: eight more than its binary form, rounded up to a multiple of what is written at
        /// once. Sectors and buffers must have at least as many.
        #[must_use]
        pub const fn record_len<V: Persist>() -> usize {
            (V::ENCODED_LEN + SEQUENCE + CHECKSUM).next_multiple_of(<$store>::WRITE_SIZE)
        }

        /// Reads the newest good record into `value`.
        ///
        /// # Errors
        /// [`SlotsError::Value`] says what is wrong with the newest record if the other cannot be used either; the value
        /// is then as [`Persist::decode_from`] leaves it. [`SlotsError::Device`] if a sector could not be read and the
        /// other holds no good record.
        pub $($async)? fn load<V: Persist>(
            &mut self,
            value: &mut V,
            buffer: &mut [u8],
        ) -> Result<(), SlotsError<$error>> {
            let record = self.room::<V>(buffer)?;
            let [newest, older] = $wait!(self.by_age::<V>(record));
            newest.sequence?;
            $wait!(self.read(newest.index, record))?;
            let Err(refused) = value.decode_from(record) else { return Ok(()) };
            older.sequence.map_err(|_| refused)?;
            $wait!(self.read(older.index, record))?;
            value.decode_from(record).map_err(|_| refused.into())
        }

        /// Writes a record, and reads it back. Until that has succeeded, the record that [`load`](Self::load) would use
        /// stays. Where both sectors hold a good record, the newer one is decoded to know which that is, into a second
        /// value on the stack.
        ///
        /// # Errors
        /// [`SlotsError::Value`] if the value is not valid or does not fit, [`SlotsError::Device`], or
        /// [`SlotsError::Unverified`].
        pub $($async)? fn save<V: Persist>(
            &mut self,
            value: &V,
            buffer: &mut [u8],
        ) -> Result<(), SlotsError<$error>> {
            let record = self.room::<V>(buffer)?;
            value.check().map_err(PersistError::Invalid)?;
            let [newest, older] = $wait!(self.by_age::<V>(record));
            let is_newest_loaded = older.sequence.is_err()
                || ($wait!(self.store.read(newest.index, record)).is_ok() && is_value::<V>(record));
            let spared = if is_newest_loaded { newest } else { older };
            let (sector, sequence) = match spared.sequence {
                Ok(sequence) => (1 - spared.index, sequence.wrapping_add(1)),
                Err(_) => (0, 0),
            };

            record.fill(0xFF);
            value.encode(record)?;
            finish::<V>(record, sequence).ok_or(Self::too_small::<V>())?;
            let written = Crc32::of(record);

            $wait!(self.store.erase(sector)).map_err(SlotsError::Device)?;
            $wait!(self.store.write(sector, record)).map_err(SlotsError::Device)?;
            $wait!(self.read(sector, record))?;
            if Crc32::of(record) == written { Ok(()) } else { Err(SlotsError::Unverified) }
        }

        /// The part of the buffer that a record takes.
        fn room<'b, V: Persist>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], PersistError> {
            let needed = Self::record_len::<V>();
            if self.store.sector_len() < needed {
                return Err(Self::too_small::<V>());
            }
            buffer.get_mut(..needed).ok_or(Self::too_small::<V>())
        }

        fn too_small<V: Persist>() -> PersistError {
            PersistError::TooSmall { needed: Self::record_len::<V>() }
        }

        $($async)? fn read(&mut self, sector: usize, record: &mut [u8]) -> Result<(), SlotsError<$error>> {
            $wait!(self.store.read(sector, record)).map_err(SlotsError::Device)
        }

        /// Both sectors, the one with the newer good record first.
        $($async)? fn by_age<V: Persist>(&mut self, record: &mut [u8]) -> [Sector<$error>; 2] {
            let first = $wait!(self.look::<V>(0, record));
            let second = $wait!(self.look::<V>(1, record));
            if second.is_before(&first) { [second, first] } else { [first, second] }
        }

        /// A record of another type or of an unknown version does not count as good. Neither does a sector that the
        /// device refuses to read, as some devices do after a write was cut short.
        #[inline(never)] // for both sectors
        $($async)? fn look<V: Persist>(&mut self, index: usize, record: &mut [u8]) -> Sector<$error> {
            let sequence = match $wait!(self.read(index, record)) {
                Ok(()) => sequence::<V>(record).map_err(SlotsError::Value),
                Err(error) => Err(error),
            };
            Sector { index, sequence }
        }
    };
}

/// What a call gives that returns when it is done.
macro_rules! at_once {
    ($call:expr) => {
        $call
    };
}

/// What a call gives when it is done.
#[cfg(feature = "embedded-storage")]
macro_rules! awaited {
    ($call:expr) => {
        $call.await
    };
}

impl<S: Sectors> Slots<S> {
    /// Slots over a store, whatever the store holds.
    pub const fn new(store: S) -> Self {
        const { assert!(S::WRITE_SIZE > 0, "bytes are written in multiples of at least one") };
        Self { store }
    }

    /// The store.
    pub fn into_inner(self) -> S {
        self.store
    }

    calls!([], at_once, S, S::Error);
}

#[cfg(feature = "embedded-storage")]
impl<F: embedded_storage_async::nor_flash::NorFlash> super::AsyncSlots<F> {
    calls!([async], awaited, super::NorSectors<F>, F::Error);
}

/// Whether the numbers of a good record are those of a value.
#[inline(never)] // its memory is not that of the writing
fn is_value<V: Persist>(record: &[u8]) -> bool {
    V::blank().decode_from(record).is_ok()
}

/// A sector, with the sequence number of its good record or the reason why it has none.
struct Sector<E> {
    index: usize,
    sequence: Result<u32, SlotsError<E>>,
}

impl<E> Sector<E> {
    /// Good before bad, newer before older; what the device says before what the bytes say, something before nothing.
    fn is_before(&self, other: &Self) -> bool {
        use SlotsError::{Device, Value};
        match (&self.sequence, &other.sequence) {
            (Ok(own), Ok(others)) => {
                let ahead = own.wrapping_sub(*others);
                ahead != 0 && ahead < 1 << 31
            }
            (own, Err(Value(PersistError::NotStored))) => !matches!(own, Err(Value(PersistError::NotStored))),
            (Err(Device(_)), Err(_)) => true,
            (own, _) => own.is_ok(),
        }
    }
}

/// CRC-32 of a value's bytes and the sequence number. The value's own checksum is left out: with it the remainder
/// would be the same for any value.
fn seal<V: Persist>(record: &[u8], sequence: u32) -> Option<u32> {
    let value = record.get(..V::ENCODED_LEN - CHECKSUM)?;
    Some(Crc32::NEW.with(value).with(&sequence.to_le_bytes()).value())
}

/// Writes the sequence number and the seal behind the value.
fn finish<V: Persist>(record: &mut [u8], sequence: u32) -> Option<()> {
    let seal = seal::<V>(record, sequence)?;
    let (number, rest) = record.get_mut(V::ENCODED_LEN..)?.split_first_chunk_mut()?;
    *number = sequence.to_le_bytes();
    *rest.first_chunk_mut()? = seal.to_le_bytes();
    Some(())
}

/// The sequence number of a record, if the record holds a `V` and was written to its end.
fn sequence<V: Persist>(record: &[u8]) -> Result<u32, PersistError> {
    format::open::<V>(record)?;
    let numbers = || {
        let (sequence, rest) = record.get(V::ENCODED_LEN..)?.split_first_chunk()?;
        let sequence = u32::from_le_bytes(*sequence);
        (seal::<V>(record, sequence)? == u32::from_le_bytes(*rest.first_chunk()?)).then_some(sequence)
    };
    numbers().ok_or(PersistError::Corrupted)
}

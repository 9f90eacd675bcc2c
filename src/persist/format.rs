//! The binary form: numbers in a frame that is the same in every version.

use super::PersistError;
use super::crc::Crc32;
use super::value::{Header, Layout, Sink, Source, Value};
use crate::error::Error;
use crate::real::Real;

pub(crate) const MAGIC: [u8; 4] = *b"GMix";
pub(crate) const VERSION: u8 = 2;
pub(crate) const HEADER: usize = 16;
pub(crate) const CHECKSUM: usize = 4;

/// The header, in the given version.
fn header(layout: &Layout, version: u8) -> [u8; HEADER] {
    let [m0, m1, m2, m3] = MAGIC;
    let [d0, d1] = layout.features.to_le_bytes();
    let [k0, k1] = layout.components.to_le_bytes();
    let [n0, n1, n2, n3] = (layout.payload() as u32).to_le_bytes();
    let Layout { kind, scalar, structure, .. } = *layout;
    [m0, m1, m2, m3, version, kind, scalar, structure, d0, d1, k0, k1, n0, n1, n2, n3]
}

/// Writes a value's frame at the beginning of `buffer`, and returns the bytes written.
pub(crate) fn write<'b, V: Value>(value: &V, buffer: &'b mut [u8]) -> Result<&'b [u8], PersistError> {
    let length = HEADER + V::LAYOUT.payload();
    let too_small = PersistError::TooSmall { needed: length + CHECKSUM };
    let frame = buffer.get_mut(..length + CHECKSUM).ok_or(too_small)?;
    let (covered, checksum) = frame.split_at_mut_checked(length).ok_or(too_small)?;
    let (head, rest) = covered.split_first_chunk_mut().ok_or(too_small)?;
    *head = header(&V::LAYOUT, VERSION);
    value.give(&mut Writer { rest }).map_err(|Full| too_small)?;
    *checksum.first_chunk_mut().ok_or(too_small)? = Crc32::of(covered).to_le_bytes();
    Ok(frame)
}

/// Returns the payload of a frame that is complete and whose header is that of a `V`.
pub(crate) fn open<V: Value>(bytes: &[u8]) -> Result<Reader<'_>, PersistError> {
    // The frame is the same in all versions: magic, version, …, length of the payload, payload, checksum.
    let shortest = PersistError::Truncated { needed: HEADER + CHECKSUM };
    let (head, rest) = bytes.split_first_chunk::<HEADER>().ok_or_else(|| {
        let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
        if MAGIC.starts_with(magic) { shortest } else { PersistError::NotStored }
    })?;
    let [m0, m1, m2, m3, version, kind, scalar, structure, d0, d1, k0, k1, n0, n1, n2, n3] = *head;
    if [m0, m1, m2, m3] != MAGIC {
        return Err(PersistError::NotStored);
    }
    let found = u32::from_le_bytes([n0, n1, n2, n3]);
    let length = usize::try_from(found).unwrap_or(usize::MAX);
    let truncated = PersistError::Truncated { needed: length.saturating_add(HEADER + CHECKSUM) };
    let (payload, rest) = rest.split_at_checked(length).ok_or(truncated)?;
    let checksum = rest.first_chunk().ok_or(truncated)?;
    if Crc32::NEW.with(head).with(payload).value() != u32::from_le_bytes(*checksum) {
        return Err(PersistError::Corrupted);
    }

    // The rest depends on the version. A later version gets its own branch here, and the old branches stay.
    let (features, components) = (u16::from_le_bytes([d0, d1]), u16::from_le_bytes([k0, k1]));
    Header { version, kind, scalar, structure, features, components }.expect::<V>()?;
    if payload.len() != V::LAYOUT.payload() {
        return Err(PersistError::WrongLength { found });
    }
    Ok(Reader { rest: payload, found })
}

/// Writes numbers as bytes.
struct Writer<'b> {
    rest: &'b mut [u8],
}

/// There is no room left. This does not happen, since the layout gives the exact length.
struct Full;

impl Writer<'_> {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), Full> {
        let (chunk, rest) = core::mem::take(&mut self.rest).split_first_chunk_mut().ok_or(Full)?;
        *chunk = bytes;
        self.rest = rest;
        Ok(())
    }
}

impl<T: Real> Sink<T> for Writer<'_> {
    type Error = Full;

    fn real(&mut self, x: T) -> Result<(), Full> {
        let bits = x.to_raw_bits();
        if size_of::<T>() == 4 { self.put((bits as u32).to_le_bytes()) } else { self.put(bits.to_le_bytes()) }
    }

    fn count(&mut self, n: u64) -> Result<(), Full> {
        self.put(n.to_le_bytes())
    }

    fn small(&mut self, n: u32) -> Result<(), Full> {
        self.put(n.to_le_bytes())
    }

    fn byte(&mut self, n: u8) -> Result<(), Full> {
        self.put([n])
    }
}

/// Reads numbers from bytes.
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
    /// Bytes of the whole payload.
    found: u32,
}

impl Reader<'_> {
    fn get<const N: usize>(&mut self) -> Result<[u8; N], PersistError> {
        let (chunk, rest) =
            self.rest.split_first_chunk().ok_or(PersistError::WrongLength { found: self.found })?;
        self.rest = rest;
        Ok(*chunk)
    }
}

impl<T: Real> Source<T> for Reader<'_> {
    type Error = PersistError;

    fn real(&mut self) -> Result<T, PersistError> {
        let bits = if size_of::<T>() == 4 {
            u32::from_le_bytes(self.get()?).into()
        } else {
            u64::from_le_bytes(self.get()?)
        };
        Ok(T::from_raw_bits(bits))
    }

    fn count(&mut self) -> Result<u64, PersistError> {
        self.get().map(u64::from_le_bytes)
    }

    fn small(&mut self) -> Result<u32, PersistError> {
        self.get().map(u32::from_le_bytes)
    }

    fn byte(&mut self) -> Result<u8, PersistError> {
        self.get().map(|[byte]| byte)
    }

    fn refuse(&self, error: Error) -> PersistError {
        error.into()
    }
}

/// The version in the header of every digest, so that a value keeps its digest when only the format changes.
const DIGESTED: u8 = 1;

/// FNV-1a over 64 bits (Fowler, Noll & Vo): one multiplication for a byte, no table.
pub(crate) struct Fnv(pub(crate) u64);

impl Fnv {
    pub(crate) fn of<V: Value>(value: &V) -> u64 {
        let mut fnv = Self(0xCBF2_9CE4_8422_2325);
        fnv.add(&header(&V::LAYOUT, DIGESTED));
        let Ok(()) = value.give(&mut fnv);
        fnv.0
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

impl<T: Real> Sink<T> for Fnv {
    type Error = core::convert::Infallible;

    fn real(&mut self, x: T) -> Result<(), Self::Error> {
        self.add(&x.to_raw_bits().to_le_bytes());
        Ok(())
    }

    fn count(&mut self, n: u64) -> Result<(), Self::Error> {
        self.add(&n.to_le_bytes());
        Ok(())
    }

    fn small(&mut self, n: u32) -> Result<(), Self::Error> {
        self.add(&n.to_le_bytes());
        Ok(())
    }

    fn byte(&mut self, n: u8) -> Result<(), Self::Error> {
        self.add(&[n]);
        Ok(())
    }
}

//! Sectors in flash that a HAL drives by the traits of embedded-storage, blocking or async.

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use embedded_storage_async::nor_flash as awaited;

use super::Sectors;
use crate::error::{Error, require};

/// Two areas of flash, one behind the other, as the [`Sectors`] of [`Slots`](super::Slots). The flash is any that
/// implements `NorFlash` of embedded-storage 0.3.
///
/// ```
/// use gaussmix::persist::{NorSectors, Slots};
/// use gaussmix::{Diagonal, Gmm};
///
/// # use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
/// # struct Flash([u8; 1024]);
/// # impl ErrorType for Flash {
/// #     type Error = core::convert::Infallible;
/// # }
/// # impl ReadNorFlash for Flash {
/// #     const READ_SIZE: usize = 4;
/// #     fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
/// #         bytes.copy_from_slice(&self.0[offset as usize..][..bytes.len()]);
/// #         Ok(())
/// #     }
/// #     fn capacity(&self) -> usize {
/// #         1024
/// #     }
/// # }
/// # impl NorFlash for Flash {
/// #     const WRITE_SIZE: usize = 8;
/// #     const ERASE_SIZE: usize = 256;
/// #     fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
/// #         self.0[from as usize..to as usize].fill(0xFF);
/// #         Ok(())
/// #     }
/// #     fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
/// #         self.0[offset as usize..][..bytes.len()].copy_from_slice(bytes);
/// #         Ok(())
/// #     }
/// # }
/// # let flash = Flash([0xFF; 1024]);
/// // `flash` is what the HAL gives; two sectors of 256 bytes, its last.
/// let mut slots = Slots::new(NorSectors::new(flash, 512, 256)?);
/// let mut buffer = [0; 256];
///
/// let mut model: Gmm<f32, 2, 3, Diagonal> = Gmm::unfitted();
/// slots.save(&model, &mut buffer)?;
/// slots.load(&mut model, &mut buffer)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NorSectors<F> {
    flash: F,
    start: u32,
    sector_len: u32,
}

impl<F> NorSectors<F> {
    /// The flash.
    pub fn into_inner(self) -> F {
        self.flash
    }

    /// Areas in flash of this capacity, which begin and end at multiples of `unit` bytes.
    fn of(flash: F, start: u32, sector_len: u32, unit: usize, capacity: usize) -> Result<Self, Error> {
        const WHOLE: &str = "a multiple of what the flash erases at once";
        let is_whole = |bytes: u32| u32::try_from(unit).is_ok_and(|unit| bytes.is_multiple_of(unit));
        require(is_whole(start), "start", WHOLE)?;
        require(sector_len > 0 && is_whole(sector_len), "sector_len", WHOLE)?;
        let end = sector_len.checked_mul(2).and_then(|both| both.checked_add(start));
        let is_inside = end.and_then(|end| usize::try_from(end).ok()).is_some_and(|end| end <= capacity);
        require(is_inside, "sector_len", "at most half of what the flash has from `start` on")?;
        Ok(Self { flash, start, sector_len })
    }

    /// Where a sector begins.
    fn at(&self, sector: usize) -> u32 {
        if sector == 0 { self.start } else { self.start + self.sector_len }
    }
}

impl<F: NorFlash> NorSectors<F> {
    /// Two areas of `sector_len` bytes, from the byte `start` of the flash on.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless both are multiples of `F::ERASE_SIZE` (and of what the flash reads and writes
    /// at once), and the areas lie in the flash.
    pub fn new(flash: F, start: u32, sector_len: u32) -> Result<Self, Error> {
        let unit = const { common_multiple(F::ERASE_SIZE, <Self as Sectors>::WRITE_SIZE) };
        let capacity = flash.capacity();
        Self::of(flash, start, sector_len, unit, capacity)
    }
}

impl<F: NorFlash> Sectors for NorSectors<F> {
    type Error = F::Error;
    const WRITE_SIZE: usize = common_multiple(<F as ReadNorFlash>::READ_SIZE, F::WRITE_SIZE);

    fn sector_len(&self) -> usize {
        self.sector_len as usize
    }
    fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), F::Error> {
        self.flash.read(self.at(sector), bytes)
    }
    fn erase(&mut self, sector: usize) -> Result<(), F::Error> {
        let start = self.at(sector);
        self.flash.erase(start, start + self.sector_len)
    }
    fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), F::Error> {
        self.flash.write(self.at(sector), bytes)
    }
}

/// [`Slots`](super::Slots) over flash whose calls are async: any that implements `NorFlash` of embedded-storage-async
/// 0.4. The records are the same, so that either reads what the other wrote.
///
/// A save that is dropped before its end leaves what a power cut leaves: the value before it, or the new one.
/// A future holds neither value nor record. As of every `async fn`, it panics if it is polled after its end, which
/// `.await` never does.
///
/// ```
/// use embedded_storage_async::nor_flash::NorFlash;
/// use gaussmix::persist::{AsyncSlots, SlotsError};
/// use gaussmix::{Diagonal, OnlineEm};
///
/// type Run = OnlineEm<f32, 2, 3, Diagonal>;
///
/// async fn resume<F: NorFlash>(
///     slots: &mut AsyncSlots<F>, // AsyncSlots::new(flash, 0x3000, 0x1000)?
///     run: &mut Run,
/// ) -> Result<(), SlotsError<F::Error>> {
///     let mut buffer = [0; 1024];
///     slots.load(run, &mut buffer).await?;
///     // …
///     slots.save(run, &mut buffer).await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct AsyncSlots<F> {
    pub(super) store: NorSectors<F>,
}

impl<F: awaited::NorFlash> AsyncSlots<F> {
    /// Slots over two areas of `sector_len` bytes, from the byte `start` of the flash on, whatever they hold.
    ///
    /// # Errors
    /// As [`NorSectors::new`].
    pub fn new(flash: F, start: u32, sector_len: u32) -> Result<Self, Error> {
        let unit = const { common_multiple(F::ERASE_SIZE, NorSectors::<F>::WRITE_SIZE) };
        let capacity = flash.capacity();
        Ok(Self { store: NorSectors::of(flash, start, sector_len, unit, capacity)? })
    }

    /// The flash.
    pub fn into_inner(self) -> F {
        self.store.flash
    }
}

/// As [`Sectors`].
impl<F: awaited::NorFlash> NorSectors<F> {
    pub(super) const WRITE_SIZE: usize =
        common_multiple(<F as awaited::ReadNorFlash>::READ_SIZE, F::WRITE_SIZE);

    pub(super) fn sector_len(&self) -> usize {
        self.sector_len as usize
    }
    pub(super) async fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), F::Error> {
        self.flash.read(self.at(sector), bytes).await
    }
    pub(super) async fn erase(&mut self, sector: usize) -> Result<(), F::Error> {
        let start = self.at(sector);
        self.flash.erase(start, start + self.sector_len).await
    }
    pub(super) async fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), F::Error> {
        self.flash.write(self.at(sector), bytes).await
    }
}

/// The least common multiple. A size of 0 does not compile.
const fn common_multiple(a: usize, b: usize) -> usize {
    assert!(a > 0 && b > 0, "flash is read, written and erased in multiples of at least one byte");
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    a / divisor * b
}

//! Two sectors of flash that are RAM: QEMU's board has no flash that a program could write.

use cortex_m::asm::delay;
use gaussmix::persist::Sectors;

/// Bytes of a sector.
const SECTOR: usize = 2048;
/// How long an erase takes, in cycles: 25 ms at 50 MHz, as on a real chip. Most processors stand still meanwhile, if they
/// run from the same flash.
const ERASE: u32 = 1_250_000;

/// The two sectors.
pub struct Flash([[u8; SECTOR]; 2]);

impl Flash {
    /// As a chip leaves the factory.
    pub const ERASED: Self = Self([[0xFF; SECTOR]; 2]);
}

/// There is no such sector, or it has not so many bytes.
#[derive(Clone, Copy, defmt::Format)]
pub struct Outside;

impl Sectors for &'static mut Flash {
    type Error = Outside;
    const WRITE_SIZE: usize = 4;

    fn sector_len(&self) -> usize {
        SECTOR
    }
    fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), Outside> {
        let stored = self.0.get(sector).and_then(|sector| sector.get(..bytes.len())).ok_or(Outside)?;
        bytes.copy_from_slice(stored);
        Ok(())
    }
    fn erase(&mut self, sector: usize) -> Result<(), Outside> {
        delay(ERASE);
        self.0.get_mut(sector).ok_or(Outside)?.fill(0xFF);
        Ok(())
    }
    fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), Outside> {
        let place = self.0.get_mut(sector).and_then(|sector| sector.get_mut(..bytes.len()));
        place.ok_or(Outside)?.copy_from_slice(bytes);
        Ok(())
    }
}

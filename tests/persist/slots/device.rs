//! A flash that loses power.

use gaussmix::persist::Sectors;

/// Two sectors of NOR flash: erasing sets bits, writing clears them, either byte by byte until the power goes.
#[derive(Clone, Debug)]
pub(crate) struct Flash<const WORD: usize> {
    pub(crate) sectors: [Vec<u8>; 2],
    /// Bytes that can still be erased or written.
    power: usize,
    /// What the last byte keeps when the power goes: these of the bits that were to change.
    pub(crate) half_done: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PowerCut;

impl<const WORD: usize> Flash<WORD> {
    /// As bought: erased.
    pub(crate) fn new(sector_len: usize) -> Self {
        let sector = vec![0xFF; sector_len];
        Self { sectors: [sector.clone(), sector], power: usize::MAX, half_done: 0 }
    }

    /// The power will go after so many bytes.
    pub(crate) fn with_power(mut self, bytes: usize) -> Self {
        self.power = bytes;
        self
    }

    /// Changes a byte by what `change` makes of it, as long as there is power.
    fn change(&mut self, sector: usize, at: usize, change: impl Fn(u8) -> u8) -> Result<(), PowerCut> {
        let byte = &mut self.sectors[sector][at];
        let changed = change(*byte);
        if self.power == 0 {
            let done = (*byte ^ changed) & self.half_done;
            *byte ^= done;
            return Err(PowerCut);
        }
        self.power -= 1;
        *byte = changed;
        Ok(())
    }
}

impl<const WORD: usize> Sectors for Flash<WORD> {
    type Error = PowerCut;
    const WRITE_SIZE: usize = WORD;

    fn sector_len(&self) -> usize {
        self.sectors[0].len()
    }

    fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), PowerCut> {
        bytes.copy_from_slice(&self.sectors[sector][..bytes.len()]);
        Ok(())
    }

    fn erase(&mut self, sector: usize) -> Result<(), PowerCut> {
        (0..self.sector_len()).try_for_each(|at| self.change(sector, at, |_| 0xFF))
    }

    fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), PowerCut> {
        assert_eq!(bytes.len() % WORD, 0, "not a multiple of a word");
        bytes.iter().enumerate().try_for_each(|(at, new)| self.change(sector, at, |old| old & new))
    }
}

//! A flash behind the traits of embedded-storage that holds its caller to every word of their contract, and loses power.

use core::future::{Future, poll_fn};
use core::ops::Range;
use core::task::Poll;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use embedded_storage_async::nor_flash as awaited;

/// What the bytes hold that were to change when the power went.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Torn {
    /// One after the other changed, up to where the power went.
    Partly,
    /// As `Partly`, and of the byte where the power went these bits.
    Bits(u8),
    /// Anything: the traits promise nothing of what an interrupted call was to change.
    Undefined(u32),
}

/// Flash that is read, written and erased in multiples of so many bytes.
#[derive(Clone, Debug)]
pub(crate) struct Nor<const READ: usize, const WRITE: usize, const ERASE: usize> {
    pub(crate) bytes: Vec<u8>,
    capacity: usize,
    /// Words that have to be erased before they are written.
    used: Vec<bool>,
    /// Bytes that can still be erased or written, and calls of `read` that succeed.
    pub(crate) power: usize,
    pub(crate) reads: usize,
    pub(crate) torn: Torn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    PowerCut,
    NoRead,
}

impl NorFlashError for Fault {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> Nor<READ, WRITE, ERASE> {
    /// So many blocks, full of what others stored.
    pub(crate) fn new(blocks: usize) -> Self {
        let capacity = blocks * ERASE;
        let (bytes, used) = (vec![0xA5; capacity], vec![true; capacity / WRITE]);
        Self { bytes, capacity, used, power: usize::MAX, reads: usize::MAX, torn: Torn::Partly }
    }

    /// It says that it has so many bytes.
    pub(crate) fn with_capacity(mut self, bytes: usize) -> Self {
        self.capacity = bytes;
        self
    }

    pub(crate) fn with_power(mut self, bytes: usize, torn: Torn) -> Self {
        (self.power, self.torn) = (bytes, torn);
        self
    }

    /// The power comes back.
    pub(crate) fn reset(&mut self) {
        (self.power, self.reads) = (usize::MAX, usize::MAX);
    }

    fn range(&self, offset: u32, length: usize, unit: usize) -> Range<usize> {
        let start = offset as usize;
        assert!(start.is_multiple_of(unit) && length.is_multiple_of(unit), "{start} + {length} in {unit}s");
        assert!(start + length <= self.bytes.len(), "{start} + {length} is out of bounds");
        start..start + length
    }

    /// Changes a part of a range, as far as the power goes.
    fn change(
        &mut self,
        whole: &Range<usize>,
        part: Range<usize>,
        new: impl Fn(usize) -> u8,
    ) -> Result<(), Fault> {
        let done = part.len().min(self.power);
        self.power -= done;
        for at in part.clone().take(done) {
            self.bytes[at] = new(at);
        }
        if done == part.len() {
            return Ok(());
        }
        self.reads = 0; // it is off
        self.power = 0;
        let at = part.start + done;
        match self.torn {
            Torn::Partly => {}
            Torn::Bits(mask) => self.bytes[at] ^= (self.bytes[at] ^ new(at)) & mask,
            Torn::Undefined(seed) => {
                let mut state = seed.wrapping_add(at as u32);
                for byte in &mut self.bytes[whole.clone()] {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *byte = (state >> 24) as u8;
                }
            }
        }
        Err(Fault::PowerCut)
    }

    /// What `erase` may do; its words are of no use until it has ended.
    fn begin_erase(&mut self, from: u32, to: u32) -> Range<usize> {
        assert!(from <= to, "erases backwards");
        let range = self.range(from, (to - from) as usize, ERASE);
        self.used[range.start / WRITE..range.end / WRITE].fill(true);
        range
    }

    fn erased(&mut self, range: &Range<usize>) {
        self.used[range.start / WRITE..range.end / WRITE].fill(false);
    }

    fn begin_write(&mut self, offset: u32, length: usize) -> Range<usize> {
        let range = self.range(offset, length, WRITE);
        let words = &mut self.used[range.start / WRITE..range.end / WRITE];
        assert!(!words.contains(&true), "writes a word twice");
        words.fill(true);
        range
    }

    fn get(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Fault> {
        let range = self.range(offset, bytes.len(), READ);
        self.reads = self.reads.checked_sub(1).ok_or(Fault::NoRead)?;
        bytes.copy_from_slice(&self.bytes[range]);
        Ok(())
    }
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> ErrorType for Nor<READ, WRITE, ERASE> {
    type Error = Fault;
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> ReadNorFlash for Nor<READ, WRITE, ERASE> {
    const READ_SIZE: usize = READ;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Fault> {
        self.get(offset, bytes)
    }
    fn capacity(&self) -> usize {
        self.capacity
    }
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> NorFlash for Nor<READ, WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Fault> {
        let range = self.begin_erase(from, to);
        self.change(&range, range.clone(), |_| 0xFF)?;
        self.erased(&range);
        Ok(())
    }
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Fault> {
        let range = self.begin_write(offset, bytes.len());
        self.change(&range, range.clone(), |at| bytes[at - range.start])
    }
}

/// The same with calls that wait before they begin, and in the middle of what they change.
#[derive(Clone, Debug)]
pub(crate) struct Waiting<F>(pub(crate) F);

/// Is pending once.
fn pause() -> impl Future<Output = ()> {
    let mut polled = false;
    poll_fn(move |_| if core::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
}

impl<F: ErrorType> ErrorType for Waiting<F> {
    type Error = F::Error;
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> awaited::ReadNorFlash
    for Waiting<Nor<READ, WRITE, ERASE>>
{
    const READ_SIZE: usize = READ;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Fault> {
        pause().await;
        self.0.get(offset, bytes)
    }
    fn capacity(&self) -> usize {
        self.0.capacity
    }
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> awaited::NorFlash
    for Waiting<Nor<READ, WRITE, ERASE>>
{
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Fault> {
        pause().await;
        let (range, half) = (self.0.begin_erase(from, to), (from + to) as usize / 2);
        self.0.change(&range, range.start..half, |_| 0xFF)?;
        pause().await;
        self.0.change(&range, half..range.end, |_| 0xFF)?;
        self.0.erased(&range);
        Ok(())
    }
    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Fault> {
        pause().await;
        let range = self.0.begin_write(offset, bytes.len());
        let half = (range.start + range.end) / 2;
        self.0.change(&range, range.start..half, |at| bytes[at - range.start])?;
        pause().await;
        self.0.change(&range, half..range.end, |at| bytes[at - range.start])
    }
}

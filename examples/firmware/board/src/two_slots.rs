//! One value that an interrupt reads at any time, while the main program makes the next.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU8, Ordering};

/// Two places for a value: readers see one of them, the writer fills the other, and then one byte says that this is the
/// value from now on. Loads and stores are all it needs of atomics, so it runs on a Cortex-M0. Nobody waits.
///
/// It is for one core and one writer that every reader interrupts: a reader begins and ends between two instructions of
/// the writer, so that nobody reads the place that is being filled.
pub struct TwoSlots<T> {
    slots: [UnsafeCell<T>; 2],
    active: AtomicU8,
}

// SAFETY: `publish` asks its caller for what makes access from two contexts sound.
unsafe impl<T: Send + Sync> Sync for TwoSlots<T> {}

impl<T> TwoSlots<T> {
    /// `first` is read until another value is published; `second` lends its place.
    pub const fn new(first: T, second: T) -> Self {
        Self { slots: [UnsafeCell::new(first), UnsafeCell::new(second)], active: AtomicU8::new(0) }
    }

    /// Reads the value that was published last. In an interrupt: the value must not be kept beyond it.
    #[inline]
    pub fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        let [first, second] = &self.slots;
        let slot = if self.active.load(Ordering::Acquire) == 0 { first } else { second };
        // SAFETY: the writer fills the other slot, by the contract of `publish`.
        read(unsafe { &*slot.get() })
    }

    /// Changes the value that nobody reads, which is the one before the last, and publishes it.
    ///
    /// # Safety
    /// Only one context calls this, on one core. Every call of [`read`](Self::read) interrupts that context and ends before
    /// it goes on, or is made by that context itself, and not in `write`.
    #[inline]
    pub unsafe fn publish(&self, write: impl FnOnce(&mut T)) {
        let active = self.active.load(Ordering::Relaxed);
        let [first, second] = &self.slots;
        let slot = if active == 0 { second } else { first };
        // SAFETY: readers use the other slot until the store below, and have ended before it.
        write(unsafe { &mut *slot.get() });
        self.active.store(1 - active, Ordering::Release);
    }
}

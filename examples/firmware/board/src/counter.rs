//! Counting instructions, under QEMU with `-icount shift=0`: each takes one nanosecond of virtual time.
//!
//! On silicon the same registers count clock cycles instead.

/// Instructions since it was started; at most about 600 million.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    start: u32,
}

impl Counter {
    /// Starts counting.
    #[must_use]
    #[inline(always)]
    pub fn start() -> Self {
        registers::enable();
        Self { start: registers::ticks() }
    }

    /// Instructions since the start, to the resolution of the board's timer (40 on Cortex-M).
    #[must_use]
    #[inline(always)]
    pub fn instructions(self) -> u64 {
        registers::instructions(registers::ticks().wrapping_sub(self.start))
    }
}

/// SysTick: 24 bits, counting down.
#[cfg(target_arch = "arm")]
mod registers {
    const CONTROL: *mut u32 = 0xE000_E010 as *mut u32;
    const RELOAD: *mut u32 = 0xE000_E014 as *mut u32;
    const CURRENT: *mut u32 = 0xE000_E018 as *mut u32;
    const MASK: u32 = 0x00FF_FFFF;

    pub(super) fn enable() {
        // SAFETY: SysTick's registers, which nothing else uses.
        unsafe {
            RELOAD.write_volatile(MASK);
            CURRENT.write_volatile(0);
            CONTROL.write_volatile(5);
        }
    }

    #[inline(always)]
    pub(super) fn ticks() -> u32 {
        // SAFETY: a read of SysTick's counter has no effect.
        MASK - unsafe { CURRENT.read_volatile() }
    }

    /// The timer's clock is the board's: 25 MHz on the MPS2, 20 MHz on its AN505, 16 MHz on the nRF51.
    pub(super) fn instructions(ticks: u32) -> u64 {
        let halves = if cfg!(board = "microbit") {
            125
        } else if cfg!(board = "an505") {
            100
        } else {
            80
        };
        u64::from(ticks & MASK) * halves / 2
    }
}

/// `minstret`
#[cfg(target_arch = "riscv32")]
mod registers {
    pub(super) fn enable() {}

    #[inline(always)]
    pub(super) fn ticks() -> u32 {
        let low;
        // SAFETY: reads a counter.
        unsafe { core::arch::asm!("csrr {}, minstret", out(reg) low, options(nomem, nostack)) };
        low
    }

    pub(super) fn instructions(ticks: u32) -> u64 {
        u64::from(ticks)
    }
}

/// One million times two instructions: what a counter is checked with.
#[inline(never)]
pub fn count_to_a_million() {
    #[cfg(target_arch = "arm")]
    // SAFETY: counts down a register of its own.
    unsafe {
        core::arch::asm!(
            "2:", "subs {0}, #1", "bne 2b",
            inout(reg) 1_000_000 => _, options(nomem, nostack)
        );
    }
    #[cfg(target_arch = "riscv32")]
    // SAFETY: counts down a register of its own.
    unsafe {
        core::arch::asm!(
            "2:", "addi {0}, {0}, -1", "bnez {0}, 2b",
            inout(reg) 1_000_000 => _, options(nomem, nostack)
        );
    }
}

//! Marks in QEMU's trace of executed instructions.

/// Does `work` between two marks, the symbols `mark_begin` and `mark_end`.
#[inline(always)]
pub fn mark(work: impl FnOnce()) {
    mark_begin();
    work();
    mark_end();
}

// SAFETY: no other function has these names.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn mark_begin() {
    // SAFETY: does nothing, and is opaque to the compiler: memory is as it should be before and after.
    unsafe { core::arch::asm!("nop", options(nostack)) };
}

// SAFETY: as above.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn mark_end() {
    // SAFETY: as above. Another length, or the linker might merge the two.
    unsafe { core::arch::asm!("nop", "nop", options(nostack)) };
}

//! How much of the stack has been used: the free memory below it is painted, and later searched for the first word
//! that has lost its colour.

use core::ptr;

const PAINT: u32 = 0x5A5A_A5A5;
/// Words next to the stack pointer that are left alone: the painter's own frame may still grow by as much.
const MARGIN: usize = 8;

/// The lowest free address: all below it are statics.
fn floor() -> *mut u32 {
    unsafe extern "C" {
        static mut __sheap: u32;
    }
    ptr::addr_of_mut!(__sheap)
}

#[inline(always)]
fn stack_pointer() -> *mut u32 {
    let pointer;
    #[cfg(target_arch = "arm")]
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack))
    };
    #[cfg(target_arch = "riscv32")]
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack))
    };
    pointer
}

#[inline(never)]
fn paint() {
    let top = stack_pointer().wrapping_sub(MARGIN);
    let mut word = floor();
    while word < top {
        // SAFETY: free memory between the statics and the stack; no interrupt is on.
        unsafe { word.write_volatile(PAINT) };
        word = word.wrapping_add(1);
    }
}

#[inline(never)]
fn lowest_touched() -> *mut u32 {
    let top = stack_pointer();
    let mut word = floor();
    // SAFETY: memory between the statics and the stack.
    while word < top && unsafe { word.read_volatile() } == PAINT {
        word = word.wrapping_add(1);
    }
    word
}

/// Bytes of stack that `work` uses at its deepest, below the caller's frame.
#[inline(never)]
pub fn peak_stack(work: impl FnOnce()) -> usize {
    paint();
    let top = stack_pointer();
    work();
    (top as usize).saturating_sub(lowest_touched() as usize)
}

/// Runs `work` and returns how many bytes of RAM nothing has touched: no static, and no frame, `work`'s or its
/// callers'.
#[inline(never)]
pub fn untouched(work: impl FnOnce()) -> usize {
    paint();
    work();
    (lowest_touched() as usize).saturating_sub(floor() as usize)
}

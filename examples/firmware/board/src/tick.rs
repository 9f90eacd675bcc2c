//! An interrupt that comes again and again.

/// Lets SysTick interrupt after so many cycles of its clock, and again after as many; 2²⁴ at most. The counter of
/// instructions uses the same timer.
pub fn tick_every(cycles: u32) {
    // SAFETY: SysTick's registers, which nothing else uses meanwhile.
    unsafe {
        (0xE000_E014 as *mut u32).write_volatile(cycles - 1);
        (0xE000_E018 as *mut u32).write_volatile(0);
        (0xE000_E010 as *mut u32).write_volatile(7);
    }
}

/// Sleeps until the next interrupt.
pub fn sleep() {
    // SAFETY: waits, and changes nothing.
    unsafe { core::arch::asm!("wfi", options(nomem, nostack)) };
}

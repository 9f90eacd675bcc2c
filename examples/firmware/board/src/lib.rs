//! The four boards, as far as the images need them: start, text output, exit, panics, a counter of instructions and
//! the painted stack. Text and exit go through semihosting, so a debugger or QEMU must be attached.

#![no_std]

mod counter;
#[cfg(target_arch = "arm")]
mod mark;
mod panic;
mod print;
mod stack;
#[cfg(target_arch = "arm")]
mod tick;
mod two_slots;

#[cfg(target_arch = "arm")]
pub use cortex_m_rt::entry;
#[cfg(target_arch = "riscv32")]
pub use riscv_rt::entry;

pub use counter::{Counter, count_to_a_million};
#[cfg(target_arch = "arm")]
pub use mark::mark;
pub use print::{Hex, Print};
pub use stack::{peak_stack, untouched};
#[cfg(target_arch = "arm")]
pub use tick::{sleep, tick_every};
pub use two_slots::TwoSlots;

/// Ends the program: QEMU exits with status 0.
pub fn succeed() -> ! {
    semihosting::process::exit(0)
}

/// Ends the program with a reason: QEMU exits with status 1.
pub fn fail(reason: &str) -> ! {
    say!("FAILED: ", reason);
    semihosting::process::exit(1)
}

/// `assert!` that reports and exits instead of panicking.
#[macro_export]
macro_rules! check {
    ($condition:expr, $reason:expr) => {
        if !$condition {
            $crate::fail($reason);
        }
    };
}

/// Prints one thing.
pub fn print<P: Print + ?Sized>(thing: &P) {
    thing.print();
}

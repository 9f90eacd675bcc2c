//! What a panic does: there is none.

use core::panic::PanicInfo;

#[cfg(feature = "no-panic")]
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        /// Defined nowhere.
        fn a_panic_can_be_reached() -> !;
    }
    // SAFETY: a program that holds this call does not link.
    unsafe { a_panic_can_be_reached() }
}

#[cfg(not(feature = "no-panic"))]
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

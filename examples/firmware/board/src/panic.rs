//! What a panic does.

use core::panic::PanicInfo;

#[cfg(feature = "no-panic")]
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        /// Defined nowhere.
        fn a_panic_can_be_reached() -> !;
    }
    // SAFETY: an image that holds this call does not link.
    unsafe { a_panic_can_be_reached() }
}

#[cfg(not(feature = "no-panic"))]
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    if let Some(place) = info.location() {
        crate::say!("panic at ", place.file(), ":", place.line());
    }
    crate::fail("panic")
}

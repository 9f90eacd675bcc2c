//! What one firmware has of gaussmix, for C: this file is all that a user writes.

#![no_std]

use gaussmix::{Diagonal, Full};
use interface::{c_detector, c_interface, c_model};

pub mod model;

// A mixture of the readings of an accelerometer.
c_interface! {
    prefix = bearing, features = 3, components = 4, covariance = Full,
    model = [232, 196], run = [616, 520],
}

// A model of standing, which gaussmix-export wrote.
c_model! { prefix = bearing, name = standing, model = model::STANDING }

// A detector: windows of these readings, and an alarm.
c_detector! {
    prefix = pump, axes = 3, features = 6, components = 4, covariance = Diagonal,
    detector = [984, 966],
}

/// An index that only the run knows.
///
/// # Safety
/// None.
#[cfg(feature = "control")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bearing_control(index: usize) -> u32 {
    [1, 2, 4, 8, 16][index]
}

//! The sizes of the table in the README.

#![no_std]

use gaussmix::{Diagonal, Full};
use interface::{c_interface, c_model};

c_interface! {
    prefix = full_3_4, features = 3, components = 4, covariance = Full,
    model = [232, 196], run = [616, 520],
}

c_interface! {
    prefix = diagonal_3_4, features = 3, components = 4, covariance = Diagonal,
    model = [136, 148], run = [424, 424],
}

c_interface! {
    prefix = full_8_8, features = 8, components = 8, covariance = Full,
    model = [2376, 1492], run = [5152, 3344],
}

/// The models: what `host` fitted, or nothing.
mod models {
    include!(concat!(env!("OUT_DIR"), "/models.rs"));
}

c_model! { prefix = full_3_4, name = fitted, model = models::FULL_3_4 }
c_model! { prefix = diagonal_3_4, name = fitted, model = models::DIAGONAL_3_4 }
c_model! { prefix = full_8_8, name = fitted, model = models::FULL_8_8 }

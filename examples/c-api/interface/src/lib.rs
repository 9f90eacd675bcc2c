//! C interfaces to [`gaussmix`], made by a macro for the sizes that a firmware needs.
//!
//! A library crate names its interfaces, and becomes a static library that C links:
//!
//! ```
//! interface::c_interface! {
//!     prefix = bearing, features = 3, components = 4, covariance = gaussmix::Full,
//!     model = [232, 196], run = [616, 520],
//! }
//! # assert_eq!(bearing::BEARING_FEATURES, 3);
//! ```
//!
//! [`c_interface!`] is a mixture and the run that learns it; [`c_detector!`] a detector, from the samples of a signal
//! to an alarm. The calls themselves are the generic functions of [`mixture`] and [`detector`]; the macros give them
//! C names and C types for one size. A constant `HEADER` beside them holds their signatures as text, from which
//! `host` writes the C header.
//!
//! # Conventions
//! - Objects are memory that C owns, in a `static` of C say: [`Place`]. A `static` is all 0, and that is an empty
//!   object.
//! - Every call returns a [`Status`]. Null pointers and misaligned ones are refused. What else C must promise stands
//!   under Safety at each call.
//! - No call allocates, and none can panic: built with the feature `no-panic`, the static library's panic handler calls
//!   a function that does not exist, so that a program with a reachable panic does not link.

#![no_std]

// On a host its panic handler.
#[cfg(not(target_os = "none"))]
extern crate std;

pub mod detector;
mod macros;
pub mod mixture;
#[cfg(target_os = "none")]
mod panic;
mod place;
mod status;

#[doc(hidden)]
pub use {gaussmix, pastey};

pub use place::{Place, buffer, elements, out, reference, reference_mut};
pub use status::{SHARED, Status};

/// An interface as the header generator sees it.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// The signatures of its calls, as Rust.
    pub source: &'static str,
    /// The types that C declares as bare memory, and how many bytes they have.
    pub objects: &'static [(&'static str, usize)],
    /// The structs whose fields C uses.
    pub structs: &'static [Layout],
}

/// How a struct lies in memory. The compilers of Rust and of C both check it.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Its name in C.
    pub name: &'static str,
    /// Its bytes.
    pub size: usize,
    /// The offset of each field.
    pub fields: &'static [(&'static str, usize)],
}

/// Makes a [`Layout`] of these numbers; others than those of the Rust struct do not compile.
#[macro_export]
macro_rules! layout {
    ($(#[$doc:meta])* $name:ident = $type:ty, $c:expr, $size:expr, { $($field:ident: $offset:expr),+ $(,)? }) => {
        $(#[$doc])*
        pub const $name: $crate::Layout = {
            assert!(size_of::<$type>() == $size);
            $(assert!(core::mem::offset_of!($type, $field) == $offset);)+
            $crate::Layout { name: $c, size: $size, fields: &[$((stringify!($field), $offset)),+] }
        };
    };
}

/// Compiles items, and keeps their text in a constant for the header generator. Items in the braces are only text:
/// they stand for types that C sees as bare memory.
#[macro_export]
macro_rules! described {
    ($(#[$doc:meta])* $visibility:vis const $name:ident = { $($opaque:item)* } $($item:item)*) => {
        $(#[$doc])*
        $visibility const $name: &str = concat!($(stringify!($opaque), "\n",)* $(stringify!($item), "\n",)*);
        $($item)*
    };
}

//! The list of covariance structures, and what runs a test for each of them.
#![allow(unused_imports, unused_macros)] // no room uses all of it

/// Calls the macro `$act` with all structures, after what it is told itself. One structure a line: the name of its
/// tests, its type.
macro_rules! with_every_structure {
    ($($act:ident)::+!($($told:tt)*)) => {
        crate::support::structures::with_typical_structures! {
            $($act)::+! { $($told)* }
            tied_diagonal, gaussmix::Tied<gaussmix::Diagonal>;
            tied_spherical, gaussmix::Tied<gaussmix::Spherical>;
            evi, gaussmix::covariance::Evi;
            vei, gaussmix::covariance::Vei;
            evv, gaussmix::covariance::Evv;
            vee, gaussmix::covariance::Vee;
            vev, gaussmix::covariance::Vev;
            vve, gaussmix::covariance::Vve;
            eve, gaussmix::covariance::Eve;
        }
    };
}
pub(crate) use with_every_structure;

/// The same with one structure of each kind, and those that are listed besides: the three shapes, one that shares its
/// matrix, and one that shares a part of it.
macro_rules! with_typical_structures {
    ($($act:ident)::+! { $($told:tt)* } $($more:tt)*) => {
        $($act)::+! { ($($told)*)
            full, gaussmix::Full;
            diagonal, gaussmix::Diagonal;
            spherical, gaussmix::Spherical;
            tied_full, gaussmix::Tied<gaussmix::Full>;
            eev, gaussmix::covariance::Eev;
            $($more)*
        }
    };
}
pub(crate) use with_typical_structures;

/// Makes a module of tests of a generic function `law<C: Structure>()`, one per structure, under the law's name.
macro_rules! for_every_structure {
    ($($law:ident),* $(,)?) => {$(
        mod $law {
            crate::support::structures::with_every_structure!(crate::support::structures::tests!($law));
        }
    )*};
}
pub(crate) use for_every_structure;

/// The same for laws that a structure meets through its shape and what it shares, or through what it does in the laws for
/// every one: its own code cannot break them alone. With `--cfg every_structure` they too are tested for all: `.ci/long`
/// does.
#[cfg(not(every_structure))]
macro_rules! for_typical_structures {
    ($($law:ident),* $(,)?) => {$(
        mod $law {
            crate::support::structures::with_typical_structures! { crate::support::structures::tests! { $law } }
        }
    )*};
}
#[cfg(every_structure)]
pub(crate) use for_every_structure as for_typical_structures;
#[cfg(not(every_structure))]
pub(crate) use for_typical_structures;

/// Tests of `$law`, each under the name of its structure.
macro_rules! tests {
    (($law:ident) $($test:ident, $structure:ty;)*) => {$(
        #[test]
        fn $test() {
            super::$law::<$structure>();
        }
    )*};
}
pub(crate) use tests;

/// Calls a generic function once for each structure, which is its last parameter:
/// `call_for_every_structure!(check, [f32, 2](data))` is `check::<f32, 2, Full>(data)` and so on.
macro_rules! call_for_every_structure {
    ($function:ident, [$($parameter:tt),*]($($argument:expr),*)) => {
        crate::support::structures::with_every_structure!(
            crate::support::structures::calls!($function, [$($parameter),*], ($($argument),*))
        )
    };
}
pub(crate) use call_for_every_structure;

/// The same for [typical](for_typical_structures) ones.
#[cfg(not(every_structure))]
macro_rules! call_for_typical_structures {
    ($function:ident, [$($parameter:tt),*]($($argument:expr),*)) => {
        crate::support::structures::with_typical_structures! {
            crate::support::structures::calls! { $function, [$($parameter),*], ($($argument),*) }
        }
    };
}
#[cfg(every_structure)]
pub(crate) use call_for_every_structure as call_for_typical_structures;
#[cfg(not(every_structure))]
pub(crate) use call_for_typical_structures;

macro_rules! calls {
    (($function:ident, $parameters:tt, $arguments:tt) $($test:ident, $structure:ty;)*) => {
        $(crate::support::structures::calls!(@ $function, $parameters, $structure, $arguments);)*
    };
    (@ $function:ident, [$($parameter:tt),*], $structure:ty, ($($argument:expr),*)) => {
        $function::<$($parameter,)* $structure>($($argument),*)
    };
}
pub(crate) use calls;

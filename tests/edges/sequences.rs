//! Sequences of calls, whatever they are: after each, all that they work on is sound, and what was refused changed
//! nothing.

use gaussmix::covariance::Eev;
use gaussmix::{Diagonal, Full, Real, Spherical, Tied};
use proptest::collection::vec;
use proptest::num::u64::ANY;

use super::calls::{CALLS, Numbers, Said, World};
use crate::support::dense::Structure;
use crate::support::for_all::for_all;

/// Each call is a number, and the seed of its numbers.
fn survive<T: Real, const D: usize, const K: usize, C: Structure>(start: u64, calls: &[(u8, u64)]) {
    let mut world: World<T, D, K, C> = World::new(&mut Numbers::new(start));
    world.is_sound();
    for (call, seed) in calls {
        let before = world.clone();
        let said = world.call(*call, &mut Numbers::new(*seed));
        if let Said::Refused(error) = said {
            assert!(world == before, "call {call} was refused ({error}), and changed something");
        }
        world.is_sound();
    }
}

fn law<T: Real, const D: usize, const K: usize, C: Structure>(cases: u32, length: usize) {
    for_all(cases, (ANY, vec((0..CALLS, ANY), 1..length)), &|(start, calls)| {
        survive::<T, D, K, C>(start, &calls);
    });
}

/// Tests of a few sizes and structures.
macro_rules! sequences_of_calls_leave_all_sound {
    ($($name:ident: $scalar:ty, $d:literal, $k:literal, $structure:ty;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn any_sequence_leaves_all_sound() {
                law::<$scalar, $d, $k, $structure>(200, 60);
            }
        }
    )*};
}

sequences_of_calls_leave_all_sound! {
    spherical: f32, 1, 2, Spherical;
    diagonal: f32, 2, 3, Diagonal;
    full: f32, 2, 3, Full;
    full_in_double_precision: f64, 2, 3, Full;
    full_of_updated_factors: f32, 6, 2, Full;
    tied: f32, 2, 3, Tied<Full>;
    coupled: f32, 2, 2, Eev;
    coupled_in_double_precision: f64, 2, 2, Eev;
}

//! Random textures that are functions of a place: the same wherever and whenever they are asked for.

/// 64 well-mixed bits of a place (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195: the finaliser of SplitMix).
fn hash(seed: u64, x: i32, y: i32) -> u64 {
    let place = (u64::from(x as u32) << 32) | u64::from(y as u32);
    let mut z = (seed ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Uniform on [0, 1), independent from one place of the lattice to the next.
pub(crate) fn white(seed: u64, x: i32, y: i32) -> f32 {
    (hash(seed, x, y) >> 40) as f32 / (1_u64 << 24) as f32
}

/// White noise at the whole places, smooth between them.
pub(crate) fn smooth(seed: u64, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (ease(x - left), ease(y - top));
    let (i, j) = (left as i32, top as i32);
    let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
    let row = |j| mix(white(seed, i, j), white(seed, i + 1, j), u);
    mix(row(j), row(j + 1), v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_meets_white_and_does_not_jump() {
        assert_eq!(smooth(7, 3.0, -5.0), white(7, 3, -5));
        assert!((smooth(7, 2.999, 1.5) - smooth(7, 3.001, 1.5)).abs() < 0.01);
        let mean = (0..10_000).map(|i| white(1, i % 100, i / 100)).sum::<f32>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }
}

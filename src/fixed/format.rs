//! The formats of the numbers, and the logarithm of a sum.
//!
//! This file and `quantise.rs` are also modules of `export/`, which knows sizes only when it runs. So they use nothing
//! else of the crate.

/// Binary places of log-densities, in nats.
pub(super) const PLACES: u32 = 16;
/// Binary places of a deviation, in standard deviations.
pub(super) const DEVIATION_PLACES: u32 = 10;
/// The largest deviation, 32 standard deviations.
pub(super) const LARGEST_DEVIATION: u32 = 1 << 15;
/// Features at most: half the squares of so many largest deviations are 2³⁰ in the format of log-densities.
pub(super) const MOST_FEATURES: usize = 32;
/// Components at most, whose sum stays in range.
pub(super) const MOST_COMPONENTS: usize = 4096;
/// Below any score of a live component.
pub(super) const DEAD: i32 = -(1 << 30) - (1 << 28);
/// The offsets of live components lie within ± this: 2048 nats.
pub(super) const LARGEST_OFFSET: i32 = 1 << 27;
/// The largest shift of a row.
pub(super) const LARGEST_SHIFT: u8 = 24;

/// Binary places that each square of a deviation loses, so that the sum over `d` features fits 32 bits.
pub(super) const fn dropped(d: usize) -> u32 {
    match d {
        0..=3 => 0,
        4..=15 => 2,
        16..=31 => 3,
        _ => 4,
    }
}

/// Segments of the table for one nat, and in all.
const PER_NAT: usize = 16;
const SEGMENTS: usize = 12 * PER_NAT;
/// Binary places within a segment.
const SEGMENT_PLACES: u32 = PLACES - PER_NAT.trailing_zeros();

/// ln(1 + e^−t) for t = 0, 1/16, … 12. The last entry is 0, as all beyond: so the sum falls nowhere.
static TABLE: [u16; SEGMENTS + 1] = {
    // Constants know neither exponential nor logarithm: e^(−1/16), and ln(1 + y) = 2 artanh(y/(2 + y)) by its series.
    const STEP: f64 = 0.939_413_062_813_475_8;
    let (mut table, mut y, mut i) = ([0; SEGMENTS + 1], 1.0, 0);
    while i <= SEGMENTS {
        let u = y / (2.0 + y);
        let (mut sum, mut power, mut n) = (0.0, 2.0 * u, 1);
        while n < 40 {
            sum += power / n as f64;
            power *= u * u;
            n += 2;
        }
        table[i] = (sum * (1 << PLACES) as f64 + 0.5) as u16;
        y *= STEP;
        i += 1;
    }
    table
};

/// ln(eᵃ + eᵇ) ≥ both, by linear interpolation. It falls with neither argument.
#[inline(always)]
pub(super) fn log_add(a: i32, b: i32) -> i32 {
    let (larger, apart) = (if a > b { a } else { b }, a.abs_diff(b));
    if apart >= (SEGMENTS as u32) << SEGMENT_PLACES {
        return larger; // before an address of 16 bits would lose it
    }
    let (segment, rest) = ((apart >> SEGMENT_PLACES) as usize, apart & ((1 << SEGMENT_PLACES) - 1));
    match (TABLE.get(segment), TABLE.get(segment + 1)) {
        (Some(&from), Some(&to)) => {
            let (from, to) = (u32::from(from), u32::from(to));
            larger + (from - (((from - to) * rest) >> SEGMENT_PLACES)) as i32
        }
        _ => larger,
    }
}

/// A bound on the error of [`log_add`], in nats: of each segment the worse end, the sag of the curve below its chord
/// (f″ ≤ ¼), and the unit that an interpolation drops.
pub(super) fn log_add_error() -> f64 {
    let unit = 1.0 / f64::from(1 << PLACES);
    let exact = |i: usize| libm::log1p(libm::exp(-(i as f64) / PER_NAT as f64));
    let sag = 0.25 / (8 * PER_NAT * PER_NAT) as f64;
    let ends = TABLE.iter().enumerate().map(|(i, entry)| (f64::from(*entry) * unit - exact(i)).abs());
    (ends.fold(0.0, f64::max) + sag + unit).max(exact(SEGMENTS))
}

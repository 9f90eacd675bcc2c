//! Pictures: colour frames and masks, as bytes in rows from the top.

/// The size of every picture here.
pub(crate) const WIDTH: usize = 320;
pub(crate) const HEIGHT: usize = 240;
pub(crate) const PIXELS: usize = WIDTH * HEIGHT;

/// Red, green and blue of every pixel.
pub(crate) type Frame = Vec<[u8; 3]>;

/// Whether each pixel shows something that is not background.
pub(crate) type Mask = Vec<bool>;

/// The 3×3 median of a mask, which is the majority of nine; beyond the border a picture repeats its edge. It takes
/// away lone pixels and closes lone holes.
pub(crate) fn median(mask: &[bool]) -> Mask {
    let around = |at: usize, last: usize| [at.saturating_sub(1), at, (at + 1).min(last)];
    // Sums over rows first: six additions a pixel instead of nine.
    let mut across = vec![0_u8; PIXELS];
    for (sums, row) in across.chunks_exact_mut(WIDTH).zip(mask.chunks_exact(WIDTH)) {
        for x in 0..WIDTH {
            sums[x] = around(x, WIDTH - 1).iter().map(|&x| u8::from(row[x])).sum();
        }
    }
    let mut out = vec![false; PIXELS];
    for (y, row) in out.chunks_exact_mut(WIDTH).enumerate() {
        let [above, here, below] = around(y, HEIGHT - 1).map(|y| &across[y * WIDTH..][..WIDTH]);
        for x in 0..WIDTH {
            row[x] = above[x] + here[x] + below[x] >= 5;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_drops_a_dot_closes_a_hole_and_keeps_an_edge() {
        let mut mask = vec![false; PIXELS];
        mask[50 * WIDTH + 50] = true;
        for y in 100..140 {
            for x in 0..40 {
                mask[y * WIDTH + x] = (x, y) != (20, 120);
            }
        }
        let clean = median(&mask);
        assert!(!clean[50 * WIDTH + 50] && clean[120 * WIDTH + 20]);
        assert!(clean[120 * WIDTH] && clean[120 * WIDTH + 39] && !clean[120 * WIDTH + 40]);
    }
}

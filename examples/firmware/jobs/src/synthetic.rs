//! Samples made up on the spot, for measurements.

/// A generator of clusters of correlated features, on the corners of a cube whose edge is 2.5 standard deviations: so
/// close that every component has a share in every sample.
#[derive(Clone, Debug)]
pub struct Synthetic {
    state: u32,
}

impl Synthetic {
    /// Always the same samples.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: 1 }
    }

    /// Uniform on [−½, ½), from a linear congruential generator's upper half (Knuth's and Lewis's constants).
    fn uniform(&mut self) -> f32 {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((self.state >> 16) as u16) / 65_536.0 - 0.5
    }

    /// Mean 0 and variance 1: the sum of three uniforms, doubled.
    fn noise(&mut self) -> f32 {
        2.0 * (self.uniform() + self.uniform() + self.uniform())
    }

    /// Fills the samples, which take turns among `clusters`, of which there are at most 8.
    pub fn fill<const D: usize>(&mut self, clusters: usize, samples: &mut [[f32; D]]) {
        for (i, x) in samples.iter_mut().enumerate() {
            let corner = i % clusters;
            let mut previous = 0.0;
            for (j, x) in x.iter_mut().enumerate() {
                let noise = self.noise() + 0.5 * previous;
                let centre = if corner >> (j % 3) & 1 == 0 { -1.25 } else { 1.25 };
                *x = centre + noise;
                previous = noise;
            }
        }
    }
}

impl Default for Synthetic {
    fn default() -> Self {
        Self::new()
    }
}

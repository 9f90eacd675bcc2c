//! The estimator that `Novelty` is compared with.

/// P² (Jain & Chlamtac 1985): five markers, whose heights follow the quantiles 0, p/2, p, (1 + p)/2 and 1.
pub(crate) struct PSquared {
    p: f64,
    heights: [f64; 5],
    positions: [f64; 5],
    desired: [f64; 5],
    count: usize,
}

impl PSquared {
    pub(crate) fn new(p: f64) -> Self {
        let desired = [1.0, 1.0 + 2.0 * p, 1.0 + 4.0 * p, 3.0 + 2.0 * p, 5.0];
        Self { p, heights: [0.0; 5], positions: [1.0, 2.0, 3.0, 4.0, 5.0], desired, count: 0 }
    }

    pub(crate) fn quantile(&self) -> f64 {
        self.heights[2]
    }

    pub(crate) fn add(&mut self, x: f64) {
        if self.count < 5 {
            self.heights[self.count] = x;
            self.count += 1;
            if self.count == 5 {
                self.heights.sort_by(f64::total_cmp);
            }
            return;
        }
        self.heights[0] = self.heights[0].min(x);
        self.heights[4] = self.heights[4].max(x);
        for i in 1..5 {
            if x < self.heights[i] || i == 4 {
                (i..5).for_each(|j| self.positions[j] += 1.0);
                break;
            }
        }
        for (desired, step) in
            self.desired.iter_mut().zip([0.0, self.p / 2.0, self.p, (1.0 + self.p) / 2.0, 1.0])
        {
            *desired += step;
        }
        for i in 1..4 {
            let off = self.desired[i] - self.positions[i];
            let (left, right) =
                (self.positions[i - 1] - self.positions[i], self.positions[i + 1] - self.positions[i]);
            if (off >= 1.0 && right > 1.0) || (off <= -1.0 && left < -1.0) {
                let s = off.signum();
                let q = &self.heights;
                let up = (q[i + 1] - q[i]) / right;
                let down = (q[i - 1] - q[i]) / left;
                let parabolic = q[i] + s / (right - left) * ((s - left) * up + (right - s) * down);
                let between = q[i - 1] < parabolic && parabolic < q[i + 1];
                self.heights[i] =
                    if between { parabolic } else { q[i] + s * if s > 0.0 { up } else { down } };
                self.positions[i] += s;
            }
        }
    }
}

#[test]
fn it_finds_a_quantile_of_data_that_do_not_change() {
    let mut noise = crate::support::noise::Noise::new(5);
    let mut median = PSquared::new(0.5);
    let mut tail = PSquared::new(0.01);
    for _ in 0..200_000 {
        let x = noise.normal();
        median.add(x);
        tail.add(x);
    }
    assert!(median.quantile().abs() < 0.02, "{}", median.quantile());
    assert!((tail.quantile() + 2.326).abs() < 0.05, "{}", tail.quantile());
}

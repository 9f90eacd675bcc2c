//! What stands still, and the trees that nearly do: how much of red, green and blue light each point sends back.

use super::noise::{smooth, white};
use crate::frame::{HEIGHT, WIDTH};

/// Reflectance, linear, 0 to 1.
pub(crate) type Colour = [f32; 3];

/// Where the wall ends and the ground begins.
pub(crate) const HORIZON: f32 = 92.0;

/// The place: a brick wall with windows, a lawn and a path, one tree before the wall and a hedge along the ground.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    seed: u64,
    /// What does not move, by pixel.
    still: Vec<Colour>,
}

impl Place {
    pub(crate) fn new(seed: u64) -> Self {
        let points = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x as f32, y as f32)));
        Self { seed, still: points.map(|(x, y)| still(seed, x, y)).collect() }
    }

    /// The reflectance at a pixel at time `t`, in frames.
    pub(crate) fn colour(&self, x: usize, y: usize, t: f32) -> Colour {
        let still = self.still[y * WIDTH + x];
        self.foliage(x as f32, y as f32, t).unwrap_or(still)
    }

    /// Leaves and the gaps between them: a texture that stands still in coordinates that sway. A crown sways as a
    /// whole and every twig on its own; gusts come and go.
    fn foliage(&self, x: f32, y: f32, t: f32) -> Option<Colour> {
        let crown = crown(x, y)?;
        let gust = 0.6 + 0.4 * wave(t / 170.0 + 0.3);
        let twig = smooth(self.seed ^ 0x71, x / 14.0, y / 14.0);
        let dx = gust * (1.8 * wave(t / 31.0 + x / 400.0) + 1.4 * wave(t / 11.0 + 3.0 * twig));
        let dy = gust * 0.8 * wave(t / 14.0 + 5.0 * twig);
        let (u, v) = (x + dx, y + dy);
        let density = smooth(self.seed ^ 0x1eaf, u / 3.5, v / 3.0);
        // Thin towards the rim.
        if density < 0.35 + 0.4 * crown {
            return None;
        }
        let light = 0.35 + 0.9 * smooth(self.seed ^ 0x5417, u / 2.5, v / 2.5);
        Some([0.10 * light, 0.21 * light, 0.06 * light])
    }
}

/// sin 2πt
fn wave(t: f32) -> f32 {
    (std::f32::consts::TAU * t).sin()
}

/// How far out in a crown a point lies, squared, 0 to 1; none outside.
fn crown(x: f32, y: f32) -> Option<f32> {
    let in_ellipse = |cx: f32, cy: f32, rx: f32, ry: f32| {
        let (u, v) = ((x - cx) / rx, (y - cy) / ry);
        u * u + v * v
    };
    let tree = in_ellipse(70.0, 48.0, 46.0, 44.0);
    let hedge = in_ellipse(262.0, 100.0, 60.0, 17.0);
    let r = tree.min(hedge);
    (r < 1.0).then_some(r)
}

fn still(seed: u64, x: f32, y: f32) -> Colour {
    let grain = 0.9 + 0.2 * white(seed ^ 0x6a, x as i32, y as i32);
    let base = if (66.0..74.0).contains(&x) && (60.0..HORIZON + 14.0).contains(&y) {
        [0.16, 0.11, 0.08] // trunk
    } else if y < HORIZON {
        wall(seed, x, y)
    } else {
        ground(seed, x, y)
    };
    base.map(|c| c * grain)
}

fn wall(seed: u64, x: f32, y: f32) -> Colour {
    let (column, row) = ((x % 64.0) - 32.0, (y % 46.0) - 26.0);
    if column.abs() < 12.0 && row.abs() < 13.0 {
        let bar = column.abs() < 1.0 || row.abs() < 1.0;
        return if bar { [0.62, 0.60, 0.56] } else { [0.05, 0.06, 0.08] };
    }
    let course = (y / 5.0).floor();
    let shifted = x + 5.0 * (course % 2.0);
    if y % 5.0 < 1.0 || shifted % 10.0 < 1.0 {
        return [0.38, 0.36, 0.33]; // mortar
    }
    let tone = 0.75 + 0.5 * white(seed ^ 0xb1, (shifted / 10.0) as i32, course as i32);
    [0.36 * tone, 0.17 * tone, 0.12 * tone]
}

fn ground(seed: u64, x: f32, y: f32) -> Colour {
    let edge = 6.0 * smooth(seed ^ 0xed, x / 40.0, 0.0);
    let tone =
        0.7 + 0.3 * smooth(seed ^ 0x9a, x / 18.0, y / 9.0) + 0.3 * smooth(seed ^ 0x9b, x / 3.0, y / 2.0);
    if (132.0..188.0).contains(&(y + edge)) {
        [0.34 * tone, 0.33 * tone, 0.31 * tone] // path
    } else {
        [0.13 * tone, 0.22 * tone, 0.07 * tone] // lawn
    }
}

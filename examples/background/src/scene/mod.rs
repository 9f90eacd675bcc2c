//! A scene whose truth is known: what a fixed camera sees of a street with a tree.
//!
//! Reflectances meet light and a sensor, in this order:
//! 1. a wall, a lawn, a path; a tree and a hedge whose leaves sway, with gaps through which the wall is seen
//!    ([`place`]);
//! 2. people and cars cross before it; some people stop on the way for one to three seconds ([`actors`]): they are the
//!    truth;
//! 3. daylight, and a lamp that is switched on at frame [`LAMP_ON`] and lights a part of the scene;
//! 4. a camera: a lens that blurs by a pixel, a gain that drifts by ±12 % as an automatic exposure does or stays as it
//!    is ([`Gain`]), shot noise and read noise, the usual gamma of 2.2, and rounding to 8 bits.
//!
//! Everything follows from one seed. A frame is a function of its number.

mod actors;
mod noise;
mod place;

use crate::frame::{Frame, HEIGHT, Mask, PIXELS, WIDTH};
use actors::Actor;
use place::{Colour, Place};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// Frames of a scene: 16 seconds at 25 a second.
pub(crate) const FRAMES: usize = 400;
/// The first frame that the lamp lights.
pub(crate) const LAMP_ON: usize = 220;

const ACTORS: i32 = 16;
/// The lamp's place and reach in pixels, and its light at its place in units of daylight.
const LAMP: [f32; 4] = [225.0, 120.0, 95.0, 0.7];
/// Standard deviation of the read noise, and variance of the shot noise for each unit of light; white is 1.
const READ_NOISE: f32 = 0.0025;
const SHOT_NOISE: f32 = 0.00025;

/// What the camera's gain does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gain {
    Drifts,
    Steady,
}

/// A scene.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    seed: u64,
    gain: Gain,
    place: Place,
    /// From far to near.
    actors: Vec<Actor>,
}

impl Scene {
    pub(crate) fn new(seed: u64, gain: Gain) -> Self {
        let mut actors: Vec<Actor> = (0..ACTORS).map(|i| Actor::new(seed, i, FRAMES as f32)).collect();
        actors.sort_by(|a, b| a.bounds(0.0)[3].total_cmp(&b.bounds(0.0)[3]));
        Self { seed, gain, place: Place::new(seed), actors }
    }

    /// Frame `i`, and which of its pixels show somebody.
    pub(crate) fn frame(&self, i: usize) -> (Frame, Mask) {
        let t = i as f32;
        let mut colours: Vec<Colour> =
            (0..PIXELS).map(|p| self.place.colour(p % WIDTH, p / WIDTH, t)).collect();
        let mut mask = vec![false; PIXELS];
        for actor in &self.actors {
            let [left, top, right, bottom] = actor.bounds(t);
            for y in pixels(top, bottom, HEIGHT) {
                for x in pixels(left, right, WIDTH) {
                    if let Some(colour) = actor.colour(x as f32, y as f32, t) {
                        colours[y * WIDTH + x] = colour;
                        mask[y * WIDTH + x] = true;
                    }
                }
            }
        }
        let phase = t / 260.0 + noise::white(self.seed, 0, 1);
        let gain = match self.gain {
            Gain::Drifts => (0.12 * (std::f32::consts::TAU * phase).sin()).exp(),
            Gain::Steady => 1.0,
        };
        for (p, colour) in colours.iter_mut().enumerate() {
            let light = gain * light(p % WIDTH, p / WIDTH, i >= LAMP_ON);
            *colour = colour.map(|c| c * light);
        }
        (self.exposed(&blurred(&colours), i), mask)
    }

    /// What the sensor makes of light.
    fn exposed(&self, light: &[Colour], i: usize) -> Frame {
        let mut rng = Pcg32::new(self.seed, i as u64);
        let mut pixel = |light: f32| {
            let deviation = (READ_NOISE * READ_NOISE + SHOT_NOISE * light).sqrt();
            let level = (light + deviation * normal(&mut rng)).clamp(0.0, 1.0);
            (255.0 * level.powf(1.0 / 2.2)).round() as u8
        };
        light.iter().map(|l| l.map(&mut pixel)).collect()
    }
}

/// The whole numbers from one place to another, as far as they are in the picture.
fn pixels(from: f32, to: f32, size: usize) -> std::ops::Range<usize> {
    (from.floor().max(0.0) as usize).min(size)..(to.ceil().max(0.0) as usize).min(size)
}

fn light(x: usize, y: usize, lamp: bool) -> f32 {
    let [cx, cy, reach, strength] = LAMP;
    let (u, v) = ((x as f32 - cx) / reach, (y as f32 - cy) / reach);
    1.0 + if lamp { strength / (1.0 + (u * u + v * v) * (u * u + v * v)) } else { 0.0 }
}

/// The binomial 3×3 kernel; what lies beyond the border is like the border.
fn blurred(colours: &[Colour]) -> Vec<Colour> {
    let at = |x: usize, y: usize, c: usize| colours[y * WIDTH + x][c];
    let around = |i: usize, size: usize| [i.saturating_sub(1), i, (i + 1).min(size - 1)];
    let weighted = |[a, b, c]: [f32; 3]| 0.25 * a + 0.5 * b + 0.25 * c;
    (0..PIXELS)
        .map(|p| {
            let (xs, ys) = (around(p % WIDTH, WIDTH), around(p / WIDTH, HEIGHT));
            [0, 1, 2].map(|c| weighted(ys.map(|y| weighted(xs.map(|x| at(x, y, c))))))
        })
        .collect()
}

/// Nearly standard normal: 16 uniform parts, whose sum is.
fn normal(rng: &mut Pcg32) -> f32 {
    let bytes = [rng.next_u64(), rng.next_u64()].map(u64::to_le_bytes);
    let sum: u32 = bytes.iter().flatten().map(|b| u32::from(*b)).sum();
    // One byte has mean 127.5 and variance (256² − 1)/12.
    (sum as f32 - 16.0 * 127.5) / (16.0_f32 * 65535.0 / 12.0).sqrt()
}

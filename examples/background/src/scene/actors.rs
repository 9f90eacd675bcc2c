//! Who crosses the scene: people and cars, made of ellipses and boxes.

use super::noise::white;
use super::place::Colour;
use crate::frame::WIDTH;

/// One of those who cross.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    seed: u64,
    car: bool,
    /// Where the feet are at time 0 and how far they go in one frame, in pixels.
    start: f32,
    speed: f32,
    feet: f32,
    /// Height in pixels.
    size: f32,
    /// When it stops and for how many frames.
    pause: Option<(f32, f32)>,
    clothes: [Colour; 3],
}

impl Actor {
    /// The `i`-th actor of a scene of `frames` frames. Every sixth is a car; every fifth person stops on the way.
    pub(crate) fn new(seed: u64, i: i32, frames: f32) -> Self {
        let draw = |j| white(seed ^ 0xac70, i, j);
        let car = i % 6 == 5;
        let feet = if car { 168.0 + 12.0 * draw(0) } else { 118.0 + 112.0 * draw(0) };
        // Nearer is larger and faster.
        let near = feet / 240.0;
        let size = if car { 30.0 } else { (36.0 + 16.0 * draw(1)) * near * near + 12.0 };
        let speed =
            (if car { 2.6 } else { 0.9 } + 0.9 * draw(2)) * near * if draw(3) < 0.5 { -1.0 } else { 1.0 };
        // In the middle of the scene at some time between the first and the last frame.
        let middle = frames * draw(4);
        let colour = |j| {
            let tone = 0.03 + 0.55 * draw(j) * draw(j);
            [0, 1, 2].map(|c| tone * (0.4 + 1.2 * draw(j + 1 + c)))
        };
        let stops = !car && i % 5 == 2;
        Self {
            seed: seed ^ (i as u64) << 8,
            car,
            start: WIDTH as f32 / 2.0 - speed * middle,
            speed,
            feet,
            size,
            pause: stops.then(|| (middle + 40.0 * (draw(5) - 0.5), 30.0 + 40.0 * draw(6))),
            clothes: [colour(10), colour(20), colour(30)],
        }
    }

    /// Frames of walking up to time `t`.
    fn walked(&self, t: f32) -> f32 {
        match self.pause {
            Some((from, length)) if t > from => (t - length).max(from),
            _ => t,
        }
    }

    /// The box around it at time `t`: left, top, right, bottom.
    pub(crate) fn bounds(&self, t: f32) -> [f32; 4] {
        let x = self.start + self.speed * self.walked(t);
        let half = if self.car { 1.3 * self.size } else { 0.35 * self.size };
        [x - half, self.feet - self.size, x + half, self.feet]
    }

    /// Its reflectance at a point at time `t`, where it covers the point.
    pub(crate) fn colour(&self, x: f32, y: f32, t: f32) -> Option<Colour> {
        let walked = self.walked(t);
        // In its own frame: 0 at the feet, 1 at the top; to the right of the middle.
        let along = (x - self.start - self.speed * walked) / self.size * self.speed.signum();
        let up = (self.feet - y) / self.size;
        let part = if self.car { car(along, up) } else { person(along, up, walked * self.speed / self.size) };
        let weave =
            0.85 + 0.3 * white(self.seed, (along * self.size).floor() as i32, (up * self.size) as i32);
        Some(match part? {
            Part::Cloth(i) => self.clothes[i].map(|c| c * weave),
            Part::Skin => [0.42, 0.27, 0.20],
            Part::Dark => [0.02, 0.02, 0.025],
        })
    }
}

enum Part {
    Cloth(usize),
    Skin,
    Dark,
}

fn ellipse(u: f32, v: f32, ru: f32, rv: f32) -> bool {
    (u / ru) * (u / ru) + (v / rv) * (v / rv) < 1.0
}

/// Head, hair, jacket, and two legs that swing with the way gone.
fn person(along: f32, up: f32, way: f32) -> Option<Part> {
    if ellipse(along, up - 0.92, 0.06, 0.075) {
        return Some(if up > 0.95 { Part::Dark } else { Part::Skin });
    }
    if (0.45..0.85).contains(&up) && ellipse(along, up - 0.62, 0.13, 0.26) {
        return Some(Part::Cloth(0));
    }
    let swing = 0.16 * (std::f32::consts::TAU * way).sin();
    let knee = (0.5 - up) / 0.5;
    let legs = [swing, -swing].map(|s| (along - s * knee).abs() < 0.055);
    ((0.0..0.5).contains(&up) && (legs[0] || legs[1])).then_some(Part::Cloth(1))
}

/// Body, cabin with a window, two wheels.
fn car(along: f32, up: f32) -> Option<Part> {
    let wheel = [-0.75, 0.75].iter().any(|w| ellipse(along - w, up - 0.16, 0.2, 0.2));
    if wheel && up >= 0.0 {
        return Some(Part::Dark);
    }
    if (0.14..0.6).contains(&up) && along.abs() < 1.25 {
        return Some(Part::Cloth(2));
    }
    if (0.6..0.98).contains(&up) && along.abs() < 0.7 {
        let window = (0.64..0.9).contains(&up) && along.abs() < 0.6 && along.abs() > 0.05;
        return Some(if window { Part::Dark } else { Part::Cloth(2) });
    }
    None
}

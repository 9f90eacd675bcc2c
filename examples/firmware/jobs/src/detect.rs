//! Telling that the wearer does something else than standing, by a model of standing that lies in flash.

#[rustfmt::skip] // as the host program writes it
mod model;

pub use model::{MODEL, SAMPLE_THRESHOLD, WINDOW_THRESHOLD};

use crate::data::{Activity, RECORDING, recordings};
use gaussmix::Gmm;
use heapless::Deque;

/// Samples in a window: one second.
pub const WINDOW: usize = 10;
/// Recordings of standing that the model was fitted to; the others are held out.
pub const TRAINING: usize = 5;

/// The standing that the model was fitted to, and the standing held out.
#[must_use]
pub fn standing() -> (&'static [[f32; 6]], &'static [[f32; 6]]) {
    recordings(Activity::Standing).split_at_checked(TRAINING * RECORDING).unwrap_or_default()
}

/// How unlike the model a stream of samples is.
#[derive(Clone, Debug)]
pub struct Scorer<'a> {
    gmm: &'a Gmm<f32, 6, 4>,
    window: Deque<f32, WINDOW>,
}

impl<'a> Scorer<'a> {
    /// A scorer that has seen nothing.
    #[must_use]
    pub const fn new(gmm: &'a Gmm<f32, 6, 4>) -> Self {
        Self { gmm, window: Deque::new() }
    }

    /// ln p(x) of the sample, and the mean of the last ten once there are ten. A sample that the model refuses counts
    /// as impossible.
    pub fn score(&mut self, x: &[f32; 6]) -> (f32, Option<f32>) {
        let log_density = self.gmm.log_density(x).unwrap_or(f32::NEG_INFINITY);
        if self.window.is_full() {
            self.window.pop_front();
        }
        // There is room.
        let _ = self.window.push_back(log_density);
        let mean = || self.window.iter().sum::<f32>() / WINDOW as f32;
        (log_density, self.window.is_full().then(mean))
    }
}

/// The share of a set of recordings that is reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Of single samples.
    pub samples: f32,
    /// Of windows.
    pub windows: f32,
}

/// Scores whole recordings. A window never spans two of them.
#[must_use]
pub fn rates(data: &[[f32; 6]]) -> Rates {
    let (mut samples, mut windows) = ([0_u16; 2], [0_u16; 2]);
    for recording in data.chunks(RECORDING) {
        let mut scorer = Scorer::new(&MODEL);
        for x in recording {
            let (sample, window) = scorer.score(x);
            count(&mut samples, sample < SAMPLE_THRESHOLD);
            if let Some(window) = window {
                count(&mut windows, window < WINDOW_THRESHOLD);
            }
        }
    }
    Rates { samples: share(samples), windows: share(windows) }
}

fn count([reported, all]: &mut [u16; 2], report: bool) {
    *reported += u16::from(report);
    *all += 1;
}

fn share([reported, all]: [u16; 2]) -> f32 {
    f32::from(reported) / f32::from(all)
}

//! What `c/job.c` does, by the Rust interface and without an interruption: the digests that it must find.

use crate::data::acceleration;
use crate::{Result, text};
use bearing::bearing::{BEARING_MODEL_RECORD, BEARING_RUN_RECORD};
use bearing::model::STANDING;
use bearing::pump::PUMP_RECORD;
use gaussmix::detector::Detector;
use gaussmix::novelty::Novelty;
use gaussmix::persist::Persist;
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Em, Gmm, OnlineEm, init};
use std::fmt::Write;

/// Samples of the window that a model is fitted to: every twentieth.
const STRIDE: usize = 20;

/// FNV-1a, 64 bits (Fowler, Noll & Vo), as in `job.c`.
#[derive(Clone, Copy, Debug)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Digest {
    /// Takes in bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    /// Takes in a number.
    pub fn number(&mut self, x: f32) {
        self.add(&x.to_le_bytes());
    }
}

/// The samples, the model in flash and the digests, as C.
///
/// # Errors
/// If the data are not there, or a fit is broken.
pub fn write() -> Result<String> {
    let samples = acceleration()?;
    let window: Vec<[f32; 3]> = samples.iter().step_by(STRIDE).copied().collect();
    let model = STANDING.clone();

    let mut out = String::from(
        "/* Written by the host: data, and what it computed from them. */\n#include \"job.h\"\n\n",
    );
    let numbers: Vec<String> = samples.as_flattened().iter().map(|x| text::float(*x)).collect();
    text::array(&mut out, "float", "job_samples", numbers.iter());
    let mut record = [0; BEARING_MODEL_RECORD];
    text::array(&mut out, "uint8_t", "job_model", model.encode(&mut record)?.iter());
    for (name, digest) in [
        ("job_run", run(model, &samples)?),
        ("job_made", made(&window)?),
        ("job_fit", fit(&window)?),
        ("job_detector", detector(&samples)?),
    ] {
        writeln!(out, "const uint64_t {name} = 0x{:016X};", digest.0)?;
    }
    Ok(out)
}

/// A run that follows all samples. Its scores, every hundredth posterior of the model as it then stands, and its
/// record.
fn run(model: Gmm<f32, 3, 4>, samples: &[[f32; 3]]) -> Result<Digest> {
    let mut digest = Digest::default();
    let mut run = OnlineEm::new(model, StepSize::constant(0.01)?)?.with_interval(10);
    for (t, x) in samples.iter().enumerate() {
        digest.number(run.observe(x)?.log_density);
        if t == 2345 {
            run.maximize()?;
        }
        if t % 100 == 0 {
            let posterior = run.model().posterior(x)?;
            digest.number(posterior.log_density);
            posterior.responsibilities.iter().for_each(|r| digest.number(*r));
        }
    }
    digest.add(run.encode(&mut [0; BEARING_RUN_RECORD])?);
    Ok(digest)
}

/// The scores and the record of a model that is made of parameters.
fn made(window: &[[f32; 3]]) -> Result<Digest> {
    let mut digest = Digest::default();
    let model: Gmm<f32, 3, 4> = Gmm::from_arrays(
        [0.5, 0.25, 0.125, 0.125],
        [[0.0, 0.0, 0.0], [4.0, 1.0, 0.0], [-4.0, 0.0, 1.0], [0.0, 0.0, -8.0]],
        [
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [[4.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]],
            [[2.0, 0.0, -1.0], [0.0, 3.0, 0.0], [-1.0, 0.0, 4.0]],
            [[9.0, 0.0, 0.0], [0.0, 16.0, 2.0], [0.0, 2.0, 25.0]],
        ],
    )?;
    for x in window {
        digest.number(model.log_density(x)?);
    }
    digest.add(model.encode(&mut [0; BEARING_MODEL_RECORD])?);
    Ok(digest)
}

/// The record of a model that is fitted to a window.
fn fit(window: &[[f32; 3]]) -> Result<Digest> {
    let mut digest = Digest::default();
    let mut model: Gmm<f32, 3, 4> = Gmm::unfitted();
    init::farthest_first(&mut model, window)?;
    Em::default().fit(&mut model, window)?;
    digest.add(model.encode(&mut [0; BEARING_MODEL_RECORD])?);
    Ok(digest)
}

/// A detector that learns the first three activities and then watches all four, until it is told that the fourth is
/// usual too; amid a window there is a gap in the signal. What it says of each window, and its record.
fn detector(samples: &[[f32; 3]]) -> Result<Digest> {
    let mut digest = Digest::default();
    let mut pump: Detector<f32, 3, 6, 4, Diagonal> = Detector::new(20)?
        .with_learning(149)?
        .with_novelty(Novelty::new(0.02)?)
        .with_adaptation(0.02)?
        .with_votes(2, 3)?;
    for x in samples.get(..3000).ok_or("too few samples")? {
        take(&mut digest, &mut pump, x)?;
    }
    for (t, x) in samples.iter().enumerate() {
        if t == 1513 {
            pump.discard_window();
        }
        if t == 3400 {
            pump.learn(15);
        }
        take(&mut digest, &mut pump, x)?;
    }
    digest.add(pump.encode(&mut [0; PUMP_RECORD])?);
    Ok(digest)
}

fn take(digest: &mut Digest, pump: &mut Detector<f32, 3, 6, 4, Diagonal>, sample: &[f32; 3]) -> Result<()> {
    if let Some(window) = pump.observe(sample)? {
        window.features.iter().for_each(|x| digest.number(*x));
        digest.number(window.log_density.unwrap_or_default());
        let event = window.event.map_or(interface::detector::Event::None, Into::into);
        digest.add(&[event as u8, u8::from(window.is_novel), u8::from(window.is_alarm)]);
        digest.number(pump.threshold());
    }
    Ok(())
}

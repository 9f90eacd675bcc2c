//! Where frames come from, and the raw files by which other programs get the same.

use crate::frame::{Frame, HEIGHT, Mask, PIXELS, WIDTH};
use crate::scene::{FRAMES, Gain, Scene};
use std::path::Path;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

/// A clip of a real camera; its origin stands in `clip/README.md`.
const CLIP: &[u8] = include_bytes!("../clip/vtest.mjpeg");

/// Frames, and which of their pixels are not background, where that is known.
#[derive(Clone, Debug)]
pub(crate) struct Video {
    pub(crate) name: &'static str,
    pub(crate) frames: Vec<Frame>,
    pub(crate) truth: Option<Vec<Mask>>,
}

impl Video {
    /// The generated scene: `drift` or `steady`, after the camera's gain.
    pub(crate) fn scene(seed: u64, gain: Gain) -> Self {
        let scene = Scene::new(seed, gain);
        let (frames, truth) = (0..FRAMES).map(|i| scene.frame(i)).unzip();
        let name = match gain {
            Gain::Drifts => "drift",
            Gain::Steady => "steady",
        };
        Self { name, frames, truth: Some(truth) }
    }

    /// The real clip.
    pub(crate) fn clip() -> Result<Self, String> {
        let frames = pictures(CLIP).map(decoded).collect::<Result<_, _>>()?;
        Ok(Self { name: "clip", frames, truth: None })
    }

    /// Writes `NAME.rgb` (three bytes a pixel) and, if there is a truth, `NAME-truth.masks`.
    pub(crate) fn save(&self, directory: &Path) -> Result<(), String> {
        let bytes: Vec<u8> = self.frames.iter().flatten().flatten().copied().collect();
        write(&directory.join(format!("{}.rgb", self.name)), &bytes)?;
        match &self.truth {
            Some(truth) => save_masks(&directory.join(format!("{}-truth.masks", self.name)), truth),
            None => Ok(()),
        }
    }
}

/// The pictures of a file that holds one JPEG after the other. Within a picture the bytes FF D8 FF do not occur.
fn pictures(mut file: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let begin = |w: &[u8]| w == [0xff, 0xd8, 0xff];
        let next = file.get(1..)?.windows(3).position(begin).map_or(file.len(), |p| p + 1);
        let (picture, rest) = file.split_at(next);
        file = rest;
        Some(picture)
    })
}

fn decoded(jpeg: &[u8]) -> Result<Frame, String> {
    let mut decoder = JpegDecoder::new(ZCursor::new(jpeg));
    let bytes = decoder.decode().map_err(|error| error.to_string())?;
    if decoder.dimensions() != Some((WIDTH, HEIGHT)) || bytes.len() != 3 * PIXELS {
        return Err("the clip's frames are of another size".into());
    }
    Ok(bytes.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect())
}

/// Writes masks as one byte a pixel, 0 or 255.
pub(crate) fn save_masks(path: &Path, masks: &[Mask]) -> Result<(), String> {
    let bytes: Vec<u8> = masks.iter().flatten().map(|m| if *m { 255 } else { 0 }).collect();
    write(path, &bytes)
}

/// Reads what [`save_masks`] or another program wrote.
pub(crate) fn load_masks(path: &Path) -> Result<Vec<Mask>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(bytes.chunks_exact(PIXELS).map(|mask| mask.iter().map(|b| *b > 0).collect()).collect())
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clip_has_140_frames_that_differ() -> Result<(), String> {
        let clip = Video::clip()?;
        assert_eq!(clip.frames.len(), 140);
        assert!(clip.frames.windows(2).all(|pair| pair[0] != pair[1]));
        Ok(())
    }

    #[test]
    fn a_frame_of_the_scene_depends_on_its_number_and_seed_alone() {
        let scene = Scene::new(3, Gain::Drifts);
        assert_eq!(scene.frame(7), Scene::new(3, Gain::Drifts).frame(7));
        assert_ne!(scene.frame(7), scene.frame(8));
        assert_ne!(scene.frame(7), Scene::new(4, Gain::Drifts).frame(7));
    }
}

//! The masks beside those of OpenCV's MOG2.

use crate::frame::Mask;
use crate::pictures::{of_difference, of_mask, save_curves, save_sheet};
use crate::score::{Counts, mean};
use crate::video::{Video, load_masks};
use crate::{FIRST, f1};
use std::path::Path;

/// Prints one table of all that ran, and draws the frames of the clip on which the two differ most.
pub(crate) fn report(out: &Path) -> Result<(), String> {
    let masks = |name: &str| load_masks(&out.join(format!("{name}.masks")));
    let truths = [("drift", masks("drift-truth")?), ("steady", masks("steady-truth")?)];
    let truth = |video: &str| truths.iter().find(|(name, _)| *name == video).map(|(_, truth)| truth);
    println!(
        "\n{:<22} {:<6} {:>8}  {:>7}  {:>9}  {:>6}",
        "", "video", "frames/s", "mean F1", "precision", "recall"
    );
    for line in read(out, "table.txt")?.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [structure, bytes, video, rate, _] = fields[..] {
            let found = masks(&format!("{video}-{structure}"))?;
            row(&format!("{structure}, {bytes} B/pixel"), video, rate, &found, truth(video));
        }
    }
    let settings = read(out, "mog2.txt")?;
    for line in settings.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [name, video, rate, _, _] = fields[..] {
            row(
                &format!("MOG2, {name}"),
                video,
                rate,
                &masks(&format!("{video}-mog2-{name}"))?,
                truth(video),
            );
        }
    }
    for line in settings.lines().filter(|line| !line.starts_with("default") && !line.contains("clip")) {
        println!("{}", line.replace('\t', " "));
    }
    for (name, truth) in &truths {
        curves(out, name, truth)?;
    }
    clip(out)
}

fn read(out: &Path, name: &str) -> Result<String, String> {
    let path = out.join(name);
    std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn row(name: &str, video: &str, rate: &str, found: &[Mask], truth: Option<&Vec<Mask>>) {
    let Some(truth) = truth else {
        println!("{name:<22} {video:<6} {rate:>8}        -          -       -");
        return;
    };
    let mut total = Counts::default();
    for (found, truth) in found.iter().zip(truth).skip(FIRST) {
        total = total.plus(Counts::of(found, truth));
    }
    let f1 = mean(&f1(found, truth)[FIRST..]);
    let (precision, recall) = (total.precision(), total.recall());
    println!("{name:<22} {video:<6} {rate:>8}  {f1:>7.3}  {precision:>9.3}  {recall:>6.3}");
}

fn curves(out: &Path, video: &str, truth: &[Mask]) -> Result<(), String> {
    let series = |name: &str, file: &str| -> Result<_, String> {
        Ok((name.to_owned(), f1(&load_masks(&out.join(format!("{video}-{file}.masks")))?, truth)))
    };
    let all = [
        series("one mixture a pixel, full", "full")?,
        series("MOG2, tuned", "mog2-tuned")?,
        series("MOG2, default", "mog2-default")?,
        series("MOG2, tuned, learns anew", "mog2-relearns")?,
    ];
    save_curves(&out.join(format!("{video}-f1-mog2.svg")), "F1 of each frame of the scene", &all)
}

/// Agreement with MOG2 on the clip, and a picture of the frames where it is least.
fn clip(out: &Path) -> Result<(), String> {
    let video = Video::clip()?;
    let ours = load_masks(&out.join("clip-full.masks"))?;
    let mut curves = Vec::new();
    for name in ["default", "tuned"] {
        let theirs = load_masks(&out.join(format!("clip-mog2-{name}.masks")))?;
        let agreement = f1(&ours, &theirs);
        let counted: Vec<f64> = agreement[FIRST..].to_vec();
        let least = counted.iter().copied().fold(1.0, f64::min);
        println!(
            "agreement with MOG2 {name} on the clip (F1 of one mask against the other): mean {:.3}, least {least:.3}",
            mean(&counted)
        );
        let mut worst: Vec<usize> = (FIRST..ours.len()).collect();
        worst.sort_by(|a, b| agreement[*a].total_cmp(&agreement[*b]));
        worst.truncate(4);
        println!(
            "  least on frames {worst:?}: differ-{name}.png (frame, full, MOG2, only full orange, only MOG2 blue)"
        );
        let row = |i: &usize| {
            let difference = of_difference(&ours[*i], &theirs[*i]);
            vec![video.frames[*i].clone(), of_mask(&ours[*i]), of_mask(&theirs[*i]), difference]
        };
        save_sheet(&out.join(format!("differ-{name}.png")), &worst.iter().map(row).collect::<Vec<_>>())?;
        curves.push((format!("with MOG2, {name}"), agreement));
    }
    save_curves(&out.join("agreement.svg"), "agreement of the masks on each frame of the clip", &curves)
}

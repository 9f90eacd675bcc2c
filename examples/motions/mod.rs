//! BasicMotions: what a smart watch measured while its wearer stood, ran, walked and played badminton.

/// Features: acceleration and rotation along three axes.
pub(crate) const D: usize = 6;
/// Samples in a recording: ten seconds.
pub(crate) const RECORDING: usize = 100;
/// Samples in a window: two seconds.
pub(crate) const WINDOW: usize = 20;
/// What describes a window: the mean of each axis, and the logarithm of its standard deviation.
pub(crate) const FEATURES: usize = 2 * D;
/// The activities, in the order of the file.
pub(crate) const ACTIVITIES: [&str; 4] = ["standing", "running", "walking", "badminton"];

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) x: [f64; D],
    /// Index into [`ACTIVITIES`].
    pub(crate) activity: usize,
}

/// All samples in the order of the file, which is sorted by activity, ten recordings of [`RECORDING`] samples each.
pub(crate) fn load() -> Result<Vec<Sample>, String> {
    const FILE: &str = include_str!("../../tests/data/basic_motions.csv");
    csv::Reader::from_reader(FILE.as_bytes())
        .records()
        .map(|row| sample(&row.map_err(|error| error.to_string())?))
        .collect()
}

/// Two seconds of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) x: [f64; FEATURES],
    /// Index into [`ACTIVITIES`].
    pub(crate) activity: usize,
}

/// The windows of one recording; each begins `stride` samples after the one before. None holds samples of two
/// recordings.
pub(crate) fn windows(recording: &[Sample], stride: usize) -> impl Iterator<Item = Window> {
    let window = |samples: &[Sample]| Window { x: features(samples), activity: samples[0].activity };
    recording.windows(WINDOW).step_by(stride).map(window)
}

/// Where a window lies, and how much it moves. The spread enters as a logarithm: by it, activities differ by factors.
fn features(samples: &[Sample]) -> [f64; FEATURES] {
    let n = samples.len() as f64;
    let mut features = [0.0; FEATURES];
    for j in 0..D {
        let mean = samples.iter().map(|s| s.x[j]).sum::<f64>() / n;
        let variance = samples.iter().map(|s| (s.x[j] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        features[j] = mean;
        features[D + j] = variance.ln() / 2.0;
    }
    features
}

fn sample(row: &csv::StringRecord) -> Result<Sample, String> {
    let wrong = || format!("not a row of basic_motions.csv: {row:?}");
    let mut x = [0.0; D];
    for (value, field) in x.iter_mut().zip(row) {
        *value = field.parse().map_err(|_| wrong())?;
    }
    let label = row.get(D + 2).ok_or_else(wrong)?;
    let activity = ACTIVITIES.iter().position(|name| *name == label).ok_or_else(wrong)?;
    Ok(Sample { x, activity })
}

//! BasicMotions: what a smart watch measured while its wearer stood, ran, walked and played badminton.

/// Features: acceleration and rotation along three axes.
pub(crate) const D: usize = 6;
/// Samples in a recording: ten seconds.
#[allow(dead_code)] // not every example cuts the stream
pub(crate) const RECORDING: usize = 100;
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

//! The pictures of a run.

mod assignment;
mod canvas;
mod climb;
mod colour;
mod contour;
mod criteria;
mod density;
mod histogram;
mod marginal;
pub(crate) mod png;
mod scale;

use std::fs;
use std::path::{Path, PathBuf};

use crate::dataset::Dataset;
use crate::fit::Fitted;
use crate::report::plural;
use crate::search::Row;
use scale::Axis;

/// More samples than this are thinned out in scatter plots.
const MOST_DOTS: usize = 3000;

/// A picture that was drawn.
pub(crate) struct Picture {
    pub(crate) path: PathBuf,
    /// What is seen in it.
    pub(crate) shows: &'static str,
}

/// Draws everything into `directory` and says where.
pub(crate) fn draw(
    dataset: &Dataset,
    rows: &[Row],
    chosen: &Fitted,
    directory: &Path,
) -> Result<Vec<Picture>, String> {
    let mut pictures = Vec::new();
    if dataset.table.features() == 1 {
        let shows = "the samples by component, and the density";
        pictures.push(("histogram.svg", shows, histogram::draw(dataset, chosen)?));
    } else {
        let view = View::new(dataset, chosen);
        let shows = "every sample in the colour of its component";
        pictures.push(("assignment.svg", shows, assignment::draw(&view)?));
        pictures.push(("density.svg", "regions that hold a share of the probability", density::draw(&view)?));
    }
    pictures.push((
        "likelihood.svg",
        "how each restart climbed, and where it stopped",
        climb::draw(dataset, chosen)?,
    ));
    if rows.len() > 1 {
        let shows = "BIC of every structure and number of components";
        pictures.push(("criteria.svg", shows, criteria::draw(dataset, rows, chosen)?));
    }
    fs::create_dir_all(directory)
        .map_err(|error| format!("cannot create {}: {error}", directory.display()))?;
    let mut drawn = Vec::new();
    for (name, shows, svg) in pictures {
        let path = directory.join(name);
        fs::write(&path, svg).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        drawn.push(Picture { path, shows });
    }
    Ok(drawn)
}

/// The chosen model and the data over the two features that are drawn.
pub(crate) struct View<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) chosen: &'a Fitted,
    pub(crate) features: [usize; 2],
}

impl<'a> View<'a> {
    fn new(dataset: &'a Dataset, chosen: &'a Fitted) -> Self {
        Self { dataset, chosen, features: telling_features(dataset, chosen) }
    }

    pub(crate) fn points(&self) -> impl Iterator<Item = (f64, f64)> + Clone {
        let [x, y] = self.features;
        self.dataset.table.rows().map(move |row| (row[x], row[y]))
    }

    pub(crate) fn stride(&self) -> usize {
        self.dataset.table.rows().len().div_ceil(MOST_DOTS)
    }

    /// What to multiply the size of a dot by: the more there are, the smaller.
    pub(crate) fn dot_size(&self) -> f64 {
        let drawn = self.dataset.table.rows().len().div_ceil(self.stride());
        (400.0 / drawn as f64).powf(0.3).clamp(0.4, 1.0)
    }

    /// The axis of feature `j`: all samples, and so many standard deviations of every component.
    pub(crate) fn axis(&self, j: usize, deviations: f64) -> Axis {
        let ends = self.chosen.components.iter().flat_map(|c| {
            let reach = deviations * c.covariance_of(j, j).sqrt();
            [c.mean[j] - reach, c.mean[j] + reach]
        });
        Axis::of_values(&self.dataset.titles[j], self.dataset.table.column(j).chain(ends))
    }

    /// "Old Faithful: tied full, K = 3", and what is to be known of the view.
    pub(crate) fn caption(&self, of: &str) -> (String, String) {
        let mut notes = vec![plural(self.dataset.table.rows().len(), "sample")];
        if self.stride() > 1 {
            notes.push(format!("1 in {} is drawn", self.stride()));
        }
        let count = self.dataset.table.features();
        if count > 2 {
            notes.push(format!("the 2 of {count} features over which the components lie farthest apart"));
        }
        (title(self.dataset, self.chosen, of), notes.join(", "))
    }
}

fn title(dataset: &Dataset, chosen: &Fitted, of: &str) -> String {
    format!("{}: {of}, {}", dataset.name, chosen.name())
}

/// The two features, in their order, of which the components' means explain the largest share of the variance.
fn telling_features(dataset: &Dataset, chosen: &Fitted) -> [usize; 2] {
    let share = |j: usize| {
        let weighted =
            |f: &dyn Fn(f64) -> f64| chosen.components.iter().map(|c| c.weight * f(c.mean[j])).sum::<f64>();
        let mean = weighted(&|m| m);
        let between = weighted(&|m| (m - mean) * (m - mean));
        let within: f64 = chosen.components.iter().map(|c| c.weight * c.covariance_of(j, j)).sum();
        between / (between + within)
    };
    let mut features: Vec<usize> = (0..dataset.table.features()).collect();
    features.sort_by(|&a, &b| share(b).total_cmp(&share(a)));
    let (a, b) = (features[0], features[1]);
    [a.min(b), a.max(b)]
}

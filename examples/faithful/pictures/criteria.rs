//! BIC against the number of components, one line per structure.

use super::canvas::{Entry, Frame, Mark, sheet};
use super::colour::{GREY, series};
use super::scale::{Axis, SignedLog, extremes};
use crate::dataset::Dataset;
use crate::fit::Fitted;
use crate::report::plural;
use crate::search::Row;
use crate::structure::Structure;

/// The chosen BIC is 0; within a unit of it the scale is linear.
const SCALE: SignedLog = SignedLog { unit: 1.0 };

pub(crate) fn draw(dataset: &Dataset, rows: &[Row], chosen: &Fitted) -> Result<String, String> {
    let fits: Vec<&Fitted> = rows.iter().filter_map(|(_, result)| result.as_ref().ok()).collect();
    let place = |fitted: &Fitted| (beside(fitted), SCALE.place(fitted.bic() - chosen.bic()));
    let (least, most) = extremes(fits.iter().map(|f| place(f).1));
    let (first, last) = extremes(rows.iter().map(|(job, _)| job.k as f64));
    let y = least - 0.18..=most + 0.18;
    let ks = (first as usize..=last as usize).map(|k| (k as f64, k.to_string())).collect();
    let frame = Frame {
        title: format!("{}: BIC against the number of components", dataset.name),
        subtitle: format!(
            "{}; the best of {} for each point; the scale is logarithmic in the distance to the chosen BIC",
            plural(dataset.table.rows().len(), "sample"),
            plural(chosen.job.restarts as usize, "restart"),
        ),
        x: Axis::with_ticks("components K", first - 0.4..=last + 0.4, ks),
        y: Axis::with_ticks(
            "BIC, relative to the chosen (less is better)",
            y.clone(),
            SCALE.ticks(y, &format!("{:.1}", chosen.bic())),
        ),
        legend: legend(&fits, chosen),
    };
    sheet(&frame, |plot| {
        for structure in Structure::ALL.iter().copied() {
            let of_structure = fits.iter().filter(|f| f.job.structure == structure);
            let line: Vec<(f64, f64)> = of_structure.map(|f| place(f)).collect();
            plot.line(&line, 1.8, series(structure as usize), 0.9)?;
        }
        for fitted in &fits {
            let structure = fitted.job.structure as usize;
            plot.symbol(place(fitted), structure, series(structure), fitted.is_healthy())?;
        }
        plot.ring(place(chosen), 11.0)
    })
}

/// Structures stand side by side, since some have the same BIC.
fn beside(fitted: &Fitted) -> f64 {
    fitted.job.k as f64
        + 0.03 * (fitted.job.structure as usize as f64 - (Structure::ALL.len() - 1) as f64 / 2.0)
}

fn legend(fits: &[&Fitted], chosen: &Fitted) -> Vec<Entry> {
    let mut entries = vec![Entry::new(Mark::Heading, "covariance, its least BIC")];
    for structure in Structure::ALL.iter().copied() {
        let healthy = fits.iter().filter(|f| f.job.structure == structure && f.is_healthy());
        let tried = fits.iter().any(|f| f.job.structure == structure);
        let least = healthy.map(|f| f.bic()).min_by(f64::total_cmp);
        let text = match least {
            Some(bic) => format!("{}, {bic:.2}", structure.name()),
            None => format!("{}, none healthy", structure.name()),
        };
        if tried {
            let index = structure as usize;
            entries.push(Entry::new(Mark::Symbol(index, series(index), least.is_some()), text));
        }
    }
    entries.push(Entry::new(Mark::Gap, ""));
    entries.push(Entry::new(Mark::Ring, format!("chosen, K = {}", chosen.job.k)));
    if fits.iter().any(|f| !f.is_healthy()) {
        entries.push(Entry::new(Mark::Symbol(0, GREY, false), "hollow: not healthy"));
    }
    entries
}

//! The run as text.

use std::fmt::Write as _;

use gaussmix::fit::Outcome;

use crate::args::MAX_K;
use crate::dataset::Dataset;
use crate::fit::Fitted;
use crate::pictures::Picture;
use crate::search::{Row, passed_over, rival, runner_up};

/// What was read.
pub(crate) fn data(dataset: &Dataset, sample: Option<usize>) -> String {
    let table = &dataset.table;
    let (rows, names) = (grouped(table.rows().len()), table.names.join(", "));
    let mut text =
        format!("{}: {rows} samples of {}: {names}\n", dataset.name, plural(table.features(), "feature"));
    if dataset.units.iter().any(|unit| *unit > 0.0) {
        let shown = |unit: &f64| if *unit > 0.0 { significant_unit(*unit) } else { "?".into() };
        let units: Vec<String> = dataset.units.iter().map(shown).collect();
        let _ = writeln!(text, "recorded to {}: no variance falls below that of rounding", units.join(", "));
    }
    if table.dropped > 0 {
        let _ = writeln!(
            text,
            "dropped {} in which a value is missing, NaN or infinite",
            plural(table.dropped, "row")
        );
    }
    if !table.has_header {
        text += "no header: columns are numbered from 1\n";
    }
    if !table.left_out.is_empty() {
        let _ = writeln!(text, "left out (no numbers, or named meta_...): {}", table.left_out.join(", "));
    }
    for note in &dataset.notes {
        let _ = writeln!(text, "{note}");
    }
    for warning in &dataset.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    if table.features() == 1 {
        text += "over one feature, full, diagonal and spherical are the same\n";
    }
    if let Some(sample) = sample {
        let sample = grouped(sample);
        let _ =
            writeln!(text, "searched on {sample} rows drawn at random; the best fits are finished on all");
    }
    text
}

/// A table of so many columns is too wide for a terminal; then AIC, which decides nothing, is left out of it.
const WIDEST: usize = 100;
const AIC: usize = 7;

/// One line per fit, the chosen one marked.
pub(crate) fn table(rows: &[Row], chosen: &Fitted) -> String {
    let header =
        ["", "covariance", "K", "log-lik.", "params", "BIC", "ICL", "AIC", "iter.", "healthy", "best fit"];
    let mut cells = vec![header.map(String::from).to_vec()];
    for (job, result) in rows {
        let mut line = vec![String::new(), job.structure.name().into(), job.k.to_string()];
        match result {
            Ok(fitted) => {
                if std::ptr::eq(fitted, chosen) {
                    line[0] = "*".into();
                }
                line.extend(figures(fitted));
            }
            Err(_) => {
                line.extend((0..6).map(|_| "-".to_string()));
                line.extend([format!("0/{}", job.restarts), "failed".into()]);
            }
        }
        cells.push(line);
    }
    let mut text = format!("\n{}", aligned(&cells, &[0, 1, 10]));
    if text.lines().any(|line| line.chars().count() >= WIDEST) {
        for line in &mut cells {
            line.remove(AIC);
        }
        text = format!("\n{}", aligned(&cells, &[0, 1, 9]));
    }
    text += "\n* least BIC among healthy fits; healthy: of the restarts\n";
    if rows.iter().any(|(_, result)| result.as_ref().is_ok_and(|fitted| fitted.is_estimate)) {
        text += "~ expected of a fit that was not finished on all rows\n";
    }
    if let Some((job, error)) = rows.iter().find_map(|(job, result)| Some((job, result.as_ref().err()?))) {
        let failed = rows.iter().filter(|(_, result)| result.is_err()).count();
        let _ = writeln!(
            text,
            "{} failed, the first ({}, K = {}): {error}",
            plural(failed, "fit"),
            job.structure.name(),
            job.k
        );
    }
    text
}

/// What the choice rests on.
pub(crate) fn verdict(rows: &[Row], chosen: &Fitted, warnings: &[String]) -> String {
    let mut text = String::new();
    let excluded = rows.iter().filter(|(_, result)| result.as_ref().is_ok_and(|f| !f.is_healthy())).count();
    if !chosen.is_healthy() {
        text += "no fit is healthy: the marked one is the least bad, and its likelihood means little\n";
    } else if let Some((lead, rival)) = rival(rows, chosen) {
        let _ = writeln!(
            text,
            "undecided: {} is excluded ({}), although its BIC is less by {lead:.2}\n\
             {excluded} of {} fits are excluded, since a few close samples or no proper estimate made a component",
            rival.name(),
            health(rival),
            rows.len(),
        );
        for warning in warnings {
            let _ = writeln!(text, "a likely cause: {warning}");
        }
    } else if let Some((lead, fitted)) = passed_over(rows, chosen) {
        let _ = writeln!(
            text,
            "undecided: a restart of {} was passed over, since a few close samples made a component,\n\
             although its BIC is less by {lead:.2}",
            fitted.name()
        );
    }
    if let Some(second) = runner_up(rows, chosen).filter(|_| chosen.is_healthy()) {
        let about = if second.converged { "" } else { "at most " };
        let _ = writeln!(
            text,
            "runner-up: {}, BIC more by {about}{:.2}",
            second.name(),
            second.bic() - chosen.bic()
        );
    }
    let most = rows.iter().map(|(job, _)| job.k).max();
    if most == Some(chosen.job.k) && rows.len() > 1 && chosen.job.k > 1 && chosen.job.k < MAX_K {
        let k = chosen.job.k;
        let _ =
            writeln!(text, "{k} components are the most that were tried: try --k {k}-{}", (2 * k).min(MAX_K));
    }
    let (samples, parameters) = (chosen.criteria.total_weight, chosen.criteria.parameter_count);
    if samples < 5.0 * parameters as f64 {
        let _ = writeln!(
            text,
            "warning: {samples} rows for {parameters} parameters: with fewer than 5 for each, another sample may say \
             something else"
        );
    }
    text
}

/// Whether nothing speaks against the choice.
fn is_decided(rows: &[Row], chosen: &Fitted) -> bool {
    chosen.is_healthy() && rival(rows, chosen).is_none() && passed_over(rows, chosen).is_none()
}

fn figures(fitted: &Fitted) -> [String; 8] {
    let about = if fitted.is_estimate { "~" } else { "" };
    let [l, bic, icl, aic] =
        [fitted.criteria.log_likelihood, fitted.bic(), fitted.criteria.icl(), fitted.criteria.aic()]
            .map(|value| format!("{about}{}", figure(value)));
    [
        l,
        fitted.criteria.parameter_count.to_string(),
        bic,
        icl,
        aic,
        fitted.iterations.to_string(),
        format!("{}/{}", fitted.healthy_restarts, fitted.job.restarts),
        short_health(fitted),
    ]
}

/// Two decimals, fewer where there are many digits before them.
fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        ..1e6 => 2,
        ..1e7 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

/// The troubles of components: what is short for each, what it means, and which have it.
fn troubles(fitted: &Fitted) -> [(&'static str, &'static str, Vec<bool>); 3] {
    let with = |outcome| fitted.outcomes.iter().map(|o| *o == outcome).collect();
    [
        ("spurious", "made by a few close samples", fitted.spurious.clone()),
        ("starved", "without samples", with(Outcome::Starved)),
        ("kept", "without a covariance of its own", with(Outcome::Kept)),
    ]
}

/// "healthy", or how many components are not, or how many restarts failed.
fn short_health(fitted: &Fitted) -> String {
    let count = |marked: &[bool]| marked.iter().filter(|marked| **marked).count();
    let ill = troubles(fitted).into_iter().find(|(_, _, marked)| marked.contains(&true));
    match ill {
        Some((short, _, marked)) => format!("{} {short}", count(&marked)),
        None if !fitted.converged => "not converged".into(),
        None if fitted.failed_restarts > 0 => format!("{} failed", fitted.failed_restarts),
        None => match fitted.outcomes.iter().filter(|o| **o == Outcome::Floored).count() {
            0 => "healthy".into(),
            floored => format!("{floored} on floor"),
        },
    }
}

/// "healthy", or what is wrong.
pub(crate) fn health(fitted: &Fitted) -> String {
    let mut found: Vec<String> = troubles(fitted)
        .into_iter()
        .filter_map(|(_, what, marked)| named(marked.into_iter(), what))
        .collect();
    if !fitted.converged {
        found.push("stopped at the cap on iterations".into());
    }
    if found.is_empty() {
        let floored = fitted.outcomes.iter().map(|o| *o == Outcome::Floored);
        return named(floored, "on its floor")
            .map_or("healthy".into(), |floored| format!("healthy, {floored}"));
    }
    found.join("; ")
}

/// "component 2 ...", for those that are marked.
fn named(marked: impl Iterator<Item = bool>, what: &str) -> Option<String> {
    let numbers: Vec<String> =
        (1..).zip(marked).filter(|(_, marked)| *marked).map(|(k, _): (usize, bool)| k.to_string()).collect();
    match numbers.len() {
        0 => None,
        1 => Some(format!("component {} {what}", numbers.join(", "))),
        _ => Some(format!("components {} {what}", numbers.join(", "))),
    }
}

/// The parameters of the chosen model.
pub(crate) fn model(names: &[String], rows: &[Row], chosen: &Fitted) -> String {
    let what =
        if is_decided(rows, chosen) { "chosen" } else { "not chosen, but the best that is not excluded" };
    let mut text = format!("\n{what}: {}, BIC {:.2}\n", chosen.name(), chosen.bic());
    let mut cells = vec![headed(&["component", "weight"], names.iter().map(|n| format!("mean {n}")))];
    for (k, component) in (1..).zip(&chosen.components) {
        let means = component.mean.iter().map(|m| significant(*m));
        cells.push(headed(&[&k.to_string(), &format!("{:.4}", component.weight)], means));
    }
    align_points(&mut cells, 2);
    let _ = write!(text, "\n{}", aligned(&cells, &[]));
    text + &covariances(names, chosen)
}

fn covariances(names: &[String], chosen: &Fitted) -> String {
    let structure = chosen.job.structure;
    let matrices = if structure.is_tied() { &chosen.components[..1] } else { &chosen.components[..] };
    let whose =
        |k: usize| if structure.is_tied() { "all components".into() } else { format!("component {}", k + 1) };
    let mut text = String::new();
    if structure.is_full() && names.len() > 1 {
        for (k, component) in matrices.iter().enumerate() {
            let mut cells = vec![headed(&[&format!("covariance, {}", whose(k))], names.iter().cloned())];
            for (i, name) in names.iter().enumerate() {
                let row = (0..names.len()).map(|j| significant(component.covariance_of(i, j)));
                cells.push(headed(&[name], row));
            }
            align_points(&mut cells, 1);
            let _ = write!(text, "\n{}", aligned(&cells, &[0]));
        }
        return text;
    }
    let mut cells = vec![headed(&["variances"], names.iter().cloned())];
    for (k, component) in matrices.iter().enumerate() {
        let row = (0..names.len()).map(|j| significant(component.covariance_of(j, j)));
        cells.push(headed(&[&whose(k)], row));
    }
    align_points(&mut cells, 1);
    format!("\n{}", aligned(&cells, &[0]))
}

/// Where the pictures are, and which to look at first.
pub(crate) fn pictures(pictures: &[Picture]) -> String {
    let paths: Vec<String> = pictures.iter().map(|picture| picture.path.display().to_string()).collect();
    let width = paths.iter().map(|path| path.chars().count()).max().unwrap_or(0);
    let mut text = String::from("\npictures, for any browser:\n");
    for (path, picture) in paths.iter().zip(pictures) {
        let _ = writeln!(text, "  {path:<width$}  {}", picture.shows);
    }
    if let Some(first) = paths.first() {
        let _ = writeln!(text, "open {first} first");
    }
    text
}

/// A number of things.
pub(crate) fn plural(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{} {thing}s", grouped(count)) }
}

/// A large number with commas between thousands.
pub(crate) fn grouped(count: usize) -> String {
    match count {
        0..10_000 => count.to_string(),
        _ => {
            let text = count.to_string();
            let head = text.len() % 3;
            let groups = (head..text.len()).step_by(3).map(|at| &text[at..at + 3]);
            (head > 0).then(|| &text[..head]).into_iter().chain(groups).collect::<Vec<_>>().join(",")
        }
    }
}

/// Five significant digits; powers of ten only far from 1.
pub(crate) fn significant(value: f64) -> String {
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    match magnitude {
        -4..=8 => format!("{value:.*}", (4 - magnitude).max(0) as usize),
        _ => format!("{value:.4e}"),
    }
}

/// A unit, without the rounding of a difference.
fn significant_unit(unit: f64) -> String {
    format!("{unit:.3e}").parse::<f64>().map_or_else(|_| unit.to_string(), |rounded| rounded.to_string())
}

fn headed(first: &[&str], rest: impl Iterator<Item = String>) -> Vec<String> {
    first.iter().map(ToString::to_string).chain(rest).collect()
}

/// Pads the numbers below the header so that their points stand below each other, from column `first` on.
fn align_points(rows: &mut [Vec<String>], first: usize) {
    let decimals = |cell: &String| cell.find('.').map_or(0, |at| cell.len() - at);
    let columns = rows.iter().map(Vec::len).min().unwrap_or(0);
    for j in first..columns {
        let most = rows.iter().skip(1).map(|row| decimals(&row[j])).max().unwrap_or(0);
        for row in rows.iter_mut().skip(1) {
            let missing = most - decimals(&row[j]);
            row[j] += &" ".repeat(missing);
        }
    }
}

/// Columns side by side, the numbers of `left` to the left, the others to the right.
fn aligned(rows: &[Vec<String>], left: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell_width = |j: usize| move |row: &Vec<String>| row.get(j).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> =
        (0..columns).map(|j| rows.iter().map(cell_width(j)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (j, cell) in row.iter().enumerate() {
            let gap = if j == 0 { "" } else { "  " };
            let width = widths[j];
            let _ = match left.contains(&j) {
                true => write!(line, "{gap}{cell:<width$}"),
                false => write!(line, "{gap}{cell:>width$}"),
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_significant_digits_at_any_size() {
        assert_eq!(significant(54.4785), "54.478");
        assert_eq!(significant(-0.001_234_567), "-0.0012346");
        assert_eq!(significant(123_456.7), "123457");
        assert_eq!(significant(1.5e-9), "1.5000e-9");
        assert_eq!(significant(0.0), "0.0000");
    }

    #[test]
    fn large_counts_have_commas() {
        assert_eq!(
            [9999, 10_000, 123_456, 1_000_000].map(grouped),
            ["9999", "10,000", "123,456", "1,000,000"]
        );
        assert_eq!([1, 2].map(|count| plural(count, "row")), ["1 row", "2 rows"]);
    }

    #[test]
    fn points_stand_below_each_other() {
        let mut rows = ["name", "1.25", "-10.5", "7"].map(|cell| vec![cell.to_string()]);
        align_points(&mut rows, 0);
        assert_eq!(aligned(&rows, &[]), "  name\n  1.25\n-10.5\n  7\n");
    }

    #[test]
    fn columns_line_up() {
        let rows = [["a", "10"], ["bcd", "9"]].map(|row| row.map(String::from).to_vec());
        assert_eq!(aligned(&rows, &[0]), "a    10\nbcd   9\n");
    }
}

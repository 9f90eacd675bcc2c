//! The run as text.

use std::fmt::Write as _;
use std::path::PathBuf;

use gaussmix::fit::Outcome;

use crate::dataset::Dataset;
use crate::fit::Fitted;
use crate::search::{Row, rival, runner_up};
use crate::structure::Structure;

/// What was read.
pub(crate) fn data(dataset: &Dataset) -> String {
    let table = &dataset.table;
    let (n, names) = (table.rows().len(), table.names.join(", "));
    let mut text =
        format!("{}: {n} samples of {}: {names}\n", dataset.name, plural(table.features(), "feature"));
    let units: Vec<String> = (0..table.features()).map(|j| significant_unit(table.unit(j))).collect();
    let _ = writeln!(text, "recorded to {}: no variance falls below that of rounding", units.join(", "));
    if !table.has_header {
        text += "no header: columns are numbered from 1\n";
    }
    if !table.left_out.is_empty() {
        let _ = writeln!(text, "left out (no numbers, or named meta_...): {}", table.left_out.join(", "));
    }
    if table.features() == 1 {
        text += "over one feature, full, diagonal and spherical are the same\n";
    }
    text
}

/// One line per fit, the chosen one marked.
pub(crate) fn table(rows: &[Row], chosen: &Fitted) -> String {
    let mut cells = vec![
        [
            "",
            "covariance",
            "K",
            "log-likelihood",
            "parameters",
            "BIC",
            "ICL",
            "iterations",
            "healthy",
            "failed",
            "best fit",
        ]
        .map(String::from)
        .to_vec(),
    ];
    for (job, result) in rows {
        let mut line = vec![String::new(), job.structure.name().into(), job.k.to_string()];
        match result {
            Ok(fitted) => {
                if std::ptr::eq(fitted, chosen) {
                    line[0] = "*".into();
                }
                line.extend(figures(fitted));
            }
            Err(error) => {
                line.extend((0..5).map(|_| "-".to_string()));
                line.extend([format!("0/{}", job.restarts), job.restarts.to_string(), error.to_string()]);
            }
        }
        cells.push(line);
    }
    let mut text = format!("\n{}", aligned(&cells, &[0, 1, 10]));
    text += "\n* least BIC among healthy fits; healthy, failed: of the restarts\n";
    text + &verdict(rows, chosen)
}

/// What the choice rests on.
fn verdict(rows: &[Row], chosen: &Fitted) -> String {
    let name = |f: &Fitted| format!("{}, K = {}", f.job.structure.name(), f.job.k);
    if !chosen.is_healthy() {
        return "no fit is healthy: the marked one is the least bad, and its likelihood means little\n"
            .into();
    }
    if let Some(rival) = rival(rows, chosen) {
        let lead = chosen.bic() - rival.bic();
        return format!("undecided: {}, which is not healthy, has a BIC less by {lead:.2}\n", name(rival));
    }
    match runner_up(rows, chosen) {
        Some(second) => {
            format!("runner-up: {}, BIC more by {:.2}\n", name(second), second.bic() - chosen.bic())
        }
        None => String::new(),
    }
}

fn figures(fitted: &Fitted) -> [String; 8] {
    [
        format!("{:.2}", fitted.criteria.log_likelihood),
        fitted.criteria.parameter_count.to_string(),
        format!("{:.2}", fitted.bic()),
        format!("{:.2}", fitted.criteria.icl()),
        fitted.iterations.to_string(),
        format!("{}/{}", fitted.healthy_restarts, fitted.job.restarts),
        fitted.failed_restarts.to_string(),
        health(fitted),
    ]
}

/// "healthy", or what is wrong.
pub(crate) fn health(fitted: &Fitted) -> String {
    let mut troubles: Vec<String> = Vec::new();
    for (outcome, what) in
        [(Outcome::Starved, "without samples"), (Outcome::Kept, "without a covariance of its own")]
    {
        troubles.extend(named(fitted.outcomes.iter().map(|o| *o == outcome), what));
    }
    troubles.extend(named(fitted.spurious.iter().copied(), "made by a few close samples"));
    if !fitted.converged {
        troubles.push("stopped at the cap on iterations".into());
    }
    if troubles.is_empty() {
        let floored = fitted.outcomes.iter().map(|o| *o == Outcome::Floored);
        return named(floored, "on its floor")
            .map_or("healthy".into(), |floored| format!("healthy, {floored}"));
    }
    troubles.join("; ")
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
pub(crate) fn model(names: &[String], chosen: &Fitted) -> String {
    let job = chosen.job;
    let mut text = format!("\nchosen: {}, K = {}, BIC {:.2}\n", job.structure.name(), job.k, chosen.bic());
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
    if matches!(structure, Structure::Full | Structure::TiedFull) && names.len() > 1 {
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

/// Where the pictures are.
pub(crate) fn pictures(paths: &[PathBuf]) -> String {
    let list: String = paths.iter().map(|path| format!("  {}\n", path.display())).collect();
    format!("\npictures:\n{list}")
}

/// A number of things.
pub(crate) fn plural(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
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

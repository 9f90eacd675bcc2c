//! Writes what the boards measured into Markdown files, or checks that no figure there is off by more than 5 %.
//!
//! `footprint_table write|check RESULTS FILE...`: RESULTS is where `run.sh` leaves its measurements. A file holds tables
//! between `<!-- footprint STRUCTURE... -->`, `<!-- growth -->`, `<!-- stream -->`, `<!-- missing -->`,
//! `<!-- adapted -->`, `<!-- fixed -->`, `<!-- detector -->`, `<!-- cycles -->` or `<!-- flash -->` and the next
//! `<!-- end -->`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

/// One measured line, `name=value name=value ...`.
type Line = BTreeMap<String, String>;

/// Up, or a change is too dear; down, or the tables say more than is true, and a later change may spend the rest unseen.
const ALLOWED: f64 = 1.05;

const MARKERS: [&str; 9] = [
    "<!-- footprint",
    "<!-- growth",
    "<!-- stream",
    "<!-- missing",
    "<!-- adapted",
    "<!-- fixed",
    "<!-- detector",
    "<!-- cycles",
    "<!-- flash",
];

fn lines(path: &Path) -> Result<Vec<Line>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let pairs = |line: &str| {
        let pair = |word: &str| word.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
        line.split_whitespace().filter_map(pair).collect()
    };
    Ok(text.lines().map(pairs).collect())
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        // Writing to a String does not fail.
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

fn field(line: &Line, name: &str) -> String {
    line.get(name).cloned().unwrap_or_default()
}

/// Instructions and cycles of a call, for the model of a line.
fn pair(measured: &[Line], model: &Line, call: &str) -> Option<String> {
    let same = |line: &Line, name: &str| field(line, name) == field(model, name);
    let is =
        |line: &&Line| ["structure", "D", "K"].iter().all(|n| same(line, n)) && field(line, "call") == call;
    let line = measured.iter().find(is)?;
    Some(format!("{} / {}", field(line, "instructions"), field(line, "cycles")))
}

struct Measured {
    footprint: Vec<Line>,
    flash: Vec<Line>,
    /// Instructions and estimated cycles of calls.
    cycles: Vec<Line>,
    /// What the image `fixed` says on each of these boards.
    fixed: Vec<(&'static str, Vec<Line>)>,
    /// What the image `watch` says.
    detector: Vec<(&'static str, Vec<Line>)>,
}

impl Measured {
    fn read(results: &Path) -> Result<Self, String> {
        let said = |image: &str, boards: &[(&'static str, &str)]| {
            let of = |(board, target): &(&'static str, &str)| {
                Ok((*board, lines(&results.join(format!("{image}-{target}.txt")))?))
            };
            boards.iter().map(of).collect::<Result<_, String>>()
        };
        let [m4f, m3, m0] = [
            ("Cortex-M4F", "thumbv7em-none-eabihf"),
            ("Cortex-M3", "thumbv7m-none-eabi"),
            ("Cortex-M0", "thumbv6m-none-eabi"),
        ];
        Ok(Self {
            footprint: lines(&results.join("footprint-thumbv7em-none-eabihf-release.txt"))?,
            flash: lines(&results.join("flash.txt"))?,
            cycles: lines(&results.join("cycles.txt"))?,
            fixed: said("fixed", &[m4f, m3, m0, ("RISC-V (imac)", "riscv32imac-unknown-none-elf")])?,
            detector: said("watch", &[m4f, ("Cortex-M33", "thumbv8m.main-none-eabihf"), m0])?,
        })
    }

    fn table(&self, kind: &str) -> Result<String, String> {
        let mut words = kind.split_whitespace();
        match words.next() {
            Some("footprint") => Ok(self.calls(&words.collect::<Vec<_>>())),
            Some("growth") => Ok(self.growth()),
            Some("stream") => Ok(self.stream()),
            Some("missing") => Ok(self.missing()),
            Some("adapted") => Ok(self.adapted()),
            Some("fixed") => Ok(self.fixed()),
            Some("detector") => Ok(self.detector()),
            Some("cycles") => Ok(self.cycles()),
            Some("flash") => Ok(self.bytes_of_flash()),
            _ => Err(format!("no table is called {kind}")),
        }
    }

    fn calls(&self, structures: &[&str]) -> String {
        const BYTES: [&str; 5] = ["model", "statistics", "stack_observe", "stack_maximize", "stack_fit"];
        const CALLS: [&str; 4] = ["log_density", "posterior", "observe", "maximize"];
        let head = [
            "structure",
            "D, K",
            "model, B",
            "stats, B",
            "stack of `observe`",
            "of `maximize`",
            "of `fit`",
            "`log_density`, instructions / cycles",
            "`posterior`",
            "`observe`",
            "`maximize`",
        ];
        let rows = self.footprint.iter().filter(|l| structures.contains(&field(l, "structure").as_str()));
        table(
            &head,
            rows.map(|line| {
                let mut row = vec![
                    field(line, "structure").replace('_', " "),
                    format!("{}, {}", field(line, "D"), field(line, "K")),
                ];
                row.extend(BYTES.iter().map(|f| field(line, f)));
                row.extend(CALLS.iter().map(|call| {
                    pair(&self.cycles, line, &format!("`{call}`")).unwrap_or_else(|| field(line, call))
                }));
                row
            }),
        )
    }

    /// More calls of some models.
    fn cycles(&self) -> String {
        let head = ["structure", "D, K", "call", "instructions", "cycles"];
        let shown = [("full", "3"), ("diagonal", "3"), ("full", "8"), ("diagonal", "8")];
        let of = |(structure, d): (&str, &str)| {
            let is = |line: &&Line| field(line, "structure") == structure && field(line, "D") == d;
            self.cycles.iter().filter(is).collect::<Vec<_>>()
        };
        let row = |line: &Line| {
            let size = format!("{}, {}", field(line, "D"), field(line, "K"));
            let [structure, call, instructions, cycles] =
                ["structure", "call", "instructions", "cycles"].map(|name| field(line, name));
            vec![structure, size, call.replace(',', ", "), instructions, cycles]
        };
        table(&head, shown.into_iter().flat_map(of).map(row))
    }

    fn growth(&self) -> String {
        let head = [
            "D (K = 4)",
            "full `log_density`",
            "full `observe`",
            "diagonal `log_density`",
            "diagonal `observe`",
        ];
        let find = |structure: &str, d: &str, name: &str| {
            let line = self.footprint.iter().find(|l| field(l, "growth") == structure && field(l, "D") == d);
            line.map(|l| field(l, name)).unwrap_or_default()
        };
        let rows = (2..=8).map(|d: u32| d.to_string()).map(|d| {
            let mut row = vec![d.clone()];
            for structure in ["full", "diagonal"] {
                row.push(find(structure, &d, "log_density"));
                row.push(find(structure, &d, "observe"));
            }
            row
        });
        table(&head, rows)
    }

    /// A stepwise run, alone and with its policies, and what two of their calls take by themselves.
    fn stream(&self) -> String {
        let head = ["full, D = 3, K = 4", "memory, B", "stack of a sample", "instructions", "flash, B"];
        let measured = |name: &str| {
            let line = self.footprint.iter().find(|l| l.contains_key("stream"));
            line.map(|l| field(l, name)).unwrap_or_default()
        };
        let flash = |policies: &str| {
            let line = self.flash.iter().find(|l| l.get("stream").is_some_and(|s| s == policies));
            line.map(|l| field(l, "flash")).unwrap_or_default()
        };
        let row = |what: &str, [memory, stack, instructions]: [&str; 3], set: &str| {
            vec![what.to_owned(), measured(memory), measured(stack), measured(instructions), flash(set)]
        };
        let rows = [
            row("`OnlineEm`", ["run", "stack_observe", "observe"], "online"),
            row("with births, pruning, alarms", ["adaptive", "stack_take", "take"], "policies"),
            row("`Novelty` by itself", ["novelty", "", "alarm"], ""),
            row("`DistanceTest::new`, once", ["", "", "quantile"], ""),
        ];
        table(&head, rows.into_iter())
    }

    /// Samples of which a feature is missing.
    fn missing(&self) -> String {
        const FIELDS: [&str; 10] = [
            "complete",
            "seen",
            "score",
            "observe",
            "impute",
            "regress",
            "stack_score",
            "stack_observe",
            "stack_impute",
            "stack_regress",
        ];
        let head = [
            "structure",
            "D, K",
            "`log_density` of all six, instructions",
            "`observe`",
            "`log_density` of five",
            "`observe`",
            "`impute`",
            "`regress`",
            "stack of `log_density`, B",
            "of `observe`",
            "of `impute`",
            "of `regress`",
        ];
        let rows = self.footprint.iter().filter(|line| line.contains_key("missing"));
        table(
            &head,
            rows.map(|line| {
                let size = format!("{}, {}", field(line, "D"), field(line, "K"));
                let mut row = vec![field(line, "missing"), size];
                row.extend(FIELDS.iter().map(|name| field(line, name)));
                row
            }),
        )
    }

    /// A step of relevance adaptation.
    fn adapted(&self) -> String {
        let head = ["structure", "D, K", "`adapt`, instructions", "its stack, B"];
        let rows = self.footprint.iter().filter(|line| line.contains_key("adapted"));
        table(
            &head,
            rows.map(|line| {
                let size = format!("{}, {}", field(line, "D"), field(line, "K"));
                vec![field(line, "adapted"), size, field(line, "adapt"), field(line, "stack_adapt")]
            }),
        )
    }

    /// Calls in `f32` and scores in integers, by board.
    fn fixed(&self) -> String {
        let head = [
            "D = 3, K = 4",
            "full: `observe`",
            "`log_density`",
            "in integers",
            "diagonal: `observe`",
            "`log_density`",
            "in integers",
        ];
        let row = |(board, lines): &(&str, Vec<Line>)| {
            let mut row = vec![(*board).to_owned()];
            for structure in ["full", "diagonal"] {
                let line = lines.iter().find(|line| line.get("fixed").is_some_and(|s| s == structure));
                row.extend(
                    ["observe", "log_density", "score"]
                        .map(|f| line.map_or_else(String::new, |l| field(l, f))),
                );
            }
            row
        };
        table(&head, self.fixed.iter().map(row))
    }

    /// What a detector takes, by board.
    fn detector(&self) -> String {
        let head = [
            "K = 4",
            "axes, D",
            "memory, B",
            "record, B",
            "stack of the start, B",
            "of a window, B",
            "instructions: a sample",
            "a window that is learnt",
            "one that is watched",
            "flash, B",
        ];
        let row = |board: &str, line: &Line| {
            let structure = field(line, "detector");
            let flash =
                self.flash.iter().find(|l| l.get("alarm") == Some(&structure) && field(line, "axes") == "3");
            let flash =
                flash.filter(|_| board == "Cortex-M4F").map_or_else(String::new, |l| field(l, "flash"));
            let mut row = vec![
                format!("{board}, {structure}"),
                format!("{}, {}", field(line, "axes"), field(line, "D")),
            ];
            row.extend(
                ["memory", "record", "start", "stack", "sample", "learn", "watch"].map(|f| field(line, f)),
            );
            row.push(flash);
            row
        };
        let of_board = |(board, lines): &(&'static str, Vec<Line>)| -> Vec<_> {
            lines.iter().filter(|line| line.contains_key("detector")).map(|line| row(board, line)).collect()
        };
        table(&head, self.detector.iter().flat_map(of_board))
    }

    fn bytes_of_flash(&self) -> String {
        let head = ["structure", "D, K", "calls", "flash, B"];
        let rows = self.flash.iter().filter(|l| l.contains_key("structure")).map(|l| {
            let size = format!("{}, {}", field(l, "D"), field(l, "K"));
            vec![field(l, "structure"), size, field(l, "calls"), field(l, "flash")]
        });
        table(&head, rows)
    }
}

/// Figures that are further from what stands in `old` than is allowed; tables of different shape are told too.
fn moved(old: &str, new: &str) -> Vec<String> {
    let rows = |text: &str| -> Vec<Vec<String>> {
        let cell = |text: &str| text.split('/').map(|half| half.trim().to_owned()).collect::<Vec<_>>();
        let cells = |line: &str| line.trim_matches('|').split('|').flat_map(cell).collect();
        text.lines().filter(|l| l.starts_with('|')).map(cells).collect()
    };
    let (old, new) = (rows(old), rows(new));
    if old.len() != new.len() || old.iter().zip(&new).any(|(a, b)| a.len() != b.len()) {
        return vec!["the table has other rows than were measured".into()];
    }
    let mut complaints = Vec::new();
    for (old, new) in old.iter().zip(&new) {
        for (was, is) in old.iter().zip(new) {
            match (was.parse::<f64>(), is.parse::<f64>()) {
                (Ok(was), Ok(is)) if is > was * ALLOWED => {
                    complaints.push(format!("{}: {was} -> {is}", new[..2].join(" ")))
                }
                (Ok(was), Ok(is)) if was > is * ALLOWED => complaints
                    .push(format!("{}: {was} -> {is}, less: write the table anew", new[..2].join(" "))),
                (Err(_), Err(_)) if was != is => complaints.push(format!("{was} is now {is}")),
                (Ok(_), Err(_)) | (Err(_), Ok(_)) => complaints.push(format!("{was} is now {is}")),
                _ => {}
            }
        }
    }
    complaints
}

/// A file with its tables replaced, and what has moved.
fn update(readme: &str, measured: &Measured) -> Result<(String, Vec<String>), String> {
    let (mut text, mut complaints) = (String::new(), Vec::new());
    let mut rest = readme;
    while let Some(start) = MARKERS.iter().filter_map(|marker| rest.find(marker)).min() {
        let open = rest[start..].find("-->\n").ok_or("a marker is not closed")? + start + 4;
        let end = rest[open..].find("<!-- end -->").ok_or("a table has no end")? + open;
        let kind = rest[start..open].trim_start_matches("<!--").trim_end().trim_end_matches("-->").trim();
        let new = measured.table(kind)?;
        complaints.extend(moved(&rest[open..end], &new));
        text.push_str(&rest[..open]);
        text.push('\n');
        text.push_str(&new);
        text.push('\n');
        rest = &rest[end..];
    }
    text.push_str(rest);
    Ok((text, complaints))
}

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            complaints.iter().for_each(|c| eprintln!("{c}"));
            ExitCode::FAILURE
        }
        Err(message) => {
            eprintln!("footprint_table: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<Vec<String>, String> {
    let [mode, results, readmes @ ..] = arguments else {
        return Err("usage: footprint_table write|check RESULTS FILE...".into());
    };
    let measured = Measured::read(Path::new(results))?;
    let mut complaints = Vec::new();
    for path in readmes {
        let readme = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
        let (text, moved) = update(&readme, &measured)?;
        match mode.as_str() {
            "write" => std::fs::write(path, text).map_err(|e| format!("{path}: {e}"))?,
            "check" => complaints.extend(moved.into_iter().map(|c| format!("{path}: {c}"))),
            other => return Err(format!("no mode is called {other}")),
        }
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_may_move_by_a_twentieth_either_way() {
        let table =
            |cell: &str| format!("| call | D | figure |\n|---|---|---|\n| `observe` | 3 | {cell} |\n");
        let old = table("1000 / 2000");
        for same in ["1000 / 2000", "1050 / 2100", "953 / 1905"] {
            assert_eq!(moved(&old, &table(same)), Vec::<String>::new(), "{same}");
        }
        assert_eq!(moved(&old, &table("1051 / 2000")), ["`observe` 3: 1000 -> 1051"]);
        assert_eq!(
            moved(&old, &table("1000 / 1900")),
            ["`observe` 3: 2000 -> 1900, less: write the table anew"]
        );
        assert_eq!(moved(&old, &table("1000")).len(), 1, "a figure is gone");
        assert_eq!(moved(&old, &table("1000 / none")).len(), 1, "a figure is none");
    }
}

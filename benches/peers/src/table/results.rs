//! All lines of a run, and rows of a table over sizes.

use std::error::Error;
use std::fs;
use std::path::Path;

use peers::line::Line;

/// What the others are compared with.
pub(crate) const OURS: &str = "gaussmix, simd";

/// Structures and scalars, each a table and a panel of the picture.
pub(crate) const GROUPS: [(&str, &str); 4] =
    [("full", "f32"), ("full", "f64"), ("diagonal", "f32"), ("diagonal", "f64")];

/// D and K.
pub(crate) type Size = (usize, usize);

pub(crate) struct Results {
    pub(crate) lines: Vec<Line>,
    pub(crate) sizes: Vec<Size>,
}

impl Results {
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(path)?;
        let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<Line>, _>>()?;
        let mut sizes: Vec<Size> = lines.iter().map(|l| (l.d, l.k)).collect();
        sizes.sort_unstable();
        sizes.dedup();
        Ok(Self { lines, sizes })
    }

    /// Who did this, each once.
    pub(crate) fn peers(&self, task: &str, structure: &str, scalar: &str) -> Vec<&str> {
        let mut peers: Vec<&str> = self
            .lines
            .iter()
            .filter(|l| l.task == task && l.structure == structure && l.scalar == scalar)
            .map(|l| l.peer.as_str())
            .collect();
        peers.sort_unstable();
        peers.dedup();
        peers
    }

    pub(crate) fn line(
        &self,
        task: &str,
        peer: &str,
        structure: &str,
        scalar: &str,
        size: Size,
    ) -> Option<&Line> {
        self.lines.iter().find(|l| {
            (l.task.as_str(), l.peer.as_str()) == (task, peer)
                && (l.structure.as_str(), l.scalar.as_str()) == (structure, scalar)
                && (l.d, l.k) == size
        })
    }

    pub(crate) fn median(
        &self,
        task: &str,
        peer: &str,
        structure: &str,
        scalar: &str,
        size: Size,
    ) -> Option<f64> {
        self.line(task, peer, structure, scalar, size).map(Line::median)
    }
}

/// The head of a table with a column a size.
pub(crate) fn heading(sizes: &[Size]) {
    print!("| |");
    for (d, k) in sizes {
        print!(" D={d} K={k} |");
    }
    println!("\n|---|{}", "---|".repeat(sizes.len()));
}

/// One row of it.
pub(crate) fn row(name: &str, sizes: &[Size], cell: impl Fn(Size) -> Option<String>) {
    print!("| {name} |");
    for &size in sizes {
        print!(" {} |", cell(size).unwrap_or_else(|| "–".into()));
    }
    println!();
}

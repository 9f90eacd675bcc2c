//! Lines of equal height over a grid (marching squares).

use std::collections::HashMap;

/// Heights over a rectangle, column by column of `x` and row by row of `y`.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) xs: Vec<f64>,
    pub(crate) ys: Vec<f64>,
    /// At `xs[i]`, `ys[j]`: `heights[i * ys.len() + j]`.
    pub(crate) heights: Vec<f64>,
}

/// A closed line that has what is above the level on its left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loop {
    pub(crate) points: Vec<(f64, f64)>,
}

impl Loop {
    /// The area within; negative if the inside is below the level.
    pub(crate) fn signed_area(&self) -> f64 {
        let next = self.points.iter().cycle().skip(1);
        self.points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
    }
}

/// The edge of a cell: from the node at these indices to the next one along x (or along y).
type Edge = (usize, usize, bool);

impl Grid {
    pub(crate) fn of(xs: Vec<f64>, ys: Vec<f64>, height: impl Fn(f64, f64) -> f64) -> Self {
        let heights =
            xs.iter().flat_map(|&x| ys.iter().map(move |&y| (x, y))).map(|(x, y)| height(x, y)).collect();
        Self { xs, ys, heights }
    }

    /// The borders of the region above `level`. At the edge of the grid they run along it, so that all are closed.
    pub(crate) fn loops(&self, level: f64) -> Vec<Loop> {
        let mut next: HashMap<Edge, Edge> = HashMap::new();
        let mut starts = Vec::new();
        for i in 0..=self.xs.len() {
            for j in 0..=self.ys.len() {
                for (from, to) in self.segments(i, j, level) {
                    next.insert(from, to);
                    starts.push(from);
                }
            }
        }
        let mut loops = Vec::new();
        for start in starts {
            let mut points = Vec::new();
            let mut edge = start;
            while let Some(to) = next.remove(&edge) {
                points.push(self.crossing(edge, level));
                edge = to;
            }
            if !points.is_empty() {
                loops.push(Loop { points });
            }
        }
        loops
    }

    /// The height at a node of the grid with one more row on every side, which is below everything.
    fn height(&self, i: usize, j: usize) -> f64 {
        let inside = (1..=self.xs.len()).contains(&i) && (1..=self.ys.len()).contains(&j);
        if inside { self.heights[(i - 1) * self.ys.len() + j - 1] } else { f64::NEG_INFINITY }
    }

    /// The level's lines through the cell at the right of and above node (i, j), as pairs of edges.
    fn segments(&self, i: usize, j: usize, level: f64) -> Vec<(Edge, Edge)> {
        let heights = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)].map(|(i, j)| self.height(i, j));
        let edges = [(i, j, true), (i + 1, j, false), (i, j + 1, true), (i, j, false)];
        let above = heights.map(|h| h > level);
        // Around the cell counter-clockwise: a line begins where the region is left and ends where it is entered.
        let leaves = |e: usize| above[e] && !above[(e + 1) % 4];
        let enters = |e: usize| !above[e] && above[(e + 1) % 4];
        let is_saddle = above[0] == above[2] && above[1] == above[3] && above[0] != above[1];
        let joined = is_saddle && heights.iter().sum::<f64>() / 4.0 > level;
        let search: [usize; 3] = if joined || !is_saddle { [1, 2, 3] } else { [3, 2, 1] };
        (0..4)
            .filter(|&e| leaves(e))
            .filter_map(|e| {
                let end = search.into_iter().map(|step| (e + step) % 4).find(|&e| enters(e))?;
                Some((edges[e], edges[end]))
            })
            .collect()
    }

    /// Where the level crosses an edge.
    fn crossing(&self, (i, j, along_x): Edge, level: f64) -> (f64, f64) {
        let (to_i, to_j) = if along_x { (i + 1, j) } else { (i, j + 1) };
        let (from, to) = (self.height(i, j), self.height(to_i, to_j));
        let share = (level - from) / (to - from);
        let t = if share.is_finite() { share } else { 0.5 };
        let place = |at: &[f64], a: usize, b: usize| {
            let inside = |k: usize| at[k.clamp(1, at.len()) - 1];
            inside(a) + t * (inside(b) - inside(a))
        };
        (place(&self.xs, i, to_i), place(&self.ys, j, to_j))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(n: usize) -> Vec<f64> {
        (0..=n).map(|i| -2.0 + 4.0 * i as f64 / n as f64).collect()
    }

    #[test]
    fn the_circle_of_a_paraboloid_has_its_area_and_lies_on_the_level() {
        let grid = Grid::of(ticks(80), ticks(90), |x, y| -x * x - y * y);
        let loops = grid.loops(-1.0);
        assert_eq!(loops.len(), 1);
        assert!((loops[0].signed_area() - std::f64::consts::PI).abs() < 5e-3);
        assert!(loops[0].points.iter().all(|(x, y)| (x * x + y * y - 1.0).abs() < 2e-3));
    }

    #[test]
    fn a_pit_is_a_loop_of_negative_area() {
        let grid = Grid::of(ticks(80), ticks(80), |x, y| -((x * x + y * y).sqrt() - 1.0).abs());
        let mut areas: Vec<f64> = grid.loops(-0.5).iter().map(Loop::signed_area).collect();
        areas.sort_by(f64::total_cmp);
        assert_eq!(areas.len(), 2);
        assert!((areas[0] + 0.25 * std::f64::consts::PI).abs() < 0.02);
        assert!((areas[1] - 2.25 * std::f64::consts::PI).abs() < 0.02);
    }

    #[test]
    fn a_region_that_leaves_the_grid_is_closed_along_its_border() {
        let grid = Grid::of(ticks(10), ticks(10), |x, _| x);
        let loops = grid.loops(1.0);
        assert_eq!(loops.len(), 1);
        assert!((loops[0].signed_area() - 4.0).abs() < 1e-9);
    }

    #[test]
    fn at_a_saddle_the_mean_of_the_corners_decides() {
        let saddle = |centre: f64| Grid {
            xs: vec![0.0, 1.0],
            ys: vec![0.0, 1.0],
            heights: vec![1.0 + centre, -1.0 + centre, -1.0 + centre, 1.0 + centre],
        };
        assert_eq!(saddle(0.1).loops(0.0).len(), 1);
        assert_eq!(saddle(-0.1).loops(0.0).len(), 2);
    }
}

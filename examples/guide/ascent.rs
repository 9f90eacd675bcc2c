//! The picture of `guide::theory` that shows how methods climb: the likelihood over two means.

use crate::contour::Grid;
use crate::svg::{COLOURS, DARK, Page, grid};
use gaussmix::fit::Frozen;
use gaussmix::{Error, Gmm, MStep, SufficientStats};
use rand_pcg::Pcg32;

const WEIGHTS: [f64; 2] = [0.4, 0.6];
const VARIANCES: [f64; 2] = [1.0, 0.3];

/// What the picture shows of both means.
const FRAME: (Point, Point) = ([-2.2, 2.8], [-1.3, 2.8]);
/// Of ℓ/n: narrower towards the tops.
const LEVELS: [f64; 11] = [-1.5, -1.55, -1.65, -1.8, -1.85, -1.9, -2.0, -2.2, -2.5, -3.0, -4.0];
const STARTS: [(Point, &str); 2] =
    [([-1.2, -0.2], "Both means on one side"), ([-1.6, 1.2], "Nearer to a top")];
const PATHS: [&str; 3] = [COLOURS[0], "#d55e00", COLOURS[2]];
const THIN: &str = "stroke-width=\"1.5\"";
const DASHED: &str = "stroke-width=\"1.5\" stroke-dasharray=\"4 3\"";

type Point = [f64; 2];

/// Samples of one feature, and the likelihood over both means. Weights and variances are known.
struct Surface {
    data: Vec<[f64; 1]>,
}

fn model([a, b]: Point) -> Result<Gmm<f64, 1, 2>, Error> {
    Gmm::new(WEIGHTS, [[a], [b]], VARIANCES.map(|variance| [[variance]].into()))
}

fn means(gmm: &Gmm<f64, 1, 2>) -> Point {
    gmm.means().map(|[mean]| mean)
}

impl Surface {
    fn new() -> Result<Self, Error> {
        let (truth, mut rng) = (model([0.0, 1.8])?, Pcg32::new(3, 1));
        Ok(Self { data: (0..300).map(|_| truth.sample(&mut rng)).collect() })
    }

    fn stats(&self, at: Point) -> Result<SufficientStats<f64, 1, 2>, Error> {
        let mut stats = SufficientStats::new();
        stats.observe_all(&model(at)?, &self.data)?;
        Ok(stats)
    }

    fn height(&self, at: Point) -> Result<f64, Error> {
        Ok(self.stats(at)?.log_likelihood() / self.data.len() as f64)
    }

    /// Of ℓ/n. The numbers of a gradient are two of weights, the two of means, and those of covariances.
    fn gradient(&self, at: Point) -> Result<Point, Error> {
        let gradient = self.stats(at)?.gradient(&model(at)?);
        let mut slopes = gradient.numbers().skip(2).map(|slope| slope / self.data.len() as f64);
        Ok([(); 2].map(|()| slopes.next().unwrap_or_default()))
    }

    /// Second derivatives, by differences of the gradient.
    fn curvature(&self, at: Point) -> Result<[Point; 2], Error> {
        let h = 1e-4;
        let along = |j: usize| {
            let (mut ahead, mut behind) = (at, at);
            ahead[j] += h;
            behind[j] -= h;
            let (a, b) = (self.gradient(ahead)?, self.gradient(behind)?);
            Ok([(a[0] - b[0]) / (2.0 * h), (a[1] - b[1]) / (2.0 * h)])
        };
        Ok([along(0)?, along(1)?])
    }

    /// To where the gradient would be 0 if the curvature stayed: a top, a saddle or a pit, whichever is near.
    fn newton(&self, at: Point) -> Result<Point, Error> {
        let ([a, b], [[p, q], [r, s]]) = (self.gradient(at)?, self.curvature(at)?);
        let determinant = p * s - q * r;
        Ok([at[0] - (s * a - q * b) / determinant, at[1] - (p * b - r * a) / determinant])
    }

    /// A step along the gradient of twice `length`, halved until it gains; and the length that it has.
    fn uphill(&self, at: Point, length: f64) -> Result<(Point, f64), Error> {
        let (height, [a, b]) = (self.height(at)?, self.gradient(at)?);
        let mut length = 2.0 * length;
        loop {
            let next = [at[0] + length * a, at[1] + length * b];
            if self.height(next)? >= height + 1e-4 * length * (a * a + b * b) || length < 1e-9 {
                return Ok((next, length));
            }
            length /= 2.0;
        }
    }

    /// An EM step of the means.
    fn em(&self, at: Point) -> Result<Point, Error> {
        let mut gmm = model(at)?;
        let frozen = Frozen::NONE.with_weights([true; 2]).with_covariances([true; 2]);
        MStep::exact().maximize_with(&frozen, &self.stats(at)?, &mut gmm)?;
        Ok(means(&gmm))
    }

    /// The way of each method from a start, until it stays where it is.
    fn paths(&self, start: Point) -> Result<[Vec<Point>; 3], Error> {
        let mut length = 1.0;
        let uphill = |at| {
            let (next, taken) = self.uphill(at, length)?;
            length = taken;
            Ok(next)
        };
        Ok([path(start, |at| self.em(at))?, path(start, uphill)?, path(start, |at| self.newton(at))?])
    }

    fn heights(&self) -> Result<Grid, Error> {
        let ([a, b], [c, d]) = FRAME;
        let (xs, ys): (Vec<f64>, Vec<f64>) = (grid(a, b, 46).collect(), grid(c, d, 38).collect());
        let places = xs.iter().flat_map(|x| ys.iter().map(move |y| [*x, *y]));
        let heights = places.map(|at| self.height(at)).collect::<Result<_, Error>>()?;
        Ok(Grid { xs, ys, heights })
    }
}

fn path(start: Point, mut step: impl FnMut(Point) -> Result<Point, Error>) -> Result<Vec<Point>, Error> {
    let (mut path, mut last) = (vec![start], start);
    for _ in 0..100 {
        let next = step(last)?;
        let moved = (next[0] - last[0]).abs() + (next[1] - last[1]).abs();
        path.push(next);
        last = next;
        if moved < 1e-6 {
            break;
        }
    }
    Ok(path)
}

/// After how many steps a path is next to its end.
fn steps(path: &[Point]) -> usize {
    let end = path.last().copied().unwrap_or_default();
    let is_far = |at: &Point| (at[0] - end[0]).abs() + (at[1] - end[1]).abs() > 0.02;
    path.iter().rposition(is_far).map_or(0, |i| i + 1)
}

/// Two starts, and the ways from them.
pub(crate) fn ascent() -> Result<String, Error> {
    let surface = Surface::new()?;
    let heights = surface.heights()?;
    let about =
        "Contours of a likelihood over two means, with the paths of EM, gradient ascent and Newton's method";
    let mut page = Page::new([640.0, 354.0], about);
    for (i, (start, title)) in STARTS.into_iter().enumerate() {
        let left = 56.0 + 318.0 * i as f64;
        let mut plot = page.part([left, 40.0, left + 258.0, 252.0], FRAME.0, FRAME.1);
        plot.frame(title, "μ₁", "μ₂");
        plot.ticks(&[-2.0, -1.0, 0.0, 1.0, 2.0], &[-1.0, 0.0, 1.0, 2.0], 0);
        for level in LEVELS {
            for border in heights.loops(level) {
                let points = border.points.iter().chain(border.points.first());
                plot.curve("#aaa", "stroke-width=\"0.8\"", points.map(|(x, y)| [*x, *y]));
            }
        }
        let paths = surface.paths(start)?;
        for (m, path) in paths.iter().enumerate() {
            let style = if m == 2 { DASHED } else { THIN };
            plot.curve(PATHS[m], style, path.iter().copied());
            for at in path {
                plot.dot(PATHS[m], 2.5, *at);
            }
        }
        plot.dot(DARK, 4.0, start);
        plot.label([start[0], start[1] - 0.28], "middle", DARK, "start");
        for (at, words) in [([-0.07, 2.3], "top"), ([1.71, -0.85], "lower top"), ([2.02, 0.5], "saddle")] {
            plot.label(at, "middle", DARK, words);
        }
        for (m, name) in ["EM", "gradient, line search", "Newton"].into_iter().enumerate() {
            let end = paths[m].last().copied().unwrap_or_default();
            let [[p, q], [r, s]] = surface.curvature(end)?;
            let place = if p * s - q * r > 0.0 { "to a top" } else { "to the saddle" };
            let at = [FRAME.0[0], FRAME.1[0] - 1.05 - 0.31 * m as f64];
            let words = format!("{name}: {} steps {place}", steps(&paths[m]));
            plot.label(at, "start", PATHS[m], &words);
        }
    }
    Ok(page.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test that cannot go on should stop
    use super::*;

    fn determinant([[p, q], [r, s]]: [Point; 2]) -> f64 {
        p * s - q * r
    }

    /// What the guide says of the picture.
    #[test]
    fn newton_ends_at_a_saddle_where_em_and_the_gradient_climb_on() {
        let surface = Surface::new().unwrap();
        let [[em, gradient, newton], [near_em, near_gradient, near_newton]] =
            STARTS.map(|(start, _)| surface.paths(start).unwrap());
        let end = |path: &[Point]| *path.last().unwrap();
        for path in [&em, &gradient, &newton, &near_em, &near_gradient, &near_newton] {
            let slope = surface.gradient(end(path)).unwrap();
            assert!(slope.iter().all(|v| v.abs() < 1e-4), "{slope:?}");
            for [x, y] in path {
                assert!((FRAME.0[0]..=FRAME.0[1]).contains(x) && (FRAME.1[0]..=FRAME.1[1]).contains(y));
            }
        }
        for path in [&em, &gradient, &near_em, &near_gradient] {
            let heights: Vec<f64> = path.iter().map(|at| surface.height(*at).unwrap()).collect();
            assert!(heights.windows(2).all(|pair| pair[1] >= pair[0] - 1e-13));
            assert!(determinant(surface.curvature(end(path)).unwrap()) > 0.0);
        }
        assert!(determinant(surface.curvature(end(&newton)).unwrap()) < 0.0);
        assert!(surface.height(end(&newton)).unwrap() < surface.height(end(&em)).unwrap() - 0.1);
        assert!(steps(&near_newton) < steps(&near_em) && 2 * steps(&near_em) < steps(&near_gradient));
    }

    #[test]
    fn differences_of_the_gradient_are_the_curvature() {
        let (surface, at, h) = (Surface::new().unwrap(), [0.3, 1.2], 1e-3);
        let [[p, q], [r, s]] = surface.curvature(at).unwrap();
        assert!((q - r).abs() < 1e-7);
        let height = |x: f64, y: f64| surface.height([at[0] + x * h, at[1] + y * h]).unwrap();
        let second = |x: f64, y: f64| (height(x, y) + height(-x, -y) - 2.0 * height(0.0, 0.0)) / (h * h);
        assert!((second(1.0, 0.0) - p).abs() < 1e-5 && (second(0.0, 1.0) - s).abs() < 1e-5);
        assert!((second(1.0, 1.0) - (p + q + r + s)).abs() < 1e-5);
    }
}

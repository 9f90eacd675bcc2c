//! Climbing a function by its gradient: the steepest way, and L-BFGS.

use gaussmix::gradient::Unconstrained;
use std::collections::VecDeque;

/// A point, a direction or a gradient.
pub(crate) type Point<const D: usize, const K: usize> = Unconstrained<f64, D, K>;

/// What is climbed: a value with its gradient, or `None` where it has none.
pub(crate) type Function<'a, const D: usize, const K: usize> =
    dyn Fn(&Point<D, K>) -> Option<(f64, Point<D, K>)> + 'a;

/// A step has to gain this share of what the slope promises (Armijo 1966).
const ARMIJO: f64 = 1e-4;
/// How often a step is halved before the line search gives up.
const HALVINGS: u32 = 40;
/// A climb rests where no slope is steeper.
const LEVEL: f64 = 1e-6;
/// Pairs of steps and changes of the gradient that L-BFGS remembers.
const MEMORY: usize = 10;
/// A pair without so much curvature is left out: its inverse would be no curvature at all.
const LEAST_CURVATURE: f64 = 1e-10;

/// How a climb ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// Where the slope is 0, or EM's gains are.
    Rest,
    /// Its line search found no step that gains.
    Stuck,
    /// After as many evaluations as it may have.
    Cap,
}

/// A way: the value of each point on it, after so many evaluations; and where it ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Climb<const D: usize, const K: usize> {
    pub(crate) trace: Vec<(u32, f64)>,
    pub(crate) end: End,
    pub(crate) point: Point<D, K>,
}

/// A point of the way.
struct Place<const D: usize, const K: usize> {
    point: Point<D, K>,
    value: f64,
    gradient: Point<D, K>,
}

/// What is climbed, and the way so far.
struct Climber<'a, const D: usize, const K: usize> {
    function: &'a Function<'a, D, K>,
    evaluations: u32,
    cap: u32,
    trace: Vec<(u32, f64)>,
}

impl<'a, const D: usize, const K: usize> Climber<'a, D, K> {
    fn new(function: &'a Function<'a, D, K>, cap: u32) -> Self {
        Self { function, evaluations: 0, cap, trace: Vec::new() }
    }

    /// `None` where the function has no value.
    fn evaluate(&mut self, point: Point<D, K>) -> Option<Place<D, K>> {
        self.evaluations += 1;
        let (value, gradient) = (self.function)(&point)?;
        Some(Place { point, value, gradient })
    }

    fn arrive(&mut self, place: &Place<D, K>) {
        self.trace.push((self.evaluations, place.value));
    }

    /// The first of the steps `length`, `length`/2, `length`/4, … that gains enough, and its length.
    fn step(
        &mut self,
        from: &Place<D, K>,
        direction: &Point<D, K>,
        mut length: f64,
    ) -> Result<(f64, Place<D, K>), End> {
        let slope = from.gradient.dot(direction);
        // Written so that a NaN is no way up.
        if !(slope > 0.0) {
            return Err(End::Stuck);
        }
        for _ in 0..HALVINGS {
            if self.evaluations >= self.cap {
                return Err(End::Cap);
            }
            let mut point = from.point.clone();
            point.add_scaled(length, direction);
            match self.evaluate(point) {
                Some(place) if place.value >= from.value + ARMIJO * length * slope => {
                    self.arrive(&place);
                    return Ok((length, place));
                }
                _ => length /= 2.0,
            }
        }
        Err(End::Stuck)
    }

    fn finish(self, end: End, point: Point<D, K>) -> Climb<D, K> {
        Climb { trace: self.trace, end, point }
    }
}

fn is_level<const D: usize, const K: usize>(gradient: &Point<D, K>) -> bool {
    gradient.numbers().all(|slope| slope.abs() <= LEVEL)
}

/// Plain gradient ascent. Each line search begins with twice the step that was taken last.
pub(crate) fn steepest<const D: usize, const K: usize>(
    start: Point<D, K>,
    cap: u32,
    function: &Function<'_, D, K>,
) -> Climb<D, K> {
    let mut climber = Climber::new(function, cap);
    let Some(mut place) = climber.evaluate(start.clone()) else {
        return climber.finish(End::Stuck, start);
    };
    climber.arrive(&place);
    let mut length = 1.0;
    while !is_level(&place.gradient) {
        let direction = place.gradient.clone();
        match climber.step(&place, &direction, 2.0 * length) {
            Ok((taken, next)) => (length, place) = (taken, next),
            Err(end) => return climber.finish(end, place.point),
        }
    }
    climber.finish(End::Rest, place.point)
}

/// A step s, the change y of the gradient along it with the sign turned, and sᵀy.
struct Pair<const D: usize, const K: usize> {
    step: Point<D, K>,
    change: Point<D, K>,
    curvature: f64,
}

/// L-BFGS (Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7). A line search that fails is tried once more along the
/// gradient, without what was remembered.
pub(crate) fn lbfgs<const D: usize, const K: usize>(
    start: Point<D, K>,
    cap: u32,
    function: &Function<'_, D, K>,
) -> Climb<D, K> {
    let mut climber = Climber::new(function, cap);
    let Some(mut place) = climber.evaluate(start.clone()) else {
        return climber.finish(End::Stuck, start);
    };
    climber.arrive(&place);
    let mut pairs = VecDeque::with_capacity(MEMORY);
    while !is_level(&place.gradient) {
        let direction = newton_like(&pairs, &place.gradient);
        // Without memory the gradient says where, and not how far.
        let steepness = place.gradient.dot(&place.gradient).sqrt();
        let length = if pairs.is_empty() { (1.0 / steepness).min(1.0) } else { 1.0 };
        match climber.step(&place, &direction, length) {
            Ok((_, next)) => {
                remember(&mut pairs, &place, &next);
                place = next;
            }
            Err(End::Stuck) if !pairs.is_empty() => pairs.clear(),
            Err(end) => return climber.finish(end, place.point),
        }
    }
    climber.finish(End::Rest, place.point)
}

fn less<const D: usize, const K: usize>(a: &Point<D, K>, b: &Point<D, K>) -> Point<D, K> {
    let mut difference = a.clone();
    difference.add_scaled(-1.0, b);
    difference
}

fn remember<const D: usize, const K: usize>(
    pairs: &mut VecDeque<Pair<D, K>>,
    from: &Place<D, K>,
    to: &Place<D, K>,
) {
    // Minus the gradient, since what is climbed is a hill.
    let (step, change) = (less(&to.point, &from.point), less(&from.gradient, &to.gradient));
    let curvature = step.dot(&change);
    if curvature > LEAST_CURVATURE * (step.dot(&step) * change.dot(&change)).sqrt() {
        if pairs.len() == MEMORY {
            pairs.pop_front();
        }
        pairs.push_back(Pair { step, change, curvature });
    }
}

/// The gradient times the inverse curvature that the pairs have seen, by the recursion of two loops.
fn newton_like<const D: usize, const K: usize>(
    pairs: &VecDeque<Pair<D, K>>,
    gradient: &Point<D, K>,
) -> Point<D, K> {
    let mut direction = gradient.clone();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = pair.step.dot(&direction) / pair.curvature;
        direction.add_scaled(-share, &pair.change);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = last.curvature / last.change.dot(&last.change);
        direction.numbers_mut().for_each(|v| *v *= scale);
    }
    for (pair, share) in pairs.iter().zip(shares.iter().rev()) {
        let back = pair.change.dot(&direction) / pair.curvature;
        direction.add_scaled(share - back, &pair.step);
    }
    direction
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −½ Σ c_i (x_i − t_i)² − ¼ Σ (x_i − t_i)⁴, with curvatures from 1 to 1000 and neighbours coupled.
    fn hill(point: &Point<2, 2>) -> Option<(f64, Point<2, 2>)> {
        let x: Vec<f64> = point.numbers().enumerate().map(|(i, x)| x - target(i)).collect();
        let curvature = |i: usize| 1000_f64.powf(i as f64 / (x.len() - 1) as f64);
        let (mut value, mut slopes) = (0.0, vec![0.0; x.len()]);
        for i in 0..x.len() {
            value -= 0.5 * curvature(i) * x[i].powi(2) + 0.25 * x[i].powi(4);
            slopes[i] -= curvature(i) * x[i] + x[i].powi(3);
            if i > 0 {
                value -= 0.5 * (x[i] - x[i - 1]).powi(2);
                slopes[i] -= x[i] - x[i - 1];
                slopes[i - 1] += x[i] - x[i - 1];
            }
        }
        let mut gradient = Point::zero();
        gradient.numbers_mut().zip(slopes).for_each(|(to, from)| *to = from);
        Some((value, gradient))
    }

    fn target(i: usize) -> f64 {
        0.3 * i as f64 - 1.0
    }

    fn off(point: &Point<2, 2>) -> f64 {
        point.numbers().enumerate().map(|(i, x)| (x - target(i)).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn lbfgs_finds_the_top_of_a_hill_and_the_steepest_way_takes_longer() {
        let fast = lbfgs(Point::zero(), 1000, &hill);
        assert_eq!(fast.end, End::Rest);
        assert!(off(&fast.point) < 1e-5, "{}", off(&fast.point));
        let slow = steepest(Point::zero(), 100_000, &hill);
        assert_eq!(slow.end, End::Rest);
        assert!(off(&slow.point) < 1e-5);
        let evaluations = |climb: &Climb<2, 2>| climb.trace.last().map_or(0, |(n, _)| *n);
        let (fast, slow) = (evaluations(&fast), evaluations(&slow));
        assert!(fast < 200 && slow > 20 * fast, "{fast} and {slow}");
    }

    /// With all curvatures known, the direction is Newton's.
    #[test]
    fn what_lbfgs_remembers_is_the_curvature() {
        // Along one number only: −½ · 7 x².
        let place = |x: f64| {
            let (mut point, mut gradient) = (Point::<1, 1>::zero(), Point::<1, 1>::zero());
            point.numbers_mut().take(1).for_each(|v| *v = x);
            gradient.numbers_mut().take(1).for_each(|v| *v = -7.0 * x);
            Place { point, value: -3.5 * x * x, gradient }
        };
        let mut pairs = VecDeque::new();
        remember(&mut pairs, &place(3.0), &place(2.0));
        assert_eq!(pairs.len(), 1);
        let direction = newton_like(&pairs, &place(2.0).gradient);
        assert!(direction.numbers().next().is_some_and(|v| (v + 2.0).abs() < 1e-12));
        // No curvature, or the wrong one, is not remembered.
        let mut flat = place(1.0);
        flat.gradient = place(2.0).gradient;
        remember(&mut pairs, &place(2.0), &flat);
        flat.gradient.numbers_mut().for_each(|v| *v *= 2.0);
        remember(&mut pairs, &place(2.0), &flat);
        assert_eq!(pairs.len(), 1);
    }

    #[test]
    fn a_way_without_value_or_gain_is_a_line_search_that_failed() {
        let nowhere = steepest::<1, 1>(Point::zero(), 100, &|_| None);
        assert_eq!((nowhere.end, nowhere.trace.len()), (End::Stuck, 0));
        // A gradient that lies.
        let lie = |point: &Point<2, 2>| {
            let (value, mut gradient) = hill(point)?;
            gradient.numbers_mut().for_each(|v| *v = -1.0);
            Some((value, gradient))
        };
        let mut start = Point::zero();
        start.numbers_mut().enumerate().for_each(|(i, x)| *x = target(i));
        for climb in [steepest(start.clone(), 1000, &lie), lbfgs(start, 1000, &lie)] {
            assert_eq!((climb.end, climb.trace.len()), (End::Stuck, 1));
        }
    }

    #[test]
    fn the_cap_ends_a_climb() {
        for climb in [steepest(Point::zero(), 7, &hill), lbfgs(Point::zero(), 7, &hill)] {
            assert_eq!(climb.end, End::Cap);
            assert!(climb.trace.iter().all(|(n, _)| *n <= 7));
        }
    }
}

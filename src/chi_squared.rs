//! The χ² distribution, which squared Mahalanobis distances follow.
//!
//! The squared distance of a sample to the component that produced it has the χ² distribution with D degrees of
//! freedom. [`survival`] turns a squared distance into a p-value. [`upper_quantile`] turns a false-alarm rate into a
//! threshold.
//!
//! # Precision
//! The relative error of quantiles is at most 8 ε (ε is the machine epsilon of the scalar), from 1 to 64 degrees of
//! freedom and for probabilities from 1e-300 (`f64`) or 1e-30 (`f32`) to 1 − ε in either tail. A quantile below the
//! smallest normal number may be returned as 0. A quantile takes some hundred evaluations of a series: compute a
//! threshold once, not per sample.

use crate::error::{Error, require};
use crate::real::Real;

/// P(χ² ≤ `x`) with `degrees` degrees of freedom.
///
/// ```
/// use gaussmix::chi_squared;
/// let probability = chi_squared::cdf(2, 2.0_f64)?; // 1 − 1/e
/// assert!((probability - 0.632_120_558_828_557_7).abs() < 1e-15);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if `degrees` is 0, or `x` is negative or NaN.
pub fn cdf<T: Real>(degrees: usize, x: T) -> Result<T, Error> {
    check_degrees(degrees)?;
    require(x >= T::ZERO, "x", "0 or more")?;
    Ok(tails(degrees, x).0)
}

/// P(χ² > `x`) with `degrees` degrees of freedom: the p-value of a squared distance. Small values are accurate too.
///
/// # Errors
/// As [`cdf`].
pub fn survival<T: Real>(degrees: usize, x: T) -> Result<T, Error> {
    check_degrees(degrees)?;
    require(x >= T::ZERO, "x", "0 or more")?;
    Ok(tails(degrees, x).1)
}

/// The x with P(χ² ≤ x) = `p`; 0 for p = 0, ∞ for p = 1. Use [`upper_quantile`] for `p` near 1, where the spacing of
/// floating-point numbers is coarse.
///
/// ```
/// use gaussmix::chi_squared;
/// assert!((chi_squared::quantile(3, 0.95_f32)? - 7.814_728).abs() < 1e-5);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if `degrees` is 0 or `p` is not within [0, 1].
pub fn quantile<T: Real>(degrees: usize, p: T) -> Result<T, Error> {
    check_degrees(degrees)?;
    require(p >= T::ZERO && p <= T::ONE, "p", "within [0, 1]")?;
    Ok(solve(degrees, p, T::ONE - p))
}

/// The x with P(χ² > x) = `q`; ∞ for q = 0, 0 for q = 1.
///
/// ```
/// use gaussmix::chi_squared;
/// // One false alarm in a thousand million.
/// let threshold = chi_squared::upper_quantile(3, 1e-9_f64)?;
/// assert!((threshold - 44.841_275_3).abs() < 1e-6);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] if `degrees` is 0 or `q` is not within [0, 1].
#[doc(alias("chi2", "qchisq", "ppf"))]
pub fn upper_quantile<T: Real>(degrees: usize, q: T) -> Result<T, Error> {
    check_degrees(degrees)?;
    require(q >= T::ZERO && q <= T::ONE, "q", "within [0, 1]")?;
    Ok(threshold(degrees, q))
}

/// [`upper_quantile`] for arguments that are already checked.
pub(crate) fn threshold<T: Real>(degrees: usize, q: T) -> T {
    solve(degrees, T::ONE - q, q)
}

fn check_degrees(degrees: usize) -> Result<(), Error> {
    require(degrees > 0, "degrees", "1 or more")
}

/// Bisection of the logarithm of x on the smaller tail. The number of steps is bounded, the bracket it starts from does
/// not matter, and the result is as accurate as the tails are.
fn solve<T: Real>(degrees: usize, p: T, q: T) -> T {
    if p <= T::ZERO {
        return T::ZERO;
    }
    if q <= T::ZERO {
        return T::INFINITY;
    }
    let is_below = |x: T| {
        let (lower, upper) = tails(degrees, x);
        if p < q { lower < p } else { upper > q }
    };
    let two = T::ONE + T::ONE;
    // Brackets. The factor is squared each time, so the search down to the smallest number is short.
    let mut low = T::from_count(degrees as u64);
    let mut high = low;
    let mut factor = two;
    while low > T::ZERO && !is_below(low) {
        low /= factor;
        factor *= factor;
    }
    if low <= T::ZERO {
        return T::ZERO; // the quantile is smaller than any number
    }
    while is_below(high) {
        high *= two;
    }
    loop {
        let middle = low.root() * high.root();
        if !(middle > low && middle < high) {
            return middle;
        }
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// (P(χ² ≤ x), P(χ² > x)): the regularised incomplete gamma functions of `degrees`/2 and x/2. Left of `degrees` + 2 it
/// sums the series of the lower one, right of it the continued fraction of the upper one (Gautschi 1979,
/// doi:10.1145/355972.355974). The relative error of the smaller of the two is a few ε.
fn tails<T: Real>(degrees: usize, x: T) -> (T, T) {
    let half = x * T::HALF;
    if !(half < T::INFINITY) {
        return (T::ONE, T::ZERO);
    }
    let a = T::from_count(degrees as u64) * T::HALF;
    let density = leading(degrees, half);
    if density == T::ZERO {
        return if half < a { (T::ZERO, T::ONE) } else { (T::ONE, T::ZERO) };
    }
    if half < a + T::ONE {
        let lower = density * series(a, half);
        (lower, T::ONE - lower)
    } else {
        let upper = density * a * fraction(a, half);
        (T::ONE - upper, upper)
    }
}

/// xᵃ e⁻ˣ / Γ(a + 1) for 2a = `degrees`. Each step multiplies in one factor of the power, the exponential and the
/// factorial, so no product leaves the range before the result does.
fn leading<T: Real>(degrees: usize, x: T) -> T {
    let steps = degrees / 2;
    let (mut product, mut divisor) = if degrees.is_multiple_of(2) {
        (T::ONE, T::ZERO)
    } else {
        // √x / Γ(3/2), Γ(3/2) = √π/2 = √(2π)/√8
        (x.root() * (T::from_count(8).root() / T::SQRT_2PI), T::HALF)
    };
    let share = (-x / T::from_count(steps.max(1) as u64)).exp_nonpositive();
    for _ in 0..steps {
        divisor += T::ONE;
        product *= x / divisor * share;
    }
    if steps == 0 { product * share } else { product }
}

/// Σ xⁿ / ((a + 1) … (a + n))
fn series<T: Real>(a: T, x: T) -> T {
    let (mut sum, mut term, mut divisor) = (T::ONE, T::ONE, a);
    loop {
        divisor += T::ONE;
        term *= x / divisor;
        if !(term > sum * T::EPSILON * T::HALF * T::HALF) {
            return sum + term;
        }
        sum += term;
    }
}

/// Γ(a, x) eˣ x⁻ᵃ for x ≥ a + 1, by the method of Lentz (1976, doi:10.1364/AO.15.000668). There `c` and
/// 1/`d` stay above 0.
fn fraction<T: Real>(a: T, x: T) -> T {
    let two = T::ONE + T::ONE;
    let mut b = x + T::ONE - a;
    let mut c = T::INFINITY;
    let mut d = T::ONE / b;
    let mut value = d;
    let mut n = T::ZERO;
    // It takes a small multiple of √a terms. The bound only makes sure that the loop ends.
    for _ in 0..10_000 {
        n += T::ONE;
        let numerator = n * (a - n);
        b += two;
        d = T::ONE / (numerator * d + b);
        c = b + numerator / c;
        let factor = c * d;
        value *= factor;
        if (factor - T::ONE).abs() <= T::EPSILON {
            break;
        }
    }
    value
}

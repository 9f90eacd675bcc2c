//! Functions of numbers.

use gaussmix::{Real, chi_squared};

use crate::{D, index, keep, number};

pub(crate) fn all() {
    let x = number();
    keep((<f32 as Real>::narrow(f64::from(x)), <f32 as Real>::from_count(index() as u64), Real::widen(x)));
    keep((Real::exp_nonpositive(x), Real::exponential(x), Real::natural_log(x), Real::compound(x, x)));
    keep((Real::larger(x, x), Real::smaller(x, x), Real::root(x), Real::log_gamma(x)));
    keep((Real::sin_cos_turns(x), <f32 as Real>::from_random_bits(index() as u64)));
    keep((chi_squared::cdf(index(), x), chi_squared::survival(index(), x)));
    keep((chi_squared::quantile(D, x), chi_squared::upper_quantile(index(), x)));
}

//! Every tolerance of the suite, with its reason. Nothing is compared with a number that does not stand here.
#![allow(dead_code)] // no room uses all of it

// Golden

/// Mean log-likelihood and criteria against the reference programs, `f64`, relative. Sums of up to 4000 terms in
/// another order, then up to 1000 iterations that amplify what differs. Measured: 1.4e-13.
pub(crate) const GOLDEN_LOG_LIKELIHOOD: f64 = 1e-12;

/// Parameters, responsibilities and log-densities after convergence against the reference programs, `f64`, relative
/// to max(1, |value|). A flat maximum leaves parameters freer than the likelihood: moving a start by 1e-10 σ moves
/// them by up to 5e-10. Measured: 7.6e-12.
pub(crate) const GOLDEN_PARAMETERS: f64 = 1e-10;

/// Mean log-likelihood after 20 M-steps in `f32` against the `f64` reference, relative. The reference program's own
/// run in `f32` is off by up to 2.3e-6. Measured: 6.9e-7.
pub(crate) const GOLDEN_LOG_LIKELIHOOD_F32: f64 = 5e-6;

/// Densities and logarithms of responsibilities against 60 digits, relative to the largest of the terms that they are
/// the sum or difference of: each is rounded, and so are the squared distance and the logarithm in it. Measured:
/// 2.5 ε in `f64`; 1.7 ε in `f32`, where the parameters and samples are rounded too.
pub(crate) const GOLDEN_DENSITY: f64 = 4.0 * f64::EPSILON;
pub(crate) const GOLDEN_DENSITY_F32: f64 = 4.0 * f32::EPSILON as f64;

/// One M-step, and the total log-likelihood on the way of EM and at its end, from given responsibilities, relative to
/// max(1, |value|): sums of up to 299 terms in another order. Measured: 1.2e-11 at the end of flat climbs, else 1e-13.
/// With noise, weights and means at the end too: 3.6e-13.
pub(crate) const GOLDEN_MODELS: f64 = 1e-10;

/// The same where the M-step itself iterates: to a relative change of ε here, to rounding there. Measured: 1e-12.
pub(crate) const GOLDEN_INNER: f64 = 1e-10;

/// Estimates under a prior, and adapted models, relative to max(1, |value|): up to 445 iterations of sums of 272 terms in
/// another order. Measured: 2.6e-14.
pub(crate) const GOLDEN_MAP: f64 = 1e-11;

/// Data shifted by 1e6: the last bit of a sample is 1e-10, and what two programs make of it differs by as much.
/// Measured: 7.6e-12.
pub(crate) const GOLDEN_ROBUST: f64 = 1e-9;

/// BIC against mclust's. Its iterations stop early, and so do ours; a difference of 2 would be weak evidence.
pub(crate) const GOLDEN_BIC: f64 = 0.05;

/// Distances between Gaussians, mergers and reductions against 60 digits, relative to max(1, |value|). Measured:
/// 1.4e-14.
pub(crate) const GOLDEN_DISTANCE: f64 = 1e-13;
/// Hard distances against 80 digits, in units of what is promised: ε κ (√v + v) for a divergence v between Gaussians
/// whose factors have the condition number κ, ε (size + distance) for a Wasserstein distance. Measured: 0.83.
pub(crate) const HARD_DISTANCE_UNITS: f64 = 2.0;
/// Conditional mixtures and regressions against 50 digits, to 1e6 standard deviations out, relative to max(1, |value|);
/// of log-weights relative to the largest term that they are the difference of. Measured: 1.4e-15.
pub(crate) const GOLDEN_CONDITION: f64 = 1e-13;
/// The ratio of two standard errors, estimated from 50,000 and from 200,000 draws. Measured: within 0.012.
pub(crate) const STANDARD_ERROR: f64 = 0.1;

// Scores in integers, in nats

/// What a model in integers may be off, at ln p = 0: documented.
pub(crate) const FIXED: f64 = 0.02;
/// The mean error on real data whose readings span their range. Measured: 0.0002 to 0.0004.
pub(crate) const FIXED_MEAN: f64 = 0.002;
/// The logarithm of a sum of two. Measured: 1.5e-4 where both are alike, since the curve sags most there.
pub(crate) const FIXED_SUM: f64 = 1.6e-4;
/// The bound for one feature: 2^−11 σ at 24 σ, and a factor of 15 bits. Measured: 0.0021 to 0.0026.
pub(crate) const FIXED_ONE_FEATURE: f64 = 0.0028;

// Laws

/// Sums of some hundred terms taken in another order, `f64`: about n·ε, with two digits to spare.
pub(crate) const ROUNDING: f64 = 1e-12;

/// The crate against the direct formulas, `f64`: condition numbers up to 100 and ten iterations multiply rounding.
pub(crate) const NAIVE_F64: f64 = 1e-11;

/// The same in `f32`, one pass over 500 samples, relative to 1 or the value.
pub(crate) const NAIVE_F32: f64 = 2e-5;

/// The cost of covariances within an eigenvalue ratio against a search of intervals, relative to itself or the number of
/// samples: sums of some ten terms. Measured: 4.2e-15.
pub(crate) const RATIO_OPTIMUM: f64 = 1e-13;

/// Their covariances in `f32` at an offset of 1e4 against `f64`, after one pass over 300 samples, relative to the largest
/// element. Measured: 4.7e-7.
pub(crate) const RATIO_F32: f64 = 4e-6;

/// How far ℓ/n may fall in a pass without a floor, times max(1, |ℓ/n|).
pub(crate) const FALL_F64: f64 = 8.0 * f64::EPSILON;
pub(crate) const FALL_F32: f64 = 64.0 * f32::EPSILON as f64;

/// A fit that gained less than 1e-13 a pass is within about the square root of that of its limit.
pub(crate) const STAYS_PUT: f64 = 1e-5;

/// The log-likelihood and BIC of a start, found in other units, against those of its model: sums of 64 logarithms of
/// either size. Measured: 4e-16.
pub(crate) const UNITS_OF_LIKELIHOOD: f64 = 1e-12;

/// The variances of a model made of another's covariances, relative, in ε: factorised and multiplied out twice, each
/// three operations a feature. Subnormal products beside a pivot cost no more.
pub(crate) const REBUILT: f64 = 32.0;

/// Means and variances of three groups, relative to max(1, value), with one reading of 9999 beside them and without: the
/// robust box and the weight of the noise differ a little. Measured: 0.034; without noise, variances of 10⁵ and more.
pub(crate) const LEFT_ALONE: f64 = 0.05;

/// By how much a corrupt reading moves a mean, and a variance relative to itself, on a stream with noise. Its
/// responsibility for one that is 10 σ away is e⁻⁵⁰.
pub(crate) const NOISE_MOVES_NOTHING: f64 = 1e-4;

/// Shares of masses and mixing weights after operations on both, `f64`, relative to 1 or the value.
pub(crate) const IN_STEP: f64 = 1e-10;

/// Likelihood, bound and divergence, each a mean over hundreds of samples.
pub(crate) const BOUND: f64 = 1e-12;

/// The logarithm of a prior's density against itself or a direct formula: some ten logarithms, and those of Γ.
pub(crate) const NORMALISER: f64 = 1e-12;

/// A model that is worth 10¹⁵ samples, against sixty: means and covariances move by 1e-13 of a deviation, and the
/// covariance is factorised and multiplied out.
pub(crate) const LIMITING_PRIOR: f64 = 1e-12;

/// Data moved by up to 1000 σ loses three digits, of which iterations of EM make four or five.
pub(crate) const EQUIVARIANCE: f64 = 1e-9;

/// A variance and the floor it was raised to differ by the rounding of the reciprocal root that is stored.
pub(crate) const FLOOR_ULPS: f64 = 4.0;

/// What the covariances of a family have in common, relative: some ten operations on numbers of condition up to 100,
/// and inner iterations that end at a change of ε. In `f32` after a hundred steps, and what iterates ends at 1024 ε.
pub(crate) const FAMILY_F64: f64 = 1e-12;
pub(crate) const FAMILY_F32: f64 = 1e-4;

/// An eigenvalue of a Gram matrix of numerical derivatives that is none, relative to the largest: their errors of 1e-8
/// squared, with eight digits to spare. Those that count are above 1e-4.
pub(crate) const RANK: f64 = 1e-8;

/// Parameters stored in `f32`: Σ is multiplied out of rounded factors.
pub(crate) const CAST_F32: f64 = 1e-6;

/// Sample moments lie within five standard errors of the parameters.
pub(crate) const STANDARD_ERRORS: f64 = 5.0;

/// Variance of `f32` data far from 0 against `f64` of the same samples, one pass, relative.
pub(crate) const FAR_VARIANCE_F32: f64 = 1e-3;

/// A log-density thousands of σ out, in units of ε, relative: the squared distance's own rounding.
pub(crate) const FAR_DENSITY: f64 = 16.0;

/// K responsibilities, each rounded.
pub(crate) const SUM_TO_ONE_ULPS: f64 = 3.0;

/// Mixing weights, each rounded once by an M-step and once by each of up to ten changes in the set of components.
pub(crate) const SUM_OF_WEIGHTS_ULPS: f64 = 64.0;

/// Promised for the exponential, measured: 1.1.
pub(crate) const EXP_ULPS: f64 = 2.0;

/// `f32` against `f64` of the same 10⁶ samples: means, in σ, beyond one ulp of their own.
pub(crate) const SINGLE_MEAN: f64 = 1e-3;
/// And variances, relative.
pub(crate) const SINGLE_VARIANCE: f64 = 1e-3;
/// At offset 10⁵ σ an ulp is 0.008 σ, and thirty iterations of EM start from means rounded so.
pub(crate) const SINGLE_FAR_MEAN: f64 = 0.05;
pub(crate) const SINGLE_FAR_VARIANCE: f64 = 0.02;
/// Mean log-likelihood of the parameters found in `f32`.
pub(crate) const SINGLE_LIKELIHOOD: f64 = 1e-4;
/// A pass in blocks, any number of samples.
pub(crate) const SINGLE_STREAM: f64 = 1e-4;
/// A pass in `f32` over hostile data against plain sums in `f64` of the same shares, 54,000 passes. Masses, relative.
/// Measured: 5.4e-7.
pub(crate) const BLOCK_MASS: f64 = 2e-6;
/// Means in σ, beyond an ulp of their own and one of the farthest deviation. Measured: 2.4e-6.
pub(crate) const BLOCK_MEAN: f64 = 1e-5;
/// Covariances relative to variances: what is promised of passes. Measured: 5.3e-5.
pub(crate) const BLOCK_SCATTER: f64 = 1e-4;
/// Log-likelihoods relative to the sum of the sizes of their terms. Measured: 4.0e-7.
pub(crate) const BLOCK_LIKELIHOOD: f64 = 2e-6;
/// How much farther than in `f64` the mean may lag in `f32`.
pub(crate) const SINGLE_LAG: f64 = 1.2;

/// How often 1000 draws hit what has 90 % of the weight: 900 are due, with a standard deviation of 9.5.
pub(crate) const DRAWS: core::ops::RangeInclusive<usize> = 855..=945;

/// Inertia and centres against scikit-learn, relative.
pub(crate) const K_MEANS: f64 = 1e-12;

// Feature `simd`

/// One pass in panels against `f64` sample by sample. `f32`: log-densities of about 20 are rounded to 1e-6, and so are
/// responsibilities by e to that; covariances of 1 to 10.
#[cfg(feature = "simd")]
pub(crate) const SIMD_F32: f64 = 2e-5;
#[cfg(feature = "simd")]
pub(crate) const SIMD_F64: f64 = 1e-12;

/// Covariances of 1 in `f32` from a start 1000 σ away and data up to 1e5 σ from 0: samples themselves are good to
/// 0.004.
#[cfg(feature = "simd")]
pub(crate) const SIMD_FAR_F32: f64 = 2e-5;

/// Moments of standard normal samples in `f32` from a start between 0 and 300 σ away, relative. Measured: 1.9e-6, at 3
/// σ; with a panel's own mean taken at 16 σ instead of 4 σ, 1.6e-5.
#[cfg(feature = "simd")]
pub(crate) const SIMD_AWAY_F32: f64 = 5e-6;

/// Log-densities of some ten, of components up to 20,000 σ apart that share a covariance, in `f32`. Measured: 2.1e-6;
/// from differences of whitened samples and means, 4.7e-4 at 2000 σ.
#[cfg(feature = "simd")]
pub(crate) const SIMD_TIED_F32: f64 = 2e-5;

/// A variance of a few samples in `f32`, far from the model and of weights up to 10¹³ apart, relative: two sums of
/// them, their squares and one difference, each rounded. Tiny weights have a digit or two less.
#[cfg(feature = "simd")]
pub(crate) const SIMD_UNEQUAL_F32: f64 = 1e-4;

// Streams

/// Quantiles of χ² against 40 digits, relative: rounding errors of the tails count half or less. Measured: 4 ε and 3 ε.
pub(crate) const CHI_SQUARED_F64: f64 = 8.0 * f64::EPSILON;
pub(crate) const CHI_SQUARED_F32: f64 = 8.0 * f32::EPSILON as f64;

/// Stepwise EM against the reference program, `f64`, after up to 40,000 steps, relative to max(1, |value|): statistics
/// are centred here and raw there.
pub(crate) const STEPWISE: f64 = 1e-9;

/// Mean log-likelihood of Polyak–Ruppert averages after ten passes of Old Faithful, less that of batch EM.
pub(crate) const AVERAGED_K2: f64 = 1e-4;
pub(crate) const AVERAGED_K3: f64 = 0.01;

/// Splits, mergers and collapses there and back: a factorisation and some ten operations each. In `f32` at offset 10⁴ a
/// mean is rounded to 0.001, and log-likelihoods of about 5 with it.
pub(crate) const REARRANGED: f64 = 1e-13;
pub(crate) const REARRANGED_F32: f64 = 1e-5;

/// Divergences and the Bhattacharyya distance against inverses and determinants, relative to max(1, |value|): condition
/// numbers up to 10, and up to 1000 after a random map.
pub(crate) const NAIVE_DISTANCE: f64 = 1e-11;
/// Distances whose square is a difference of traces there, or 1 less a number near it.
pub(crate) const NAIVE_WASSERSTEIN: f64 = 1e-7;
/// A metric against itself the other way round, and around a third Gaussian: some hundred roundings.
pub(crate) const METRIC: f64 = 1e-13;
/// Distances of some ten between components whose means are rounded to 0.001 σ.
pub(crate) const DISTANCE_F32: f64 = 5e-3;

/// Conditional weights and variances in `f32` at offset 10⁴: some thirty operations. Measured: 1.6e-7.
pub(crate) const CONDITION_F32: f64 = 1e-6;

/// Means and standard errors of 10⁶ draws in `f32`, relative. Measured: 2.1e-7; with plain sums of
/// squares 2.6e-4.
pub(crate) const MANY_DRAWS_F32: f64 = 2e-6;

/// A rate of false alarms against the nominal one, relative.
pub(crate) const FALSE_ALARMS: f64 = 0.1;

/// Mean log-likelihood after EM from a start made of a stream, less than from k-means++ on all of it: they came to the
/// same maximum.
pub(crate) const STREAM_START: f64 = 1e-3;
/// After 3000 steps of stepwise EM instead, which scatter by the square root of parameters over samples.
pub(crate) const STREAM_START_ONLINE: f64 = 0.05;
/// BasicMotions, which has many maxima, against the best of ten: single k-means++ starts end up to 0.5 below it.
pub(crate) const STREAM_START_MOTIONS: f64 = 0.5;
/// Moments of 2000 samples summed in another order; variances of 40.
pub(crate) const STREAM_MOMENTS: f64 = 1e-11;

/// The covariance of data at offset 10⁶: the offset's last digit, squared deviations of 5 σ.
pub(crate) const FAR_COLLAPSE: f64 = 1e6 * f64::EPSILON;

/// The direction of a split, from 64 steps of the power method between eigenvalues of 1.8 and 0.2.
pub(crate) const PRINCIPAL_AXIS: f64 = 1e-9;

/// Masses after some sixty hostile samples, `f32`.
pub(crate) const HOSTILE_MASS: f64 = 1e-4;

/// Half an ulp of x moves a tail of χ² by x/2 times as much; x up to 270.
pub(crate) const TAIL_ULPS: f64 = 1e3;

/// Strided BasicMotions, mean log-likelihood below batch after ten passes with the documented settings: diagonal, full.
pub(crate) const MOTIONS_DIAGONAL: f64 = 0.1;
pub(crate) const MOTIONS_FULL: f64 = 0.5;

/// Mean log-density lost to drifting means, against one who knows them: the default step, the best documented one.
pub(crate) const LOSS_DEFAULT: f64 = 0.05;
pub(crate) const LOSS_BEST: f64 = 0.015;
/// How far the loss in `f32` may be from that in `f64`, relative.
pub(crate) const LOSS_SINGLE: f64 = 0.1;

/// Statistics of some hundred steps against direct sums, `f64` and `f32`.
pub(crate) const STEPS_F64: f64 = 1e-12;
pub(crate) const STEPS_F32: f64 = 1e-5;

/// A variance after 10⁶ steps of 8e-6, `f32` against `f64`, relative: each step rounds it by 6e-8, and 130,000 steps
/// are remembered.
pub(crate) const SMALLEST_STEP: f64 = 5e-4;

/// Covariances whose factors were updated up to 64 times, against factorising anew, relative to the variances.
pub(crate) const UPDATED_F64: f64 = 1e-13;
pub(crate) const UPDATED_F32: f64 = 2e-5;

/// An average in `f32` after 600,000 steps of 64 ε, each rounded to an ulp of 1: they add up to less than half a
/// percent.
pub(crate) const AVERAGE_FORGETS: f32 = 5e-3;

/// Mean log-likelihood that a stretch of one value costs for good: a component may be lost to it, not the data's scale,
/// which would cost ten and more.
pub(crate) const RECOVERED: f64 = 1.0;

/// Where a mean of 9 is after one sample of 99 more against ten of its own: rounding of an `f32`.
pub(crate) const SLEEPS: f64 = 1e-5;

/// How far the mass of a stepwise run in `f32` may stray from 1.
pub(crate) const MASS_F32: f32 = 1e-5;

/// Mean log-likelihood of held-out samples after millions of steps, against earlier.
pub(crate) const ENDURANCE: f64 = 0.01;
// Fleets

/// Statistics of 40 devices merged in any order, and fifteen rounds of EM on them, against the union's: sums of 4000
/// terms in another order, which iterations multiply. Readings are of size 1 to 10.
pub(crate) const FLEET_F64: f64 = 1e-11;
/// The same in `f32`, whose sums are compensated but whose responsibilities are not.
pub(crate) const FLEET_F32: f64 = 1e-4;
/// Mean log-likelihood where two ways of climbing end: both stop while a gain of 1e-12 a pass is left.
pub(crate) const FLEET_AWAY: f64 = 1e-6;

// Missing features

/// Statistics of samples that lack features, `f32` at an offset of 10⁴ against `f64` of the same numbers, relative to the
/// standard deviations: conditional means are rounded there as samples are. Measured: 8.4e-6.
pub(crate) const MISSING_F32: f64 = 3e-5;

// Together

/// Weights, missing features, noise, priors and ratios at once against the direct formulas, relative to max(1, |value|):
/// condition numbers up to 10, six M-steps, of which five structures iterate. Measured: 3.8e-14.
pub(crate) const COMPOSED: f64 = 1e-12;

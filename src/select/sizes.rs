//! A size that is known while the program runs.

/// Work on something whose size is a type, where the size is known only while the program runs: data with a number of
/// features, say. [`visit_size`] calls it with that number as a constant.
///
/// The structure of the covariances is a type as well: the work names those that it wants to try.
pub trait VisitSize {
    /// What the work results in, without sizes: vectors, a text, a report, or a model in a `Box<dyn …>`.
    type Output;

    /// The work, with `N` features. All of a model is at hand here.
    fn visit<const N: usize>(self) -> Self::Output;
}

/// Calls the visitor with this size as a constant, from 1 to `MOST`; `None` for any other size. `MOST` is 32 at most.
///
/// ```
/// use gaussmix::select::{Search, VisitSize, visit_size};
/// use gaussmix::rand_core::Rng;
/// use gaussmix::{Em, Error, Gmm};
/// use rand_pcg::Pcg32;
///
/// /// Row after row.
/// struct Table<'a>(&'a [f64]);
///
/// impl VisitSize for Table<'_> {
///     type Output = Result<Vec<Vec<f64>>, Error>;
///
///     /// The means of one to four clusters, as BIC chooses.
///     fn visit<const D: usize>(self) -> Self::Output {
///         let (rows, _) = self.0.as_chunks::<D>();
///         let mut gmm: Gmm<f64, D, 4> = Gmm::unfitted();
///         let generator = |k| Pcg32::new(1, k as u64);
///         Em::default().select(&mut gmm, &Search::new(1..=4)?, rows, generator)?;
///         Ok(gmm.live().map(|k| gmm.means()[k].to_vec()).collect())
///     }
/// }
///
/// let mut rng = Pcg32::new(7, 7);
/// let mut noise = || (0..12).map(|_| f64::from(rng.next_u32()) / 4e9).sum::<f64>();
/// let mut value = |i| noise() + if i < 60 { 9.0 } else { 0.0 };
/// let values: Vec<f64> = (0..180).map(|i| value(i)).collect();
/// let features = 2; // as a file's header says
/// let means = visit_size::<8, _>(features, Table(&values)).expect("1 to 8 features")?;
/// assert_eq!((means.len(), means[0].len()), (2, 2));
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// # What it costs
/// The work is compiled once for each size up to `MOST`, and not for larger ones. With optimisation, half a second of
/// processor time for each size and structure is what `Em::select` with room for eight components takes: the example
/// `select` takes 7 s for one size and four structures, 15 s for five sizes and four structures (rustc 1.95, x86-64).
pub fn visit_size<const MOST: usize, V: VisitSize>(size: usize, visitor: V) -> Option<V::Output> {
    const { assert!(MOST <= 32, "a size to visit is 32 at most") };
    // A constant condition: sizes beyond `MOST` are never compiled.
    macro_rules! one_of {
        ($($n:literal)+) => {
            match size {
                $($n => if const { $n <= MOST } { Some(visitor.visit::<$n>()) } else { None },)+
                _ => None,
            }
        };
    }
    one_of!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    struct Size;

    impl VisitSize for Size {
        type Output = usize;

        fn visit<const N: usize>(self) -> usize {
            size_of::<[u8; N]>()
        }
    }

    #[test]
    fn every_size_up_to_the_largest_is_visited_as_itself() {
        for size in 0..40 {
            let visited = |most| (1..=most).contains(&size).then_some(size);
            assert_eq!(visit_size::<32, _>(size, Size), visited(32));
            assert_eq!(visit_size::<5, _>(size, Size), visited(5));
            assert_eq!(visit_size::<1, _>(size, Size), visited(1));
        }
        assert_eq!(visit_size::<32, _>(usize::MAX, Size), None);
    }
}

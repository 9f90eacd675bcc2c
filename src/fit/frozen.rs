//! What M-steps leave as it is.

/// Parameters that an M-step leaves as they are, by kind and component.
///
/// ```
/// use gaussmix::fit::Frozen;
/// use gaussmix::{Gmm, MStep, SufficientStats};
///
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]].into(); 2])?;
/// let mut stats = SufficientStats::new();
/// stats.observe_all(&gmm, [[-2.0], [-1.5], [1.0], [2.5]])?;
/// let first_mean = Frozen::NONE.with_means([true, false]);
/// MStep::default().maximize_with(&first_mean, &stats, &mut gmm)?;
/// assert!(gmm.means()[0] == [-1.0] && gmm.means()[1] != [1.0]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen<const K: usize> {
    pub(crate) weights: [bool; K],
    pub(crate) means: [bool; K],
    pub(crate) covariances: [bool; K],
}

impl<const K: usize> Default for Frozen<K> {
    /// [`Frozen::NONE`]
    fn default() -> Self {
        Self::NONE
    }
}

impl<const K: usize> Frozen<K> {
    /// Nothing is frozen.
    pub const NONE: Self = Self { weights: [false; K], means: [false; K], covariances: [false; K] };

    /// Freezes the mixing weights of these components. The others share the rest in proportion to their mass.
    #[must_use]
    pub const fn with_weights(mut self, frozen: [bool; K]) -> Self {
        self.weights = frozen;
        self
    }

    /// Freezes the means of these components. Their covariances are then estimated about the frozen means.
    #[must_use]
    pub const fn with_means(mut self, frozen: [bool; K]) -> Self {
        self.means = frozen;
        self
    }

    /// Freezes the covariances of these components. If components share a covariance or a part of it, one frozen
    /// component freezes all covariances.
    #[must_use]
    pub const fn with_covariances(mut self, frozen: [bool; K]) -> Self {
        self.covariances = frozen;
        self
    }

    /// Whether nothing is frozen.
    #[must_use]
    pub fn is_none(&self) -> bool {
        ![self.weights, self.means, self.covariances].as_flattened().contains(&true)
    }
}

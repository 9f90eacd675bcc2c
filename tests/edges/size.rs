//! What a model costs in memory: its size, that of its statistics, and the stack of a fit.

use gaussmix::covariance::{Eev, Evi, Vei, Vve};
use gaussmix::{
    Covariance, Diagonal, Em, Full, Gmm, MStep, OnlineEm, Real, Spherical, SufficientStats, Tied,
};

/// Numbers in a model's matrices: M of m each.
fn check<T: Real, const D: usize, const K: usize, C: Covariance>(matrices: usize, numbers: usize) {
    let (size, align) = (size_of::<T>(), align_of::<SufficientStats<T, D, K, C>>());
    let model = size * (2 * K + K * D + matrices * numbers);
    assert_eq!(size_of::<Gmm<T, D, K, C>>(), model, "model {D} {K}");
    let statistics = size * (2 * K + 2 * K * D + matrices * numbers + 2) + 8;
    assert_eq!(
        size_of::<SufficientStats<T, D, K, C>>(),
        statistics.next_multiple_of(align),
        "statistics {D} {K}"
    );
}

fn every_structure<T: Real, const D: usize, const K: usize>() {
    check::<T, D, K, Full>(K, D * D);
    check::<T, D, K, Diagonal>(K, D);
    check::<T, D, K, Spherical>(K, 1);
    check::<T, D, K, Tied<Full>>(1, D * D);
    check::<T, D, K, Tied<Diagonal>>(1, D);
    check::<T, D, K, Tied<Spherical>>(1, 1);
    check::<T, D, K, Evi>(K, D);
    check::<T, D, K, Vei>(K, D);
    check::<T, D, K, Eev>(K, D * D);
    check::<T, D, K, Vve>(K, D * D);
}

fn every_shape<T: Real>() {
    every_structure::<T, 1, 1>();
    every_structure::<T, 1, 3>();
    every_structure::<T, 2, 3>();
    every_structure::<T, 3, 4>();
    every_structure::<T, 6, 4>();
    every_structure::<T, 8, 8>();
    every_structure::<T, 13, 5>();
    every_structure::<T, 32, 16>();
}

#[test]
fn model_and_statistics_hold_their_numbers_and_nothing_else() {
    every_shape::<f32>();
    every_shape::<f64>();
}

#[test]
fn nothing_beside_the_likelihood_takes_no_byte() {
    assert_eq!((size_of::<MStep<f32>>(), size_of::<MStep<f64>>()), (24, 48));
    assert_eq!((size_of::<Em<f32>>(), size_of::<Em<f64>>()), (36, 72));
    assert_eq!(size_of::<OnlineEm<f32, 3, 4, Full, ((), ())>>(), size_of::<OnlineEm<f32, 3, 4>>());
    // Model, statistics, the variances of features, settings and counters.
    let parts = size_of::<Gmm<f32, 3, 4>>() + size_of::<SufficientStats<f32, 3, 4>>() + 3 * 4 + 24;
    assert_eq!(size_of::<OnlineEm<f32, 3, 4>>() - parts, 60);
}

/// Measured on a painted stack: what lies below the caller and no longer holds the paint was used.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod stack {
    use core::arch::asm;
    use gaussmix::fit::{BestOf, Fit};
    use gaussmix::select::{ColdStart, Search, Selection};
    use gaussmix::{Covariance, Diagonal, Em, Error, Full, Gmm, Real, SufficientStats, Tied, init};
    use rand_pcg::Pcg64;

    use crate::support::noise::Noise;

    const PAINTED: usize = 512 * 1024;
    const PAINT: u8 = 0xa5;
    /// The samples that a cold start holds here, as many as `init::agglomerate` draws.
    const HELD: usize = 64;

    /// Bytes of stack that `work` uses below this frame.
    #[inline(never)]
    fn depth<S>(work: fn(&mut S), state: &mut S) -> usize {
        let top: *mut u8;
        // SAFETY: reads the stack pointer.
        unsafe {
            #[cfg(target_arch = "x86_64")]
            asm!("mov {}, rsp", out(reg) top, options(nomem, nostack, preserves_flags));
            #[cfg(target_arch = "aarch64")]
            asm!("mov {}, sp", out(reg) top, options(nomem, nostack, preserves_flags));
        }
        // SAFETY: below the stack pointer, and 256 bytes clear of it, nothing lives; the thread's stack is larger.
        let bottom = unsafe { top.sub(PAINTED) };
        for i in 0..PAINTED - 256 {
            unsafe { bottom.add(i).write_volatile(PAINT) };
        }
        work(state);
        let mut untouched = 0;
        // SAFETY: as above; the bytes were written before.
        while untouched < PAINTED - 256 && unsafe { bottom.add(untouched).read_volatile() } == PAINT {
            untouched += 1;
        }
        PAINTED - untouched
    }

    /// Everything that a fit is given or gives, away from the stack that is measured.
    struct State<T: Real, const D: usize, const K: usize, C: Covariance> {
        gmm: Gmm<T, D, K, C>,
        data: Vec<[T; D]>,
        em: Em<T>,
        rng: Pcg64,
        fit: Option<Result<Fit<T, K>, Error>>,
        best: Option<Result<BestOf<T, K>, Error>>,
        cold: ColdStart<T, D, HELD>,
        selection: Option<Result<Selection<T, K>, Error>>,
    }

    fn fit<T: Real, const D: usize, const K: usize, C: Covariance>(s: &mut State<T, D, K, C>) {
        s.fit = Some(s.em.fit(&mut s.gmm, &s.data));
    }

    fn fit_best_of<T: Real, const D: usize, const K: usize, C: Covariance>(s: &mut State<T, D, K, C>) {
        s.best = Some(s.em.fit_best_of(&mut s.gmm, 3, init::k_means_plus_plus, &s.data, &mut s.rng));
    }

    /// With forty restarts, each of the four rules is drawn.
    fn mixed<T: Real, const D: usize, const K: usize, C: Covariance>(s: &mut State<T, D, K, C>) {
        s.best = Some(s.em.fit_best_of(&mut s.gmm, 40, init::mixed, &s.data, &mut s.rng));
    }

    fn select<T: Real, const D: usize, const K: usize, C: Covariance>(s: &mut State<T, D, K, C>) {
        let search = Search::new(1..=K).unwrap();
        s.selection = Some(s.em.select(&mut s.gmm, &search, &s.data, |k| Pcg64::new(1, k as u128)));
    }

    fn cold_start<T: Real, const D: usize, const K: usize, C: Covariance>(s: &mut State<T, D, K, C>) {
        s.selection = Some(s.cold.start(&mut s.gmm));
    }

    fn state<T: Real, const D: usize, const K: usize, C: Covariance>() -> Box<State<T, D, K, C>> {
        let mut normals = Noise::new(7);
        let draw = |i: usize| {
            let mut x: [T; D] =
                core::array::from_fn(|j| T::narrow(normals.normal() + ((i % K) * (j + 1)) as f64));
            // A sum of others, so that an M-step computes eigenvectors to raise a full covariance to its floors.
            x[D - 1] = x[0] + x[1];
            x
        };
        let data: Vec<_> = (0..40 * K).map(draw).collect();
        let em = Em::default().with_max_iterations(4);
        let mut cold = ColdStart::new().with_em(em);
        for x in data.iter().take(HELD) {
            cold.observe(*x).unwrap();
        }
        let (gmm, rng) = (Gmm::unfitted(), Pcg64::new(1, 1));
        Box::new(State { gmm, data, em, rng, fit: None, best: None, cold, selection: None })
    }

    fn measure<T: Real, const D: usize, const K: usize, C: Covariance>(name: &'static str) {
        let (model, statistics) = (size_of::<Gmm<T, D, K, C>>(), size_of::<SufficientStats<T, D, K, C>>());
        let run = move || {
            let mut state = state::<T, D, K, C>();
            let best = depth(fit_best_of, &mut *state);
            let single = depth(fit, &mut *state);
            assert!(matches!((&state.fit, &state.best), (Some(Ok(_)), Some(Ok(_)))));
            let mixed = depth(mixed, &mut *state);
            let select = depth(select, &mut *state);
            assert!(matches!(state.selection, Some(Ok(_))));
            let cold = depth(cold_start, &mut *state);
            assert!(matches!(state.selection, Some(Ok(_))));
            (single, best, mixed, select, cold)
        };
        let thread = std::thread::Builder::new().stack_size(4 * PAINTED).spawn(run).unwrap();
        let (single, best, mixed, select, cold) = thread.join().unwrap();
        let beyond = (
            single.wrapping_sub(model + 2 * statistics) as isize,
            best.wrapping_sub(2 * model + 2 * statistics) as isize,
        );
        println!(
            "{name} D={D} K={K}: model {model}, statistics {statistics}, fit {single} ({:+}), best of {best} ({:+})",
            beyond.0, beyond.1
        );
        // What the documentation says of scratch: small matrices fit in the rest, larger ones are counted. In release
        // a tied 8 × 8 that is raised to floors takes the seventh: 3208 bytes in all.
        let matrix = if D <= 3 { 0 } else { (D * D * size_of::<T>()) as isize };
        // On a device 1.5 KB and four numbers for each component beyond eight; here, panels of samples.
        let scratch = 64 * (8 * D + 2 * K + 40) * size_of::<T>();
        let start = 2 * size_of::<SufficientStats<T, D, K, Tied<C::Shape>>>() as isize;
        let (one, best_of) = (7 * matrix, 8 * matrix + start);
        assert!(
            beyond.0 <= scratch as isize + one,
            "fit: {} bytes besides a model and two statistics",
            beyond.0
        );
        assert!(
            beyond.1 <= scratch as isize + best_of,
            "fit_best_of: {} bytes besides two models and two statistics",
            beyond.1
        );
        // Drawn samples, which Ward's method makes clusters: it takes them twice, as numbers and a mass each.
        let clusters = 2 * HELD * (D + 1) * size_of::<T>();
        let search = 2 * model + 2 * statistics + scratch + best_of as usize + clusters;
        let selection = size_of::<Selection<T, K>>();
        let bounds =
            [search, search + model + 3 * selection, search + 3 * model + 7 * selection + 1024 + 4 * HELD];
        println!("{name}: mixed, select, cold start: {:?} of {bounds:?}", [mixed, select, cold]);
        assert!(mixed <= bounds[0], "init::mixed: {mixed} bytes");
        assert!(select <= bounds[1], "select: {select} bytes");
        assert!(cold <= bounds[2], "ColdStart::start: {cold} bytes");
    }

    macro_rules! stack {
        ($($name:ident: $t:ty, $d:literal, $k:literal, $c:ty;)*) => {$(
            #[test]
            fn $name() {
                measure::<$t, $d, $k, $c>(stringify!($name));
            }
        )*};
    }
    // Corners: bounds are linear in what is left out.
    stack! {
        f32_3_4_full: f32, 3, 4, Full;
        f32_3_4_diagonal: f32, 3, 4, Diagonal;
        f32_3_4_tied: f32, 3, 4, Tied<Full>;
        f32_3_16_diagonal: f32, 3, 16, Diagonal;
        f64_8_8_full: f64, 8, 8, Full;
        f64_8_8_tied: f64, 8, 8, Tied<Full>;
    }
    #[cfg(every_structure)]
    stack! {
        f32_2_3_full: f32, 2, 3, Full;
        f32_6_4_full: f32, 6, 4, Full;
        f64_8_8_diagonal: f64, 8, 8, Diagonal;
        f32_2_3_diagonal: f32, 2, 3, Diagonal;
        f32_2_3_tied: f32, 2, 3, Tied<Full>;
        f32_6_4_diagonal: f32, 6, 4, Diagonal;
        f32_6_4_tied: f32, 6, 4, Tied<Full>;
        f32_8_8_full: f32, 8, 8, Full;
        f32_8_8_diagonal: f32, 8, 8, Diagonal;
        f32_8_8_tied: f32, 8, 8, Tied<Full>;
    }
}

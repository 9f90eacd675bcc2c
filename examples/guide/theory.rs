//! The pictures of `guide::theory`.

use crate::svg::{COLOURS, DARK, Page, grid};
use core::f64::consts::PI;
use gaussmix::covariance::{Eev, Eve, Evi, Evv, Vee, Vei, Vev, Vve};
use gaussmix::fit::{Frozen, Trace};
use gaussmix::nalgebra::{Cholesky, SMatrix, SVector};
use gaussmix::{Covariance, Diagonal, Em, Error, Full, Gmm, MStep, Spherical, SufficientStats, Tied, init};
use rand_pcg::Pcg32;

const SIZE: [f64; 2] = [640.0, 300.0];
const THIN: &str = "stroke-width=\"1.5\"";
const THICK: &str = "stroke-width=\"2.5\"";
const DASHED: &str = "stroke-width=\"1.5\" stroke-dasharray=\"5 4\"";

fn line_model() -> Result<Gmm<f64, 1, 3>, Error> {
    let variances = [[[1.0]].into(), [[0.36]].into(), [[2.25]].into()];
    Gmm::new([0.45, 0.25, 0.3], [[0.0], [2.6], [6.0]], variances)
}

/// Three components, their sum, and samples in the colour of the component that produced each.
pub(crate) fn mixture() -> Result<String, Error> {
    let gmm = line_model()?;
    let mut page = Page::new(SIZE, "Three weighted Gaussians and their sum, with samples below");
    let mut plot = page.plot([-3.5, 11.0], [-0.035, 0.24]);
    plot.frame("A mixture is a sum of weighted Gaussians", "x", "density");
    plot.ticks(&[-2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0], &[0.0, 0.1, 0.2], 1);
    for k in 0..3 {
        let term = |x: f64| {
            let posterior = gmm.posterior([x])?;
            Ok([x, posterior.responsibilities[k] * posterior.log_density.exp()])
        };
        let points: Vec<[f64; 2]> = grid(-3.5, 11.0, 120).map(term).collect::<Result<_, Error>>()?;
        plot.curve(COLOURS[k], DASHED, points);
    }
    let sum = |x: f64| Ok([x, gmm.log_density([x])?.exp()]);
    let points: Vec<[f64; 2]> = grid(-3.5, 11.0, 160).map(sum).collect::<Result<_, Error>>()?;
    plot.curve(DARK, THICK, points);
    let mut rng = Pcg32::new(7, 1);
    for _ in 0..80 {
        let (k, [x]) = gmm.sample_labelled(&mut rng);
        plot.dot(COLOURS[k], 3.0, [x, -0.016]);
    }
    plot.label([-1.0, 0.16], "end", DARK, "p(x)");
    for (k, at) in [[-0.1, 0.03], [3.6, 0.1], [8.2, 0.075]].into_iter().enumerate() {
        let anchor = if k == 0 { "middle" } else { "start" };
        plot.label(at, anchor, COLOURS[k], &format!("π{0} N(x; μ{0}, σ{0}²)", ["₁", "₂", "₃"][k]));
    }
    Ok(page.finish())
}

/// The log-likelihood along one mean, and the bounds of two iterations.
pub(crate) fn bound() -> Result<String, Error> {
    let truth: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[0.0], [3.0]], [[[1.0]].into(); 2])?;
    let mut rng = Pcg32::new(3, 1);
    let data: Vec<[f64; 1]> = (0..400).map(|_| truth.sample(&mut rng)).collect();
    // Only the second mean moves, so that everything is a function of it.
    let at = |mean: f64| Gmm::<f64, 1, 2>::new([0.5, 0.5], [[0.0], [mean]], [[[1.0]].into(); 2]);
    let frozen = Frozen::NONE.with_weights([true; 2]).with_means([true, false]).with_covariances([true; 2]);
    let step = |old: &Gmm<f64, 1, 2>| {
        let (mut stats, mut new) = (SufficientStats::new(), old.clone());
        stats.observe_all(old, &data)?;
        MStep::exact().maximize_with(&frozen, &stats, &mut new)?;
        Ok(new)
    };

    let (low, high) = (-2.59, -1.93);
    let mut page =
        Page::new(SIZE, "The log-likelihood along one mean, with two bounds that touch it from below");
    let mut plot = page.plot([0.8, 4.7], [low, high]);
    plot.frame("Each bound touches ℓ/n where it was made; its maximum is the next model", "μ₂", "ℓ/n");
    plot.ticks(&[1.0, 2.0, 3.0, 4.0], &[-2.5, -2.4, -2.3, -2.2, -2.1, -2.0], 1);
    let height = |mean: f64| Ok([mean, at(mean)?.mean_log_likelihood(&data)?]);
    let points: Vec<[f64; 2]> = grid(0.8, 4.7, 120).map(height).collect::<Result<_, Error>>()?;
    plot.curve(DARK, THICK, points.into_iter().filter(|[_, y]| *y > low));
    plot.label([3.9, -1.99], "start", DARK, "ℓ/n");
    let mut model = at(1.45)?;
    for (i, words) in ["first bound", "second bound"].into_iter().enumerate() {
        let curve = |mean: f64| Ok([mean, at(mean)?.lower_bound(&data, &model)?]);
        let points: Vec<[f64; 2]> = grid(0.8, 4.7, 240).map(curve).collect::<Result<_, Error>>()?;
        let inside: Vec<[f64; 2]> = points.into_iter().filter(|[_, y]| *y > low).collect();
        let end = inside.last().copied().unwrap_or_default();
        plot.curve(COLOURS[i], DASHED, inside);
        plot.label([end[0] - 0.1, low + 0.03], "end", COLOURS[i], words);
        let next = step(&model)?;
        let old = model.means()[1][0];
        let top = [next.means()[1][0], next.lower_bound(&data, &model)?];
        plot.dot(DARK, 4.0, height(old)?);
        plot.dot(COLOURS[i], 4.0, top);
        plot.curve(COLOURS[i], THIN, [top, height(top[0])?]);
        model = next;
    }
    plot.dot(DARK, 4.0, height(model.means()[1][0])?);
    Ok(page.finish())
}

/// How the likelihood climbs from sixteen starts.
pub(crate) fn optima() -> Result<String, Error> {
    let centres = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [10.0, 10.0], [13.0, 10.0]];
    let truth: Gmm<f64, 2, 5, Spherical> =
        Gmm::new([0.2; 5], centres, [gaussmix::covariance::Variance(1.0); 5])?;
    let mut rng = Pcg32::new(5, 1);
    let data: Vec<[f64; 2]> = (0..500).map(|_| truth.sample(&mut rng)).collect();
    let mut page = Page::new(SIZE, "Sixteen fits climb and end at different heights");
    let mut plot = page.plot([0.0, 60.0], [-4.95, -4.25]);
    plot.frame("Sixteen random starts, five round clusters: not all end at the top", "iteration", "ℓ/n");
    plot.ticks(&[0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0], &[-4.8, -4.6, -4.4], 1);
    let mut runs = Vec::new();
    for _ in 0..16 {
        let (mut gmm, mut trace): (Gmm<f64, 2, 5, Spherical>, _) = (Gmm::unfitted(), Trace::<f64, 61>::new());
        init::random_samples(&mut gmm, &data, &mut rng)?;
        Em::default().fitting().with_hook(trace.hook()).fit(&mut gmm, &data)?;
        runs.push(trace.values().to_vec());
    }
    let end = |run: &[f64]| run.last().copied().unwrap_or(f64::NEG_INFINITY);
    let best = runs.iter().map(|run| end(run)).fold(f64::NEG_INFINITY, f64::max);
    let arrived = runs.iter().filter(|run| end(run) > best - 0.01).count();
    for run in &runs {
        let colour = if end(run) > best - 0.01 { COLOURS[0] } else { COLOURS[1] };
        let points = run.iter().enumerate().map(|(i, y)| [i as f64, y.max(-4.95)]);
        plot.curve(colour, THIN, points.chain([[60.0, end(run)]]));
    }
    plot.label(
        [59.5, best + 0.03],
        "end",
        COLOURS[0],
        &format!("{arrived} starts: one component on each cluster"),
    );
    plot.label(
        [59.5, -4.78],
        "end",
        COLOURS[1],
        &format!("{} starts: two on one cluster, or one on two", 16 - arrived),
    );
    Ok(page.finish())
}

/// The three clusters of the picture of structures.
const MEANS: [[f64; 2]; 3] = [[0.0, 0.0], [5.2, 0.4], [2.4, 4.6]];

/// A covariance with these standard deviations along its axes, turned by `degrees`.
fn turned(long: f64, short: f64, degrees: f64) -> SMatrix<f64, 2, 2> {
    let (sin, cos) = (degrees * PI / 180.0).sin_cos();
    let axes = SMatrix::<f64, 2, 2>::new(cos, -sin, sin, cos);
    axes * SMatrix::from_diagonal(&SVector::<f64, 2>::new(long * long, short * short)) * axes.transpose()
}

/// The same three clusters in every structure, as ellipses that hold 95 %.
pub(crate) fn structures() -> Result<String, Error> {
    let mut page = Page::new([640.0, 920.0], "Fourteen panels: three ellipses in every covariance structure");
    let mut place = 0;
    panel::<Full>(&mut page, &mut place, "Full")?;
    panel::<Evv>(&mut page, &mut place, "Evv")?;
    panel::<Vev>(&mut page, &mut place, "Vev")?;
    panel::<Eev>(&mut page, &mut place, "Eev")?;
    panel::<Vve>(&mut page, &mut place, "Vve")?;
    panel::<Eve>(&mut page, &mut place, "Eve")?;
    panel::<Vee>(&mut page, &mut place, "Vee")?;
    panel::<Tied<Full>>(&mut page, &mut place, "Tied&lt;Full&gt;")?;
    panel::<Diagonal>(&mut page, &mut place, "Diagonal")?;
    panel::<Evi>(&mut page, &mut place, "Evi")?;
    panel::<Vei>(&mut page, &mut place, "Vei")?;
    panel::<Tied<Diagonal>>(&mut page, &mut place, "Tied&lt;Diagonal&gt;")?;
    panel::<Spherical>(&mut page, &mut place, "Spherical")?;
    panel::<Tied<Spherical>>(&mut page, &mut place, "Tied&lt;Spherical&gt;")?;
    Ok(page.finish())
}

fn panel<C: Covariance>(page: &mut Page, place: &mut u32, name: &str) -> Result<(), Error> {
    let (column, row) = (f64::from(*place % 3), f64::from(*place / 3));
    *place += 1;
    let (left, top) = (10.0 + column * 210.0, 30.0 + row * 180.0);
    let mut plot = page.part([left, top, left + 200.0, top + 140.0], [-4.3, 10.0], [-2.7, 7.3]);
    let parameters = C::free_parameters(2, 3);
    plot.frame(&format!("{name}: {parameters}"), "", "");
    let full = [turned(1.1, 0.35, 35.0), turned(0.8, 0.45, -50.0), turned(1.3, 0.6, 5.0)];
    let weights = [1.0 / 3.0; 3];
    let covariances = C::from_matrices(&weights, &full).ok_or(Error::NotInStructure)?;
    let gmm: Gmm<f64, 2, 3, C> = Gmm::new(weights, MEANS, covariances)?;
    for (k, component) in gmm.components().enumerate() {
        let factor = Cholesky::new(component.covariance_matrix())
            .ok_or(Error::NotPositiveDefinite { component: k })?;
        // −2 ln 0.05 is the squared distance within which 95 % of a Gaussian of two features lie.
        let radius = (-2.0 * 0.05_f64.ln()).sqrt();
        let point = |angle: f64| {
            let offset = factor.l() * SVector::<f64, 2>::new(angle.cos(), angle.sin()) * radius;
            [component.mean[0] + offset[0], component.mean[1] + offset[1]]
        };
        plot.curve(COLOURS[k], THICK, grid(0.0, 2.0 * PI, 49).map(point));
        plot.dot(COLOURS[k], 2.5, *component.mean);
    }
    Ok(())
}

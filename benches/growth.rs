//! How the cost of a sample grows: linear in K, quadratic in D (full) or linear (diagonal), flat in N up to 10⁸ samples
//! that are made as they are read. A table, and a picture in `target/tmp/growth.svg`.
//!
//! `taskset -c 1 cargo bench --bench growth --features simd`
//!
//! CPU time of a pass (E-step and statistics) divided by its samples, least of several.

#![allow(clippy::expect_used, clippy::unwrap_used)] // a bench that cannot go on should stop

use gaussmix::{Covariance, Diagonal, Full, Gmm, Real, SufficientStats, init};
use plotters::prelude::*;

mod shared;
use shared::{Source, cpu_time, timed};

/// Where the figures for one curve are: (size, ns a sample).
type Curve = Vec<(f64, f64)>;

/// The least of a few.
fn least(rounds: usize, mut time: impl FnMut() -> f64) -> f64 {
    (0..rounds).map(|_| time()).fold(f64::INFINITY, f64::min)
}

fn model<T: Real, const D: usize, const K: usize, C: Covariance>(
    source: &Source<T, D, K>,
) -> Box<Gmm<T, D, K, C>> {
    let mut gmm = Box::new(Gmm::unfitted());
    init::from_means(&mut gmm, source.means(), source.samples().take(4 * D + 400)).expect("a start");
    gmm
}

/// ns a sample.
fn stored<T: Real, const D: usize, const K: usize, C: Covariance>() -> f64 {
    let source = Source::<T, D, K>::new();
    let gmm = model::<T, D, K, C>(&source);
    let count = (30_000_000 / (K * D * (D + 4))).clamp(1024, 100_000);
    let data: Vec<_> = source.samples().take(count).collect();
    let mut stats = Box::new(SufficientStats::new());
    let pass = || {
        timed(cpu_time, || {
            stats.reset();
            stats.observe_all(&gmm, &data).expect("a pass");
        })
    };
    least(5, pass) * 1e9 / count as f64
}

/// ns a sample, with and without the making of the samples.
fn streamed<T: Real, const D: usize, const K: usize, C: Covariance>(count: usize) -> (f64, f64) {
    let source = Source::<T, D, K>::new();
    let gmm = model::<T, D, K, C>(&source);
    let repeats = (1_000_000 / count).max(1);
    let rounds = if count > 1_000_000 { 1 } else { 5 };
    let per_sample = 1e9 / (count * repeats) as f64;
    let making = least(rounds, || {
        timed(cpu_time, || {
            for _ in 0..repeats {
                for x in source.samples().take(count) {
                    core::hint::black_box(&x);
                }
            }
        })
    });
    let mut stats = Box::new(SufficientStats::new());
    let all = least(rounds, || {
        timed(cpu_time, || {
            for _ in 0..repeats {
                stats.reset();
                stats.observe_all(&gmm, source.samples().take(count)).expect("a pass");
            }
        })
    });
    assert_eq!(stats.count(), count as u64);
    (all * per_sample, (all - making) * per_sample)
}

/// One curve over K at D = 8.
fn over_components<T: Real, C: Covariance>() -> Curve {
    vec![
        (1.0, stored::<T, 8, 1, C>()),
        (2.0, stored::<T, 8, 2, C>()),
        (4.0, stored::<T, 8, 4, C>()),
        (8.0, stored::<T, 8, 8, C>()),
        (16.0, stored::<T, 8, 16, C>()),
        (32.0, stored::<T, 8, 32, C>()),
        (64.0, stored::<T, 8, 64, C>()),
    ]
}

/// One curve over D at K = 8.
fn over_features<T: Real, C: Covariance>() -> Curve {
    vec![
        (1.0, stored::<T, 1, 8, C>()),
        (2.0, stored::<T, 2, 8, C>()),
        (4.0, stored::<T, 4, 8, C>()),
        (8.0, stored::<T, 8, 8, C>()),
        (16.0, stored::<T, 16, 8, C>()),
        (32.0, stored::<T, 32, 8, C>()),
        (64.0, stored::<T, 64, 8, C>()),
    ]
}

/// One curve over N at D = K = 4.
fn over_samples<T: Real, C: Covariance>() -> Curve {
    [1e3, 1e4, 1e5, 1e6, 1e7, 1e8]
        .map(|count| {
            let (all, net) = streamed::<T, 4, 4, C>(count as usize);
            println!("    N = {count:5.0e}: {all:6.2} ns with the making of the sample, {net:6.2} without");
            (count, net)
        })
        .into()
}

/// The power of the size that the cost grows with, between two sizes.
fn exponent(curve: &Curve, from: f64, to: f64) -> f64 {
    let at = |size| curve.iter().find(|point| point.0 == size).expect("a size of the curve").1;
    (at(to) / at(from)).ln() / (to / from).ln()
}

fn print(name: &str, curve: &Curve, from: f64, to: f64) {
    let values: String = curve.iter().map(|(_, cost)| format!("{cost:10.2}")).collect();
    println!("  {name:<14}{values}   {from} to {to}: power {:.2}", exponent(curve, from, to));
}

/// A guide: `cost` at `at`, growing with `power`.
struct Guide {
    label: &'static str,
    power: f64,
    at: (f64, f64),
}

/// Of Okabe and Ito (2008), whose colours differ for those who cannot tell red from green.
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(86, 180, 233), RGBColor(230, 159, 0)];
const NAMES: [&str; 4] = ["full f32", "diagonal f32", "full f64", "diagonal f64"];

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// One panel: curves in logarithmic axes, guides in grey, names at the curves' ends.
fn panel(
    area: &Area<'_>,
    title: &str,
    axis: &str,
    curves: &[Curve],
    guides: &[Guide],
    costs: (f64, f64),
) -> Result<(), Box<dyn core::error::Error>> {
    let (first, last) = (curves[0][0].0, curves[0][curves[0].len() - 1].0);
    let wide = last > 1000.0;
    // Ticks at powers of 2, or of 10: a linear axis of the logarithm.
    let place = move |size: f64| if wide { size.log10() } else { size.log2() };
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 17))
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(56)
        .build_cartesian_2d(place(first)..place(last), (costs.0..costs.1).log_scale())?;
    let size = move |v: &f64| if wide { format!("1e{v:.0}") } else { format!("{:.0}", v.exp2()) };
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .x_labels(7)
        .x_desc(axis)
        .y_desc("ns a sample")
        .x_label_formatter(&size)
        .y_label_formatter(&cost)
        .axis_desc_style(("sans-serif", 14))
        .label_style(("sans-serif", 13))
        .draw()?;
    for guide in guides {
        let line = |x: f64| (place(x), guide.at.1 * (x / guide.at.0).powf(guide.power));
        // Over the last four octaves: beyond the axes, it would be bent.
        let points = [last / 16.0, last].map(line);
        chart.draw_series(DashedLineSeries::new(points, 4, 4, RGBColor(150, 150, 150).into()))?;
    }
    for ((curve, colour), name) in curves.iter().zip(COLOURS).zip(NAMES) {
        let style = ShapeStyle { color: colour.into(), filled: true, stroke_width: 2 };
        chart
            .draw_series(LineSeries::new(curve.iter().map(|(x, cost)| (place(*x), *cost)), style))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        chart.draw_series(curve.iter().map(|(x, cost)| Circle::new((place(*x), *cost), 3, style)))?;
    }
    for guide in guides {
        // Its name stands below it, where no other guide begins.
        let x = last / if guide.power > 1.5 { 12.0 } else { 2.2 };
        let cost = guide.at.1 * (x / guide.at.0).powf(guide.power);
        let font = ("sans-serif", 13).into_font().color(&RGBColor(90, 90, 90));
        chart.draw_series([Text::new(guide.label, (place(x) + 0.1, cost * 0.72), font)])?;
    }
    chart
        .configure_series_labels()
        .position(if wide { SeriesLabelPosition::UpperRight } else { SeriesLabelPosition::UpperLeft })
        .border_style(RGBColor(200, 200, 200))
        .background_style(WHITE.mix(0.8))
        .label_font(("sans-serif", 13))
        .draw()?;
    Ok(())
}

/// A cost as an axis shows it.
fn cost(value: &f64) -> String {
    if *value < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// Which processor, and when.
fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let date = std::process::Command::new("date").arg("+%F").output().map(|output| output.stdout);
    let date = String::from_utf8(date.unwrap_or_default()).unwrap_or_default();
    format!(" ({}, {})", name.map_or("unknown", |(_, name)| name), date.trim())
}

fn draw(
    components: &[Curve],
    features: &[Curve],
    samples: &[Curve],
) -> Result<String, Box<dyn core::error::Error>> {
    let path = format!("{}/growth.svg", env!("CARGO_TARGET_TMPDIR"));
    let root = SVGBackend::new(&path, (1260, 500)).into_drawing_area();
    root.fill(&WHITE)?;
    let (head, rest) = root.split_vertically(40);
    let built = if cfg!(feature = "simd") { "with simd" } else { "without simd" };
    let title = format!("CPU time of a pass of EM, {built}, on one core{}", machine());
    head.draw(&Text::new(title, (14, 14), ("sans-serif", 17).into_font()))?;
    let areas = rest.split_evenly((1, 3));
    let end = |curve: &Curve| curve[curve.len() - 1];
    let linear = |curve: &Curve| Guide { label: "∝ K", power: 1.0, at: end(curve) };
    let largest = features.iter().chain(components).map(|c| end(c).1).fold(0.0, f64::max) * 1.6;
    let costs = (1.0, largest);
    panel(&areas[0], "components (D = 8)", "K", components, &[linear(&components[0])], costs)?;
    let quadratic = Guide { label: "∝ D²", power: 2.0, at: end(&features[0]) };
    let straight = Guide { label: "∝ D", power: 1.0, at: end(&features[1]) };
    panel(&areas[1], "features (K = 8)", "D", features, &[quadratic, straight], costs)?;
    panel(&areas[2], "samples, streamed (D = K = 4)", "N", samples, &[], costs)?;
    root.present()?;
    drop((areas, head, rest));
    drop(root);
    Ok(path)
}

fn all() {
    println!("ns a sample at D = 8, K =      1         2         4         8        16        32        64");
    let components = [
        over_components::<f32, Full>(),
        over_components::<f32, Diagonal>(),
        over_components::<f64, Full>(),
        over_components::<f64, Diagonal>(),
    ];
    for (name, curve) in NAMES.iter().zip(&components) {
        print(name, curve, 8.0, 64.0);
    }
    println!("ns a sample at K = 8, D =      1         2         4         8        16        32        64");
    let features = [
        over_features::<f32, Full>(),
        over_features::<f32, Diagonal>(),
        over_features::<f64, Full>(),
        over_features::<f64, Diagonal>(),
    ];
    for (name, curve) in NAMES.iter().zip(&features) {
        print(name, curve, 16.0, 64.0);
    }
    println!(
        "ns a sample at D = K = 64: full f32 {:.0}, full f64 {:.0}",
        stored::<f32, 64, 64, Full>(),
        stored::<f64, 64, 64, Full>()
    );
    println!("streams at D = K = 4");
    println!("  full f32");
    let full = over_samples::<f32, Full>();
    println!("  diagonal f32");
    let diagonal = over_samples::<f32, Diagonal>();
    match draw(&components, &features, &[full, diagonal]) {
        Ok(path) => println!("the picture: {path}"),
        Err(error) => println!("no picture: {error}"),
    }
}

fn main() {
    // Statistics of 64 components over 64 features are 2 MB, and pass over the stack.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(all).expect("a thread");
    thread.join().expect("the bench");
}

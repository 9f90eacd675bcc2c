//! A plot as SVG text: small enough to stand inside a page of the docs.

use std::fmt::Write;

/// Okabe & Ito's colours, which colour-blind readers can tell apart.
pub(crate) const COLOURS: [&str; 4] = ["#0072b2", "#e69f00", "#009e73", "#cc79a7"];
pub(crate) const DARK: &str = "#222";

const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 44.0;

/// A page of one or more plots, on white, so that it can be read on a dark page too.
pub(crate) struct Page {
    size: [f64; 2],
    text: String,
}

impl Page {
    /// `about` is what a screen reader says.
    pub(crate) fn new(size: [f64; 2], about: &str) -> Self {
        let [width, height] = size;
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             role=\"img\" aria-label=\"{about}\" style=\"max-width:100%;height:auto\" \
             font-family=\"sans-serif\" font-size=\"13\">\n"
        );
        line(&mut text, &format!("<rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"#fff\"/>"));
        Self { size, text }
    }

    /// A plot that fills the page.
    pub(crate) fn plot(&mut self, x: [f64; 2], y: [f64; 2]) -> Plot<'_> {
        let [width, height] = self.size;
        Plot { x, y, frame: [LEFT, TOP, width - RIGHT, height - BOTTOM], text: &mut self.text }
    }

    /// A plot in a part of the page: left, top, right, bottom.
    pub(crate) fn part(&mut self, frame: [f64; 4], x: [f64; 2], y: [f64; 2]) -> Plot<'_> {
        Plot { x, y, frame, text: &mut self.text }
    }

    pub(crate) fn finish(mut self) -> String {
        line(&mut self.text, "</svg>");
        self.text
    }
}

pub(crate) struct Plot<'a> {
    x: [f64; 2],
    y: [f64; 2],
    /// Left, top, right, bottom on the page.
    frame: [f64; 4],
    text: &'a mut String,
}

impl Plot<'_> {
    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [left, top, right, bottom] = self.frame;
        let share = |v: f64, [low, high]: [f64; 2]| (v - low) / (high - low);
        [left + share(x, self.x) * (right - left), bottom - share(y, self.y) * (bottom - top)]
    }

    /// The frame, a title above it, and the names of the axes.
    pub(crate) fn frame(&mut self, title: &str, x: &str, y: &str) {
        let [left, top, right, bottom] = self.frame;
        let (width, height) = (right - left, bottom - top);
        line(
            self.text,
            &format!(
                "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#999\"/>"
            ),
        );
        self.words(
            [left, top - 14.0],
            "start",
            DARK,
            &format!("<tspan font-weight=\"bold\">{title}</tspan>"),
        );
        self.words([left + width / 2.0, bottom + 36.0], "middle", DARK, x);
        let [x, mid] = [left - 46.0, top + height / 2.0];
        line(
            self.text,
            &format!(
                "<text transform=\"translate({x} {mid}) rotate(-90)\" text-anchor=\"middle\" fill=\"{DARK}\">{y}</text>"
            ),
        );
    }

    pub(crate) fn ticks(&mut self, x: &[f64], y: &[f64], digits: usize) {
        let [left, _, _, bottom] = self.frame;
        for v in x {
            let [at, _] = self.place([*v, self.y[0]]);
            line(self.text, &format!("<path d=\"M{at:.1} {bottom}v5\" stroke=\"#999\"/>"));
            self.words([at, bottom + 18.0], "middle", DARK, &format!("{v}").replace('-', "−"));
        }
        for v in y {
            let [_, at] = self.place([self.x[0], *v]);
            line(self.text, &format!("<path d=\"M{left} {at:.1}h-5\" stroke=\"#999\"/>"));
            self.words([left - 8.0, at + 4.0], "end", DARK, &format!("{v:.digits$}").replace('-', "−"));
        }
    }

    fn words(&mut self, [x, y]: [f64; 2], anchor: &str, colour: &str, words: &str) {
        let text = format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{words}</text>"
        );
        line(self.text, &text);
    }

    /// Words that begin (`start`), end (`end`) or have their middle (`middle`) at a point.
    pub(crate) fn label(&mut self, at: [f64; 2], anchor: &str, colour: &str, words: &str) {
        let at = self.place(at);
        self.words(at, anchor, colour, words);
    }

    pub(crate) fn curve(&mut self, colour: &str, style: &str, points: impl IntoIterator<Item = [f64; 2]>) {
        let mut path = String::new();
        for point in points {
            let [x, y] = self.place(point);
            let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
        }
        line(self.text, &format!("<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" {style}/>"));
    }

    /// A band between two lines.
    pub(crate) fn band(&mut self, colour: &str, below: &[[f64; 2]], above: &[[f64; 2]]) {
        let mut path = String::new();
        for point in below.iter().chain(above.iter().rev()) {
            let [x, y] = self.place(*point);
            let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
        }
        line(self.text, &format!("<path d=\"{path}z\" fill=\"{colour}\" fill-opacity=\"0.25\"/>"));
    }

    /// Many small dots, as one path: a dot is a line of no length with round ends.
    pub(crate) fn cloud(&mut self, colour: &str, points: &[[f64; 2]]) {
        let mut path = String::new();
        for point in points {
            let [x, y] = self.place(*point);
            let _ = write!(path, "M{x:.0} {y:.0}h0");
        }
        let style = "stroke-width=\"3\" stroke-linecap=\"round\" fill=\"none\"";
        line(self.text, &format!("<path d=\"{path}\" stroke=\"{colour}\" {style}/>"));
    }

    pub(crate) fn dot(&mut self, colour: &str, radius: f64, at: [f64; 2]) {
        let [x, y] = self.place(at);
        line(self.text, &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{colour}\"/>"));
    }
}

/// No blank line: Markdown would end the picture there.
fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}

/// `n` numbers from `low` to `high`.
pub(crate) fn grid(low: f64, high: f64, n: u32) -> impl Iterator<Item = f64> + Clone {
    (0..n).map(move |i| low + (high - low) * f64::from(i) / f64::from(n - 1))
}

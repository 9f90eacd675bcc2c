//! Colours that stay apart for colour-blind readers (Okabe & Ito 2008).

use plotters::style::RGBColor as Colour;

pub(crate) const INK: Colour = Colour(34, 34, 34);
pub(crate) const GREY: Colour = Colour(110, 110, 110);
pub(crate) const PALE: Colour = Colour(228, 228, 228);

const PALETTE: [Colour; 6] = [
    Colour(0, 114, 178),
    Colour(230, 159, 0),
    Colour(0, 158, 115),
    Colour(204, 121, 167),
    Colour(86, 180, 233),
    Colour(213, 94, 0),
];

/// The colour of component, structure or series `i`: the palette, and then the palette in darker tones.
pub(crate) fn series(i: usize) -> Colour {
    let Colour(r, g, b) = PALETTE[i % PALETTE.len()];
    let darker = |channel: u8| (f64::from(channel) * 0.55_f64.powi((i / PALETTE.len()) as i32)).round() as u8;
    Colour(darker(r), darker(g), darker(b))
}

/// From light to dark, `i` of `count`.
pub(crate) fn shade(i: usize, count: usize) -> Colour {
    let (light, dark) = (Colour(233, 241, 247), Colour(38, 97, 148));
    let t = i as f64 / (count.max(2) - 1) as f64;
    // In even steps for the eye, which the stored values nearly are.
    let channel = |from: u8, to: u8| (f64::from(from) + t * (f64::from(to) - f64::from(from))).round() as u8;
    Colour(channel(light.0, dark.0), channel(light.1, dark.1), channel(light.2, dark.2))
}

/// A mixture of colours by shares that sum to 1, as light mixes.
pub(crate) fn blend(parts: &[(Colour, f64)]) -> Colour {
    let channel = |of: fn(Colour) -> u8| {
        let light: f64 =
            parts.iter().map(|(colour, share)| share * (f64::from(of(*colour)) / 255.0).powf(2.2)).sum();
        (255.0 * light.clamp(0.0, 1.0).powf(1.0 / 2.2)).round() as u8
    };
    Colour(channel(|c| c.0), channel(|c| c.1), channel(|c| c.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sure_assignment_has_the_pure_colour() {
        assert_eq!(blend(&[(series(0), 1.0), (series(1), 0.0)]), series(0));
    }

    #[test]
    fn an_even_mixture_lies_between() {
        let Colour(r, g, b) = blend(&[(Colour(0, 0, 0), 0.5), (Colour(200, 100, 0), 0.5)]);
        assert!((100..200).contains(&r) && (50..100).contains(&g) && b == 0);
    }
}

//! The program `gaussmix-export`: its numbers against gaussmix and scikit-learn, its files, its refusals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod bits;
mod command_line;
mod fixed;
mod generated;
mod readable;
mod refusals;
mod scores;

use gaussmix_export::number::Scalar;
use gaussmix_export::scikit;
use gaussmix_export::source::Source;

/// The text of a file, by its path from the root of the repository.
fn text(path: &str) -> String {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the program writes for a model in `tests/data`, as `CASE_F32` and `CASE_F64`.
fn written(case: &str) -> String {
    let file = format!("sklearn_{case}.json");
    let json = text(&format!("tests/data/{file}"));
    let both = [Scalar::F32, Scalar::F64].map(|scalar| {
        let name = format!("{case}_{}", scalar.name()).to_uppercase();
        Source::new(file.clone(), name, scikit::export(&json, scalar).unwrap()).text()
    });
    both.join("\n")
}

/// Numbers without a pattern, the same in every run: Steele & Vigna's SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [−1, 1)
    fn next(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / f64::from(1u32 << 31) / f64::from(1u32 << 21) - 1.0
    }
}

//! How many times faster than a peer this crate set out to be, and is.

use crate::results::{OURS, Results, Size, heading, row};

const SIZES: [Size; 5] = [(2, 3), (4, 4), (8, 8), (16, 8), (32, 16)];

/// Peer, structure, scalar, and the goal for each of the sizes.
const GOALS: [(&str, &str, &str, [f64; 5]); 8] = [
    ("daal4py", "full", "f32", [4.0, 3.8, 3.8, 2.1, 2.0]),
    ("daal4py", "full", "f64", [3.1, 3.2, 3.5, 2.8, 2.8]),
    ("daal4py", "diagonal", "f32", [10.0, 7.2, 4.9, 2.9, 1.9]),
    ("daal4py", "diagonal", "f64", [4.5, 3.5, 2.8, 1.9, 1.4]),
    ("scikit-learn", "full", "f32", [80.0, 48.0, 22.0, 10.0, 5.0]),
    ("scikit-learn", "full", "f64", [44.0, 31.0, 15.0, 8.9, 5.4]),
    ("scikit-learn", "diagonal", "f32", [70.0, 40.0, 18.0, 8.0, 3.2]),
    ("scikit-learn", "diagonal", "f64", [35.0, 25.0, 11.0, 6.6, 2.5]),
];

pub(crate) fn print(results: &Results) {
    println!(
        "\n**Times faster than a peer, per iteration** (in brackets: the goal; missed ones are marked)\n"
    );
    heading(&results.sizes);
    for (peer, structure, scalar, goals) in GOALS {
        row(&format!("{peer}, {structure}, {scalar}"), &results.sizes, |size| {
            let goal = goals[SIZES.iter().position(|s| *s == size)?];
            let theirs = results.median("fit", peer, structure, scalar, size)?;
            let ratio = theirs / results.median("fit", OURS, structure, scalar, size)?;
            Some(format!("{ratio:.2} ({goal}){}", if ratio < goal { " **missed**" } else { "" }))
        });
    }
}

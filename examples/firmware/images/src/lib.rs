//! What several images share.

#![no_std]
#![forbid(unsafe_code)]

pub mod calls;

use board::{Hex, check, fail, say};
use gaussmix::fit::{Fit, Outcome};
use gaussmix::{Error, Gmm};
use jobs::digest;

/// The value, or the end of the program.
pub fn done<T>(result: Result<T, Error>) -> T {
    match result {
        Ok(value) => value,
        // Without the error's text, whose formatting would bring panics and kilobytes with it.
        Err(_) => fail("refused"),
    }
}

/// Compares a digest with the host's.
pub fn same_bits(digest: u64, host: u64) {
    say!("digest ", Hex(digest), ", on the host ", Hex(host));
    check!(digest == host, "not the host's bits");
}

/// Prints a fit and its model, and compares the model with the host's.
pub fn report<const D: usize, const K: usize>(fit: &Fit<f32, K>, gmm: &Gmm<f32, D, K>, host: u64) {
    say!(fit.count, " samples, ", fit.iterations, " iterations");
    say!("mean log-likelihood ", fit.mean_log_likelihood());
    let outcomes = fit.last_update.iter().flat_map(|update| &update.outcomes);
    for ((component, mean), outcome) in gmm.components().zip(gmm.means()).zip(outcomes) {
        board::print("weight ");
        board::print(&component.weight);
        board::print(", mean");
        for x in mean {
            board::print(" ");
            board::print(x);
        }
        say!(if *outcome == Outcome::Floored { ", at the variance floor" } else { "" });
    }
    check!(fit.converged, "not converged");
    same_bits(digest::of(gmm), host);
}

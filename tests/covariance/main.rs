//! The exponential; what an M-step makes of covariances: floors, ridges, refusals; what a structure must not forget.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod above;
mod conditional;
mod exp;
mod floors;
mod forgotten;

#[path = "../support"]
mod support {
    pub(crate) mod closeness;
    pub(crate) mod clouds;
    pub(crate) mod dense;
    pub(crate) mod noise;
    pub(crate) mod structures;
    pub(crate) mod together;
    pub(crate) mod tolerance;
}

//! What is refused, and that refusing changes nothing; what hostile data may do, and that it is never a panic or a
//! NaN; that nothing allocates, and what it costs in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

mod calls;
mod ends;
mod hostile;
mod no_alloc;
mod refusals;
mod robustness;
mod sequences;
mod size;
mod sound;

#[path = "../support"]
mod support {
    pub(crate) mod closeness;
    pub(crate) mod clouds;
    pub(crate) mod dense;
    pub(crate) mod for_all;
    pub(crate) mod naive;
    pub(crate) mod noise;
    pub(crate) mod structures;
    pub(crate) mod together;
    pub(crate) mod tolerance;
}

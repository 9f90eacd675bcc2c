//! Guides, by what you come for: [`host`] if you know scikit-learn or mclust, [`stream`] if samples come one by one,
//! [`device`] if there is no operating system, [`together`] for what goes with what, [`theory`] for why it works.
//! [`peers`] says what others have.

#[doc = include_str!("host.md")]
pub mod host {}

// The empty lines end the table before a picture, and the picture.
#[doc = include_str!("stream/begin.md")]
#[doc = ""]
#[doc = include_str!("stream/life.svg")]
#[doc = ""]
#[doc = include_str!("stream/more.md")]
pub mod stream {}

#[doc = include_str!("device.md")]
pub mod device {}

#[doc = include_str!("together.md")]
pub mod together {}

#[doc = include_str!("peers.md")]
pub mod peers {}

#[doc = include_str!("theory/mixture.md")]
#[doc = ""]
#[doc = include_str!("theory/mixture.svg")]
#[doc = ""]
#[doc = include_str!("theory/steps.md")]
#[doc = ""]
#[doc = include_str!("theory/bound.svg")]
#[doc = ""]
#[doc = include_str!("theory/optima.md")]
#[doc = ""]
#[doc = include_str!("theory/optima.svg")]
#[doc = ""]
#[doc = include_str!("theory/structures.md")]
#[doc = ""]
#[doc = include_str!("theory/structures.svg")]
#[doc = ""]
#[doc = include_str!("theory/ascent.md")]
#[doc = ""]
#[doc = include_str!("theory/ascent.svg")]
#[doc = ""]
#[doc = include_str!("theory/more.md")]
pub mod theory {}

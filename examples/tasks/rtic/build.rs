//! The link arguments that cortex-m-rt and defmt ask for. The crate `lm3s6965` brings `memory.x`.

fn main() {
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    println!("cargo::rerun-if-changed=build.rs");
}

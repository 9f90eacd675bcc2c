//! Names the build: a hash of the sources and manifests that decide what a worker computes, and of the compiler's version.

use std::path::PathBuf;
use std::process::Command;
use std::{fs, io};

fn main() -> io::Result<()> {
    let named = ["../Cargo.lock", "../Cargo.toml", "../engine/Cargo.toml", "../../../Cargo.toml"];
    let mut files: Vec<_> = named.map(PathBuf::from).into();
    let mut folders: Vec<_> = ["../engine/src", "../../../src", "src"].map(PathBuf::from).into();
    while let Some(folder) = folders.pop() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut all = Command::new(compiler).arg("-vV").output()?.stdout;
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        all.extend(fs::read(file)?);
    }
    // FNV-1a, 64 bits.
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = all.iter().fold(0xcbf2_9ce4_8422_2325, step);
    println!("cargo::rustc-env=BUILD={hash:016x}");
    Ok(())
}

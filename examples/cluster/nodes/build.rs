//! Names the build: a hash of all that decides what a worker computes.

use std::path::PathBuf;
use std::{fs, io};

fn main() -> io::Result<()> {
    let mut files = vec![PathBuf::from("../Cargo.lock")];
    let mut folders = vec![PathBuf::from("../engine/src"), PathBuf::from("../../../src")];
    while let Some(folder) = folders.pop() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    // FNV-1a, 64 bits.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        for byte in fs::read(file)? {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=BUILD={hash:016x}");
    Ok(())
}

//! Puts the board's `memory.x` where the linker finds it.

use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let link_only = env::var_os("CARGO_FEATURE_LINK_ONLY").is_some();
    let memory = match env::var("TARGET")?.as_str() {
        "thumbv6m-none-eabi" if link_only => "memory/mps2.x",
        "thumbv7em-none-eabihf" | "thumbv7m-none-eabi" => "memory/mps2.x",
        "thumbv6m-none-eabi" => "memory/microbit.x",
        "thumbv8m.main-none-eabihf" => "memory/an505.x",
        "riscv32imac-unknown-none-elf" => "memory/virt.x",
        target => return Err(format!("no board for {target}").into()),
    };
    println!("cargo::rustc-check-cfg=cfg(board, values(\"microbit\", \"an505\"))");
    for board in ["microbit", "an505"].into_iter().filter(|board| memory.contains(board)) {
        println!("cargo::rustc-cfg=board=\"{board}\"");
    }
    let out = env::var("OUT_DIR")?;
    fs::copy(memory, Path::new(&out).join("memory.x"))?;
    println!("cargo::rustc-link-search={out}");
    println!("cargo::rerun-if-changed=memory");
    Ok(())
}

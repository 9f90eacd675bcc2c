//! The folders of `src/` stand in an order, and no room imports from one below it in this list.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use std::fs;
use std::path::Path;

/// From the ground up. `simd` stands apart: its doors are behind `cfg(feature = "simd")`, and it may use any room.
const ORDER: [&str; 16] = [
    "error",
    "real",
    "chi_squared",
    "observation",
    "moments",
    "covariance",
    "model",
    "statistics",
    "fit",
    "reduce",
    "novelty",
    "stream",
    "lifecycle",
    "init",
    "select",
    "persist",
];

fn floor_of(room: &str) -> usize {
    ORDER.iter().position(|r| *r == room).unwrap_or_else(|| panic!("{room} has no place in the order"))
}

/// Every file below `path`, with what it says.
fn files(path: &Path) -> Vec<(String, String)> {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect();
    }
    vec![(path.display().to_string(), fs::read_to_string(path).unwrap())]
}

#[test]
fn no_room_imports_from_a_later_one() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut imports = 0;
    for entry in fs::read_dir(&source).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if room == "lib" || room == "simd" {
            continue;
        }
        for (file, text) in files(&path) {
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                // In a room of one file, `super` is the crate, except for its own tests.
                let hides = path.is_file() && line.contains("super::") && line.trim() != "use super::*;";
                assert!(!hides, "{file}: name the room: {}", line.trim());
                for used in line.split("crate::").skip(1) {
                    let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                    if used != "simd" {
                        imports += 1;
                        assert!(floor_of(used) <= floor_of(&room), "{file}: {}", line.trim());
                    }
                }
            }
        }
    }
    assert!(imports > 100, "only {imports} imports were found");
}

/// With the feature `simd` off, nothing of that room is compiled: each of its doors stands behind the feature.
#[test]
fn every_door_to_simd_is_behind_its_feature() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (file, text) in files(&source).into_iter().filter(|(file, _)| !file.contains("/simd/")) {
        let lines: Vec<_> = text.lines().collect();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("crate::simd")) {
            let before = &lines[index.saturating_sub(2)..=index];
            assert!(before.iter().any(|l| l.contains(r#"cfg(feature = "simd")"#)), "{file}: {line}");
        }
    }
}

//! The folders of `src/` stand in an order, and no room imports from one below it in this list.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use std::fs;
use std::path::Path;

/// From the ground up. `wide` stands apart: it is how other rooms are executed on a host, and it may use any of them. On
/// a device `narrow` is in its place.
const ORDER: [&str; 22] = [
    "error",
    "real",
    "chi_squared",
    "observation",
    "columns",
    "moments",
    "covariance",
    "model",
    "fixed",
    "statistics",
    "gradient",
    "fit",
    "reduce",
    "distance",
    "novelty",
    "stream",
    "lifecycle",
    "detector",
    "init",
    "select",
    "persist",
    "strategies",
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
        // The guides are prose.
        if ["lib", "wide", "narrow", "guide"].contains(&room.as_str()) {
            continue;
        }
        for (file, text) in files(&path) {
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                // In a room of one file, `super` is the crate, except for its own tests.
                let hides = path.is_file() && line.contains("super::") && line.trim() != "use super::*;";
                assert!(!hides, "{file}: name the room: {}", line.trim());
                for used in line.split("crate::").skip(1) {
                    let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                    if used != "wide" {
                        imports += 1;
                        assert!(floor_of(used) <= floor_of(&room), "{file}: {}", line.trim());
                    }
                }
            }
        }
    }
    assert!(imports > 100, "only {imports} imports were found");
}

//! Writes a C header of the interfaces of a library: `header NAME FILE`.
//!
//! The macros keep the text of the calls they make, so cbindgen need not expand them.

use cbindgen::{Builder, Config, DocumentationStyle, EnumConfig, Language, RenameRule, Style};
use interface::{Header, Layout, SHARED, detector};
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs, process};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HEAD: &str = "\
/* Gaussian mixtures by gaussmix, for C. Written by a program: change the Rust library, not this file.
 *
 * Objects are memory of the caller, best a `static`. One that is all 0 is empty: start it or load it. It may be copied
 * like any struct. No call allocates, none panics or waits, none keeps a pointer, and nothing is to be freed.
 *
 * Every call returns a gaussmix_status; null and misaligned pointers are refused, and all objects are as before. C has
 * to see to the rest:
 *
 * - A pointer that is not null points to what its type says, and to as many elements as the call says.
 * - An object was all 0 before its first use. In a `static` it is; on the stack, write `= {0}`.
 * - No object outlives a reset in memory that a reset leaves alone (`.noinit`, backup SRAM): a reset amid a call would
 *   leave it half changed, and no call could tell. Clear such memory at start. What a device has learnt crosses a reset
 *   as a record, by a save and a load.
 * - What a call writes does not overlap with what it reads.
 * - A call is not re-entrant on one object. While it works on an object, no interrupt and no other task uses that
 *   object; but calls that take it as `const` may run beside each other. Calls on different objects do not touch each
 *   other, since there are no globals.
 * - Calls use the FPU. Where an interrupt does so too, its registers are saved, which is the default on a Cortex-M4F.
 *
 * It needs C11 or C++11.
 */";

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [library, path] = arguments.as_slice() else {
        return Err("usage: header bearing|measured FILE".into());
    };
    let interfaces: &[Header] = match library.as_str() {
        "bearing" => &[bearing::bearing::HEADER, bearing::bearing_standing::HEADER, bearing::pump::HEADER],
        "measured" => &[
            measured::full_3_4::HEADER,
            measured::full_3_4_fitted::HEADER,
            measured::diagonal_3_4::HEADER,
            measured::diagonal_3_4_fitted::HEADER,
            measured::full_8_8::HEADER,
            measured::full_8_8_fitted::HEADER,
        ],
        _ => return Err(format!("no library {library}").into()),
    };
    // Detectors share their settings.
    let mut structs: Vec<Layout> = Vec::new();
    for layout in interfaces.iter().flat_map(|interface| interface.structs) {
        if structs.iter().all(|other| other.name != layout.name) {
            structs.push(*layout);
        }
    }
    let mut source = String::from(SHARED);
    if structs.iter().any(|layout| layout.name == detector::SETTINGS.name) {
        source.push_str(detector::DETECTORS);
    }
    interfaces.iter().for_each(|interface| source.push_str(interface.source));
    let mut header = generate(&source, &library.to_uppercase())?;
    for (name, bytes) in interfaces.iter().flat_map(|interface| interface.objects) {
        header = fill(&header, name, *bytes)?;
    }
    for layout in &structs {
        header = check(&header, layout)?;
    }
    fs::write(path, header)?;
    Ok(())
}

/// Turns the bytes of an object into words, and lets the compiler of C check its size.
fn fill(header: &str, name: &str, bytes: usize) -> Result<String> {
    let (begin, end) = (format!("}} {name};\n"), format!("  uint64_t private_memory[{bytes}];\n"));
    let (before, after) =
        header.split_once(&format!("{end}{begin}")).ok_or(format!("no {name} in the header"))?;
    let mut text = format!("{before}  uint64_t private_memory[{bytes} / 8];\n{begin}");
    write!(text, "GAUSSMIX_ASSERT(sizeof({name}) == {bytes}, \"{name} has {bytes} bytes\");\n{after}")?;
    Ok(text)
}

/// Lets the compiler of C check where the fields of a struct are.
fn check(header: &str, Layout { name, size, fields }: &Layout) -> Result<String> {
    let end = format!("}} {name};\n");
    let (before, after) = header.split_once(&end).ok_or(format!("no {name} in the header"))?;
    let mut text = format!("{before}{end}");
    writeln!(text, "GAUSSMIX_ASSERT(sizeof({name}) == {size}, \"{name} has {size} bytes\");")?;
    for (field, offset) in *fields {
        writeln!(
            text,
            "GAUSSMIX_ASSERT(offsetof({name}, {field}) == {offset}, \"{field} is at {offset}\");"
        )?;
    }
    text.push_str(after);
    Ok(text)
}

const ASSERT: &str = "
#ifdef __cplusplus
#define GAUSSMIX_ASSERT static_assert
#else
#define GAUSSMIX_ASSERT _Static_assert
#endif";

fn generate(source: &str, name: &str) -> Result<String> {
    let file = scratch(name);
    fs::write(&file, source)?;
    let mut config = Config {
        language: Language::C,
        style: Style::Type,
        cpp_compat: true,
        header: Some(HEAD.to_owned()),
        include_guard: Some(format!("{name}_H")),
        no_includes: true,
        sys_includes: ["stdbool.h", "stddef.h", "stdint.h"].map(str::to_owned).to_vec(),
        after_includes: Some(ASSERT.to_owned()),
        documentation_style: DocumentationStyle::Cxx,
        usize_is_size_t: true,
        line_length: 100,
        enumeration: EnumConfig {
            rename_variants: RenameRule::QualifiedScreamingSnakeCase,
            ..EnumConfig::default()
        },
        ..Config::default()
    };
    for (rust, c) in
        [("Status", "gaussmix_status"), ("Event", "gaussmix_event"), ("Settings", "gaussmix_settings")]
    {
        config.export.rename.insert(rust.to_owned(), c.to_owned());
    }
    let bindings = Builder::new().with_src(&file).with_config(config).generate()?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    fs::remove_file(&file)?;
    // Short names for what every line of C compares with.
    Ok(String::from_utf8(text)?.replace("GAUSSMIX_STATUS_", "GAUSSMIX_"))
}

fn scratch(name: &str) -> PathBuf {
    env::temp_dir().join(format!("{name}-{}.rs", process::id()))
}

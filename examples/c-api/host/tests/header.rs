//! The header has every call and every size of the library. `run.sh` compares the whole of it with what cbindgen
//! writes.
#![allow(clippy::expect_used)] // a test may end so

use interface::{Header, Layout};

const HEADER: &str = include_str!("../../bearing/include/bearing.h");
const INTERFACES: [Header; 2] = [bearing::bearing::HEADER, bearing::pump::HEADER];

/// The source on one line, with single spaces.
fn flat(source: &str) -> String {
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names of parameters, with Rust's `name : type` or C's `type name[3]`.
fn names(parameters: &str, is_rust: bool) -> Vec<String> {
    let parameters = parameters.split(',').filter(|text| !text.trim().is_empty());
    let name = |text: &str| {
        if is_rust {
            return text.split(':').next().unwrap_or_default().trim().to_owned();
        }
        let text = text.split('[').next().unwrap_or_default().trim_end_matches(')');
        text.rsplit([' ', '*']).next().unwrap_or_default().to_owned()
    };
    parameters.map(name).collect()
}

#[test]
fn the_header_declares_every_call_with_its_parameters() {
    let mut count = 0;
    for source in INTERFACES.map(|interface| flat(interface.source)) {
        for call in source.split("extern \"C\" fn ").skip(1) {
            let (name, rest) = call.split_once('(').expect("parameters");
            let (parameters, _) = rest.split_once(") -> Status").expect("a status");
            let declaration = format!("\ngaussmix_status {name}(");
            let (_, rest) = HEADER.split_once(&declaration).unwrap_or_else(|| panic!("no {name}"));
            let (declared, _) = rest.split_once(");").expect("an end");
            assert_eq!(names(declared, false), names(parameters, true), "{name}");
            count += 1;
        }
    }
    assert_eq!(count, HEADER.matches("\ngaussmix_status ").count(), "a call that the library has not");
}

#[test]
fn the_header_has_the_sizes_of_the_library() {
    for interface in INTERFACES {
        for (name, bytes) in interface.objects {
            let object = format!("  uint64_t private_memory[{bytes} / 8];\n}} {name};\n");
            assert!(HEADER.contains(&object), "{name} has {bytes} bytes");
        }
        for Layout { name, size, fields } in interface.structs {
            let (_, body) = HEADER.split_once(&format!("}} {name};\n")).expect("a struct");
            let (asserts, _) = body.split_once("\n\n").expect("an end");
            assert_eq!(asserts.matches("GAUSSMIX_ASSERT(").count(), 1 + fields.len(), "{name}");
            assert!(asserts.contains(&format!("(sizeof({name}) == {size},")), "{name} has {size} bytes");
            for (field, offset) in *fields {
                assert!(
                    asserts.contains(&format!("(offsetof({name}, {field}) == {offset},")),
                    "{name}.{field}"
                );
            }
        }
        for constant in flat(interface.source).split("pub const ").skip(1) {
            let (name, rest) = constant.split_once(" : usize = ").expect("a number");
            let (value, _) = rest.split_once(';').expect("an end");
            assert!(HEADER.contains(&format!("#define {name} {value}\n")), "{name} is {value}");
        }
    }
}

//! The header has every call, field, number and size of the library. `run.sh` without `--quick` compares the whole of it
//! with what cbindgen writes.
#![allow(clippy::expect_used)] // a test may end so

use interface::{Header, Layout};

const HEADER: &str = include_str!("../../bearing/include/bearing.h");
const INTERFACES: [Header; 2] = [bearing::bearing::HEADER, bearing::pump::HEADER];

/// The source on one line, with single spaces, and none after a pointer's asterisk.
fn flat(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace("* mut ", "*mut ").replace("* const ", "*const ")
}

/// A parameter or a field of Rust, `name : type`, as C declares it. `sizes` are cbindgen's: `[sample; 3]` says how many
/// elements a pointer points to.
fn declaration(rust: &str, sizes: &str) -> String {
    let (name, rust) = rust.trim().split_once(':').expect("a type");
    let (name, rust) = (name.trim_end(), rust.trim_start());
    let pointee = rust.strip_prefix("*const ").or(rust.strip_prefix("*mut "));
    let [mut element, mut dimensions] = [pointee.unwrap_or(rust).to_owned(), String::new()];
    while let Some((inner, length)) = element.strip_prefix('[').and_then(|rest| rest.rsplit_once("; ")) {
        dimensions = format!("{dimensions}[{length}");
        element = inner.to_owned();
    }
    let constant = if rust.starts_with("*const ") { "const " } else { "" };
    let element = match element.as_str() {
        "f32" => "float",
        "u8" => "uint8_t",
        "u32" => "uint32_t",
        "usize" => "size_t",
        "Settings" => "gaussmix_settings",
        "Event" => "gaussmix_event",
        other => other,
    };
    let size = sizes.split_once(&format!("[{name}; ")).and_then(|(_, rest)| rest.split(']').next());
    match (pointee, size, dimensions.as_str()) {
        (None, _, _) => format!("{element} {name}{dimensions}"),
        (Some(_), Some(size), _) => format!("{constant}{element} {name}[{size}]{dimensions}"),
        (Some(_), None, "") => format!("{constant}{element} *{name}"),
        (Some(_), None, _) => format!("{constant}{element} (*{name}){dimensions}"),
    }
}

#[test]
fn the_header_declares_every_call_with_names_and_types() {
    let mut count = 0;
    for source in INTERFACES.map(|interface| flat(interface.source)) {
        let mut pieces = source.split("extern \"C\" fn ");
        let mut before = pieces.next().expect("what precedes the first call");
        for call in pieces {
            let (name, rest) = call.split_once('(').expect("parameters");
            let (parameters, body) = rest.split_once(") -> Status").expect("a status");
            let sizes = before.rsplit("}").next().expect("what precedes the call");
            let parameters = parameters.split(',').filter(|text| !text.trim().is_empty());
            let parameters: Vec<_> = parameters.map(|parameter| declaration(parameter, sizes)).collect();
            let (_, rest) = HEADER
                .split_once(&format!("\ngaussmix_status {name}("))
                .unwrap_or_else(|| panic!("no {name}"));
            let (declared, _) = rest.split_once(");").expect("an end");
            assert_eq!(flat(declared), parameters.join(", "), "{name}");
            (before, count) = (body, count + 1);
        }
    }
    assert_eq!(count, HEADER.matches("\ngaussmix_status ").count(), "a call that the library has not");
}

/// What stands in the braces of the struct or enum `name`, each without its documentation.
fn members<'a>(source: &'a str, name: &str) -> Vec<&'a str> {
    let (_, rest) = source.split_once(&format!(" {name} {{ ")).unwrap_or_else(|| panic!("no {name}"));
    let (body, _) = rest.split_once('}').expect("an end");
    let members = body.split("\"] ").filter_map(|text| text.split_once(',')).map(|(member, _)| member);
    members.filter(|member| !member.contains('"')).map(|member| member.trim_start_matches("pub ")).collect()
}

/// The lines of a struct or an enum of the header between these, without comments.
fn lines(begin: &str, end: &str) -> Vec<&'static str> {
    let (before, _) = HEADER.split_once(end).unwrap_or_else(|| panic!("no {end}"));
    let (_, body) = before.rsplit_once(begin).expect("a begin");
    body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///")).collect()
}

#[test]
fn the_header_has_the_fields_of_the_structs() {
    let structs = [
        ("Settings", "gaussmix_settings", interface::detector::DETECTORS, 8),
        ("pump_window", "pump_window", bearing::pump::HEADER.source, 7),
    ];
    for (name, in_c, source, count) in structs {
        let source = flat(source);
        let fields = members(&source, name).into_iter().map(|field| declaration(field, "") + ";");
        let fields: Vec<_> = fields.collect();
        assert_eq!(fields.len(), count, "{name}");
        assert_eq!(lines("typedef struct {\n", &format!("\n}} {in_c};\n")), fields, "{name}");
    }
}

#[test]
fn the_header_has_the_numbers_of_statuses_and_events() {
    let enums = [
        ("Status", "GAUSSMIX_", "gaussmix_status", interface::SHARED, 13),
        ("Event", "GAUSSMIX_EVENT_", "gaussmix_event", interface::detector::DETECTORS, 5),
    ];
    for (name, prefix, in_c, source, count) in enums {
        let source = flat(source);
        let numbers = members(&source, name).into_iter().map(|number| {
            let upper = |(place, letter): (usize, char)| {
                let word = if place > 0 && letter.is_uppercase() { "_" } else { "" };
                format!("{word}{}", letter.to_ascii_uppercase())
            };
            let (variant, number) = number.split_once(" = ").expect("a number");
            format!("{prefix}{} = {number},", variant.chars().enumerate().map(upper).collect::<String>())
        });
        let numbers: Vec<_> = numbers.collect();
        assert_eq!(numbers.len(), count, "{name}");
        let end = format!("\n}};\n#ifndef __cplusplus\n#if __STDC_VERSION__ >= 202311L\ntypedef enum {in_c}");
        assert_eq!(lines("\n {\n", &end), numbers, "{name}");
    }
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

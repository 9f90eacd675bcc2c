//! The image `calls` calls every public function of the crate. What its source calls is compared with the index of the
//! documentation, which rustdoc writes as JSON.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// What the image does not call, and why. Functions that need a feature, `std` and `serde` among them, are not in the
/// index: it is made without any.
const EXEMPT: [(&str, &str); 6] = [
    ("*::fmt", "Debug and Display: core's formatting of numbers can panic"),
    ("Sectors::sector_len", "the user writes it"),
    ("Sectors::read", "the user writes it"),
    ("Sectors::erase", "the user writes it"),
    ("Sectors::write", "the user writes it"),
    ("VisitSize::visit", "the user writes it"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The documentation of the crate without features. JSON is an unstable option of rustdoc, hence the variable. The folder
/// is its own, since another environment makes Cargo build dependencies anew.
fn documentation() -> Value {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("index");
    let status = Command::new(env::var("CARGO").unwrap())
        .args(["rustdoc", "--quiet", "--lib", "--target-dir"])
        .arg(&target)
        .args(["--", "-Zunstable-options", "--output-format", "json"])
        .current_dir(root())
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("CARGO_BUILD_TARGET")
        .status();
    assert!(status.unwrap().success(), "rustdoc failed");
    serde_json::from_str(&fs::read_to_string(target.join("doc/gaussmix.json")).unwrap()).unwrap()
}

/// The public functions that can be reached from the root, as `Type::function`, `Trait::function`, `module::function`.
struct Index<'a> {
    items: &'a Value,
    modules: BTreeSet<String>,
    functions: BTreeSet<String>,
    /// A function of a trait, and that of a type that implements it.
    implementations: BTreeSet<(String, String)>,
    /// By name, and where they stand.
    types: BTreeSet<(String, String)>,
}

impl<'a> Index<'a> {
    fn new(documentation: &'a Value) -> Self {
        let mut index = Self {
            items: &documentation["index"],
            modules: BTreeSet::new(),
            functions: BTreeSet::new(),
            implementations: BTreeSet::new(),
            types: BTreeSet::new(),
        };
        index.module(&documentation["root"], "gaussmix");
        index
    }

    /// Nothing for what belongs to another crate.
    fn item(&self, id: &Value) -> &'a Value {
        &self.items[id.to_string()]
    }

    fn module(&mut self, id: &Value, name: &str) {
        if !self.modules.insert(id.to_string()) {
            return;
        }
        for id in self.item(id)["inner"]["module"]["items"].as_array().unwrap() {
            let item = self.item(id);
            let used = &item["inner"]["use"];
            let (id, item) = if used.is_null() { (id, item) } else { (&used["id"], used) };
            let (own, inner) = (item["name"].as_str().unwrap_or_default(), &self.item(id)["inner"]);
            if inner["module"].is_object() {
                self.module(id, own);
            } else if inner["function"].is_object() {
                self.functions.insert(format!("{name}::{own}"));
            }
            let functions = self.named(&inner["trait"]["items"]);
            self.functions.extend(functions.map(|function| format!("{own}::{function}")));
            for kind in ["struct", "enum", "union"] {
                if inner[kind].is_object() {
                    self.types.insert((own.to_owned(), id.to_string()));
                    self.of_type(own, id, &inner[kind]["impls"]);
                }
            }
        }
    }

    /// The names of the functions among these items.
    fn named(&self, ids: &'a Value) -> impl Iterator<Item = &'a str> + use<'a> {
        let items = self.items;
        let items = ids.as_array().into_iter().flatten().map(move |id| &items[id.to_string()]);
        items.filter(|item| item["inner"]["function"].is_object()).map(|item| item["name"].as_str().unwrap())
    }

    fn of_type(&mut self, name: &str, id: &Value, implementations: &'a Value) {
        for implementation in implementations.as_array().unwrap() {
            let implementation = &self.item(implementation)["inner"]["impl"];
            // Not those of all types, and not those of another type from this one.
            let is_own = implementation["for"]["resolved_path"]["id"] == *id;
            if !is_own || !implementation["blanket_impl"].is_null() {
                continue;
            }
            for function in self.named(&implementation["items"]) {
                let own = format!("{name}::{function}");
                if let Some(path) = implementation["trait"]["path"].as_str() {
                    let of_trait = format!("{}::{function}", path.rsplit("::").next().unwrap());
                    self.implementations.insert((of_trait, own.clone()));
                }
                self.functions.insert(own);
            }
        }
    }

    /// A function of a trait is called as well where that of a type is.
    fn not_called(&self, calls: &BTreeSet<String>) -> Vec<&str> {
        let by_type =
            |name: &str| self.implementations.iter().any(|(of, own)| of == name && calls.contains(own));
        let names = self.functions.iter().map(String::as_str);
        names.filter(|name| !calls.contains(*name) && !by_type(name) && !is_exempt(name)).collect()
    }
}

fn is_exempt(name: &str) -> bool {
    EXEMPT
        .iter()
        .any(|(exempt, _)| exempt.strip_prefix('*').map_or(name == *exempt, |end| name.ends_with(end)))
}

/// Words, `::`, `->` and single characters, without comments.
fn tokens(source: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for line in source.lines() {
        let mut rest = line.split("//").next().unwrap().trim_start();
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = match rest.get(..2) {
                Some("::" | "->") => 2,
                _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            tokens.push(&rest[..length]);
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// What stands behind `<…>` at the beginning.
fn behind_angles<'a, 'b>(tokens: &'a [&'b str]) -> &'a [&'b str] {
    let mut depth = 0;
    for (place, token) in tokens.iter().enumerate() {
        depth += i32::from(*token == "<") - i32::from(*token == ">");
        if depth == 0 {
            return &tokens[place + 1..];
        }
    }
    &[]
}

/// All paths, by two of their names at a time, but those of imports: `Gmm::<f32, 3>::new` is `Gmm::new`, `<f32 as
/// Real>::narrow` is `Real::narrow`. `same::<Gmm<…>>` calls `Gmm::clone` and `Gmm::eq`.
fn calls(source: &str) -> BTreeSet<String> {
    let (mut calls, all) = (BTreeSet::new(), tokens(source));
    let mut tokens = &all[..];
    while let [first, rest @ ..] = tokens {
        tokens = rest;
        if *first == "use" {
            tokens = &rest[rest.iter().position(|token| *token == ";").unwrap_or(0)..];
        }
        let mut path = match rest {
            [owner, ">", ..] if *first == "as" => (*owner, &rest[2..]),
            _ => (*first, rest),
        };
        while let (owner, ["::", next @ ..]) = path {
            path = match next {
                ["<", inner, ..] => {
                    if owner == "same" {
                        calls.extend(["clone", "eq"].map(|function| format!("{inner}::{function}")));
                    }
                    (owner, behind_angles(next))
                }
                [name, behind @ ..] => {
                    if owner != ">" {
                        calls.insert(format!("{owner}::{name}"));
                    }
                    (*name, behind)
                }
                [] => break,
            };
        }
    }
    calls
}

fn image() -> String {
    let entries = fs::read_dir(root().join("examples/firmware/calls/src")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| fs::read_to_string(path).unwrap() + "\n").collect()
}

#[test]
fn the_image_calls_every_public_function() {
    let documentation = documentation();
    let index = Index::new(&documentation);
    let version = &documentation["format_version"];
    let count = index.functions.len();
    assert!(count > 500, "only {count} functions: the JSON of rustdoc, version {version}, may be another");
    let names: BTreeSet<_> = index.types.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), index.types.len(), "two types have one name");
    for (name, _) in EXEMPT {
        assert!(
            name.starts_with('*') || index.functions.contains(name),
            "{name} is exempt and does not exist"
        );
    }
    let not_called = index.not_called(&calls(&image()));
    assert!(not_called.is_empty(), "not called in examples/firmware/calls/src:\n{}", not_called.join("\n"));
    let exempt = index.functions.iter().filter(|name| is_exempt(name)).count();
    println!("{} functions are called, {exempt} are exempt", count - exempt);
}

#[test]
fn a_call_is_any_path_but_an_import() {
    let source = "use gaussmix::Gmm; // Em::fit\nlet x = <f32 as Real>::narrow(0.5);\n\
        keep(Gmm::<f32, D, K, C>::new(a, init::mixed));\nsame::<Prior<_, _>>(&Fit::f(Slots::<A<B>>::len::<C>()));";
    let expected =
        ["Fit::f", "Gmm::new", "Prior::clone", "Prior::eq", "Real::narrow", "Slots::len", "init::mixed"];
    assert_eq!(calls(source), expected.map(str::to_owned).into());
}

//! What a reader meets first: links lead somewhere, code is not cut off, front pages stay short, and words that users
//! search for are there. (rustdoc checks the links between items.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use std::fs;
use std::path::{Path, PathBuf};

/// docs.rs shows about as many columns of code on a screen of 1280 pixels, and a registry's page too.
const COLUMNS: usize = 90;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every file below `path` that ends in one of `endings`.
fn files(path: &Path, endings: &[&str]) -> Vec<PathBuf> {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        return entries.flat_map(|entry| files(&entry, endings)).collect();
    }
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    if endings.contains(&ending) { vec![path.to_owned()] } else { Vec::new() }
}

/// The Markdown pages of the repository. A package has some of them.
fn pages() -> Vec<PathBuf> {
    let names = [
        "README.md",
        "DESIGN.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "tests/README.md",
        "tests/data/README.md",
        "tests/fuzz/README.md",
        "benches/peers/README.md",
        "examples/firmware/README.md",
        "examples/background/README.md",
    ];
    names.iter().map(|name| root().join(name)).filter(|page| page.exists()).collect()
}

/// The lines of Markdown, each with whether it stands in a block of code.
fn lines(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut in_code = false;
    text.lines().map(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        (in_code && !is_fence, line)
    })
}

/// The text of a line without what stands between backquotes.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("")
}

/// The targets of the links and pictures of a page.
fn targets(text: &str) -> Vec<String> {
    let prose = lines(text).filter(|(in_code, _)| !in_code);
    // A link may be broken in its words, never in its target.
    let of_line = |line: &str| -> Vec<String> {
        without_code(line)
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap().to_owned())
            .collect()
    };
    prose.flat_map(|(_, line)| of_line(line)).collect()
}

/// The anchors of a page, as its heads name them.
fn anchors(text: &str) -> Vec<String> {
    let heads = lines(text).filter(|(in_code, line)| !in_code && line.starts_with('#'));
    let slug = |head: &str| -> String {
        let kept = head.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    heads.map(|(_, line)| slug(line.trim_start_matches('#').trim())).collect()
}

#[test]
fn links_of_every_page_lead_to_a_file_and_a_head() {
    let mut checked = 0;
    for page in pages() {
        let text = read(&page);
        for target in targets(&text) {
            if target.starts_with("http") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let there = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(there.exists(), "{}: no file {target}", page.display());
            if !anchor.is_empty() {
                let found = anchors(&read(&there)).iter().any(|a| a == anchor);
                assert!(found, "{}: no head {target}", page.display());
            }
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} links were found");
}

#[test]
fn tests_that_the_guide_names_exist() {
    let mut checked = 0;
    for page in files(&root().join("src/guide"), &["md"]) {
        for line in read(&page).lines() {
            let code: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
            let is_source = |word: &&&str| word.starts_with("tests/") || word.starts_with("examples/");
            let Some(file) = code.iter().filter(is_source).find(|word| word.ends_with(".rs")) else {
                continue;
            };
            let source = read(&root().join(file));
            for name in code.iter().filter(|word| word.matches('_').count() > 2) {
                assert!(source.contains(&format!("fn {name}")), "{}: no {name} in {file}", page.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 5, "only {checked} tests are named");
}

/// The doc comments of a source file as Markdown.
fn docs(source: &str) -> String {
    let doc = |line: &str| {
        let line = line.trim_start();
        // The head of an example that needs a feature.
        if line.starts_with("#![cfg_attr(feature") && line.ends_with("doc = \"```\")]") {
            return Some("```".to_owned());
        }
        let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
        Some(text.strip_prefix(' ').unwrap_or(text).to_owned())
    };
    source.lines().map(|line| doc(line).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn code_in_docs_is_not_cut_off() {
    let mut wide = Vec::new();
    let mut checked = 0;
    let sources = files(&root().join("src"), &["rs", "md"]);
    for path in sources.into_iter().chain([root().join("README.md")]) {
        let text = read(&path);
        let text = if path.extension().unwrap() == "rs" { docs(&text) } else { text };
        for (number, (in_code, line)) in lines(&text).enumerate() {
            // Lines that begin with # are not shown.
            if in_code && line != "#" && !line.starts_with("# ") {
                checked += 1;
                if line.chars().count() > COLUMNS {
                    wide.push(format!("{}:{}: {line}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(checked > 500, "only {checked} lines of code were found");
    assert!(wide.is_empty(), "more than {COLUMNS} columns:\n{}", wide.join("\n"));
}

/// Only rustdoc hides lines that begin with #.
#[test]
fn the_readme_shows_no_line_that_is_no_rust() {
    let text = read(&root().join("README.md"));
    let hidden: Vec<&str> =
        lines(&text).filter(|(in_code, line)| *in_code && line.starts_with('#')).map(|(_, l)| l).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn front_pages_are_short() {
    let words = read(&root().join("src/lib.md")).split_whitespace().count();
    assert!(words <= 1000, "src/lib.md has {words} words");
    let lines = read(&root().join("README.md")).lines().count();
    assert!(lines <= 250, "README.md has {lines} lines");
}

/// All of scikit-learn 1.9's `GaussianMixture` (parameters, methods, attributes), and of mclust 6 what `Mclust` takes
/// and returns.
const THEIRS: &str = "n_components covariance_type tol reg_covar max_iter n_init init_params weights_init means_init \
    precisions_init random_state warm_start verbose verbose_interval \
    aic bic fit fit_predict get_metadata_routing get_params predict predict_proba sample score score_samples set_params \
    weights_ means_ covariances_ precisions_ precisions_cholesky_ converged_ n_iter_ lower_bound_ lower_bounds_ \
    n_features_in_ feature_names_in_ \
    G modelNames prior control initialization hcPairs subset noise eps itmax equalPro warn x verbose \
    call data modelName n d BIC loglik df icl hypvol pro mean sigma sigmasq Sigma cholSigma cholsigma scale shape \
    orientation Vinv z classification uncertainty \
    E V X XII XXI XXX EII VII EEI VEI EVI VVI EEE VEE EVE VVE EEV VEV EVV VVV";

#[test]
fn the_guide_for_hosts_names_all_that_others_have() {
    let guide = read(&root().join("src/guide/host.md"));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = guide.split(|c| !is_word(c)).collect();
    let absent: Vec<&str> = THEIRS.split_whitespace().filter(|name| !words.contains(name)).collect();
    assert!(absent.is_empty(), "not in the guide: {absent:?}");
}

/// Words under which users of other programs search.
const ALIASES: &str = "score_samples predict predict_proba fit_predict n_init covariance_type reg_covar n_components \
    max_iter tol means_init warm_start weights_init bic aic Mclust modelName emControl partial_fit anomaly outlier \
    clustering GaussianMixture";

#[test]
fn a_search_of_the_docs_finds_the_words_of_other_programs() {
    let sources = files(&root().join("src"), &["rs"]).iter().map(|path| read(path)).collect::<String>();
    let aliases: String =
        sources.split("doc(alias(").skip(1).map(|rest| rest.split("))").next().unwrap()).collect();
    let absent: Vec<&str> =
        ALIASES.split_whitespace().filter(|word| !aliases.contains(&format!("\"{word}\""))).collect();
    assert!(absent.is_empty(), "no item has the alias {absent:?}");
}

//! A cluster on this machine: who dies or joins changes no bit of the model.
#![allow(missing_docs, clippy::unwrap_used)] // a test that cannot go on should stop

use std::process::Command;

fn demo(arguments: &[&str]) -> String {
    let file = std::env::temp_dir().join(format!("gaussmix-nodes-{}.svg", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_nodes"))
        .args(["demo", "--rows=60000", "--restarts=2", "--components=3"])
        .args(["--picture", file.to_str().unwrap()])
        .args(arguments)
        .output()
        .unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}\n{errors}");
    text.into_owned()
}

#[test]
fn an_executor_that_dies_and_one_that_joins_change_no_bit() {
    let text = demo(&["--kill", "--join"]);
    assert!(text.contains("an executor is killed: Ok"), "{text}");
    assert!(text.contains("an executor joins: Ok"), "{text}");
    assert!(text.contains("the models have the same bits"), "{text}");
}

//! Decodes what an image says by defmt, on standard input, prints it, and compares it with the same job on the host.
//!
//! To read the log of an image and no more, `defmt-print -e IMAGE` does as well.

mod expected;

use std::error::Error;
use std::io::Read;
use std::process::ExitCode;
use std::{env, fs, io};

use defmt_decoder::{DecodeError, Table};
use expected::Said;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let image = env::args().nth(1).ok_or("usage: check IMAGE < what it said")?;
    let lines = decode(&fs::read(image)?, io::stdin().lock())?;
    let (expected, alarms) = expected::run()?;
    let mut faults = Vec::new();
    compare(&sort(&lines, &mut faults), &expected, &mut faults);
    // What the job is for, wherever it runs.
    let badminton = job::BADMINTON / job::WINDOW;
    if alarms.raised.is_empty() || alarms.raised.iter().any(|window| *window < badminton) || !alarms.stands {
        faults.push(format!(
            "badminton begins in window {badminton}, and the alarm was raised in {:?}",
            alarms.raised
        ));
    }
    if faults.is_empty() {
        println!("{} lines, as on the host; the alarm was raised in {:?}", lines.len(), alarms.raised);
        return Ok(ExitCode::SUCCESS);
    }
    for fault in faults {
        println!("FAILED: {fault}");
    }
    Ok(ExitCode::FAILURE)
}

/// The lines that an image wrote, with their level. Prints them.
fn decode(image: &[u8], mut said: impl Read) -> Result<Vec<String>, Box<dyn Error>> {
    let table = Table::parse(image)?.ok_or("the image has no section .defmt")?;
    let (mut frames, mut lines) = (table.new_stream_decoder(), Vec::new());
    let mut bytes = Vec::new();
    said.read_to_end(&mut bytes)?;
    frames.received(&bytes);
    loop {
        match frames.decode() {
            Ok(frame) => {
                let line = frame.display(false).to_string();
                println!("    {line}");
                lines.push(line);
            }
            Err(DecodeError::UnexpectedEof) => return Ok(lines),
            Err(DecodeError::Malformed) => return Err("what was read is not of this image".into()),
        }
    }
}

/// Sorts lines by what says them. A save that nothing interrupted is a fault.
fn sort(lines: &[String], faults: &mut Vec<String>) -> Said {
    let mut said = Said::default();
    for line in lines {
        if let Some((digest, rest)) = line.strip_prefix("INFO saved ").and_then(|rest| rest.split_once(' ')) {
            said.stored.push(digest.to_owned());
            let came = rest.split(' ').nth(1).and_then(|count| count.parse::<u32>().ok());
            if came.is_none_or(|count| count == 0) {
                faults.push(format!("no reading came during a save: {line}"));
            }
        } else if line.starts_with("INFO window") || line.starts_with("WARN refused") {
            said.watched.push(line.clone());
        } else {
            said.others.push(line.clone());
        }
    }
    said
}

/// Names every line in which the two differ.
fn compare(said: &Said, expected: &Said, faults: &mut Vec<String>) {
    let parts = [
        (&said.watched, &expected.watched),
        (&said.stored, &expected.stored),
        (&said.others, &expected.others),
    ];
    for (said, expected) in parts {
        for place in 0..said.len().max(expected.len()) {
            let [own, host] =
                [said, expected].map(|lines| lines.get(place).map_or("nothing", String::as_str));
            if bits(own) != bits(host) {
                faults.push(format!("the image says {own}\n        the host says {host}"));
            }
        }
    }
}

/// A line with the bits of its numbers in their place: two ways to write a number may differ in the last digit.
fn bits(line: &str) -> String {
    let words = line.split_inclusive(|c: char| " ,;[](){}".contains(c)).map(|word| {
        let number = word.trim_end_matches([' ', ',', ';', '[', ']', '(', ')', '{', '}']);
        match number.parse::<f32>() {
            Ok(value) if number.contains('.') => format!("{:08x}{}", value.to_bits(), &word[number.len()..]),
            _ => word.to_owned(),
        }
    });
    words.collect()
}

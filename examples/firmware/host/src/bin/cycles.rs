//! Estimates the cycles of a Cortex-M4 from QEMU's trace of the image `cycles`.
//!
//! `cycles SAID TRACE`: SAID is what the image printed; TRACE comes from `-singlestep -d in_asm,exec,nochain`, and may be a
//! pipe. Prints lines of `name=value`: instructions and cycles of a call, less what its marks take.

use std::collections::HashMap;
use std::error::Error;
use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader};

/// An instruction, as the disassembler printed it.
#[derive(Debug)]
struct Instruction {
    bytes: u32,
    cycles: u32,
    /// The register for which the next instruction waits a cycle, if it is one of its sources.
    late: Option<String>,
    /// Registers that are read in the first cycle.
    sources: Vec<String>,
}

impl Instruction {
    fn new(bytes: u32, name: &str, operands: &str) -> Self {
        let is = |names: &[&str]| names.iter().any(|n| name.starts_with(n));
        let register = |text: &str| text.trim_matches([' ', '{', '}', '[', ']', '!']).to_owned();
        let all: Vec<String> = operands.split(',').map(register).collect();
        let computes = is(ACCUMULATE) || is(&["vadd", "vsub", "vmul", "vnmul", "vdiv", "vsqrt", "vcvt"]);
        let reads_all = is(&["vcmp", "vstr", "vstm", "vpush"]);
        Self {
            bytes,
            cycles: cycles(name, operands),
            late: all.first().filter(|_| computes).cloned(),
            // What a multiplication is added to is read a cycle later.
            sources: if reads_all { all } else { all.into_iter().skip(1).collect() },
        }
    }
}

const ACCUMULATE: &[&str] = &["vmla", "vmls", "vnmla", "vnmls", "vfma", "vfms", "vfnma", "vfnms"];

/// What a taken branch takes beyond its own cycle: the pipeline fills again.
const REFILL: u32 = 2;

/// Cycles of an instruction (Arm, Cortex-M4 Technical Reference Manual, tables of instructions and of the FPU), from flash
/// without waits. A division of integers is counted with the most that it takes, and a conditional instruction as if it were
/// executed.
fn cycles(name: &str, operands: &str) -> u32 {
    let is = |names: &[&str]| names.iter().any(|n| name.starts_with(n));
    let registers = || match operands.split_once('{') {
        Some((_, list)) => list.split(',').map(|r| if r.trim().starts_with('d') { 2 } else { 1 }).sum(),
        None => 1,
    };
    if is(&["vdiv", "vsqrt"]) {
        14
    } else if is(ACCUMULATE) {
        3
    } else if is(&["vldm", "vstm", "vpush", "vpop", "ldm", "stm", "push", "pop"]) {
        1 + registers()
    } else if is(&["ldrd", "strd"]) || is(&["vldr", "vstr"]) && operands.starts_with('d') {
        3
    } else if is(&["ldr", "str", "vldr", "vstr", "tbb", "tbh"]) {
        2
    } else if is(&["udiv", "sdiv"]) {
        12
    } else {
        1
    }
}

/// Instructions and cycles.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    instructions: u32,
    cycles: u32,
}

/// What is executed between each pair of marks.
fn counts(trace: impl BufRead) -> Result<Vec<Count>, Box<dyn Error>> {
    let mut code: HashMap<u32, Instruction> = HashMap::new();
    let mut counts = Vec::new();
    let mut open: Option<Count> = None;
    let mut last: Option<(u32, Option<String>)> = None; // where the last instruction ends, and what it is late with
    let mut was_mark = false;
    for line in trace.lines() {
        let line = line?;
        if let Some(rest) = line.strip_prefix("0x") {
            let (address, rest) = rest.split_once(':').ok_or("an instruction without an address")?;
            let bytes = if rest.as_bytes().get(6) == Some(&b' ') && rest.as_bytes().get(7) != Some(&b' ') {
                4
            } else {
                2
            };
            let mut words = rest.get(13..).unwrap_or_default().splitn(2, ' ');
            let (name, operands) =
                (words.next().unwrap_or_default(), words.next().unwrap_or_default().trim());
            code.insert(u32::from_str_radix(address, 16)?, Instruction::new(bytes, name, operands));
            continue;
        }
        let Some(rest) = line.strip_prefix("Trace ") else { continue };
        let mut fields = rest.split('/');
        let address = fields.nth(1).ok_or("a step without an address")?;
        let address = u32::from_str_radix(address, 16)?;
        let symbol = rest.rsplit(' ').next().unwrap_or_default();
        let is_mark = ["mark_begin", "mark_end"].contains(&symbol);
        if symbol == "mark_end" && !was_mark {
            counts.push(open.take().ok_or("an end without a beginning")?);
        }
        if symbol == "mark_begin" {
            (open, last) = (Some(Count::default()), None);
        } else if let (Some(count), false) = (&mut open, is_mark) {
            let instruction = code.get(&address).ok_or("a step that was not disassembled")?;
            if let Some((end, late)) = last {
                count.cycles += if end != address { REFILL } else { 0 };
                count.cycles += u32::from(late.is_some_and(|late| instruction.sources.contains(&late)));
            }
            count.instructions += 1;
            count.cycles += instruction.cycles;
            last = Some((address + instruction.bytes, instruction.late.clone()));
        }
        was_mark = is_mark;
    }
    Ok(counts)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(said), Some(trace)) = (arguments.next(), arguments.next()) else {
        return Err("usage: cycles SAID TRACE".into());
    };
    let counts = counts(BufReader::new(File::open(trace)?))?;
    let mut counts = counts.into_iter();
    let (mut shape, mut marks) = (String::new(), [0, 0]);
    for line in read_to_string(said)?.lines() {
        let Some((call, times)) = line.strip_prefix("call=").and_then(|rest| rest.split_once(" times="))
        else {
            shape = line.to_owned();
            continue;
        };
        let times: usize = times.parse()?;
        let some: Vec<Count> = counts.by_ref().take(times).collect();
        if some.len() < times {
            return Err("fewer marks than calls".into());
        }
        let mean = |of: fn(&Count) -> u32| {
            let sum: u32 = some.iter().map(of).sum();
            (sum + some.len() as u32 / 2) / some.len() as u32
        };
        let taken = [mean(|c| c.instructions), mean(|c| c.cycles)];
        if call == "nothing" {
            marks = taken;
            continue;
        }
        let [instructions, cycles] = [taken[0] - marks[0], taken[1] - marks[1]];
        println!("{shape} call={call} instructions={instructions} cycles={cycles}");
    }
    if counts.next().is_some() {
        return Err("more marks than calls".into());
    }
    Ok(())
}

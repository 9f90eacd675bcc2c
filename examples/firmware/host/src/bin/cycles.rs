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
/// without waits. Where they depend on what stands around it, the most: a load or a store that follows another takes one
/// cycle less on the chip, what does not need a division's result need not wait for it, a division of integers ends early,
/// and a conditional instruction may not be executed.
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
    } else if is(&["mla", "mls"]) || name == "vmov" && operands.split(',').count() > 2 {
        2 // such a move is that of two registers to or from those of the core
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As QEMU writes it: what it disassembles before it executes it first, and each step.
    const TRACE: &str = "\
IN: mark_begin
0x0000000e:  bf00       nop      

Trace 0: 0x7f0000000000 [00800400/0000000e/00000010/ff000201] mark_begin
0x00000100:  ed90 0a00  vldr     s0, [r0]
Trace 0: 0x7f0000000000 [00800400/00000100/00000010/ff000201] _ZN4work
0x00000104:  ee20 1a00  vmul.f32 s2, s0, s0
Trace 0: 0x7f0000000000 [00800400/00000104/00000010/ff000201] _ZN4work
0x00000108:  ee01 0a01  vmla.f32 s0, s2, s2
Trace 0: 0x7f0000000000 [00800400/00000108/00000010/ff000201] _ZN4work
0x0000010c:  ec51 0b10  vmov     r0, r1, d0
Trace 0: 0x7f0000000000 [00800400/0000010c/00000010/ff000201] _ZN4work
0x00000110:  b510       push     {r4, lr}
Trace 0: 0x7f0000000000 [00800400/00000110/00000010/ff000201] _ZN4work
0x00000112:  e7f5       b        #0x100
Trace 0: 0x7f0000000000 [00800400/00000112/00000010/ff000201] _ZN4work
Trace 0: 0x7f0000000000 [00800400/00000100/00000010/ff000201] _ZN4work
0x0000001e:  bf00       nop      
Trace 0: 0x7f0000000000 [00800400/0000001e/00000010/ff000201] mark_end
";

    /// Load 2, product 1, sum of a product 3 and 1 for the factor that it waits for, two registers 2, push 3, branch 1 and
    /// 2 since it is taken, load 2.
    #[test]
    fn cycles_are_those_of_the_manual() -> Result<(), Box<dyn Error>> {
        let counts = counts(TRACE.as_bytes())?;
        assert_eq!(counts.len(), 1);
        assert_eq!((counts[0].instructions, counts[0].cycles), (7, 2 + 1 + (3 + 1) + 2 + 3 + (1 + 2) + 2));
        Ok(())
    }

    #[test]
    fn an_instruction_takes_what_the_manual_says() {
        for (name, operands, expected) in [
            ("vdiv.f32", "s0, s1, s2", 14),
            ("vsqrt.f32", "s0, s1", 14),
            ("vfma.f32", "s0, s1, s2", 3),
            ("vadd.f32", "s0, s1, s2", 1),
            ("vldr", "d0, [r0]", 3),
            ("vldm", "r0!, {d0, d1}", 5),
            ("vpush", "{s16}", 2),
            ("ldrd", "r0, r1, [sp]", 3),
            ("ldr", "r0, [sp]", 2),
            ("stm", "r0!, {r1, r2, r3}", 4),
            ("umull", "r0, r1, r2, r3", 1),
            ("mla", "r0, r1, r2, r3", 2),
            ("udiv", "r0, r0, r1", 12),
            ("vmov", "s0, r0", 1),
            ("vmov", "s0, s1, r0, r1", 2),
            ("vmov.f32", "s0, #1.0", 1),
            ("vmrs", "apsr_nzcv, fpscr", 1),
            ("adds", "r0, r0, #1", 1),
        ] {
            assert_eq!(cycles(name, operands), expected, "{name} {operands}");
        }
    }
}

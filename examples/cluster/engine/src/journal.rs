//! Checkpoints: the starts of a fit, and the statistics of every pass.
//!
//! A fit is determined by its start, its options and the statistics of its passes. So these are all that is kept, each as
//! soon as it is there, and a fit that was stopped repeats its M-steps from the file and goes on with the next pass: the
//! same models, bit for bit, accelerated or not.
//!
//! The file is frames: what a frame holds (a byte), a number, a length (64 bits each), the bytes, a hash of all of them.
//! What follows the last whole pass is cut off: a write that broke off, or damage.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::failure::Failure;

/// What a frame holds. None is 0, which a disk may leave.
const OPTIONS: u8 = 1;
const START: u8 = 2;
const STATISTICS: u8 = 3;
const END: u8 = 4;

const MAGIC: [u8; 8] = *b"GMjourn1";

/// The records of some jobs, with their numbers: models, or the statistics of one pass.
pub(crate) type Pass = Vec<(usize, Vec<u8>)>;

/// A checkpoint, and what of it has not been repeated yet.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    /// The starts, if they were kept.
    pub(crate) starts: Option<Pass>,
    passes: std::vec::IntoIter<Pass>,
}

impl Journal {
    /// Opens a checkpoint, or begins one for a fit with these options.
    ///
    /// # Errors
    /// A file that cannot be read, is in use, is no checkpoint, or belongs to a fit with other options.
    pub(crate) fn open(path: &Path, options: &str) -> Result<Self, Failure> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.try_lock().is_err() {
            return Err(Failure::Input(format!("another fit uses the checkpoint {}", path.display())));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut journal = Self { file, starts: None, passes: Vec::new().into_iter() };
        let good = journal.read(&bytes, options, path)?;
        journal.file.set_len(good as u64)?;
        journal.file.seek(SeekFrom::End(0))?;
        if good == 0 {
            journal.file.write_all(&MAGIC)?;
            journal.write(OPTIONS, 0, options.as_bytes())?;
        }
        Ok(journal)
    }

    /// Reads whole passes. Returns the bytes up to the end of the last of them; 0 if not even the starts are whole.
    fn read(&mut self, bytes: &[u8], options: &str, path: &Path) -> Result<usize, Failure> {
        let (magic, mut rest) = bytes.split_at(bytes.len().min(MAGIC.len()));
        if !MAGIC.starts_with(magic) {
            return Err(Failure::Input(format!("{} is no checkpoint of a fit", path.display())));
        }
        let (mut good, mut passes, mut pass) = (0, Vec::new(), Pass::new());
        let mut first = true;
        while let Some((kind, number, payload, after)) = frame(rest) {
            match kind {
                OPTIONS if first && payload == options.as_bytes() => {}
                OPTIONS if first => {
                    let other = String::from_utf8_lossy(payload);
                    return Err(Failure::Input(format!(
                        "the checkpoint {} belongs to a fit with other options:\n  there: {other}\n  here:  {options}",
                        path.display()
                    )));
                }
                START | STATISTICS if !first => pass.push((number, payload.to_vec())),
                END if !first => {
                    let whole = std::mem::take(&mut pass);
                    match &self.starts {
                        None => self.starts = Some(whole),
                        Some(_) => passes.push(whole),
                    }
                    good = bytes.len() - after.len();
                }
                _ => break,
            }
            (first, rest) = (false, after);
        }
        self.passes = passes.into_iter();
        Ok(good)
    }

    /// The next pass that was made before.
    pub(crate) fn next(&mut self) -> Option<Pass> {
        self.passes.next()
    }

    /// Keeps the starts.
    pub(crate) fn keep_starts(&mut self, starts: &Pass) -> Result<(), Failure> {
        self.write_all(START, starts)
    }

    /// Keeps a pass.
    pub(crate) fn keep(&mut self, pass: &Pass) -> Result<(), Failure> {
        self.write_all(STATISTICS, pass)
    }

    fn write_all(&mut self, kind: u8, records: &Pass) -> Result<(), Failure> {
        for (number, record) in records {
            self.write(kind, *number, record)?;
        }
        self.write(END, 0, &[])?;
        Ok(self.file.sync_data()?)
    }

    fn write(&mut self, kind: u8, number: usize, payload: &[u8]) -> Result<(), Failure> {
        let mut frame = vec![kind];
        frame.extend((number as u64).to_le_bytes());
        frame.extend((payload.len() as u64).to_le_bytes());
        frame.extend(payload);
        frame.extend(hash(&frame).to_le_bytes());
        Ok(self.file.write_all(&frame)?)
    }
}

/// FNV-1a, 64 bits.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The first frame, if it is whole: kind, number, payload, the rest.
fn frame(bytes: &[u8]) -> Option<(u8, usize, &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (number, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (payload, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let (found, after) = rest.split_first_chunk()?;
    let covered = bytes.get(..bytes.len() - rest.len())?;
    let number = usize::try_from(u64::from_le_bytes(*number)).ok()?;
    (hash(covered) == u64::from_le_bytes(*found)).then_some((*kind, number, payload, after))
}

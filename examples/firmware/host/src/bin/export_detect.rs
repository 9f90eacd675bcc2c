//! Fits the detector's model and writes it to standard output.

use jobs::detect::standing;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (gmm, best) = host::fit_activity(standing().0)?;
    eprintln!("{best:?}");
    print!("{}", host::source(&gmm)?);
    Ok(())
}

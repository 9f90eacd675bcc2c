//! Fits the model of `jobs::sensor` and writes it to standard output.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (gmm, best) = host::fit_activity(&host::all_activities())?;
    eprintln!("{best:?}");
    print!("{}", host::sensor_source(&gmm)?);
    Ok(())
}

//! Fits the model of `jobs::fleet` and writes it to standard output.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", host::fleet_source(&host::fit_fleet()?)?);
    Ok(())
}

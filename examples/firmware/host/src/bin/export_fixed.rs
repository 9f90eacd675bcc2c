//! Makes the models of `jobs::fixed` and writes them to standard output.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", host::fixed_source()?);
    Ok(())
}

//! The number of components and the structure of their covariances, by BIC, of a table of any width up to 16:
//! cargo run --release --example select -- tests/data/faithful.csv

use gaussmix::select::{Search, VisitSize, visit_size};
use gaussmix::{Covariance, Diagonal, Em, Full, Gmm, Spherical, Tied};

struct Table(Vec<f64>);

impl VisitSize for &Table {
    type Output = Result<(f64, String), Box<dyn core::error::Error>>;

    fn visit<const D: usize>(self) -> Self::Output {
        let (rows, _) = self.0.as_chunks::<D>();
        let ranked = [
            best::<D, Full>(rows)?,
            best::<D, Tied<Full>>(rows)?,
            best::<D, Diagonal>(rows)?,
            best::<D, Spherical>(rows)?,
        ];
        ranked.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).ok_or("nothing to compare".into())
    }
}

/// The least BIC of one structure, and what it says of it.
fn best<const D: usize, C: Covariance>(rows: &[[f64; D]]) -> Result<(f64, String), gaussmix::Error> {
    let mut gmm: Gmm<f64, D, 8, C> = Gmm::unfitted();
    let generator = |components| rand_pcg::Pcg32::new(1, components as u64);
    let selection = Em::default().select(&mut gmm, &Search::new(1..=8)?, rows, generator)?;
    Ok((selection.best.criteria.bic(), format!("{:?}\n{selection}\n\n{gmm}", C::default())))
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("which CSV file?")?;
    let mut reader = csv::Reader::from_path(path)?;
    let features = reader.headers()?.len();
    let rows = reader.deserialize().collect::<Result<Vec<Vec<f64>>, _>>()?;
    let choice = visit_size::<16, _>(features, &Table(rows.concat())).ok_or("1 to 16 columns")??;
    println!("{}", choice.1);
    Ok(())
}

//! Forty smart watches learn one model of movement, and no reading leaves its watch.
//!
//! Each watch has 100 readings of one activity. A server sends its model to the watches; each answers with the
//! sufficient statistics of its readings under that model, and the server merges them and makes the M-step. Both go as
//! the crate's binary form. The sum of statistics is that of the union, so these rounds are EM on all readings
//! together.
//!
//! Then the same with most of the watches away in every round: the server keeps what each said last, which is EM by
//! parts of the data (Neal & Hinton 1998). It climbs to the same place in more rounds.
//!
//! ```text
//! cargo run --release --example federated
//! ```

use core::error::Error;
use core::ops::ControlFlow;

use gaussmix::fit::Iteration;
use gaussmix::persist::Persist;
use gaussmix::{Diagonal, Em, Gmm, MStep, SufficientStats, init};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

const D: usize = 6;
const K: usize = 4;
type Model = Gmm<f64, D, K, Diagonal>;
type Stats = SufficientStats<f64, D, K, Diagonal>;

/// A watch: it has readings, and speaks in bytes.
struct Watch(Vec<[f64; D]>);

impl Watch {
    fn answer(&self, broadcast: &[u8]) -> Result<[u8; Stats::ENCODED_LEN], Box<dyn Error>> {
        let model = Model::decode(broadcast)?;
        let mut stats = Stats::new();
        stats.observe_all(&model, &self.0)?;
        let mut message = [0; Stats::ENCODED_LEN];
        stats.encode(&mut message)?;
        Ok(message)
    }
}

/// What the server knows: its model, and what each watch said last.
struct Server {
    model: Model,
    last: Vec<Stats>,
}

impl Server {
    /// Asks the watches that are there, and makes an M-step on what all said last. The mean log-likelihood of that.
    fn round(
        &mut self,
        watches: &[Watch],
        mut is_there: impl FnMut() -> bool,
    ) -> Result<f64, Box<dyn Error>> {
        let mut broadcast = [0; Model::ENCODED_LEN];
        self.model.encode(&mut broadcast)?;
        let mut total = Stats::new();
        for (watch, last) in watches.iter().zip(&mut self.last) {
            if is_there() {
                last.decode_from(&watch.answer(&broadcast)?)?;
            }
            total.merge(last);
        }
        MStep::default().maximize(&total, &mut self.model)?;
        Ok(total.log_likelihood() / total.total_weight())
    }
}

fn watches() -> Result<Vec<Watch>, Box<dyn Error>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/basic_motions.csv"))?;
    let mut readings = Vec::new();
    for line in text.lines().skip(1) {
        let mut reading = [0.0; D];
        for (value, field) in reading.iter_mut().zip(line.split(',')) {
            *value = field.parse()?;
        }
        readings.push(reading);
    }
    Ok(readings.chunks(100).map(|part| Watch(part.to_vec())).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let watches = watches()?;
    let all: Vec<[f64; D]> = watches.iter().flat_map(|w| w.0.clone()).collect();
    // The start needs some readings in one place: here those of the first watch of each activity.
    let some: Vec<[f64; D]> = watches.iter().step_by(10).flat_map(|w| w.0.clone()).collect();
    let mut start = Model::unfitted();
    init::farthest_first(&mut start, &some)?;

    const ROUNDS: u32 = 60;
    let mut batch = Vec::new();
    let mut on_all = start.clone();
    let em = Em::default().with_tolerance(0.0)?.with_max_iterations(ROUNDS);
    let record = |iteration: &Iteration<_>| {
        batch.push(iteration.mean_log_likelihood);
        ControlFlow::Continue(())
    };
    em.fitting().with_hook(record).fit(&mut on_all, &all)?;

    println!("{} watches; {} bytes to each, {} back", watches.len(), Model::ENCODED_LEN, Stats::ENCODED_LEN);
    println!("mean log-likelihood by rounds:\n");
    println!("round      batch  all watches  difference  3 in 10 watches");
    let mut every = Server { model: start.clone(), last: vec![Stats::new(); watches.len()] };
    let mut few = Server { model: start, last: every.last.clone() };
    let mut rng = Pcg32::new(1, 1);
    let mut largest = 0f64;
    for (round, batch) in batch.iter().enumerate() {
        let whole = every.round(&watches, || true)?;
        let part = few.round(&watches, || round == 0 || rng.next_u32() % 10 < 3)?;
        largest = largest.max((whole - batch).abs());
        if round % 5 == 0 {
            println!("{round:5} {batch:10.6} {whole:12.6} {:11.1e} {part:16.6}", (whole - batch).abs());
        }
    }
    println!("\nlargest difference between the rounds and the batch fit: {largest:.1e}");
    let goal = every.model.mean_log_likelihood(&all)?;
    let mut rounds = batch.len();
    while few.model.mean_log_likelihood(&all)? < goal - 1e-3 && rounds < 2000 {
        few.round(&watches, || rng.next_u32() % 10 < 3)?;
        rounds += 1;
    }
    let reached = few.model.mean_log_likelihood(&all)?;
    println!(
        "with 3 in 10 watches {reached:.6} after {rounds} rounds, with all {goal:.6} after {}",
        batch.len()
    );
    Ok(())
}

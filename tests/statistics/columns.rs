//! Samples that are held feature by feature, against the same in rows.

use gaussmix::columns::Bits;
use gaussmix::{Columns, Error, Full, Gmm, Masked, SufficientStats};

use crate::support::clouds::{clouds, guess};
use crate::support::dense::Structure;

/// Weights of which most runs of 64 samples have a 0; then a long run without one.
fn weight(i: usize) -> f32 {
    if i < 400 { [1.0, 1.0, 0.25, 0.0, 3.0][(i * i + i / 3) % 5] } else { [1.0, 2.5][i % 2] }
}

/// A table with what a column of it may bring: gaps over which anything may stand, and bits that do not begin a byte.
struct Table {
    features: [Vec<f32>; 3],
    weights: Vec<f32>,
    bits: [Vec<u8>; 3],
}

const OFFSET: usize = 5;

impl Table {
    fn of(n: usize) -> Self {
        let rows: Vec<_> = clouds(n, 17).into_iter().map(|x| x.map(|v| (v + 1000.0) as f32)).collect();
        let mut table = Self {
            features: [0, 1, 2].map(|j| rows.iter().map(|x| x[j]).collect()),
            weights: (0..n).map(weight).collect(),
            bits: [0, 1, 2].map(|_| vec![0; (n + OFFSET).div_ceil(8)]),
        };
        for j in 0..3 {
            for i in 0..n {
                // Gaps lie apart at first, then there is none for long.
                let is_gap = i < 500 && i % (41 + j) == 7 || i > 900 && i % 3 == j;
                match is_gap {
                    true => table.features[j][i] = [f32::NAN, f32::INFINITY, -1e30][i % 3],
                    false => table.bits[j][(i + OFFSET) / 8] |= 1 << ((i + OFFSET) % 8),
                }
            }
        }
        table
    }

    fn columns(&self) -> Columns<'_, f32, 3> {
        Columns::new(self.features.each_ref().map(|column| &column[..])).unwrap()
    }

    /// The rows, made without the library's help.
    fn rows(&self) -> impl Iterator<Item = (Masked<f32, 3>, f32)> + Clone {
        (0..self.weights.len()).map(|i| {
            let observed = [0, 1, 2].map(|j| self.bits[j][(i + OFFSET) / 8] >> ((i + OFFSET) % 8) & 1 == 1);
            (Masked { features: [0, 1, 2].map(|j| self.features[j][i]), observed }, self.weights[i])
        })
    }

    fn bits(&self) -> [Option<Bits<'_>>; 3] {
        self.bits.each_ref().map(|bits| Some(Bits::new(bits, OFFSET)))
    }
}

fn columns_have_the_bits_of_rows<C: Structure>() {
    let gmm = guess::<f32, C>();
    for n in [0, 1, 15, 63, 64, 65, 129, 700, 1500] {
        let table = Table::of(n);
        let (mut by_column, mut by_row) = (SufficientStats::new(), SufficientStats::new());
        let with_gaps = table.columns().with_observed(table.bits()).unwrap();
        by_column.observe_columns(&gmm, with_gaps).unwrap();
        by_row.observe_all(&gmm, table.rows().map(|(x, _)| x)).unwrap();
        assert_eq!(by_column, by_row, "{n} samples with gaps");

        by_column.reset();
        by_row.reset();
        let all = with_gaps.with_weights(&table.weights).unwrap();
        by_column.observe_columns(&gmm, all).unwrap();
        by_row.observe_all(&gmm, table.rows()).unwrap();
        assert_eq!(by_column, by_row, "{n} samples with weights and gaps");
        by_row.reset();
        by_row.observe_all(&gmm, all).unwrap();
        assert_eq!(by_column, by_row, "{n} samples, as an iterator");

        let clean: Vec<[f32; 3]> = clouds(n, 3).into_iter().map(|x| x.map(|v| v as f32)).collect();
        let features: [Vec<f32>; 3] = [0, 1, 2].map(|j| clean.iter().map(|x| x[j]).collect());
        let columns = Columns::new(features.each_ref().map(|column| &column[..])).unwrap();
        by_column.reset();
        by_row.reset();
        by_column.observe_columns(&gmm, columns).unwrap();
        by_row.observe_all(&gmm, &clean).unwrap();
        assert_eq!(by_column, by_row, "{n} complete samples");
        let weights: Vec<f32> = (0..n).map(weight).collect();
        by_column.reset();
        by_row.reset();
        by_column.observe_columns(&gmm, columns.with_weights(&weights).unwrap()).unwrap();
        by_row.observe_all(&gmm, clean.iter().zip(&weights)).unwrap();
        assert_eq!(by_column, by_row, "{n} weighted samples");
        assert_eq!((columns.len(), columns.is_empty(), columns.into_iter().len()), (n, n == 0, n));
    }
}
crate::support::structures::for_typical_structures!(columns_have_the_bits_of_rows);

/// What a table does, once it is spoilt.
fn refusal(spoil: impl Fn(&mut Table)) -> (Error, u64) {
    let gmm = guess::<f32, Full>();
    let mut table = Table::of(300);
    table.bits = [0, 1, 2].map(|_| vec![255; 39]);
    for v in table.features.iter_mut().flatten().filter(|v| !(v.abs() < 1e4)) {
        *v = 1000.0;
    }
    spoil(&mut table);
    let (mut by_column, mut by_row) = (SufficientStats::new(), SufficientStats::new());
    let all = table.columns().with_observed(table.bits()).unwrap().with_weights(&table.weights).unwrap();
    let error = by_column.observe_columns(&gmm, all).unwrap_err();
    assert_eq!(by_row.observe_all(&gmm, table.rows()), Err(error));
    assert_eq!(by_column, by_row, "the samples before the bad one count");
    (error, by_column.count())
}

#[test]
fn a_bad_value_is_found_where_it_stands() {
    let counted = |n: usize| (0..n).filter(|i| weight(*i) > 0.0).count() as u64;
    let spoilt = refusal(|table| table.features[1][201] = f32::NAN);
    assert_eq!(spoilt, (Error::NonFiniteSample { sample: 201, feature: 1 }, counted(201)));
    let spoilt = refusal(|table| table.features[2][77] = 3e30);
    assert_eq!(spoilt, (Error::OutOfRange { sample: 77 }, counted(77)));
    let spoilt = refusal(|table| table.weights[201] = 1e30);
    assert_eq!(spoilt, (Error::OutOfRange { sample: 201 }, counted(201)));
    for bad in [-1.0, f32::NAN, f32::INFINITY] {
        let spoilt = refusal(|table| table.weights[130] = bad);
        assert_eq!(spoilt, (Error::InvalidSampleWeight { sample: 130 }, counted(130)), "{bad}");
    }
}

#[test]
fn a_weight_that_a_sum_cannot_hold_is_refused() {
    let gmm: Gmm<f32, 1, 1> = Gmm::new([1.0], [[1e6]], [[[1.0]].into()]).unwrap();
    let (features, mut weights) = ([1e6; 200], [1.0; 200]);
    weights[130] = 1e18; // The density is that of the mean, but x² w is 1e30.
    let columns = Columns::new([&features[..]]).unwrap().with_weights(&weights).unwrap();
    let mut stats = SufficientStats::new();
    assert_eq!(stats.observe_columns(&gmm, columns), Err(Error::OutOfRange { sample: 130 }));
    assert_eq!(stats.count(), 130);
}

#[test]
fn a_gap_is_seen_wherever_it_is() {
    let gmm = guess::<f32, Full>();
    for gap in 0..70 {
        let mut table = Table::of(70);
        table.bits = [0, 1, 2].map(|_| vec![255; 10]);
        table.bits[1][(gap + OFFSET) / 8] ^= 1 << ((gap + OFFSET) % 8);
        table.features.iter_mut().flatten().filter(|v| !(v.abs() < 1e4)).for_each(|v| *v = 1000.0);
        table.features[1][gap] = f32::NAN;
        let (mut by_column, mut by_row) = (SufficientStats::new(), SufficientStats::new());
        let columns = table.columns().with_observed(table.bits()).unwrap();
        by_column.observe_columns(&gmm, columns).unwrap();
        by_row.observe_all(&gmm, table.rows().map(|(x, _)| x)).unwrap();
        assert_eq!(by_column, by_row, "a gap at {gap}");
    }
}

#[test]
fn columns_of_different_lengths_are_refused() {
    let (long, short) = ([1.0, 2.0, 3.0], [1.0, 2.0]);
    let name = |outcome: Result<Columns<'_, f64, 2>, Error>| match outcome {
        Err(Error::InvalidParameter { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(name(Columns::new([&long, &short])), "features");
    let columns = Columns::new([&long, &long]).unwrap();
    assert_eq!(name(columns.with_weights(&short)), "weights");
    assert_eq!(name(columns.with_observed([None, Some(Bits::new(&[255], 6))])), "observed");
    assert!(columns.with_observed([None, Some(Bits::new(&[255], 5))]).is_ok());
    let bits = Bits::new(&[0b0101_0000], 4);
    assert_eq!(([0, 1, 2, 3, 4].map(|i| bits.get(i)), bits.len()), ([true, false, true, false, false], 4));
    assert!(Bits::new(&[255], 9).is_empty());
}

#[test]
fn a_fit_takes_columns() {
    let data = clouds(300, 5);
    let features: [Vec<f64>; 3] = [0, 1, 2].map(|j| data.iter().map(|x| x[j]).collect());
    let columns = Columns::new(features.each_ref().map(|column| &column[..])).unwrap();
    let (mut by_column, mut by_row): (Gmm<f64, 3, 3>, _) = (guess(), guess());
    let fit = gaussmix::Em::default().fit(&mut by_column, columns).unwrap();
    assert_eq!(gaussmix::Em::default().fit(&mut by_row, &data).unwrap(), fit);
    assert_eq!(by_column, by_row);
}

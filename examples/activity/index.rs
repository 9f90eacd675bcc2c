//! How well clusters say what labels say.

/// The adjusted Rand index of two partitions of the same samples: 1 where they are the same but for names, 0 on average
/// for partitions that have nothing to do with each other (Hubert & Arabie 1985, doi:10.1007/BF01908075). Every pair of
/// clusters and labels below `A` and `B`.
pub(crate) fn adjusted_rand<const A: usize, const B: usize>(
    pairs: impl Iterator<Item = (usize, usize)>,
) -> f64 {
    let mut table = [[0_u64; B]; A];
    for (a, b) in pairs {
        table[a][b] += 1;
    }
    let twos = |n: u64| (n * n.saturating_sub(1) / 2) as f64;
    let rows: Vec<u64> = table.iter().map(|row| row.iter().sum()).collect();
    let columns: Vec<u64> = (0..B).map(|b| table.iter().map(|row| row[b]).sum()).collect();
    let sum = |counts: &[u64]| counts.iter().map(|n| twos(*n)).sum::<f64>();
    let (together, in_a, in_b) = (sum(table.as_flattened()), sum(&rows), sum(&columns));
    let all = twos(rows.iter().sum());
    if all == 0.0 {
        return 1.0;
    }
    let expected = in_a * in_b / all;
    let most = f64::midpoint(in_a, in_b);
    // Both partitions all in one, or all apart.
    if most == expected { 1.0 } else { (together - expected) / (most - expected) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let index =
            |a: &[usize], b: &[usize]| adjusted_rand::<3, 3>(a.iter().copied().zip(b.iter().copied()));
        assert_eq!(index(&[0, 0, 1, 1, 2], &[2, 2, 0, 0, 1]), 1.0);
        assert_eq!(index(&[0, 0, 0, 0], &[0, 0, 0, 0]), 1.0);
        // By hand: 1 pair together in both, 2 in each, of 6.
        assert!((index(&[0, 0, 1, 2], &[0, 0, 1, 1]) - 4.0 / 7.0).abs() < 1e-15);
        assert!((index(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-15);
    }
}

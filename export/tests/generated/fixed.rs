// Written by gaussmix-export from model.json:
// 4 components over 3 features, in f64.
// Note: scores in integers are within 0.0078·(1 + |ln p|/30) nat of ln p, where |ln p| ≤ 300.
// Use: `include!` this file, or declare it as a module.

/// 4 components over 3 features in integers, 3 factors a row.
#[allow(clippy::unreadable_literal, unreachable_pub)]
#[rustfmt::skip]
pub static FIXED: gaussmix::fixed::FixedGmm<3, 4, 3> = match gaussmix::fixed::FixedGmm::from_parts([
    gaussmix::fixed::FixedComponent { offset: -278407, constants: [79956046, -66810511, 81675925], factors: [[19763, 0, 0], [-10791, -17739, 0], [26890, -14673, 15159]], shifts: [13, 13, 15] },
    gaussmix::fixed::FixedComponent { offset: -222646, constants: [63110652, -35358308, -100835923], factors: [[18322, 0, 0], [-8197, -16522, 0], [-13637, -17228, 5138]], shifts: [14, 13, 13] },
    gaussmix::fixed::FixedComponent { offset: -1342177280, constants: [0, 0, 0], factors: [[0, 0, 0], [0, 0, 0], [0, 0, 0]], shifts: [0, 0, 0] },
    gaussmix::fixed::FixedComponent { offset: -152486, constants: [78749517, 20901538, -67519249], factors: [[30485, 0, 0], [8845, -20618, 0], [9711, -10130, 11550]], shifts: [15, 13, 13] },
]) {
    Ok(model) => model,
    Err(_) => panic!("a number is out of range"), // while compiling
};

#[cfg(test)]
mod fixed_test {
    use super::FIXED;

    #[test]
    fn has_its_size_and_scores_every_reading() {
        assert_eq!(size_of_val(&FIXED), 160);
        for end in [i16::MIN, 0, i16::MAX] {
            assert!(FIXED.log_density(&[end; 3]) >= gaussmix::fixed::from_nats(-18432.0));
        }
    }
}

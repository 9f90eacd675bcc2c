//! Written by the host program `export_fixed`; `host/tests/model.rs` checks that it would be again.

use gaussmix::covariance::Factor;
use gaussmix::fixed::{FixedComponent, FixedGmm};
use gaussmix::nalgebra::{ArrayStorage, SVector};
use gaussmix::{Diagonal, Gmm};

/// All activities, by acceleration: four diagonal components.
pub static DIAGONAL: Gmm<f32, 3, 4, Diagonal> = Gmm::from_parts(
    [0.09234286, 0.17015898, 0.49555686, 0.24194127],
    [-11.999315, -9.409855, -3.3744643, -9.033804],
    [[12.519486, -1.8448197, -4.583011], [-3.1183648, -7.2715635, 1.0204704], [0.14788005, -0.019130453, -0.05816382], [8.000384, 0.29887637, -3.011842]],
    [
        Factor(SVector::from_array_storage(ArrayStorage([[0.11183787, 0.08318789, 0.11271475]]))),
        Factor(SVector::from_array_storage(ArrayStorage([[0.12775657, 0.15580447, 0.3808938]]))),
        Factor(SVector::from_array_storage(ArrayStorage([[1.1941674, 0.49351454, 1.8462898]]))),
        Factor(SVector::from_array_storage(ArrayStorage([[0.1612933, 0.11927737, 0.40369588]]))),
    ],
);

/// The same in integers, within 0.0064·(1 + |ln p|/30) nat.
pub static FIXED_FULL: FixedGmm<3, 4, 3> = match FixedGmm::from_parts([
    FixedComponent { offset: -776867, constants: [-295513730, 54437294, 33908761], factors: [[27792, 0, 0], [-264, 23364, 0], [6801, -3028, 31765]], shifts: [18, 18, 18] },
    FixedComponent { offset: -525805, constants: [-22320885, 12011722, 21985447], factors: [[17743, 0, 0], [-14875, 18779, 0], [2074, 4568, 30949]], shifts: [17, 16, 16] },
    FixedComponent { offset: -177039, constants: [1385291, -1434186, -23391], factors: [[30334, 0, 0], [-32761, 20044, 0], [1173, 531, 19918]], shifts: [14, 15, 13] },
    FixedComponent { offset: -628998, constants: [-104911080, 146419350, 32866557], factors: [[16391, 0, 0], [-3219, 18543, 0], [3722, 1030, 23596]], shifts: [17, 17, 16] },
]) {
    Ok(model) => model,
    Err(_) => panic!("out of range"),
};

/// The same in integers, within 0.0042·(1 + |ln p|/30) nat.
pub static FIXED_DIAGONAL: FixedGmm<3, 4, 1> = match FixedGmm::from_parts([
    FixedComponent { offset: -786387, constants: [-375716412, 41327738, 138799234], factors: [[30021], [22331], [30257]], shifts: [18, 18, 18] },
    FixedComponent { offset: -616684, constants: [53536135, 152128465, -26051474], factors: [[17147], [20912], [25561]], shifts: [17, 17, 16] },
    FixedComponent { offset: -221149, constants: [-2954585, 333184, 1809874], factors: [[20035], [16560], [30976]], shifts: [14, 15, 14] },
    FixedComponent { offset: -592039, constants: [-173126776, -9438351, 81629588], factors: [[21648], [32018], [27092]], shifts: [17, 18, 16] },
]) {
    Ok(model) => model,
    Err(_) => panic!("out of range"),
};

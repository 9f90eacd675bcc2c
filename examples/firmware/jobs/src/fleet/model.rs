//! Written by the host program `export_fleet`; `host/tests/model.rs` checks that it would be again.

use gaussmix::Gmm;
use gaussmix::covariance::Factor;
use gaussmix::nalgebra::{ArrayStorage, SMatrix};

/// All activities, by acceleration: a full covariance for each of four components.
pub static MODEL: Gmm<f32, 3, 4> = Gmm::from_parts(
    [0.10500938, 0.30261287, 0.41215968, 0.18021804],
    [-11.854046, -8.023149, -2.701407, -9.597742],
    [
        [10.637767, -2.204154, -3.5510569],
        [1.2617044, 0.36151546, -0.84722793],
        [-0.045397863, -0.0018314208, 0.004102392],
        [6.404528, -6.7808685, -2.1057446],
    ],
    [
        Factor(SMatrix::from_array_storage(ArrayStorage([
            [0.103532955, 0.10912274, -2.057598],
            [0.0, 0.08703855, 1.0952082],
            [0.0, 0.0, 0.11833266],
        ]))),
        Factor(SMatrix::from_array_storage(ArrayStorage([
            [0.13219352, 5.9921494, -1.391344],
            [0.0, 0.2798296, -0.52740276],
            [0.0, 0.0, 0.46117884],
        ]))),
        Factor(SMatrix::from_array_storage(ArrayStorage([
            [1.8080474, 0.9039966, -0.0566654],
            [0.0, 0.59735507, -0.04460992],
            [0.0, 0.0, 2.3744102],
        ]))),
        Factor(SMatrix::from_array_storage(ArrayStorage([
            [0.122126095, 1.421617, -1.3538022],
            [0.0, 0.1381534, -0.3158441],
            [0.0, 0.0, 0.35160515],
        ]))),
    ],
);

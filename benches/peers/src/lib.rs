//! gaussmix beside other libraries: what the programs of this benchmark share. `run.sh` runs them.

pub mod case;
pub mod clock;
pub mod line;

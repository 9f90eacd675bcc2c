//! What values of the small types do: copies, comparisons, hashes and defaults.
#![allow(clippy::default_constructed_unit_structs, reason = "the call is what is tested")]

use core::hash::{Hash, Hasher};

use gaussmix::covariance::{Eev, Eve, Evi, Evv, Factor, Variance, Vee, Vei, Vev, Vve};
use gaussmix::fit::{Frozen, Outcome, Plain, Stop, Trace, Watch};
use gaussmix::init::{Agglomeration, Rule, Start};
use gaussmix::persist::PersistError;
use gaussmix::select::{LeftOut, Search};
use gaussmix::{Criterion, Diagonal, Error, Full, Posterior, Spherical, Tied, WithNoise};

use crate::{K, index, keep, number, opaque, same};

pub(crate) fn all() -> Result<(), Error> {
    hashes()?;
    structures();
    let frozen = opaque(Frozen::<K>::default());
    keep(Frozen::is_none(&frozen));
    same::<Frozen<_>>(&frozen);
    keep(Plain::clone(&Plain::default()));
    same::<Error>(&opaque(Error::EmptyData));
    same::<Criterion>(&opaque(Criterion::default()));
    same::<Outcome>(&opaque(Outcome::default()));
    same::<Stop>(&opaque(Stop::Restart));
    same::<Agglomeration<8>>(&Agglomeration::<8>::default());
    same::<Rule>(&opaque(Rule::default()));
    same::<Start>(&opaque(Start::default()));
    keep((Watch::<f32>::default(), Trace::<f32, 8>::default(), Posterior::<f32, K>::default()));
    Ok(())
}

/// FNV-1a, of 32 bits.
struct Fnv(u32);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0.into()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619));
    }
}

fn hashes() -> Result<(), Error> {
    let hasher = &mut Fnv(2_166_136_261);
    Error::hash(&opaque(Error::EmptyData), hasher);
    PersistError::hash(&opaque(PersistError::NotStored), hasher);
    Criterion::hash(&opaque(Criterion::Bic), hasher);
    LeftOut::hash(&opaque(LeftOut::Kept), hasher);
    Outcome::hash(&opaque(Outcome::default()), hasher);
    Stop::hash(&opaque(Stop::Search), hasher);
    Agglomeration::hash(&Agglomeration::<8>, hasher);
    Rule::hash(&opaque(Rule::Mixed), hasher);
    let start = Start::new(Rule::drawn(opaque(Rule::Mixed), &mut crate::Random(1)));
    Start::hash(&start, hasher);
    Search::hash(&Search::new(index()..=index())?, hasher);
    keep(hasher.finish());
    Ok(())
}

fn structures() {
    same::<Full>(&Full::default());
    same::<Diagonal>(&Diagonal::default());
    same::<Spherical>(&Spherical::default());
    same::<Tied<Full>>(&Tied::<Full>::default());
    same::<WithNoise<Full>>(&WithNoise::<Full>::default());
    same::<Eev>(&Eev::default());
    same::<Eve>(&Eve::default());
    same::<Evi>(&Evi::default());
    same::<Evv>(&Evv::default());
    same::<Vee>(&Vee::default());
    same::<Vei>(&Vei::default());
    same::<Vev>(&Vev::default());
    same::<Vve>(&Vve::default());
    same::<Factor<f32>>(&Factor(number()));
    keep(Factor::<f32>::default());
    same::<Variance<f32>>(&Variance(number()));
    keep((Variance::<f32>::default(), Variance::partial_cmp(&Variance(number()), &Variance(number()))));
}

//! A hash of rows, for samples that do not depend on the partitioning.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, UInt64Type};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};

use crate::arguments::check_number;
use crate::failure::refused;

/// The function: a seed, then columns. Equal rows have equal hashes, unless they are salted.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct GmmHash {
    /// Whether the place of a row in its batch counts too, so that equal rows differ.
    is_salted: bool,
    signature: Signature,
}

impl GmmHash {
    pub(crate) fn new(is_salted: bool) -> Self {
        let volatility = if is_salted { Volatility::Volatile } else { Volatility::Immutable };
        Self { is_salted, signature: Signature::new(TypeSignature::VariadicAny, volatility) }
    }
}

/// Mixes the bits of a number (the finaliser of SplitMix64: Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195).
fn mixed(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl ScalarUDFImpl for GmmHash {
    fn name(&self) -> &str {
        if self.is_salted { "gmm_draw" } else { "gmm_hash" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types {
            [seed, _, ..] if seed.is_integer() => Ok(DataType::UInt64),
            _ => Err(refused("gmm_hash: an integer seed and columns are needed")),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some((seed, columns)) = arrays.split_first() else { return Err(refused("gmm_hash: no seed")) };
        let seed = cast(seed, &DataType::UInt64)?;
        let mut hashes: Vec<u64> =
            seed.as_primitive::<UInt64Type>().values().iter().map(|seed| mixed(*seed)).collect();
        if self.is_salted {
            for (i, hash) in hashes.iter_mut().enumerate() {
                *hash = mixed(*hash ^ i as u64);
            }
        }
        for (column, field) in columns.iter().zip(args.arg_fields.iter().skip(1)) {
            check_number("gmm_hash", field.name(), column.data_type())?;
            let column = cast(column, &DataType::Float64)?;
            let column = column.as_primitive::<Float64Type>();
            for (i, hash) in hashes.iter_mut().enumerate() {
                let bits = if column.is_valid(i) { column.value(i).to_bits() } else { u64::MAX };
                *hash = mixed(*hash ^ bits);
            }
        }
        let hashes: ArrayRef = Arc::new(UInt64Array::from(hashes));
        Ok(ColumnarValue::Array(hashes))
    }
}

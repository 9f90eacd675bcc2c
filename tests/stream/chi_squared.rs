//! The χ² distribution against 40 digits.

use gaussmix::{Error, Real, chi_squared};
use serde_json::Value;

use crate::support::data::{json, number};
use crate::support::tolerance::{CHI_SQUARED_F32, CHI_SQUARED_F64, TAIL_ULPS};

/// Whether `found` is `due`, relative; what is no normal number may vanish.
fn is_close<T: Real>(found: T, due: f64, tolerance: f64) -> bool {
    let (found, smallest) = (found.widen(), T::narrow(1e-37).widen());
    (found - due).abs() <= tolerance * due || (found <= smallest && due <= smallest)
}

fn agrees<T: Real>(rows: &Value, tolerance: f64) {
    for row in rows.as_array().unwrap() {
        let degrees = row["degrees"].as_u64().unwrap() as usize;
        let p = T::narrow(number(&row["probability"]));
        assert_eq!(p.widen(), number(&row["probability"]));
        let (lower, upper) = (number(&row["lower"]), number(&row["upper"]));
        let found = chi_squared::quantile(degrees, p).unwrap();
        assert!(is_close(found, lower, tolerance), "{degrees} {p}: {found} {lower}");
        let found = chi_squared::upper_quantile(degrees, p).unwrap();
        assert!(is_close(found, upper, tolerance), "{degrees} {p}: {found} {upper}");
    }
}

#[test]
fn quantiles_are_those_of_the_reference_to_the_last_digits() {
    let reference = json("chi_squared.json");
    agrees::<f64>(&reference["double"], CHI_SQUARED_F64);
    agrees::<f32>(&reference["single"], CHI_SQUARED_F32);
}

fn inverts<T: Real>(tolerance: f64) {
    for degrees in [1, 2, 3, 6, 17, 64, 200] {
        for p in [1e-30, 1e-9, 0.01, 0.2, 0.5, 0.77] {
            let p = T::narrow(p);
            let x = chi_squared::quantile(degrees, p).unwrap();
            let back = chi_squared::cdf(degrees, x).unwrap().widen();
            assert!(x == T::ZERO || (back / p.widen() - 1.0).abs() < tolerance, "{degrees} {p}: {back}");
            let x = chi_squared::upper_quantile(degrees, p).unwrap();
            let back = chi_squared::survival(degrees, x).unwrap().widen();
            assert!((back / p.widen() - 1.0).abs() < tolerance, "{degrees} {p}: {back}");
        }
    }
}

#[test]
fn tails_invert_the_quantiles() {
    inverts::<f64>(TAIL_ULPS * f64::EPSILON);
    inverts::<f32>(TAIL_ULPS * f64::from(f32::EPSILON));
}

fn is_total<T: Real>() {
    for degrees in [1, 2, 3, 64, 300] {
        assert_eq!(chi_squared::quantile(degrees, T::ZERO), Ok(T::ZERO));
        assert_eq!(chi_squared::quantile(degrees, T::ONE), Ok(T::INFINITY));
        assert_eq!(chi_squared::upper_quantile(degrees, T::ZERO), Ok(T::INFINITY));
        assert_eq!(chi_squared::upper_quantile(degrees, T::ONE), Ok(T::ZERO));
        assert_eq!(chi_squared::cdf(degrees, T::ZERO), Ok(T::ZERO));
        assert_eq!(chi_squared::survival(degrees, T::ZERO), Ok(T::ONE));
        assert_eq!(chi_squared::cdf(degrees, T::INFINITY), Ok(T::ONE));
        assert_eq!(chi_squared::survival(degrees, T::INFINITY), Ok(T::ZERO));
        let (mut x, mut last) = (T::narrow(1e-30), T::ZERO);
        for _ in 0..240 {
            let p = chi_squared::cdf(degrees, x).unwrap();
            let q = chi_squared::survival(degrees, x).unwrap();
            assert!(
                p >= last - T::narrow(1e-5) && p <= T::ONE && q >= T::ZERO && q <= T::ONE,
                "{degrees} {x}"
            );
            (x, last) = (x * (T::ONE + T::HALF), p);
        }
        let smallest = T::narrow(1e-45) * T::narrow(1e-279);
        for p in [smallest, T::narrow(1e-45), T::narrow(1e-38), T::ONE - T::EPSILON] {
            let (low, high) = (chi_squared::quantile(degrees, p), chi_squared::upper_quantile(degrees, p));
            assert!(low.is_ok_and(|x| x >= T::ZERO) && high.is_ok_and(|x| x >= T::ZERO), "{degrees} {p}");
        }
    }
    for bad in [-T::EPSILON, T::ONE + T::EPSILON, T::INFINITY, T::narrow(f64::NAN)] {
        assert_eq!(
            chi_squared::quantile(3, bad),
            Err(Error::InvalidParameter { name: "p", expected: "within [0, 1]" })
        );
        assert_eq!(
            chi_squared::upper_quantile(3, bad),
            Err(Error::InvalidParameter { name: "q", expected: "within [0, 1]" })
        );
    }
    assert_eq!(
        chi_squared::cdf(3, -T::ONE),
        Err(Error::InvalidParameter { name: "x", expected: "0 or more" })
    );
    assert_eq!(
        chi_squared::cdf(0, T::ONE),
        Err(Error::InvalidParameter { name: "degrees", expected: "1 or more" })
    );
}

#[test]
fn every_argument_has_an_answer() {
    is_total::<f32>();
    is_total::<f64>();
}

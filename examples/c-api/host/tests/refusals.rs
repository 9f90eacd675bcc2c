//! The C calls, as C makes them: what they refuse, and that nothing changes then.

use bearing::bearing::*;
use bearing::pump::*;
use interface::detector::Settings;
use interface::{Place, Status};
use std::ptr::{null, null_mut};

const WEIGHTS: [f32; 4] = [0.25; 4];
const MEANS: [[f32; 3]; 4] = [[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]];
const UNIT: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn made() -> bearing_model {
    let mut model = bearing_model::EMPTY;
    let status =
        unsafe { bearing_model_make(&mut model, WEIGHTS.as_ptr(), MEANS.as_ptr(), [UNIT; 4].as_ptr()) };
    assert_eq!(status, Status::Ok);
    model
}

fn started() -> bearing_run {
    let mut run = bearing_run::EMPTY;
    assert_eq!(unsafe { bearing_run_start(&mut run, &made(), 0.01, 1) }, Status::Ok);
    run
}

fn record(run: &bearing_run) -> [u8; BEARING_RUN_RECORD] {
    let mut record = [0; BEARING_RUN_RECORD];
    assert_eq!(unsafe { bearing_run_save(run, record.as_mut_ptr(), record.len()) }, Status::Ok);
    record
}

fn score(model: &bearing_model, x: [f32; 3]) -> f32 {
    let mut out = f32::NAN;
    assert_eq!(unsafe { bearing_score(model, x.as_ptr(), &mut out) }, Status::Ok);
    out
}

#[test]
fn a_score_is_that_of_the_model() {
    // At a mean, ln p = ln ¼ − 3/2 ln 2π, but for what the others add: 3/4 of e⁻⁸ each.
    let expected = 0.25_f64.ln() - 1.5 * std::f64::consts::TAU.ln() + (3.0 * (-8.0_f64).exp()).ln_1p();
    assert!((f64::from(score(&made(), [0.0; 3])) - expected).abs() < 1e-6);
}

#[test]
fn null_pointers_are_refused() {
    let (model, mut run, x, mut out) = (made(), started(), [0.0; 3], 0.0);
    let bad = Status::BadPointer;
    unsafe {
        assert_eq!(bearing_score(null(), x.as_ptr(), &mut out), bad);
        assert_eq!(bearing_score(&model, null(), &mut out), bad);
        assert_eq!(bearing_score(&model, x.as_ptr(), null_mut()), bad);
        assert_eq!(bearing_posterior(&model, x.as_ptr(), &mut out, null_mut()), bad);
        assert_eq!(bearing_model_load(null_mut(), [0; 9].as_ptr(), 9), bad);
        assert_eq!(bearing_model_load(&mut made(), null(), 9), bad);
        assert_eq!(bearing_model_make(&mut made(), null(), MEANS.as_ptr(), [UNIT; 4].as_ptr()), bad);
        assert_eq!(bearing_model_fit(&mut made(), null(), 3), bad);
        assert_eq!(bearing_model_save(&model, null_mut(), 1000), bad);
        assert_eq!(bearing_run_start(&mut run, null(), 0.01, 1), bad);
        assert_eq!(bearing_run_observe(null_mut(), x.as_ptr(), &mut out), bad);
        assert_eq!(bearing_run_maximize(null_mut()), bad);
        assert_eq!(bearing_run_model(&run, null_mut()), bad);
        assert_eq!(pump_defaults(null_mut(), 20), bad);
        assert_eq!(pump_start(&mut { pump_detector::EMPTY }, null()), bad);
        assert_eq!(pump_observe(null_mut(), x.as_ptr(), null_mut()), bad);
        assert_eq!(pump_threshold(null(), &mut out), bad);
    }
}

#[test]
fn misaligned_pointers_and_impossible_lengths_are_refused() {
    let (model, mut out, bytes) = (made(), 0.0, [0_u64; 4]);
    let off = bytes.as_ptr().cast::<u8>().wrapping_add(1);
    unsafe {
        assert_eq!(bearing_score(&model, off.cast(), &mut out), Status::BadPointer);
        assert_eq!(bearing_score(off.cast(), [0.0; 3].as_ptr(), &mut out), Status::BadPointer);
        assert_eq!(bearing_model_load(&mut made(), off, usize::MAX), Status::BadPointer);
        assert_eq!(
            bearing_model_fit(&mut made(), bytes.as_ptr().cast(), usize::MAX / 12),
            Status::BadPointer
        );
    }
}

#[test]
fn empty_objects_are_refused() {
    // As a `static` of C is: all 0.
    let (x, mut out, mut buffer) = ([0.0; 3], 0.0, [0; 2000]);
    let mut model: bearing_model = unsafe { std::mem::zeroed() };
    let mut run: bearing_run = unsafe { std::mem::zeroed() };
    let mut pump: pump_detector = unsafe { std::mem::zeroed() };
    unsafe {
        assert_eq!(bearing_score(&model, x.as_ptr(), &mut out), Status::Empty);
        assert_eq!(bearing_model_save(&model, buffer.as_mut_ptr(), 2000), Status::Empty);
        assert_eq!(bearing_run_start(&mut run, &model, 0.01, 1), Status::Empty);
        assert_eq!(bearing_run_observe(&mut run, x.as_ptr(), &mut out), Status::Empty);
        assert_eq!(bearing_run_model(&run, &mut model), Status::Empty);
        assert_eq!(bearing_run_save(&run, buffer.as_mut_ptr(), 2000), Status::Empty);
        let mut window = std::mem::MaybeUninit::uninit();
        assert_eq!(pump_observe(&mut pump, x.as_ptr(), window.as_mut_ptr()), Status::Empty);
        assert_eq!(pump_learn(&mut pump, 20), Status::Empty);
        assert_eq!(pump_save(&pump, buffer.as_mut_ptr(), 2000), Status::Empty);
    }
}

#[test]
fn a_refused_sample_or_record_changes_nothing() {
    let mut run = started();
    let (before, mut out) = (record(&run), 0.0);
    let mut damaged = before;
    damaged[60] ^= 1;
    let mut model = [0; BEARING_MODEL_RECORD];
    unsafe {
        assert_eq!(bearing_model_save(&made(), model.as_mut_ptr(), model.len()), Status::Ok);
        let bad = [0.0, f32::INFINITY, 0.0];
        assert_eq!(bearing_run_observe(&mut run, bad.as_ptr(), &mut out), Status::BadSample);
        for (bytes, status) in [
            (&damaged[..], Status::Corrupted),
            (&before[..300], Status::Corrupted),
            (&model, Status::OtherRecord),
            (&[0xFF; BEARING_RUN_RECORD], Status::NotStored),
        ] {
            assert_eq!(bearing_run_load(&mut run, bytes.as_ptr(), bytes.len()), status);
        }
        assert_eq!(bearing_run_save(&run, damaged.as_mut_ptr(), damaged.len() - 1), Status::TooSmall);
    }
    assert_eq!(record(&run), before);
}

#[test]
fn a_refused_start_leaves_the_object_empty() {
    let (mut model, mut run, mut out) = (made(), started(), 0.0);
    let half = [0.5; 4];
    unsafe {
        let status = bearing_model_make(&mut model, half.as_ptr(), MEANS.as_ptr(), [UNIT; 4].as_ptr());
        assert_eq!(status, Status::BadModel);
        assert_eq!(bearing_score(&model, [0.0; 3].as_ptr(), &mut out), Status::Empty);
        assert_eq!(bearing_run_start(&mut run, &made(), 1.0, 1), Status::BadSetting);
        assert_eq!(bearing_run_observe(&mut run, [0.0; 3].as_ptr(), &mut out), Status::Empty);
        assert_eq!(bearing_model_fit(&mut model, [[1.0; 3]; 9].as_ptr(), 9), Status::TooFewSamples);
        let mut settings = Settings::new(20);
        settings.of = 33;
        let mut pump = pump_detector::EMPTY;
        assert_eq!(pump_start(&mut pump, &settings), Status::BadSetting);
        assert_eq!(pump_learn(&mut pump, 20), Status::Empty);
    }
}

#[test]
fn a_record_that_is_refused_leaves_an_empty_object_empty() {
    let mut run: Place<_> = bearing_run::EMPTY;
    let mut out = 0.0;
    unsafe {
        assert_eq!(bearing_run_load(&mut run, [0xFF; 600].as_ptr(), 600), Status::NotStored);
        assert_eq!(bearing_run_observe(&mut run, [0.0; 3].as_ptr(), &mut out), Status::Empty);
    }
}

#[test]
fn a_copied_model_scores_what_the_run_scores() {
    let (mut run, mut model, mut out) = (started(), bearing_model::EMPTY, 0.0);
    let x = [1.0, 2.0, 0.5];
    unsafe {
        assert_eq!(bearing_run_observe(&mut run, x.as_ptr(), &mut out), Status::Ok);
        assert_eq!(out, score(&made(), x));
        assert_eq!(bearing_run_model(&run, &mut model), Status::Ok);
        assert_eq!(bearing_run_score(&run, x.as_ptr(), &mut out), Status::Ok);
    }
    assert_eq!(out, score(&model, x));
    assert!(out > score(&made(), x), "it has learnt the sample");
}

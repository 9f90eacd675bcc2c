//! The C calls, as C makes them: what they refuse, and that nothing changes then.

use bearing::bearing::*;
use bearing::pump::*;
use interface::Status;
use interface::detector::Settings;
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

fn learning() -> pump_detector {
    let mut pump = pump_detector::EMPTY;
    assert_eq!(unsafe { pump_start(&mut pump, &Settings::new(20)) }, Status::Ok);
    pump
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

/// Every pointer of every call.
#[test]
fn null_pointers_are_refused() {
    let (mut model, mut run, mut pump) = (made(), started(), learning());
    let (sample, samples, units) = ([0.0; 3], [[0.0; 3]; 3], [UNIT; 4]);
    let (x, n, all) = (sample.as_ptr(), samples.as_ptr(), units.as_ptr());
    let (w, m) = (WEIGHTS.as_ptr(), MEANS.as_ptr());
    let (mut out, mut shares, mut bytes) = (0.0, [0.0; 4], [0; 2000]);
    let (r, b) = (shares.as_mut_ptr(), bytes.as_mut_ptr());
    let mut settings = Settings::new(20);
    let mut window = std::mem::MaybeUninit::uninit();
    let before = (record(&run), score(&model, sample));
    let statuses = unsafe {
        [
            ("load, model", bearing_model_load(null_mut(), b, 2000)),
            ("load, record", bearing_model_load(&mut model, null(), 2000)),
            ("make, model", bearing_model_make(null_mut(), w, m, all)),
            ("make, weights", bearing_model_make(&mut model, null(), m, all)),
            ("make, means", bearing_model_make(&mut model, w, null(), all)),
            ("make, covariances", bearing_model_make(&mut model, w, m, null())),
            ("fit, model", bearing_model_fit(null_mut(), n, 3)),
            ("fit, samples", bearing_model_fit(&mut model, null(), 3)),
            ("save, model", bearing_model_save(null(), b, 2000)),
            ("save, buffer", bearing_model_save(&model, null_mut(), 2000)),
            ("score, model", bearing_score(null(), x, &mut out)),
            ("score, sample", bearing_score(&model, null(), &mut out)),
            ("score, log_density", bearing_score(&model, x, null_mut())),
            ("posterior, model", bearing_posterior(null(), x, &mut out, r)),
            ("posterior, sample", bearing_posterior(&model, null(), &mut out, r)),
            ("posterior, log_density", bearing_posterior(&model, x, null_mut(), r)),
            ("posterior, responsibilities", bearing_posterior(&model, x, &mut out, null_mut())),
            ("run_start, run", bearing_run_start(null_mut(), &model, 0.01, 1)),
            ("run_start, model", bearing_run_start(&mut run, null(), 0.01, 1)),
            ("run_observe, run", bearing_run_observe(null_mut(), x, &mut out)),
            ("run_observe, sample", bearing_run_observe(&mut run, null(), &mut out)),
            ("run_observe, log_density", bearing_run_observe(&mut run, x, null_mut())),
            ("run_maximize", bearing_run_maximize(null_mut())),
            ("run_score, run", bearing_run_score(null(), x, &mut out)),
            ("run_score, sample", bearing_run_score(&run, null(), &mut out)),
            ("run_score, log_density", bearing_run_score(&run, x, null_mut())),
            ("run_model, run", bearing_run_model(null(), &mut model)),
            ("run_model, model", bearing_run_model(&run, null_mut())),
            ("run_save, run", bearing_run_save(null(), b, 2000)),
            ("run_save, buffer", bearing_run_save(&run, null_mut(), 2000)),
            ("run_load, run", bearing_run_load(null_mut(), b, 2000)),
            ("run_load, record", bearing_run_load(&mut run, null(), 2000)),
            ("defaults", pump_defaults(null_mut(), 20)),
            ("start, detector", pump_start(null_mut(), &settings)),
            ("start, settings", pump_start(&mut pump, null())),
            ("observe, detector", pump_observe(null_mut(), x, window.as_mut_ptr())),
            ("observe, sample", pump_observe(&mut pump, null(), window.as_mut_ptr())),
            ("observe, window", pump_observe(&mut pump, x, null_mut())),
            ("learn", pump_learn(null_mut(), 20)),
            ("discard_window", pump_discard_window(null_mut())),
            ("threshold, detector", pump_threshold(null(), &mut out)),
            ("threshold, threshold", pump_threshold(&pump, null_mut())),
            ("save, detector", pump_save(null(), b, 2000)),
            ("save, buffer", pump_save(&pump, null_mut(), 2000)),
            ("load, detector", pump_load(null_mut(), b, 2000)),
            ("load, record", pump_load(&mut pump, null(), 2000)),
        ]
    };
    for (what, status) in statuses {
        assert_eq!(status, Status::BadPointer, "{what}");
    }
    assert_eq!((record(&run), score(&model, sample)), before);
    assert_eq!(unsafe { pump_defaults(&mut settings, 20) }, Status::Ok);
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

/// Every call on an object that has to hold something.
#[test]
fn empty_objects_are_refused() {
    // As a `static` of C is: all 0.
    let mut model: bearing_model = unsafe { std::mem::zeroed() };
    let mut run: bearing_run = unsafe { std::mem::zeroed() };
    let mut pump: pump_detector = unsafe { std::mem::zeroed() };
    let (sample, mut out, mut shares, mut bytes) = ([0.0; 3], 0.0, [0.0; 4], [0; 2000]);
    let (x, b) = (sample.as_ptr(), bytes.as_mut_ptr());
    let mut window = std::mem::MaybeUninit::uninit();
    let statuses = unsafe {
        [
            ("save", bearing_model_save(&model, b, 2000)),
            ("score", bearing_score(&model, x, &mut out)),
            ("posterior", bearing_posterior(&model, x, &mut out, shares.as_mut_ptr())),
            ("run_start", bearing_run_start(&mut run, &model, 0.01, 1)),
            ("run_observe", bearing_run_observe(&mut run, x, &mut out)),
            ("run_maximize", bearing_run_maximize(&mut run)),
            ("run_score", bearing_run_score(&run, x, &mut out)),
            ("run_model", bearing_run_model(&run, &mut model)),
            ("run_save", bearing_run_save(&run, b, 2000)),
            ("observe", pump_observe(&mut pump, x, window.as_mut_ptr())),
            ("learn", pump_learn(&mut pump, 20)),
            ("discard_window", pump_discard_window(&mut pump)),
            ("threshold", pump_threshold(&pump, &mut out)),
            ("save", pump_save(&pump, b, 2000)),
        ]
    };
    for (what, status) in statuses {
        assert_eq!(status, Status::Empty, "{what}");
    }
}

/// Memory of one object is not another.
#[test]
fn an_object_of_another_size_is_empty() {
    let model = made();
    let mut memory = [0_u64; size_of::<bearing_run>() / 8];
    unsafe { memory.as_mut_ptr().cast::<bearing_model>().write(model) };
    let run: *mut bearing_run = memory.as_mut_ptr().cast();
    let mut out = 0.0;
    assert_eq!(unsafe { bearing_run_observe(run, [0.0; 3].as_ptr(), &mut out) }, Status::Empty);
}

#[test]
fn a_refused_sample_or_a_small_buffer_changes_nothing() {
    let mut run = started();
    let (before, mut out, mut buffer) = (record(&run), 0.0, [7; BEARING_RUN_RECORD]);
    let bad = [0.0, f32::INFINITY, 0.0];
    unsafe {
        assert_eq!(bearing_run_observe(&mut run, bad.as_ptr(), &mut out), Status::BadSample);
        assert_eq!(bearing_run_save(&run, buffer.as_mut_ptr(), buffer.len() - 1), Status::TooSmall);
    }
    assert_eq!(record(&run), before);
    assert_eq!(buffer, [7; BEARING_RUN_RECORD]);
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
        for (sample, status) in [(1.0, Status::TooFewSamples), (f32::NAN, Status::BadSample)] {
            model = made();
            assert_eq!(bearing_model_fit(&mut model, [[sample; 3]; 9].as_ptr(), 9), status);
            assert_eq!(bearing_score(&model, [0.0; 3].as_ptr(), &mut out), Status::Empty);
        }
        let mut settings = Settings::new(20);
        settings.of = 33;
        let mut pump = learning();
        assert_eq!(pump_start(&mut pump, &settings), Status::BadSetting);
        assert_eq!(pump_learn(&mut pump, 20), Status::Empty);
    }
}

#[test]
fn a_start_from_nothing_leaves_the_object_as_before() {
    let mut run = started();
    let before = record(&run);
    unsafe {
        assert_eq!(bearing_run_start(&mut run, &bearing_model::EMPTY, 0.01, 1), Status::Empty);
        assert_eq!(bearing_run_start(&mut run, null(), 0.01, 1), Status::BadPointer);
    }
    assert_eq!(record(&run), before);
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

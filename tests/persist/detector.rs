//! A detector, stored: every reset goes unnoticed, and every power cut costs no more than the time since the last save.

use gaussmix::detector::{Detector, Event, State};
use gaussmix::novelty::Novelty;
use gaussmix::persist::{Persist, PersistError, Slots};
use gaussmix::{Diagonal, Full, Real};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

use super::seal;
use super::slots::device::Flash;

type Two<T> = Detector<T, 2, 8, 3, Diagonal>;

/// Six samples a window; it learns 40 windows, and then adapts.
fn new<T: Real>() -> Two<T> {
    let detector = Two::new(6).unwrap().with_learning(40).unwrap().with_votes(2, 3).unwrap();
    let detector =
        detector.with_adaptation(T::narrow(0.02)).unwrap().with_resolution(T::narrow(0.01)).unwrap();
    detector.with_novelty(Novelty::new(T::narrow(0.05)).unwrap())
}

/// Two regimes while it learns, then one, then a failure, then the one again.
fn signal<T: Real>(n: usize) -> Vec<[T; 2]> {
    let mut rng = Pcg32::new(3, 9);
    let mut draw = move || f64::from(rng.next_u32()) / f64::from(u32::MAX);
    let level = |t: usize| match t {
        120..180 => 20.0,
        420..480 => -50.0,
        _ => 0.0,
    };
    (0..n).map(|t| [level(t) + draw() + draw(), 100.0 - 3.0 * draw()].map(T::narrow)).collect()
}

fn feed<T: Real>(detector: &mut Two<T>, samples: &[[T; 2]]) {
    for x in samples {
        detector.observe(x).unwrap();
    }
}

fn back<T: Real>(detector: &Two<T>) -> Two<T> {
    let mut buffer = vec![0; Two::<T>::ENCODED_LEN];
    detector.encode(&mut buffer).unwrap();
    let read = Two::decode(&buffer).unwrap();
    assert_eq!(&read, detector);
    assert_eq!(read.digest(), detector.digest());
    read
}

/// A reset after every sample: half-filled windows, votes, candidates and alarms are kept.
fn a_reset_is_not_noticed<T: Real>() {
    let (mut whole, mut reset) = (new::<T>(), new::<T>());
    let (mut events, mut born) = (Vec::new(), false);
    for (t, x) in signal::<T>(700).iter().enumerate() {
        let window = whole.observe(x).unwrap();
        assert_eq!(reset.observe(x).unwrap(), window, "sample {t}");
        events.extend(window.and_then(|window| window.event));
        born |= window.is_some_and(|window| window.born.is_some());
        reset = back(&reset);
    }
    assert_eq!(whole, reset);
    // The stream shows all that is stored.
    assert!(born, "no component was born");
    for event in [Event::Started, Event::Learnt, Event::Raised, Event::Cleared] {
        assert!(events.contains(&event), "{events:?}");
    }
}

#[test]
fn a_reset_is_not_noticed_single() {
    a_reset_is_not_noticed::<f32>();
}

#[test]
fn a_reset_is_not_noticed_double() {
    a_reset_is_not_noticed::<f64>();
}

/// Twenty saves, each cut at every byte that it erases or writes. What loads then is what the last whole save stored; fed
/// the samples since, it is where the uncut detector is, up to the next save.
#[test]
fn a_cut_at_any_byte_of_twenty_saves() {
    const RECORD: usize = Slots::<Flash<4>>::record_len::<Two<f32>>();
    let (data, mut buffer) = (signal::<f32>(20 * 31), vec![0; RECORD]);
    let mut flash = Flash::<4>::new(RECORD);
    let mut detector = new::<f32>();
    // The states at the last save and now, and the samples between.
    let mut saved = None;
    for (save, samples) in data.chunks(31).enumerate() {
        let before = saved.clone();
        feed(&mut detector, samples);
        let next: Vec<[f32; 2]> = data.iter().skip(31 * (save + 1)).take(31).copied().collect();
        let uncut = |mut detector: Two<f32>, samples: &[[f32; 2]]| {
            feed(&mut detector, samples);
            detector.digest()
        };
        let [at_cut, due] = [detector.digest(), uncut(detector.clone(), &next)];
        for cut in 0..2 * RECORD {
            let mut slots = Slots::new(flash.clone().with_power(cut));
            slots.save(&detector, &mut buffer).unwrap_err();
            let mut slots = Slots::new(slots.into_inner().with_power(usize::MAX));
            let mut loaded = new::<f32>();
            match (slots.load(&mut loaded, &mut buffer), &before) {
                // All was written, and the power went while it was read back; or only what does not change was not.
                (Ok(()), _) if loaded == detector => assert_eq!(uncut(loaded, &next), due),
                (Ok(()), Some(before)) => {
                    assert!(loaded == *before, "save {save}, cut at byte {cut}");
                    assert_eq!(uncut(loaded, samples), at_cut);
                }
                (outcome, None) => assert!(outcome.is_err() && save == 0),
                (outcome, _) => panic!("save {save}, cut at byte {cut}: {outcome:?}"),
            }
        }
        let mut slots = Slots::new(flash);
        slots.save(&detector, &mut buffer).unwrap();
        flash = slots.into_inner();
        saved = Some(detector.clone());
    }
}

/// Bytes that are sealed and yet no detector's are refused, or are a detector that goes on without a NaN.
#[test]
fn hostile_bytes_make_no_nan() {
    let mut detector = new::<f32>();
    let data = signal::<f32>(700);
    feed(&mut detector, &data[..400]);
    let mut stored = vec![0; Two::<f32>::ENCODED_LEN];
    detector.encode(&mut stored).unwrap();
    let mut rng = Pcg32::new(8, 8);
    let (mut taken, mut refused) = (0, 0);
    for at in 16..stored.len() - 4 {
        for _ in 0..4 {
            let mut bytes = stored.clone();
            bytes[at] ^= 1 << (rng.next_u32() % 8);
            seal(&mut bytes);
            let Ok(mut read) = Two::<f32>::decode(&bytes) else {
                refused += 1;
                continue;
            };
            taken += 1;
            for x in &data[400..500] {
                if let Some(window) = read.observe(x).unwrap() {
                    assert!(window.features.iter().all(|f| f.is_finite()), "byte {at}");
                    assert!(window.log_density.is_none_or(f32::is_finite), "byte {at}");
                }
            }
            assert!(read.model().validate().is_ok(), "byte {at}");
        }
    }
    assert!(taken > 1000 && refused > 300, "{taken} {refused}");
}

#[test]
fn another_detector_is_refused() {
    let mut bytes = vec![0; 4000];
    new::<f32>().encode(&mut bytes).unwrap();
    // As many features of fewer axes.
    assert!(matches!(
        Detector::<f32, 4, 8, 3, Diagonal>::decode(&bytes),
        Err(PersistError::WrongLength { .. })
    ));
    assert!(matches!(
        Detector::<f32, 2, 8, 3, Full>::decode(&bytes),
        Err(PersistError::WrongStructure { .. })
    ));
    assert!(matches!(
        Detector::<f32, 2, 8, 2, Diagonal>::decode(&bytes),
        Err(PersistError::WrongShape { .. })
    ));
    assert_eq!(Novelty::<f32>::decode(&bytes), Err(PersistError::WrongKind { found: 8 }));
    // A refusal leaves one that knows nothing.
    let mut detector = new::<f32>();
    feed(&mut detector, &signal(400));
    bytes[16] = 2;
    let length = Two::<f32>::ENCODED_LEN;
    seal(&mut bytes[..length]);
    assert!(matches!(detector.decode_from(&bytes), Err(PersistError::Invalid(_))));
    assert_eq!(detector.state(), State::Learning);
}

/// The length that the format states.
#[test]
fn the_record_has_the_stated_length() {
    let run = gaussmix::OnlineEm::<f32, 8, 3, Diagonal>::ENCODED_LEN - 20;
    let parts = Novelty::<f32>::ENCODED_LEN - 20 + gaussmix::lifecycle::LifeCycle::<f32, 8>::ENCODED_LEN - 20;
    assert_eq!(Two::<f32>::ENCODED_LEN, parts + run + 57 + 4 * 2 + 4 * (4 + 9 * 2));
}

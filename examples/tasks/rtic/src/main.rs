//! A detector in the tasks of RTIC. An interrupt fills one half of a buffer, as DMA would; a task of high priority
//! watches the other; a task of low priority stores what the detector knows.
//!
//! It runs in QEMU's `lm3s6965evb`, a Cortex-M3, and says by defmt what happens. The program `check` decodes that, and
//! compares it with the same job on the host.

#![no_std]
#![no_main]
#![allow(unreachable_pub, reason = "RTIC wants the types of its resources public")]
#![allow(clippy::result_large_err, reason = "a task that is busy gives back what it was to take")]

mod flash;

use defmt_semihosting as _;

/// Ends QEMU with a status that says so.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let line = info.location().map_or(0, core::panic::Location::line);
    defmt::error!("panic at line {}", line);
    semihosting::process::exit(1)
}

#[rtic::app(device = lm3s6965, peripherals = false, dispatchers = [GPIOA, GPIOB])]
mod app {
    use crate::flash::Flash;
    use core::mem::{MaybeUninit, replace};
    use cortex_m::peripheral::syst::SystClkSource;
    use gaussmix::detector::Event;
    use gaussmix::persist::{Persist, Slots};
    use job::{HALF, Half, Watch};

    /// From one reading to the next, in cycles of the core: a hundredth of a second at 50 MHz.
    const PERIOD: u32 = 500_000;
    /// Bytes that a save works in.
    const RECORD: usize = Slots::<&mut Flash>::record_len::<Watch>();

    #[shared]
    struct Shared {
        /// The half that is neither filled nor watched.
        spare: Option<&'static mut Half>,
        /// Memory for a copy of the detector, unless one is being stored.
        copy: Option<&'static mut Watch>,
        /// Readings so far, and whether the signal goes on.
        came: u32,
        is_over: bool,
        /// Halves that were overwritten, since the one before was still being watched.
        lost: u32,
        slots: Slots<&'static mut Flash>,
    }

    #[local]
    struct Local {
        filling: &'static mut Half,
        filled: usize,
        detector: Watch,
        windows: u32,
        /// Of `lost`, as many as the detector knows of.
        known: u32,
        /// Whether something changed that is not yet stored.
        is_due: bool,
        record: [u8; RECORD],
    }

    /// RTIC keeps what it returns in memory of its own, so that nothing needs to be `const`.
    #[init(local = [
        halves: [Half; 2] = [[[0; 3]; HALF]; 2],
        copy: MaybeUninit<Watch> = MaybeUninit::uninit(),
        flash: Flash = Flash::ERASED,
    ])]
    fn init(cx: init::Context) -> (Shared, Local) {
        let (Ok(novelty), Ok(detector)) = (job::novelty(), job::detector()) else {
            crate::fail("the settings are refused")
        };
        defmt::info!("{}", novelty);
        let [filling, spare] = cx.local.halves;
        let mut timer = cx.core.SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(PERIOD - 1);
        timer.clear_current();
        timer.enable_counter();
        timer.enable_interrupt();
        let slots = Slots::new(cx.local.flash);
        let copy = Some(cx.local.copy.write(detector.clone()));
        (
            Shared { spare: Some(spare), copy, came: 0, is_over: false, lost: 0, slots },
            Local { filling, filled: 0, detector, windows: 0, known: 0, is_due: false, record: [0; RECORD] },
        )
    }

    /// Stands for DMA: writes one reading, and at the end of a half goes on in the other. README says what a real channel
    /// needs besides.
    #[task(binds = SysTick, priority = 3, local = [filling, filled], shared = [spare, came, is_over, lost])]
    fn dma(cx: dma::Context) {
        let dma::LocalResources { filling, filled, .. } = cx.local;
        (cx.shared.spare, cx.shared.came, cx.shared.is_over, cx.shared.lost).lock(
            |spare, came, is_over, lost| {
                let Some(reading) = job::reading(*came) else {
                    *is_over = true;
                    return;
                };
                *came += 1;
                if let Some(place) = filling.get_mut(*filled) {
                    *place = reading;
                }
                *filled += 1;
                if *filled < HALF {
                    return;
                }
                *filled = 0;
                match spare.take() {
                    Some(next) => {
                        if let Err((late, _)) = watch::spawn(replace(filling, next), *lost) {
                            *spare = Some(late);
                            *lost += 1;
                        }
                    }
                    None => *lost += 1,
                }
            },
        );
    }

    /// Takes a half that is full, and gives it back. So many halves were `lost` before it.
    #[task(priority = 2, local = [detector, windows, known, is_due], shared = [spare, copy])]
    async fn watch(mut cx: watch::Context, half: &'static mut Half, lost: u32) {
        let watch::LocalResources { detector, windows, known, is_due, .. } = cx.local;
        job::mind_gap(detector, known, lost);
        for reading in half.iter() {
            let window = match detector.observe(job::sample(reading)) {
                Ok(Some(window)) => window,
                Ok(None) => continue,
                Err(error) => {
                    defmt::warn!("refused: {}", error);
                    continue;
                }
            };
            *windows += 1;
            let Some(event) = window.event else { continue };
            defmt::info!("window {=u32}: {}", *windows, window);
            *is_due |= event != Event::Started;
        }
        // What the other task stores is a copy: this one does not wait for the flash. While a save goes on, the next is
        // put off to a later half. Only the address of the copy moves in `spawn`, which masks all interrupts.
        if *is_due && let Some(copy) = cx.shared.copy.lock(Option::take) {
            copy.clone_from(detector);
            match keep::spawn(copy) {
                Ok(()) => *is_due = false,
                Err(copy) => cx.shared.copy.lock(|place| *place = Some(copy)),
            }
        }
        cx.shared.spare.lock(|spare| *spare = Some(half));
    }

    /// Stores a detector, and gives back its memory. All others interrupt it.
    #[task(priority = 1, local = [record], shared = [slots, copy, came])]
    async fn keep(mut cx: keep::Context, detector: &'static mut Watch) {
        let before = cx.shared.came.lock(|came| *came);
        let saved = cx.shared.slots.lock(|slots| slots.save(detector, cx.local.record));
        let meanwhile = cx.shared.came.lock(|came| *came) - before;
        match saved {
            Ok(()) => {
                defmt::info!("saved {=u64:016x} while {=u32} readings came", detector.digest(), meanwhile)
            }
            Err(error) => defmt::error!("not stored: {}", error),
        }
        cx.shared.copy.lock(|copy| *copy = Some(detector));
    }

    /// Has the core when no task has: sleeps, and at the end loads what was stored.
    #[idle(local = [buffer: [u8; RECORD] = [0; RECORD]], shared = [came, is_over, lost, slots])]
    fn idle(mut cx: idle::Context) -> ! {
        while !cx.shared.is_over.lock(|is_over| *is_over) {
            cortex_m::asm::wfi();
        }
        let Ok(mut detector) = job::detector() else { crate::fail("the settings are refused") };
        let loaded = cx.shared.slots.lock(|slots| slots.load(&mut detector, cx.local.buffer));
        if let Err(error) = loaded {
            defmt::error!("{}", error);
            crate::fail("nothing was loaded");
        }
        defmt::info!("loaded {=u64:016x}", detector.digest());
        defmt::info!("{}", detector);
        defmt::info!("{}", detector.run());
        defmt::info!("{}", detector.run().last_update());
        let (came, lost) = (cx.shared.came, cx.shared.lost).lock(|came, lost| (*came, *lost));
        defmt::info!("{=u32} readings, {=u32} halves lost", came, lost);
        semihosting::process::exit(0)
    }
}

/// Says why, and ends QEMU with a status that says so.
fn fail(reason: &str) -> ! {
    defmt::error!("{}", reason);
    semihosting::process::exit(1)
}

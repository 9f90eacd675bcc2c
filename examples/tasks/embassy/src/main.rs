//! A detector in the tasks of embassy, on an nRF52840. Its converter samples an analog accelerometer by a timer, and
//! EasyDMA writes into the two halves of a buffer. A task of high priority hands each full half to a channel; a task in
//! thread mode learns, watches, and stores what the detector knows in the chip's flash.
//!
//! It is built and not run, since QEMU has no such chip.

#![no_std]
#![no_main]

use cortex_m_rt as _;
use defmt_rtt as _;
use embassy_embedded_hal::adapter::BlockingAsync;
use embassy_executor::{InterruptExecutor, Spawner};
use embassy_nrf::interrupt::{InterruptExt, Priority};
use embassy_nrf::nvmc::{FLASH_SIZE, Nvmc, PAGE_SIZE};
use embassy_nrf::peripherals::{PPI_CH0, PPI_CH1, SAADC, TIMER1};
use embassy_nrf::saadc::{AnyInput, CallbackResult, ChannelConfig, Config, Input, Saadc};
use embassy_nrf::timer::Frequency;
use embassy_nrf::{Peri, bind_interrupts, interrupt, saadc};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use gaussmix::detector::Event;
use gaussmix::persist::AsyncSlots;
use job::{HALF, Half, Saves, Watch};
use static_cell::{ConstStaticCell, StaticCell};

bind_interrupts!(struct Irqs {
    SAADC => saadc::InterruptHandler;
});

type Flash = BlockingAsync<Nvmc<'static>>;

/// Two pages at the end of the flash. `memory.x` keeps the program out of them.
const STORE: u32 = (FLASH_SIZE - 2 * PAGE_SIZE) as u32;
const RECORD: usize = AsyncSlots::<Flash>::record_len::<Watch>();

/// Halves that are full, each with the number of halves that were lost before it. Erasing a page takes the processor
/// 85 ms, in which EasyDMA goes on: less than a half.
static FULL: Channel<CriticalSectionRawMutex, (Half, u32), 2> = Channel::new();

/// Executes what must not wait for a task that learns.
static URGENT: InterruptExecutor = InterruptExecutor::new();

/// `Detector::new` computes a quantile, so no detector is `const`: `main` makes one and moves it here.
static DETECTOR: StaticCell<Watch> = StaticCell::new();
/// What both halves of the buffer and the saves work in is `const`: no start-up code, no stack.
static HALVES: ConstStaticCell<[Half; 2]> = ConstStaticCell::new([[[0; 3]; HALF]; 2]);
static BUFFER: ConstStaticCell<[u8; RECORD]> = ConstStaticCell::new([0; RECORD]);

#[interrupt]
unsafe fn EGU1_SWI1() {
    // SAFETY: the interrupt that `start` was given, and nobody else calls it.
    unsafe { URGENT.on_interrupt() }
}

/// Stops, with the reason in the log.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let line = info.location().map_or(0, core::panic::Location::line);
    defmt::error!("panic at line {}", line);
    cortex_m::asm::udf()
}

/// Samples three channels fifty times a second, for ever.
#[embassy_executor::task]
async fn sample(
    saadc: Peri<'static, SAADC>,
    pins: [AnyInput<'static>; 3],
    timer: Peri<'static, TIMER1>,
    mut ppi: (Peri<'static, PPI_CH0>, Peri<'static, PPI_CH1>),
    halves: &'static mut [Half; 2],
) {
    let channels = pins.map(ChannelConfig::single_ended);
    let mut converter = Saadc::new(saadc, Irqs, Config::default(), channels);
    converter.calibrate().await;
    let (first, second) = (ppi.0.reborrow(), ppi.1.reborrow());
    let mut lost = 0_u32;
    let take = |readings: &[[i16; 3]]| {
        let is_taken = Half::try_from(readings).is_ok_and(|half| FULL.try_send((half, lost)).is_ok());
        if !is_taken {
            lost = lost.wrapping_add(1);
            defmt::warn!("a half is lost");
        }
        CallbackResult::Continue
    };
    converter.run_task_sampler(timer, first, second, Frequency::F1MHz, 20_000, halves, take).await;
}

/// Learns, watches, and stores: what the high-priority task never waits for.
#[embassy_executor::task]
async fn learn(flash: Nvmc<'static>, detector: &'static mut Watch, buffer: &'static mut [u8; RECORD]) {
    let mut slots = match AsyncSlots::new(BlockingAsync::new(flash), STORE, PAGE_SIZE as u32) {
        Ok(slots) => slots,
        Err(error) => return defmt::error!("no place for records: {}", error),
    };
    match slots.load(detector, buffer).await {
        Ok(()) => {
            defmt::info!("goes on: {}", detector.state());
            detector.discard_window(); // the signal has a gap
        }
        Err(error) => {
            defmt::info!("begins anew: {}", error);
            // What could not be read has left the detector in no state to go on from.
            match job::detector() {
                Ok(new) => *detector = new,
                Err(error) => return defmt::error!("the settings are refused: {}", error),
            }
        }
    }
    let (mut known, mut saves) = (0, Saves::START);
    loop {
        let (half, lost) = FULL.receive().await;
        job::mind_gap(detector, &mut known, lost);
        for reading in &half {
            let window = match detector.observe(job::sample(reading)) {
                Ok(Some(window)) => window,
                Ok(None) => continue,
                Err(error) => {
                    defmt::warn!("refused: {}", error);
                    continue;
                }
            };
            match window.event {
                Some(Event::Raised) => defmt::error!("unlike what was learnt: {}", window),
                Some(event) => defmt::info!("{}: {}", event, detector),
                None => {}
            }
            if saves.is_due(window.event, detector.state())
                && let Err(error) = slots.save(detector, buffer).await
            {
                defmt::error!("not stored, and not tried again before the next save: {}", error);
            }
        }
    }
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let p = embassy_nrf::init(embassy_nrf::config::Config::default());
    let detector = match job::detector() {
        Ok(detector) => DETECTOR.init(detector),
        Err(error) => return defmt::error!("the settings are refused: {}", error),
    };
    let pins = [p.P0_02.degrade_saadc(), p.P0_03.degrade_saadc(), p.P0_04.degrade_saadc()];
    interrupt::EGU1_SWI1.set_priority(Priority::P6);
    let urgent = URGENT.start(interrupt::EGU1_SWI1);
    let sampling = sample(p.SAADC, pins, p.TIMER1, (p.PPI_CH0, p.PPI_CH1), HALVES.take());
    match (sampling, learn(Nvmc::new(p.NVMC), detector, BUFFER.take())) {
        (Ok(sampling), Ok(learning)) => {
            urgent.spawn(sampling);
            spawner.spawn(learning);
        }
        _ => defmt::error!("a task runs already"),
    }
}

//! When a detector is stored: often enough, and not so often that it wears the flash out.

use crate::WINDOW;
use gaussmix::detector::{Event, State};

/// Windows of an hour, at fifty samples a second.
const HOUR: u32 = 3600 * 50 / WINDOW;

/// When a detector is to be stored: at once when its learning is over, then every four hours, since it adapts, or after one
/// hour if the alarm was raised or ended. Hours are those in which the device runs; after a start the first save is due in
/// one.
///
/// Two pages of flash that bear 10,000 erasures each take 20,000 saves. At six a day, day and night, they last nine years;
/// with an alarm that comes and goes for ever, two years and three months.
#[derive(Clone, Debug)]
pub struct Saves {
    /// Windows since the last save.
    since: u32,
    /// Whether the alarm has changed since.
    has_changed: bool,
}

impl Saves {
    /// When the device starts.
    pub const START: Self = Self { since: 3 * HOUR, has_changed: false };

    /// Call it with each window. A save that fails is not tried again before the next is due: one in every window would
    /// wear the flash out in hours.
    pub fn is_due(&mut self, event: Option<Event>, state: State) -> bool {
        self.since = self.since.saturating_add(1);
        self.has_changed |= matches!(event, Some(Event::Raised | Event::Cleared));
        let hours = if self.has_changed { 1 } else { 4 };
        let is_due = event == Some(Event::Learnt) || state == State::Watching && self.since >= hours * HOUR;
        if is_due {
            *self = Self { since: 0, has_changed: false };
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::vec::Vec;

    /// The hours of running after which something is stored, of so many.
    fn hours(mut saves: Saves, hours: u32, event: impl Fn(u32) -> Option<Event>) -> Vec<u32> {
        let windows = (1..=hours * HOUR).filter(|window| saves.is_due(event(*window), State::Watching));
        windows.map(|window| window / HOUR).collect()
    }

    #[test]
    fn what_has_adapted_is_stored_every_four_hours_and_in_the_first() {
        assert_eq!(hours(Saves::START, 24, |_| None), [1, 5, 9, 13, 17, 21]);
        let mut days = 0;
        for _ in 0..10 {
            days += hours(Saves::START, 8, |_| None).len(); // a machine that is off at night
        }
        assert_eq!(days, 20);
    }

    #[test]
    fn an_alarm_is_stored_once_an_hour() {
        let flapping =
            |window: u32| Some(if window.is_multiple_of(2) { Event::Raised } else { Event::Cleared });
        assert_eq!(hours(Saves::START, 6, flapping), [0, 1, 2, 3, 4, 5]);
        let at_seven = |window: u32| (window == 7 * HOUR).then_some(Event::Raised);
        assert_eq!(hours(Saves::START, 10, at_seven), [1, 5, 7]);
    }

    #[test]
    fn the_end_of_learning_is_stored_at_once_and_nothing_before() {
        let mut saves = Saves::START;
        assert!((0..5 * HOUR).all(|_| !saves.is_due(Some(Event::Started), State::Learning)));
        assert!(saves.is_due(Some(Event::Learnt), State::Watching));
        assert!(!saves.is_due(None, State::Watching));
    }
}

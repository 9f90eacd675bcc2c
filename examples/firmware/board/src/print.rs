//! Text without `core::fmt`, whose number formatting holds panics and kilobytes.

use semihosting::sys::arm_compat::sys_writec;

/// Prints its arguments, one after the other, and ends the line.
#[macro_export]
macro_rules! say {
    ($($part:expr),* $(,)?) => {{
        $($crate::Print::print(&$part);)*
        $crate::Print::print("\n");
    }};
}

/// What [`say!`] can print.
pub trait Print {
    /// Writes the value to the debugger's console.
    fn print(&self);
}

impl Print for str {
    fn print(&self) {
        self.bytes().for_each(sys_writec);
    }
}

impl<P: Print + ?Sized> Print for &P {
    fn print(&self) {
        (**self).print();
    }
}

impl Print for u64 {
    fn print(&self) {
        let mut digits = [b'0'; 20];
        let mut rest = *self;
        let mut used = 0;
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
            used += 1;
            if rest == 0 {
                break;
            }
        }
        digits.iter().skip(20 - used).copied().for_each(sys_writec);
    }
}

impl Print for u32 {
    fn print(&self) {
        u64::from(*self).print();
    }
}

impl Print for usize {
    fn print(&self) {
        (*self as u64).print();
    }
}

/// Six decimals.
impl Print for f64 {
    fn print(&self) {
        if self.is_nan() {
            return "NaN".print();
        }
        if *self < 0.0 {
            "-".print();
        }
        let size = self.abs();
        if size == f64::INFINITY {
            return "inf".print();
        }
        let whole = size as u64;
        let mut millionths = ((size - whole as f64) * 1e6 + 0.5) as u64;
        let whole = if millionths >= 1_000_000 { whole + 1 } else { whole };
        millionths %= 1_000_000;
        whole.print();
        ".".print();
        let mut unit = 100_000;
        while unit > 0 {
            sys_writec(b'0' + (millionths / unit % 10) as u8);
            unit /= 10;
        }
    }
}

impl Print for f32 {
    fn print(&self) {
        f64::from(*self).print();
    }
}

/// Prints as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug)]
pub struct Hex(pub u64);

impl Print for Hex {
    fn print(&self) {
        for shift in (0..64).step_by(4).rev() {
            let digit = (self.0 >> shift) as u8 & 15;
            sys_writec(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    }
}

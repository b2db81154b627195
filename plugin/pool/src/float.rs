//! Denormal numbers are flushed to zero on every thread that renders: they cost a hundred times as much as
//! others, and all threads must agree on the bits.

use std::marker::PhantomData;

/// While it lives, this thread flushes denormals; dropping it restores the mode that was.
#[derive(Debug)]
pub struct FlushDenormals {
    saved: u64,
    /// The mode belongs to a thread: the guard must not leave it.
    _thread: PhantomData<*const ()>,
}

impl FlushDenormals {
    /// Saves the thread's float mode and sets flush-to-zero for results and operands.
    #[must_use]
    pub fn enter() -> FlushDenormals {
        let saved = mode::get();
        mode::set(saved | mode::FLUSH);
        FlushDenormals { saved, _thread: PhantomData }
    }
}

impl Drop for FlushDenormals {
    fn drop(&mut self) {
        mode::set(self.saved);
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod mode {
    use std::arch::asm;

    /// FTZ (bit 15) and DAZ (bit 6) of MXCSR (Intel SDM vol. 1, 10.2.3).
    pub(super) const FLUSH: u64 = 1 << 15 | 1 << 6;

    pub(super) fn get() -> u64 {
        let mut value = 0u32;
        // SAFETY: stmxcsr writes the four bytes of `value`, which live across the instruction.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut value, options(nostack, preserves_flags)) };
        u64::from(value)
    }

    pub(super) fn set(value: u64) {
        let value = value as u32;
        // SAFETY: ldmxcsr reads the four bytes of `value`; the value is what stmxcsr gave, with defined bits
        // set, so that no reserved bit faults.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const value, options(nostack, preserves_flags)) };
    }
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
mod mode {
    use std::arch::asm;

    /// FZ (bit 24) of FPCR (Arm ARM, C5.2.8).
    pub(super) const FLUSH: u64 = 1 << 24;

    pub(super) fn get() -> u64 {
        let value: u64;
        // SAFETY: reading FPCR has no effect but on the output register.
        unsafe { asm!("mrs {}, fpcr", out(reg) value, options(nomem, nostack, preserves_flags)) };
        value
    }

    pub(super) fn set(value: u64) {
        // SAFETY: the value is what FPCR held, with a defined bit set.
        unsafe { asm!("msr fpcr, {}", in(reg) value, options(nomem, nostack, preserves_flags)) };
    }
}

/// Other processors, and a checker that interprets: denormals stay.
#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod mode {
    pub(super) const FLUSH: u64 = 0;
    pub(super) fn get() -> u64 {
        0
    }
    pub(super) fn set(_value: u64) {}
}

#[cfg(all(test, not(miri), any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn denormals_vanish_inside_and_come_back_after() {
        let halve = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
        assert!(halve() > 0.0);
        {
            let _flush = FlushDenormals::enter();
            assert_eq!(halve(), 0.0);
        }
        assert!(halve() > 0.0);
    }
}

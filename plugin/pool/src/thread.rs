//! What a thread may ask of the system without privileges: which CPU it runs on, which to keep off.

/// The CPU that the calling thread runs on, or −1. Reads a page shared with the kernel: no system call.
pub(crate) fn current_cpu() -> i32 {
    #[cfg(target_os = "linux")]
    // SAFETY: takes nothing and only returns a number.
    return unsafe { libc::sched_getcpu() };
    #[cfg(not(target_os = "linux"))]
    return -1;
}

/// Gives the rest of the time slice to another thread that waits for this CPU.
pub(crate) fn give_way() {
    #[cfg(target_os = "linux")]
    // SAFETY: takes nothing; the scheduler moves on, no lock is involved.
    unsafe {
        libc::sched_yield();
    }
    #[cfg(not(target_os = "linux"))]
    std::hint::spin_loop();
}

/// Asks for wake-ups on the nanosecond instead of up to 50 µs late.
pub(crate) fn precise_timers() {
    #[cfg(target_os = "linux")]
    // SAFETY: sets a number of the calling thread.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1 as libc::c_ulong);
    }
}

/// Where a worker may run: the process's CPUs, less one.
#[cfg(target_os = "linux")]
pub(crate) struct Placement {
    allowed: libc::cpu_set_t,
    avoided: i32,
}

#[cfg(target_os = "linux")]
impl Placement {
    /// Starts from the CPUs that the process's first thread may use: the thread that makes a pool may itself
    /// be bound to one.
    pub(crate) fn of_process() -> Placement {
        // SAFETY: all zeros is an empty set.
        let mut allowed: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        let size = size_of::<libc::cpu_set_t>();
        // SAFETY: writes at most `size` bytes into `allowed`; the process's first thread has the number of the
        // process.
        unsafe { libc::sched_getaffinity(libc::getpid(), size, &mut allowed) };
        Placement { allowed, avoided: -1 }
    }

    /// Moves the calling thread off a CPU, unless it is the only one.
    pub(crate) fn avoid(&mut self, cpu: i32) {
        if cpu == self.avoided || cpu < 0 {
            return;
        }
        let mut set = self.allowed;
        // SAFETY: CPU_COUNT and CPU_CLR work within the set; a CPU number past its end is ignored.
        let left = unsafe {
            libc::CPU_CLR(cpu as usize, &mut set);
            libc::CPU_COUNT(&set)
        };
        if left > 0 {
            // SAFETY: 0 is the calling thread; the set lives for the call. Failure leaves things as they were.
            unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) };
        }
        self.avoided = cpu;
    }
}

/// Where a worker may run: left to the system here.
#[cfg(not(target_os = "linux"))]
pub(crate) struct Placement;

#[cfg(not(target_os = "linux"))]
impl Placement {
    pub(crate) fn of_process() -> Placement {
        Placement
    }
    pub(crate) fn avoid(&mut self, _cpu: i32) {}
}
